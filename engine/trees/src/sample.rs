//! Which rows and columns a tree learns from.

use rayon::prelude::*;

use crate::quantise::Slopes;
use crate::random::{self, stream};
use crate::settings::RowSampling;

/// Rows that one task draws.
const TASK_ROWS: usize = 65_536;

/// The moment of a draw.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) seed: u64,
    pub(crate) round: usize,
    pub(crate) learning_rate: f64,
}

/// The rows of a round, ascending. Gradient-based sampling scales the slopes of the rows it drew by chance.
pub(crate) fn rows(sampling: &RowSampling, moment: Moment, slopes: &mut [Slopes]) -> Vec<u32> {
    let count = slopes[0].gradients.len();
    let drawn = match *sampling {
        RowSampling::Bagging {
            fraction,
            every_rounds,
        } if fraction < 1.0 => {
            let bag = moment.round as u64 / u64::from(every_rounds);
            let key = random::key(moment.seed, stream::BAG, bag);
            pick(count, |row| chance(key, row) < fraction)
        }
        RowSampling::Goss {
            top_fraction,
            other_fraction,
        } if moment.round as f64 >= 1.0 / moment.learning_rate
            && top_fraction + other_fraction < 1.0 =>
        {
            goss(moment, slopes, top_fraction, other_fraction)
        }
        _ => Vec::new(),
    };
    if drawn.is_empty() {
        return (0..count as u32).collect();
    }
    drawn
}

fn chance(key: u64, row: usize) -> f64 {
    random::unit(random::bits(key, row as u64))
}

fn pick(count: usize, takes: impl Fn(usize) -> bool + Sync) -> Vec<u32> {
    let parts: Vec<Vec<u32>> = (0..count.div_ceil(TASK_ROWS))
        .into_par_iter()
        .map(|task| {
            let to = ((task + 1) * TASK_ROWS).min(count);
            (task * TASK_ROWS..to)
                .filter(|row| takes(*row))
                .map(|row| row as u32)
                .collect()
        })
        .collect();
    parts.concat()
}

/// The rows with the largest sum of |gradient · hessian|, and others by chance with their slopes scaled up to stand for all others.
fn goss(moment: Moment, slopes: &mut [Slopes], top_fraction: f64, other_fraction: f64) -> Vec<u32> {
    let count = slopes[0].gradients.len();
    let sizes: Vec<f32> = (0..count)
        .into_par_iter()
        .with_min_len(TASK_ROWS)
        .map(|row| {
            slopes
                .iter()
                .map(|one| (one.gradients[row] * one.hessians[row]).abs())
                .sum()
        })
        .collect();
    let top = ((count as f64 * top_fraction) as usize).clamp(1, count);
    let mut order = sizes.clone();
    let (_, least, _) = order.select_nth_unstable_by(top - 1, |one, other| other.total_cmp(one));
    let least = *least;
    let key = random::key(moment.seed, stream::BAG, moment.round as u64);
    let share = other_fraction / (1.0 - top_fraction);
    let drawn = pick(count, |row| sizes[row] >= least || chance(key, row) < share);
    let is_other = |row: &u32| sizes[*row as usize] < least;
    let taken = drawn.iter().filter(|row| is_other(row)).count();
    let all = sizes.iter().filter(|size| **size < least).count();
    let factor = all as f32 / taken.max(1) as f32;
    for one in slopes.iter_mut() {
        for row in drawn.iter().filter(|row| is_other(row)) {
            one.gradients[*row as usize] *= factor;
            one.hessians[*row as usize] *= factor;
        }
        one.equal_hessians = false;
    }
    drawn
}

/// Which of the slots a tree may use: an exact share, at least one.
pub(crate) fn open_slots(slots: usize, fraction: f64, key: u64) -> Vec<bool> {
    if fraction >= 1.0 {
        return vec![true; slots];
    }
    let taken = ((slots as f64 * fraction).round() as usize).clamp(1, slots.max(1));
    let mut order: Vec<usize> = (0..slots).collect();
    order.sort_unstable_by_key(|slot| (random::bits(key, *slot as u64), *slot));
    let mut open = vec![false; slots];
    for slot in order.into_iter().take(taken) {
        open[slot] = true;
    }
    open
}
