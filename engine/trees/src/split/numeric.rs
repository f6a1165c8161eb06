//! Splits of numbers: every end of a bin, with what is missing on either side.

use super::{Choice, Chosen, Search};
use crate::bins::ColumnBins;
use crate::histogram::Sums;
use crate::settings::Direction;

/// The best of one scan: its gain, its last bin on the left, the sums there.
#[derive(Clone, Copy)]
struct Best {
    gain: f64,
    bin: usize,
    left: Sums,
}

impl Search<'_> {
    /// Where nothing is missing in training, a missing value met later goes the way of most rows.
    pub(super) fn numeric(
        &self,
        bins: &ColumnBins,
        sums: &[Sums],
        direction: Direction,
    ) -> Option<Choice> {
        let (values, missing) = sums.split_at(bins.value_bins());
        let missing = missing.first().copied().unwrap_or_default();
        let to_beat = self.gain_to_beat();
        let nothing = Best {
            gain: to_beat,
            bin: usize::MAX,
            left: Sums::default(),
        };
        let (best, missing_left) = if missing.count() == 0 {
            let ends = values.len() - 1;
            let best = self.scan(&values[..ends], Sums::default(), direction, nothing);
            (best, 2 * best.left.count() >= self.total.count())
        } else {
            let right = self.scan(values, Sums::default(), direction, nothing);
            let left = self.scan(&values[..values.len() - 1], missing, direction, right);
            (left, left.bin != right.bin || left.left != right.left)
        };
        if best.bin == usize::MAX {
            return None;
        }
        Some(Choice {
            slot: 0,
            gain: best.gain - to_beat + self.settings.min_gain,
            chosen: Chosen::UpTo(best.bin as u8),
            missing_left,
            left: best.left,
            l2: self.settings.l2,
        })
    }

    /// Moves one bin after the other to the left, starting from `left`.
    fn scan(&self, values: &[Sums], mut left: Sums, direction: Direction, mut best: Best) -> Best {
        for (bin, sums) in values.iter().enumerate() {
            if sums.count() == 0 {
                continue;
            }
            left = left.plus(*sums);
            if self.is_too_small(left) {
                continue;
            }
            let right = self.total.minus(left);
            if self.is_too_small(right) {
                break;
            }
            let gain = self.split_gain(
                self.side(left),
                self.side(right),
                self.settings.l2,
                direction,
            );
            if let Some(gain) = gain
                && gain > best.gain
            {
                best = Best { gain, bin, left };
            }
        }
        best
    }
}
