//! The split of a forest's node on one column: sums of the bins that occur, then the best or a random cut.

use super::ForestKind;
use super::grow::Plot;
use super::sums::{score, score_of_rest};
use crate::bins::ColumnBins;
use crate::random::Dice;
use crate::split::Chosen;

/// A cut and what both sides score together.
pub(super) struct Cut {
    pub(super) slot: usize,
    pub(super) score: f64,
    pub(super) chosen: Chosen,
    pub(super) missing_left: bool,
}

/// Sums of one column's bins over the rows of a node. Only bins that occur are touched, so that a node of few rows costs little.
pub(super) struct Bins {
    /// `[256, 1 + channels]`.
    sums: Vec<f64>,
    rows: [u32; 256],
    occurs: [u64; 4],
    stride: usize,
    /// The bins that occur, ascending; those of values, then perhaps the one for what is missing.
    found: Vec<u8>,
    /// The node's whole: sums and rows.
    whole: Vec<f64>,
    whole_rows: usize,
    left: Vec<f64>,
}

/// The side that a scan moves bins to.
#[derive(Clone, Copy)]
struct Start {
    missing: Option<u8>,
}

impl Bins {
    pub(super) fn new(channels: usize) -> Self {
        let stride = channels + 1;
        Self {
            sums: vec![0.0; 256 * stride],
            rows: [0; 256],
            occurs: [0; 4],
            stride,
            found: Vec::new(),
            whole: vec![0.0; stride],
            whole_rows: 0,
            left: vec![0.0; stride],
        }
    }

    /// Sets what all rows of the node sum to.
    pub(super) fn set_whole(&mut self, whole: &[f64], rows: usize) {
        self.whole.copy_from_slice(whole);
        self.whole_rows = rows;
    }

    /// Sums a slot over the rows of the node.
    pub(super) fn fill(&mut self, plot: Plot<'_>, slot: usize, rows: &[u32], weights: &[f32]) {
        for &bin in &self.found {
            let at = usize::from(bin) * self.stride;
            self.sums[at..at + self.stride].fill(0.0);
            self.rows[usize::from(bin)] = 0;
        }
        self.occurs = [0; 4];
        self.found.clear();
        let (block, lane) = plot.table.lane(slot);
        for &row in rows {
            let bin = block.cells[row as usize * block.width + lane];
            let at = usize::from(bin) * self.stride;
            self.occurs[usize::from(bin >> 6)] |= 1 << (bin & 63);
            self.rows[usize::from(bin)] += 1;
            let weight = f64::from(weights[row as usize]);
            plot.lesson
                .add(&mut self.sums[at..at + self.stride], row, weight);
        }
        for (word, &occurs) in self.occurs.iter().enumerate() {
            let mut rest = occurs;
            while rest != 0 {
                self.found
                    .push((word as u32 * 64 + rest.trailing_zeros()) as u8);
                rest &= rest - 1;
            }
        }
    }

    /// All rows of the node have the same value.
    pub(super) fn is_constant(&self) -> bool {
        self.found.len() < 2
    }

    /// The cut of the slot that was filled.
    pub(super) fn cut(&mut self, plot: Plot<'_>, slot: usize, dice: &mut Dice) -> Option<Cut> {
        let bins = plot.table.slot_bins(slot);
        let missing_bin = if bins.has_missing() {
            bins.value_bins() as u8
        } else {
            u8::MAX
        };
        let missing = self
            .found
            .last()
            .copied()
            .filter(|bin| bins.has_missing() && *bin == missing_bin);
        let cut = match (bins, plot.settings.kind) {
            (ColumnBins::Numeric { .. }, ForestKind::RandomForest) => {
                self.best_number(plot, missing)
            }
            (ColumnBins::Numeric { thresholds, .. }, ForestKind::ExtraTrees) => {
                self.random_number(plot, thresholds, missing, dice)
            }
            (
                ColumnBins::Categories {
                    codes, has_other, ..
                },
                kind,
            ) => {
                let other = has_other.then_some(codes.len() as u8);
                self.categories(
                    plot,
                    other,
                    (kind == ForestKind::ExtraTrees).then_some(dice),
                )
                .map(|cut| without_missing(cut, missing))
            }
        };
        cut.map(|cut| Cut { slot, ..cut })
    }

