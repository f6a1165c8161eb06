//! Trees made ready for rows: only the columns they ask, values as 32-bit words row after row, nodes packed.

use crate::model::{Child, Test, Tree};
use crate::table::{MISSING_CATEGORY, Table, Values};

/// Rows whose values are gathered at once; with a few dozen columns they stay in the second cache.
pub(crate) const GATHERED_ROWS: usize = 256;

/// Children at or above this are leaves.
const LEAF: u32 = 1 << 31;

#[derive(Clone, Copy)]
enum Asked {
    AtMost(f32),
    Among { from: u32, to: u32 },
}

#[derive(Clone, Copy)]
struct FlatNode {
    place: u32,
    asked: Asked,
    missing_left: bool,
    left: u32,
    right: u32,
}

/// Some trees over the columns that they ask.
pub(crate) struct Scorer<'a> {
    /// The table's column of each place in a gathered row.
    columns: Vec<usize>,
    trees: Vec<FlatTree<'a>>,
}

struct FlatTree<'a> {
    nodes: Vec<FlatNode>,
    categories: &'a [u32],
}

/// The values of up to [`GATHERED_ROWS`] rows: the bits of an `f32`, or the code of a category.
pub(crate) struct Gathered {
    words: Vec<u32>,
    width: usize,
}

impl<'a> Scorer<'a> {
    pub(crate) fn new(trees: &'a [Tree]) -> Self {
        let mut columns: Vec<usize> = trees
            .iter()
            .flat_map(|tree| tree.nodes.iter().map(|node| node.column as usize))
            .collect();
        columns.sort_unstable();
        columns.dedup();
        let trees = trees
            .iter()
            .map(|tree| FlatTree::new(tree, &columns))
            .collect();
        Self { columns, trees }
    }

    /// Copies the asked values of the rows `from..from + rows`.
    pub(crate) fn gather(&self, table: &Table<'_>, from: usize, rows: usize) -> Gathered {
        let width = self.columns.len();
        let mut words = vec![0; rows * width];
        for (place, &column) in self.columns.iter().enumerate() {
            let places = words.iter_mut().skip(place).step_by(width);
            match table.columns()[column].values {
                Values::Single(values) => {
                    for (place, value) in places.zip(&values[from..from + rows]) {
                        *place = value.to_bits();
                    }
                }
                Values::Double(values) => {
                    for (place, value) in places.zip(&values[from..from + rows]) {
                        *place = (*value as f32).to_bits();
                    }
                }
                Values::Categories(codes) => {
                    for (place, code) in places.zip(&codes[from..from + rows]) {
                        *place = *code;
                    }
                }
            }
        }
        Gathered { words, width }
    }

    /// The leaf of a gathered row in a tree.
    pub(crate) fn leaf(&self, tree: usize, gathered: &Gathered, row: usize) -> usize {
        let words = &gathered.words[row * gathered.width..(row + 1) * gathered.width];
        let tree = &self.trees[tree];
        let mut at = if tree.nodes.is_empty() { LEAF } else { 0 };
        while at < LEAF {
            let node = &tree.nodes[at as usize];
            let goes_left = node.goes_left(words[node.place as usize], tree.categories);
            at = if goes_left { node.left } else { node.right };
        }
        (at - LEAF) as usize
    }

    /// Whether a gathered row goes left at a node.
    pub(crate) fn goes_left(
        &self,
        tree: usize,
        node: usize,
        gathered: &Gathered,
        row: usize,
    ) -> bool {
        let tree = &self.trees[tree];
        let node = &tree.nodes[node];
        let word = gathered.words[row * gathered.width + node.place as usize];
        node.goes_left(word, tree.categories)
    }
}

impl FlatNode {
    fn goes_left(&self, word: u32, categories: &[u32]) -> bool {
        match self.asked {
            Asked::AtMost(threshold) => {
                let value = f32::from_bits(word);
                value <= threshold || (self.missing_left && value.is_nan())
            }
            Asked::Among { .. } if word == MISSING_CATEGORY => self.missing_left,
            Asked::Among { from, to } => categories[from as usize..to as usize]
                .binary_search(&word)
                .is_ok(),
        }
    }
}

impl<'a> FlatTree<'a> {
    fn new(tree: &'a Tree, columns: &[usize]) -> Self {
        let child = |child: Child| match child {
            Child::Node(node) => node,
            Child::Leaf(leaf) => LEAF + leaf,
        };
        let nodes = tree
            .nodes
            .iter()
            .map(|node| FlatNode {
                place: columns.partition_point(|column| *column < node.column as usize) as u32,
                asked: match node.test {
                    Test::AtMost(threshold) => Asked::AtMost(threshold),
                    Test::Among { from, to } => Asked::Among { from, to },
                },
                missing_left: node.missing_left,
                left: child(node.left),
                right: child(node.right),
            })
            .collect();
        Self {
            nodes,
            categories: &tree.categories,
        }
    }
}
