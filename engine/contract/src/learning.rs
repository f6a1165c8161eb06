//! Learning: the recipe of a run, its states, its metrics, and the report of its evaluation.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{ColumnType, DataVersionRef, Digest, RunId, Timestamp};

/// All that a run depends on. The same recipe, data and device give the same numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    pub data: DataVersionRef,
    pub target: Arc<str>,
    pub features: Vec<FeatureSpec>,
    pub task: LearningTask,
    pub split: SplitSpec,
    pub model: MlpSpec,
    pub training: TrainingSpec,
    pub seed: u64,
    pub device: DeviceChoice,
    pub experiment: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureSpec {
    pub name: Arc<str>,
    #[serde(rename = "type")]
    pub column_type: ColumnType,
}

impl FeatureSpec {
    /// Text is looked up in an embedding; everything else is a number.
    pub fn is_category(&self) -> bool {
        self.column_type == ColumnType::Text
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LearningTask {
    BinaryClassification,
    MultiClassClassification,
    Regression,
}

impl LearningTask {
    pub fn is_classification(self) -> bool {
        self != Self::Regression
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::BinaryClassification => "binary classification",
            Self::MultiClassClassification => "multi-class classification",
            Self::Regression => "regression",
        }
    }

    /// The metric that a person looks at first.
    pub fn main_metric(self) -> &'static str {
        if self.is_classification() {
            "accuracy"
        } else {
            "rmse"
        }
    }
}

/// Shares of the rows; classification splits are stratified. The rest is for training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SplitSpec {
    pub validation_share: f64,
    pub test_share: f64,
}

impl Default for SplitSpec {
    fn default() -> Self {
        Self {
            validation_share: 0.15,
            test_share: 0.15,
        }
    }
}

/// A multi-layer perceptron: embeddings for categories, then blocks of linear, batch norm, ReLU, dropout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MlpSpec {
    pub hidden: Vec<usize>,
    pub dropout: f64,
    pub batch_norm: bool,
}

impl Default for MlpSpec {
    fn default() -> Self {
        Self {
            hidden: vec![64, 64],
            dropout: 0.1,
            batch_norm: true,
        }
    }
}

/// AdamW with a cosine schedule and early stopping on the validation loss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrainingSpec {
    pub epochs: u32,
    pub batch_size: usize,
    pub learning_rate: f64,
    pub weight_decay: f64,
    /// Epochs without a better validation loss before the run stops; 0 never stops early.
    pub patience: u32,
    /// Weighs classes by their inverse frequency.
    pub class_weights: bool,
}

impl Default for TrainingSpec {
    fn default() -> Self {
        Self {
            epochs: 100,
            batch_size: 64,
            learning_rate: 3e-3,
            weight_decay: 1e-3,
            patience: 20,
            class_weights: false,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceChoice {
    /// A real GPU if there is one, else the CPU. Software Vulkan is not a GPU.
    #[default]
    Auto,
    Gpu,
    Cpu,
}

/// A device that can train.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceInfo {
    pub name: String,
    pub backend: String,
    pub is_gpu: bool,
    /// Software Vulkan: works, slowly, only when asked for.
    pub is_software: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    Running,
    Paused,
    Finished,
    /// Stopped by a person; its best checkpoint was evaluated.
    Stopped,
    Failed,
    /// The program ended while it ran; it can be resumed.
    Interrupted,
}

impl RunState {
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    pub fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

/// The series that says how many seconds of training had passed at each epoch, pauses left out. It is an axis, and no metric of a run.
pub const SECONDS_KEY: &str = "time/seconds";

/// `train/`, `validation/` or `test/` and the metric's name in the field, such as `validation/accuracy`.
pub type Metrics = BTreeMap<Arc<str>, f64>;

/// One value of one metric of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricPoint {
    pub key: Arc<str>,
    /// The epoch, counted from 1.
    pub step: u64,
    pub value: f64,
    pub at: Timestamp,
}

/// What a finished run knows of itself, measured on the held-out test split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    pub metrics: Metrics,
    /// The same metrics of the baseline: majority class, or the mean.
    pub baseline: Metrics,
    pub rows: SplitRows,
    pub epochs_run: u32,
    pub best_epoch: u32,
    /// Class labels in the order of every list below; empty for regression.
    pub classes: Vec<Arc<str>>,
    /// `[actual][predicted]` counts.
    pub confusion: Vec<Vec<u64>>,
    /// `(actual, predicted)`, at most 2 000 of the test rows.
    pub predicted_vs_actual: Vec<(f64, f64)>,
    /// Largest first.
    pub importance: Vec<Importance>,
    pub parameters: u64,
    pub samples_per_second: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitRows {
    pub train: u64,
    pub validation: u64,
    pub test: u64,
    /// Rows that no split could use, because their target is missing.
    #[serde(default)]
    pub without_target: u64,
}

/// Permutation importance (Breiman 2001): how much the main metric worsens when the column is shuffled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    pub feature: Arc<str>,
    pub mean: f64,
    pub std: f64,
}

/// The contract of a model: what goes in, what comes out. `signature.json` of the package.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signature {
    pub task: LearningTask,
    pub target: Arc<str>,
    pub inputs: Vec<InputSpec>,
    /// Class labels in the order of the probabilities; empty for regression.
    pub classes: Vec<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputSpec {
    pub name: Arc<str>,
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// The categories that training saw; empty for numbers.
    #[serde(default)]
    pub categories: Vec<Arc<str>>,
    /// A typical value: the median or the most frequent category.
    pub example: Option<String>,
    /// Smallest and largest number in training.
    pub range: Option<(f64, f64)>,
}

/// The files of a model, each an object: `model.onnx`, `weights.safetensors`, `signature.json`, `report.json`,
/// `holdout.json` (see [`Holdout`]) and `reference.json` (see [`crate::Reference`]).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelPackage {
    pub files: BTreeMap<Arc<str>, Digest>,
}

