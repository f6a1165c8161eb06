//! Gradients as packed integers: a row's gradient, hessian and count are one 64-bit word, and sums of words are exact.
//!
//! Integers make a histogram independent of the order of its additions, and so of the number of threads. Rounding is stochastic and
//! therefore without bias (Shi et al., “Quantized Training of Gradient Boosting Decision Trees”, 2022); the values of leaves are
//! computed from the gradients themselves, as with LightGBM's `quant_train_renew_leaf`.

use rayon::prelude::*;

use crate::random;

/// Rows that one task rounds.
const TASK_ROWS: usize = 16_384;

/// How a word is laid out, and of how many rows the sum of words cannot overflow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Packing {
    /// The gradient stands above this bit.
    gradient_shift: u32,
    /// The hessian stands above this bit, below the gradient; with equal hessians it is the count itself.
    hessian_shift: u32,
    count_mask: u64,
    pub(crate) max_gradient: i32,
    max_hessian: i32,
    pub(crate) rows_at_once: usize,
}

/// All hessians are the same: 32 bits of gradient, 32 of count.
const EQUAL_HESSIANS: Packing = Packing {
    gradient_shift: 32,
    hessian_shift: 0,
    count_mask: 0xffff_ffff,
    max_gradient: 32_767,
    max_hessian: 1,
    rows_at_once: 65_536,
};

/// 25 bits of gradient, 25 of hessian, 14 of count.
const OWN_HESSIANS: Packing = Packing {
    gradient_shift: 39,
    hessian_shift: 14,
    count_mask: 0x3fff,
    max_gradient: 2_047,
    max_hessian: 4_095,
    rows_at_once: 8_192,
};

impl Packing {
    fn word(self, gradient: i32, hessian: i32) -> u64 {
        let gradient = (i64::from(gradient) << self.gradient_shift) as u64;
        if self.hessian_shift == 0 {
            return gradient.wrapping_add(1);
        }
        let hessian = (hessian as u64) << self.hessian_shift;
        gradient.wrapping_add(hessian).wrapping_add(1)
    }

    /// (gradient, hessian, count) of a sum of at most `rows_at_once` words.
    pub(crate) fn unpack(self, sum: u64) -> (i64, u64, u64) {
        let gradient = (sum as i64) >> self.gradient_shift;
        let below = sum & ((1_u64 << self.gradient_shift) - 1);
        (gradient, below >> self.hessian_shift, sum & self.count_mask)
    }
}

/// Gradients and hessians of all rows, as the objective gives them.
pub(crate) struct Slopes {
    pub(crate) gradients: Vec<f32>,
    pub(crate) hessians: Vec<f32>,
    /// All hessians are one.
    pub(crate) equal_hessians: bool,
}

/// What one tree is grown on.
pub(crate) struct PackedSlopes {
    pub(crate) words: Vec<u64>,
    pub(crate) packing: Packing,
    /// The gradient of an integer of one.
    pub(crate) gradient_unit: f64,
    /// The hessian of an integer of one.
    pub(crate) hessian_unit: f64,
}

impl PackedSlopes {
    /// Rounds all rows with the random numbers under `key`; the words of the last tree give their memory.
    pub(crate) fn round(slopes: &Slopes, key: u64, mut words: Vec<u64>) -> Self {
        let equal = slopes.equal_hessians;
        let packing = if equal { EQUAL_HESSIANS } else { OWN_HESSIANS };
        let gradient_unit = unit(largest(&slopes.gradients), packing.max_gradient);
        let hessian_unit = if equal {
            1.0
        } else {
            unit(largest(&slopes.hessians), packing.max_hessian)
        };
        words.resize(slopes.gradients.len(), 0);
        let steps = (1.0 / gradient_unit, 1.0 / hessian_unit);
        words
            .par_chunks_mut(TASK_ROWS)
            .enumerate()
            .for_each(|(task, words)| {
                let from = task * TASK_ROWS;
                for (offset, word) in words.iter_mut().enumerate() {
                    let row = from + offset;
                    let bits = random::bits(key, row as u64);
                    let scaled = f64::from(slopes.gradients[row]) * steps.0;
                    let limit = packing.max_gradient;
                    let gradient = rounded(scaled, bits as u32).clamp(-limit, limit);
                    let hessian = if equal {
                        1
                    } else {
                        let scaled = f64::from(slopes.hessians[row]) * steps.1;
                        rounded(scaled, (bits >> 32) as u32).clamp(0, packing.max_hessian)
                    };
                    *word = packing.word(gradient, hessian);
                }
            });
        Self {
            words,
            packing,
            gradient_unit,
            hessian_unit,
        }
    }
}

/// Down or up, up with the probability of the fraction.
fn rounded(scaled: f64, bits: u32) -> i32 {
    let shifted = scaled + f64::from(bits) * (1.0 / 4_294_967_296.0);
    let cut = shifted as i32;
    cut - i32::from(f64::from(cut) > shifted)
}

fn unit(largest: f32, steps: i32) -> f64 {
    if largest > 0.0 {
        f64::from(largest) / f64::from(steps)
    } else {
        1.0
    }
}

fn largest(values: &[f32]) -> f32 {
    values
        .par_chunks(TASK_ROWS)
        .map(|values| {
            values
                .iter()
                .fold(0.0_f32, |most, value| most.max(value.abs()))
        })
        .reduce(|| 0.0, f32::max)
}
