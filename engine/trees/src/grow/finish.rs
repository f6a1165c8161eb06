//! From a grown tree to the plain one: values of leaves from the slopes themselves, thresholds, sets of categories.

use rayon::prelude::*;

use super::{Ground, Grown, Leaf};
use crate::bins::ColumnBins;
use crate::model::{Node, Test, Tree};
use crate::percentile::percentile;
use crate::quantise::Slopes;
use crate::split::{Choice, Chosen, leaf_value};

/// Rows that are summed one after the other; a fixed number, so that threads do not change the sums.
const TASK_ROWS: usize = 16_384;

/// The value of each leaf from exact slopes, within its bounds.
pub(crate) fn newton_values(grown: &Grown, slopes: &Slopes, l1: f64) -> Vec<f64> {
    grown
        .leaves
        .par_iter()
        .map(|leaf| {
            let sums: Vec<(f64, f64)> = grown
                .rows_of(leaf)
                .par_chunks(TASK_ROWS)
                .map(|rows| sum(rows, slopes))
                .collect();
            let gradient = sums.iter().map(|one| one.0).sum();
            let hessian = sums.iter().map(|one| one.1).sum();
            leaf.bounds
                .clamp(leaf_value(gradient, hessian, l1, leaf.l2))
        })
        .collect()
}

fn sum(rows: &[u32], slopes: &Slopes) -> (f64, f64) {
    let mut sums = (0.0, 0.0);
    for &row in rows {
        sums.0 += f64::from(slopes.gradients[row as usize]);
        sums.1 += f64::from(slopes.hessians[row as usize]);
    }
    sums
}

/// The value of each leaf as a quantile of (residual, weight), within its bounds.
pub(crate) fn percentile_values(
    grown: &Grown,
    level: f64,
    is_weighted: bool,
    residual: impl Fn(usize) -> (f64, f64) + Sync,
) -> Vec<f64> {
    grown
        .leaves
        .par_iter()
        .map(|leaf| {
            let rows = grown.rows_of(leaf);
            let values = rows.iter().map(|row| residual(*row as usize)).collect();
            leaf.bounds.clamp(percentile(values, level, is_weighted))
        })
        .collect()
}

impl Grown {
    pub(crate) fn rows_of(&self, leaf: &Leaf) -> &[u32] {
        &self.rows[leaf.from..leaf.to]
    }

    /// The plain tree with these values of its leaves.
    pub(crate) fn into_tree(self, ground: Ground<'_>, leaf_values: Vec<f64>) -> Tree {
        let mut categories = Vec::new();
        let nodes = self
            .nodes
            .into_iter()
            .map(|node| Node {
                column: ground.table.slots[node.choice.slot] as u32,
                test: test(
                    ground.table.slot_bins(node.choice.slot),
                    &node.choice,
                    &mut categories,
                ),
                missing_left: node.choice.missing_left,
                left: node.left,
                right: node.right,
                gain: node.choice.gain,
                cover: node.rows as f64,
            })
            .collect();
        let leaf_covers = self
            .leaves
            .iter()
            .map(|leaf| (leaf.to - leaf.from) as f64)
            .collect();
        Tree {
            nodes,
            leaf_values,
            leaf_covers,
            categories,
        }
    }
}

fn test(bins: &ColumnBins, choice: &Choice, categories: &mut Vec<u32>) -> Test {
    match (&choice.chosen, bins) {
        (Chosen::Among(left), ColumnBins::Categories { codes, .. }) => {
            among(codes, left, categories)
        }
        (Chosen::UpTo(last), ColumnBins::Numeric { thresholds, .. }) => {
            at_most(thresholds, usize::from(*last))
        }
        _ => Test::AtMost(f32::INFINITY),
    }
}

/// The end of a bin; after the last bin every number is left and only what is missing right.
pub(crate) fn at_most(thresholds: &[f32], last: usize) -> Test {
    Test::AtMost(thresholds.get(last).copied().unwrap_or(f32::INFINITY))
}

/// A set of the codes of some bins, appended to the tree's sets.
pub(crate) fn among(codes: &[u32], left: &[u8], categories: &mut Vec<u32>) -> Test {
    let from = categories.len();
    categories.extend(left.iter().filter_map(|bin| codes.get(usize::from(*bin))));
    categories[from..].sort_unstable();
    Test::Among {
        from: from as u32,
        to: categories.len() as u32,
    }
}
