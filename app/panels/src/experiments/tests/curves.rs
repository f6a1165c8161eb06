//! The charts: which lines stand where, in which order, and what is kept between frames.

use std::sync::Arc;

use contract::{Curves, Run, RunState, SECONDS_KEY, Series, Snapshot};
use expect_test::{Expect, expect};

use crate::experiments::curves::{Axis, ChartData, Charts, CurveSettings, LineData, time_of};
use crate::experiments::marks::{Level, level};
use crate::experiments::result::Split;
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
fn a_run_that_goes_on_changes_its_own_lines_alone() {
    let mut snapshot = two_runs();
    let runs = snapshot.runs.clone();
    let settings = CurveSettings::default();
    let mut charts = Charts::default();
    charts.refresh(&snapshot, &runs, 1, settings);
    let before = charts.charts().to_vec();

    let grown = snapshot.curves[&runs[1].id].series.iter().map(|series| {
        let mut points = series.points.to_vec();
        points.push([points.len() as f64 + 1.0, 0.125]);
        Series {
            key: series.key.clone(),
            points: points.into(),
        }
    });
    let grown = Curves {
        series: grown.collect(),
    };
    snapshot.curves.insert(runs[1].id.clone(), Arc::new(grown));
    snapshot.revision += 1;
    charts.refresh(&snapshot, &runs, 1, settings);

    let mut anew = Charts::default();
    anew.refresh(&snapshot, &runs, 1, settings);
    // As text, because a gap is not equal to itself.
    let text = |charts: &[ChartData]| format!("{charts:?}");
    assert!(text(charts.charts()) == text(anew.charts()));
    assert!(text(charts.charts()) != text(&before));
    let of_first = |charts: &[ChartData]| -> Vec<LineData> {
        let lines = charts.iter().flat_map(|chart| chart.lines.clone());
        lines.filter(|line| line.run == runs[0].number).collect()
    };
    for (old, new) in of_first(&before).iter().zip(of_first(charts.charts())) {
        assert!(Arc::ptr_eq(&old.shown, &new.shown));
    }
}

#[test]
fn a_run_without_curves_has_no_charts() {
    let mut snapshot = two_runs();
    snapshot.curves.clear();
    let mut charts = Charts::default();
    charts.refresh(&snapshot, &snapshot.runs, 1, CurveSettings::default());
    assert!(charts.charts().is_empty());
}

/// Curves of one run by their keys, all of them falling from 1 to its end.
fn with_series(keys: &[&str], change: impl FnOnce(&mut Run)) -> (Snapshot, Arc<Run>) {
    let mut snapshot = two_runs();
    let run = Arc::make_mut(&mut snapshot.runs[0]);
    change(run);
    let run = snapshot.runs[0].clone();
    let points: Arc<[[f64; 2]]> = (1..=80)
        .map(|step| [f64::from(step), 1.0 / f64::from(step)])
        .collect();
    let series = keys.iter().map(|key| Series {
        key: (*key).into(),
        points: points.clone(),
    });
    let curves = Curves {
        series: series.collect(),
    };
    snapshot.curves.insert(run.id.clone(), Arc::new(curves));
    (snapshot, run)
}

fn alone(snapshot: &Snapshot, run: &Arc<Run>, axis: Axis) -> Charts {
    let settings = CurveSettings {
        is_alone: true,
        axis,
        ..CurveSettings::default()
    };
    let mut charts = Charts::default();
    charts.refresh(snapshot, std::slice::from_ref(run), 1, settings);
    charts
}

const CLASSIFIER: [&str; 6] = [
    "train/loss",
    "validation/loss",
    "validation/accuracy",
    "validation/f1_macro",
    "validation/log_loss",
    "learning_rate",
];

#[test]
fn a_line_without_a_name_at_its_end_is_named_by_the_title() {
    let (snapshot, run) = with_series(&CLASSIFIER, |_| {});
    let charts = alone(&snapshot, &run, Axis::Epochs);
    let titles: Vec<String> = charts.charts().iter().map(|chart| chart.title()).collect();
    assert_eq!(
        titles,
        [
            "Loss",
            "Accuracy, validation",
            "F1, macro, validation",
            "Learning rate"
        ],
        "the loss of a classifier is its log loss, and is drawn once"
    );
    let (snapshot, run) = with_series(&CLASSIFIER, |run| {
        run.recipe.training.class_weights = true;
    });
    let charts = alone(&snapshot, &run, Axis::Epochs);
    let weighted = charts
        .charts()
        .iter()
        .any(|chart| &*chart.metric == "log_loss");
    assert!(weighted, "with class weights the two differ");
}

