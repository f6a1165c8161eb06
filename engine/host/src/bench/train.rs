//! The training loop with its metrics, events and checkpoints beside a bare burn loop, and beside PyTorch.

use std::path::Path;
use std::sync::Arc;

use contract::{
    ColumnType, DataVersionRef, DatasetName, DeviceChoice, FeatureSpec, Frame, FrameColumn,
    LearningTask, MlpSpec, Recipe, Refusal, RunId, SplitSpec, TrainingSpec, Values,
};
use learn::{Control, Job, Observer};

use super::{Bound, Measure, median, peer};
use crate::error::refuse;

const ROWS: usize = 40_000;
const FEATURES: usize = 64;
const CLASSES: usize = 10;
/// Widths of the two hidden layers, and rows of a batch: from where a batch takes least time beside what a run does around it, to where it
/// takes most.
const SHAPES: [(usize, usize); 3] = [(64, 64), (128, 256), (512, 1_024)];
const EPOCHS: u32 = 4;
const REPEATS: usize = 3;

struct Silent;

impl Observer for Silent {
    fn epoch(&mut self, _: u32, _: &[(Arc<str>, f64)]) {}
    fn progress(&mut self, _: u32, _: u32, _: f64) {}
    fn checkpoint(&mut self, _: u32) {}
    fn stage(&mut self, _: &'static str) {}
}

/// # Errors
/// When the folder cannot be written or training fails.
pub fn train(folder: &Path, device: DeviceChoice) -> Result<Vec<Measure>, Refusal> {
    let mut measures = Vec::new();
    for (width, batch) in SHAPES {
        let hidden = [width, width];
        let (mut bare, mut own) = (Vec::new(), Vec::new());
        for _ in 0..REPEATS {
            bare.push(
                learn::bare_loop(ROWS, FEATURES, &hidden, CLASSES, batch, EPOCHS, device)
                    .map_err(|error| refuse(&error, error.hint()))?,
            );
            own.push(own_rate(folder, &hidden, batch, device)?);
        }
        let name = format!("training 64-{width}-{width}-10, batch {batch}");
        let (bare, own) = (median(bare), median(own));
        let bound = Bound::AtLeast(1.0 / 1.05, "at least 0.952 (at most 1.05x)");
        measures.push(Measure::new(
            &name,
            (own, "samples/s"),
            ("bare burn loop", bare),
            bound,
        ));
        let arguments = [
            width.to_string(),
            batch.to_string(),
            ROWS.to_string(),
            EPOCHS.to_string(),
        ];
        let arguments: Vec<&std::ffi::OsStr> = arguments.iter().map(std::ffi::OsStr::new).collect();
        if let Some(rate) = peer(TORCH, &arguments).and_then(|value| value.as_f64()) {
            measures.push(Measure::new(
                &name,
                (own, "samples/s"),
                ("PyTorch, eager, all cores", rate),
                Bound::Reported,
            ));
        }
    }
    Ok(measures)
}

fn own_rate(
    folder: &Path,
    hidden: &[usize],
    batch: usize,
    device: DeviceChoice,
) -> Result<f64, Refusal> {
    let scratch = tempfile::tempdir_in(folder).map_err(|error| refuse(&error, None))?;
    let frame = made_up_frame();
    let features = frame.columns[1..].iter().map(|column| FeatureSpec {
        name: column.name.clone(),
        column_type: ColumnType::Float,
    });
    let recipe = Recipe {
        data: DataVersionRef {
            dataset: DatasetName::new("bench"),
            version: 1,
        },
        target: "target".into(),
        features: features.collect(),
        task: LearningTask::MultiClassClassification,
        split: SplitSpec {
            validation_share: 0.05,
            test_share: 0.05,
        },
        model: MlpSpec {
            hidden: hidden.to_vec(),
            dropout: 0.0,
            batch_norm: false,
        },
        training: TrainingSpec {
            epochs: EPOCHS,
            batch_size: batch,
            patience: 0,
            ..TrainingSpec::default()
        },
        seed: 1,
        device,
        experiment: "bench".into(),
    };
    let job = Job {
        run: RunId::new("bench"),
        recipe,
        frame,
        folder: scratch.path().to_owned(),
        resume: false,
    };
    let outcome = learn::train(&job, &Control::default(), &mut Silent)
        .map_err(|error| refuse(&error, error.hint()))?;
    Ok(outcome.report.samples_per_second)
}

fn made_up_frame() -> Frame {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let labels = (0..ROWS)
        .map(|_| Some(Arc::from((next() % CLASSES as u64).to_string())))
        .collect();
    let mut columns = vec![FrameColumn {
        name: "target".into(),
        values: Values::Text(labels),
    }];
    for feature in 0..FEATURES {
        let values = (0..ROWS)
            .map(|_| (next() % 2_000) as f64 / 1_000.0 - 1.0)
            .collect();
        columns.push(FrameColumn {
            name: format!("x{feature}").into(),
            values: Values::Number(values),
        });
    }
    Frame {
        rows: ROWS,
        columns,
    }
}

/// Prints samples/s of the same network, optimiser and batches in PyTorch.
const TORCH: &str = r"
import sys, time, torch
hidden, batch, rows, epochs = map(int, sys.argv[1:5])
net = torch.nn.Sequential(torch.nn.Linear(64, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 10))
x, y = torch.rand(rows, 64), torch.randint(0, 10, (rows,))
opt, loss = torch.optim.AdamW(net.parameters(), 3e-3), torch.nn.CrossEntropyLoss()
best = 0
for epoch in range(epochs):
    order, start = torch.randperm(rows), time.perf_counter()
    for i in range(0, rows, batch):
        part = order[i:i + batch]
        opt.zero_grad(); loss(net(x[part]), y[part]).backward(); opt.step()
    best = max(best, rows / (time.perf_counter() - start))
print(best)
";
