//! Growing one tree from packed slopes: histograms of the smaller child, subtraction for its sibling, the best leaf next.

mod finish;

use rayon::prelude::*;

use crate::blocks::BinnedTable;
use crate::histogram::{self, Histogram, Part, Rows, Sums};
use crate::model::Child;
use crate::partition::partition;
use crate::quantise::PackedSlopes;
use crate::settings::{Growth, TreeSettings};
use crate::split::{Bounds, Choice, Chosen, Search};
pub(crate) use finish::{among, at_most, newton_values, percentile_values};

/// Histograms that leaves keep for their children; beyond this both children are summed anew, to the same result.
const KEPT_HISTOGRAM_BYTES: usize = 1 << 30;

/// What a tree is grown from. `settings.directions` has one for each slot, or none.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) table: &'a BinnedTable,
    pub(crate) settings: &'a TreeSettings,
    pub(crate) slopes: &'a PackedSlopes,
    /// Whether the tree may use a slot.
    pub(crate) open_slots: &'a [bool],
}

/// A leaf while the tree grows; afterwards its rows and what bounds its value.
pub(crate) struct Leaf {
    /// Its rows in [`Grown::rows`].
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) bounds: Bounds,
    /// What its value is regularised with.
    pub(crate) l2: f64,
    sums: Sums,
    depth: usize,
    histogram: Option<Histogram>,
    choice: Option<Choice>,
    /// The node above and whether this is its left child.
    parent: Option<(usize, bool)>,
}

/// A split that was made.
pub(crate) struct GrownNode {
    pub(crate) choice: Choice,
    pub(crate) rows: usize,
    pub(crate) left: Child,
    pub(crate) right: Child,
}

/// A tree without the values of its leaves.
pub(crate) struct Grown {
    pub(crate) nodes: Vec<GrownNode>,
    pub(crate) leaves: Vec<Leaf>,
    /// All rows of the tree, leaf by leaf, ascending within a leaf.
    pub(crate) rows: Vec<u32>,
}

/// Two children and what was found out about them.
struct Family {
    small: Found,
    large: Found,
}

#[derive(Default)]
struct Found {
    histogram: Option<Histogram>,
    choice: Option<Choice>,
}

/// Grows a tree on `rows`, which ascend.
pub(crate) fn grow(ground: Ground<'_>, rows: Vec<u32>) -> Grown {
    let mut scratch = vec![0; rows.len()];
    let mut grown = Grown {
        leaves: vec![ground.root(&rows)],
        nodes: Vec::new(),
        rows,
    };
    let mut kept_bytes = 0;
    while grown.leaves.len() < ground.settings.max_leaves {
        let Some(leaf) = next_leaf(&grown.leaves, ground.settings.growth) else {
            break;
        };
        grown.split(ground, leaf, &mut scratch, &mut kept_bytes);
    }
    for leaf in &mut grown.leaves {
        leaf.histogram = None;
    }
    grown
}

fn next_leaf(leaves: &[Leaf], growth: Growth) -> Option<usize> {
    let level = |leaf: &Leaf| match growth {
        Growth::LeafWise => 0,
        Growth::DepthWise => leaf.depth,
    };
    let mut best: Option<(usize, usize, f64)> = None;
    for (at, leaf) in leaves.iter().enumerate() {
        let Some(choice) = &leaf.choice else { continue };
        let is_better = best.is_none_or(|(_, best_level, gain)| {
            level(leaf) < best_level || (level(leaf) == best_level && choice.gain > gain)
        });
        if is_better {
            best = Some((at, level(leaf), choice.gain));
        }
    }
    best.map(|(at, ..)| at)
}

fn bytes(histogram: &Histogram) -> usize {
    histogram
        .iter()
        .map(|part| std::mem::size_of_val(part.as_slice()))
        .sum()
}

