//! The model as plain data: trees, the scores they start from, and how scores become predictions.

use crate::error::TreesError;
use crate::table::{ColumnKind, Table};

/// Where a branch leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    Node(u32),
    Leaf(u32),
}

/// What a node asks of a value that is not missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Test {
    /// Left where the number, as `f32`, is at most this.
    AtMost(f32),
    /// Left where the category is one of `Tree::categories[from..to]`.
    Among { from: u32, to: u32 },
}

/// An inner node. Children stand after their parent.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The column of the table.
    pub column: u32,
    pub test: Test,
    /// Where a missing value goes.
    pub missing_left: bool,
    pub left: Child,
    pub right: Child,
    /// What the split gained in training.
    pub gain: f64,
    /// Training rows that came here.
    pub cover: f64,
}

/// One tree. Without nodes it is the leaf 0 alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    pub nodes: Vec<Node>,
    /// `[leaves, leaf_outputs]`, row-major; `leaf_outputs` is the model's.
    pub leaf_values: Vec<f64>,
    /// Training rows in each leaf.
    pub leaf_covers: Vec<f64>,
    /// The sets of all nodes; each set ascends.
    pub categories: Vec<u32>,
}

/// How trees become a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    Sum,
    Mean,
}

/// How a score becomes a prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Identity,
    /// The probability of class 1.
    Logistic,
    /// The probabilities of all classes.
    Softmax,
    /// A rate.
    Exponential,
}

/// A column as the model knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelColumn {
    pub name: String,
    pub kind: ColumnKind,
}

/// Trees over named columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub columns: Vec<ModelColumn>,
    /// Scores for each row.
    pub outputs: usize,
    /// Values in each leaf: `outputs`, or 1, and then tree `t` adds to output `t % outputs`.
    pub leaf_outputs: usize,
    /// `[outputs]`, added to what the trees give.
    pub base_scores: Vec<f64>,
    pub trees: Vec<Tree>,
    pub aggregation: Aggregation,
    pub link: Link,
}

impl Model {
    /// The output of the first leaf value of a tree.
    pub(crate) fn first_output(&self, tree: usize) -> usize {
        if self.leaf_outputs == self.outputs {
            0
        } else {
            tree % self.outputs
        }
    }

    /// What a leaf value is multiplied by.
    pub(crate) fn scale(&self) -> f64 {
        match self.aggregation {
            Aggregation::Sum => 1.0,
            Aggregation::Mean => 1.0 / self.trees.len().max(1) as f64,
        }
    }

    /// Errors: a table of other columns.
    pub(crate) fn check_table(&self, table: &Table<'_>) -> Result<(), TreesError> {
        check_columns(&self.columns, table)
    }

    /// Whether a model that was read from somewhere is whole: children stand after their parents, every index exists.
    pub fn check(&self) -> Result<(), TreesError> {
        let per_leaf_fits = self.leaf_outputs == 1 || self.leaf_outputs == self.outputs;
        if self.outputs == 0 || !per_leaf_fits || self.base_scores.len() != self.outputs {
            return Err(TreesError::MalformedTree {
                tree: 0,
                reason: "the outputs do not fit each other",
            });
        }
        for (tree, one) in self.trees.iter().enumerate() {
            one.check(self.leaf_outputs, self.columns.len())
                .map_err(|reason| TreesError::MalformedTree { tree, reason })?;
        }
        Ok(())
    }
}

impl Tree {
    pub fn leaves(&self) -> usize {
        self.leaf_covers.len()
    }

    /// Training rows of the whole tree.
    pub fn cover(&self) -> f64 {
        match self.nodes.first() {
            Some(root) => root.cover,
            None => self.leaf_covers.first().copied().unwrap_or_default(),
        }
    }

    pub(crate) fn child_cover(&self, child: Child) -> f64 {
        match child {
            Child::Node(node) => self.nodes[node as usize].cover,
            Child::Leaf(leaf) => self.leaf_covers[leaf as usize],
        }
    }

    fn check(&self, leaf_outputs: usize, columns: usize) -> Result<(), &'static str> {
        if self.leaves() != self.nodes.len() + 1 {
            return Err("a binary tree has one leaf more than nodes");
        }
        if self.leaf_values.len() != self.leaves() * leaf_outputs {
            return Err("the leaf values do not fit the leaves");
        }
        for (at, node) in self.nodes.iter().enumerate() {
            if node.column as usize >= columns {
                return Err("a node asks a column that does not exist");
            }
            for child in [node.left, node.right] {
                let exists = match child {
                    Child::Node(child) => {
                        child as usize > at && (child as usize) < self.nodes.len()
                    }
                    Child::Leaf(leaf) => (leaf as usize) < self.leaves(),
                };
                if !exists {
                    return Err("a child does not exist or stands before its parent");
                }
            }
            if let Test::Among { from, to } = node.test {
                match self.categories.get(from as usize..to as usize) {
                    Some(set) if set.is_sorted() => {}
                    Some(_) => return Err("a set of categories is not sorted"),
                    None => return Err("a set of categories does not exist"),
                }
            }
        }
        Ok(())
    }
}

pub(crate) fn check_columns(columns: &[ModelColumn], table: &Table<'_>) -> Result<(), TreesError> {
    if table.columns().len() != columns.len() {
        return Err(TreesError::ColumnCount {
            columns: table.columns().len(),
            expected: columns.len(),
        });
    }
    let odd = columns
        .iter()
        .zip(table.columns())
        .find(|(known, given)| known.kind != given.values.kind());
    match odd {
        Some((known, _)) => Err(TreesError::ColumnKind {
            column: known.name.clone(),
            expected: known.kind.words(),
        }),
        None => Ok(()),
    }
}

pub(crate) fn model_columns(table: &Table<'_>) -> Vec<ModelColumn> {
    table
        .columns()
        .iter()
        .map(|column| ModelColumn {
            name: column.name.clone(),
            kind: column.values.kind(),
        })
        .collect()
}
