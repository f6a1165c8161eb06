//! Visitors that read JSON rows and columns straight into a [`ColumnsBuilder`].

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::columns::{ColumnsBuilder, Scalar};
use crate::refusal::{Refusal, quoted};

/// `{"records": [{column: value}]}`.
pub(super) fn read_records(builder: &mut ColumnsBuilder<'_>, body: &[u8]) -> Result<(), Refusal> {
    parse(builder, body, |builder, json| {
        json.deserialize_map(Plain(builder))
    })
}

/// Runs a parser over a whole body; what a visitor refused is more telling than what the parser says.
pub(super) fn parse<'s, 'b, T>(
    builder: &mut ColumnsBuilder<'s>,
    body: &'b [u8],
    read: impl FnOnce(
        &mut ColumnsBuilder<'s>,
        &mut serde_json::Deserializer<serde_json::de::SliceRead<'b>>,
    ) -> serde_json::Result<T>,
) -> Result<T, Refusal> {
    let mut json = serde_json::Deserializer::from_slice(body);
    read(builder, &mut json)
        .and_then(|value| json.end().map(|()| value))
        .map_err(|error| {
            builder
                .problem
                .take()
                .unwrap_or_else(|| Refusal::json(&error))
        })
}

/// Leaves the reason with the builder and stops the parser.
pub(super) fn stop<E: Error>(builder: &mut ColumnsBuilder<'_>, refusal: Refusal) -> E {
    builder.problem = Some(refusal);
    E::custom("refused")
}

struct Plain<'a, 's>(&'a mut ColumnsBuilder<'s>);

impl<'de> Visitor<'de> for Plain<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object with “records”")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = false;
        while let Some(key) = map.next_key::<String>()? {
            if key != "records" || seen {
                let refusal = Refusal::malformed(format!("Unexpected key {}", quoted(&key)))
                    .hint("write {\"records\": [{column: value}]}");
                return Err(stop(self.0, refusal));
            }
            seen = true;
            map.next_value_seed(Rows {
                builder: &mut *self.0,
                places: Places::RecordsOnly,
            })?;
        }
        if seen {
            return Ok(());
        }
        let refusal = Refusal::malformed("The body has no “records”")
            .hint("write {\"records\": [{column: value}]}");
        Err(stop(self.0, refusal))
    }
}

/// What a row may look like.
#[derive(Clone, Copy)]
pub(super) enum Places<'a> {
    /// An object with a value a column.
    RecordsOnly,
    /// An object, a list in the order of the signature, or one value where there is one column.
    Signature,
    /// A list in the order of these columns.
    Listed(&'a [usize]),
}

/// A list of rows.
pub(super) struct Rows<'a, 's> {
    pub(super) builder: &'a mut ColumnsBuilder<'s>,
    pub(super) places: Places<'a>,
}

impl<'de> DeserializeSeed<'de> for Rows<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while rows
            .next_element_seed(Row {
                builder: &mut *self.builder,
                places: self.places,
            })?
            .is_some()
        {}
        Ok(())
    }
}

struct Row<'a, 's> {
    builder: &'a mut ColumnsBuilder<'s>,
    places: Places<'a>,
}

impl<'de> DeserializeSeed<'de> for Row<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Row<'_, '_> {
    fn single<E: Error>(self, scalar: Scalar<'_>) -> Result<(), E> {
        let columns = self.builder.schema.inputs.len();
        if matches!(self.places, Places::Signature) && columns == 1 {
            return self
                .builder
                .push_in_row(0, scalar)
                .and_then(|()| self.builder.end_row())
                .map_err(|refusal| stop(self.builder, refusal));
        }
        let row = self.builder.rows();
        let refusal = Refusal::malformed(format!("Row {row} is one value, not {columns}"))
            .hint(format!("the columns are {}", self.builder.schema.names()));
        Err(stop(self.builder, refusal))
    }
}

