//! Predictions of a model on raw tables: scores, predictions after the link, leaves.

use rayon::prelude::*;

use crate::error::TreesError;
use crate::model::{Link, Model, Tree};
use crate::objective::logistic;
use crate::score::{GATHERED_ROWS, Scorer};
use crate::table::Table;

/// Rows that one task scores.
const TASK_ROWS: usize = 4096;

impl Model {
    /// Raw scores `[rows, outputs]`, row-major.
    ///
    /// Errors: the table has other columns than the model, or the model is malformed.
    pub fn raw_scores(&self, table: &Table<'_>) -> Result<Vec<f64>, TreesError> {
        self.check()?;
        self.check_table(table)?;
        let mut scores = vec![0.0; table.rows() * self.outputs];
        let scorer = Scorer::new(&self.trees);
        scores
            .par_chunks_mut(GATHERED_ROWS * self.outputs)
            .with_min_len(TASK_ROWS / GATHERED_ROWS)
            .enumerate()
            .for_each(|(task, scores)| {
                let rows = scores.len() / self.outputs;
                let gathered = scorer.gather(table, task * GATHERED_ROWS, rows);
                self.add_trees(scores, |tree, row| scorer.leaf(tree, &gathered, row));
            });
        Ok(scores)
    }

    /// Adds every tree to `scores` `[rows, outputs]`: tree after tree, so that a tree stays in the cache for all rows.
    fn add_trees(&self, scores: &mut [f64], leaf: impl Fn(usize, usize) -> usize) {
        let scale = self.scale();
        let width = self.leaf_outputs;
        for (at, tree) in self.trees.iter().enumerate() {
            let first = self.first_output(at);
            for (row, scores) in scores.chunks_mut(self.outputs).enumerate() {
                let leaf = leaf(at, row);
                let values = &tree.leaf_values[leaf * width..(leaf + 1) * width];
                for (score, value) in scores[first..first + width].iter_mut().zip(values) {
                    *score += value;
                }
            }
        }
        for scores in scores.chunks_mut(self.outputs) {
            for (score, base) in scores.iter_mut().zip(&self.base_scores) {
                *score = *score * scale + base;
            }
        }
    }

    /// Predictions `[rows, outputs]`, row-major: values, rates, the probability of class 1, or the probabilities of all classes.
    ///
    /// Errors: as [`Self::raw_scores`].
    pub fn predictions(&self, table: &Table<'_>) -> Result<Vec<f64>, TreesError> {
        let mut scores = self.raw_scores(table)?;
        scores
            .par_chunks_mut(self.outputs)
            .with_min_len(TASK_ROWS)
            .for_each(|scores| self.link.apply(scores));
        Ok(scores)
    }

    /// The leaf of each row in each tree, `[rows, trees]`, row-major.
    ///
    /// Errors: as [`Self::raw_scores`].
    pub fn leaves(&self, table: &Table<'_>) -> Result<Vec<u32>, TreesError> {
        self.check()?;
        self.check_table(table)?;
        let trees = self.trees.len();
        let mut leaves = vec![0; table.rows() * trees];
        if trees == 0 {
            return Ok(leaves);
        }
        let scorer = Scorer::new(&self.trees);
        leaves
            .par_chunks_mut(GATHERED_ROWS * trees)
            .enumerate()
            .for_each(|(task, leaves)| {
                let gathered = scorer.gather(table, task * GATHERED_ROWS, leaves.len() / trees);
                for (row, leaves) in leaves.chunks_mut(trees).enumerate() {
                    for (tree, leaf) in leaves.iter_mut().enumerate() {
                        *leaf = scorer.leaf(tree, &gathered, row) as u32;
                    }
                }
            });
        Ok(leaves)
    }
}

impl Link {
    /// Turns the scores of one row into its predictions.
    pub fn apply(self, scores: &mut [f64]) {
        match self {
            Self::Identity => {}
            Self::Logistic => scores
                .iter_mut()
                .for_each(|score| *score = logistic(*score)),
            Self::Exponential => scores.iter_mut().for_each(|score| *score = score.exp()),
            Self::Softmax => {
                let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let mut sum = 0.0;
                for score in scores.iter_mut() {
                    *score = (*score - most).exp();
                    sum += *score;
                }
                scores.iter_mut().for_each(|score| *score /= sum);
            }
        }
    }
}

/// Adds one tree of one value a leaf to `scores` `[rows]`. The same additions in the same order as in training.
pub(crate) fn add_tree(tree: &Tree, table: &Table<'_>, scores: &mut [f64]) {
    let trees = std::slice::from_ref(tree);
    let scorer = Scorer::new(trees);
    scores
        .par_chunks_mut(GATHERED_ROWS)
        .with_min_len(TASK_ROWS / GATHERED_ROWS)
        .enumerate()
        .for_each(|(task, scores)| {
            let gathered = scorer.gather(table, task * GATHERED_ROWS, scores.len());
            for (row, score) in scores.iter_mut().enumerate() {
                *score += tree.leaf_values[scorer.leaf(0, &gathered, row)];
            }
        });
}
