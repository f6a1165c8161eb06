//! Rows with targets and weights, checked against the objective.

use std::borrow::Cow;

use crate::error::TreesError;
use crate::objective::{Goal, Objective};
use crate::settings::BoostSettings;
use crate::table::{Labelled, Table};

/// Checked rows and their scores so far.
pub(super) struct Prepared<'a> {
    pub(super) table: &'a Table<'a>,
    targets: &'a [f64],
    /// Row weight times class weight; none where all are one.
    weights: Option<Cow<'a, [f64]>>,
    /// `[outputs][rows]`.
    pub(super) scores: Vec<Vec<f64>>,
}

impl<'a> Prepared<'a> {
    /// Only rows to learn from need two classes.
    pub(super) fn new(
        labelled: Labelled<'a>,
        settings: &BoostSettings,
        is_training: bool,
    ) -> Result<Self, TreesError> {
        check_targets(labelled, &settings.objective)?;
        check_weights(labelled)?;
        let weights = weights(labelled, &settings.class_weights);
        if weights
            .as_ref()
            .is_some_and(|weights| weights.iter().all(|weight| *weight == 0.0))
        {
            return Err(TreesError::WeightsAllZero);
        }
        if is_training {
            check_teaching(labelled.targets, &settings.objective)?;
        }
        Ok(Self {
            table: labelled.table,
            targets: labelled.targets,
            weights,
            scores: Vec::new(),
        })
    }

    pub(super) fn goal(&self) -> Goal<'_> {
        Goal {
            targets: self.targets,
            weights: self.weights.as_deref(),
        }
    }
}

pub(crate) fn check_targets(
    labelled: Labelled<'_>,
    objective: &Objective,
) -> Result<(), TreesError> {
    let rows = labelled.table.rows();
    let targets = labelled.targets;
    if targets.len() != rows {
        return Err(TreesError::TargetLength {
            targets: targets.len(),
            rows,
        });
    }
    for (row, &value) in targets.iter().enumerate() {
        if !value.is_finite() {
            return Err(TreesError::TargetNotFinite { row, value });
        }
        if let Some(classes) = objective.classes() {
            let is_class = value >= 0.0 && value < classes as f64 && value.fract() == 0.0;
            if !is_class {
                return Err(TreesError::TargetNotClass {
                    row,
                    value,
                    classes,
                });
            }
        }
        if *objective == Objective::Poisson && value < 0.0 {
            return Err(TreesError::TargetNegative { row, value });
        }
    }
    Ok(())
}

/// What makes learning pointless: a single class, counts that are all zero.
pub(crate) fn check_teaching(targets: &[f64], objective: &Objective) -> Result<(), TreesError> {
    let first = targets.first().copied().unwrap_or_default();
    let is_constant = targets.iter().all(|target| *target == first);
    if is_constant && objective.classes().is_some() {
        return Err(TreesError::OneClass {
            class: first as usize,
        });
    }
    if is_constant && first == 0.0 && *objective == Objective::Poisson {
        return Err(TreesError::TargetsAllZero);
    }
    Ok(())
}

pub(crate) fn check_weights(labelled: Labelled<'_>) -> Result<(), TreesError> {
    let Some(weights) = labelled.weights else {
        return Ok(());
    };
    let rows = labelled.table.rows();
    if weights.len() != rows {
        return Err(TreesError::WeightLength {
            weights: weights.len(),
            rows,
        });
    }
    match weights
        .iter()
        .position(|weight| !weight.is_finite() || *weight < 0.0)
    {
        Some(row) => Err(TreesError::Weight {
            row,
            value: weights[row],
        }),
        None => Ok(()),
    }
}

fn weights<'a>(labelled: Labelled<'a>, class_weights: &[f64]) -> Option<Cow<'a, [f64]>> {
    if class_weights.is_empty() {
        return labelled.weights.map(Cow::Borrowed);
    }
    let class_weight = |target: &f64| class_weights[*target as usize];
    let weights = match labelled.weights {
        Some(weights) => labelled
            .targets
            .iter()
            .zip(weights)
            .map(|(target, weight)| class_weight(target) * weight)
            .collect(),
        None => labelled.targets.iter().map(class_weight).collect(),
    };
    Some(Cow::Owned(weights))
}