#[test]
fn the_baseline_and_the_best_epoch_stand_in_the_charts_of_a_finished_run() {
    let (mut snapshot, run) = with_series(&CLASSIFIER, |_| {});
    let report = run.report.as_deref().expect("a report");
    let charts = alone(&snapshot, &run, Axis::Epochs);
    let chart = |charts: &Charts, metric: &str| {
        let found = charts
            .charts()
            .iter()
            .find(|chart| &*chart.metric == metric);
        found.expect("a chart").clone()
    };
    let accuracy = chart(&charts, "accuracy");
    assert_eq!(
        accuracy.baseline(),
        report.baseline.get("test/accuracy").copied()
    );
    let best = f64::from(report.best_epoch);
    assert_eq!(accuracy.lines[0].best, Some([best, 1.0 / best]));
    let loss = chart(&charts, "loss");
    assert_eq!(
        loss.baseline(),
        report.baseline.get("test/log_loss").copied()
    );
    let marked: Vec<_> = loss
        .lines
        .iter()
        .map(|line| (line.split, line.best.is_some()))
        .collect();
    assert_eq!(
        marked,
        [(Some(Split::Train), false), (Some(Split::Validation), true)]
    );
    assert_eq!(chart(&charts, "learning_rate").baseline(), None);

    let seconds = chart(&alone(&snapshot, &run, Axis::Seconds), "accuracy");
    let [at, _] = seconds.lines[0].best.expect("a mark");
    assert!((at - run.seconds * best / 80.0).abs() < 1e-9);

    // The report comes at the end, when no curve changes any more.
    let mut running = (*run).clone();
    running.report = None;
    snapshot.runs[0] = Arc::new(running);
    let mut charts = alone(&snapshot, &snapshot.runs[0].clone(), Axis::Epochs);
    assert_eq!(chart(&charts, "accuracy").baseline(), None);
    snapshot.revision += 1;
    let settings = CurveSettings {
        is_alone: true,
        ..CurveSettings::default()
    };
    charts.refresh(&snapshot, std::slice::from_ref(&run), 1, settings);
    assert!(chart(&charts, "accuracy").baseline().is_some());
}

#[test]
fn runs_with_different_baselines_share_none() {
    let snapshot = two_runs();
    let mut other = (*snapshot.runs[0]).clone();
    let charts_of = |other: Run| {
        let mut snapshot = snapshot.clone();
        let curves = snapshot.curves[&snapshot.runs[0].id].clone();
        snapshot.curves.insert(other.id.clone(), curves);
        let runs = [snapshot.runs[0].clone(), Arc::new(other)];
        let mut charts = Charts::default();
        charts.refresh(&snapshot, &runs, 1, CurveSettings::default());
        charts.charts()[1].baseline()
    };
    other.id = contract::RunId::from_random(77);
    other.number = 9;
    assert!(charts_of(other.clone()).is_some());
    let mut report = other.report.as_deref().expect("a report").clone();
    report.baseline.insert("test/accuracy".into(), 0.123);
    other.report = Some(Arc::new(report));
    assert_eq!(charts_of(other), None);
}

#[test]
fn a_baseline_beyond_the_axis_is_told_at_its_edge() {
    let axis = canvas::Range::new(0.9, 1.0);
    assert_eq!(level(axis, 0.4), Level::Under);
    assert_eq!(level(axis, 1.2), Level::Over);
    assert!(matches!(level(axis, 0.95), Level::At(share) if (share - 0.5).abs() < 1e-5));
}

#[test]
fn a_thinned_clock_tells_the_time_of_every_step() {
    let clock = [[1.0, 0.5], [5.0, 2.5], [6.0, 2.6]];
    let times = [0.0, 1.0, 2.0, 5.0, 5.5, 6.0, 7.0].map(|step| time_of(&clock, step));
    let expected = [
        None,
        Some(0.5),
        Some(1.0),
        Some(2.5),
        Some(2.55),
        Some(2.6),
        None,
    ];
    assert_eq!(times, expected);
}
