//! Rows that could not be read: counted, and kept as JSON lines where a person can see them.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use duckdb::Connection;
use serde::Serialize;

use super::read::Table;
use crate::DataError;

/// One rejected row, a line of the file of rejects.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Reject<'a> {
    pub(crate) line: u64,
    pub(crate) column: Option<&'a str>,
    pub(crate) error: String,
    pub(crate) text: &'a str,
}

/// Writes rejects as they come; the file exists only if there was one.
pub(crate) struct RejectWriter {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    pub(crate) count: u64,
    /// The first one's sentence, for an error that has no room for more.
    pub(crate) first: Option<String>,
}

impl RejectWriter {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            file: None,
            count: 0,
            first: None,
        }
    }

    pub(crate) fn add(&mut self, reject: &Reject<'_>) -> Result<(), DataError> {
        if self.first.is_none() {
            self.first = Some(format!("Line {}: {}", reject.line, reject.error));
        }
        self.count += 1;
        let written = match &mut self.file {
            Some(file) => write_line(file, reject),
            None => File::create(&self.path).and_then(|file| {
                let file = self.file.insert(BufWriter::new(file));
                write_line(file, reject)
            }),
        };
        written.map_err(DataError::writing(&self.path))
    }

    /// Where the rejects are, if there are any.
    pub(crate) fn finish(self) -> Result<Option<PathBuf>, DataError> {
        let Some(mut file) = self.file else {
            return Ok(None);
        };
        file.flush().map_err(DataError::writing(&self.path))?;
        Ok(Some(self.path))
    }
}

fn write_line(file: &mut BufWriter<File>, reject: &Reject<'_>) -> std::io::Result<()> {
    serde_json::to_writer(&mut *file, reject)?;
    file.write_all(b"\n")
}

/// Columns (counted from 0) with a value that the reader could not convert.
pub(crate) fn surprised_columns(
    connection: &Connection,
    errors: &str,
) -> duckdb::Result<Vec<usize>> {
    let sql = format!(
        "SELECT DISTINCT column_idx FROM {errors} WHERE error_type = 'CAST' ORDER BY column_idx"
    );
    let mut statement = connection.prepare(&sql)?;
    let columns = statement.query_map([], |row| row.get::<_, u64>(0))?;
    columns
        .map(|column| column.map(|column| column.saturating_sub(1) as usize))
        .collect()
}

/// What DuckDB says of one rejected row.
struct Rejected {
    position: u64,
    column: Option<u64>,
    kind: String,
    message: String,
    text: String,
}

/// Moves DuckDB's table of errors into the file of rejects, in the order of the source. A row with several errors is one reject.
pub(crate) fn collect(
    connection: &Connection,
    errors: &str,
    (table, names): (&Table, &[Arc<str>]),
    rejects: &mut RejectWriter,
) -> Result<(), DataError> {
    let sql = format!(
        "SELECT line_byte_position, arg_min(column_idx, coalesce(byte_position, 0)), \
         arg_min(error_type, coalesce(byte_position, 0)), arg_min(error_message, coalesce(byte_position, 0)), \
         any_value(csv_line) FROM {errors} GROUP BY ALL ORDER BY ALL"
    );
    let source = table.path.as_path();
    let failed = |error| crate::engine::failed(source, error);
    let mut statement = connection.prepare(&sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut lines = None;
    while let Some(row) = rows.next().map_err(failed)? {
        let read = || {
            duckdb::Result::Ok(Rejected {
                position: row.get::<_, Option<u64>>(0)?.unwrap_or(0),
                column: row.get(1)?,
                kind: row.get(2)?,
                message: row.get(3)?,
                text: row.get::<_, Option<String>>(4)?.unwrap_or_default(),
            })
        };
        let rejected = read().map_err(failed)?;
        let counter = match &mut lines {
            Some(counter) => counter,
            None => lines.insert(LineCounter::open(source, table.line_end)?),
        };
        let column = rejected
            .column
            .and_then(|column| names.get(column.saturating_sub(1) as usize));
        rejects.add(&Reject {
            line: counter
                .line_of(rejected.position)
                .map_err(DataError::reading(source))?,
            column: column.map(|name| &**name),
            error: sentence(&rejected),
            text: rejected.text.trim_end_matches(['\r', '\n']),
        })?;
    }
    Ok(())
}

fn sentence(rejected: &Rejected) -> String {
    let counts: Vec<&str> = rejected
        .message
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|word| !word.is_empty())
        .collect();
    match (rejected.kind.as_str(), counts.as_slice()) {
        ("MISSING COLUMNS", [expected, found, ..]) => {
            format!("Too few fields: {found} instead of {expected}")
        }
        ("TOO MANY COLUMNS", [expected, found, ..]) => {
            format!("Too many fields: {found} instead of {expected}")
        }
        ("UNQUOTED VALUE", _) => {
            let swallowed = rejected.text.trim_end().lines().count().saturating_sub(1);
            match swallowed {
                0 => "A quote is not closed properly".to_owned(),
                1 => "A quote is not closed properly; the next line went with it".to_owned(),
                _ => format!(
                    "A quote is not closed properly; the next {swallowed} lines went with it"
                ),
            }
        }
        ("INVALID ENCODING", _) => "Some bytes are not UTF-8".to_owned(),
        ("LINE SIZE OVER MAXIMUM", _) => "The line is too long".to_owned(),
        _ => rejected.message.clone(),
    }
}

/// Turns byte positions, given in rising order, into lines.
struct LineCounter {
    file: BufReader<File>,
    line_end: u8,
    position: u64,
    line: u64,
}

impl LineCounter {
    fn open(path: &Path, line_end: u8) -> Result<Self, DataError> {
        let file = File::open(path).map_err(DataError::reading(path))?;
        Ok(Self {
            file: BufReader::with_capacity(1 << 20, file),
            line_end,
            position: 0,
            line: 1,
        })
    }

    fn line_of(&mut self, position: u64) -> std::io::Result<u64> {
        while self.position < position {
            let wanted = position - self.position;
            let block = self.file.fill_buf()?;
            if block.is_empty() {
                break;
            }
            let length = (block.len() as u64).min(wanted) as usize;
            let passed = block.get(..length).unwrap_or_default();
            self.line += memchr::memchr_iter(self.line_end, passed).count() as u64;
            self.file.consume(length);
            self.position += length as u64;
        }
        Ok(self.line)
    }
}
