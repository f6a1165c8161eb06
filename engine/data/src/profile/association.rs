//! How well each feature knows the target, on a sample: what knows it too well gives it away.
//!
//! Between numbers it is |Pearson's r|; between a number and categories the correlation ratio, as the epsilon-squared of Kelley (1935);
//! between categories Cramér's V with the correction of Bergsma (2013). Both corrections matter here: without them a column with a value
//! of its own in every row would seem to know everything.

use std::borrow::Cow;
use std::collections::HashMap;

use contract::{ColumnRole, ColumnSpec, ColumnType, Values};

use super::figures::FEW_VALUES;
use super::figures::mean;
use super::{Figures, Measured, columns_at_once, sample_condition, types};
use crate::rows::Version;
use crate::{Control, DataError};

/// Rows that associations are worked out on.
pub(crate) const SAMPLE_ROWS: u64 = 20_000;
/// Pairs of values without which an association says nothing.
const LEAST_PAIRS: usize = 20;

/// The association of every feature with the target, `[columns]`; `None` for other columns, or without a target.
pub(crate) fn with_target(
    version: &Version<'_>,
    columns: &[ColumnSpec],
    measured: &Measured,
    control: &Control<'_>,
) -> Result<Vec<Option<f64>>, DataError> {
    let mut associations = vec![None; columns.len()];
    let target = columns
        .iter()
        .position(|spec| spec.role == ColumnRole::Target);
    let Some((index, spec, figures)) =
        target.and_then(|index| Some((index, columns.get(index)?, measured.figures.get(index)?)))
    else {
        return Ok(associations);
    };
    let rows = figures.rows;
    let values = values(version, columns, (measured, &[index]), rows)?;
    let Some(target) = values.first() else {
        return Ok(associations);
    };
    let target = Column::of(target, is_category(spec.column_type, figures));
    let features: Vec<usize> = (0..columns.len())
        .filter(|index| {
            let spec = columns.get(*index);
            spec.is_some_and(|spec| spec.role == ColumnRole::Feature)
        })
        .collect();
    for chunk in features.chunks(columns_at_once(rows)) {
        control.check()?;
        let values = self::values(version, columns, (measured, chunk), rows)?;
        for (index, values) in chunk.iter().zip(&values) {
            let (Some(spec), Some(association)) =
                (columns.get(*index), associations.get_mut(*index))
            else {
                continue;
            };
            let is_category = matches!(spec.column_type, ColumnType::Text | ColumnType::Boolean);
            *association = associate(&Column::of(values, is_category), &target);
        }
    }
    Ok(associations)
}

/// The values of the `wanted` columns on the sampled rows: those that measuring kept, or else read again.
fn values<'m>(
    version: &Version<'_>,
    columns: &[ColumnSpec],
    (measured, wanted): (&'m Measured, &[usize]),
    rows: u64,
) -> Result<Vec<Cow<'m, Values>>, DataError> {
    if !measured.sample.is_empty() {
        let kept = wanted
            .iter()
            .filter_map(|index| measured.sample.get(*index));
        return Ok(kept.map(Cow::Borrowed).collect());
    }
    let specs: Vec<ColumnSpec> = wanted
        .iter()
        .filter_map(|index| columns.get(*index).cloned())
        .collect();
    let condition = sample_condition(rows, SAMPLE_ROWS);
    let values = version.columns(&types(&specs), &condition)?;
    Ok(values.into_iter().map(Cow::Owned).collect())
}

/// About `SAMPLE_ROWS` of the values, the same rows of every column. They are drawn by a hash of their number, because every second row
/// of a table whose values alternate would show one of them alone.
pub(crate) fn thin(values: &Values) -> Values {
    let step = values.len().div_ceil(SAMPLE_ROWS as usize).max(1) as u64;
    let is_kept = |row: &usize| mixed(*row as u64).is_multiple_of(step);
    let rows = (0..values.len()).filter(is_kept);
    match values {
        Values::Number(numbers) => {
            Values::Number(rows.filter_map(|row| numbers.get(row).copied()).collect())
        }
        Values::Text(texts) => {
            Values::Text(rows.filter_map(|row| texts.get(row).cloned()).collect())
        }
    }
}

