//! Figures of columns with very many rows: DuckDB aggregates over all of them, a sample tells what to count exactly.

use std::fmt::Write;
use std::sync::Arc;

use contract::{ColumnSpec, ColumnType, Values};
use serde::Deserialize;

use super::figures::{BINS, FEW_VALUES, Figures, TOP_VALUES, bins_per_unit};
use crate::rows::{Version, fetch};
use crate::{DataError, engine};

/// Distinct values up to which they are counted one by one; a little more than the promised 10 000, because HyperLogLog is not exact.
const COUNTED_DISTINCT: f64 = 12_000.0;
/// A value is looked up in all rows if the sample has it so often; rarer ones tell nothing.
const REPEATED_IN_SAMPLE: u64 = 10;

/// The figures of all `rows`, given those of a sample, `[columns]`.
pub(crate) fn measure(
    version: &Version<'_>,
    columns: &[ColumnSpec],
    (rows, sample): (u64, Vec<Figures>),
) -> Result<Vec<Figures>, DataError> {
    let mut figures = totals(version, columns, rows)?;
    counts(version, columns, &sample, &mut figures)?;
    for ((figures, sample), spec) in figures.iter_mut().zip(sample).zip(columns) {
        figures.quantiles = sample
            .quantiles
            .map(|quantiles| figures.within_limits(quantiles));
        figures.stranger = sample.stranger;
        figures.unclear_date = sample.unclear_date;
        // One stranger in millions of numbers is not in the sample, but is why the column is text.
        if sample.is_all_numeric {
            figures.stranger = stranger(version, spec)?;
        }
    }
    Ok(figures)
}

impl Figures {
    fn within_limits(&self, quantiles: [f64; 5]) -> [f64; 5] {
        match (self.min, self.max) {
            (Some(min), Some(max)) if min <= max => quantiles.map(|value| value.clamp(min, max)),
            _ => quantiles,
        }
    }
}

/// The columns by the names `v0`, `v1`, …, numbers as DOUBLE (infinite ones too), all else as text.
fn view(version: &Version<'_>, columns: &[ColumnSpec]) -> Result<String, DataError> {
    let parts = columns
        .iter()
        .enumerate()
        .map(|(index, spec)| {
            let held = version.type_of(&spec.name)?;
            let name = engine::name(&spec.name);
            let value = if spec.column_type == ColumnType::Text {
                crate::types::label(&name, held, ColumnType::Text)
            } else {
                crate::types::number(&name, held, spec.column_type)
            };
            Ok(format!("{value} AS v{index}"))
        })
        .collect::<Result<Vec<_>, DataError>>()?;
    Ok(format!(
        "(SELECT {} FROM {})",
        parts.join(", "),
        version.source
    ))
}

/// A finite number, or missing.
fn finite(index: usize) -> String {
    format!("(CASE WHEN isfinite(v{index}) THEN v{index} END)")
}

/// One pass: counts, limits, moments, and about how many distinct values there are.
fn totals(
    version: &Version<'_>,
    columns: &[ColumnSpec],
    rows: u64,
) -> Result<Vec<Figures>, DataError> {
    const PARTS: usize = 7;
    let mut parts = Vec::with_capacity(columns.len() * PARTS);
    for (index, spec) in columns.iter().enumerate() {
        if spec.column_type == ColumnType::Text {
            parts.push(format!("count(v{index}), approx_count_distinct(v{index})"));
        } else {
            let value = finite(index);
            parts.push(format!(
                "count({value}), approx_count_distinct({value}), min({value}), max({value}), avg({value}), \
                 stddev_samp({value}), count_if(isinf(v{index}))"
            ));
        }
    }
    let sql = format!(
        "SELECT {} FROM {}",
        parts.join(", "),
        view(version, columns)?
    );
    let mut row = version.numbers(&sql)?.into_iter();
    let mut next = || row.next().filter(|number| number.is_finite());
    let figures = columns.iter().map(|spec| {
        let present = next().unwrap_or(0.0);
        let mut figures = Figures {
            rows,
            missing: rows.saturating_sub(present as u64),
            // HyperLogLog may think of more values than there are.
            distinct: next().unwrap_or(0.0).min(present) as u64,
            ..Figures::default()
        };
        if spec.column_type != ColumnType::Text {
            [figures.min, figures.max, figures.mean, figures.std] =
                [next(), next(), next(), next()];
            figures.infinite = next().unwrap_or(0.0) as u64;
        }
        figures
    });
    Ok(figures.collect())
}

