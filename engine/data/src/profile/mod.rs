//! The profile: what every column holds, and what may go wrong with it.
//!
//! Up to 100 000 rows every figure is exact and is worked out from the values themselves, a few columns at a time. Beyond, DuckDB
//! aggregates over all rows and a sample of 100 000 rows stands in where an exact figure would need a sort: then **quantiles are those
//! of the sample** (about 0.2 percentiles off), distinct counts above 10 000 are HyperLogLog's, and the most frequent values of a column
//! with more than 10 000 are looked for among those that the sample repeats. Everything else stays exact.

pub(crate) mod association;
pub(crate) mod figures;
mod large;
mod warnings;

use std::path::Path;

use contract::{ColumnProfile, ColumnSpec, ColumnType, Values};

pub(crate) use self::figures::Figures;
pub(crate) use self::warnings::{find_warnings, is_id_like};
use crate::engine::{Engine, Stage};
use crate::rows::Version;
use crate::{Control, DataError};

/// Rows that are looked at one by one; of more, so many are the sample.
pub(crate) const SAMPLE_ROWS: u64 = 100_000;
/// Values that are held at once while columns are looked at one by one: 64 MB of numbers.
const VALUES_AT_ONCE: u64 = 8_000_000;
/// Columns of one query that only reads.
const MOST_COLUMNS_AT_ONCE: usize = 2048;
/// Columns of one query that aggregates: each one costs the query planner a dozen expressions.
const MOST_AGGREGATED_COLUMNS: usize = 256;

/// Measures the columns in the types that `columns` gives them, which may differ from those of the Parquet file.
///
/// # Errors
/// When the Parquet file cannot be read, has no column of a name, or the work was cancelled.
pub fn profile(
    parquet: &Path,
    columns: &[ColumnSpec],
    control: &Control<'_>,
) -> Result<Vec<ColumnProfile>, DataError> {
    let engine = Engine::open(&std::env::temp_dir())?;
    let measured = measure(&engine, parquet, columns, control)?;
    warn(&engine, parquet, (columns, measured), control)
}

/// What is known of all columns before their roles are.
pub(crate) struct Measured {
    /// `[columns]`.
    pub(crate) figures: Vec<Figures>,
    /// `[columns]`, some values of each, from the same rows; empty if there are so many columns that they are better read again.
    sample: Vec<Values>,
}

/// The figures of all columns; their roles do not matter here.
pub(crate) fn measure(
    engine: &Engine,
    parquet: &Path,
    columns: &[ColumnSpec],
    control: &Control<'_>,
) -> Result<Measured, DataError> {
    let version = Version::open(engine.connection(), parquet)?;
    let rows = version.rows()?;
    let mut measured = Measured {
        figures: Vec::with_capacity(columns.len()),
        sample: Vec::new(),
    };
    let keeps_sample = columns.len() as u64 * association::SAMPLE_ROWS <= VALUES_AT_ONCE;
    for chunk in columns.chunks(columns_at_once(rows)) {
        control.columns(measured.figures.len(), columns.len());
        let (figures, sample) = engine.watched(control, parquet, None::<Stage>, |_| {
            Ok(measure_some(&version, chunk, rows))
        })??;
        measured.figures.extend(figures);
        if keeps_sample {
            measured.sample.extend(sample.iter().map(association::thin));
        }
    }
    control.columns(columns.len(), columns.len());
    Ok(measured)
}

/// Turns figures into profiles, now that the roles are known.
pub(crate) fn warn(
    engine: &Engine,
    parquet: &Path,
    (columns, measured): (&[ColumnSpec], Measured),
    control: &Control<'_>,
) -> Result<Vec<ColumnProfile>, DataError> {
    let version = Version::open(engine.connection(), parquet)?;
    let associations = engine.watched(control, parquet, None::<Stage>, |_| {
        Ok(association::with_target(
            &version, columns, &measured, control,
        ))
    })??;
    let profiles = columns
        .iter()
        .zip(measured.figures)
        .zip(associations)
        .map(|((spec, figures), association)| figures.into_profile(spec, association));
    Ok(profiles.collect())
}

/// The figures of some columns, and the values that were looked at one by one.
fn measure_some(
    version: &Version<'_>,
    columns: &[ColumnSpec],
    rows: u64,
) -> Result<(Vec<Figures>, Vec<Values>), DataError> {
    let condition = sample_condition(rows, SAMPLE_ROWS);
    let values = version.columns(&types(columns), &condition)?;
    let mut figures: Vec<Figures> = columns
        .iter()
        .zip(&values)
        .map(|(spec, values)| Figures::of(values, spec.column_type))
        .collect();
    if rows > SAMPLE_ROWS {
        figures = large::measure(version, columns, (rows, figures))?;
    }
    count_long_integers(version, columns, (rows, &mut figures))?;
    Ok((figures, values))
}

/// Integers of more digits than an `f64` has, such as ids with a time in front, are told apart as the integers they are.
fn count_long_integers(
    version: &Version<'_>,
    columns: &[ColumnSpec],
    (rows, figures): (u64, &mut [Figures]),
) -> Result<(), DataError> {
    for (spec, figures) in columns.iter().zip(figures) {
        if spec.column_type != ColumnType::Integer || !figures.is_beyond_exact() {
            continue;
        }
        let name = crate::engine::name(&spec.name);
        let value = crate::types::value(&name, version.type_of(&spec.name)?, ColumnType::Integer);
        let count = if rows > SAMPLE_ROWS {
            format!("approx_count_distinct({value})")
        } else {
            format!("count(DISTINCT {value})")
        };
        let sql = format!("SELECT {count} FROM {}", version.source);
        let distinct = version.numbers(&sql)?.first().copied().unwrap_or(0.0);
        figures.distinct = (distinct as u64).min(figures.present());
    }
    Ok(())
}

pub(crate) fn types(columns: &[ColumnSpec]) -> Vec<(std::sync::Arc<str>, ColumnType)> {
    columns
        .iter()
        .map(|spec| (spec.name.clone(), spec.column_type))
        .collect()
}

fn columns_at_once(rows: u64) -> usize {
    let most = if rows <= SAMPLE_ROWS {
        MOST_COLUMNS_AT_ONCE
    } else {
        MOST_AGGREGATED_COLUMNS
    };
    let columns = VALUES_AT_ONCE / rows.clamp(1, SAMPLE_ROWS);
    usize::try_from(columns).unwrap_or(most).clamp(1, most)
}

/// A condition that keeps about `wanted` of `rows`, the same ones every time.
pub(crate) fn sample_condition(rows: u64, wanted: u64) -> String {
    let step = rows.div_ceil(wanted.max(1));
    if step <= 1 {
        return String::new();
    }
    format!("WHERE hash({}) % {step} = 0", crate::names::ROW_NUMBER)
}
