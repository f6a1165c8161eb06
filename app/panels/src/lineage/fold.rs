//! Folding: many siblings of one kind become a few and a count, so that ten thousand runs of one version stay readable.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use contract::{LineageGraph, LineageKind, LineageNode};

/// Siblings that stay visible when the rest is folded.
const SHOWN_SIBLINGS: usize = 6;

/// What stands at one place of the picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    Node(LineageNode),
    /// `count` more of `kind`, all made from the same things.
    Folded {
        kind: LineageKind,
        count: usize,
    },
}

/// The graph as it is drawn: items by id, edges between them by position.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Folded {
    pub items: Vec<FoldedItem>,
    /// Positions in `items`.
    pub edges: Vec<(usize, usize)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FoldedItem {
    /// The written id, or that of the group.
    pub id: Arc<str>,
    pub layer: usize,
    /// On the path of what was asked for: it, all that it came from, all that came of it.
    pub is_lit: bool,
    pub item: Item,
}

/// Folds every group of siblings that is not in `unfolded`. What was asked for, what it came from, and what has
/// descendants of its own are shown before the others; among equals the newest.
pub(crate) fn fold(graph: &LineageGraph, unfolded: &HashSet<Arc<str>>) -> Folded {
    let index: HashMap<&str, usize> = graph
        .nodes
        .iter()
        .enumerate()
        .map(|(position, node)| (&*node.id, position))
        .collect();
    let edges: Vec<(usize, usize)> = graph
        .edges
        .iter()
        .filter_map(|(from, to)| Some((*index.get(&**from)?, *index.get(&**to)?)))
        .filter(|(from, to)| graph.nodes[*from].kind < graph.nodes[*to].kind)
        .collect();
    let paths = Paths::new(graph, &edges, index.get(&*graph.of).copied());
    let groups = groups_of_siblings(graph, &edges);

    let mut folded = Folded::default();
    // Where each node of the graph is drawn: as itself, or in the item of its group.
    let mut place: Vec<usize> = vec![0; graph.nodes.len()];
    for ((kind, parents), mut members) in groups {
        let group_id = group_id(kind, &parents, graph);
        members.sort_by_key(|&member| {
            (
                !paths.is_ancestor_or_self[member],
                !paths.has_descendants[member],
                std::cmp::Reverse(graph.nodes[member].seq),
            )
        });
        let is_folded = members.len() > SHOWN_SIBLINGS + 1 && !unfolded.contains(&group_id);
        let shown = if is_folded {
            SHOWN_SIBLINGS
        } else {
            members.len()
        };
        for &member in &members[..shown] {
            place[member] = folded.items.len();
            folded.items.push(FoldedItem {
                id: graph.nodes[member].id.clone(),
                layer: kind as usize,
                is_lit: paths.is_lit(member),
                item: Item::Node(graph.nodes[member].clone()),
            });
        }
        if is_folded {
            for &member in &members[shown..] {
                place[member] = folded.items.len();
            }
            folded.items.push(FoldedItem {
                id: group_id,
                layer: kind as usize,
                is_lit: members[shown..].iter().any(|&member| paths.is_lit(member)),
                item: Item::Folded {
                    kind,
                    count: members.len() - shown,
                },
            });
        }
    }
    folded.edges = edges
        .into_iter()
        .map(|(from, to)| (place[from], place[to]))
        .collect();
    folded.edges.sort_unstable();
    folded.edges.dedup();
    folded
}

/// What stands in relation to what was asked for.
struct Paths {
    is_ancestor_or_self: Vec<bool>,
    is_descendant: Vec<bool>,
    has_descendants: Vec<bool>,
}

impl Paths {
    fn new(graph: &LineageGraph, edges: &[(usize, usize)], asked: Option<usize>) -> Self {
        let count = graph.nodes.len();
        let mut from: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut to: Vec<Vec<usize>> = vec![Vec::new(); count];
        for &(parent, child) in edges {
            from[child].push(parent);
            to[parent].push(child);
        }
        Self {
            is_ancestor_or_self: reach(asked, &from, count),
            is_descendant: reach(asked, &to, count),
            has_descendants: to.iter().map(|children| !children.is_empty()).collect(),
        }
    }

    fn is_lit(&self, node: usize) -> bool {
        self.is_ancestor_or_self[node] || self.is_descendant[node]
    }
}

fn reach(start: Option<usize>, next: &[Vec<usize>], count: usize) -> Vec<bool> {
    let mut reached = vec![false; count];
    let mut open: Vec<usize> = start.into_iter().collect();
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut reached[node], true) {
            open.extend(&next[node]);
        }
    }
    reached
}

type Groups = BTreeMap<(LineageKind, Vec<usize>), Vec<usize>>;

/// Nodes of one kind with the same parents.
fn groups_of_siblings(graph: &LineageGraph, edges: &[(usize, usize)]) -> Groups {
    let mut parents: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    for &(parent, child) in edges {
        parents[child].push(parent);
    }
    let mut groups = Groups::new();
    for (position, node) in graph.nodes.iter().enumerate() {
        let mut of_node = std::mem::take(&mut parents[position]);
        of_node.sort_unstable();
        // A source has no parents; what sources have in common is what came of them, so each stands for itself.
        if of_node.is_empty() {
            of_node.push(graph.nodes.len() + position);
        }
        groups
            .entry((node.kind, of_node))
            .or_default()
            .push(position);
    }
    groups
}

fn group_id(kind: LineageKind, parents: &[usize], graph: &LineageGraph) -> Arc<str> {
    let names: Vec<&str> = parents
        .iter()
        .filter_map(|&parent| Some(&*graph.nodes.get(parent)?.id))
        .collect();
    format!("more {} of {}", kind_word(kind, 2), names.join(" ")).into()
}

/// `run`, `runs`.
pub(crate) fn kind_word(kind: LineageKind, count: usize) -> &'static str {
    match (kind, count) {
        (LineageKind::Source, 1) => "source file",
        (LineageKind::Source, _) => "source files",
        (LineageKind::DataVersion, 1) => "data version",
        (LineageKind::DataVersion, _) => "data versions",
        (LineageKind::Run, 1) => "run",
        (LineageKind::Run, _) => "runs",
        (LineageKind::ModelVersion, 1) => "model version",
        (LineageKind::ModelVersion, _) => "model versions",
        (LineageKind::Endpoint, 1) => "endpoint",
        (LineageKind::Endpoint, _) => "endpoints",
    }
}