/// SplitMix64's finish (Steele, Lea and Flood 2014, figure 1).
fn mixed(number: u64) -> u64 {
    let z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Integers of few values are classes when they are the target.
fn is_category(column_type: ColumnType, figures: &Figures) -> bool {
    match column_type {
        ColumnType::Text | ColumnType::Boolean => true,
        ColumnType::Integer => figures.distinct <= FEW_VALUES,
        ColumnType::Float | ColumnType::Timestamp => false,
    }
}

/// A column as association sees it.
pub(crate) enum Column {
    Numbers(Vec<Option<f64>>),
    Categories(Vec<Option<usize>>),
}

impl Column {
    pub(crate) fn of(values: &Values, is_category: bool) -> Self {
        match values {
            Values::Number(numbers) if is_category => Self::Categories(codes(
                numbers
                    .iter()
                    .map(|number| number.is_finite().then(|| number.to_bits())),
            )),
            Values::Number(numbers) => Self::Numbers(
                numbers
                    .iter()
                    .map(|number| number.is_finite().then_some(*number))
                    .collect(),
            ),
            Values::Text(texts) => {
                Self::Categories(codes(texts.iter().map(|text| text.as_deref())))
            }
        }
    }
}

/// Numbers the values in the order in which they come.
fn codes<T: Eq + std::hash::Hash>(values: impl Iterator<Item = Option<T>>) -> Vec<Option<usize>> {
    let mut known = HashMap::new();
    values
        .map(|value| {
            let next = known.len();
            value.map(|value| *known.entry(value).or_insert(next))
        })
        .collect()
}

/// 0 to 1; `None` where it says nothing.
pub(crate) fn associate(one: &Column, other: &Column) -> Option<f64> {
    match (one, other) {
        (Column::Numbers(one), Column::Numbers(other)) => pearson(&pairs(one, other)),
        (Column::Numbers(numbers), Column::Categories(groups))
        | (Column::Categories(groups), Column::Numbers(numbers)) => {
            correlation_ratio(&pairs(numbers, groups))
        }
        (Column::Categories(one), Column::Categories(other)) => cramers_v(&pairs(one, other)),
    }
}

fn pairs<A: Copy, B: Copy>(one: &[Option<A>], other: &[Option<B>]) -> Vec<(A, B)> {
    one.iter()
        .zip(other)
        .filter_map(|(one, other)| Some(((*one)?, (*other)?)))
        .collect()
}

fn pearson(pairs: &[(f64, f64)]) -> Option<f64> {
    let xs = || pairs.iter().map(|(x, _)| *x);
    let ys = || pairs.iter().map(|(_, y)| *y);
    if pairs.len() < LEAST_PAIRS || is_constant(xs()) || is_constant(ys()) {
        return None;
    }
    let (mean_x, mean_y) = (mean(xs())?, mean(ys())?);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        xx += (x - mean_x).powi(2);
        yy += (y - mean_y).powi(2);
        xy += (x - mean_x) * (y - mean_y);
    }
    bounded((xy / (xx.sqrt() * yy.sqrt())).abs())
}

/// The square root of epsilon squared: `1 - (n - 1) / (n - k) * within / total`.
fn correlation_ratio(pairs: &[(f64, usize)]) -> Option<f64> {
    let values = || pairs.iter().map(|(value, _)| *value);
    if pairs.len() < LEAST_PAIRS || is_constant(values()) {
        return None;
    }
    let count = pairs.len() as f64;
    let mean = mean(values())?;
    let mut groups: HashMap<usize, (f64, f64)> = HashMap::new();
    for (value, group) in pairs {
        let (members, sum) = groups.entry(*group).or_default();
        *members += 1.0;
        *sum += value - mean;
    }
    let total: f64 = pairs.iter().map(|(value, _)| (value - mean).powi(2)).sum();
    let between: f64 = groups
        .values()
        .map(|(members, sum)| sum * sum / members)
        .sum();
    let kinds = groups.len() as f64;
    let unexplained = (1.0 - between / total) * (count - 1.0) / (count - kinds);
    bounded((1.0 - unexplained).max(0.0).sqrt())
}

/// Bergsma's corrected V, from the table of counts.
fn cramers_v(pairs: &[(usize, usize)]) -> Option<f64> {
    if pairs.len() < LEAST_PAIRS {
        return None;
    }
    let count = pairs.len() as f64;
    let (mut rows, mut columns) = (HashMap::new(), HashMap::new());
    let mut cells: HashMap<(usize, usize), f64> = HashMap::new();
    for (row, column) in pairs {
        *rows.entry(row).or_insert(0.0) += 1.0;
        *columns.entry(column).or_insert(0.0) += 1.0;
        *cells.entry((*row, *column)).or_default() += 1.0;
    }
    // Chi square over n is the sum of cell² / (row * column), minus one; empty cells add nothing.
    let squares: f64 = cells
        .iter()
        .map(|((row, column), cell)| {
            let expected: f64 = rows.get(row).unwrap_or(&1.0) * columns.get(column).unwrap_or(&1.0);
            cell * cell / expected
        })
        .sum();
    let (r, k) = (rows.len() as f64, columns.len() as f64);
    let phi = (squares - 1.0 - (r - 1.0) * (k - 1.0) / (count - 1.0)).max(0.0);
    let corrected = |kinds: f64| kinds - (kinds - 1.0).powi(2) / (count - 1.0);
    let freedom = corrected(r).min(corrected(k)) - 1.0;
    // With one value, or a value of its own in every row, nothing is left but rounding.
    if freedom < 1e-9 {
        return None;
    }
    bounded((phi / freedom).sqrt())
}

/// Rounding would find a tiny deviation from the mean, and an association with it.
fn is_constant(mut values: impl Iterator<Item = f64>) -> bool {
    let first = values.next();
    values.all(|value| Some(value) == first)
}

/// 0 / 0, or a sum that overflows, says nothing.
fn bounded(association: f64) -> Option<f64> {
    association.is_finite().then(|| association.clamp(0.0, 1.0))
}