impl Ground<'_> {
    fn root(self, rows: &[u32]) -> Leaf {
        let given = if rows.len() == self.table.rows {
            Rows::All(rows.len())
        } else {
            Rows::Some(rows)
        };
        let histogram: Histogram = self
            .table
            .blocks
            .par_iter()
            .map(|block| histogram::build_part(self.table, block, given, self.slopes))
            .collect();
        let sums = match histogram.first() {
            Some(part) => part[..self.table.slot_bins(0).bins()]
                .iter()
                .fold(Sums::default(), |sum, one| sum.plus(*one)),
            None => Sums::default(),
        };
        let mut root = Leaf {
            from: 0,
            to: rows.len(),
            bounds: Bounds::FREE,
            l2: self.settings.l2,
            sums,
            depth: 0,
            histogram: None,
            choice: None,
            parent: None,
        };
        if self.may_split(&root) {
            let search = self.search(&root);
            root.choice = (0..histogram.len())
                .into_par_iter()
                .map(|block| self.best_in_part(search, block, &histogram[block]))
                .reduce(|| None, Choice::better);
        }
        root.histogram = Some(histogram);
        root
    }

    fn may_split(self, leaf: &Leaf) -> bool {
        let deep = self
            .settings
            .max_depth
            .is_some_and(|most| leaf.depth >= most);
        !deep && leaf.to - leaf.from >= 2 * self.settings.min_rows_in_leaf
    }

    fn search(&self, leaf: &Leaf) -> Search<'_> {
        Search {
            settings: self.settings,
            gradient_unit: self.slopes.gradient_unit,
            hessian_unit: self.slopes.hessian_unit,
            total: leaf.sums,
            bounds: leaf.bounds,
        }
    }

    fn best_in_part(self, search: Search<'_>, block: usize, part: &[Sums]) -> Option<Choice> {
        let block = &self.table.blocks[block];
        let mut from = 0;
        let mut best = None;
        for slot in block.first_slot..block.first_slot + block.width {
            let bins = self.table.slot_bins(slot);
            let to = from + bins.bins();
            if self.open_slots[slot] {
                best = Choice::better(best, search.best(slot, bins, &part[from..to]));
            }
            from = to;
        }
        best
    }

    /// Histograms and splits of both children, block by block.
    fn family(
        self,
        small: (&Leaf, &[u32]),
        large: (&Leaf, &[u32]),
        parent: Option<Histogram>,
    ) -> Family {
        let (small_splits, large_splits) = (self.may_split(small.0), self.may_split(large.0));
        let searches = (self.search(small.0), self.search(large.0));
        let parts: Vec<Option<Part>> = match parent {
            Some(parent) => parent.into_iter().map(Some).collect(),
            None => self.table.blocks.iter().map(|_| None).collect(),
        };
        let found: Vec<(Part, Part, Option<Choice>, Option<Choice>)> = parts
            .into_par_iter()
            .enumerate()
            .map(|(block, parent)| {
                let sum = |rows| {
                    let block = &self.table.blocks[block];
                    histogram::build_part(self.table, block, Rows::Some(rows), self.slopes)
                };
                let small_part = sum(small.1);
                let large_part = match parent {
                    Some(mut part) => {
                        histogram::subtract(&mut part, &small_part);
                        part
                    }
                    None => sum(large.1),
                };
                let best = |splits: bool, search, part: &Part| {
                    if splits {
                        self.best_in_part(search, block, part)
                    } else {
                        None
                    }
                };
                let small_choice = best(small_splits, searches.0, &small_part);
                let large_choice = best(large_splits, searches.1, &large_part);
                (small_part, large_part, small_choice, large_choice)
            })
            .collect();
        let mut family = Family {
            small: Found::default(),
            large: Found::default(),
        };
        let (mut small_parts, mut large_parts) = (Vec::new(), Vec::new());
        for (small_part, large_part, small_choice, large_choice) in found {
            small_parts.push(small_part);
            large_parts.push(large_part);
            family.small.choice = Choice::better(family.small.choice, small_choice);
            family.large.choice = Choice::better(family.large.choice, large_choice);
        }
        family.small.histogram = family.small.choice.is_some().then_some(small_parts);
        family.large.histogram = family.large.choice.is_some().then_some(large_parts);
        family
    }

    /// Whether each bin of a slot goes left.
    fn sides(self, choice: &Choice) -> [bool; 256] {
        let bins = self.table.slot_bins(choice.slot);
        let mut sides = [false; 256];
        match &choice.chosen {
            Chosen::UpTo(last) => sides[..=usize::from(*last)].fill(true),
            Chosen::Among(left) => left.iter().for_each(|bin| sides[usize::from(*bin)] = true),
        }
        if bins.has_missing() {
            sides[bins.value_bins()] = choice.missing_left;
        }
        sides
    }
}