/// A second pass, now that limits and values to look for are known.
fn counts(
    version: &Version<'_>,
    columns: &[ColumnSpec],
    sample: &[Figures],
    figures: &mut [Figures],
) -> Result<(), DataError> {
    let mut aggregates = String::new();
    let mut parts = Vec::new();
    let mut wanted = Vec::new();
    for (index, (spec, figures)) in columns.iter().zip(figures.iter()).enumerate() {
        let is_text = spec.column_type == ColumnType::Text;
        let value = if is_text {
            format!("v{index}")
        } else {
            finite(index)
        };
        if (figures.distinct as f64) <= COUNTED_DISTINCT {
            let _ = write!(aggregates, "histogram({value}) AS d{index}, ");
            parts.push(format!(
                "CAST(coalesce(cardinality(d{index}), 0) AS VARCHAR), {}",
                most_frequent(index)
            ));
            wanted.push((index, Wanted::Distinct));
        } else if let (true, Some(sample)) = (is_text, sample.get(index)) {
            for (text, _) in sample.repeated() {
                let _ = write!(
                    aggregates,
                    "count_if(v{index} = {}) AS t{}, ",
                    engine::text(text),
                    parts.len()
                );
                parts.push(format!("CAST(t{} AS VARCHAR)", parts.len()));
                wanted.push((index, Wanted::Count(text.clone())));
            }
        }
        if let (false, Some(min), Some(max)) = (is_text, figures.min, figures.max)
            && let Some(scale) = bins_per_unit(min, max)
        {
            let _ = write!(
                aggregates,
                "histogram(CASE WHEN isfinite(v{index}) THEN CAST(least(floor((v{index} - {min:?}) * {scale:?}), {}) AS INTEGER) END) AS h{index}, ",
                BINS - 1
            );
            parts.push(format!(
                "CAST(to_json(map_keys(h{index})) AS VARCHAR), CAST(to_json(map_values(h{index})) AS VARCHAR)"
            ));
            wanted.push((index, Wanted::Histogram));
        }
    }
    if parts.is_empty() {
        return Ok(());
    }
    let aggregates = aggregates.trim_end_matches(", ");
    let sql = format!(
        "SELECT {} FROM (SELECT {aggregates} FROM {})",
        parts.join(", "),
        view(version, columns)?
    );
    let mut row = version.texts(&sql)?.into_iter();
    let mut next = || row.next().flatten().unwrap_or_default();
    for (index, wanted) in wanted {
        let (Some(figures), Some(spec)) = (figures.get_mut(index), columns.get(index)) else {
            continue;
        };
        match wanted {
            Wanted::Distinct => figures.take_distinct(&next(), &next(), spec.column_type),
            Wanted::Count(text) => figures.top_values.push((text, next().parse().unwrap_or(0))),
            Wanted::Histogram => figures.take_histogram(&next(), &next()),
        }
    }
    for (figures, spec) in figures.iter_mut().zip(columns) {
        figures.settle(spec.column_type);
    }
    Ok(())
}

enum Wanted {
    Distinct,
    Count(Arc<str>),
    Histogram,
}

/// One of the most frequent values, as DuckDB writes it: `n` is the negative of its count, so that sorting puts it first.
#[derive(Deserialize)]
struct Frequent {
    n: i64,
    v: serde_json::Value,
}

fn most_frequent(index: usize) -> String {
    format!(
        "CAST(to_json(list_slice(list_sort([{{'n': -CAST(e.value AS BIGINT), 'v': e.key}} \
         for e in map_entries(d{index})]), 1, {TOP_VALUES})) AS VARCHAR)"
    )
}

