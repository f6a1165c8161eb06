//! The evaluation: metrics beside the baseline, the confusion matrix, importance, the fit of a regression.

use std::sync::Arc;

use contract::{Importance, LearningTask, Metrics, Run, RunReport, RunState};
use expect_test::expect;

use crate::experiments::confusion::{ConfusionData, MOST_CLASSES};
use crate::experiments::evaluation::{FitData, Verdict, importance_bars, metric_rows, reach};
use crate::experiments::result::{RunResult, Split, lower_is_better};
use crate::states;

fn report() -> RunReport {
    let run = states::run(1, &states::wine(), RunState::Finished);
    (**run.report.as_ref().expect("a report")).clone()
}

fn with_metrics(run: &mut Run, metrics: &[(&str, f64)], baseline: &[(&str, f64)]) {
    let named = |pairs: &[(&str, f64)]| -> Metrics {
        pairs
            .iter()
            .map(|(key, value)| (Arc::from(*key), *value))
            .collect()
    };
    run.metrics = named(metrics);
    let mut report = report();
    report.baseline = named(baseline);
    run.report = Some(Arc::new(report));
}

#[test]
fn the_result_is_measured_on_the_most_trusted_split() {
    let mut run = states::run(1, &states::wine(), RunState::Finished);
    with_metrics(
        &mut run,
        &[("train/accuracy", 0.99), ("validation/accuracy", 0.95)],
        &[("test/accuracy", 0.4)],
    );
    let result = RunResult::of(&run).expect("a result");
    assert_eq!((result.split, result.value), (Split::Validation, 0.95));
    run.metrics.insert("test/accuracy".into(), 0.9);
    let result = RunResult::of(&run).expect("a result");
    assert_eq!((result.split, result.value), (Split::Test, 0.9));
    run.metrics.insert("test/accuracy".into(), f64::NAN);
    let result = RunResult::of(&run).expect("a result");
    assert_eq!(result.split, Split::Validation, "NaN is no result");
}

#[test]
fn what_is_not_measured_on_the_test_rows_is_marked() {
    let result = |split| RunResult {
        metric: "accuracy",
        split,
        value: 0.9,
        baseline: None,
        lower_is_better: false,
    };
    let marks =
        [Split::Test, Split::Validation, Split::Train].map(|split| result(split).split_mark());
    assert_eq!(marks, [None, Some("val"), Some("train")]);
}

#[test]
fn a_loss_that_is_the_log_loss_is_one_row() {
    let metrics = |loss: f64| -> Metrics {
        [
            ("test/log_loss", 0.170_4),
            ("test/loss", loss),
            ("validation/log_loss", 0.046),
            ("validation/loss", 0.046),
        ]
        .map(|(key, value)| (Arc::from(key), value))
        .into()
    };
    let names = |loss: f64| -> Vec<Arc<str>> {
        let task = LearningTask::BinaryClassification;
        let rows = metric_rows(&metrics(loss), &Metrics::new(), task);
        rows.into_iter().map(|row| row.metric).collect()
    };
    assert_eq!(names(0.170_4), ["log_loss".into()]);
    assert_eq!(
        names(0.31),
        ["log_loss".into(), "loss".into()],
        "with class weights it is another figure"
    );
}

#[test]
fn gain_and_skill_are_positive_when_the_model_is_better() {
    let mut run = states::run(1, &states::wine(), RunState::Finished);
    with_metrics(
        &mut run,
        &[("test/accuracy", 0.9)],
        &[("test/accuracy", 0.4)],
    );
    let result = RunResult::of(&run).expect("a result");
    assert!((result.gain().expect("a gain") - 0.5).abs() < 1e-12);
    assert!((result.skill().expect("a skill") - 0.5 / 0.6).abs() < 1e-12);

    run.recipe.task = LearningTask::Regression;
    with_metrics(&mut run, &[("test/rmse", 30.0)], &[("test/rmse", 120.0)]);
    let result = RunResult::of(&run).expect("a result");
    assert_eq!((result.gain(), result.skill()), (Some(90.0), Some(0.75)));
    with_metrics(&mut run, &[("test/rmse", 150.0)], &[("test/rmse", 120.0)]);
    let result = RunResult::of(&run).expect("a result");
    assert_eq!((result.gain(), result.skill()), (Some(-30.0), Some(-0.25)));
    with_metrics(&mut run, &[("test/rmse", 0.0)], &[("test/rmse", 0.0)]);
    let result = RunResult::of(&run).expect("a result");
    assert_eq!(
        result.skill(),
        None,
        "a perfect baseline leaves nothing to take away"
    );
}

#[test]
fn errors_fall_and_scores_rise() {
    for error in ["loss", "train/loss", "test/log_loss", "test/mae", "rmse"] {
        assert!(lower_is_better(error), "{error}");
    }
    for score in ["accuracy", "test/roc_auc", "test/f1_macro", "r2"] {
        assert!(!lower_is_better(score), "{score}");
    }
}

