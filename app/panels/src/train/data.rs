//! The view model of the training dialog: a recipe as a person edits it, and what is wrong with it in sentences.

use std::collections::BTreeSet;
use std::sync::Arc;

use contract::{
    ColumnProfile, ColumnRole, ColumnType, ColumnWarning, DataVersion, DeviceChoice, DeviceInfo,
    FeatureSpec, LearningTask, MlpSpec, Recipe, SplitSpec, TrainingSpec,
};

/// More classes than this cannot be learned: each would have hardly a row.
const MOST_CLASSES: u64 = 1_000;
/// Larger networks do not train on one machine's memory.
const WIDEST_LAYER: usize = 65_536;
const MOST_LAYERS: usize = 16;
/// How many leaking columns a message names.
const LEAKING_NAMED: usize = 3;

/// A setting, so that a message can stand beside its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Field {
    Target,
    Features,
    HiddenLayers,
    Dropout,
    Epochs,
    BatchSize,
    LearningRate,
    WeightDecay,
    Split,
    Device,
    Experiment,
}

/// What is wrong, or worth knowing, about a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub field: Field,
    /// Stops the run from being started.
    pub is_error: bool,
    pub text: String,
}

/// A recipe while it is edited. Numbers are kept as they are typed where a half-written one must be allowed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    pub target: Option<Arc<str>>,
    pub task: LearningTask,
    pub features: BTreeSet<Arc<str>>,
    /// Such as `64, 64`.
    pub hidden: String,
    pub dropout: f64,
    pub batch_norm: bool,
    pub training: TrainingSpec,
    pub split: SplitSpec,
    pub seed: u64,
    pub device: DeviceChoice,
    pub experiment: String,
}

impl Draft {
    /// The defaults for a version; its target column is chosen if it has one.
    pub(crate) fn new(version: &DataVersion) -> Self {
        let target = version
            .columns
            .iter()
            .find(|column| column.role == ColumnRole::Target);
        let mut draft = Self {
            target: None,
            task: LearningTask::Regression,
            features: BTreeSet::new(),
            hidden: crate::experiments::hidden_layers(&MlpSpec::default().hidden),
            dropout: MlpSpec::default().dropout,
            batch_norm: MlpSpec::default().batch_norm,
            training: TrainingSpec::default(),
            split: SplitSpec::default(),
            seed: 42,
            device: DeviceChoice::Auto,
            experiment: version.id.dataset.to_string(),
        };
        if let Some(target) = target {
            let name = target.name.clone();
            draft.choose_target(version, &name);
        }
        draft
    }

    /// What an earlier run was started with, to be changed.
    pub(crate) fn of_recipe(recipe: &Recipe) -> Self {
        Self {
            target: Some(recipe.target.clone()),
            task: recipe.task,
            features: recipe
                .features
                .iter()
                .map(|feature| feature.name.clone())
                .collect(),
            hidden: crate::experiments::hidden_layers(&recipe.model.hidden),
            dropout: recipe.model.dropout,
            batch_norm: recipe.model.batch_norm,
            training: recipe.training.clone(),
            split: recipe.split.clone(),
            seed: recipe.seed,
            device: recipe.device,
            experiment: recipe.experiment.to_string(),
        }
    }

    /// Takes a target with the task, features and sizes that fit it; what a person set beside them stays.
    pub(crate) fn choose_target(&mut self, version: &DataVersion, target: &str) {
        let is_first = self.target.is_none();
        self.target = Some(target.into());
        let Ok(proposed) = Recipe::propose(version, target) else {
            self.features.clear();
            self.task = task_choices(version, target)
                .first()
                .copied()
                .unwrap_or(self.task);
            return;
        };
        self.task = proposed.task;
        self.features = proposed
            .features
            .into_iter()
            .map(|feature| feature.name)
            .collect();
        if is_first {
            self.training = proposed.training;
        }
    }

