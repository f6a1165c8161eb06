//! One tree made ready for SHAP, and the walk of a row through all of its edges.

use super::LeafColumn;
use super::quadrature::gauss_legendre;
use crate::model::{Child, Tree};

/// Numbers of points for which a walk is compiled; the last explains paths of 256 different columns.
const POINTS: [usize; 12] = [1, 2, 3, 4, 5, 6, 8, 12, 16, 32, 64, 128];

/// The edge above the root, which asks nothing.
const ROOT: usize = 0;

/// An edge from a node to a child; edges stand after the one above them.
struct Edge {
    node: usize,
    is_left: bool,
    above: usize,
    /// The nearest edge above that asks the same column, or [`ROOT`].
    same: usize,
    column: usize,
    leaf: Option<usize>,
    /// The share of training rows that pass this edge and all above that ask the same column.
    share: f64,
}

/// What does not depend on the row.
pub(super) struct Plan {
    edges: Vec<Edge>,
    nodes: usize,
    points: usize,
    /// `[edges][3][points]`: what the product of the path is multiplied by. The middle index is how many of (the same column's edges above,
    /// this edge too) the row passes: 0 not even those above, 1 those above alone, 2 all.
    factors: Vec<f64>,
    /// `[edges][3][points]`: what the sum of the leaves below adds to the column.
    effects: Vec<f64>,
}

impl Plan {
    pub(super) fn new(tree: &Tree) -> Self {
        let mut edges = vec![Edge {
            node: 0,
            is_left: true,
            above: ROOT,
            same: ROOT,
            column: usize::MAX,
            leaf: None,
            share: 1.0,
        }];
        let longest = collect(tree, &mut edges);
        let needed = longest.div_ceil(2);
        let most = POINTS[POINTS.len() - 1];
        let points = POINTS
            .into_iter()
            .find(|points| *points >= needed)
            .unwrap_or(most);
        let mut plan = Self {
            edges,
            nodes: tree.nodes.len(),
            points,
            factors: Vec::new(),
            effects: Vec::new(),
        };
        plan.fill_tables();
        plan
    }

    fn fill_tables(&mut self) {
        let quadrature = gauss_legendre(self.points);
        for edge in &self.edges {
            let old = self.edges[edge.same].share;
            let has_old = edge.same != ROOT;
            for (passed_old, passed_new) in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)] {
                for &(at, weight) in &quadrature {
                    let new_mix = edge.share + at * (passed_new - edge.share);
                    let old_mix = if has_old {
                        old + at * (passed_old - old)
                    } else {
                        1.0
                    };
                    let new_effect = over(passed_new - edge.share, new_mix);
                    let old_effect = if has_old {
                        over(passed_old - old, old_mix)
                    } else {
                        0.0
                    };
                    self.factors.push(over(new_mix, old_mix));
                    self.effects.push(weight * (new_effect - old_effect));
                }
            }
        }
    }
}

/// A path that no training row and not the row itself takes weighs nothing.
fn over(above: f64, below: f64) -> f64 {
    if below == 0.0 { 0.0 } else { above / below }
}

/// Lists all edges, parents first, and returns the largest number of different columns on a path.
fn collect(tree: &Tree, edges: &mut Vec<Edge>) -> usize {
    let mut longest = 0;
    let mut open = vec![(0_usize, ROOT, 0_usize)];
    if tree.nodes.is_empty() {
        open.clear();
    }
    while let Some((node, above, columns)) = open.pop() {
        let inner = &tree.nodes[node];
        let column = inner.column as usize;
        let mut same = above;
        while same != ROOT && edges[same].column != column {
            same = edges[same].above;
        }
        let columns = columns + usize::from(same == ROOT);
        longest = longest.max(columns);
        for (child, is_left) in [(inner.left, true), (inner.right, false)] {
            let passing = over(tree.child_cover(child), inner.cover);
            let edge = edges.len();
            edges.push(Edge {
                node,
                is_left,
                above,
                same,
                column,
                leaf: match child {
                    Child::Leaf(leaf) => Some(leaf as usize),
                    Child::Node(_) => None,
                },
                share: edges[same].share * passing,
            });
            if let Child::Node(child) = child {
                open.push((child as usize, edge, columns));
            }
        }
    }
    longest
}

/// Memory of a walk, kept from row to row.
#[derive(Default)]
pub(super) struct Scratch {
    /// The row of the tables for each edge.
    passed: Vec<u8>,
    sides: Vec<bool>,
    products: Vec<f64>,
    sums: Vec<f64>,
}

impl Scratch {
    /// Finds for each edge whether a row passes it.
    pub(super) fn decide(&mut self, plan: &Plan, goes_left: impl Fn(usize) -> bool) {
        self.sides.clear();
        self.sides.extend((0..plan.nodes).map(goes_left));
        self.passed.clear();
        self.passed.push(2);
        for edge in &plan.edges[1..] {
            let above = self.passed[edge.same] == 2;
            let here = above && self.sides[edge.node] == edge.is_left;
            self.passed.push(u8::from(above) + u8::from(here));
        }
    }

    /// Adds the SHAP values of the row that was decided to `phi`, one for each column.
    pub(super) fn explain(&mut self, plan: &Plan, values: LeafColumn<'_>, phi: &mut [f64]) {
        let size = plan.edges.len() * plan.points;
        if self.products.len() < size {
            self.products.resize(size, 0.0);
            self.sums.resize(size, 0.0);
        }
        match plan.points {
            1 => self.walk::<1>(plan, values, phi),
            2 => self.walk::<2>(plan, values, phi),
            3 => self.walk::<3>(plan, values, phi),
            4 => self.walk::<4>(plan, values, phi),
            5 => self.walk::<5>(plan, values, phi),
            6 => self.walk::<6>(plan, values, phi),
            8 => self.walk::<8>(plan, values, phi),
            12 => self.walk::<12>(plan, values, phi),
            16 => self.walk::<16>(plan, values, phi),
            32 => self.walk::<32>(plan, values, phi),
            64 => self.walk::<64>(plan, values, phi),
            _ => self.walk::<128>(plan, values, phi),
        }
    }

    /// Down: the product of each path at all points. Up: the sum of value times product over the leaves below each edge, and its effect.
    fn walk<const POINTS: usize>(&mut self, plan: &Plan, values: LeafColumn<'_>, phi: &mut [f64]) {
        let (factors, _) = plan.factors.as_chunks::<POINTS>();
        let (effects, _) = plan.effects.as_chunks::<POINTS>();
        let (products, _) = self.products.as_chunks_mut::<POINTS>();
        let (sums, _) = self.sums.as_chunks_mut::<POINTS>();
        products[ROOT] = [1.0; POINTS];
        for (at, edge) in plan.edges.iter().enumerate().skip(1) {
            let factor = &factors[3 * at + usize::from(self.passed[at])];
            let mut product = products[edge.above];
            for (product, factor) in product.iter_mut().zip(factor) {
                *product *= factor;
            }
            if let Some(leaf) = edge.leaf {
                let value = values.value(leaf);
                sums[at] = product.map(|product| product * value);
            } else {
                products[at] = product;
                sums[at] = [0.0; POINTS];
            }
        }
        for (at, edge) in plan.edges.iter().enumerate().skip(1).rev() {
            let sum = sums[at];
            let effect = &effects[3 * at + usize::from(self.passed[at])];
            let mut total = 0.0;
            for (sum, effect) in sum.iter().zip(effect) {
                total += sum * effect;
            }
            phi[edge.column] += total;
            for (above, sum) in sums[edge.above].iter_mut().zip(sum) {
                *above += sum;
            }
        }
    }
}
