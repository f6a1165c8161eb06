//! Exact figures of one column, from its values.

use std::collections::HashMap;
use std::sync::Arc;

use contract::{ColumnProfile, ColumnSpec, ColumnType, Values};

use super::find_warnings;
use crate::delimited::evidence::{self, Evidence};
use crate::delimited::times::Told;

/// Bars of the histogram.
pub(crate) const BINS: usize = 32;
/// Most frequent values that are kept.
pub(crate) const TOP_VALUES: usize = 12;
/// Integers with no more values than this are shown as categories too.
pub(crate) const FEW_VALUES: u64 = 20;
/// The quantiles of a profile.
pub(crate) const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Below this every integer has an `f64` of its own.
const EXACT_INTEGERS: f64 = 9_007_199_254_740_992.0;

/// What is measured of one column, before its role is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Figures {
    pub(crate) rows: u64,
    /// Infinite values included.
    pub(crate) missing: u64,
    pub(crate) infinite: u64,
    pub(crate) distinct: u64,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) mean: Option<f64>,
    pub(crate) std: Option<f64>,
    pub(crate) quantiles: Option<[f64; 5]>,
    pub(crate) histogram: Vec<u64>,
    pub(crate) top_values: Vec<(Arc<str>, u64)>,
    /// A value that is no number, in a column of text that holds mostly numbers.
    pub(crate) stranger: Option<Arc<str>>,
    /// A date of a column of text that is all dates, whose order nobody can tell.
    pub(crate) unclear_date: Option<Arc<str>>,
    /// Every value of a column of text looks like a number.
    pub(crate) is_all_numeric: bool,
}

impl Figures {
    pub(crate) fn of(values: &Values, column_type: ColumnType) -> Self {
        match values {
            Values::Number(numbers) => Self::of_numbers(numbers, column_type),
            Values::Text(texts) => Self::of_texts(texts),
        }
    }

    pub(crate) fn present(&self) -> u64 {
        self.rows.saturating_sub(self.missing)
    }

    /// Some values may be the same as others only because `f64` says them with fewer digits than they have.
    pub(crate) fn is_beyond_exact(&self) -> bool {
        let is_large =
            |value: &Option<f64>| value.is_some_and(|value| value.abs() >= EXACT_INTEGERS);
        is_large(&self.min) || is_large(&self.max)
    }

    /// `association` is the one with the target, if there is one.
    pub(crate) fn into_profile(self, spec: &ColumnSpec, association: Option<f64>) -> ColumnProfile {
        let warnings = find_warnings(&self, spec, association);
        ColumnProfile {
            name: spec.name.clone(),
            column_type: spec.column_type,
            missing: self.missing,
            distinct: self.distinct,
            min: self.min,
            max: self.max,
            mean: self.mean,
            std: self.std,
            quantiles: self.quantiles,
            histogram: self.histogram,
            top_values: self.top_values,
            warnings,
        }
    }

    fn of_numbers(numbers: &[f64], column_type: ColumnType) -> Self {
        let mut sorted: Vec<f64> = numbers
            .iter()
            .copied()
            .filter(|number| number.is_finite())
            .collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let mut figures = Self {
            rows: numbers.len() as u64,
            missing: (numbers.len() - sorted.len()) as u64,
            infinite: numbers.iter().filter(|number| number.is_infinite()).count() as u64,
            ..Self::default()
        };
        let mut runs: Vec<(f64, u64)> = sorted
            .chunk_by(|one, next| one == next)
            .filter_map(|run| Some((*run.first()?, run.len() as u64)))
            .collect();
        figures.distinct = runs.len() as u64;
        if column_type == ColumnType::Boolean {
            figures.top_values = top_numbers(&mut runs, |number| {
                if number == 0.0 { "false" } else { "true" }.to_owned()
            });
            return figures;
        }
        if column_type == ColumnType::Integer && figures.distinct <= FEW_VALUES {
            figures.top_values = top_numbers(&mut runs, |number| format!("{number:.0}"));
        }
        let (Some(min), Some(max)) = (sorted.first().copied(), sorted.last().copied()) else {
            return figures;
        };
        figures.min = Some(min);
        figures.max = Some(max);
        figures.mean = mean(sorted.iter().copied());
        figures.std = figures.mean.and_then(|mean| std(&sorted, mean));
        figures.quantiles = Some(QUANTILES.map(|share| quantile(&sorted, share)));
        figures.histogram = histogram(&sorted, min, max);
        figures
    }

