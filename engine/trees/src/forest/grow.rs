//! Growing one tree of a forest to its leaves, on one thread.

use super::ForestSettings;
use super::split::{Bins, Cut};
use super::sums::{Lesson, score};
use crate::bins::ColumnBins;
use crate::blocks::BinnedTable;
use crate::grow::{among, at_most};
use crate::model::{Child, Node, Tree};
use crate::partition::divide_alone;
use crate::random::Dice;
use crate::split::Chosen;

/// What a tree is grown from.
#[derive(Clone, Copy)]
pub(super) struct Plot<'a> {
    pub(super) settings: &'a ForestSettings,
    pub(super) table: &'a BinnedTable,
    pub(super) lesson: &'a Lesson,
    pub(super) key: u64,
    /// How many columns that are not constant a split looks at.
    pub(super) columns: usize,
}

/// How much each row weighs for one tree; 0 is out of the bag.
pub(super) struct Bag {
    pub(super) weights: Vec<f32>,
}

impl Bag {
    /// With a key, as many draws with repetition as there are rows.
    pub(super) fn new(lesson: &Lesson, key: Option<u64>) -> Self {
        let rows = lesson.rows();
        let mut weights = vec![if key.is_some() { 0.0 } else { 1.0 }; rows];
        if let Some(key) = key {
            let mut dice = Dice::new(key);
            for _ in 0..rows {
                weights[dice.below(rows)] += 1.0;
            }
        }
        for (row, weight) in weights.iter_mut().enumerate() {
            *weight *= lesson.weight(row) as f32;
        }
        if weights.iter().all(|weight| *weight == 0.0) {
            // Every row that was drawn weighs nothing: the tree learns from the others.
            weights = (0..rows).map(|row| lesson.weight(row) as f32).collect();
        }
        Self { weights }
    }

    pub(super) fn has(&self, row: usize) -> bool {
        self.weights[row] > 0.0
    }
}

/// A node that is still to be split or to become a leaf.
struct Open {
    from: usize,
    to: usize,
    depth: usize,
    /// The node above and whether this is its left child.
    parent: Option<(usize, bool)>,
}

/// A tree while it grows.
struct Growing<'a> {
    plot: Plot<'a>,
    bag: &'a Bag,
    rows: Vec<u32>,
    scratch: Vec<u32>,
    tree: Tree,
    bins: Bins,
    dice: Dice,
    /// The slots in the order in which they were last drawn.
    slots: Vec<usize>,
}

/// Grows a tree on the rows of the bag.
pub(super) fn grow(plot: Plot<'_>, bag: &Bag) -> Tree {
    let rows: Vec<u32> = (0..bag.weights.len())
        .filter(|row| bag.has(*row))
        .map(|row| row as u32)
        .collect();
    let mut growing = Growing {
        plot,
        bag,
        scratch: vec![0; rows.len()],
        tree: Tree::default(),
        bins: Bins::new(plot.lesson.channels()),
        dice: Dice::new(plot.key),
        slots: (0..plot.table.slots.len()).collect(),
        rows,
    };
    let mut open = vec![Open {
        from: 0,
        to: growing.rows.len(),
        depth: 0,
        parent: None,
    }];
    while let Some(node) = open.pop() {
        growing.grow_node(node, &mut open);
    }
    growing.tree
}

