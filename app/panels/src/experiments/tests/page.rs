//! A run's page: its headline, its progress, its lineage strip, the name that is proposed for it.

use std::sync::Arc;

use contract::{RunState, TaskState};
use expect_test::expect;

use crate::experiments::actions::proposed_name;
use crate::experiments::page::{against, facts, stops};
use crate::experiments::progress::RunProgress;
use crate::experiments::result::{RunResult, Split, headline_caption};
use crate::states::{self, Sample};

#[test]
fn the_headline_says_what_was_measured_and_what_it_beats() {
    let road = states::road();
    let run = &road.runs[2];
    let result = RunResult::of(run).expect("a result");
    let rows = run.report.as_deref().map(|report| report.rows.test);
    let text = format!(
        "{}\n{}\n{:?}",
        headline_caption(run.recipe.task, result.split, rows),
        against(&result),
        facts(run)
    );
    expect![[r#"
        accuracy on 24 held-out test rows
        baseline 0.3983, 0.4767 better, 79.2 % of its error is gone
        [("Duration", "26.0 s"), ("Epochs", "84, best 64"), ("Train / validation / test rows", "112 / 24 / 24"), ("Weights", "5\u{202f}379"), ("Samples/s", "41\u{202f}230")]"#]].assert_eq(&text.replace('\u{202f}', " "));
}

#[test]
fn a_model_that_loses_against_the_baseline_is_said_to_be_worse() {
    let result = RunResult {
        metric: "rmse",
        split: Split::Test,
        value: 120.0,
        baseline: Some(100.0),
        lower_is_better: true,
    };
    expect!["baseline 100, 20 worse"].assert_eq(&against(&result));
    let even = RunResult {
        value: 100.0,
        ..result
    };
    expect!["baseline 100, 0 no better"].assert_eq(&against(&even));
    let alone = RunResult {
        baseline: None,
        ..result
    };
    expect![""].assert_eq(&against(&alone));
}

#[test]
fn progress_comes_from_the_task_or_from_the_curves() {
    let road = states::road();
    let running = &road.runs[5];
    let progress = RunProgress::of(running, &road).expect("progress");
    expect!["0.45 Epoch 45 of 100  ·  3.2 epochs/s  ·  about 15 s left"]
        .assert_eq(&format!("{:.2} {}", progress.share, progress.text));

    let mut without_task = road.clone();
    without_task.tasks.clear();
    let progress = RunProgress::of(running, &without_task).expect("progress");
    expect!["0.45 Epoch 45 of 100  ·  3.2 epochs/s  ·  about 15 s left"]
        .assert_eq(&format!("{:.2} {}", progress.share, progress.text));

    let wine = states::wine();
    let paused = Sample::new().run_of(&wine, RunState::Paused).done();
    let progress = RunProgress::of(&paused.runs[0], &paused).expect("progress");
    expect!["0.38 Epoch 38 of 100  ·  3.2 epochs/s  ·  paused"]
        .assert_eq(&format!("{:.2} {}", progress.share, progress.text));

    assert_eq!(
        RunProgress::of(&road.runs[0], &road),
        None,
        "a finished run has none"
    );
}

#[test]
fn progress_before_the_first_epoch_promises_nothing() {
    let wine = states::wine();
    let mut snapshot = Sample::new().run_of(&wine, RunState::Running).done();
    snapshot.curves.clear();
    let mut task = states::task(1);
    task.run = Some(snapshot.runs[0].id.clone());
    task.done = 0;
    task.seconds_left = None;
    task.state = TaskState::Running;
    snapshot.tasks = vec![Arc::new(task)];
    let progress = RunProgress::of(&snapshot.runs[0], &snapshot).expect("progress");
    expect!["0.00 Epoch 0 of 100"].assert_eq(&format!("{:.2} {}", progress.share, progress.text));
}

#[test]
fn the_strip_leads_from_the_file_to_the_endpoint() {
    let road = states::road();
    let text = |number: usize| {
        stops(&road.runs[number - 1], &road)
            .iter()
            .map(|stop| {
                let to = stop
                    .to
                    .as_ref()
                    .map(|(selection, _)| selection.written_id());
                format!("{} -> {}\n", stop.name, to.unwrap_or_default())
            })
            .collect::<String>()
    };
    expect![[r#"
        wine.csv -> wine@1
        wine@1 -> wine@1
        Run 1 -> 
        wine@1 -> model:wine@1
        wine -> endpoint:wine
    "#]]
    .assert_eq(&text(1));
    expect![[r#"
        iris.csv -> iris@1
        iris@1 -> iris@1
        Run 4 -> 
    "#]]
    .assert_eq(&text(4));
}

#[test]
fn the_proposed_name_is_the_model_that_the_data_is_known_by() {
    let wine = states::wine();
    let snapshot = Sample::new()
        .dataset(vec![wine.clone()])
        .run_of(&wine, RunState::Finished)
        .model("house-wine", 1)
        .run_of(&wine, RunState::Finished)
        .done();
    assert_eq!(proposed_name(&snapshot, &snapshot.runs[1]), "house-wine");
    let mut first = Sample::new().run_of(&wine, RunState::Finished).done();
    assert_eq!(proposed_name(&first, &first.runs[0]), "wine");
    let run = Arc::make_mut(&mut first.runs[0]);
    run.recipe.data.dataset = contract::DatasetName::new("my wine/2024");
    assert_eq!(proposed_name(&first, &first.runs[0]), "my-wine-2024");
}
