//! What the inspector says of each kind of selection, as text.

use contract::{RunState, Snapshot};
use expect_test::{Expect, expect};

use super::data::{Detail, InspectorData};
use crate::Selection;
use crate::states;

fn check(snapshot: &Snapshot, selection: &Selection, expected: &Expect) {
    let Some(data) = InspectorData::new(snapshot, selection) else {
        expected.assert_eq("nothing\n");
        return;
    };
    let mut text = format!("{}: {} {:?}\n", data.kind, data.title, data.state);
    for (key, detail) in &data.details {
        let said = match detail {
            Detail::Text(text) => text.clone(),
            Detail::Copy { shown, .. } => format!("`{shown}`"),
            Detail::Link { text, to } => format!("{text} -> {}", to.written_id()),
            Detail::Time(at) => look::format::ago(states::NOW.unix_millis, at.unix_millis),
        };
        text += &format!("  {key}: {said}\n");
    }
    if let Some(error) = &data.error {
        text += &format!("  error: {error}\n");
    }
    for offer in &data.actions {
        text += &format!("  [{}]\n", offer.label);
    }
    if let Some((_, name)) = &data.register {
        text += &format!("  [Register as {name}]\n");
    }
    expected.assert_eq(&text);
}

fn run(state: RunState) -> Selection {
    states::road()
        .runs
        .iter()
        .find(|run| run.state == state)
        .map(|run| Selection::Run(run.id.clone()))
        .expect("the road has a run in each of these states")
}

#[test]
fn a_data_version() {
    let version = states::wine_second_version().id;
    check(
        &states::road(),
        &Selection::DataVersion(version),
        &expect![[r#"
            Data version: wine@2 None
              Rows: 160
              Columns: 14
              Size: 4.69 KB
              Imported: 1 h ago
              Content: `9e8df85f86`
              Source: `wine.csv`
              Runs on it: 3
              [Train…]
              [Open in Datasets]
              [Show lineage]
        "#]],
    );
}

#[test]
fn a_run_that_can_be_paused() {
    check(
        &states::road(),
        &run(RunState::Running),
        &expect![[r#"
        Run: Run 6 Some((Accent, "running"))
          Id: `run-w49zbv2x`
          Data: wine@2 -> wine@2
          Target: cultivar
          Task: multi-class classification
          Result: 0.9287 accuracy (validation)
          Device: NVIDIA RTX 4070
          Started: 14 s ago
          Took: 13.9 s
          Seed: 47
          [Pause]
          [Stop and evaluate]
          [Open in Experiments]
          [Show lineage]
    "#]],
    );
}

#[test]
fn a_run_that_failed() {
    check(
        &states::road(),
        &run(RunState::Failed),
        &expect![[r#"
            Run: Run 4 Some((Fail, "failed"))
              Id: `run-neyyeg36`
              Data: iris@1 -> iris@1
              Target: species
              Task: multi-class classification
              Device: NVIDIA RTX 4070
              Started: 23 h ago
              Took: 3.72 s
              Seed: 45
              error: The loss became NaN at epoch 12; the learning rate 10 is too high for this data
              [Open in Experiments]
              [Show lineage]
        "#]],
    );
}

#[test]
fn a_run_that_can_be_registered() {
    check(
        &states::road(),
        &run(RunState::Stopped),
        &expect![[r#"
        Run: Run 2 Some((Neutral, "stopped"))
          Id: `run-kjn38937`
          Data: wine@1 -> wine@1
          Target: cultivar
          Task: multi-class classification
          Result: 0.9231 accuracy (test)
          Device: NVIDIA RTX 4070
          Started: 23 h ago
          Took: 9.61 s
          Seed: 43
          [Open in Experiments]
          [Show lineage]
          [Register as wine]
    "#]],
    );
}

#[test]
fn a_model_version() {
    let road = states::road();
    let version = road.models[0].versions[0].id.clone();
    check(
        &road,
        &Selection::ModelVersion(version),
        &expect![[r#"
        Model version: wine@1 Some((Accent, "champion"))
          From: Run 1 -> run-zb1zx3tc
          Registered: 21 h ago
          Contract: 13 columns in, one of 3 classes of cultivar out
          Result: 0.9231 accuracy (test)
          ONNX parity: 2.4e−7 at most, on 27 rows
          model.onnx: `05ab3b69b5`
          [Open in Registry]
          [Show lineage]
    "#]],
    );
}

#[test]
fn an_endpoint() {
    let road = states::road();
    let name = road.endpoints[0].endpoint.name.clone();
    check(
        &road,
        &Selection::Endpoint(name),
        &expect![[r#"
        Endpoint: wine Some((Done, "Answers"))
          Serves: wine@1 -> model:wine@1
          Since: 1 h ago
          URL: `http://127.0.0.1:41234/predict/wine`
          Key: `mk_8vq2…`
          Requests: 48 210
          Errors: 37 (0.08 %)
          p50: 410 µs
          p99: 2.87 ms
          [Stop serving]
          [Open in Serving]
          [Open in Monitoring]
          [Show lineage]
    "#]],
    );
}

#[test]
fn a_fact_is_shown_as_it_stands_in_the_journal() {
    let road = states::road();
    check(
        &road,
        &Selection::Fact(4),
        &expect![[r#"
        Fact: Fact 4 None
          At: 3 h ago
          Actor: ada
          Hash: `5be361f94c`
          Before it: `52f6576cdc`
    "#]],
    );
    let data = InspectorData::new(&road, &Selection::Fact(5)).expect("the fact is on the page");
    let code = data.code.expect("a fact is JSON");
    assert!(
        code.contains("\"type\": \"data_version_recognised\""),
        "{code}"
    );
}

#[test]
fn what_is_not_there_says_nothing() {
    check(
        &states::empty(),
        &Selection::Fact(4),
        &expect![["nothing\n"]],
    );
}
