//! The columns of the runs table: what each says of a run, and what it sorts by.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use contract::{Run, Timestamp};
use look::format;

use super::naming::metric_key_title;
use super::parameters::{device_name, device_word, hidden_layers};
use super::result::{RunResult, lower_is_better};

/// A column that a person can show, hide and sort by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum RunColumn {
    Run,
    Data,
    Target,
    Model,
    Experiment,
    Result,
    Baseline,
    Gain,
    Skill,
    Duration,
    Started,
    Device,
    Epochs,
    BatchSize,
    LearningRate,
    Dropout,
    Seed,
    Parameters,
    Speed,
    Id,
    /// Any metric by its key, such as `test/f1_macro`.
    Metric(Arc<str>),
}

/// What a cell sorts by. Missing stands last in both directions.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SortKey {
    Number(f64),
    Text(Arc<str>),
    Missing,
}

impl RunColumn {
    /// The columns that do not depend on the runs, in the order of the chooser.
    pub(crate) const FIXED: [Self; 20] = [
        Self::Run,
        Self::Data,
        Self::Target,
        Self::Model,
        Self::Experiment,
        Self::Result,
        Self::Baseline,
        Self::Gain,
        Self::Skill,
        Self::Duration,
        Self::Started,
        Self::Device,
        Self::Epochs,
        Self::BatchSize,
        Self::LearningRate,
        Self::Dropout,
        Self::Seed,
        Self::Parameters,
        Self::Speed,
        Self::Id,
    ];

    /// What the table shows before a person chose.
    pub(crate) fn shown_at_first() -> Vec<Self> {
        vec![
            Self::Run,
            Self::Data,
            Self::Target,
            Self::Model,
            Self::Result,
            Self::Gain,
            Self::Duration,
            Self::Started,
        ]
    }

