//! The yardstick: a bare burn loop on the same model as a run's, with no metrics, events or checkpoints.
//!
//! It is written as burn's own book writes one: modules from `burn::nn`, burn's AdamW, burn's cross entropy.

use std::time::Instant;

use burn::module::Module;
use burn::nn::loss::{CrossEntropyLossConfig, MseLoss, Reduction};
use burn::nn::{Linear, LinearConfig};
use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};
use contract::DeviceChoice;

use crate::LearnError;
use crate::batch::{Cut, order};
use crate::device::{choose, failure};
use crate::random::{Purpose, Stream};

const SEED: u64 = 1;
const LEARNING_RATE: f64 = 3e-3;

#[derive(Module, Debug)]
struct Mlp {
    hidden: Vec<Linear>,
    head: Linear,
}

impl Mlp {
    fn new(features: usize, hidden: &[usize], outputs: usize, device: &Device) -> Self {
        let mut inputs = features;
        let hidden = hidden
            .iter()
            .map(|width| {
                let layer = LinearConfig::new(inputs, *width).init(device);
                inputs = *width;
                layer
            })
            .collect();
        Self {
            hidden,
            head: LinearConfig::new(inputs, outputs).init(device),
        }
    }

    fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let hidden = self
            .hidden
            .iter()
            .fold(input, |hidden, layer| relu(layer.forward(hidden)));
        self.head.forward(hidden)
    }
}

/// Trains linear layers with ReLU on random rows, and says how many samples a second it saw. Fewer than two classes are a regression.
/// The same model is a recipe without dropout and batch norm.
///
/// # Errors
/// When the device cannot be used.
pub fn bare_loop(
    rows: usize,
    features: usize,
    hidden: &[usize],
    classes: usize,
    batch: usize,
    epochs: u32,
    device: DeviceChoice,
) -> Result<f64, LearnError> {
    let chosen = choose(device)?;
    chosen.run(|device| {
        let device = device.clone().autodiff();
        let examples = Examples::random(rows, features, classes);
        let mut model = Mlp::new(features, hidden, classes.max(1), &device);
        let mut optimiser = AdamWConfig::new().init();
        let cut = Cut::new(rows, batch.max(1));
        let started = Instant::now();
        for epoch in 0..epochs {
            let order = order(rows, SEED, epoch);
            for number in 0..cut.batches {
                let loss = examples.loss(&model, &order[cut.range(number)], &device);
                let gradients = GradientsParams::from_grads(loss.backward(), &model);
                model = optimiser.step(LEARNING_RATE, model, gradients);
            }
        }
        device
            .sync()
            .map_err(|error| failure(&chosen, error.to_string()))?;
        Ok(rows as f64 * f64::from(epochs) / started.elapsed().as_secs_f64())
    })
}

struct Examples {
    features: usize,
    inputs: Vec<f32>,
    /// Class indices, or no classes and values.
    labels: Option<Vec<i32>>,
    values: Vec<f32>,
}

impl Examples {
    fn random(rows: usize, features: usize, classes: usize) -> Self {
        let mut stream = Stream::new(SEED, Purpose::Bench, [0, 0]);
        Self {
            features,
            inputs: (0..rows * features)
                .map(|_| stream.around_zero(1.7))
                .collect(),
            labels: (classes > 1).then(|| {
                (0..rows)
                    .map(|_| stream.below(classes as u64) as i32)
                    .collect()
            }),
            values: (0..rows).map(|_| stream.around_zero(1.7)).collect(),
        }
    }

    fn loss(&self, model: &Mlp, rows: &[usize], device: &Device) -> Tensor<1> {
        let mut gathered = Vec::with_capacity(rows.len() * self.features);
        for row in rows {
            gathered
                .extend_from_slice(&self.inputs[row * self.features..(row + 1) * self.features]);
        }
        let input = TensorData::new(gathered, [rows.len(), self.features]);
        let output = model.forward(Tensor::from_data(input, device));
        match &self.labels {
            Some(labels) => {
                let target: Vec<i32> = rows.iter().map(|row| labels[*row]).collect();
                let target =
                    Tensor::<1, Int>::from_data(TensorData::new(target, [rows.len()]), device);
                CrossEntropyLossConfig::new()
                    .init(device)
                    .forward(output, target)
            }
            None => {
                let target: Vec<f32> = rows.iter().map(|row| self.values[*row]).collect();
                let target = Tensor::from_data(TensorData::new(target, [rows.len(), 1]), device);
                MseLoss::new().forward(output, target, Reduction::Mean)
            }
        }
    }
}
