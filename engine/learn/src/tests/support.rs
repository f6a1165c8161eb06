//! Data, recipes and a listener that the tests share.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use contract::{
    ColumnType, DataVersionRef, DatasetName, DeviceChoice, FeatureSpec, Frame, FrameColumn,
    LearningTask, MlpSpec, Recipe, RunId, SplitSpec, TrainingSpec, Values,
};

use crate::random::{Purpose, Stream};
use crate::{Control, Job, LearnError, Observer, Outcome, train};

/// Remembers what it hears; `on_epoch` may steer the run.
#[derive(Default)]
pub(crate) struct Heard<'a> {
    pub(crate) epochs: Vec<(u32, BTreeMap<String, f64>)>,
    pub(crate) checkpoints: Vec<u32>,
    pub(crate) stages: Vec<&'static str>,
    pub(crate) on_epoch: Option<Box<dyn FnMut(u32) + 'a>>,
}

impl Observer for Heard<'_> {
    fn epoch(&mut self, epoch: u32, points: &[(Arc<str>, f64)]) {
        let points = points
            .iter()
            .map(|(key, value)| (key.to_string(), *value))
            .collect();
        self.epochs.push((epoch, points));
        if let Some(on_epoch) = &mut self.on_epoch {
            on_epoch(epoch);
        }
    }

    fn progress(&mut self, _epoch: u32, _epochs: u32, share_of_epoch: f64) {
        assert!((0.0..=1.0).contains(&share_of_epoch));
    }

    fn checkpoint(&mut self, epoch: u32) {
        self.checkpoints.push(epoch);
    }

    fn stage(&mut self, stage: &'static str) {
        self.stages.push(stage);
    }
}

pub(crate) fn text(values: &[&str]) -> Values {
    Values::Text(
        values
            .iter()
            .map(|value| (!value.is_empty()).then(|| Arc::from(*value)))
            .collect(),
    )
}

pub(crate) fn frame(columns: Vec<(&str, Values)>) -> Frame {
    Frame {
        rows: columns.first().map_or(0, |(_, values)| values.len()),
        columns: columns
            .into_iter()
            .map(|(name, values)| FrameColumn {
                name: name.into(),
                values,
            })
            .collect(),
    }
}

/// A recipe of every column but the target, on the CPU, small and quick.
pub(crate) fn recipe(frame: &Frame, target: &str, task: LearningTask) -> Recipe {
    let features = frame
        .columns
        .iter()
        .filter(|column| &*column.name != target)
        .map(|column| FeatureSpec {
            name: column.name.clone(),
            column_type: match column.values {
                Values::Number(_) => ColumnType::Float,
                Values::Text(_) => ColumnType::Text,
            },
        })
        .collect();
    Recipe {
        data: DataVersionRef {
            dataset: DatasetName::new("test"),
            version: 1,
        },
        target: target.into(),
        features,
        task,
        split: SplitSpec::default(),
        model: MlpSpec {
            hidden: vec![16, 16],
            ..MlpSpec::default()
        },
        training: TrainingSpec {
            epochs: 12,
            batch_size: 32,
            learning_rate: 1e-2,
            ..TrainingSpec::default()
        },
        seed: 7,
        device: DeviceChoice::Cpu,
        experiment: "test".into(),
    }
}

pub(crate) fn job(frame: Frame, recipe: Recipe, folder: &Path) -> Job {
    Job {
        run: RunId::new("run-test"),
        recipe,
        frame,
        folder: folder.into(),
        resume: false,
    }
}

pub(crate) fn run(job: &Job) -> Result<Outcome, LearnError> {
    train(job, &Control::default(), &mut Heard::default())
}

/// In a folder that is gone afterwards.
pub(crate) fn run_once(frame: Frame, recipe: Recipe) -> Result<Outcome, LearnError> {
    let folder = tempfile::tempdir().expect("a folder");
    run(&job(frame, recipe, folder.path()))
}

/// A sample dataset; its last column is the target, and is taken as labels.
pub(crate) fn sample(name: &str) -> (Frame, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/samples");
    let csv = std::fs::read_to_string(folder.join(name)).expect("the sample is in the tree");
    let mut lines = csv.lines().filter(|line| !line.trim().is_empty());
    let names: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let last = names.len() - 1;
    let columns = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let cells = rows.iter().map(|row| row[index]);
            let values = if index == last {
                Values::Text(cells.map(|cell| Some(cell.into())).collect())
            } else {
                Values::Number(cells.map(|cell| cell.parse().expect("a number")).collect())
            };
            (*name, values)
        })
        .collect();
    (frame(columns), names[last].into())
}

/// Rows of every kind: numbers with and without missing values, a constant, categories with missing and rare ones, huge values.
/// The class follows from `weight` and `colour`, the price from `weight`, `size` and `colour`.
pub(crate) fn mixed(rows: usize, seed: u64) -> Frame {
    let mut stream = Stream::new(seed, Purpose::Sample, [0, 0]);
    let colours = ["red", "green", "blue", "", "violet"];
    let (mut weight, mut size, mut time, mut colour) = (vec![], vec![], vec![], vec![]);
    let (mut class, mut price) = (vec![], vec![]);
    for row in 0..rows {
        let grams = stream.unit() * 100.0 + 1e6;
        let metres = stream.unit() * 4.0 - 2.0;
        let pick = if row == 0 {
            4
        } else {
            stream.below(4) as usize
        };
        let is_missing = stream.below(10) == 0;
        weight.push(grams);
        size.push(if is_missing { f64::NAN } else { metres });
        time.push(1.7e9 + stream.unit() * 1e8);
        colour.push((!colours[pick].is_empty()).then(|| Arc::from(colours[pick])));
        let heavy = grams - 1e6 > 50.0;
        class.push(Some(Arc::from(match (heavy, pick) {
            (true, 0) => "heavy red",
            (true, _) => "heavy",
            (false, _) => "light",
        })));
        price.push(
            3.0 * (grams - 1e6)
                + if is_missing { 0.0 } else { 20.0 * metres }
                + 40.0 * pick as f64
                + 1e5,
        );
    }
    frame(vec![
        ("weight", Values::Number(weight)),
        ("size", Values::Number(size)),
        ("time", Values::Number(time)),
        ("constant", Values::Number(vec![4.0; rows])),
        ("nothing", Values::Number(vec![f64::NAN; rows])),
        ("colour", Values::Text(colour)),
        ("class", Values::Text(class)),
        ("price", Values::Number(price)),
    ])
}

/// `mixed` without one of its two targets.
pub(crate) fn mixed_for(target: &str, rows: usize, seed: u64) -> Frame {
    let other = if target == "class" { "price" } else { "class" };
    let mut frame = mixed(rows, seed);
    frame.columns.retain(|column| &*column.name != other);
    frame
}