    /// The recipe, once no message is an error.
    pub(crate) fn recipe(&self, version: &DataVersion) -> Option<Recipe> {
        let target = self.target.clone()?;
        let features = version
            .columns
            .iter()
            .filter(|column| self.features.contains(&column.name) && column.name != target)
            .map(|column| FeatureSpec {
                name: column.name.clone(),
                column_type: column.column_type,
            })
            .collect();
        Some(Recipe {
            data: version.id.clone(),
            target,
            features,
            task: self.task,
            split: self.split.clone(),
            model: MlpSpec {
                hidden: parse_hidden(&self.hidden).ok()?,
                dropout: self.dropout,
                batch_norm: self.batch_norm,
            },
            training: self.training.clone(),
            seed: self.seed,
            device: self.device,
            experiment: self.experiment.trim().into(),
        })
    }

    /// Everything to say about the draft, in the order of the dialog.
    pub(crate) fn messages(&self, version: &DataVersion, devices: &[DeviceInfo]) -> Vec<Message> {
        let mut found = Messages::default();
        self.check_target(version, &mut found);
        self.check_features(version, &mut found);
        self.check_model(&mut found);
        self.check_training(version, &mut found);
        if self.device == DeviceChoice::Gpu && !has_gpu(devices) {
            found.error(
                Field::Device,
                "No GPU was found; choose automatic or CPU".into(),
            );
        }
        if self.experiment.trim().is_empty() {
            found.error(Field::Experiment, "An experiment needs a name".into());
        }
        found.0
    }

    fn check_target(&self, version: &DataVersion, found: &mut Messages) {
        let Some(target) = &self.target else {
            found.error(Field::Target, "Choose the column to predict".into());
            return;
        };
        let Some(column) = version.columns.iter().find(|column| column.name == *target) else {
            found.error(
                Field::Target,
                format!("{} has no column “{target}”", version.id),
            );
            return;
        };
        let Some(profile) = profile_of(version, &column.name) else {
            return;
        };
        if profile.distinct <= 1 {
            found.error(
                Field::Target,
                "Every row has the same value, so there is nothing to learn".into(),
            );
        }
        if self.task.is_classification() && profile.distinct > MOST_CLASSES {
            let classes = look::format::count(profile.distinct);
            let most = look::format::count(MOST_CLASSES);
            found.error(
                Field::Target,
                format!("{classes} classes are more than {most}, the most that can be learned"),
            );
        }
        if profile.missing > 0 {
            let rows = look::format::counted(profile.missing, "row has", "rows have");
            found.note(
                Field::Target,
                format!("{rows} no target and will be left out"),
            );
        }
        for warning in &profile.warnings {
            if matches!(warning, ColumnWarning::Imbalanced { .. }) && !self.training.class_weights {
                let sentence = warning.sentence();
                found.note(Field::Target, format!("{sentence}; class weights may help"));
            }
        }
    }

    fn check_features(&self, version: &DataVersion, found: &mut Messages) {
        let chosen = version.columns.iter().enumerate().filter(|(_, column)| {
            self.features.contains(&column.name) && self.target.as_ref() != Some(&column.name)
        });
        let mut leaking: Vec<&str> = Vec::new();
        let mut count = 0;
        for (position, column) in chosen {
            count += 1;
            let is_leaking = profile_at(version, position).is_some_and(|profile| {
                profile
                    .warnings
                    .iter()
                    .any(|warning| matches!(warning, ColumnWarning::Leaking { .. }))
            });
            if is_leaking && leaking.len() < LEAKING_NAMED {
                leaking.push(&column.name);
            }
        }
        // Without a target nothing is proposed yet, and there is one thing to say.
        if count == 0 && self.target.is_some() {
            found.error(Field::Features, "Choose at least one feature".into());
        }
        if !leaking.is_empty() {
            let names = leaking.join(", ");
            found.note(Field::Features, format!("{names} may give the target away"));
        }
    }

