//! One `COPY` of a delimited file into Parquet; again with better knowledge when a value surprises, and checked to the last row.

use std::path::PathBuf;
use std::sync::Arc;

use contract::ColumnType;

use super::dialect::Dialect;
use super::evidence::{self, Evidence};
use super::plan::{self, Reading};
use super::rejects::{self, Reject, RejectWriter};
use crate::engine::{self, Engine, Stage};
use crate::loaded::Job;
use crate::{DataError, rows};

/// A delimited file that is UTF-8 and has one kind of line end.
pub(crate) struct Table {
    pub(crate) path: PathBuf,
    pub(crate) dialect: Dialect,
    /// Rows that have to be read or rejected.
    pub(crate) expected: u64,
    pub(crate) line_end: u8,
    /// What is known of the columns, `[columns]`.
    pub(crate) evidence: Vec<Evidence>,
    /// Known from every row, not only from a sample.
    pub(crate) is_evidence_whole: bool,
}

impl Table {
    fn judge_all_rows(&mut self, job: &Job<'_>) -> Result<(), DataError> {
        self.evidence = evidence::of_file(&self.path, &self.dialect, job.control)?;
        self.is_evidence_whole = true;
        Ok(())
    }
}

/// From so many columns on, the expressions that guard against surprises would take the query planner longer than a look at all rows.
const WIDE_COLUMNS: usize = 500;

pub(crate) struct Done {
    pub(crate) rows: u64,
    pub(crate) types: Vec<ColumnType>,
}

/// A conversion failed.
enum Surprise {
    /// In these columns.
    In(Vec<usize>),
    /// In a column that DuckDB does not name.
    Somewhere(DataError),
}

/// Reads `table` into the job's Parquet file.
pub(crate) fn read(
    table: &mut Table,
    names: &[Arc<str>],
    rejects: &mut RejectWriter,
    job: &Job<'_>,
) -> Result<Done, DataError> {
    let engine = Engine::open(&job.scratch.join("spill"))?;
    let mut texts: Vec<bool> = names.iter().map(|name| job.was_text(name)).collect();
    if names.len() > WIDE_COLUMNS && !table.is_evidence_whole {
        table.judge_all_rows(job)?;
    }
    let mut attempt = 0;
    let mut in_parallel = true;
    loop {
        attempt += 1;
        let errors = format!("errors_{attempt}");
        let readings = readings(table, &texts);
        match copy(
            &engine,
            table,
            (names, &readings),
            (&errors, in_parallel),
            job,
        )? {
            Err(_) if !table.is_evidence_whole => {
                tracing::info!(path = %job.source.display(), "a value surprised; judging all rows");
                table.judge_all_rows(job)?;
            }
            Err(surprise) => settle_as_text(surprise, &readings, &mut texts)?,
            Ok(rows) => {
                let balance = Balance::of(&engine, &errors, table, rows)?;
                if balance.is_even() || !in_parallel {
                    rejects::collect(engine.connection(), &errors, (table, names), rejects)?;
                    balance.settle(table, rejects)?;
                    let types = types(table, names, &readings, job)?;
                    return Ok(Done { rows, types });
                }
                // Blocks of the parallel reader can lose their way in quoted line ends; one block after the other cannot.
                tracing::warn!(path = %job.source.display(), ?balance, "rows are missing; reading again in one go");
                in_parallel = false;
            }
        }
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

/// All rows were judged and one still surprises: what is left is to keep its column as it is written.
fn settle_as_text(
    surprise: Surprise,
    readings: &[Reading],
    texts: &mut [bool],
) -> Result<(), DataError> {
    match surprise {
        Surprise::In(columns) => {
            for column in columns {
                if let Some(is_text) = texts.get_mut(column) {
                    *is_text = true;
                }
            }
            Ok(())
        }
        Surprise::Somewhere(error) => {
            let before = texts.to_vec();
            for (is_text, reading) in texts.iter_mut().zip(readings) {
                *is_text |= reading.is_converted();
            }
            // Nothing is left to convert, so it was no conversion that failed.
            if *texts == before { Err(error) } else { Ok(()) }
        }
    }
}

fn copy(
    engine: &Engine,
    table: &Table,
    (names, readings): (&[Arc<str>], &[Reading]),
    (errors, in_parallel): (&str, bool),
    job: &Job<'_>,
) -> Result<Result<u64, Surprise>, DataError> {
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
        plan::read_csv(&source, &table.dialect, readings, (errors, in_parallel)),
        engine::target(&job.parquet())?,
        engine::parquet_options(names.len()),
    );
    let stage = Stage {
        name: "reading",
        total_bytes: job.source_bytes,
    };
    let copied = engine.watched(job.control, job.source, Some(stage), |connection| {
        let rows: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        let columns = rejects::surprised_columns(connection, errors)?;
        Ok((rows.unsigned_abs(), columns))
    });
    match copied {
        Ok((rows, columns)) if columns.is_empty() => Ok(Ok(rows)),
        Ok((_, columns)) => Ok(Err(Surprise::In(columns))),
        Err(error) if plan::is_surprise(&error) => Ok(Err(Surprise::Somewhere(error))),
        Err(error) => Err(error),
    }
}

/// Rows read and rejected beside the records that the file has.
#[derive(Debug)]
struct Balance {
    expected: u64,
    rows: u64,
    rejected: u64,
    has_broken_quotes: bool,
}

impl Balance {
    fn of(engine: &Engine, errors: &str, table: &Table, rows: u64) -> Result<Self, DataError> {
        let sql = format!(
            "SELECT count(DISTINCT line_byte_position), \
             coalesce(bool_or(error_type = 'UNQUOTED VALUE'), false) FROM {errors}"
        );
        let (rejected, has_broken_quotes) = engine
            .connection()
            .query_row(&sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))
            .map_err(|error| engine::failed(&table.path, error))?;
        Ok(Self {
            expected: table.expected,
            rows,
            rejected: rejected.unsigned_abs(),
            has_broken_quotes,
        })
    }

    fn is_even(&self) -> bool {
        self.rows + self.rejected == self.expected
    }

    /// Around a broken quote nobody can say where a row ends; elsewhere a lost row is an error.
    fn settle(&self, table: &Table, rejects: &mut RejectWriter) -> Result<(), DataError> {
        if self.is_even() {
            return Ok(());
        }
        if !self.has_broken_quotes {
            return Err(DataError::RowsLost {
                path: table.path.clone(),
                records: self.expected,
                rows: self.rows,
                rejected: self.rejected,
            });
        }
        let lost = self.expected.saturating_sub(self.rows + self.rejected);
        if lost > 0 {
            rejects.add(&Reject {
                line: 0,
                column: None,
                error: format!("{lost} rows were lost near a quote that is not closed properly"),
                text: "",
            })?;
            rejects.count += lost - 1;
        }
        Ok(())
    }
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
