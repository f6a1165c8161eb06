//! What a run is asked for, what it tells while it works, and what it leaves behind.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use contract::{Frame, Predicted, Recipe, RunId, RunReport};

/// One training run.
#[derive(Clone, Debug)]
pub struct Job {
    pub run: RunId,
    pub recipe: Recipe,
    /// The target and the features, raw. Labels of a classification come as `Text`.
    pub frame: Frame,
    /// Checkpoints and the package are written here.
    pub folder: PathBuf,
    /// Go on from the folder's checkpoint, if there is one; else begin.
    pub resume: bool,
}

/// Hears of a run's progress, on the run's own thread; whatever it does holds the run up.
pub trait Observer {
    /// An epoch is over. Epochs count from 1; keys are `train/loss`, `validation/accuracy`, `learning_rate` and so on.
    fn epoch(&mut self, epoch: u32, points: &[(Arc<str>, f64)]);
    /// At most ten times a second, within epoch `epoch` of `epochs`.
    fn progress(&mut self, epoch: u32, epochs: u32, share_of_epoch: f64);
    /// What a resumed run can start from is on the disk.
    fn checkpoint(&mut self, epoch: u32);
    /// Such as “preparing”, “training”, “evaluating”, “packing”.
    fn stage(&mut self, stage: &'static str);
}

/// A run that came to its end, or was stopped.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub report: RunReport,
    pub stopped: bool,
    /// `model.onnx`, `weights.safetensors`, `signature.json`, `report.json` and `holdout.json`.
    pub files: BTreeMap<Arc<str>, PathBuf>,
    /// Rows of the frame that are in the training split, ascending: the drift reference is made of them.
    pub training_rows: Vec<usize>,
    /// The model's own predictions of the validation split, or of the training split if that is empty.
    pub reference_predictions: Predicted,
    /// Time spent, without pauses; a resumed run counts what it had spent before.
    pub seconds: f64,
}
