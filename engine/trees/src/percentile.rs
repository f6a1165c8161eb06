//! Percentiles of values and weights, as LightGBM takes them when it renews leaves.

/// The quantile `level` of (value, weight) pairs; NaN without any.
///
/// Without weights it lies between the two nearest values in proportion (numpy's `linear`); with weights it follows LightGBM's
/// `WeightedPercentileFun`: the value at which the summed weight passes `level` of the whole.
pub(crate) fn percentile(mut values: Vec<(f64, f64)>, level: f64, is_weighted: bool) -> f64 {
    values.sort_by(|one, other| one.0.total_cmp(&other.0));
    let Some(last) = values.len().checked_sub(1) else {
        return f64::NAN;
    };
    if is_weighted {
        return weighted(&values, level);
    }
    let place = level * last as f64;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let fraction = place - below as f64;
    values[below].0 + (values[above].0 - values[below].0) * fraction
}

fn weighted(sorted: &[(f64, f64)], level: f64) -> f64 {
    let mut passed = 0.0;
    let sums: Vec<f64> = sorted
        .iter()
        .map(|(_, weight)| {
            passed += weight;
            passed
        })
        .collect();
    let goal = passed * level;
    let last = sorted.len() - 1;
    let at = sums.partition_point(|sum| *sum <= goal).min(last);
    if at == 0 || at == last {
        return sorted[at].0;
    }
    let (below, above) = (sorted[at - 1].0, sorted[at].0);
    let step = sums[at + 1] - sums[at];
    if step >= 1.0 {
        (goal - sums[at]) / step * (above - below) + above
    } else {
        above
    }
}
