//! The named states of the experiments panel and of a run's page.

use std::sync::Arc;

use contract::{Curves, Run, RunState, Series, Snapshot};

use crate::Selection;
use crate::states::{self, Sample};

pub(super) fn states() -> Vec<(&'static str, Snapshot)> {
    let wine = states::wine();
    let newer = states::wine_second_version();
    let long = states::long_names();
    vec![
        ("empty", states::empty()),
        (
            "data_only",
            Sample::new().dataset(vec![wine.clone()]).done(),
        ),
        (
            "running",
            Sample::new()
                .dataset(vec![wine.clone(), newer.clone()])
                .run_of(&wine, RunState::Finished)
                .run_of(&newer, RunState::Finished)
                .run_of(&newer, RunState::Running)
                .task(states::task(1))
                .done(),
        ),
        (
            "failed",
            Sample::new()
                .dataset(vec![wine.clone()])
                .run_of(&wine, RunState::Failed)
                .done(),
        ),
        ("finished", states::road()),
        ("equal_runs", equal_runs()),
        (
            "ten_thousand_runs",
            Sample::new()
                .dataset(vec![wine.clone()])
                .runs(10_000, &wine)
                .done(),
        ),
        (
            "long_names",
            Sample::new()
                .dataset(vec![long.clone()])
                .run_of(&long, RunState::Finished)
                .run_of(&long, RunState::Running)
                .done(),
        ),
    ]
}

pub(super) fn page_states() -> Vec<(&'static str, Snapshot, Option<Selection>)> {
    let wine = states::wine();
    let sales = states::sales_of_ten_million_rows();
    let road = states::road();
    let of_road = |name: &'static str, number: u64| {
        let run = road.runs.iter().find(|run| run.number == number);
        let selection = run.map(|run| Selection::Run(run.id.clone()));
        (name, road.clone(), selection)
    };
    let alone = |name: &'static str, snapshot: Snapshot| {
        let run = snapshot.runs.last();
        let selection = run.map(|run| Selection::Run(run.id.clone()));
        (name, snapshot, selection)
    };
    let one = |version: &contract::DataVersion, state: RunState| {
        Sample::new()
            .dataset(vec![version.clone()])
            .run_of(version, state)
            .done()
    };
    vec![
        of_road("finished", 3),
        of_road("registered_and_served", 1),
        alone(
            "registered",
            Sample::new()
                .dataset(vec![wine.clone()])
                .run_of(&wine, RunState::Finished)
                .model("wine-cultivar", 1)
                .done(),
        ),
        of_road("failed", 4),
        of_road("interrupted", 5),
        of_road("running", 6),
        alone("paused", one(&wine, RunState::Paused)),
        alone("stopped", one(&wine, RunState::Stopped)),
        alone("regression", one(&sales, RunState::Finished)),
        alone("just_started", just_started()),
        alone("many_classes", many_classes(120)),
        alone("million_points", long_curves(1_000_000)),
        alone("long_names", one(&states::long_names(), RunState::Finished)),
    ]
}

/// The same recipe twice.
fn equal_runs() -> Snapshot {
    let wine = states::wine();
    let mut snapshot = Sample::new()
        .dataset(vec![wine.clone()])
        .run_of(&wine, RunState::Finished)
        .run_of(&wine, RunState::Finished)
        .done();
    let recipe = snapshot.runs.first().map(|run| run.recipe.clone());
    if let (Some(recipe), Some(second)) = (recipe, snapshot.runs.last_mut()) {
        Arc::make_mut(second).recipe = recipe;
    }
    snapshot
}

/// A run in its first epoch: nothing is measured yet.
fn just_started() -> Snapshot {
    let wine = states::wine();
    let mut run = states::run(1, &wine, RunState::Running);
    run.metrics.clear();
    run.seconds = 0.1;
    let mut snapshot = Sample::new().dataset(vec![wine]).run(run.clone()).done();
    snapshot.curves.insert(run.id, Arc::new(Curves::default()));
    snapshot
}

/// A finished run whose target has so many classes that the matrix does not show them all.
fn many_classes(classes: usize) -> Snapshot {
    let wine = states::wine();
    let mut run: Run = states::run(1, &wine, RunState::Finished);
    if let Some(report) = run.report.as_mut().map(Arc::make_mut) {
        report.classes = (0..classes)
            .map(|class| format!("class {class}").into())
            .collect();
        report.confusion = (0..classes)
            .map(|actual| {
                let mut row = vec![0; classes];
                row[actual] = 40 + (actual as u64 * 13) % 60;
                row[(actual + 1) % classes] = (actual as u64 * 7) % 9;
                row[(actual * 5 + 3) % classes] += (actual as u64) % 4;
                row
            })
            .collect();
    }
    Sample::new().dataset(vec![wine]).run(run).done()
}

/// A finished run whose loss was measured at every step of a very long training.
fn long_curves(points: usize) -> Snapshot {
    let wine = states::wine();
    let run = states::run(1, &wine, RunState::Finished);
    let loss = |step: usize| {
        let wave = (step as f64 * 0.37).sin() * 0.08 + (step as f64 * 0.000_21).sin() * 0.05;
        0.2 + (-(step as f64) / (points as f64 * 0.2)).exp() + wave
    };
    let series = |key: &str, offset: f64| Series {
        key: key.into(),
        points: (1..=points)
            .map(|step| [step as f64, loss(step) + offset])
            .collect(),
    };
    let curves = Curves {
        series: vec![series("train/loss", 0.0), series("validation/loss", 0.11)],
    };
    let mut snapshot = Sample::new().dataset(vec![wine]).run(run.clone()).done();
    snapshot.curves.insert(run.id, Arc::new(curves));
    snapshot
}
