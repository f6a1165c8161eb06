//! One `COPY` of a delimited file into Parquet; after a stumble again with better knowledge, and checked to the last row.

use std::path::PathBuf;
use std::sync::Arc;

use contract::ColumnType;

use super::clean::{self, Cleaned};
use super::dialect::{Dialect, Skipped};
use super::evidence::Evidence;
use super::plan::{self, Reading};
use super::records::LINE_FEED;
use super::rejects::RejectWriter;
use crate::engine::{self, Engine, Stage};
use crate::loaded::Job;
use crate::{DataError, rows};

/// From so many columns on, the expressions that guard against surprises would take the query planner longer than a look at all rows.
const WIDE_COLUMNS: usize = 500;

/// A delimited file in UTF-8.
pub(crate) struct Table {
    pub(crate) path: PathBuf,
    pub(crate) dialect: Dialect,
    /// Rows, or records that are none, but for those above the header.
    pub(crate) expected: u64,
    /// What is known of the columns, `[columns]`.
    pub(crate) evidence: Vec<Evidence>,
    /// Known from every row, not only from a sample.
    pub(crate) is_evidence_whole: bool,
    /// `\n`, `\r\n` or `\r`, with backslashes. DuckDB would take one inside quotes for it.
    pub(crate) line_end: &'static str,
    /// Every record is a row, and every line ends the same way.
    pub(crate) is_clean: bool,
}

pub(crate) struct Done {
    pub(crate) rows: u64,
    pub(crate) types: Vec<ColumnType>,
}

/// Reads `table` into the job's Parquet file. The reader takes nothing that is not right to the letter; where it stumbles, `table` is
/// cleaned first.
pub(crate) fn read(
    table: &mut Table,
    names: &[Arc<str>],
    rejects: &mut RejectWriter,
    job: &Job<'_>,
) -> Result<Done, DataError> {
    let engine = Engine::open(&job.scratch.join("spill"))?;
    let mut texts: Vec<bool> = names.iter().map(|name| job.was_text(name)).collect();
    let mut in_parallel = true;
    if names.len() > WIDE_COLUMNS && !table.is_evidence_whole {
        table.evidence = clean::judge(&table.path, &table.dialect, job.control)?;
        table.is_evidence_whole = true;
    }
    loop {
        let readings = readings(table, &texts);
        let stumble = match copy(&engine, table, (names, &readings, in_parallel), job) {
            Ok(rows) if rows == table.expected => {
                let types = types(table, names, &readings, job)?;
                return Ok(Done { rows, types });
            }
            Ok(rows) => DataError::RowsLost {
                path: job.source.to_owned(),
                records: table.expected,
                rows,
            },
            Err(error @ DataError::Reader { .. }) => error,
            Err(error) => return Err(error),
        };
        if !table.is_clean {
            tracing::info!(path = %job.source.display(), %stumble, "looking at every record");
            table.clean(names, rejects, job)?;
            if table.expected == 0 {
                return Ok(Done {
                    rows: 0,
                    types: vec![ColumnType::Text; names.len()],
                });
            }
        } else if in_parallel {
            // Blocks of the parallel reader can lose their way in quoted line ends; one block after the other cannot.
            tracing::warn!(path = %job.source.display(), %stumble, "reading again in one go");
            in_parallel = false;
        } else if plan::is_surprise(&stumble) && keep_as_text(&readings, &mut texts) {
            tracing::warn!(path = %job.source.display(), %stumble, "keeping columns as text");
        } else {
            return Err(stumble);
        }
    }
}

impl Table {
    /// Puts the rows alone in place of the file, and what they say in place of the sample's evidence.
    pub(crate) fn clean(
        &mut self,
        names: &[Arc<str>],
        rejects: &mut RejectWriter,
        job: &Job<'_>,
    ) -> Result<(), DataError> {
        let Cleaned {
            path,
            rows,
            evidence,
        } = clean::clean(&self.path, &self.dialect, names, rejects, job)?;
        self.path = path;
        self.line_end = LINE_FEED;
        self.expected = rows;
        self.evidence = evidence;
        self.is_evidence_whole = true;
        self.is_clean = true;
        self.dialect.skipped = Skipped::default();
        Ok(())
    }
}

fn readings(table: &Table, texts: &[bool]) -> Vec<Reading> {
    let readings = table.evidence.iter().zip(texts);
    readings
        .map(|(evidence, is_text)| match is_text {
            true => Reading::text(),
            false => Reading::from_evidence(evidence, table.is_evidence_whole),
        })
        .collect()
}

/// All rows were judged and still one does not convert: what is left is to keep columns as they are written, those of one type after
/// the other. False if all are text already.
fn keep_as_text(readings: &[Reading], texts: &mut [bool]) -> bool {
    let suspects = [
        ColumnType::Timestamp,
        ColumnType::Boolean,
        ColumnType::Float,
        ColumnType::Integer,
    ];
    let is_of = |column_type| move |reading: &Reading| reading.column_type == column_type;
    let Some(suspect) = suspects
        .into_iter()
        .find(|suspect| readings.iter().any(is_of(*suspect)))
    else {
        return false;
    };
    for (reading, is_text) in readings.iter().zip(texts) {
        *is_text |= reading.column_type == suspect;
    }
    true
}

fn copy(
    engine: &Engine,
    table: &Table,
    (names, readings, in_parallel): (&[Arc<str>], &[Reading], bool),
    job: &Job<'_>,
) -> Result<u64, DataError> {
    let source = engine::source(&table.path)?;
    let values: Vec<String> = readings
        .iter()
        .zip(names)
        .enumerate()
        .map(|(index, (reading, name))| {
            let value = reading.value(&format!("c{index}"), table.dialect.decimal);
            format!("{value} AS {}", engine::name(name))
        })
        .collect();
    let sql = format!(
        "COPY (SELECT {} FROM {}) TO {} {}",
        values.join(", "),
        plan::read_csv(&source, table, readings, in_parallel),
        engine::target(&job.parquet())?,
        engine::parquet_options(names.len()),
    );
    let stage = Stage {
        name: "reading",
        total_bytes: job.source_bytes,
    };
    engine.watched(job.control, job.source, Some(stage), |connection| {
        let rows: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        Ok(rows.unsigned_abs())
    })
}

/// The types of the columns. One without a value in the sample was read as text; what it turned out to hold decides now.
fn types(
    table: &Table,
    names: &[Arc<str>],
    readings: &[Reading],
    job: &Job<'_>,
) -> Result<Vec<ColumnType>, DataError> {
    let mut types: Vec<ColumnType> = readings.iter().map(|reading| reading.column_type).collect();
    if table.is_evidence_whole {
        return Ok(types);
    }
    let undecided = table
        .evidence
        .iter()
        .zip(names)
        .zip(&mut types)
        .filter(|((evidence, name), _)| !evidence.has_values() && !job.was_text(name));
    for ((_, name), column_type) in undecided {
        let mut evidence = Evidence::default();
        rows::for_each_text(&job.parquet(), name, |text| {
            evidence.add(text.as_bytes(), b'.')
        })?;
        *column_type = evidence.column_type();
    }
    Ok(types)
}