    fn sums_of(&self, bin: u8) -> &[f64] {
        let at = usize::from(bin) * self.stride;
        &self.sums[at..at + self.stride]
    }

    fn move_left(&mut self, bin: u8) -> usize {
        let at = usize::from(bin) * self.stride;
        for (left, sum) in self.left.iter_mut().zip(&self.sums[at..at + self.stride]) {
            *left += sum;
        }
        self.rows[usize::from(bin)] as usize
    }

    fn start(&mut self, start: Start) -> usize {
        self.left.fill(0.0);
        start.missing.map_or(0, |bin| self.move_left(bin))
    }

    fn is_allowed(&self, plot: Plot<'_>, left_rows: usize) -> bool {
        let least = plot.settings.min_rows_in_leaf;
        left_rows >= least && self.whole_rows - left_rows >= least
    }

    fn both_sides(&self) -> f64 {
        score(&self.left) + score_of_rest(&self.whole, &self.left)
    }

    /// Every cut, with what is missing on either side.
    fn best_number(&mut self, plot: Plot<'_>, missing: Option<u8>) -> Option<Cut> {
        let values = self.found.len() - usize::from(missing.is_some());
        let mut best: Option<Cut> = None;
        for missing_left in [false, true] {
            if missing_left && missing.is_none() {
                continue;
            }
            let mut left_rows = self.start(Start {
                missing: missing.filter(|_| missing_left),
            });
            let ends = if missing.is_some() && !missing_left {
                values
            } else {
                values.saturating_sub(1)
            };
            for at in 0..ends {
                left_rows += self.move_left(self.found[at]);
                let score = self.both_sides();
                let is_better = best.as_ref().is_none_or(|best| score > best.score);
                if is_better && self.is_allowed(plot, left_rows) {
                    best = Some(Cut {
                        slot: 0,
                        score,
                        chosen: Chosen::UpTo(self.middle(at, values)),
                        missing_left,
                    });
                }
            }
        }
        best.map(|best| self.with_majority(best, missing))
    }

    /// The bin in the middle between two that occur, as scikit-learn cuts between values.
    fn middle(&self, at: usize, values: usize) -> u8 {
        let this = self.found[at];
        if at + 1 >= values {
            this
        } else {
            this + (self.found[at + 1] - this - 1) / 2
        }
    }

    /// One cut, at random between the least and the greatest value of the node.
    fn random_number(
        &mut self,
        plot: Plot<'_>,
        thresholds: &[f32],
        missing: Option<u8>,
        dice: &mut Dice,
    ) -> Option<Cut> {
        let values = self.found.len() - usize::from(missing.is_some());
        let missing_left = missing.is_some() && dice.bits() & 1 == 1;
        let mut left_rows = self.start(Start {
            missing: missing.filter(|_| missing_left),
        });
        let last = if values < 2 {
            // Only one value besides what is missing: they are told apart.
            left_rows = self.start(Start { missing: None });
            self.found[0]
        } else {
            random_end(thresholds, self.found[0], self.found[values - 1], dice)
        };
        let missing_left = missing_left && values >= 2;
        for at in 0..values {
            if self.found[at] <= last {
                left_rows += self.move_left(self.found[at]);
            }
        }
        self.is_allowed(plot, left_rows).then(|| {
            let cut = Cut {
                slot: 0,
                score: self.both_sides(),
                chosen: Chosen::UpTo(last),
                missing_left,
            };
            self.with_majority(cut, missing)
        })
    }

