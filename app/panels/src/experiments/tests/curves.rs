//! The charts: which lines stand where, in which order, and what is kept between frames.

use std::sync::Arc;

use contract::{Curves, Run, RunState, Series, Snapshot};
use expect_test::{Expect, expect};

use crate::experiments::curves::{Axis, Charts, CurveSettings, SECONDS_KEY};
use crate::states::{self, Sample};

fn two_runs() -> Snapshot {
    let wine = states::wine();
    Sample::new()
        .dataset(vec![wine.clone()])
        .run_of(&wine, RunState::Finished)
        .run_of(&wine, RunState::Failed)
        .done()
}

fn describe(charts: &Charts) -> String {
    let mut text = String::new();
    for chart in charts.charts() {
        let lines: Vec<String> = chart
            .lines
            .iter()
            .map(|line| {
                let last = line.shown.last().map_or(f64::NAN, |point| point[0]);
                format!("{} to {last:.2}", line.name)
            })
            .collect();
        text.push_str(&format!("{}: {}\n", chart.metric, lines.join(", ")));
    }
    text
}

fn check(runs: &[usize], settings: CurveSettings, expected: Expect) {
    let snapshot = two_runs();
    let chosen: Vec<Arc<Run>> = runs.iter().map(|&run| snapshot.runs[run].clone()).collect();
    let mut charts = Charts::default();
    charts.refresh(&snapshot, &chosen, 1, settings);
    expected.assert_eq(&describe(&charts));
}

#[test]
fn a_run_alone_is_told_apart_by_its_splits() {
    let settings = CurveSettings {
        is_alone: true,
        ..CurveSettings::default()
    };
    check(
        &[0],
        settings,
        expect![[r#"
        loss: train to 89.00, validation to 89.00
        accuracy: train to 89.00, validation to 89.00
    "#]],
    );
}

#[test]
fn several_runs_are_compared_on_the_validation_split() {
    check(
        &[0, 1],
        CurveSettings::default(),
        expect![[r#"
        loss: run 1 to 89.00, run 2 to 12.00
        accuracy: run 1 to 89.00, run 2 to 12.00
    "#]],
    );
    let settings = CurveSettings {
        with_train: true,
        ..CurveSettings::default()
    };
    check(
        &[0, 1],
        settings,
        expect![[r#"
        loss: run 1 train to 89.00, run 1 to 89.00, run 2 train to 12.00, run 2 to 12.00
        accuracy: run 1 train to 89.00, run 1 to 89.00, run 2 train to 12.00, run 2 to 12.00
    "#]],
    );
}

#[test]
fn smoothing_keeps_the_raw_curve() {
    let snapshot = two_runs();
    let mut charts = Charts::default();
    let settings = CurveSettings {
        smoothing: 0.9,
        ..CurveSettings::default()
    };
    charts.refresh(&snapshot, &snapshot.runs, 1, settings);
    let line = &charts.charts()[0].lines[0];
    assert!(line.is_smoothed());
    assert!(
        line.raw
            .iter()
            .zip(line.shown.iter())
            .any(|(raw, shown)| raw != shown)
    );
    let series = &snapshot.curves[&snapshot.runs[0].id].series[1];
    assert!(
        Arc::ptr_eq(&series.points, &line.raw),
        "the raw points are not copied"
    );
}

#[test]
fn seconds_come_from_the_clock_or_are_spread_evenly() {
    let mut snapshot = two_runs();
    let run = snapshot.runs[0].clone();
    let settings = CurveSettings {
        axis: Axis::Seconds,
        is_alone: true,
        ..CurveSettings::default()
    };
    let runs = std::slice::from_ref(&run);
    let mut charts = Charts::default();
    charts.refresh(&snapshot, runs, 1, settings);
    assert!(charts.seconds_are_spread);
    let last = charts.charts()[0].lines[0]
        .shown
        .last()
        .map(|point| point[0]);
    assert_eq!(last, Some(run.seconds));

    let mut curves = (*snapshot.curves[&run.id]).clone();
    let steps = curves.series[0].points.len();
    curves.series.push(Series {
        key: SECONDS_KEY.into(),
        points: (1..=steps)
            .map(|step| [step as f64, step as f64 * step as f64])
            .collect(),
    });
    snapshot.curves.insert(run.id.clone(), Arc::new(curves));
    snapshot.revision += 1;
    charts.refresh(&snapshot, runs, 1, settings);
    assert!(!charts.seconds_are_spread);
    let third = charts.charts()[0].lines[0].shown[2][0];
    assert_eq!(third, 9.0);
    assert!(
        charts
            .charts()
            .iter()
            .all(|chart| &*chart.metric != SECONDS_KEY)
    );
}

#[test]
fn nothing_is_made_again_while_nothing_changed() {
    let mut snapshot = two_runs();
    let mut charts = Charts::default();
    let settings = CurveSettings {
        smoothing: 0.5,
        ..CurveSettings::default()
    };
    let runs = snapshot.runs.clone();
    charts.refresh(&snapshot, &runs, 1, settings);
    let before = charts.charts().to_vec();
    let generation = charts.generation;

    snapshot.revision += 1;
    charts.refresh(&snapshot, &runs, 1, settings);
    assert_eq!(charts.generation, generation, "no curve changed");

    // One run goes on; the other's lines stay the very same.
    let grown = Curves {
        series: snapshot.curves[&runs[0].id].series[1..].to_vec(),
    };
    snapshot.curves.insert(runs[0].id.clone(), Arc::new(grown));
    snapshot.revision += 1;
    charts.refresh(&snapshot, &runs, 1, settings);
    assert_eq!(charts.generation, generation + 1);
    let (old, new) = (&before[0].lines[1], &charts.charts()[0].lines[1]);
    assert!(Arc::ptr_eq(&old.shown, &new.shown));

    charts.refresh(&snapshot, &runs[1..], 2, settings);
    assert_eq!(charts.charts()[0].lines.len(), 1);
}

#[test]
fn a_run_without_curves_has_no_charts() {
    let mut snapshot = two_runs();
    snapshot.curves.clear();
    let mut charts = Charts::default();
    charts.refresh(&snapshot, &snapshot.runs, 1, CurveSettings::default());
    assert!(charts.charts().is_empty());
}
