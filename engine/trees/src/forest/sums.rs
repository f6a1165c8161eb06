//! What a forest learns, as sums for each bin: the weight, and one number for each channel.
//!
//! Channels are the target minus its mean, or an indicator for each class (one for two classes, as the other says the same). A side
//! scores Σ S² / W over its channels: the largest sum of both sides is the least variance, and for classes the least Gini impurity.

use crate::forest::ForestTask;
use crate::table::Labelled;

/// Targets and weights of all rows.
pub(super) struct Lesson {
    targets: Vec<f64>,
    weights: Option<Vec<f64>>,
    task: ForestTask,
    /// Subtracted from numbers, so that sums of squares do not cancel.
    centre: f64,
}

impl Lesson {
    pub(super) fn new(data: Labelled<'_>, task: ForestTask, class_weights: &[f64]) -> Self {
        let centre = match task {
            ForestTask::Classes(_) => 0.0,
            ForestTask::Numbers => data.targets.iter().sum::<f64>() / data.targets.len() as f64,
        };
        let targets: Vec<f64> = data.targets.iter().map(|target| target - centre).collect();
        let factor = |row: usize| {
            class_weights
                .get(targets[row] as usize)
                .copied()
                .unwrap_or(1.0)
        };
        let weights = if class_weights.is_empty() {
            data.weights.map(<[f64]>::to_vec)
        } else {
            let row_weight = |row: usize| data.weights.map_or(1.0, |weights| weights[row]);
            Some(
                (0..targets.len())
                    .map(|row| factor(row) * row_weight(row))
                    .collect(),
            )
        };
        Self {
            targets,
            weights,
            task,
            centre,
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.targets.len()
    }

    pub(super) fn target(&self, row: u32) -> f64 {
        self.targets[row as usize]
    }

    pub(super) fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row])
    }

    pub(super) fn has_no_weight(&self) -> bool {
        (0..self.rows()).all(|row| self.weight(row) == 0.0)
    }

    /// Values in a leaf.
    pub(super) fn outputs(&self) -> usize {
        match self.task {
            ForestTask::Classes(classes) => classes,
            ForestTask::Numbers => 1,
        }
    }

    pub(super) fn base_scores(&self) -> Vec<f64> {
        match self.task {
            ForestTask::Classes(classes) => vec![0.0; classes],
            ForestTask::Numbers => vec![self.centre],
        }
    }

    /// Numbers summed for each bin beside the weight.
    pub(super) fn channels(&self) -> usize {
        match self.task {
            ForestTask::Classes(2) | ForestTask::Numbers => 1,
            ForestTask::Classes(classes) => classes,
        }
    }

    /// Adds a row of a weight to `[weight, channels…]`.
    pub(super) fn add(&self, sums: &mut [f64], row: u32, weight: f64) {
        sums[0] += weight;
        let target = self.targets[row as usize];
        if sums.len() == 2 {
            sums[1] += weight * target;
        } else {
            sums[1 + target as usize] += weight;
        }
    }

    /// The values of a leaf: the mean without the centre, or the shares of classes.
    pub(super) fn leaf_values(&self, sums: &[f64]) -> Vec<f64> {
        let share = |sum: f64| if sums[0] > 0.0 { sum / sums[0] } else { 0.0 };
        match self.task {
            ForestTask::Classes(2) => vec![share(sums[0] - sums[1]), share(sums[1])],
            _ => sums[1..].iter().map(|sum| share(*sum)).collect(),
        }
    }
}

/// Σ S² / W of `[weight, channels…]`.
pub(super) fn score(sums: &[f64]) -> f64 {
    if sums[0] <= 0.0 {
        return 0.0;
    }
    sums[1..].iter().map(|sum| sum * sum).sum::<f64>() / sums[0]
}

/// Σ S² / W of a whole without a part.
pub(super) fn score_of_rest(whole: &[f64], part: &[f64]) -> f64 {
    let weight = whole[0] - part[0];
    if weight <= 0.0 {
        return 0.0;
    }
    let squares = whole[1..]
        .iter()
        .zip(&part[1..])
        .map(|(whole, part)| (whole - part) * (whole - part));
    squares.sum::<f64>() / weight
}
