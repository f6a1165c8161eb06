//! A run's page: its headline, its progress, its lineage strip, the name that is proposed for it.

use std::sync::Arc;

use contract::{RunState, TaskState};
use expect_test::expect;

use crate::experiments::actions::{NextStop, next_stop, serve_text};
use crate::experiments::naming::proposed_name;
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
fn rows_without_a_target_are_told_and_not_hidden() {
    let road = states::road();
    let mut run = (*road.runs[2]).clone();
    let mut report = run.report.as_deref().expect("a report").clone();
    report.rows.without_target = 1_203;
    run.report = Some(report.into());
    let told = facts(&run).pop().expect("facts");
    assert_eq!(
        (told.0, told.1.replace('\u{202f}', " ").as_str()),
        ("Rows without a target, left out", "1 203")
    );
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
        data wine@1 -> wine@1
        Run 1 -> 
        model wine@1 -> model:wine@1
        wine -> endpoint:wine
    "#]]
    .assert_eq(&text(1));
    expect![[r#"
        iris.csv -> iris@1
        data iris@1 -> iris@1
        Run 4 -> 
    "#]]
    .assert_eq(&text(4));
}

#[test]
fn a_model_is_not_proposed_to_be_called_as_its_data() {
    let wine = states::wine();
    let mut first = Sample::new().run_of(&wine, RunState::Finished).done();
    assert_eq!(proposed_name(&first, &first.runs[0]), "wine-cultivar");
    let run = Arc::make_mut(&mut first.runs[0]);
    run.recipe.data.dataset = contract::DatasetName::new("my wine/2024");
    run.recipe.target = "Güte".into();
    assert_eq!(proposed_name(&first, &first.runs[0]), "my-wine-2024-G-te");
    let run = Arc::make_mut(&mut first.runs[0]);
    run.recipe.data.dataset = contract::DatasetName::new("w".repeat(80));
    assert_eq!(proposed_name(&first, &first.runs[0]).len(), 64);
    let run = Arc::make_mut(&mut first.runs[0]);
    run.recipe.data.dataset = contract::DatasetName::new("酒");
    run.recipe.target = "质".into();
    let name = proposed_name(&first, &first.runs[0]);
    assert_eq!(crate::registry::name_complaint(&name), None, "{name}");
}

#[test]
fn a_run_becomes_the_next_version_of_the_model_that_is_known() {
    let wine = states::wine();
    let known = |name: &str| {
        Sample::new()
            .dataset(vec![wine.clone()])
            .run_of(&wine, RunState::Finished)
            .model(name, 1)
            .run_of(&wine, RunState::Finished)
            .done()
    };
    let snapshot = known("house-wine");
    assert_eq!(proposed_name(&snapshot, &snapshot.runs[1]), "house-wine");
    let mut other_target = snapshot.clone();
    Arc::make_mut(&mut other_target.runs[1]).recipe.target = "alcohol".into();
    assert_eq!(
        proposed_name(&other_target, &other_target.runs[1]),
        "wine-alcohol",
        "a model answers one question"
    );
    let mut by_name = known("wine");
    by_name.runs.remove(0);
    assert_eq!(proposed_name(&by_name, &by_name.runs[0]), "wine");
}

#[test]
fn the_road_of_a_run_goes_on_after_it_is_registered() {
    let wine = states::wine();
    let trained = || {
        Sample::new()
            .dataset(vec![wine.clone()])
            .run_of(&wine, RunState::Finished)
            .run_of(&wine, RunState::Finished)
    };
    let said = |snapshot: &contract::Snapshot| match next_stop(snapshot, &snapshot.runs[0]) {
        NextStop::Register => "register".to_owned(),
        NextStop::Serve(version) => serve_text(&version),
        NextStop::Show(model) => format!("show {model}"),
    };
    assert_eq!(said(&trained().done()), "register");
    assert_eq!(said(&trained().model("wine", 1).done()), "Serve wine@1");
    let long = "the-model-of-the-old-cellar-door";
    assert_eq!(said(&trained().model(long, 1).done()), "Serve v1");
    let served = trained().model("wine", 1).served("wine").done();
    assert_eq!(said(&served), "show wine");
    let another = trained().model("wine", 2).served("wine").done();
    assert_eq!(
        said(&another),
        "Serve wine@1",
        "the second version is served"
    );
}

#[test]
fn thousands_of_epochs_stand_apart() {
    let wine = states::wine();
    let mut run = states::run(1, &wine, RunState::Finished);
    let mut report = run.report.as_deref().expect("a report").clone();
    (report.epochs_run, report.best_epoch) = (12_500, 446);
    run.report = Some(report.into());
    assert_eq!(facts(&run)[1].1, "12\u{202f}500, best 446");
}

#[test]
fn a_processor_is_called_by_its_name_alone() {
    use crate::experiments::device_name;
    assert_eq!(device_name("CPU (2 threads) (flex)"), "CPU (2 threads)");
    assert_eq!(
        device_name("NVIDIA RTX 4070 (Vulkan)"),
        "NVIDIA RTX 4070 (Vulkan)"
    );
}
