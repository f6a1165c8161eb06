//! Whole runs: they learn, they obey, they repeat.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use contract::{LearningTask, MlpSpec, Predicted, SECONDS_KEY, SplitSpec, Values};

use super::support::{Heard, job, mixed_for, recipe, run, run_once, sample};
use crate::{Control, LearnError, train};

#[test]
fn iris_is_learned() {
    let (data, target) = sample("iris.csv");
    let mut recipe = recipe(&data, &target, LearningTask::MultiClassClassification);
    recipe.training.epochs = 40;
    recipe.training.batch_size = 16;
    let outcome = run_once(data, recipe).expect("a run");

    let report = &outcome.report;
    assert!(
        report.metrics["test/accuracy"] > 0.93,
        "{:?}",
        report.metrics
    );
    assert!(report.metrics["test/roc_auc"] > 0.95);
    assert!(report.baseline["test/accuracy"] < 0.4);
    assert!(report.metrics["test/log_loss"] < report.baseline["test/log_loss"]);
    assert_eq!(report.classes.len(), 3);
    assert_eq!(
        report.confusion.iter().flatten().sum::<u64>(),
        report.rows.test
    );
    assert_eq!(
        report.rows.train + report.rows.validation + report.rows.test,
        150
    );
    assert_eq!(report.importance.len(), 4);
    assert!(
        report
            .importance
            .windows(2)
            .all(|pair| pair[0].mean >= pair[1].mean)
    );
    assert!(
        report.importance[0].mean > 0.1,
        "petals matter: {:?}",
        report.importance
    );
    assert!(report.samples_per_second > 0.0 && outcome.seconds > 0.0 && !outcome.stopped);
}

#[test]
fn wine_and_digits_are_learned() {
    for (name, classes) in [("wine.csv", 3), ("digits.csv", 10)] {
        let (data, target) = sample(name);
        let mut recipe = recipe(&data, &target, LearningTask::MultiClassClassification);
        recipe.model = MlpSpec::default();
        recipe.training.epochs = 30;
        let report = run_once(data, recipe).expect("a run").report;
        assert_eq!(report.classes.len(), classes);
        assert!(
            report.metrics["test/accuracy"] > 0.9,
            "{name}: {:?}",
            report.metrics
        );
    }
}

#[test]
fn a_run_tells_of_every_epoch_and_stage() {
    let data = mixed_for("class", 200, 1);
    let recipe = recipe(&data, "class", LearningTask::MultiClassClassification);
    let folder = tempfile::tempdir().expect("a folder");
    let mut heard = Heard::default();
    let report = train(
        &job(data, recipe, folder.path()),
        &Control::default(),
        &mut heard,
    )
    .expect("a run")
    .report;
    assert_eq!(
        heard.stages,
        ["preparing", "training", "evaluating", "packing"]
    );
    assert_eq!(heard.epochs.len() as u32, report.epochs_run);
    let (last, points) = heard.epochs.last().expect("an epoch");
    assert_eq!(*last, report.epochs_run);
    for key in [
        "train/loss",
        "validation/loss",
        "validation/accuracy",
        "validation/balanced_accuracy",
        "validation/f1_macro",
        "validation/roc_auc",
        "validation/log_loss",
        "learning_rate",
        SECONDS_KEY,
    ] {
        assert!(points.contains_key(key), "{key}");
    }
    assert!(
        heard.checkpoints.first() == Some(&1),
        "the first epoch is saved: {:?}",
        heard.checkpoints
    );
}

#[test]
fn rows_without_a_target_are_counted() {
    let mut data = mixed_for("price", 200, 4);
    let Some(Values::Number(prices)) = data
        .columns
        .iter_mut()
        .find(|column| &*column.name == "price")
        .map(|column| &mut column.values)
    else {
        panic!("the price is a number")
    };
    for row in [0, 9, 77] {
        prices[row] = f64::NAN;
    }
    let recipe = recipe(&data, "price", LearningTask::Regression);
    let rows = run_once(data, recipe).expect("a run").report.rows;
    assert_eq!(rows.without_target, 3);
    assert_eq!(rows.train + rows.validation + rows.test, 197);
}

#[test]
fn a_regression_beats_the_mean() {
    let data = mixed_for("price", 1_200, 2);
    let mut recipe = recipe(&data, "price", LearningTask::Regression);
    recipe.training.epochs = 30;
    recipe.model.dropout = 0.0;
    let report = run_once(data, recipe).expect("a run").report;
    assert!(report.metrics["test/r2"] > 0.9, "{:?}", report.metrics);
    assert!(report.metrics["test/rmse"] < 0.5 * report.baseline["test/rmse"]);
    assert!(report.baseline["test/r2"].abs() < 0.1);
    assert!(
        report.metrics.contains_key("test/mae")
            && report.classes.is_empty()
            && report.confusion.is_empty()
    );
    assert_eq!(report.predicted_vs_actual.len() as u64, report.rows.test);
    let feature = |index: usize| &*report.importance[index].feature;
    assert_eq!(feature(0), "weight", "{:?}", report.importance);
    assert!(
        report
            .importance
            .iter()
            .all(|importance| &*importance.feature != "nothing")
    );
}

