//! Splits of categories: one against the others where there are few, else prefixes of the order by gradient.
//!
//! Sorting by gradient finds the best of all subsets (Fisher, “On Grouping for Maximum Homogeneity”, 1958); smoothing, the additional l2
//! and the limit of the set are LightGBM's guards against sets that fit noise.

use super::{Choice, Chosen, Search};
use crate::bins::ColumnBins;
use crate::histogram::Sums;
use crate::settings::Direction;

impl Search<'_> {
    /// What is missing is a category of its own; the bin of the rarer categories always stays on the right.
    pub(super) fn categories(&self, bins: &ColumnBins, sums: &[Sums]) -> Option<Choice> {
        let ColumnBins::Categories {
            codes, has_other, ..
        } = bins
        else {
            return None;
        };
        let other = if *has_other { codes.len() } else { usize::MAX };
        let candidates: Vec<usize> = (0..sums.len())
            .filter(|&bin| bin != other && sums[bin].count() > 0)
            .collect();
        let found = if candidates.len() <= self.settings.categories.one_against_others {
            self.one_against_others(&candidates, sums)
        } else {
            self.sorted(candidates, sums)
        };
        found.map(|found| self.choice(found, bins.value_bins()))
    }

    fn choice(&self, found: Found, value_bins: usize) -> Choice {
        let missing_left = found.bins.contains(&value_bins);
        let mut left: Vec<u8> = found
            .bins
            .iter()
            .filter(|&&bin| bin < value_bins)
            .map(|&bin| bin as u8)
            .collect();
        left.sort_unstable();
        Choice {
            slot: 0,
            gain: found.gain - self.gain_to_beat() + self.settings.min_gain,
            chosen: Chosen::Among(left),
            missing_left,
            left: found.left,
            l2: found.l2,
        }
    }

    fn one_against_others(&self, candidates: &[usize], sums: &[Sums]) -> Option<Found> {
        let l2 = self.settings.l2;
        let mut best: Option<Found> = None;
        for &bin in candidates {
            let left = sums[bin];
            let right = self.total.minus(left);
            if self.is_too_small(left) || self.is_too_small(right) {
                continue;
            }
            let gain = self.gain_of(left, right, l2);
            if self.beats(gain, &best) {
                best = Some(Found {
                    gain,
                    bins: vec![bin],
                    left,
                    l2,
                });
            }
        }
        best
    }

    /// Prefixes of both ends of the order by smoothed gradient.
    fn sorted(&self, mut candidates: Vec<usize>, sums: &[Sums]) -> Option<Found> {
        let settings = &self.settings.categories;
        candidates.retain(|&bin| sums[bin].count() as f64 >= settings.smooth);
        let order = |bin: usize| {
            let side = self.side(sums[bin]);
            side.gradient / (side.hessian + settings.smooth)
        };
        candidates.sort_by(|one, other| order(*one).total_cmp(&order(*other)));
        let l2 = self.settings.l2 + settings.l2;
        let most = settings.max_in_set.min(candidates.len().div_ceil(2));
        let mut best: Option<Found> = None;
        for _ in 0..2 {
            let mut left = Sums::default();
            let mut in_group = 0;
            for (at, &bin) in candidates.iter().enumerate().take(most) {
                left = left.plus(sums[bin]);
                in_group += sums[bin].count();
                let right = self.total.minus(left);
                if self.is_too_small(right) || right.count() < settings.min_rows_in_group {
                    break;
                }
                if self.is_too_small(left) || in_group < settings.min_rows_in_group {
                    continue;
                }
                in_group = 0;
                let gain = self.gain_of(left, right, l2);
                if self.beats(gain, &best) {
                    let bins = candidates[..=at].to_vec();
                    best = Some(Found {
                        gain,
                        bins,
                        left,
                        l2,
                    });
                }
            }
            candidates.reverse();
        }
        best
    }

    fn gain_of(&self, left: Sums, right: Sums, l2: f64) -> f64 {
        self.split_gain(self.side(left), self.side(right), l2, Direction::Free)
            .unwrap_or(f64::NEG_INFINITY)
    }

    fn beats(&self, gain: f64, best: &Option<Found>) -> bool {
        gain > best.as_ref().map_or(self.gain_to_beat(), |best| best.gain)
    }
}

/// The bins of the best set so far.
struct Found {
    gain: f64,
    bins: Vec<usize>,
    left: Sums,
    l2: f64,
}