    fn check_model(&self, found: &mut Messages) {
        if let Err(sentence) = parse_hidden(&self.hidden) {
            found.error(Field::HiddenLayers, sentence);
        }
        if !(0.0..1.0).contains(&self.dropout) {
            found.error(
                Field::Dropout,
                "Dropout is a share from 0 to below 1".into(),
            );
        }
    }

    fn check_training(&self, version: &DataVersion, found: &mut Messages) {
        let training = &self.training;
        if training.epochs == 0 {
            found.error(Field::Epochs, "Train for at least one epoch".into());
        }
        if training.batch_size == 0 {
            found.error(Field::BatchSize, "A batch needs at least one row".into());
        } else if self.batch_norm && training.batch_size == 1 {
            found.error(
                Field::BatchSize,
                "Batch norm needs at least two rows in a batch".into(),
            );
        }
        if !(training.learning_rate > 0.0 && training.learning_rate <= 1.0) {
            found.error(
                Field::LearningRate,
                "The learning rate lies above 0 and up to 1".into(),
            );
        }
        if !(0.0..=1.0).contains(&training.weight_decay) {
            found.error(
                Field::WeightDecay,
                "Weight decay lies between 0 and 1".into(),
            );
        }
        let SplitSpec {
            validation_share,
            test_share,
        } = self.split;
        let shares = [validation_share, test_share];
        if shares.iter().any(|share| !(0.01..=0.9).contains(share)) {
            found.error(Field::Split, "Each share lies between 1 % and 90 %".into());
        } else if validation_share + test_share > 0.9 {
            found.error(
                Field::Split,
                "At least 10 % of the rows must be left to train on".into(),
            );
        } else if let Some(rows) = self.rows(version).iter().find(|rows| **rows == 0) {
            found.error(
                Field::Split,
                format!("A share has {rows} rows; the data is too small for it"),
            );
        }
    }

    /// Rows for training, validation and test.
    pub(crate) fn rows(&self, version: &DataVersion) -> [u64; 3] {
        let of = |share: f64| (version.rows as f64 * share).round().max(0.0) as u64;
        let (validation, test) = (of(self.split.validation_share), of(self.split.test_share));
        [
            version.rows.saturating_sub(validation + test),
            validation,
            test,
        ]
    }
}

#[derive(Default)]
struct Messages(Vec<Message>);

impl Messages {
    fn error(&mut self, field: Field, text: String) {
        self.0.push(Message {
            field,
            is_error: true,
            text,
        });
    }

    fn note(&mut self, field: Field, text: String) {
        self.0.push(Message {
            field,
            is_error: false,
            text,
        });
    }
}

/// Reads `64, 64` (commas, spaces or ×). `none`, `none, linear` or nothing is a linear model.
///
/// # Errors
/// A sentence that names the part which is not a width.
pub(crate) fn parse_hidden(text: &str) -> Result<Vec<usize>, String> {
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.starts_with("none") {
        return Ok(Vec::new());
    }
    let widths: Vec<usize> = trimmed
        .split([',', ' ', '×', 'x', ';'])
        .filter(|part| !part.is_empty())
        .map(|part| match part.parse() {
            Ok(width @ 1..=WIDEST_LAYER) => Ok(width),
            _ => Err(format!(
                "“{part}” is not a layer width from 1 to {}",
                look::format::count(WIDEST_LAYER as u64)
            )),
        })
        .collect::<Result<_, _>>()?;
    if widths.len() > MOST_LAYERS {
        return Err(format!("At most {MOST_LAYERS} hidden layers"));
    }
    Ok(widths)
}

/// The tasks that a column can be the target of; the first is what is proposed.
pub(crate) fn task_choices(version: &DataVersion, target: &str) -> Vec<LearningTask> {
    let Some(column) = version
        .columns
        .iter()
        .find(|column| &*column.name == target)
    else {
        return Vec::new();
    };
    let distinct = profile_of(version, target).map_or(0, |profile| profile.distinct);
    let classes = if distinct <= 2 {
        LearningTask::BinaryClassification
    } else {
        LearningTask::MultiClassClassification
    };
    let proposed = Recipe::propose(version, target).map(|recipe| recipe.task);
    match column.column_type {
        ColumnType::Text | ColumnType::Boolean => vec![classes],
        ColumnType::Float | ColumnType::Timestamp => vec![LearningTask::Regression],
        ColumnType::Integer if distinct > MOST_CLASSES => vec![LearningTask::Regression],
        ColumnType::Integer if proposed == Ok(LearningTask::Regression) => {
            vec![LearningTask::Regression, classes]
        }
        ColumnType::Integer => vec![classes, LearningTask::Regression],
    }
}

