//! Out-of-bag estimates: each row judged by the trees that did not learn from it.

use super::ForestTask;
use super::grow::Bag;
use crate::model::{Model, Tree};
use crate::score::{GATHERED_ROWS, Scorer};
use crate::table::Table;

/// The row was in the bag and has no leaf.
const IN_BAG: u32 = u32::MAX;

/// What the forest says of rows that it did not learn from.
#[derive(Clone, Debug, PartialEq)]
pub struct OutOfBag {
    /// The share of right classes, or R² of numbers.
    pub score: f64,
    /// `[rows, outputs]`; NaN for a row that was in every bag.
    pub predictions: Vec<f64>,
}

/// Sums of the values that trees gave to rows out of their bags.
pub(super) struct Votes {
    sums: Vec<f64>,
    counts: Vec<u32>,
    outputs: usize,
}

/// The leaf of each row, or [`IN_BAG`].
pub(super) fn leaves(tree: &Tree, table: &Table<'_>, bag: &Bag) -> Vec<u32> {
    let scorer = Scorer::new(std::slice::from_ref(tree));
    let mut leaves = vec![IN_BAG; table.rows()];
    for (task, leaves) in leaves.chunks_mut(GATHERED_ROWS).enumerate() {
        let first = task * GATHERED_ROWS;
        let gathered = scorer.gather(table, first, leaves.len());
        for (row, leaf) in leaves.iter_mut().enumerate() {
            if !bag.has(first + row) {
                *leaf = scorer.leaf(0, &gathered, row) as u32;
            }
        }
    }
    leaves
}

impl Votes {
    pub(super) fn new(rows: usize, outputs: usize) -> Self {
        Self {
            sums: vec![0.0; rows * outputs],
            counts: vec![0; rows],
            outputs,
        }
    }

    pub(super) fn add(&mut self, tree: &Tree, leaves: &[u32]) {
        for (row, &leaf) in leaves.iter().enumerate() {
            if leaf == IN_BAG {
                continue;
            }
            self.counts[row] += 1;
            let values = &tree.leaf_values[leaf as usize * self.outputs..];
            for (sum, value) in self.sums[row * self.outputs..(row + 1) * self.outputs]
                .iter_mut()
                .zip(values)
            {
                *sum += value;
            }
        }
    }

    /// Nothing where no row was out of a bag.
    pub(super) fn evaluate(
        &self,
        task: ForestTask,
        targets: &[f64],
        model: &Model,
    ) -> Option<OutOfBag> {
        let mut predictions = self.sums.clone();
        for (at, value) in predictions.iter_mut().enumerate() {
            let count = self.counts[at / self.outputs];
            let base = model.base_scores[at % self.outputs];
            *value = if count == 0 {
                f64::NAN
            } else {
                *value / f64::from(count) + base
            };
        }
        let judged: Vec<usize> = (0..targets.len())
            .filter(|row| self.counts[*row] > 0)
            .collect();
        if judged.is_empty() {
            return None;
        }
        let of = |row: usize| &predictions[row * self.outputs..(row + 1) * self.outputs];
        let score = match task {
            ForestTask::Classes(_) => {
                let right = judged
                    .iter()
                    .filter(|row| largest(of(**row)) == targets[**row] as usize);
                right.count() as f64 / judged.len() as f64
            }
            ForestTask::Numbers => {
                let mean =
                    judged.iter().map(|row| targets[*row]).sum::<f64>() / judged.len() as f64;
                let squares = |value: f64| value * value;
                let error: f64 = judged
                    .iter()
                    .map(|row| squares(targets[*row] - of(*row)[0]))
                    .sum();
                let spread: f64 = judged.iter().map(|row| squares(targets[*row] - mean)).sum();
                if spread > 0.0 {
                    1.0 - error / spread
                } else {
                    0.0
                }
            }
        };
        Some(OutOfBag { score, predictions })
    }
}

/// The first of the largest.
fn largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (at, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = at;
        }
    }
    best
}