impl Figures {
    /// Values that a sample repeats so often that they are worth a count.
    fn repeated(&self) -> impl Iterator<Item = &(Arc<str>, u64)> {
        self.top_values
            .iter()
            .filter(|(_, count)| *count >= REPEATED_IN_SAMPLE)
    }

    fn take_distinct(&mut self, distinct: &str, frequent: &str, column_type: ColumnType) {
        self.distinct = distinct.parse().unwrap_or(self.distinct);
        let label = |value: serde_json::Value| -> Option<Arc<str>> {
            let number = value.as_f64();
            match (column_type, number) {
                (ColumnType::Text, _) => value.as_str().map(Arc::from),
                (ColumnType::Boolean, Some(number)) => {
                    Some(if number == 0.0 { "false" } else { "true" }.into())
                }
                (ColumnType::Integer, Some(number)) if self.distinct <= FEW_VALUES => {
                    Some(format!("{number:.0}").into())
                }
                _ => None,
            }
        };
        let frequent: Vec<Frequent> = serde_json::from_str(frequent).unwrap_or_default();
        self.top_values = frequent
            .into_iter()
            .filter_map(|frequent| Some((label(frequent.v)?, frequent.n.unsigned_abs())))
            .collect();
    }

    fn take_histogram(&mut self, bins: &str, counts: &str) {
        let bins: Vec<usize> = serde_json::from_str(bins).unwrap_or_default();
        let counts: Vec<u64> = serde_json::from_str(counts).unwrap_or_default();
        self.histogram = vec![0; BINS];
        for (bin, count) in bins.into_iter().zip(counts) {
            if let Some(total) = self.histogram.get_mut(bin) {
                *total += count;
            }
        }
    }

    /// Brings what both passes found into the form of `Figures::of`.
    fn settle(&mut self, column_type: ColumnType) {
        if column_type == ColumnType::Text {
            self.top_values
                .sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        }
        if column_type == ColumnType::Boolean {
            (self.min, self.max, self.mean, self.std) = (None, None, None, None);
            self.histogram.clear();
        } else if self.min.is_some() && self.histogram.is_empty() {
            self.histogram = vec![self.present()];
        }
    }
}

fn stranger(version: &Version<'_>, spec: &ColumnSpec) -> Result<Option<Arc<str>>, DataError> {
    let words: Vec<String> = crate::MISSING_WORDS
        .iter()
        .map(|word| engine::text(word))
        .collect();
    let label = crate::types::label(
        &engine::name(&spec.name),
        version.type_of(&spec.name)?,
        ColumnType::Text,
    );
    let sql = format!(
        "SELECT {label} AS text FROM {} WHERE {label} IS NOT NULL AND TRY_CAST({label} AS DOUBLE) IS NULL \
         AND trim({label}) NOT IN ({}) LIMIT 1",
        version.source,
        words.join(", ")
    );
    Ok(version.texts(&sql)?.into_iter().next().flatten())
}

impl Version<'_> {
    /// The one row of `sql`, whose columns are made DOUBLE.
    pub(crate) fn numbers(&self, sql: &str) -> Result<Vec<f64>, DataError> {
        let sql = format!("SELECT CAST(COLUMNS(*) AS DOUBLE) FROM ({sql})");
        let columns = self.row(&sql)?;
        let number = |values: &Values| match values {
            Values::Number(numbers) => numbers.first().copied().unwrap_or(f64::NAN),
            Values::Text(_) => f64::NAN,
        };
        Ok(columns.iter().map(number).collect())
    }

    /// The first row of `sql`, whose columns are VARCHAR.
    fn texts(&self, sql: &str) -> Result<Vec<Option<Arc<str>>>, DataError> {
        let columns = self.row(sql)?;
        let text = |values: &Values| match values {
            Values::Text(texts) => texts.first().cloned().flatten(),
            Values::Number(_) => None,
        };
        Ok(columns.iter().map(text).collect())
    }

    fn row(&self, sql: &str) -> Result<Vec<Values>, DataError> {
        fetch(self.connection(), sql).map_err(|error| engine::failed(self.path(), error))
    }
}