    /// Without anything missing in the node, what is missing later goes the way of most rows.
    fn with_majority(&self, cut: Cut, missing: Option<u8>) -> Cut {
        let Chosen::UpTo(last) = cut.chosen else {
            return cut;
        };
        if missing.is_some() {
            return cut;
        }
        let inside = self.found.iter().filter(|bin| **bin <= last);
        let left: usize = inside
            .map(|bin| self.rows[usize::from(*bin)] as usize)
            .sum();
        Cut {
            missing_left: 2 * left >= self.whole_rows,
            ..cut
        }
    }

    /// Prefixes of the order by mean target (or by the share of the most frequent class), or a random subset.
    fn categories(
        &mut self,
        plot: Plot<'_>,
        other: Option<u8>,
        dice: Option<&mut Dice>,
    ) -> Option<Cut> {
        let mut order: Vec<u8> = self
            .found
            .iter()
            .copied()
            .filter(|bin| Some(*bin) != other)
            .collect();
        if let Some(dice) = dice {
            for at in (1..order.len()).rev() {
                order.swap(at, dice.below(at + 1));
            }
            let most = order.len() - usize::from(order.len() == self.found.len());
            let taken = if most == 0 { 0 } else { 1 + dice.below(most) };
            return self.prefixes(plot, &order[..taken], taken.saturating_sub(1));
        }
        let channel = (1..self.stride)
            .max_by(|one, other| self.whole[*one].total_cmp(&self.whole[*other]))
            .unwrap_or(1);
        let mean =
            |bin: u8| self.sums_of(bin)[channel] / self.sums_of(bin)[0].max(f64::MIN_POSITIVE);
        order.sort_by(|one, other| mean(*one).total_cmp(&mean(*other)));
        self.prefixes(plot, &order, 0)
    }

    /// The best prefix from `first` on.
    fn prefixes(&mut self, plot: Plot<'_>, order: &[u8], first: usize) -> Option<Cut> {
        let mut left_rows = self.start(Start { missing: None });
        let mut best: Option<(f64, usize)> = None;
        for (at, &bin) in order.iter().enumerate() {
            left_rows += self.move_left(bin);
            let score = self.both_sides();
            let is_better = best.is_none_or(|(most, _)| score > most);
            if at >= first && is_better && self.is_allowed(plot, left_rows) {
                best = Some((score, at));
            }
        }
        best.map(|(score, at)| Cut {
            slot: 0,
            score,
            chosen: Chosen::Among(order[..=at].to_vec()),
            missing_left: false,
        })
    }
}

/// What is missing among the categories of the left side becomes the node's flag.
fn without_missing(cut: Cut, missing: Option<u8>) -> Cut {
    match cut.chosen {
        Chosen::Among(mut left) => {
            let missing_left = missing.is_some_and(|bin| left.contains(&bin));
            left.retain(|bin| Some(*bin) != missing);
            left.sort_unstable();
            Cut {
                chosen: Chosen::Among(left),
                missing_left,
                ..cut
            }
        }
        chosen => Cut { chosen, ..cut },
    }
}

/// The end of a bin from `first` up to before `last` that is nearest to a random number between the ends, half a gap added on both sides.
fn random_end(thresholds: &[f32], first: u8, last: u8, dice: &mut Dice) -> u8 {
    let ends = &thresholds[usize::from(first)..usize::from(last)];
    let (low, high) = (f64::from(ends[0]), f64::from(ends[ends.len() - 1]));
    if ends.len() < 2 || !(high - low).is_finite() {
        return first + dice.below(ends.len()) as u8;
    }
    let low_gap = (f64::from(ends[1]) - low) / 2.0;
    let high_gap = (high - f64::from(ends[ends.len() - 2])) / 2.0;
    let drawn = low - low_gap + dice.unit() * (high - low + low_gap + high_gap);
    let above = ends
        .partition_point(|end| f64::from(*end) < drawn)
        .min(ends.len() - 1);
    let below = above.saturating_sub(1);
    let is_below = (drawn - f64::from(ends[below])).abs() < (f64::from(ends[above]) - drawn).abs();
    first + if is_below { below } else { above } as u8
}
