//! The target: its classes and their weights, or its mean and standard deviation in training.

use std::collections::HashMap;
use std::sync::Arc;

use contract::{Frame, LearningTask, Recipe, Values};

use crate::LearnError;
use crate::split::{labels, ordered_classes};

/// A confusion matrix of more classes is a picture of nothing, and takes gigabytes.
const MOST_CLASSES: usize = 1_000;

/// The whole target column, `[rows of the frame]`; rows without a target hold a value that no split asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target {
    pub(crate) kind: TargetKind,
    /// The class's index, or the value in the target's own unit.
    values: Vec<f64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TargetKind {
    Classes {
        labels: Vec<Arc<str>>,
        /// What a row of each class weighs in the loss.
        weights: Vec<f32>,
        /// Share of each class in training: the baseline's prediction.
        shares: Vec<f32>,
    },
    Number {
        mean: f64,
        deviation: f64,
    },
}

impl Target {
    pub(crate) fn learn(
        recipe: &Recipe,
        frame: &Frame,
        training: &[usize],
    ) -> Result<Self, LearnError> {
        let column = frame
            .column(&recipe.target)
            .ok_or_else(|| LearnError::NoColumn(recipe.target.to_string()))?;
        if recipe.task.is_classification() {
            Self::classes(recipe, column, training)
        } else {
            Self::number(recipe, column, training)
        }
    }

    /// Outputs of the network.
    pub(crate) fn outputs(&self) -> usize {
        match &self.kind {
            TargetKind::Classes { labels, .. } => labels.len(),
            TargetKind::Number { .. } => 1,
        }
    }

    pub(crate) fn class_labels(&self) -> &[Arc<str>] {
        match &self.kind {
            TargetKind::Classes { labels, .. } => labels,
            TargetKind::Number { .. } => &[],
        }
    }

    /// The task as the data has it: two classes are binary, more are multi-class, whatever the recipe supposed.
    pub(crate) fn task(&self) -> LearningTask {
        match &self.kind {
            TargetKind::Number { .. } => LearningTask::Regression,
            TargetKind::Classes { labels, .. } if labels.len() == 2 => {
                LearningTask::BinaryClassification
            }
            TargetKind::Classes { .. } => LearningTask::MultiClassClassification,
        }
    }

    /// Class indices or values of some rows.
    pub(crate) fn of(&self, rows: &[usize]) -> Vec<f64> {
        rows.iter().map(|row| self.values[*row]).collect()
    }

    fn classes(recipe: &Recipe, column: &Values, training: &[usize]) -> Result<Self, LearnError> {
        let of_rows = labels(column);
        let classes = ordered_classes(&of_rows);
        match classes.as_slice() {
            [] => return Err(LearnError::TargetMissing(recipe.target.to_string())),
            [class] => {
                return Err(LearnError::OneClass {
                    target: recipe.target.to_string(),
                    class: class.to_string(),
                });
            }
            many if many.len() > MOST_CLASSES => {
                return Err(LearnError::TooManyClasses {
                    target: recipe.target.to_string(),
                    classes: many.len(),
                    limit: MOST_CLASSES,
                });
            }
            _ => {}
        }
        let index: HashMap<&Arc<str>, usize> = classes.iter().zip(0..).collect();
        let values: Vec<f64> = of_rows
            .iter()
            .map(|label| label.as_ref().map_or(0.0, |label| index[label] as f64))
            .collect();
        let mut counts = vec![0usize; classes.len()];
        for row in training {
            counts[values[*row] as usize] += 1;
        }
        let total = training.len() as f64;
        let weights = counts
            .iter()
            .map(|count| {
                if recipe.training.class_weights {
                    (total / (classes.len() as f64 * *count as f64)) as f32
                } else {
                    1.0
                }
            })
            .collect();
        let shares = counts
            .iter()
            .map(|count| (*count as f64 / total) as f32)
            .collect();
        Ok(Self {
            kind: TargetKind::Classes {
                labels: classes,
                weights,
                shares,
            },
            values,
        })
    }

    fn number(recipe: &Recipe, column: &Values, training: &[usize]) -> Result<Self, LearnError> {
        let Values::Number(values) = column else {
            return Err(LearnError::TextTarget(recipe.target.to_string()));
        };
        let count = training.len() as f64;
        let scale = training
            .iter()
            .map(|row| values[*row].abs())
            .fold(0.0, f64::max);
        let scale = if scale > 0.0 { scale } else { 1.0 };
        let mean = training.iter().map(|row| values[*row] / scale).sum::<f64>() / count;
        let squares: f64 = training
            .iter()
            .map(|row| (values[*row] / scale - mean).powi(2))
            .sum();
        let deviation = (squares / count).sqrt();
        Ok(Self {
            kind: TargetKind::Number {
                mean: mean * scale,
                // A target that never changes in training is predicted as it is.
                deviation: if deviation > 1e-14 {
                    deviation * scale
                } else {
                    1.0
                },
            },
            values: values.clone(),
        })
    }
}
