//! MLflow's scoring protocol: `dataframe_split`, `dataframe_records`, `instances` or `inputs`.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::json::{Column, Key, Places, Rows, parse, stop};
use crate::columns::ColumnsBuilder;
use crate::refusal::{Refusal, quoted};

const FORMS: &str = "write one of dataframe_split, dataframe_records, instances or inputs";

pub(super) fn read(builder: &mut ColumnsBuilder<'_>, body: &[u8]) -> Result<(), Refusal> {
    // `data` may stand before `columns`; then a first pass finds the columns and a second reads the data.
    let mut columns = None;
    for _ in 0..2 {
        let is_done = parse(builder, body, |builder, json| {
            json.deserialize_map(Envelope {
                builder,
                columns: &mut columns,
            })
        })?;
        if is_done {
            return Ok(());
        }
    }
    Err(Refusal::malformed(
        "dataframe_split needs “columns” and “data”",
    ))
}

struct Envelope<'a, 's> {
    builder: &'a mut ColumnsBuilder<'s>,
    columns: &'a mut Option<Vec<usize>>,
}

impl<'de> Visitor<'de> for Envelope<'_, '_> {
    /// Whether the data was read.
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .write_str("an object with dataframe_split, dataframe_records, instances or inputs")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut is_done = None;
        while let Some(key) = map.next_key::<String>()? {
            let builder = &mut *self.builder;
            if key == "params" {
                // Our models take none, and clients of MLflow send what they like.
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            if is_done.is_some() {
                let refusal = Refusal::malformed(format!("Unexpected key {}", quoted(&key)));
                return Err(stop(builder, refusal.hint(FORMS)));
            }
            is_done = Some(match &*key {
                "dataframe_split" => map.next_value_seed(Split {
                    builder,
                    columns: &mut *self.columns,
                })?,
                "dataframe_records" => {
                    let places = Places::RecordsOnly;
                    map.next_value_seed(Rows { builder, places })?;
                    true
                }
                "instances" => {
                    let places = Places::Signature;
                    map.next_value_seed(Rows { builder, places })?;
                    true
                }
                "inputs" => {
                    map.next_value_seed(Inputs(builder))?;
                    true
                }
                _ => {
                    let refusal = Refusal::malformed(format!("Unexpected key {}", quoted(&key)));
                    return Err(stop(builder, refusal.hint(FORMS)));
                }
            });
        }
        is_done.ok_or_else(|| {
            let refusal = Refusal::malformed("The body has no data").hint(FORMS);
            stop(self.builder, refusal)
        })
    }
}

/// `{"columns": […], "index": […], "data": [[…]]}`.
struct Split<'a, 's> {
    builder: &'a mut ColumnsBuilder<'s>,
    columns: &'a mut Option<Vec<usize>>,
}

impl<'de> DeserializeSeed<'de> for Split<'_, '_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Split<'_, '_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with “columns” and “data”")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut is_done = false;
        while let Some(key) = map.next_key::<String>()? {
            let builder = &mut *self.builder;
            match &*key {
                "columns" => *self.columns = Some(map.next_value_seed(Names(builder))?),
                "data" => match &*self.columns {
                    Some(columns) if !is_done => {
                        let places = Places::Listed(columns);
                        map.next_value_seed(Rows { builder, places })?;
                        is_done = true;
                    }
                    _ => {
                        map.next_value::<IgnoredAny>()?;
                    }
                },
                "index" => {
                    map.next_value::<IgnoredAny>()?;
                }
                _ => {
                    let refusal = Refusal::malformed(format!(
                        "Unexpected key {} in dataframe_split",
                        quoted(&key)
                    ));
                    return Err(stop(builder, refusal));
                }
            }
        }
        Ok(is_done)
    }
}

/// Column names, as places; none twice.
struct Names<'a, 's>(&'a mut ColumnsBuilder<'s>);

impl<'de> DeserializeSeed<'de> for Names<'_, '_> {
    type Value = Vec<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<usize>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Names<'_, '_> {
    type Value = Vec<usize>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of column names")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Vec<usize>, A::Error> {
        let mut places = Vec::new();
        while let Some(place) = names.next_element_seed(Key {
            builder: &mut *self.0,
            expected: places.len(),
        })? {
            if places.contains(&place) {
                let name = quoted(&self.0.schema.inputs[place].name);
                let refusal = Refusal::malformed(format!("The column {name} is given twice"));
                return Err(stop(self.0, refusal));
            }
            places.push(place);
        }
        Ok(places)
    }
}

/// Columns `{name: […]}`, or rows.
struct Inputs<'a, 's>(&'a mut ColumnsBuilder<'s>);

impl<'de> DeserializeSeed<'de> for Inputs<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Inputs<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object {column: [values]} or a list of rows")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut expected = 0;
        while let Some(place) = map.next_key_seed(Key {
            builder: &mut *self.0,
            expected,
        })? {
            let builder = &mut *self.0;
            map.next_value_seed(Column { builder, place })?;
            expected = place + 1;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<(), A::Error> {
        let places = Places::Signature;
        Rows {
            builder: self.0,
            places,
        }
        .visit_seq(rows)
    }
}