impl Growing<'_> {
    fn grow_node(&mut self, node: Open, open: &mut Vec<Open>) {
        let mut whole = vec![0.0; self.plot.lesson.channels() + 1];
        for &row in &self.rows[node.from..node.to] {
            let weight = f64::from(self.bag.weights[row as usize]);
            self.plot.lesson.add(&mut whole, row, weight);
        }
        let cut = if self.may_split(&node) {
            self.best_cut(&node, &whole)
        } else {
            None
        };
        let Some(cut) = cut else {
            self.add_leaf(&node, &whole);
            return;
        };
        let at = self.tree.nodes.len();
        self.hang(node.parent, Child::Node(at as u32));
        let left_rows = self.divide(&node, &cut);
        let inner = self.inner(&node, cut, score(&whole));
        self.tree.nodes.push(inner);
        let middle = node.from + left_rows;
        for (from, to, is_left) in [(middle, node.to, false), (node.from, middle, true)] {
            open.push(Open {
                from,
                to,
                depth: node.depth + 1,
                parent: Some((at, is_left)),
            });
        }
    }

    fn may_split(&self, node: &Open) -> bool {
        let settings = self.plot.settings;
        let rows = node.to - node.from;
        let deep = settings.max_depth.is_some_and(|most| node.depth >= most);
        let Some(first) = self.rows[node.from..node.to].first() else {
            return false;
        };
        let first = self.plot.lesson.target(*first);
        !deep
            && rows
                >= settings
                    .min_rows_to_split
                    .max(2 * settings.min_rows_in_leaf)
            && self.rows[node.from..node.to]
                .iter()
                .any(|row| self.plot.lesson.target(*row) != first)
    }

    /// The best cut among columns drawn without repetition; columns that are constant here do not count.
    fn best_cut(&mut self, node: &Open, whole: &[f64]) -> Option<Cut> {
        let rows = &self.rows[node.from..node.to];
        self.bins.set_whole(whole, rows.len());
        let mut best: Option<Cut> = None;
        let mut looked_at = 0;
        for drawn in 0..self.slots.len() {
            if looked_at >= self.plot.columns {
                break;
            }
            let other = drawn + self.dice.below(self.slots.len() - drawn);
            self.slots.swap(drawn, other);
            let slot = self.slots[drawn];
            self.bins.fill(self.plot, slot, rows, &self.bag.weights);
            if self.bins.is_constant() {
                continue;
            }
            looked_at += 1;
            let cut = self.bins.cut(self.plot, slot, &mut self.dice);
            if let Some(cut) = cut
                && best.as_ref().is_none_or(|best| cut.score > best.score)
            {
                best = Some(cut);
            }
        }
        best
    }

    fn divide(&mut self, node: &Open, cut: &Cut) -> usize {
        let bins = self.plot.table.slot_bins(cut.slot);
        let mut sides = [false; 256];
        match &cut.chosen {
            Chosen::UpTo(last) => sides[..=usize::from(*last)].fill(true),
            Chosen::Among(left) => left.iter().for_each(|bin| sides[usize::from(*bin)] = true),
        }
        if bins.has_missing() {
            sides[bins.value_bins()] = cut.missing_left;
        }
        let (block, lane) = self.plot.table.lane(cut.slot);
        let goes_left =
            |row: u32| sides[usize::from(block.cells[row as usize * block.width + lane])];
        divide_alone(
            &mut self.rows[node.from..node.to],
            &mut self.scratch[node.from..node.to],
            goes_left,
        )
    }

    fn inner(&mut self, node: &Open, cut: Cut, score_before: f64) -> Node {
        let bins = self.plot.table.slot_bins(cut.slot);
        let test = match (&cut.chosen, bins) {
            (Chosen::Among(left), ColumnBins::Categories { codes, .. }) => {
                among(codes, left, &mut self.tree.categories)
            }
            (Chosen::UpTo(last), ColumnBins::Numeric { thresholds, .. }) => {
                at_most(thresholds, usize::from(*last))
            }
            _ => at_most(&[], 0),
        };
        Node {
            column: self.plot.table.slots[cut.slot] as u32,
            test,
            missing_left: cut.missing_left,
            left: Child::Leaf(0),
            right: Child::Leaf(0),
            gain: (cut.score - score_before).max(0.0),
            cover: (node.to - node.from) as f64,
        }
    }

    fn add_leaf(&mut self, node: &Open, whole: &[f64]) {
        let leaf = self.tree.leaf_covers.len();
        self.hang(node.parent, Child::Leaf(leaf as u32));
        self.tree.leaf_covers.push((node.to - node.from) as f64);
        self.tree
            .leaf_values
            .extend(self.plot.lesson.leaf_values(whole));
    }

    fn hang(&mut self, parent: Option<(usize, bool)>, child: Child) {
        if let Some((above, is_left)) = parent {
            let above = &mut self.tree.nodes[above];
            if is_left {
                above.left = child;
            } else {
                above.right = child;
            }
        }
    }
}