    fn of_texts(texts: &[Option<Arc<str>>]) -> Self {
        let mut counts: HashMap<&Arc<str>, u64> = HashMap::new();
        for text in texts.iter().flatten() {
            *counts.entry(text).or_default() += 1;
        }
        let mut figures = Self {
            rows: texts.len() as u64,
            missing: texts.iter().filter(|text| text.is_none()).count() as u64,
            distinct: counts.len() as u64,
            ..Self::default()
        };
        figures.look_for_numbers(texts, &counts);
        figures.look_for_dates(texts, &counts);
        let mut counts: Vec<(Arc<str>, u64)> = counts
            .into_iter()
            .map(|(text, count)| (text.clone(), count))
            .collect();
        counts.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        counts.truncate(TOP_VALUES);
        figures.top_values = counts;
        figures
    }

    fn look_for_numbers(&mut self, texts: &[Option<Arc<str>>], counts: &HashMap<&Arc<str>, u64>) {
        let is_word = |text: &str| evidence::is_missing_word(text.trim().as_bytes());
        let (mut numeric, mut other) = (0, 0);
        for (text, count) in counts {
            if evidence::looks_numeric(text) && !is_word(text) {
                numeric += count;
            } else if !is_word(text) {
                other += count;
            }
        }
        self.is_all_numeric = numeric > 0 && other == 0;
        if numeric > other && other > 0 {
            self.stranger = texts
                .iter()
                .flatten()
                .find(|text| !evidence::looks_numeric(text) && !is_word(text))
                .cloned();
        }
    }

    fn look_for_dates(&mut self, texts: &[Option<Arc<str>>], counts: &HashMap<&Arc<str>, u64>) {
        let mut seen = Evidence::default();
        for text in counts.keys() {
            seen.add(text.as_bytes(), b'.');
            // Most columns of text say so with their first value.
            if !seen.is_of_times() {
                return;
            }
        }
        if seen.told() == Told::Unclear {
            let mut texts = texts.iter().flatten();
            self.unclear_date = texts.find(|text| evidence::is_date(text)).cloned();
        }
    }
}

/// The most frequent first; of equally frequent ones the smaller.
fn top_numbers(runs: &mut Vec<(f64, u64)>, label: impl Fn(f64) -> String) -> Vec<(Arc<str>, u64)> {
    runs.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.total_cmp(&other.0)));
    runs.truncate(TOP_VALUES);
    runs.iter()
        .map(|(number, count)| (label(*number).into(), *count))
        .collect()
}

/// The mean, also where the sum would be infinite.
pub(crate) fn mean(values: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    if mean.is_infinite() {
        return Some(values.map(|value| value / count).sum());
    }
    (count > 0.0).then_some(mean)
}

/// Sample standard deviation (n - 1). One value has none.
fn std(values: &[f64], mean: f64) -> Option<f64> {
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let std = (squares / (values.len() as f64 - 1.0)).sqrt();
    (values.len() > 1 && std.is_finite()).then_some(std)
}

/// Linear between the two nearest ranks (Hyndman and Fan 1996, type 7), as NumPy and pandas do.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let rank = share * (sorted.len().saturating_sub(1)) as f64;
    let at = |rank: f64| sorted.get(rank as usize).copied().unwrap_or(f64::NAN);
    let (below, above) = (at(rank.floor()), at(rank.ceil()));
    let step = above - below;
    if step.is_finite() {
        below + step * rank.fract()
    } else {
        below * (1.0 - rank.fract()) + above * rank.fract()
    }
}

/// Bins of equal width `[a, b)`, the last one `[a, b]`, as `numpy.histogram` counts. One value alone is one bin.
fn histogram(values: &[f64], min: f64, max: f64) -> Vec<u64> {
    let Some(scale) = bins_per_unit(min, max) else {
        return vec![values.len() as u64];
    };
    let mut bins = vec![0; BINS];
    for value in values {
        let bin = ((value - min) * scale) as usize;
        if let Some(count) = bins.get_mut(bin.min(BINS - 1)) {
            *count += 1;
        }
    }
    bins
}

/// `None` where all values are the same, or farther apart than a number can say.
pub(crate) fn bins_per_unit(min: f64, max: f64) -> Option<f64> {
    let width = max - min;
    let scale = BINS as f64 / width;
    (max > min && width.is_finite() && scale.is_finite()).then_some(scale)
}