#[test]
fn categories_with_missing_and_unseen_values_are_learned() {
    let data = mixed_for("class", 1_200, 3);
    let mut recipe = recipe(&data, "class", LearningTask::MultiClassClassification);
    recipe.training.epochs = 30;
    let report = run_once(data, recipe).expect("a run").report;
    assert!(
        report.metrics["test/accuracy"] > 0.9,
        "{:?}",
        report.metrics
    );
    assert!(report.metrics["test/accuracy"] > report.baseline["test/accuracy"] + 0.2);
    let important: Vec<&str> = report
        .importance
        .iter()
        .take(2)
        .map(|importance| &*importance.feature)
        .collect();
    assert_eq!(important, ["weight", "colour"]);
}

#[test]
fn a_seed_decides_everything() {
    let outcome_of = |seed: u64| {
        let data = mixed_for("class", 300, 4);
        let mut recipe = recipe(&data, "class", LearningTask::MultiClassClassification);
        recipe.seed = seed;
        let outcome = run_once(data, recipe).expect("a run");
        (
            outcome.report.metrics,
            outcome.report.importance,
            outcome.reference_predictions,
        )
    };
    let alone = outcome_of(1);
    let (beside, other) = std::thread::scope(|scope| {
        let beside = scope.spawn(|| outcome_of(1));
        let other = scope.spawn(|| outcome_of(2));
        (beside.join().expect("a run"), other.join().expect("a run"))
    });
    assert_eq!(alone, beside, "whatever trains at the same time");
    assert_ne!(alone, other);
}

#[test]
fn large_layers_on_many_threads_repeat_too() {
    let outcome = || {
        let data = mixed_for("price", 1_500, 4);
        let mut recipe = recipe(&data, "price", LearningTask::Regression);
        recipe.model.hidden = vec![256, 256];
        recipe.training.batch_size = 512;
        recipe.training.epochs = 3;
        run_once(data, recipe).expect("a run").report.metrics
    };
    assert_eq!(outcome(), outcome());
}

#[test]
fn a_resumed_run_ends_like_an_uninterrupted_one() {
    let data = mixed_for("class", 300, 4);
    let recipe = recipe(&data, "class", LearningTask::MultiClassClassification);
    let (whole, cut) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let expected = run(&job(data.clone(), recipe.clone(), whole.path())).expect("a run");

    let mut killed = job(data, recipe, cut.path());
    let mut heard = Heard {
        on_epoch: Some(Box::new(|epoch| assert!(epoch < 7, "killed here"))),
        ..Heard::default()
    };
    let error = train(&killed, &Control::default(), &mut heard).expect_err("it was killed");
    assert!(
        matches!(error, LearnError::Panicked(ref text) if text.contains("killed here")),
        "{error}"
    );

    killed.resume = true;
    let mut heard = Heard::default();
    let resumed = train(&killed, &Control::default(), &mut heard).expect("a run");
    assert!(heard.epochs[0].0 > 1, "it goes on from a checkpoint");
    assert_eq!(resumed.report.metrics, expected.report.metrics);
    assert_eq!(resumed.report.importance, expected.report.importance);
    assert_eq!(
        resumed.reference_predictions,
        expected.reference_predictions
    );
    assert_eq!(resumed.report.best_epoch, expected.report.best_epoch);
    assert_eq!(resumed.training_rows, expected.training_rows);
}

#[test]
fn the_best_weights_are_kept_when_training_stops_early() {
    let data = mixed_for("class", 200, 6);
    let mut recipe = recipe(&data, "class", LearningTask::MultiClassClassification);
    recipe.training.epochs = 200;
    recipe.training.patience = 4;
    recipe.training.learning_rate = 0.03;
    let folder = tempfile::tempdir().expect("a folder");
    let mut heard = Heard::default();
    let report = train(
        &job(data, recipe, folder.path()),
        &Control::default(),
        &mut heard,
    )
    .expect("a run")
    .report;
    assert!(report.epochs_run < 200);
    assert_eq!(report.epochs_run, report.best_epoch + 4);
    let (_, best) = &heard.epochs[report.best_epoch as usize - 1];
    assert_eq!(report.metrics["validation/loss"], best["validation/loss"]);
    assert!(
        heard
            .epochs
            .iter()
            .all(|(_, points)| points["validation/loss"] >= best["validation/loss"])
    );
}

