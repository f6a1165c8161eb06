//! What a run achieved: its main metric, the baseline's, and how much of the baseline's error is gone.

use contract::{LearningTask, Metrics, Run};

use super::naming::metric_word;

/// The main metric of a run on the best split that is known so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RunResult {
    /// Such as `accuracy`.
    pub metric: &'static str,
    pub split: Split,
    pub value: f64,
    pub baseline: Option<f64>,
    pub lower_is_better: bool,
}

/// A part of the rows, in the order in which a person trusts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Split {
    Test,
    Validation,
    Train,
}

impl Split {
    pub(crate) const ALL: [Self; 3] = [Self::Test, Self::Validation, Self::Train];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Validation => "validation",
            Self::Train => "train",
        }
    }

    /// Splits `validation/accuracy` into its split and the metric's name.
    pub(crate) fn of_key(key: &str) -> Option<(Self, &str)> {
        let (word, metric) = key.split_once('/')?;
        let split = Self::ALL.into_iter().find(|split| split.word() == word)?;
        Some((split, metric))
    }

    fn key(self, metric: &str) -> String {
        format!("{}/{metric}", self.word())
    }
}

impl RunResult {
    /// `None` before the first epoch of a run is measured.
    pub(crate) fn of(run: &Run) -> Option<Self> {
        let metric = run.recipe.task.main_metric();
        Split::ALL.into_iter().find_map(|split| {
            let value = *run.metrics.get(split.key(metric).as_str())?;
            value.is_finite().then(|| Self {
                metric,
                split,
                value,
                baseline: run
                    .report
                    .as_deref()
                    .and_then(|report| baseline_value(&report.baseline, split, metric)),
                lower_is_better: lower_is_better(metric),
            })
        })
    }

    /// A short mark for what was not measured on the test rows, and is not to be compared with what was.
    pub(crate) fn split_mark(&self) -> Option<&'static str> {
        match self.split {
            Split::Test => None,
            Split::Validation => Some("val"),
            Split::Train => Some("train"),
        }
    }

    /// How much better than the baseline, in the metric's own unit; negative is worse.
    pub(crate) fn gain(&self) -> Option<f64> {
        let baseline = self.baseline?;
        Some(if self.lower_is_better {
            baseline - self.value
        } else {
            self.value - baseline
        })
    }

    /// The share of the baseline's error that the model took away (a skill score): 1 is perfect, 0 is the baseline.
    pub(crate) fn skill(&self) -> Option<f64> {
        let baseline = self.baseline?;
        let error_of_baseline = if self.lower_is_better {
            baseline
        } else {
            1.0 - baseline
        };
        (error_of_baseline > 0.0).then(|| self.gain().map(|gain| gain / error_of_baseline))?
    }
}

/// Errors and losses fall as a model learns; every other metric of the field rises.
pub(crate) fn lower_is_better(metric: &str) -> bool {
    let name = metric.rsplit('/').next().unwrap_or(metric);
    matches!(
        name,
        "loss" | "log_loss" | "mae" | "mse" | "rmse" | "brier" | "learning_rate"
    )
}

/// The baseline's value on a split; a baseline that was measured on the test split alone stands for all of them.
pub(crate) fn baseline_value(baseline: &Metrics, split: Split, metric: &str) -> Option<f64> {
    let at = |key: String| baseline.get(key.as_str()).copied();
    at(split.key(metric))
        .or_else(|| at(Split::Test.key(metric)))
        .or_else(|| at(metric.into()))
        .filter(|value| value.is_finite())
}

/// What stands under a task's main number, such as “accuracy on 27 held-out rows”.
pub(crate) fn headline_caption(task: LearningTask, split: Split, rows: Option<u64>) -> String {
    let metric = metric_word(task.main_metric());
    match (split, rows) {
        (Split::Test, Some(rows)) => {
            let rows = look::format::count(rows);
            format!("{metric} on {rows} held-out test rows")
        }
        (split, _) => format!("{metric} on the {} split", split.word()),
    }
}
