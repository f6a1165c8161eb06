//! What metrics, events and checkpoints cost beside a bare burn loop; asked for by `MILLRACE_TEST_SPEED=1`, as a busy machine cannot
//! measure.

use contract::{DeviceChoice, Frame, LearningTask, MlpSpec, Values};

use super::support::{frame, recipe, run_once};
use crate::bare_loop;
use crate::random::{Purpose, Stream};

/// Allowed by the budget of the training loop.
const MOST: f64 = 1.05;

fn random_frame(rows: usize, features: usize, classes: u64) -> Frame {
    let mut stream = Stream::new(1, Purpose::Bench, [0, 0]);
    let names: Vec<String> = (0..features).map(|index| format!("x{index}")).collect();
    let mut columns: Vec<(&str, Values)> = names
        .iter()
        .map(|name| {
            (
                name.as_str(),
                Values::Number((0..rows).map(|_| stream.unit()).collect()),
            )
        })
        .collect();
    let labels = (0..rows)
        .map(|_| Some(stream.below(classes).to_string().into()))
        .collect();
    columns.push(("y", Values::Text(labels)));
    frame(columns)
}

#[test]
fn a_run_keeps_pace_with_a_bare_loop() {
    if std::env::var_os("MILLRACE_TEST_SPEED").is_none() {
        return;
    }
    let mut worst = 0.0f64;
    for (rows, features, hidden, classes, batch, epochs) in [
        (20_000, 30, vec![64, 64], 2, 64, 10),
        (60_000, 30, vec![64, 64], 10, 512, 20),
        (40_000, 100, vec![256, 256], 10, 512, 4),
    ] {
        let data = random_frame(rows, features, classes);
        let mut recipe = recipe(&data, "y", LearningTask::MultiClassClassification);
        recipe.model = MlpSpec {
            hidden: hidden.clone(),
            dropout: 0.0,
            batch_norm: false,
        };
        recipe.training.epochs = epochs;
        recipe.training.batch_size = batch;
        recipe.training.patience = 0;
        let mut pairs = Vec::new();
        for _ in 0..7 {
            let bare = bare_loop(
                rows * 7 / 10,
                features,
                &hidden,
                classes as usize,
                batch,
                epochs,
                DeviceChoice::Cpu,
            );
            let bare = bare.expect("a speed");
            let run = run_once(data.clone(), recipe.clone())
                .expect("a run")
                .report
                .samples_per_second;
            pairs.push((bare / run, run, bare));
        }
        // The median pair: another program may have slowed either side of some.
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (ratio, run, bare) = pairs[pairs.len() / 2];
        eprintln!(
            "{rows} rows of {features}, {hidden:?}, batches of {batch}: {run:.0}/s, bare {bare:.0}/s, ratio {ratio:.3}"
        );
        worst = worst.max(ratio);
    }
    assert!(worst <= MOST, "{worst}");
}
