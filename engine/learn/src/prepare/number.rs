//! A number column: its median, mean and standard deviation in training, and its places in the matrix.

use contract::ColumnType;

/// Standardised values are held within this, so that a value like 1e300 at serving time cannot overflow single precision.
pub(crate) const LARGEST_STANDARDISED: f32 = 1e6;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NumberColumn {
    /// What a missing value is replaced with.
    pub(crate) median: f64,
    /// Mean and population standard deviation of the imputed training values.
    pub(crate) mean: f64,
    pub(crate) deviation: f64,
    /// Smallest and largest training value.
    pub(crate) range: Option<(f64, f64)>,
    pub(crate) example: Option<String>,
    /// `None` where every training value is the same.
    pub(crate) value_place: Option<usize>,
    /// `None` where no training value, or every one, is missing.
    pub(crate) indicator_place: Option<usize>,
}

impl NumberColumn {
    pub(crate) fn learn(values: &[f64], training: &[usize], column_type: ColumnType) -> Self {
        let mut present: Vec<f64> = training
            .iter()
            .map(|row| values[*row])
            .filter(|value| value.is_finite())
            .collect();
        let missing = training.len() - present.len();
        let range = present
            .iter()
            .fold(None, |range: Option<(f64, f64)>, value| {
                let (low, high) = range.unwrap_or((*value, *value));
                Some((low.min(*value), high.max(*value)))
            });
        let median = median(&mut present);
        let (mean, deviation) = moments(&present, missing, median);
        let is_constant = deviation <= mean.abs() * 1e-14 || deviation == 0.0;
        let example = (!present.is_empty()).then(|| match column_type {
            ColumnType::Float => rounded(median).to_string(),
            _ => median.round().to_string(),
        });
        Self {
            median,
            mean,
            deviation: if is_constant { 1.0 } else { deviation },
            range,
            example,
            value_place: (!is_constant).then_some(0),
            indicator_place: (missing > 0 && !present.is_empty()).then_some(0),
        }
    }

    /// Writes the rows' values and indicators into their places of `matrix`, `[rows, width]`.
    pub(crate) fn encode(&self, values: &[f64], rows: &[usize], matrix: &mut [f32], width: usize) {
        for (row, out) in rows.iter().zip(matrix.chunks_exact_mut(width)) {
            let value = values[*row];
            let is_present = value.is_finite();
            if let Some(place) = self.value_place {
                out[place] = self.standardise(if is_present { value } else { self.median });
            }
            if let Some(place) = self.indicator_place {
                out[place] = if is_present { 0.0 } else { 1.0 };
            }
        }
    }

    fn standardise(&self, value: f64) -> f32 {
        (((value - self.mean) / self.deviation) as f32)
            .clamp(-LARGEST_STANDARDISED, LARGEST_STANDARDISED)
    }
}

/// The middle value, or the mean of the two middle values; 0 of nothing.
fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    let is_odd = values.len() % 2 == 1;
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    if is_odd {
        return upper;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    lower + (upper - lower) / 2.0
}

/// Mean and population standard deviation of the present values and of `missing` times the median.
/// Everything is scaled by the largest magnitude first, so that squares of values near 1e300 do not overflow.
fn moments(present: &[f64], missing: usize, median: f64) -> (f64, f64) {
    let scale = present
        .iter()
        .fold(0.0f64, |largest, value| largest.max(value.abs()));
    if scale == 0.0 {
        return (0.0, 0.0);
    }
    let count = (present.len() + missing) as f64;
    let median = median / scale;
    let sum: f64 = present.iter().map(|value| value / scale).sum();
    let mean = (sum + median * missing as f64) / count;
    let squares: f64 = present
        .iter()
        .map(|value| (value / scale - mean).powi(2))
        .sum();
    let variance = (squares + (median - mean).powi(2) * missing as f64) / count;
    (mean * scale, variance.sqrt() * scale)
}

/// Nine significant digits: the middle of two values is not shown with the noise of its last bits.
fn rounded(value: f64) -> f64 {
    format!("{value:.8e}").parse().unwrap_or(value)
}
