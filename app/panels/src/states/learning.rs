//! Sample runs: recipes, curves that look like training, and reports of finished ones.

use std::sync::Arc;

use contract::{
    ColumnRole, Curves, DataVersion, Digest, Importance, LearningTask, Metrics, ModelPackage,
    Recipe, Run, RunId, RunReport, RunState, Series, SplitRows,
};

use super::{ago, digest, noise};

/// The defaults for this version and its target column; every third one is varied a little, as people do.
pub fn recipe(version: &DataVersion, number: u64) -> Recipe {
    let target = version
        .columns
        .iter()
        .find(|column| column.role == ColumnRole::Target)
        .map_or_else(|| Arc::from(""), |column| column.name.clone());
    let mut recipe = Recipe::propose(version, &target).unwrap_or_else(|_| Recipe {
        data: version.id.clone(),
        target: target.clone(),
        features: Vec::new(),
        task: LearningTask::Regression,
        split: contract::SplitSpec::default(),
        model: contract::MlpSpec::default(),
        training: contract::TrainingSpec::default(),
        seed: 42,
        device: contract::DeviceChoice::Auto,
        experiment: version.id.dataset.as_str().into(),
    });
    recipe.seed = 41 + number;
    if number.is_multiple_of(3) {
        recipe.training.learning_rate = 0.01;
        recipe.model.hidden = vec![128, 64];
    }
    if number.is_multiple_of(4) {
        recipe.model.dropout = 0.25;
    }
    recipe
}

/// Run `number` of this version in this state, older runs longer ago.
pub fn run(number: u64, version: &DataVersion, state: RunState) -> Run {
    let recipe = recipe(version, number);
    let epochs = epochs_done(number, state);
    let seconds = f64::from(epochs) * 0.31;
    let started = match state {
        RunState::Running => ago(14),
        RunState::Paused => ago(600),
        _ => ago(86_400_u64.saturating_sub(number * 7).max(900)),
    };
    let report = matches!(state, RunState::Finished | RunState::Stopped)
        .then(|| Arc::new(report(number, version, &recipe, epochs)));
    let mut run = Run {
        id: RunId::from_random((noise(number + 900) * (1_u64 << 40) as f64) as u64),
        number,
        recipe,
        state,
        device: "NVIDIA RTX 4070".into(),
        started,
        ended: (!state.is_active()).then(|| contract::Timestamp {
            unix_millis: started.unix_millis + (seconds * 1_000.0) as i64,
        }),
        seconds,
        metrics: Metrics::new(),
        package: report.as_ref().map(|_| package(number)),
        report,
        error: (state == RunState::Failed).then(|| {
            "The loss became NaN at epoch 12; the learning rate 10 is too high for this data".into()
        }),
    };
    run.metrics = match &run.report {
        Some(report) => report.metrics.clone(),
        None => last_values(&curves_of(&run)),
    };
    run
}

/// Loss and main metric on both splits, one point an epoch; a failed run ends in NaN.
pub fn curves_of(run: &Run) -> Curves {
    let epochs = epochs_done(run.number, run.state);
    let decay = 0.05 + 0.08 * noise(run.number);
    let floor = 0.03 + 0.2 * noise(run.number + 50);
    let curve = |key: String, offset: u64, value: &dyn Fn(f64, f64) -> f64| Series {
        key: key.into(),
        points: (1..=epochs)
            .map(|epoch| {
                let jitter = noise(run.number * 1_000 + u64::from(epoch) * 4 + offset) - 0.5;
                let failed = run.state == RunState::Failed && epoch == epochs;
                let value = value(f64::from(epoch), jitter);
                [f64::from(epoch), if failed { f64::NAN } else { value }]
            })
            .collect(),
    };
    let scale = scale_of(run.recipe.task);
    let main = run.recipe.task.main_metric();
    let is_better_up = run.recipe.task.is_classification();
    let loss = move |epoch: f64| floor + 1.05 * (-decay * epoch).exp();
    let metric = move |epoch: f64, gap: f64| {
        let left = (-decay * 1.4 * epoch).exp();
        if is_better_up {
            (1.0 - floor * 0.3 - gap - 0.62 * left).min(1.0)
        } else {
            scale * (floor + gap + left)
        }
    };
    Curves {
        series: vec![
            curve("train/loss".into(), 0, &|epoch, jitter| {
                loss(epoch) + 0.02 * jitter
            }),
            curve("validation/loss".into(), 1, &|epoch, jitter| {
                loss(epoch) * 1.08 + 0.0009 * epoch + 0.05 * jitter
            }),
            curve(format!("train/{main}"), 2, &|epoch, jitter| {
                metric(epoch, 0.0) + 0.006 * jitter * scale
            }),
            curve(format!("validation/{main}"), 3, &|epoch, jitter| {
                metric(epoch, 0.02) + 0.02 * jitter * scale
            }),
        ],
    }
}

