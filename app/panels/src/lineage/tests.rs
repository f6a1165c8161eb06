//! How lineage is folded and laid out: the lit path is complete, is not crossed by itself, and runs straight.

use std::collections::HashSet;
use std::sync::Arc;

use contract::{LineageGraph, LineageKind, LineageNode, Timestamp};
use expect_test::{Expect, expect};

use super::fold::{Folded, Item, fold};
use super::layout::layout;
use super::place::heights;
use crate::{Selection, states};

const KINDS: [LineageKind; 5] = [
    LineageKind::Source,
    LineageKind::DataVersion,
    LineageKind::Run,
    LineageKind::ModelVersion,
    LineageKind::Endpoint,
];

/// Words such as `s1>v1>r1`, separated by spaces; the first letter is the kind.
fn graph(of: &str, paths: &str) -> Arc<LineageGraph> {
    let mut graph = LineageGraph {
        of: of.into(),
        ..LineageGraph::default()
    };
    for path in paths.split_whitespace() {
        let names: Vec<&str> = path.split('>').collect();
        for name in &names {
            if graph.nodes.iter().all(|node| &*node.id != *name) {
                let kind = "svrme".find(&name[..1]).expect("a kind");
                graph.nodes.push(LineageNode {
                    id: (*name).into(),
                    kind: KINDS[kind],
                    label: (*name).into(),
                    detail: String::new(),
                    at: Timestamp::default(),
                    seq: graph.nodes.len() as u64 + 1,
                });
            }
        }
        for pair in names.windows(2) {
            let edge = (pair[0].into(), pair[1].into());
            if !graph.edges.contains(&edge) {
                graph.edges.push(edge);
            }
        }
    }
    Arc::new(graph)
}

fn name(folded: &Folded, item: usize) -> String {
    let item = &folded.items[item];
    let lit = if item.is_lit { "*" } else { "" };
    match &item.item {
        Item::Node(node) => format!("{}{lit}", node.id),
        Item::Folded { count, .. } => format!("+{count}{lit}"),
    }
}

fn check(of: &str, paths: &str, expected: Expect) {
    let folded = fold(&graph(of, paths), &HashSet::new());
    let laid_out = layout(&folded);
    let mut text = String::new();
    for layer in &laid_out.layers {
        let names: Vec<String> = layer.iter().map(|&item| name(&folded, item)).collect();
        text.push_str(&names.join(" "));
        text.push('\n');
    }
    let crossings = laid_out.crossings;
    text.push_str(&format!(
        "crossings: {} lit, {} mixed, {} quiet\n",
        crossings.lit, crossings.mixed, crossings.quiet
    ));
    expected.assert_eq(&text);
}

