//! From anything to everything it was made of, and everything that was made of it.

use std::collections::BTreeSet;
use std::fmt::Write;

use contract::Fact;
use expect_test::{Expect, expect};

use super::{
    chain, data_added, data_ref, digest, main_road, model_ref, new_catalog, package, registered,
    run_finished, run_started,
};
use crate::{Catalog, CatalogError};

fn road() -> (tempfile::TempDir, Catalog) {
    let (dir, _path, mut catalog) = new_catalog();
    catalog.apply(&main_road()).expect("applied");
    (dir, catalog)
}

/// The graph as text, digests shortened.
fn graph(catalog: &Catalog, of: &str) -> String {
    let Some(graph) = catalog.lineage(of).expect("readable") else {
        return "nothing\n".into();
    };
    let short = |id: &str| match id.strip_prefix("source:") {
        Some(digits) => format!("source:{}…", &digits[..4]),
        None => id.to_owned(),
    };
    let mut text = format!("of {}\n", short(&graph.of));
    for node in &graph.nodes {
        let kind = format!("{:?}", node.kind);
        writeln!(
            text,
            "{kind} {} “{}” {} (fact {})",
            short(&node.id),
            node.label,
            node.detail,
            node.seq
        )
        .expect("memory");
    }
    for (from, to) in &graph.edges {
        writeln!(text, "{} -> {}", short(from), short(to)).expect("memory");
    }
    text
}

fn check(of: &str, expected: &Expect) {
    let (_dir, catalog) = road();
    expected.assert_eq(&graph(&catalog, of));
}

