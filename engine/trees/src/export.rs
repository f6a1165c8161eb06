//! A model as the plain arrays of an ONNX `TreeEnsemble`; the protobuf is written elsewhere.
//!
//! Thresholds branch alike in ONNX and in training: every number is compared as its `f32`, a threshold is an `f32` at or above the largest
//! number of the left bins and below the smallest of the right, and the test is `x <= threshold` (`BRANCH_LEQ`) in both. A threshold is
//! infinite only where all numbers go left and what is missing goes right. Leaf weights are rounded from `f64` to `f32`.
//! Categories reach ONNX as their codes, which an `f32` holds exactly up to 2^24; a missing one as NaN.

use crate::model::{Aggregation, Child, Link, Model, Test, Tree};

/// What a node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeMode {
    /// True where the number is at most the value.
    AtMost,
    /// True where the category is in the set `EnsembleNodes::sets[value]`.
    Member,
    Leaf,
}

/// All nodes of all trees, one place each. Inner nodes of a tree come first, then its leaves; the root is node 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnsembleNodes {
    pub tree_ids: Vec<i64>,
    pub node_ids: Vec<i64>,
    pub feature_ids: Vec<i64>,
    pub modes: Vec<NodeMode>,
    /// The threshold, or the place of the set, or 0 for a leaf.
    pub values: Vec<f32>,
    pub true_node_ids: Vec<i64>,
    pub false_node_ids: Vec<i64>,
    pub missing_value_tracks_true: Vec<bool>,
    /// Sets of categories, ascending.
    pub sets: Vec<Vec<u32>>,
}

/// What leaves add to outputs, one place for each leaf and output.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnsembleTargets {
    pub tree_ids: Vec<i64>,
    pub node_ids: Vec<i64>,
    pub output_ids: Vec<i64>,
    /// Already divided by the number of trees where the model takes their mean, so that the sum is always right.
    pub weights: Vec<f32>,
}

/// A whole model; the score of an output is its base value plus the weights of the leaves that a row reaches, then the link.
#[derive(Clone, Debug, PartialEq)]
pub struct Ensemble {
    pub nodes: EnsembleNodes,
    pub targets: EnsembleTargets,
    pub base_values: Vec<f32>,
    pub link: Link,
}

impl Model {
    /// The arrays of the model's trees.
    pub fn ensemble(&self) -> Ensemble {
        let mut ensemble = Ensemble {
            nodes: EnsembleNodes::default(),
            targets: EnsembleTargets::default(),
            base_values: self.base_scores.iter().map(|score| *score as f32).collect(),
            link: self.link,
        };
        let scale = match self.aggregation {
            Aggregation::Sum => 1.0,
            Aggregation::Mean => self.scale(),
        };
        for (at, tree) in self.trees.iter().enumerate() {
            ensemble.nodes.add(at as i64, tree);
            for leaf in 0..tree.leaves() {
                let first = self.first_output(at);
                for output in 0..self.leaf_outputs {
                    let value = tree.leaf_values[leaf * self.leaf_outputs + output];
                    let targets = &mut ensemble.targets;
                    targets.tree_ids.push(at as i64);
                    targets.node_ids.push((tree.nodes.len() + leaf) as i64);
                    targets.output_ids.push((first + output) as i64);
                    targets.weights.push((value * scale) as f32);
                }
            }
        }
        ensemble
    }
}

impl EnsembleNodes {
    fn add(&mut self, tree_id: i64, tree: &Tree) {
        let inner = tree.nodes.len();
        let id = |child: Child| match child {
            Child::Node(node) => i64::from(node),
            Child::Leaf(leaf) => inner as i64 + i64::from(leaf),
        };
        for (at, node) in tree.nodes.iter().enumerate() {
            self.tree_ids.push(tree_id);
            self.node_ids.push(at as i64);
            self.feature_ids.push(i64::from(node.column));
            let (mode, value) = match node.test {
                Test::AtMost(threshold) => (NodeMode::AtMost, threshold),
                Test::Among { from, to } => {
                    self.sets
                        .push(tree.categories[from as usize..to as usize].to_vec());
                    (NodeMode::Member, (self.sets.len() - 1) as f32)
                }
            };
            self.modes.push(mode);
            self.values.push(value);
            self.true_node_ids.push(id(node.left));
            self.false_node_ids.push(id(node.right));
            self.missing_value_tracks_true.push(node.missing_left);
        }
        for leaf in 0..tree.leaves() {
            self.tree_ids.push(tree_id);
            self.node_ids.push((inner + leaf) as i64);
            self.feature_ids.push(0);
            self.modes.push(NodeMode::Leaf);
            self.values.push(0.0);
            self.true_node_ids.push(0);
            self.false_node_ids.push(0);
            self.missing_value_tracks_true.push(false);
        }
    }
}
