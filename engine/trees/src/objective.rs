//! What is minimised: the loss of a score, its slopes, its best constant.
//!
//! Formulas as in LightGBM's `objective` folder; scores are raw, before the link.

use rayon::prelude::*;

use crate::error::TreesError;
use crate::model::Link;
use crate::percentile::percentile;
use crate::quantise::Slopes;
use crate::settings::within;

/// Rows that one task handles.
pub(crate) const TASK_ROWS: usize = 16_384;

/// Probabilities are kept this far from 0 and 1, and rates from 0, where a logarithm is taken.
const SMALLEST_PROBABILITY: f64 = 1e-15;

/// The most that a step may multiply a Poisson rate by in the hessian (LightGBM's `poisson_max_delta_step`).
const POISSON_STEP: f64 = 0.7;

#[derive(Clone, Debug, PartialEq)]
pub enum Objective {
    /// Targets 0 and 1; logistic loss.
    Binary,
    /// Targets from 0 to `classes - 1`; softmax loss, one tree for each class in a round.
    Multiclass {
        classes: usize,
    },
    SquaredError,
    AbsoluteError,
    /// Squared up to `delta`, absolute beyond.
    Huber {
        delta: f64,
    },
    /// Pinball loss of the quantile `level`, in (0, 1).
    Quantile {
        level: f64,
    },
    /// Counts or rates, not negative; the score is the logarithm of the rate.
    Poisson,
}

/// Targets and weights of all rows, checked.
#[derive(Clone, Copy)]
pub(crate) struct Goal<'a> {
    pub(crate) targets: &'a [f64],
    pub(crate) weights: Option<&'a [f64]>,
}

impl Goal<'_> {
    pub(crate) fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    fn total_weight(&self) -> f64 {
        match self.weights {
            Some(weights) => weights.iter().sum(),
            None => self.targets.len() as f64,
        }
    }

    /// The weighted mean of a function of the target.
    fn mean(&self, value: impl Fn(f64) -> f64) -> f64 {
        let sum: f64 = self
            .targets
            .iter()
            .enumerate()
            .map(|(row, target)| value(*target) * self.weight(row))
            .sum();
        sum / self.total_weight()
    }
}

impl Objective {
    pub fn classes(&self) -> Option<usize> {
        match self {
            Self::Binary => Some(2),
            Self::Multiclass { classes } => Some(*classes),
            _ => None,
        }
    }

    /// Scores for each row, and trees in each round.
    pub fn outputs(&self) -> usize {
        match self {
            Self::Multiclass { classes } => *classes,
            _ => 1,
        }
    }

    pub fn link(&self) -> Link {
        match self {
            Self::Binary => Link::Logistic,
            Self::Multiclass { .. } => Link::Softmax,
            Self::Poisson => Link::Exponential,
            _ => Link::Identity,
        }
    }

    pub(crate) fn check(&self) -> Result<(), TreesError> {
        match *self {
            Self::Multiclass { classes } => {
                within("classes", classes as f64, classes >= 2, "2 or above")
            }
            Self::Huber { delta } => within("delta", delta, delta > 0.0, "above 0"),
            Self::Quantile { level } => within(
                "level",
                level,
                level > 0.0 && level < 1.0,
                "between 0 and 1",
            ),
            _ => Ok(()),
        }
    }

    /// The quantile to which leaves are set after their tree is grown, where slopes do not say how far to go.
    pub(crate) fn renewal_level(&self) -> Option<f64> {
        match *self {
            Self::AbsoluteError => Some(0.5),
            Self::Quantile { level } => Some(level),
            _ => None,
        }
    }

    /// All hessians are one, unless rows have weights.
    fn has_equal_hessians(&self) -> bool {
        matches!(
            self,
            Self::SquaredError | Self::AbsoluteError | Self::Huber { .. } | Self::Quantile { .. }
        )
    }

    /// The constant score of each output that minimises the loss.
    pub(crate) fn constants(&self, goal: Goal<'_>) -> Vec<f64> {
        let clamp = |share: f64| share.clamp(SMALLEST_PROBABILITY, 1.0 - SMALLEST_PROBABILITY);
        match *self {
            Self::Binary => {
                let share = clamp(goal.mean(|target| target));
                vec![(share / (1.0 - share)).ln()]
            }
            Self::Multiclass { classes } => (0..classes)
                .map(|class| {
                    clamp(goal.mean(|target| f64::from(u8::from(target == class as f64)))).ln()
                })
                .collect(),
            Self::SquaredError | Self::Huber { .. } => vec![goal.mean(|target| target)],
            Self::Poisson => vec![goal.mean(|target| target).max(SMALLEST_PROBABILITY).ln()],
            Self::AbsoluteError | Self::Quantile { .. } => {
                let level = self.renewal_level().unwrap_or(0.5);
                let values = goal.targets.iter().enumerate();
                vec![percentile(
                    values
                        .map(|(row, target)| (*target, goal.weight(row)))
                        .collect(),
                    level,
                    goal.weights.is_some(),
                )]
            }
        }
    }