#[test]
fn an_endpoint_leads_back_to_the_files() {
    check(
        "endpoint:quality",
        &expect![[r#"
            of endpoint:quality
            Source source:2289… “first.csv” /home/ann/first.csv, 300 bytes (fact 1)
            Source source:cd85… “second.csv” /home/ann/second.csv, 300 bytes (fact 6)
            DataVersion wine@2 “wine@2” 150 rows, 2 columns (fact 6)
            Run run-two “Run 2” regression of quality, finished (fact 7)
            ModelVersion model:quality@2 “quality@2” regression of quality (fact 10)
            Endpoint endpoint:quality “quality” serves quality@2 (fact 13)
            source:2289… -> wine@2
            source:cd85… -> wine@2
            wine@2 -> run-two
            run-two -> model:quality@2
            model:quality@2 -> endpoint:quality
        "#]],
    );
}

#[test]
fn a_file_leads_on_to_all_that_was_made_of_it() {
    check(
        &format!("source:{}", digest("second")),
        &expect![[r#"
            of source:cd85…
            Source source:cd85… “second.csv” /home/ann/second.csv, 300 bytes (fact 6)
            DataVersion wine@2 “wine@2” 150 rows, 2 columns (fact 6)
            Run run-two “Run 2” regression of quality, finished (fact 7)
            Run run-three “Run 3” regression of quality, failed (fact 14)
            ModelVersion model:quality@2 “quality@2” regression of quality (fact 10)
            Endpoint endpoint:quality “quality” serves quality@2 (fact 13)
            source:cd85… -> wine@2
            wine@2 -> run-two
            run-two -> model:quality@2
            model:quality@2 -> endpoint:quality
            wine@2 -> run-three
        "#]],
    );
}

#[test]
fn siblings_are_not_relatives() {
    check(
        "run-one",
        &expect![[r#"
            of run-one
            Source source:2289… “first.csv” /home/ann/first.csv, 300 bytes (fact 1)
            DataVersion wine@1 “wine@1” 150 rows, 2 columns (fact 1)
            Run run-one “Run 1” regression of quality, finished (fact 2)
            ModelVersion model:quality@1 “quality@1” regression of quality (fact 4)
            source:2289… -> wine@1
            wine@1 -> run-one
            run-one -> model:quality@1
        "#]],
    );
}

#[test]
fn people_name_things_in_many_ways() {
    let (_dir, catalog) = road();
    let found = |of: &str| {
        let graph = catalog.lineage(of).expect("readable");
        graph.map_or_else(|| "nothing".into(), |graph| graph.of.to_string())
    };
    let source = format!("source:{}", digest("first"));
    let onnx = package("two").files["model.onnx"].to_string();
    let parquet = digest("parquet of wine@1").to_string();
    for (said, meant) in [
        ("wine", "wine@2"),
        ("wine@1", "wine@1"),
        ("wine@v1", "wine@1"),
        (" wine@1 ", "wine@1"),
        ("quality", "model:quality@2"),
        ("quality@1", "model:quality@1"),
        ("quality@champion", "model:quality@2"),
        ("model:quality", "model:quality@2"),
        ("model:quality@1", "model:quality@1"),
        ("model:quality@champion", "model:quality@2"),
        ("run-three", "run-three"),
        ("endpoint:quality", "endpoint:quality"),
        (&source, &source),
        (&source["source:".len()..], &source),
        (&source[.."source:".len() + 8], &source),
        (&digest("first").as_str()[..6], &source),
        (&digest("first").as_str().to_uppercase()[..10], &source),
        (&parquet, "wine@1"),
        (&parquet[..12], "wine@1"),
        (&onnx, "run-two"),
        (digest("series of one").as_str(), "run-one"),
        ("wine@3", "nothing"),
        ("wine@champion", "nothing"),
        ("model:wine", "nothing"),
        ("endpoint:wine", "nothing"),
        ("run-four", "nothing"),
        ("", "nothing"),
        ("@", "nothing"),
        ("' OR 1=1 --", "nothing"),
        (&digest("nobody's").as_str()[..12], "nothing"),
        (&digest("first").as_str()[..5], "nothing"),
    ] {
        assert_eq!(found(said), meant, "{said}");
    }
}

#[test]
fn a_dataset_comes_before_a_model_of_the_same_name() {
    let (_dir, _path, mut catalog) = new_catalog();
    let facts = chain([
        data_added("wine", 1, &["first"]),
        run_started("one", data_ref("wine", 1)),
        run_finished("one"),
        registered("wine", 1, "one"),
        registered("wine", 2, "one"),
    ]);
    catalog.apply(&facts).expect("applied");
    for (said, meant) in [
        ("wine", "wine@1"),
        ("wine@1", "wine@1"),
        ("wine@2", "model:wine@2"),
        ("model:wine", "model:wine@2"),
    ] {
        let graph = catalog.lineage(said).expect("readable").expect("there");
        assert_eq!(&*graph.of, meant, "{said}");
    }
}

#[test]
fn a_beginning_of_several_digests_is_not_guessed_at() {
    let (_dir, _path, mut catalog) = new_catalog();
    let mut facts = vec![data_added("one", 1, &["x"]), data_added("two", 1, &["y"])];
    let objects = ["abcdef0", "abcdef1"].map(|start| format!("{start:0<64}"));
    for (fact, object) in facts.iter_mut().zip(&objects) {
        if let Fact::DataVersionAdded { version } = fact {
            version.object = contract::Digest::new(object.as_str());
        }
    }
    catalog.apply(&chain(facts)).expect("applied");
    let error = catalog.lineage("abcdef").expect_err("two of them");
    assert!(matches!(error, CatalogError::Ambiguous { .. }));
    assert!(error.hint().is_some());
    let graph = catalog.lineage("abcdef1").expect("readable").expect("one");
    assert_eq!(&*graph.of, "two@1");
}

/// A web of many runs and models on few data versions, compared with a plain search along the edges.
#[test]
fn the_graph_is_the_closure_of_the_edges() {
    let mut facts = Vec::new();
    let mut edges: BTreeSet<(String, String)> = BTreeSet::new();
    let mut edge = |from: String, to: String| {
        edges.insert((from, to));
    };
    for version in 1..=6_u32 {
        let files: Vec<String> = (0..version % 3 + 1).map(|n| format!("file {n}")).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        facts.push(data_added("wine", version, &files));
        for file in files {
            edge(
                format!("source:{}", digest(file)),
                format!("wine@{version}"),
            );
        }
    }
    for number in 0..40_u32 {
        let run = number.to_string();
        let version = number * 7 % 6 + 1;
        facts.push(run_started(&run, data_ref("wine", version)));
        edge(format!("wine@{version}"), format!("run-{run}"));
        if number % 3 == 0 {
            facts.push(registered("quality", number / 3 + 1, &run));
            let model = model_ref("quality", number / 3 + 1);
            edge(format!("run-{run}"), format!("model:{model}"));
        }
    }
    facts.push(Fact::EndpointStarted {
        version: model_ref("quality", 5),
    });
    edge("model:quality@5".into(), "endpoint:quality".into());
    let (_dir, _path, mut catalog) = new_catalog();
    catalog.apply(&chain(facts)).expect("applied");

    let nodes: BTreeSet<&String> = edges.iter().flat_map(|(from, to)| [from, to]).collect();
    for node in nodes {
        let mut related = BTreeSet::from([node.clone()]);
        for (start, is_up) in [(node, true), (node, false)] {
            let mut open = vec![start.clone()];
            while let Some(next) = open.pop() {
                for (from, to) in &edges {
                    let (here, there) = if is_up { (to, from) } else { (from, to) };
                    if *here == next {
                        related.insert(there.clone());
                        open.push(there.clone());
                    }
                }
            }
        }
        let graph = catalog.lineage(node).expect("readable").expect("there");
        let found: BTreeSet<String> = graph.nodes.iter().map(|node| node.id.to_string()).collect();
        assert_eq!(found, related, "around {node}");
        assert_eq!(found.len(), graph.nodes.len(), "no node twice");
        let known: BTreeSet<(String, String)> = graph
            .edges
            .iter()
            .map(|(from, to)| (from.to_string(), to.to_string()))
            .collect();
        assert!(known.is_subset(&edges) && known.len() == graph.edges.len());
        assert!(graph.nodes.is_sorted_by_key(|node| node.kind));
    }
}