#[test]
fn a_paused_run_waits_and_then_goes_on() {
    let control = Arc::new(Control::default());
    let (sender, epochs) = sync_channel(1_000);
    control.pause();
    let thread = std::thread::Builder::new().name("run".into()).spawn({
        let control = control.clone();
        move || {
            let data = mixed_for("class", 200, 4);
            let recipe = recipe(&data, "class", LearningTask::MultiClassClassification);
            let folder = tempfile::tempdir().expect("a folder");
            let mut heard = Heard {
                on_epoch: Some(Box::new(move |epoch| {
                    sender.send(epoch).expect("a listener")
                })),
                ..Heard::default()
            };
            let outcome = train(&job(data, recipe, folder.path()), &control, &mut heard);
            let seconds: Vec<f64> = heard
                .epochs
                .iter()
                .map(|(_, points)| points[SECONDS_KEY])
                .collect();
            (outcome.expect("a run"), seconds)
        }
    });
    let begun = Instant::now();
    assert!(control.is_paused());
    assert!(
        epochs.recv_timeout(Duration::from_millis(300)).is_err(),
        "nothing happens while paused"
    );
    control.resume();
    let (outcome, seconds) = thread.expect("a thread").join().expect("a run");
    assert_eq!(outcome.report.epochs_run, 12);
    assert!(!outcome.stopped);
    assert!(seconds.is_sorted() && seconds[0] > 0.0, "{seconds:?}");
    let passed = begun.elapsed().as_secs_f64();
    assert!(
        seconds[11] < passed - 0.29,
        "a pause is no training: {} of {passed} s",
        seconds[11]
    );
}

#[test]
fn a_stopped_run_is_evaluated_and_packed() {
    let data = mixed_for("class", 200, 4);
    let recipe = recipe(&data, "class", LearningTask::MultiClassClassification);
    let folder = tempfile::tempdir().expect("a folder");
    let control = Control::default();
    let mut heard = Heard {
        on_epoch: Some(Box::new(|epoch| {
            if epoch == 3 {
                control.stop();
                control.resume(); // A stopped run stays stopped.
            }
        })),
        ..Heard::default()
    };
    let outcome = train(&job(data, recipe, folder.path()), &control, &mut heard).expect("a run");
    assert!(outcome.stopped && control.is_stopped());
    assert_eq!(outcome.report.epochs_run, 3);
    assert!(outcome.report.metrics.contains_key("test/accuracy"));
    assert!(outcome.files.values().all(|path| path.is_file()));
}

#[test]
fn a_run_stopped_before_its_first_epoch_still_ends() {
    let data = mixed_for("price", 100, 4);
    let recipe = recipe(&data, "price", LearningTask::Regression);
    let folder = tempfile::tempdir().expect("a folder");
    let control = Control::default();
    control.stop();
    let outcome = train(
        &job(data, recipe, folder.path()),
        &control,
        &mut Heard::default(),
    )
    .expect("a run");
    assert!(outcome.stopped);
    assert_eq!(outcome.report.epochs_run, 0);
    assert!(outcome.report.metrics.contains_key("test/rmse"));
}

#[test]
fn other_shapes_of_network_and_split_work() {
    for (hidden, batch_norm, validation, test) in [
        (vec![], true, 0.15, 0.15),
        (vec![8], false, 0.0, 0.2),
        (vec![8, 4, 4], true, 0.2, 0.0),
        (vec![8], true, 0.0, 0.0),
    ] {
        for (target, task) in [
            ("class", LearningTask::BinaryClassification),
            ("price", LearningTask::Regression),
        ] {
            let data = mixed_for(target, 150, 8);
            let mut recipe = recipe(&data, target, task);
            recipe.model.hidden = hidden.clone();
            recipe.model.batch_norm = batch_norm;
            recipe.training.epochs = 3;
            recipe.split = SplitSpec {
                validation_share: validation,
                test_share: test,
            };
            let outcome = run_once(data, recipe).expect("a run");
            let report = &outcome.report;
            assert_eq!(
                report.rows.train + report.rows.validation + report.rows.test,
                150
            );
            assert!(
                report.metrics.values().all(|value| value.is_finite()),
                "{:?}",
                report.metrics
            );
            let predicted = match &outcome.reference_predictions {
                Predicted::Values(values) => values.len(),
                Predicted::Classes {
                    probabilities,
                    class_count,
                } => probabilities.len() / class_count,
            };
            let rows = report.rows;
            assert_eq!(
                predicted as u64,
                if rows.validation > 0 {
                    rows.validation
                } else {
                    rows.train
                }
            );
        }
    }
}
