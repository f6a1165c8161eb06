//! JSON and JSON lines: records become rows, nested objects become columns such as `address.city`.

mod records;

use std::collections::HashMap;
use std::fmt;

use contract::{FileFormat, ReaderOptions};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use self::records::for_each_record;
use crate::DataError;
use crate::canonical::CanonicalWriter;
use crate::delimited::rejects::{Reject, RejectWriter};
use crate::loaded::{Job, Loaded, MOST_COLUMNS};
use crate::text::TextFile;

/// Reads records into a Parquet file. A record that is no object, or no JSON, is rejected.
pub(crate) fn load(job: &Job<'_>, format: FileFormat) -> Result<Loaded, DataError> {
    let label = job.options.encoding.as_deref();
    let file = TextFile::open(job.source, label, job.scratch, job.control, |_| Ok(()))?;
    let mut rejects = RejectWriter::new(job.rejects());
    let mut columns = Columns::default();
    let mut records = 0_u64;
    let mut first = Vec::new();
    for_each_record(&file.path, format, job.control, |line, bytes| {
        if first.is_empty() {
            first = bytes.to_owned();
        }
        match serde_json::from_slice::<Record>(bytes) {
            Ok(record) => {
                records += 1;
                record.visit(&mut |name, _| {
                    columns.index(name);
                });
            }
            Err(error) => rejects.add(&Reject {
                line,
                column: None,
                error: sentence(&error),
                text: &String::from_utf8_lossy(bytes),
            })?,
        }
        columns.check(job)
    })?;
    // The first line of an object that is written over many.
    if records == 0 && first == b"{" {
        return Err(DataError::JsonWithoutRecords {
            path: job.source.to_owned(),
            what: "one object",
        });
    }
    let mut writer = CanonicalWriter::create(job.scratch, columns.names.clone())?;
    let mut row = vec![String::new(); columns.names.len()];
    let mut done = 0_u64;
    for_each_record(&file.path, format, job.control, |_, bytes| {
        let Ok(record) = serde_json::from_slice::<Record>(bytes) else {
            return Ok(());
        };
        row.iter_mut().for_each(String::clear);
        record.visit(&mut |name, field| {
            if let Some(cell) = row.get_mut(columns.index(name)) {
                *cell = field;
            }
        });
        done += 1;
        if done.is_multiple_of(4096) {
            job.control.rows("reading", done, records);
        }
        writer.write(&row)
    })?;
    let options = options(format, file.encoding_label());
    writer.load(rejects, file.digest, options, job)
}

/// The options in force for JSON.
pub(crate) fn options(format: FileFormat, encoding: String) -> ReaderOptions {
    ReaderOptions {
        format: Some(format),
        encoding: Some(encoding),
        ..ReaderOptions::default()
    }
}

/// Names in the order in which they first came.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
    known: HashMap<String, usize>,
}

impl Columns {
    fn index(&mut self, name: &str) -> usize {
        if let Some(index) = self.known.get(name) {
            return *index;
        }
        let index = self.names.len();
        self.names.push(name.to_owned());
        self.known.insert(name.to_owned(), index);
        index
    }

    fn check(&self, job: &Job<'_>) -> Result<(), DataError> {
        if self.names.len() <= MOST_COLUMNS {
            return Ok(());
        }
        Err(DataError::TooManyColumns {
            path: job.source.to_owned(),
            limit: MOST_COLUMNS,
        })
    }
}

/// The fields of one record, in their own order.
struct Record(Vec<(String, Value)>);

impl Record {
    /// Hands every leaf to `visit`, with its path and its text; what is null is not visited.
    fn visit(self, visit: &mut impl FnMut(&str, String)) {
        for (name, value) in self.0 {
            leaves(&name, value, visit);
        }
    }
}

fn leaves(name: &str, value: Value, visit: &mut impl FnMut(&str, String)) {
    match value {
        // The column exists, even if every record says null.
        Value::Null => visit(name, String::new()),
        Value::String(text) => visit(name, text),
        Value::Object(fields) if !fields.is_empty() => {
            for (inner, value) in fields {
                leaves(&format!("{name}.{inner}"), value, visit);
            }
        }
        value => visit(name, value.to_string()),
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Record;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Record(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// serde_json says “… at line 1 column 9”; the line is that of the record, so only the column helps.
fn sentence(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let what = message.split(" at line ").next().unwrap_or(&message);
    let mut letters = what.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let what = format!("{first}{}", letters.as_str());
    match error.column() {
        0 => what,
        column => format!("{what} at letter {column}"),
    }
}