#[test]
fn the_path_of_a_model_is_lit_from_its_file_to_its_endpoint() {
    check(
        "m1",
        "s1>v1>r1>m1>e1 v1>r2 s2>v2>r3>m2",
        expect![[r#"
        s1* s2
        v1* v2
        r1* r2 r3
        m1* m2
        e1*
        crossings: 0 lit, 0 mixed, 0 quiet
    "#]],
    );
}

#[test]
fn a_file_lights_everything_that_came_of_it() {
    check(
        "s1",
        "s1>v1>r1>m1>e1 s1>v2>r2>m2 v1>r3 s2>v2 s2>v3>r4",
        expect![[r#"
            s1* s2
            v1* v2* v3
            r1* r3* r2* r4
            m1* m2*
            e1*
            crossings: 0 lit, 0 mixed, 0 quiet
        "#]],
    );
}

#[test]
fn edges_that_were_given_crossed_are_uncrossed() {
    check(
        "v1",
        "s1>v1 s2>v2 s3>v3 v1>r3 v2>r2 v3>r1 r1>m1 r2>m2 r3>m3",
        expect![[r#"
            s1* s2 s3
            v1* v2 v3
            r3* r2 r1
            m3* m2 m1

            crossings: 0 lit, 0 mixed, 0 quiet
        "#]],
    );
}

#[test]
fn many_siblings_fold_and_those_with_descendants_stay() {
    let runs: Vec<String> = (1..=30).map(|run| format!("v1>r{run}")).collect();
    let paths = format!("s1>v1 {} r3>m1>e1", runs.join(" "));
    check(
        "v1",
        &paths,
        expect![[r#"
        s1*
        v1*
        r3* r30* r29* r28* r27* r26* +24*
        m1*
        e1*
        crossings: 0 lit, 0 mixed, 0 quiet
    "#]],
    );
    let folded = fold(&graph("v1", &paths), &HashSet::new());
    let group = folded
        .items
        .iter()
        .find(|item| matches!(item.item, Item::Folded { .. }))
        .expect("a group");
    let unfolded = fold(&graph("v1", &paths), &HashSet::from([group.id.clone()]));
    assert_eq!(unfolded.items.len(), 1 + 1 + 30 + 1 + 1);
}

#[test]
fn what_was_asked_for_is_never_folded_away() {
    let runs: Vec<String> = (1..=30).map(|run| format!("v1>r{run}")).collect();
    let folded = fold(
        &graph("r17", &format!("s1>v1 {}", runs.join(" "))),
        &HashSet::new(),
    );
    let asked = folded
        .items
        .iter()
        .find(|item| &*item.id == "r17")
        .expect("the run");
    assert!(asked.is_lit);
    assert!(
        folded
            .items
            .iter()
            .any(|item| matches!(item.item, Item::Folded { count: 24, .. }))
    );
}

#[test]
fn edges_to_what_is_not_there_are_left_out() {
    let mut broken = (*graph("m1", "s1>v1>r1>m1")).clone();
    broken.edges.push(("r1".into(), "gone".into()));
    broken.edges.push(("m1".into(), "s1".into()));
    let folded = fold(&broken, &HashSet::new());
    assert_eq!(folded.edges.len(), 3);
    assert_eq!(
        fold(&LineageGraph::default(), &HashSet::new()),
        Folded::default()
    );
}

/// A forest as projects grow it: versions of one or two files, a data version a run, a run a model version.
fn grown(seed: u64, runs: u64) -> (String, Vec<String>) {
    let mut state = seed;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut paths = String::new();
    let mut names = Vec::new();
    for version in 1..=4 {
        paths.push_str(&format!("s{}>v{version} ", random(3) + 1));
        names.push(format!("v{version}"));
    }
    for run in 1..=runs {
        paths.push_str(&format!("v{}>r{run} ", random(4) + 1));
        names.push(format!("r{run}"));
        if random(3) == 0 {
            paths.push_str(&format!("r{run}>m{run} "));
            names.push(format!("m{run}"));
            if random(3) == 0 {
                paths.push_str(&format!("m{run}>e{run} "));
                names.push(format!("e{run}"));
            }
        }
    }
    (paths, names)
}

#[test]
fn lit_edges_never_cross_each_other() {
    for seed in 0..40 {
        let (paths, names) = grown(seed, 24);
        for of in names.iter().step_by(5) {
            let folded = fold(&graph(of, &paths), &HashSet::new());
            let laid_out = layout(&folded);
            assert_eq!(laid_out.crossings.lit, 0, "{of} in {paths}");
        }
    }
}

#[test]
fn boxes_of_a_layer_keep_their_order_and_their_distance() {
    for seed in 0..20 {
        let (paths, names) = grown(seed, 40);
        let folded = fold(&graph(&names[seed as usize], &paths), &HashSet::new());
        let laid_out = layout(&folded);
        let height = heights(&folded, &laid_out);
        for layer in &laid_out.layers {
            for pair in layer.windows(2) {
                assert!(height[pair[1]] - height[pair[0]] >= 1.0 - 1e-9, "{paths}");
            }
        }
        assert!(height.iter().all(|height| *height >= 0.0));
    }
}

#[test]
fn a_single_path_runs_straight() {
    let folded = fold(
        &graph("m1", "s1>v1>r1>m1>e1 v1>r2 v1>r3 v1>r4"),
        &HashSet::new(),
    );
    let height = heights(&folded, &layout(&folded));
    let of = |id: &str| {
        let place = folded
            .items
            .iter()
            .position(|item| &*item.id == id)
            .expect("an item");
        height[place]
    };
    for id in ["s1", "v1", "m1", "e1"] {
        assert!(
            (of(id) - of("r1")).abs() < 0.35,
            "{id} at {} and not at {}",
            of(id),
            of("r1")
        );
    }
}

#[test]
fn written_ids_become_selections() {
    let ids: Vec<Option<String>> = states::lineage()
        .nodes
        .iter()
        .map(|node| super::selection_of(node).map(|selection| selection.written_id()))
        .collect();
    let nodes = states::lineage().nodes;
    for (id, node) in ids.iter().zip(&nodes) {
        match node.kind {
            LineageKind::Source => assert_eq!(*id, None),
            _ => assert_eq!(id.as_deref(), Some(&*node.id)),
        }
    }
    let endpoint = nodes.last().and_then(super::selection_of);
    assert!(matches!(endpoint, Some(Selection::Endpoint(_))));
}

#[test]
fn ten_thousand_unfolded_runs_are_laid_out_without_waiting() {
    let big = super::runs_of_one_version(10_000);
    let folded = fold(&big, &HashSet::new());
    assert!(folded.items.len() < 20, "{}", folded.items.len());
    let group = folded
        .items
        .iter()
        .find(|item| matches!(item.item, Item::Folded { .. }))
        .expect("a group");
    let unfolded = fold(&big, &HashSet::from([group.id.clone()]));
    let laid_out = layout(&unfolded);
    assert_eq!(laid_out.crossings.lit, 0);
    assert_eq!(heights(&unfolded, &laid_out).len(), 10_004);
}