    /// Gradients and hessians of one output; `scores` is `[outputs][rows]`, `normalisers` comes from [`Self::normalisers`].
    pub(crate) fn slopes(
        &self,
        goal: Goal<'_>,
        scores: &[Vec<f64>],
        normalisers: &[f64],
        output: usize,
    ) -> Slopes {
        let rows = goal.targets.len();
        let mut gradients = vec![0.0_f32; rows];
        let mut hessians = vec![0.0_f32; rows];
        let scores = &scores[output];
        gradients
            .par_chunks_mut(TASK_ROWS)
            .zip(hessians.par_chunks_mut(TASK_ROWS))
            .enumerate()
            .for_each(|(task, (gradients, hessians))| {
                let from = task * TASK_ROWS;
                for (offset, gradient) in gradients.iter_mut().enumerate() {
                    let row = from + offset;
                    let place = Place {
                        score: scores[row],
                        target: goal.targets[row],
                        normaliser: normalisers.get(row).copied().unwrap_or_default(),
                        output,
                    };
                    let (slope, curvature) = self.slope(place);
                    let weight = goal.weight(row);
                    *gradient = (slope * weight) as f32;
                    hessians[offset] = (curvature * weight) as f32;
                }
            });
        let equal_hessians = self.has_equal_hessians() && goal.weights.is_none();
        Slopes {
            gradients,
            hessians,
            equal_hessians,
        }
    }

    /// First and second derivative of the loss at one score.
    fn slope(&self, place: Place) -> (f64, f64) {
        let error = place.score - place.target;
        match *self {
            Self::Binary => {
                let share = logistic(place.score);
                (share - place.target, share * (1.0 - share))
            }
            Self::Multiclass { classes } => {
                let share = (place.score - place.normaliser).exp();
                let hit = f64::from(u8::from(place.target == place.output as f64));
                let factor = classes as f64 / (classes as f64 - 1.0);
                (share - hit, factor * share * (1.0 - share))
            }
            Self::SquaredError => (error, 1.0),
            Self::AbsoluteError => (sign(error), 1.0),
            Self::Huber { delta } => (error.clamp(-delta, delta), 1.0),
            Self::Quantile { level } => (if error >= 0.0 { 1.0 - level } else { -level }, 1.0),
            Self::Poisson => {
                let rate = place.score.exp();
                (rate - place.target, rate * POISSON_STEP.exp())
            }
        }
    }

    /// The logarithm of the sum of exponentials of each row's scores for softmax, nothing for the others.
    pub(crate) fn normalisers(&self, scores: &[Vec<f64>]) -> Vec<f64> {
        if !matches!(self, Self::Multiclass { .. }) {
            return Vec::new();
        }
        let mut normalisers = vec![0.0; scores[0].len()];
        normalisers
            .par_chunks_mut(TASK_ROWS)
            .enumerate()
            .for_each(|(task, normalisers)| {
                for (offset, normaliser) in normalisers.iter_mut().enumerate() {
                    let row = task * TASK_ROWS + offset;
                    let most = scores
                        .iter()
                        .fold(f64::NEG_INFINITY, |most, one| most.max(one[row]));
                    let sum: f64 = scores.iter().map(|one| (one[row] - most).exp()).sum();
                    *normaliser = most + sum.ln();
                }
            });
        normalisers
    }

    /// The weighted mean loss of scores `[outputs][rows]`: log loss, mean squared (not halved), absolute, Huber, pinball, Poisson deviance
    /// without its constant. Summed in tasks of fixed size, so that threads do not change it.
    pub(crate) fn loss(&self, goal: Goal<'_>, scores: &[Vec<f64>]) -> f64 {
        let normalisers = self.normalisers(scores);
        let sums: Vec<f64> = (0..goal.targets.len().div_ceil(TASK_ROWS))
            .into_par_iter()
            .map(|task| {
                let to = ((task + 1) * TASK_ROWS).min(goal.targets.len());
                (task * TASK_ROWS..to)
                    .map(|row| {
                        let output = match self {
                            Self::Multiclass { .. } => goal.targets[row] as usize,
                            _ => 0,
                        };
                        let place = Place {
                            score: scores[output][row],
                            target: goal.targets[row],
                            normaliser: normalisers.get(row).copied().unwrap_or_default(),
                            output,
                        };
                        self.row_loss(place) * goal.weight(row)
                    })
                    .sum()
            })
            .collect();
        sums.iter().sum::<f64>() / goal.total_weight()
    }

    fn row_loss(&self, place: Place) -> f64 {
        let error = place.score - place.target;
        match *self {
            Self::Binary => {
                let towards = if place.target > 0.5 {
                    -place.score
                } else {
                    place.score
                };
                towards.max(0.0) + (-towards.abs()).exp().ln_1p()
            }
            Self::Multiclass { .. } => place.normaliser - place.score,
            Self::SquaredError => error * error,
            Self::AbsoluteError => error.abs(),
            Self::Huber { delta } if error.abs() <= delta => 0.5 * error * error,
            Self::Huber { delta } => delta * (error.abs() - 0.5 * delta),
            Self::Quantile { level } if error < 0.0 => -level * error,
            Self::Quantile { level } => (1.0 - level) * error,
            Self::Poisson => place.score.exp() - place.target * place.score,
        }
    }
}

/// One output of one row.
#[derive(Clone, Copy)]
struct Place {
    score: f64,
    target: f64,
    normaliser: f64,
    output: usize,
}

pub(crate) fn logistic(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

/// Zero at zero, unlike `signum`.
fn sign(value: f64) -> f64 {
    f64::from(i8::from(value > 0.0) - i8::from(value < 0.0))
}
