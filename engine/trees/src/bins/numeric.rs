//! Where the bins of numbers end: LightGBM's greedy equal-count bins with zero in a bin of its own.
//!
//! Ke et al., “LightGBM: A Highly Efficient Gradient Boosting Decision Tree” (2017), and its `GreedyFindBin`.

/// Numbers this close to zero are zero (LightGBM's `kZeroThreshold`).
const ZERO: f32 = 1e-35;

/// What decides where bins end.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) max_bins: usize,
    pub(super) min_rows_in_bin: usize,
}

/// A value and how often it occurs.
#[derive(Clone, Copy)]
struct Distinct {
    value: f32,
    count: usize,
}

/// The upper ends of all bins but the last, ascending; `values` has no NaN and is sorted here.
pub(super) fn thresholds(mut values: Vec<f32>, limits: Limits) -> Vec<f32> {
    values.sort_unstable_by(f32::total_cmp);
    let distinct = distinct(&values);
    let below = distinct.partition_point(|one| one.value < -ZERO);
    let up_to_zero = distinct.partition_point(|one| one.value <= ZERO);
    if below == up_to_zero || distinct.len() <= 2 {
        return greedy(&distinct, limits);
    }
    let negative = &distinct[..below];
    let positive = &distinct[up_to_zero..];
    let negatives = rows(negative);
    let nonzero = (negatives + rows(positive)).max(1);
    let mut ends = Vec::new();
    if !negative.is_empty() {
        let share = (limits.max_bins - 1) * negatives / nonzero;
        let max_bins = share.clamp(1, limits.max_bins.saturating_sub(2).max(1));
        ends = greedy(negative, Limits { max_bins, ..limits });
        ends.push(-ZERO);
    }
    if !positive.is_empty() && ends.len() + 2 <= limits.max_bins {
        let max_bins = limits.max_bins - 1 - ends.len();
        ends.push(ZERO);
        ends.extend(greedy(positive, Limits { max_bins, ..limits }));
    }
    ends
}

fn rows(distinct: &[Distinct]) -> usize {
    distinct.iter().map(|one| one.count).sum()
}

fn distinct(sorted: &[f32]) -> Vec<Distinct> {
    let mut found: Vec<Distinct> = Vec::new();
    for &value in sorted {
        match found.last_mut() {
            Some(last) if last.value == value => last.count += 1,
            _ => found.push(Distinct { value, count: 1 }),
        }
    }
    found
}

/// Values that fit get a bin each; otherwise bins of about equal count, where a value as frequent as a whole bin has its own.
fn greedy(distinct: &[Distinct], limits: Limits) -> Vec<f32> {
    if distinct.len() <= limits.max_bins {
        return one_each(distinct, limits.min_rows_in_bin);
    }
    let total = rows(distinct);
    let mut max_bins = limits.max_bins;
    if let Some(fitting) = total.checked_div(limits.min_rows_in_bin) {
        max_bins = max_bins.min(fitting).max(1);
    }
    let mean = total as f64 / max_bins as f64;
    let is_big = |one: &Distinct| one.count as f64 >= mean;
    let mut rest_bins = max_bins - distinct.iter().filter(|one| is_big(one)).count();
    let mut rest_rows: usize = rows(distinct)
        - distinct
            .iter()
            .filter(|one| is_big(one))
            .map(|one| one.count)
            .sum::<usize>();
    let mut goal = rest_rows as f64 / rest_bins.max(1) as f64;
    let mut ends = Vec::new();
    let mut filled = 0;
    for pair in distinct.windows(2) {
        let (one, next) = (pair[0], pair[1]);
        let big = is_big(&one);
        if !big {
            rest_rows -= one.count;
        }
        filled += one.count;
        let half_full = is_big(&next) && filled as f64 >= (goal * 0.5).max(1.0);
        if !(big || filled as f64 >= goal || half_full) {
            continue;
        }
        if ends.len() + 1 >= max_bins {
            break;
        }
        ends.push(between(one.value, next.value));
        filled = 0;
        if !big {
            rest_bins = rest_bins.saturating_sub(1);
            goal = rest_rows as f64 / rest_bins.max(1) as f64;
        }
    }
    ends
}

fn one_each(distinct: &[Distinct], min_rows_in_bin: usize) -> Vec<f32> {
    let mut ends = Vec::new();
    let mut filled = 0;
    for pair in distinct.windows(2) {
        filled += pair[0].count;
        if filled >= min_rows_in_bin {
            ends.push(between(pair[0].value, pair[1].value));
            filled = 0;
        }
    }
    ends
}

/// An `f32` at or above `low` and below `high`, in the middle where there is one, finite wherever that is possible.
pub(crate) fn between(low: f32, high: f32) -> f32 {
    let limit = f64::from(f32::MAX);
    let middle = (f64::from(low).clamp(-limit, limit) + f64::from(high).clamp(-limit, limit)) / 2.0;
    let rounded = middle as f32;
    if rounded < high && rounded >= low {
        rounded
    } else {
        low
    }
}