    pub(crate) fn title(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Self::Run => "Run",
            Self::Data => "Data",
            Self::Target => "Target",
            Self::Model => "Model",
            Self::Experiment => "Experiment",
            Self::Result => "Result",
            Self::Baseline => "Baseline",
            Self::Gain => "Over baseline",
            Self::Skill => "Skill",
            Self::Duration => "Duration",
            Self::Started => "Started",
            Self::Device => "Device",
            Self::Epochs => "Epochs",
            Self::BatchSize => "Batch size",
            Self::LearningRate => "Learning rate",
            Self::Dropout => "Dropout",
            Self::Seed => "Seed",
            Self::Parameters => "Weights",
            Self::Speed => "Samples/s",
            Self::Id => "Id",
            Self::Metric(key) => return metric_key_title(key),
        })
    }

    /// One sentence for the header's hover.
    pub(crate) fn explanation(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Run => "State and number of the run",
            Self::Data => "The data version it learned from",
            Self::Target => "The column it predicts",
            Self::Model => "The kind of model and its hidden layers",
            Self::Experiment => "The set of runs it belongs to",
            Self::Result => {
                "The task's main metric, on the held-out test rows once they are measured"
            }
            Self::Baseline => "The same metric of the majority class, or of the mean",
            Self::Gain => "How much better than the baseline, in the metric's own unit",
            Self::Skill => "The share of the baseline's error that the model took away",
            Self::Duration => "Time spent training, pauses left out",
            Self::Started => "When it started",
            Self::Device => "Where it trained",
            Self::Epochs => "Passes over the training rows: run, of those allowed",
            Self::BatchSize => "Rows in one step of the optimiser",
            Self::LearningRate => "Step size at the start of the schedule",
            Self::Dropout => "Share of units left out at random while training",
            Self::Seed => "Start of the random numbers",
            Self::Parameters => "Numbers that were learned",
            Self::Speed => "Training rows a second",
            Self::Id => "The run's id",
            Self::Metric(key) => return format!("The last value of {key}").into(),
        })
    }

    /// Wide enough for what usually stands in it, in logical pixels.
    pub(crate) fn width(&self) -> f32 {
        match self {
            Self::Run => 104.0,
            Self::Data | Self::Experiment | Self::Device => 140.0,
            Self::Target | Self::Model => 120.0,
            Self::Result => 160.0,
            Self::Id => 120.0,
            Self::Metric(_) => 140.0,
            _ => 104.0,
        }
    }

    /// Numbers stand at the right.
    pub(crate) fn is_number(&self) -> bool {
        !matches!(
            self,
            Self::Run
                | Self::Data
                | Self::Target
                | Self::Model
                | Self::Experiment
                | Self::Device
                | Self::Id
        )
    }

    /// Ids, keys and layer widths are set in the fixed-width face.
    pub(crate) fn is_code(&self) -> bool {
        matches!(self, Self::Id)
    }

    /// The first click on a header puts what one looks for at the top.
    pub(crate) fn first_direction(&self) -> Direction {
        match self {
            Self::Data
            | Self::Target
            | Self::Model
            | Self::Experiment
            | Self::Device
            | Self::Id => Direction::Rising,
            Self::Metric(key) if lower_is_better(key) => Direction::Rising,
            Self::Duration => Direction::Rising,
            _ => Direction::Falling,
        }
    }

    /// What the cell says. `result` is [`RunResult::of`] the run, kept by the caller.
    pub(crate) fn text(&self, run: &Run, result: Option<&RunResult>, now: Timestamp) -> String {
        let recipe = &run.recipe;
        let report = run.report.as_deref();
        match self {
            Self::Run => format!("{}", run.number),
            Self::Data => recipe.data.to_string(),
            Self::Target => recipe.target.to_string(),
            Self::Model => format!("MLP {}", hidden_layers(&recipe.model.hidden)),
            Self::Experiment => recipe.experiment.to_string(),
            Self::Result => or_missing(result.map(|result| result.value), format::metric),
            Self::Baseline => or_missing(result.and_then(|result| result.baseline), format::metric),
            Self::Gain => or_missing(result.and_then(RunResult::gain), signed_metric),
            Self::Skill => or_missing(result.and_then(RunResult::skill), format::percent),
            Self::Duration => format::duration(run.seconds),
            Self::Started => format::ago(now.unix_millis, run.started.unix_millis),
            Self::Device => {
                if run.device.is_empty() {
                    device_word(recipe.device).into()
                } else {
                    device_name(&run.device).into()
                }
            }
            Self::Epochs => match report {
                Some(report) => format!(
                    "{} of {}",
                    format::count(u64::from(report.epochs_run)),
                    format::count(u64::from(recipe.training.epochs))
                ),
                None => format::count(u64::from(recipe.training.epochs)),
            },
            Self::BatchSize => format::count(recipe.training.batch_size as u64),
            Self::LearningRate => format::number(recipe.training.learning_rate),
            Self::Dropout => format::number(recipe.model.dropout),
            Self::Seed => recipe.seed.to_string(),
            Self::Parameters => report.map_or_else(
                || format::MISSING.into(),
                |report| format::count(report.parameters),
            ),
            Self::Speed => format::optional(report.map(|report| report.samples_per_second)),
            Self::Id => run.id.to_string(),
            Self::Metric(key) => or_missing(run.metrics.get(key).copied(), format::metric),
        }
    }

    /// What the cell sorts by.
    pub(crate) fn sort_key(&self, run: &Run, result: Option<&RunResult>) -> SortKey {
        let recipe = &run.recipe;
        let number = match self {
            Self::Data => return SortKey::Text(recipe.data.to_string().into()),
            Self::Target => return SortKey::Text(recipe.target.clone()),
            Self::Model => return SortKey::Text(hidden_layers(&recipe.model.hidden).into()),
            Self::Experiment => return SortKey::Text(recipe.experiment.clone()),
            Self::Device => return SortKey::Text(run.device.as_str().into()),
            Self::Id => return SortKey::Text(run.id.as_str().into()),
            Self::Run => Some(run.number as f64),
            // Accuracies and errors share this column: errors sort by their negative, so that better is always higher.
            Self::Result => result.map(|result| {
                if result.lower_is_better {
                    -result.value
                } else {
                    result.value
                }
            }),
            Self::Baseline => result.and_then(|result| result.baseline),
            Self::Gain => result.and_then(RunResult::gain),
            Self::Skill => result.and_then(RunResult::skill),
            Self::Duration => Some(run.seconds),
            Self::Started => Some(run.started.unix_millis as f64),
            Self::Epochs => Some(f64::from(recipe.training.epochs)),
            Self::BatchSize => Some(recipe.training.batch_size as f64),
            Self::LearningRate => Some(recipe.training.learning_rate),
            Self::Dropout => Some(recipe.model.dropout),
            Self::Seed => Some(recipe.seed as f64),
            Self::Parameters => run.report.as_deref().map(|report| report.parameters as f64),
            Self::Speed => run
                .report
                .as_deref()
                .map(|report| report.samples_per_second),
            Self::Metric(key) => run.metrics.get(key).copied(),
        };
        number
            .filter(|number| !number.is_nan())
            .map_or(SortKey::Missing, SortKey::Number)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Rising,
    Falling,
}

impl Direction {
    pub(crate) fn turned(self) -> Self {
        match self {
            Self::Rising => Self::Falling,
            Self::Falling => Self::Rising,
        }
    }
}

impl SortKey {
    /// Orders two keys; missing comes last whichever way the rest is turned.
    pub(crate) fn compare(&self, other: &Self, direction: Direction) -> Ordering {
        let rising = match (self, other) {
            (Self::Missing, Self::Missing) => return Ordering::Equal,
            (Self::Missing, _) => return Ordering::Greater,
            (_, Self::Missing) => return Ordering::Less,
            (Self::Number(left), Self::Number(right)) => left.total_cmp(right),
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        };
        match direction {
            Direction::Rising => rising,
            Direction::Falling => rising.reverse(),
        }
    }
}

/// `+0.573`, `−0.02`, `0`.
pub(crate) fn signed(value: f64) -> String {
    let digits = format::number(value);
    if value > 0.0 {
        format!("+{digits}")
    } else {
        digits
    }
}

/// As [`signed`], with four decimals so that the digits of a column stand under each other.
pub(crate) fn signed_metric(value: f64) -> String {
    let digits = format::metric(value);
    if value > 0.0 {
        format!("+{digits}")
    } else {
        digits
    }
}

fn or_missing(value: Option<f64>, text: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| format::MISSING.into(), text)
}
