//! The population stability index, its bins, and the verdict that is read from it.

use std::sync::Arc;

use contract::{DriftBin, DriftVerdict};

use crate::statistics::chi_square;

/// A share smaller than this counts as this, on both sides: the usual floor, without which an empty bin would make the index infinite.
pub const SMALLEST_SHARE: f64 = 1e-4;
/// The usual thresholds of the index.
pub const MOVING_FROM: f64 = 0.1;
pub const DRIFTED_FROM: f64 = 0.25;
/// Of a thousand unchanged columns one may be called moving. Without this bound the usual thresholds would alarm on most small windows:
/// at a hundred rows and ten bins the index is 0.1 on average when nothing has changed.
pub const FALSE_ALARM_RATE: f64 = 0.001;

/// Bins of equal reference mass.
const MOST_BINS: usize = 10;
const FEWEST_BINS: usize = 3;
/// A bin should expect this many of the window's values; a small window gets fewer bins, else empty ones would cry wolf.
const PREDICTIONS_A_BIN: usize = 10;
/// Categories with a bar of their own; the others share one.
const MOST_CATEGORIES: usize = 20;

/// Counts of both samples over the same bins.
pub(crate) struct BinnedCounts {
    labels: Vec<Arc<str>>,
    reference: Vec<u64>,
    current: Vec<u64>,
}

/// What the bins say.
pub(crate) struct Stability {
    pub(crate) index: f64,
    pub(crate) bins: Vec<DriftBin>,
    pub(crate) verdict: DriftVerdict,
}

impl BinnedCounts {
    fn new() -> Self {
        Self {
            labels: Vec::new(),
            reference: Vec::new(),
            current: Vec::new(),
        }
    }

    /// Bins that nobody is in are left out.
    pub(crate) fn push(&mut self, label: impl Into<Arc<str>>, reference: u64, current: u64) {
        if reference + current > 0 {
            self.labels.push(label.into());
            self.reference.push(reference);
            self.current.push(current);
        }
    }

    pub(crate) fn stability(self) -> Stability {
        let (m, n) = (sum(&self.reference), sum(&self.current));
        let (_, by_chance) = chi_square(&self.reference, &self.current);
        let share = |count: u64, of: f64| if of > 0.0 { count as f64 / of } else { 0.0 };
        let bins: Vec<DriftBin> = self
            .labels
            .into_iter()
            .zip(self.reference.iter().zip(&self.current))
            .map(|(label, (&a, &b))| DriftBin {
                label,
                reference: share(a, m),
                current: share(b, n),
            })
            .collect();
        let index = bins
            .iter()
            .map(|bin| {
                let reference = bin.reference.max(SMALLEST_SHARE);
                let current = bin.current.max(SMALLEST_SHARE);
                (current - reference) * (current / reference).ln()
            })
            .sum();
        Stability {
            verdict: verdict(index, by_chance),
            index,
            bins,
        }
    }
}

/// The usual thresholds, unless chance alone may have done it.
fn verdict(index: f64, by_chance: f64) -> DriftVerdict {
    if by_chance >= FALSE_ALARM_RATE || index < MOVING_FROM {
        DriftVerdict::Stable
    } else if index < DRIFTED_FROM {
        DriftVerdict::Moving
    } else {
        DriftVerdict::Drifted
    }
}

fn sum(counts: &[u64]) -> f64 {
    counts.iter().sum::<u64>() as f64
}

/// Bins two sorted samples at the reference's deciles. A value that holds several deciles is a bin of its own, so that moving
/// off it is seen on either side.
pub(crate) fn bin_numbers(reference: &[f64], current: &[f64]) -> BinnedCounts {
    let mut counts = BinnedCounts::new();
    let wanted = (current.len() / PREDICTIONS_A_BIN).clamp(FEWEST_BINS, MOST_BINS);
    let edges = edges(reference, wanted);
    let (mut seen_reference, mut seen_current) = (0, 0);
    let mut add = |label: String, to_reference: usize, to_current: usize| {
        counts.push(
            label,
            (to_reference - seen_reference) as u64,
            (to_current - seen_current) as u64,
        );
        (seen_reference, seen_current) = (to_reference, to_current);
    };
    let mut below: Option<f64> = None;
    for &(edge, is_own_bin) in &edges {
        if is_own_bin {
            let label = match below {
                None => format!("< {}", number(edge)),
                Some(below) => format!("{} – {}", number(below), number(edge)),
            };
            let less = |sample: &[f64]| sample.partition_point(|&x| x < edge);
            add(label, less(reference), less(current));
        }
        let label = match below {
            _ if is_own_bin => format!("= {}", number(edge)),
            None => format!("≤ {}", number(edge)),
            Some(below) => format!("{} – {}", number(below), number(edge)),
        };
        let up_to = |sample: &[f64]| sample.partition_point(|&x| x <= edge);
        add(label, up_to(reference), up_to(current));
        below = Some(edge);
    }
    let label = below.map_or_else(
        || "any value".to_owned(),
        |below| format!("> {}", number(below)),
    );
    add(label, reference.len(), current.len());
    counts
}

/// The reference's inner quantiles, each an observed value, and whether it stands for more than one of them.
fn edges(reference: &[f64], bins: usize) -> Vec<(f64, bool)> {
    let mut edges: Vec<(f64, bool)> = Vec::new();
    for k in 1..bins {
        let rank = (reference.len() * k).div_ceil(bins).max(1) - 1;
        let Some(&edge) = reference.get(rank) else {
            break;
        };
        match edges.last_mut() {
            Some((last, is_own_bin)) if *last == edge => *is_own_bin = true,
            _ => edges.push((edge, false)),
        }
    }
    edges
}

/// Bins aligned counts of categories, most frequent in the reference first. Past the first twenty they share one bin; those that training
/// never saw share another.
pub(crate) fn bin_labels(labels: &[Arc<str>], reference: &[u64], current: &[u64]) -> BinnedCounts {
    let mut counts = BinnedCounts::new();
    let (mut other, mut new) = ((0, 0), 0);
    for (place, label) in labels.iter().enumerate() {
        let (a, b) = (reference[place], current[place]);
        if a == 0 {
            new += b;
        } else if place < MOST_CATEGORIES {
            counts.push(label.clone(), a, b);
        } else {
            other = (other.0 + a, other.1 + b);
        }
    }
    counts.push("(other)", other.0, other.1);
    counts.push("(new)", 0, new);
    counts
}

/// Four significant digits, without trailing zeros.
fn number(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e7).contains(&magnitude) {
        return format!("{value:.3e}");
    }
    let before_point = magnitude.log10().floor().max(0.0) as usize;
    let text = format!("{value:.*}", 3_usize.saturating_sub(before_point));
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