/// Why the task was taken, in a sentence.
pub(crate) fn task_reason(version: &DataVersion, target: &str, task: LearningTask) -> String {
    let Some(column) = version
        .columns
        .iter()
        .find(|column| &*column.name == target)
    else {
        return String::new();
    };
    let distinct = profile_of(version, target).map_or(0, |profile| profile.distinct);
    let values = look::format::counted(distinct, "value", "different values");
    let kind = column.column_type.word();
    if task.is_classification() {
        format!("It is {kind} with {values}, each a class")
    } else {
        format!("It is {kind} with {values}, a number to come close to")
    }
}

/// A column as a candidate feature.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FeatureRow {
    pub name: Arc<str>,
    pub kind: &'static str,
    /// Roles other than feature, such as `id`.
    pub role: Option<&'static str>,
    pub warning: Option<String>,
}

/// Every column but the target, in the order of the data, whose name contains `filter`.
pub(crate) fn feature_rows(
    version: &DataVersion,
    target: Option<&str>,
    filter: &str,
) -> Vec<FeatureRow> {
    let filter = filter.trim().to_lowercase();
    version
        .columns
        .iter()
        .enumerate()
        .filter(|(_, column)| {
            Some(&*column.name) != target
                && (filter.is_empty() || column.name.to_lowercase().contains(&filter))
        })
        .map(|(position, column)| FeatureRow {
            name: column.name.clone(),
            kind: column.column_type.word(),
            role: (!matches!(column.role, ColumnRole::Feature | ColumnRole::Target))
                .then(|| column.role.word()),
            warning: profile_at(version, position)
                .and_then(|profile| profile.warnings.first())
                .map(ColumnWarning::sentence),
        })
        .collect()
}

pub(crate) fn has_gpu(devices: &[DeviceInfo]) -> bool {
    devices
        .iter()
        .any(|device| device.is_gpu || device.is_software)
}

/// What a device choice would train on, in words.
pub(crate) fn device_caption(choice: DeviceChoice, devices: &[DeviceInfo]) -> String {
    let gpu = devices
        .iter()
        .find(|device| device.is_gpu && !device.is_software);
    let software = devices.iter().find(|device| device.is_software);
    let cpu = devices
        .iter()
        .find(|device| !device.is_gpu && !device.is_software)
        .map_or("the CPU", |device| &*device.name);
    match (choice, gpu, software) {
        (DeviceChoice::Auto | DeviceChoice::Gpu, Some(gpu), _) => {
            format!("{} ({})", gpu.name, gpu.backend)
        }
        (DeviceChoice::Gpu, None, Some(software)) => {
            format!("{}, software that acts as a GPU and is slow", software.name)
        }
        (DeviceChoice::Gpu, None, None) => "No GPU was found".into(),
        (DeviceChoice::Auto, None, _) => format!("{cpu}, as no GPU was found"),
        (DeviceChoice::Cpu, _, _) => cpu.into(),
    }
}

fn profile_of<'a>(version: &'a DataVersion, name: &str) -> Option<&'a ColumnProfile> {
    version
        .profile
        .iter()
        .find(|profile| &*profile.name == name)
}

/// Profiles stand in the order of the columns; ten thousand look-ups by name would be slow.
fn profile_at(version: &DataVersion, position: usize) -> Option<&ColumnProfile> {
    let column = version.columns.get(position)?;
    version
        .profile
        .get(position)
        .filter(|profile| profile.name == column.name)
}
