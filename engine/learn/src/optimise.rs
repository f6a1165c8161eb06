//! AdamW over the one flat vector of parameters, and the learning rate's schedule.

use burn::tensor::Tensor;

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// The learning rate rises over this share of all steps before it falls.
const WARM_UP_SHARE: f64 = 0.05;

/// Weights and biases decay alike, as in the paper's Algorithm 2.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AdamW {
    pub(crate) weight_decay: f64,
}

/// Exponential means of the gradient and of its square, `[parameters]` each.
#[derive(Clone)]
pub(crate) struct Moments {
    pub(crate) first: Tensor<1>,
    pub(crate) second: Tensor<1>,
}

impl AdamW {
    /// One step; `at` is its number, counted from 1, and its learning rate (Loshchilov and Hutter 2019, Algorithm 2). The bias corrections
    /// are drawn out of the tensor operations into two scalars, which saves two passes over all parameters.
    pub(crate) fn step(
        self,
        parameters: Tensor<1>,
        gradient: Tensor<1>,
        moments: Moments,
        at: (u64, f64),
    ) -> (Tensor<1>, Moments) {
        let first = moments.first.mul_scalar(BETA_1) + gradient.clone().mul_scalar(1.0 - BETA_1);
        let second = moments.second.mul_scalar(BETA_2) + gradient.square().mul_scalar(1.0 - BETA_2);
        let (step, learning_rate) = at;
        let time = step as f64;
        let correction_1 = 1.0 - BETA_1.powf(time);
        let correction_2 = (1.0 - BETA_2.powf(time)).sqrt();
        let update = first.clone() / second.clone().sqrt().add_scalar(EPSILON * correction_2);
        let parameters = parameters.mul_scalar(1.0 - learning_rate * self.weight_decay)
            - update.mul_scalar(learning_rate * correction_2 / correction_1);
        (parameters, Moments { first, second })
    }
}

/// A short linear rise, then half a cosine down to zero (Loshchilov and Hutter 2017). `step` counts from 0.
pub(crate) fn learning_rate(base: f64, step: u64, steps: u64) -> f64 {
    let warm_up = ((steps as f64 * WARM_UP_SHARE).ceil() as u64).max(1);
    if step < warm_up {
        return base * (step + 1) as f64 / (warm_up + 1) as f64;
    }
    let progress = (step - warm_up) as f64 / (steps.saturating_sub(warm_up)).max(1) as f64;
    base * 0.5 * (1.0 + (std::f64::consts::PI * progress.min(1.0)).cos())
}
