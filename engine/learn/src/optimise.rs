//! AdamW over the one flat vector of parameters, and the learning rate's schedule.

use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// The learning rate rises over this share of all steps before it falls.
const WARM_UP_SHARE: f64 = 0.05;

/// Elements of each vector that one task updates, which takes some 50 µs; a smaller network does not wait for other threads.
const TASK: usize = 65_536;

/// Weights and biases decay alike, as in the paper's Algorithm 2.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AdamW {
    pub(crate) weight_decay: f64,
    /// On the CPU one pass over all vectors takes a third of the time of an operation after the other.
    pub(crate) is_on_cpu: bool,
}

/// Exponential means of the gradient and of its square, `[parameters]` each.
#[derive(Clone)]
pub(crate) struct Moments {
    pub(crate) first: Tensor<1>,
    pub(crate) second: Tensor<1>,
}

/// A step's scalars. The bias corrections are drawn out of the operations on vectors into two of them, which saves two passes.
struct Factors {
    kept: f64,
    rate: f64,
    epsilon: f64,
}

impl AdamW {
    /// One step; `at` is its number, counted from 1, and its learning rate (Loshchilov and Hutter 2019, Algorithm 2).
    ///
    /// # Errors
    /// What the device says when a vector cannot be read.
    pub(crate) fn step(
        self,
        parameters: Tensor<1>,
        gradient: Tensor<1>,
        moments: Moments,
        (step, learning_rate): (u64, f64),
    ) -> Result<(Tensor<1>, Moments), String> {
        let time = step as f64;
        let correction_1 = 1.0 - BETA_1.powf(time);
        let correction_2 = (1.0 - BETA_2.powf(time)).sqrt();
        let factors = Factors {
            kept: 1.0 - learning_rate * self.weight_decay,
            rate: learning_rate * correction_2 / correction_1,
            epsilon: EPSILON * correction_2,
        };
        if self.is_on_cpu {
            factors.in_one_pass(parameters, gradient, moments)
        } else {
            Ok(factors.on_device(parameters, gradient, moments))
        }
    }
}

impl Factors {
    fn on_device(
        &self,
        parameters: Tensor<1>,
        gradient: Tensor<1>,
        moments: Moments,
    ) -> (Tensor<1>, Moments) {
        let first = moments.first.mul_scalar(BETA_1) + gradient.clone().mul_scalar(1.0 - BETA_1);
        let second = moments.second.mul_scalar(BETA_2) + gradient.square().mul_scalar(1.0 - BETA_2);
        let update = first.clone() / second.clone().sqrt().add_scalar(self.epsilon);
        let parameters = parameters.mul_scalar(self.kept) - update.mul_scalar(self.rate);
        (parameters, Moments { first, second })
    }

    /// A tensor of the CPU that has one owner gives its memory away and takes it back without a copy.
    fn in_one_pass(
        &self,
        parameters: Tensor<1>,
        gradient: Tensor<1>,
        moments: Moments,
    ) -> Result<(Tensor<1>, Moments), String> {
        let device = parameters.device();
        let take = |tensor: Tensor<1>| {
            tensor
                .try_into_vec_as::<f32>()
                .map_err(|error| error.to_string())
        };
        let give = |values: Vec<f32>| {
            let length = values.len();
            Tensor::from_data(TensorData::new(values, [length]), &device)
        };
        let mut parameters = take(parameters)?;
        let gradient = take(gradient)?;
        let (mut first, mut second) = (take(moments.first)?, take(moments.second)?);
        if gradient.len() <= TASK {
            self.update(&mut parameters, &gradient, (&mut first, &mut second));
        } else {
            parameters
                .par_chunks_mut(TASK)
                .zip(first.par_chunks_mut(TASK))
                .zip(second.par_chunks_mut(TASK))
                .zip(gradient.par_chunks(TASK))
                .for_each(|(((parameters, first), second), gradient)| {
                    self.update(parameters, gradient, (first, second));
                });
        }
        let moments = Moments {
            first: give(first),
            second: give(second),
        };
        Ok((give(parameters), moments))
    }

    fn update(
        &self,
        parameters: &mut [f32],
        gradient: &[f32],
        (first, second): (&mut [f32], &mut [f32]),
    ) {
        let (beta_1, beta_2) = (BETA_1 as f32, BETA_2 as f32);
        let (new_1, new_2) = ((1.0 - BETA_1) as f32, (1.0 - BETA_2) as f32);
        let (kept, rate, epsilon) = (self.kept as f32, self.rate as f32, self.epsilon as f32);
        let moments = first.iter_mut().zip(second);
        for ((parameter, gradient), (first, second)) in
            parameters.iter_mut().zip(gradient).zip(moments)
        {
            *first = *first * beta_1 + gradient * new_1;
            *second = *second * beta_2 + gradient * gradient * new_2;
            *parameter = *parameter * kept - *first / (second.sqrt() + epsilon) * rate;
        }
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
