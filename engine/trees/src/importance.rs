//! How much each column matters to a model.

use crate::model::Model;

/// What is summed for each column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Importance {
    /// The gain of its splits.
    Gain,
    /// The number of its splits.
    Splits,
}

impl Model {
    /// `[columns]`, not normalised.
    pub fn importances(&self, importance: Importance) -> Vec<f64> {
        let mut sums = vec![0.0; self.columns.len()];
        for node in self.trees.iter().flat_map(|tree| &tree.nodes) {
            if let Some(sum) = sums.get_mut(node.column as usize) {
                *sum += match importance {
                    Importance::Gain => node.gain,
                    Importance::Splits => 1.0,
                };
            }
        }
        sums
    }
}