fn report(number: u64, version: &DataVersion, recipe: &Recipe, epochs: u32) -> RunReport {
    let test = version.rows * 15 / 100;
    let rows = SplitRows {
        train: version.rows - 2 * test,
        validation: test,
        test,
        without_target: 0,
    };
    let classes: Vec<Arc<str>> = version
        .profile
        .iter()
        .find(|profile| profile.name == recipe.target && recipe.task.is_classification())
        .map(|profile| {
            let mut classes: Vec<_> = profile.top_values.iter().map(|top| top.0.clone()).collect();
            classes.sort();
            classes
        })
        .unwrap_or_default();
    let (confusion, right) = confusion(test, classes.len(), number);
    let accuracy = right as f64 / test.max(1) as f64;
    let (metrics, baseline) = if recipe.task.is_classification() {
        classification_metrics(accuracy, classes.len().max(2))
    } else {
        regression_metrics(noise(number))
    };
    let importance = recipe
        .features
        .iter()
        .enumerate()
        .map(|(place, feature)| Importance {
            feature: feature.name.clone(),
            mean: 0.24 * (-(place as f64) * 0.42).exp() - 0.006,
            std: 0.012 / (place as f64 + 1.0),
        })
        .collect();
    let predicted_vs_actual = (0..if classes.is_empty() { 600 } else { 0 })
        .map(|point| {
            let actual = 800.0 * noise(point + 3);
            (
                actual,
                actual * 0.94 + 24.0 + 90.0 * (noise(point + 7) - 0.5),
            )
        })
        .collect();
    RunReport {
        metrics,
        baseline,
        rows,
        epochs_run: epochs,
        best_epoch: epochs.saturating_sub(20).max(1),
        classes,
        confusion,
        predicted_vs_actual,
        importance,
        parameters: 5_379,
        samples_per_second: 41_230.0,
    }
}

/// `[actual][predicted]` with a few mistakes, and how many were right.
fn confusion(test: u64, classes: usize, number: u64) -> (Vec<Vec<u64>>, u64) {
    if classes == 0 {
        return (Vec::new(), 0);
    }
    let each = test / classes as u64;
    let mut counts = vec![vec![0; classes]; classes];
    let mut right = 0;
    for actual in 0..classes {
        let wrong = ((noise(number * 17 + actual as u64) * 0.18) * each as f64).round() as u64;
        let rest = if actual == 0 {
            test % classes as u64
        } else {
            0
        };
        counts[actual][actual] = each + rest - wrong;
        counts[actual][(actual + 1) % classes] += wrong;
        right += counts[actual][actual];
    }
    (counts, right)
}

fn classification_metrics(accuracy: f64, classes: usize) -> (Metrics, Metrics) {
    let chance = 1.0 / classes as f64 + 0.065;
    let mut metrics = Metrics::new();
    for (split, gain) in [("train", 0.02), ("validation", 0.004), ("test", 0.0)] {
        let accuracy = (accuracy + gain).min(1.0);
        let mut put = |key: &str, value: f64| {
            metrics.insert(format!("{split}/{key}").into(), value);
        };
        put("accuracy", accuracy);
        put("balanced_accuracy", accuracy - 0.004);
        put("f1_macro", accuracy - 0.006);
        put("roc_auc", 1.0 - (1.0 - accuracy) * 0.2);
        put("log_loss", (1.0 - accuracy) * 2.1 + 0.02);
    }
    let baseline = [
        ("test/accuracy", chance),
        ("test/balanced_accuracy", 1.0 / classes as f64),
        ("test/f1_macro", chance * 0.48),
        ("test/roc_auc", 0.5),
        ("test/log_loss", (classes as f64).ln()),
    ];
    (metrics, named(&baseline))
}

fn regression_metrics(luck: f64) -> (Metrics, Metrics) {
    let rmse = 31.0 + 22.0 * luck;
    let metrics = [
        ("train/mae", rmse * 0.72),
        ("train/rmse", rmse * 0.94),
        ("train/r2", 0.94 - 0.1 * luck),
        ("validation/mae", rmse * 0.78),
        ("validation/rmse", rmse * 1.01),
        ("validation/r2", 0.92 - 0.1 * luck),
        ("test/mae", rmse * 0.78),
        ("test/rmse", rmse),
        ("test/r2", 0.92 - 0.1 * luck),
    ];
    let baseline = [
        ("test/mae", 88.2),
        ("test/rmse", 112.9),
        ("test/r2", -0.000_3),
    ];
    (named(&metrics), named(&baseline))
}

fn named(values: &[(&str, f64)]) -> Metrics {
    values
        .iter()
        .map(|(key, value)| (Arc::from(*key), *value))
        .collect()
}

fn last_values(curves: &Curves) -> Metrics {
    curves
        .series
        .iter()
        .filter_map(|series| Some((series.key.clone(), series.points.last()?[1])))
        .collect()
}

fn package(number: u64) -> ModelPackage {
    let files = [
        "model.onnx",
        "weights.safetensors",
        "signature.json",
        "report.json",
        "holdout.json",
        "reference.json",
    ];
    ModelPackage {
        files: files
            .iter()
            .zip(0..)
            .map(|(name, place): (_, u64)| -> (Arc<str>, Digest) {
                ((*name).into(), digest(number * 16 + place + 1_000))
            })
            .collect(),
    }
}

fn epochs_done(number: u64, state: RunState) -> u32 {
    let all = 60 + (noise(number + 5) * 40.0) as u32;
    match state {
        RunState::Running => 45,
        RunState::Paused => 38,
        RunState::Failed => 12,
        RunState::Interrupted => 27,
        RunState::Stopped => 31,
        RunState::Finished => all,
    }
}

fn scale_of(task: LearningTask) -> f64 {
    if task.is_classification() { 1.0 } else { 112.9 }
}
