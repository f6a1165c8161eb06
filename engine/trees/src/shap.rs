//! Exact SHAP values of trees (path-dependent), by quadrature instead of by subsets.
//!
//! The Shapley value of a feature is the integral over t from 0 to 1 of the multilinear extension's derivative (Owen 1972): every other
//! feature is known with probability t. For one leaf of value v, where feature j on its path is passed by the row (o = 1) or not
//! (o = 0) and by the share z of training rows, the known-or-not mixture is z + t (o − z), and
//!
//! `phi_i = v (o_i − z_i) ∫ Π_{j ≠ i} (z_j + t (o_j − z_j)) dt`.
//!
//! The integrand is a polynomial of degree d − 1 for d features on the path, so that Gauss–Legendre with ⌈d / 2⌉ points is exact (Yu et
//! al., “Linear tree Shap”, 2022, work on the same polynomials; the factors here are positive, and nothing is subtracted that cancels).
//! One walk over the tree sums the products of all leaves below each edge: O(nodes × points) for a row, not O(leaves × depth²).
//! The values are those of Lundberg et al., “Consistent Individualized Feature Attribution for Tree Ensembles” (2018), algorithm 2.

mod quadrature;
mod walk;

use rayon::prelude::*;

use crate::error::TreesError;
use crate::model::{Model, Tree};
use crate::score::{Gathered, Scorer};
use crate::table::Table;
use walk::{Plan, Scratch};

/// Rows that one task explains, tree after tree, so that a tree's tables stay in the cache.
const TASK_ROWS: usize = 128;

impl Model {
    /// SHAP values of the raw scores, `[rows, outputs, columns + 1]`, row-major; the last of each row and output is the expected score. They
    /// sum to the raw score.
    ///
    /// Errors: as [`Model::raw_scores`].
    pub fn contributions(&self, table: &Table<'_>) -> Result<Vec<f64>, TreesError> {
        self.check()?;
        self.check_table(table)?;
        let row_width = self.outputs * (self.columns.len() + 1);
        let mut contributions = vec![0.0; table.rows() * row_width];
        let scorer = Scorer::new(&self.trees);
        let plans: Vec<Plan> = self.trees.par_iter().map(Plan::new).collect();
        let expected = self.expected_scores();
        contributions
            .par_chunks_mut(TASK_ROWS * row_width)
            .enumerate()
            .for_each_init(Scratch::default, |scratch, (task, rows)| {
                let gathered = scorer.gather(table, task * TASK_ROWS, rows.len() / row_width);
                for (at, plan) in plans.iter().enumerate() {
                    self.explain(at, plan, (&scorer, &gathered), scratch, rows);
                }
                self.finish(&expected, rows);
            });
        Ok(contributions)
    }

    /// Adds one tree to the contributions of some rows, `[rows, outputs, columns + 1]`.
    fn explain(
        &self,
        at: usize,
        plan: &Plan,
        (scorer, gathered): (&Scorer<'_>, &Gathered),
        scratch: &mut Scratch,
        rows: &mut [f64],
    ) {
        let width = self.columns.len() + 1;
        let first = self.first_output(at);
        for (row, contributions) in rows.chunks_mut(self.outputs * width).enumerate() {
            scratch.decide(plan, |node| scorer.goes_left(at, node, gathered, row));
            for output in first..first + self.leaf_outputs {
                let values = LeafColumn {
                    values: &self.trees[at].leaf_values[output - first..],
                    step: self.leaf_outputs,
                };
                let phi = &mut contributions[output * width..(output + 1) * width];
                scratch.explain(plan, values, phi);
            }
        }
    }

    fn finish(&self, expected: &[f64], rows: &mut [f64]) {
        let width = self.columns.len() + 1;
        let scale = self.scale();
        for (at, phi) in rows.chunks_mut(width).enumerate() {
            phi.iter_mut().for_each(|value| *value *= scale);
            phi[width - 1] = expected[at % self.outputs];
        }
    }

    /// The mean score over the rows of training, weighted by the covers of leaves, `[outputs]`.
    pub fn expected_scores(&self) -> Vec<f64> {
        (0..self.outputs)
            .map(|output| {
                let sum: f64 = self
                    .trees
                    .iter()
                    .enumerate()
                    .filter_map(|(at, tree)| Some(mean(tree, self.leaf_column(at, tree, output)?)))
                    .sum();
                sum * self.scale() + self.base_scores[output]
            })
            .collect()
    }

    /// The values of a tree's leaves for an output, or nothing where it has none.
    fn leaf_column<'a>(&self, at: usize, tree: &'a Tree, output: usize) -> Option<LeafColumn<'a>> {
        let first = self.first_output(at);
        (first..first + self.leaf_outputs)
            .contains(&output)
            .then(|| LeafColumn {
                values: &tree.leaf_values[output - first..],
                step: self.leaf_outputs,
            })
    }
}

/// One output of all leaves.
#[derive(Clone, Copy)]
struct LeafColumn<'a> {
    values: &'a [f64],
    step: usize,
}

impl LeafColumn<'_> {
    fn value(self, leaf: usize) -> f64 {
        self.values[leaf * self.step]
    }
}

fn mean(tree: &Tree, values: LeafColumn<'_>) -> f64 {
    let covers = tree.leaf_covers.iter().enumerate();
    let sum: f64 = covers.map(|(leaf, cover)| values.value(leaf) * cover).sum();
    let cover = tree.cover();
    if cover > 0.0 {
        sum / cover
    } else {
        values.value(0)
    }
}
