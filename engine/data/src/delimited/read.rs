//! One `COPY` of a delimited file into Parquet; after a stumble again with better knowledge, and checked to the last row.

use std::path::PathBuf;
use std::sync::Arc;

use contract::{ColumnType, DateOrder};

use super::clean::{self, Cleaned};
use super::dialect::{Dialect, Skipped};
use super::evidence::{self, Evidence};
use super::plan::{self, Reading};
use super::records::LINE_FEED;
use super::rejects::RejectWriter;
use super::times::Told;
use crate::engine::{self, Stage};
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
    /// How dates that do not begin with their year were read, if there are any.
    pub(crate) date_order: Option<DateOrder>,
}

/// Reads `table` into the job's Parquet file. The reader takes nothing that is not right to the letter; where it stumbles, `table` is
/// cleaned first.
pub(crate) fn read(
    table: &mut Table,
    names: &[Arc<str>],
    rejects: &mut RejectWriter,
    job: &Job<'_>,
) -> Result<Done, DataError> {
    let mut texts: Vec<bool> = names.iter().map(|name| job.was_text(name)).collect();
    let mut in_parallel = true;
    if names.len() > WIDE_COLUMNS || table.leaves_dates_unclear(job) {
        table.judge(job)?;
    }
    loop {
        let date_order = table.date_order(job);
        let readings = readings(table, &texts, job);
        let stumble = match copy(table, (names, &readings, in_parallel), job) {
            Ok(rows) if rows == table.expected => {
                let Some(types) = types(table, names, &readings, job)? else {
                    table.judge(job)?;
                    continue;
                };
                return Ok(Done {
                    rows,
                    types,
                    date_order,
                });
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
                    date_order,
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

    /// Puts what all rows say in place of the sample's evidence.
    fn judge(&mut self, job: &Job<'_>) -> Result<(), DataError> {
        if !self.is_evidence_whole {
            self.evidence = clean::judge(&self.path, &self.dialect, job.control)?;
            self.is_evidence_whole = true;
        }
        Ok(())
    }

    /// What a person said, or what the dates of the file tell together.
    fn date_order(&self, job: &Job<'_>) -> Option<DateOrder> {
        let told = || evidence::told(&self.evidence).order();
        job.options.date_order.or_else(told)
    }

    /// A file in the order of time begins with the first days of a month, and its sample may well have no other.
    fn leaves_dates_unclear(&self, job: &Job<'_>) -> bool {
        job.options.date_order.is_none() && evidence::told(&self.evidence) == Told::Unclear
    }
}

/// What a person says of dates holds for every column. Else a column that is clear is read its own way, and the others as the file is.
fn readings(table: &Table, texts: &[bool], job: &Job<'_>) -> Vec<Reading> {
    let of_file = table.date_order(job);
    let order = |evidence: &Evidence| {
        let chosen = job.options.date_order;
        chosen.or(evidence.told().order()).or(of_file)
    };
    let readings = table.evidence.iter().zip(texts);
    readings
        .map(|(evidence, is_text)| match is_text {
            true => Reading::text(),
            false => Reading::from_evidence(evidence, order(evidence), table.is_evidence_whole),
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
    job.engine
        .watched(job.control, job.source, Some(stage), |connection| {
            let rows: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
            Ok(rows.unsigned_abs())
        })
}

/// The types of the columns. One without a value in the sample was read as text; what it turned out to hold decides now. `None` if
/// those are dates that have to be read again: as they stand, nobody knows their order.
fn types(
    table: &Table,
    names: &[Arc<str>],
    readings: &[Reading],
    job: &Job<'_>,
) -> Result<Option<Vec<ColumnType>>, DataError> {
    let mut types: Vec<ColumnType> = readings.iter().map(|reading| reading.column_type).collect();
    if table.is_evidence_whole {
        return Ok(Some(types));
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
        if evidence.told() != Told::Nothing {
            return Ok(None);
        }
        *column_type = evidence.column_type(None);
    }
    Ok(Some(types))
}