/// `holdout.json` of a package: held-out raw rows with the trainer's own predictions, to compare the ONNX with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Holdout {
    /// One list a signature input, in its order; at most 1 000 rows of the test split.
    pub columns: Vec<Vec<crate::Cell>>,
    /// Per row: every class's probability, or one value.
    pub predictions: Vec<Vec<f64>>,
    /// The target's standard deviation in training, for regression; else 1.
    pub scale: f64,
}

/// A run as everybody sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub id: RunId,
    /// A number that people can say: 1, 2, 3 in the order of starting.
    pub number: u64,
    pub recipe: Recipe,
    pub state: RunState,
    pub device: String,
    pub started: Timestamp,
    pub ended: Option<Timestamp>,
    pub seconds: f64,
    /// The last value of every metric; at the end, the report's.
    pub metrics: Metrics,
    pub report: Option<Arc<RunReport>>,
    pub package: Option<ModelPackage>,
    pub error: Option<String>,
}

/// An integer target of at most this many values is taken as classes (scikit-learn's digits has 10, MNIST-like sets rarely more).
const MOST_INTEGER_CLASSES: u64 = 20;

impl Recipe {
    /// Sensible defaults for a data version and a target: every feature column, a task that fits the target, sizes that fit the rows.
    ///
    /// # Errors
    /// A sentence, when the target is not a column or no feature is left.
    pub fn propose(version: &crate::DataVersion, target: &str) -> Result<Self, crate::Refusal> {
        use crate::{ColumnRole, Refusal};
        let column = version
            .columns
            .iter()
            .find(|column| &*column.name == target)
            .ok_or_else(|| {
                let names: Vec<&str> = version
                    .columns
                    .iter()
                    .take(12)
                    .map(|column| &*column.name)
                    .collect();
                Refusal::with_hint(
                    format!("{} has no column “{target}”", version.id),
                    format!("its columns are {}", names.join(", ")),
                )
            })?;
        let distinct = version
            .profile
            .iter()
            .find(|profile| &*profile.name == target)
            .map_or(0, |profile| profile.distinct);
        let is_classes = match column.column_type {
            ColumnType::Text | ColumnType::Boolean => true,
            ColumnType::Integer => distinct <= MOST_INTEGER_CLASSES,
            ColumnType::Float | ColumnType::Timestamp => false,
        };
        let task = match (is_classes, distinct) {
            (false, _) => LearningTask::Regression,
            (true, 0..=2) => LearningTask::BinaryClassification,
            (true, _) => LearningTask::MultiClassClassification,
        };
        let features: Vec<FeatureSpec> = version
            .columns
            .iter()
            .filter(|column| {
                &*column.name != target
                    && matches!(column.role, ColumnRole::Feature | ColumnRole::Target)
            })
            .map(|column| FeatureSpec {
                name: column.name.clone(),
                column_type: column.column_type,
            })
            .collect();
        if features.is_empty() {
            return Err(Refusal::with_hint(
                format!("{} has no feature column beside “{target}”", version.id),
                "give at least one column the role feature",
            ));
        }
        let mut training = TrainingSpec::default();
        if version.rows > 20_000 {
            training.batch_size = 512;
            training.epochs = 30;
            training.patience = 6;
        }
        Ok(Self {
            data: version.id.clone(),
            target: column.name.clone(),
            features,
            task,
            split: SplitSpec::default(),
            model: MlpSpec::default(),
            training,
            seed: 42,
            device: DeviceChoice::Auto,
            experiment: version.id.dataset.as_str().into(),
        })
    }
}