impl Grown {
    /// Makes a leaf's split: its left child takes its place, the right one is added.
    fn split(
        &mut self,
        ground: Ground<'_>,
        at: usize,
        scratch: &mut [u32],
        kept_bytes: &mut usize,
    ) {
        let parent = &mut self.leaves[at];
        let Some(choice) = parent.choice.take() else {
            return;
        };
        let histogram = parent.histogram.take();
        *kept_bytes -= histogram
            .as_ref()
            .filter(|_| parent.parent.is_some())
            .map_or(0, bytes);
        let (from, to) = (parent.from, parent.to);
        let sides = ground.sides(&choice);
        let (block, lane) = ground.table.lane(choice.slot);
        let cell = |row: u32| block.cells[row as usize * block.width + lane];
        let goes_left = |row: u32| sides[usize::from(cell(row))];
        let left_rows = partition(&mut self.rows[from..to], &mut scratch[from..to], goes_left);
        let (left, right) = self.children(ground, at, &choice, left_rows);
        let node = self.nodes.len();
        self.hang(at, node);
        let new = self.leaves.len();
        self.nodes.push(GrownNode {
            choice,
            rows: to - from,
            left: Child::Leaf(at as u32),
            right: Child::Leaf(new as u32),
        });
        self.leaves[at] = left;
        self.leaves.push(right);
        let is_last = self.leaves.len() >= ground.settings.max_leaves;
        let splits = ground.may_split(&self.leaves[at]) || ground.may_split(&self.leaves[new]);
        if is_last || !splits {
            return;
        }
        let (small, large) = if 2 * left_rows <= to - from {
            (at, new)
        } else {
            (new, at)
        };
        let rows = |leaf: usize| &self.rows[self.leaves[leaf].from..self.leaves[leaf].to];
        let family = ground.family(
            (&self.leaves[small], rows(small)),
            (&self.leaves[large], rows(large)),
            histogram,
        );
        for (leaf, found) in [(small, family.small), (large, family.large)] {
            let leaf = &mut self.leaves[leaf];
            leaf.choice = found.choice;
            let needed = found.histogram.as_ref().map_or(0, bytes);
            if *kept_bytes + needed <= KEPT_HISTOGRAM_BYTES {
                leaf.histogram = found.histogram;
                *kept_bytes += needed;
            }
        }
    }

    fn children(
        &self,
        ground: Ground<'_>,
        at: usize,
        choice: &Choice,
        left_rows: usize,
    ) -> (Leaf, Leaf) {
        let parent = &self.leaves[at];
        let (left_bounds, right_bounds) = ground.search(parent).child_bounds(choice);
        let middle = parent.from + left_rows;
        let child = |from, to, bounds, sums, is_left| Leaf {
            from,
            to,
            bounds,
            l2: choice.l2,
            sums,
            depth: parent.depth + 1,
            histogram: None,
            choice: None,
            parent: Some((self.nodes.len(), is_left)),
        };
        let right_sums = parent.sums.minus(choice.left);
        (
            child(parent.from, middle, left_bounds, choice.left, true),
            child(middle, parent.to, right_bounds, right_sums, false),
        )
    }

    /// Lets the node above a leaf point to the node that takes its place.
    fn hang(&mut self, leaf: usize, node: usize) {
        if let Some((above, is_left)) = self.leaves[leaf].parent {
            let child = Child::Node(node as u32);
            let above = &mut self.nodes[above];
            if is_left {
                above.left = child;
            } else {
                above.right = child;
            }
        }
    }
}
