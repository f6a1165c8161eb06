//! The layout of the lineage: a layer for each kind from left to right, an order within each so that the lit path is not crossed.

use super::fold::Folded;

/// Kinds of things, each a layer.
pub(crate) const LAYERS: usize = 5;
/// Sweeps over the layers; the order has settled long before.
const SWEEPS: usize = 8;

/// Where each item stands: its layer is known, this is its row within it, counted from the top.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Layout {
    pub row: Vec<usize>,
    /// Items in each layer, from the top.
    pub layers: Vec<Vec<usize>>,
    /// Crossings of edges, with and without the lit ones.
    pub crossings: Crossings,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Crossings {
    /// Of two lit edges.
    pub lit: usize,
    /// Of a lit edge and a quiet one.
    pub mixed: usize,
    pub quiet: usize,
}

/// Orders the items. Starts with a walk along the lit path, which crosses nothing where the lit part is a tree to both
/// sides, then moves quiet items next to their neighbours (the barycentre method of Sugiyama, Tagawa and Toda 1981)
/// and keeps the best order that was seen: fewest lit crossings first, then mixed, then quiet ones.
pub(crate) fn layout(graph: &Folded) -> Layout {
    let neighbours = neighbours(graph);
    let mut layers = walk(graph, &neighbours);
    let mut best = (crossings(graph, &layers), layers.clone());
    for sweep in 0..SWEEPS {
        let rightwards = sweep % 2 == 0;
        settle(graph, &neighbours, &mut layers, rightwards);
        let found = crossings(graph, &layers);
        if found < best.0 {
            best = (found, layers.clone());
        }
    }
    let (crossings, layers) = best;
    let row = rows(graph, &layers);
    Layout {
        row,
        layers,
        crossings,
    }
}

struct Neighbours {
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
}

fn neighbours(graph: &Folded) -> Neighbours {
    let mut before = vec![Vec::new(); graph.items.len()];
    let mut after = vec![Vec::new(); graph.items.len()];
    for &(from, to) in &graph.edges {
        before[to].push(from);
        after[from].push(to);
    }
    Neighbours { before, after }
}

/// Puts the items into their layers in the order of a walk: the lit ones first, each followed by what belongs to it.
fn walk(graph: &Folded, neighbours: &Neighbours) -> Vec<Vec<usize>> {
    let mut layers = vec![Vec::new(); LAYERS];
    let mut is_placed = vec![false; graph.items.len()];
    let mut starts: Vec<usize> = (0..graph.items.len()).collect();
    starts.sort_by_key(|&item| (!graph.items[item].is_lit, graph.items[item].layer, item));
    for start in starts {
        let mut open = vec![start];
        while let Some(item) = open.pop() {
            if std::mem::replace(&mut is_placed[item], true) {
                continue;
            }
            layers[graph.items[item].layer].push(item);
            let follow = neighbours.after[item]
                .iter()
                .chain(&neighbours.before[item]);
            let is_lit = graph.items[item].is_lit;
            // A stack gives back what was put last: reversed, the first neighbour is placed first.
            let mut next: Vec<usize> = follow
                .copied()
                .filter(|&other| !is_placed[other] && (!is_lit || graph.items[other].is_lit))
                .collect();
            next.reverse();
            open.extend(next);
        }
    }
    layers
}

/// One sweep: sorts each layer by the mean row of the neighbours on one side. Lit items keep their order among themselves
/// unless the sort itself is stable about them.
fn settle(graph: &Folded, neighbours: &Neighbours, layers: &mut [Vec<usize>], rightwards: bool) {
    let order: Vec<usize> = if rightwards {
        (0..LAYERS).collect()
    } else {
        (0..LAYERS).rev().collect()
    };
    for layer in order {
        let row = rows(graph, layers);
        let side = if rightwards {
            &neighbours.before
        } else {
            &neighbours.after
        };
        layers[layer].sort_by(|&left, &right| {
            let left = middle(&side[left], &row).unwrap_or(row[left] as f64);
            let right = middle(&side[right], &row).unwrap_or(row[right] as f64);
            left.total_cmp(&right)
        });
    }
}

fn middle(items: &[usize], row: &[usize]) -> Option<f64> {
    let sum: usize = items.iter().map(|&item| row[item]).sum();
    (!items.is_empty()).then(|| sum as f64 / items.len() as f64)
}

fn rows(graph: &Folded, layers: &[Vec<usize>]) -> Vec<usize> {
    let mut row = vec![0; graph.items.len()];
    for layer in layers {
        for (position, &item) in layer.iter().enumerate() {
            row[item] = position;
        }
    }
    row
}

/// Counts crossings between edges that leave the same layer for the same layer.
fn crossings(graph: &Folded, layers: &[Vec<usize>]) -> Crossings {
    let row = rows(graph, layers);
    let mut found = Crossings::default();
    let mut by_gap: Vec<Vec<Edge>> = vec![Vec::new(); LAYERS * LAYERS];
    for &(from, to) in &graph.edges {
        let gap = graph.items[from].layer * LAYERS + graph.items[to].layer;
        by_gap[gap].push(Edge {
            from: row[from],
            to: row[to],
            is_lit: graph.items[from].is_lit && graph.items[to].is_lit,
        });
    }
    for mut edges in by_gap {
        edges.sort_by_key(|edge| (edge.from, edge.to));
        found.add(&edges);
    }
    found
}

#[derive(Clone, Copy)]
struct Edge {
    from: usize,
    to: usize,
    is_lit: bool,
}

impl Crossings {
    /// `edges` are sorted by where they start: a later one that ends higher crosses. Counted with two Fenwick trees
    /// (Barth, Jünger and Mutzel 2004), because a folded group may still be opened to ten thousand runs.
    fn add(&mut self, edges: &[Edge]) {
        let ends = edges.iter().map(|edge| edge.to + 1).max().unwrap_or(0);
        let mut lit = Fenwick::new(ends);
        let mut quiet = Fenwick::new(ends);
        let mut start = 0;
        while start < edges.len() {
            let from = edges[start].from;
            let end = start
                + edges[start..]
                    .iter()
                    .take_while(|edge| edge.from == from)
                    .count();
            // Edges that start together do not cross, so they are counted before they are added.
            for edge in &edges[start..end] {
                let (lit_above, quiet_above) = (lit.above(edge.to), quiet.above(edge.to));
                if edge.is_lit {
                    self.lit += lit_above;
                    self.mixed += quiet_above;
                } else {
                    self.mixed += lit_above;
                    self.quiet += quiet_above;
                }
            }
            for edge in &edges[start..end] {
                if edge.is_lit {
                    lit.add(edge.to);
                } else {
                    quiet.add(edge.to);
                }
            }
            start = end;
        }
    }
}

/// Counts how many of the numbers that were added are larger than a given one.
struct Fenwick {
    sums: Vec<usize>,
    total: usize,
}

impl Fenwick {
    fn new(size: usize) -> Self {
        Self {
            sums: vec![0; size + 1],
            total: 0,
        }
    }

    fn add(&mut self, number: usize) {
        self.total += 1;
        let mut position = number + 1;
        while position < self.sums.len() {
            self.sums[position] += 1;
            position += position & position.wrapping_neg();
        }
    }

    fn above(&self, number: usize) -> usize {
        let mut at_most = 0;
        let mut position = (number + 1).min(self.sums.len() - 1);
        while position > 0 {
            at_most += self.sums[position];
            position -= position & position.wrapping_neg();
        }
        self.total - at_most
    }
}