#[test]
fn metrics_stand_beside_the_baseline() {
    let report = report();
    let text: String = metric_rows(
        &report.metrics,
        &report.baseline,
        LearningTask::MultiClassClassification,
    )
    .iter()
    .map(|row| {
        let number =
            |value: Option<f64>| value.map_or_else(|| "–".into(), |value| format!("{value:.3}"));
        format!(
            "{} test {} baseline {} validation {} train {} beats {:?}\n",
            row.metric,
            number(row.test),
            number(row.baseline),
            number(row.validation),
            number(row.train),
            row.beats_baseline,
        )
    })
    .collect();
    expect![[r#"
        accuracy test 0.923 baseline 0.398 validation 0.927 train 0.943 beats Some(true)
        balanced_accuracy test 0.919 baseline 0.333 validation 0.923 train 0.939 beats Some(true)
        f1_macro test 0.917 baseline 0.191 validation 0.921 train 0.937 beats Some(true)
        log_loss test 0.182 baseline 1.099 validation 0.173 train 0.140 beats Some(true)
        roc_auc test 0.985 baseline 0.500 validation 0.985 train 0.989 beats Some(true)
    "#]]
    .assert_eq(&text);
}

#[test]
fn confusion_has_shares_of_rows_and_of_columns() {
    let mut report = report();
    report.classes = ["a", "b", "c"].map(Arc::from).to_vec();
    report.confusion = vec![vec![8, 2, 0], vec![1, 9, 0], vec![0, 0, 0]];
    let data = ConfusionData::of(&report).expect("a matrix");
    let cell = data.cells[0][1];
    assert_eq!(
        (cell.count, cell.actual_total, cell.predicted_total),
        (2, 10, 11)
    );
    assert!((cell.share_of_actual - 0.2).abs() < 1e-12);
    assert!((cell.share_of_predicted - 2.0 / 11.0).abs() < 1e-12);
    assert_eq!(
        data.cells[2][2].share_of_actual, 0.0,
        "a class without rows divides by nothing"
    );
    for row in &data.cells[..2] {
        let sum: f64 = row.iter().map(|cell| cell.share_of_actual).sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }
    let mix_ups: Vec<String> = data
        .mix_ups
        .iter()
        .map(|mix_up| format!("{} as {} {}", mix_up.actual, mix_up.predicted, mix_up.count))
        .collect();
    assert_eq!(mix_ups, ["a as b 2", "b as a 1"]);
}

#[test]
fn a_matrix_that_does_not_fit_its_classes_is_not_drawn() {
    let mut report = report();
    report.confusion.pop();
    assert_eq!(ConfusionData::of(&report), None);
    report.classes.clear();
    report.confusion.clear();
    assert_eq!(ConfusionData::of(&report), None);
}

#[test]
fn of_many_classes_the_most_frequent_are_shown_in_their_order() {
    let mut report = report();
    let classes = 100;
    report.classes = (0..classes)
        .map(|class| format!("{class:03}").into())
        .collect();
    report.confusion = (0..classes)
        .map(|actual| {
            let mut row = vec![0; classes];
            // Every third class is frequent.
            row[actual] = if actual % 3 == 0 { 50 } else { 1 };
            row
        })
        .collect();
    let data = ConfusionData::of(&report).expect("a matrix");
    assert_eq!(
        (data.classes.len(), data.hidden),
        (MOST_CLASSES, 100 - MOST_CLASSES)
    );
    assert!(data.classes.is_sorted());
    assert!(
        data.classes
            .iter()
            .all(|class| class.parse::<usize>().is_ok_and(|class| class % 3 == 0))
    );
}

#[test]
fn importance_bars_share_the_widest() {
    let mut report = report();
    let importance = |feature: &str, mean: f64, std: f64| Importance {
        feature: feature.into(),
        mean,
        std,
    };
    report.importance = vec![
        importance("alcohol", 0.3, 0.1),
        importance("ash", 0.01, 0.02),
        importance("hue", -0.02, 0.0),
    ];
    let bars = importance_bars(&report);
    assert!((bars[0].end - 0.75).abs() < 1e-12);
    assert!((bars[0].error[1] - 1.0).abs() < 1e-12);
    assert_eq!(
        bars.iter().map(|bar| bar.verdict).collect::<Vec<_>>(),
        [Verdict::Helps, Verdict::Unsure, Verdict::Hurts]
    );
    let [low, high] = reach(&bars);
    assert!(
        (low + 0.05).abs() < 1e-12 && (high - 1.0).abs() < 1e-12,
        "the line of zero has room at its left for {low}"
    );
    assert_eq!(
        reach(&bars[..1]),
        [0.0, high],
        "without a negative one it is the edge"
    );
    report.importance = vec![importance("alcohol", 0.0, 0.0)];
    assert_eq!(
        importance_bars(&report)[0].end,
        0.0,
        "all zero divides by nothing"
    );
}

#[test]
fn a_fit_lies_in_a_square_and_leaves_out_what_is_not_finite() {
    let mut report = report();
    report.predicted_vs_actual = vec![(1.0, 2.0), (f64::NAN, 1.0), (5.0, 4.0)];
    let fit = FitData::of(&report).expect("a fit");
    assert_eq!(fit.points.len(), 2);
    assert!(fit.bounds[0] < 1.0 && fit.bounds[1] > 5.0);
    report.predicted_vs_actual = vec![(3.0, 3.0)];
    let fit = FitData::of(&report).expect("a fit");
    assert!(fit.bounds[0] < fit.bounds[1]);
    report.predicted_vs_actual.clear();
    assert_eq!(FitData::of(&report), None);
}