impl<'de> Visitor<'de> for Row<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.places {
            Places::RecordsOnly => "a row as an object {column: value}",
            Places::Signature => "a row as an object or a list",
            Places::Listed(_) => "a row as a list",
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if matches!(self.places, Places::Listed(_)) {
            return Err(Error::invalid_type(serde::de::Unexpected::Map, &self));
        }
        let mut expected = 0;
        while let Some(place) = map.next_key_seed(Key {
            builder: &mut *self.builder,
            expected,
        })? {
            map.next_value_seed(Value {
                builder: &mut *self.builder,
                place,
                stands: Stands::InRow,
            })?;
            expected = place + 1;
        }
        self.builder
            .end_row()
            .map_err(|refusal| stop(self.builder, refusal))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        let width = match self.places {
            Places::RecordsOnly => {
                return Err(Error::invalid_type(serde::de::Unexpected::Seq, &self));
            }
            Places::Signature => self.builder.schema.inputs.len(),
            Places::Listed(places) => places.len(),
        };
        let mut found = 0;
        while found < width {
            let place = match self.places {
                Places::Listed(places) => places[found],
                _ => found,
            };
            let value = Value {
                builder: &mut *self.builder,
                place,
                stands: Stands::InRow,
            };
            if values.next_element_seed(value)?.is_none() {
                break;
            }
            found += 1;
        }
        while values.next_element::<serde::de::IgnoredAny>()?.is_some() {
            found += 1;
        }
        if found != width {
            let row = self.builder.rows();
            let refusal = Refusal::unfit(format!("Row {row} has {found} values, not {width}"));
            return Err(stop(self.builder, refusal));
        }
        self.builder
            .end_row()
            .map_err(|refusal| stop(self.builder, refusal))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.single(Scalar::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.single(Scalar::Number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.single(Scalar::Number(value as f64))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.single(Scalar::Number(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.single(Scalar::Text(value))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.single(Scalar::Null)
    }
}

/// A column's name, as its place.
pub(super) struct Key<'a, 's> {
    pub(super) builder: &'a mut ColumnsBuilder<'s>,
    pub(super) expected: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_, '_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_, '_> {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a column's name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        self.builder
            .schema
            .place_near(name, self.expected)
            .map_err(|refusal| stop(self.builder, refusal))
    }
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    InRow,
    InColumn,
    /// In a list of its own within a column: a column may be written `[n, 1]`.
    Nested,
}

/// A whole column: a list of values.
pub(super) struct Column<'a, 's> {
    pub(super) builder: &'a mut ColumnsBuilder<'s>,
    pub(super) place: usize,
}

impl<'de> DeserializeSeed<'de> for Column<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Column<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of a column's values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        if self.builder.column_len(self.place) > 0 {
            let name = quoted(&self.builder.schema.inputs[self.place].name);
            let refusal = Refusal::malformed(format!("The column {name} is given twice"));
            return Err(stop(self.builder, refusal));
        }
        while values
            .next_element_seed(Value {
                builder: &mut *self.builder,
                place: self.place,
                stands: Stands::InColumn,
            })?
            .is_some()
        {}
        Ok(())
    }
}

/// One value, put under its column.
struct Value<'a, 's> {
    builder: &'a mut ColumnsBuilder<'s>,
    place: usize,
    stands: Stands,
}

impl Value<'_, '_> {
    fn put<E: Error>(self, scalar: Scalar<'_>) -> Result<(), E> {
        let put = match self.stands {
            Stands::InRow => self.builder.push_in_row(self.place, scalar),
            Stands::InColumn | Stands::Nested => self.builder.push(self.place, scalar),
        };
        put.map_err(|refusal| stop(self.builder, refusal))
    }

    fn nested<E: Error>(self, what: &str) -> E {
        let name = quoted(&self.builder.schema.inputs[self.place].name);
        let row = self.builder.column_len(self.place);
        let refusal = Refusal::unfit(format!(
            "Row {row}: column {name} takes one value, not {what}"
        ));
        stop(self.builder, refusal)
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.put(Scalar::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.put(Scalar::Number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.put(Scalar::Number(value as f64))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.put(Scalar::Number(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.put(Scalar::Text(value))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.put(Scalar::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        if self.stands != Stands::InColumn {
            return Err(self.nested("a list"));
        }
        let Self { builder, place, .. } = self;
        let only = Value {
            builder: &mut *builder,
            place,
            stands: Stands::Nested,
        };
        let found = values.next_element_seed(only)?.is_some();
        if found && values.next_element::<serde::de::IgnoredAny>()?.is_none() {
            return Ok(());
        }
        let name = quoted(&builder.schema.inputs[place].name);
        let refusal = Refusal::unfit(format!("The column {name} has the shape [n] or [n, 1]"));
        Err(stop(builder, refusal))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(self.nested("an object"))
    }
}
