//! The network on its device: the training pass with gradients, and the folded form that predicts.

use burn::tensor::activation::{relu, softmax};
use burn::tensor::module::{batch_norm_train, linear};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rayon::prelude::*;

use crate::plan::Plan;
use crate::prepare::Encoded;

/// Keeps a variance away from zero.
pub(crate) const EPSILON: f64 = 1e-5;

/// Rows that are predicted at once: on the CPU as many as its caches hold, one bundle a thread; on a GPU as many as keep it busy.
const CPU_ROWS: usize = 1_024;
const GPU_ROWS: usize = 8_192;

/// One mini-batch on the device.
pub(crate) struct Batch {
    /// `[rows, width]`; absent where every feature is a category.
    pub(crate) numbers: Option<Tensor<2>>,
    /// `[rows]` each.
    pub(crate) categories: Vec<Tensor<1, Int>>,
    /// `[rows, outputs]`: the standardised target, or at each row's class its weight over the batch's weights, else 0.
    pub(crate) target: Tensor<2>,
    /// `[rows, hidden]` each; empty without dropout.
    pub(crate) masks: Vec<Tensor<2>>,
}

/// What one training step gives.
pub(crate) struct Step {
    /// `[1]`, the batch's mean loss.
    pub(crate) loss: Tensor<1>,
    /// `[parameters]`.
    pub(crate) gradient: Tensor<1>,
    /// `[statistics]`: mean and variance of each block; absent without batch norm.
    pub(crate) statistics: Option<Tensor<1>>,
}

/// A parameter as a leaf of the autodiff graph.
enum Leaf {
    Matrix(Tensor<2>),
    Vector(Tensor<1>),
}

impl Leaf {
    fn matrix(&self) -> Tensor<2> {
        match self {
            Self::Matrix(tensor) => tensor.clone(),
            Self::Vector(tensor) => tensor.clone().unsqueeze(),
        }
    }

    fn vector(&self) -> Tensor<1> {
        match self {
            Self::Vector(tensor) => tensor.clone(),
            Self::Matrix(tensor) => tensor.clone().flatten(0, 1),
        }
    }
}

/// Forward and backward through one batch. `parameters` has shape `[parameters]` and no graph; nor has anything that comes back.
pub(crate) fn step(
    plan: &Plan,
    parameters: &Tensor<1>,
    batch: Batch,
    is_classification: bool,
) -> Step {
    let leaves = leaves(plan, parameters);
    let mut leaf = leaves.iter();
    let mut next = || {
        leaf.next()
            .unwrap_or_else(|| unreachable!("the plan has a slot for every layer"))
    };

    let mut parts: Vec<Tensor<2>> = batch.numbers.into_iter().collect();
    for indices in batch.categories {
        parts.push(next().matrix().select(0, indices));
    }
    let mut hidden = join(parts);
    let mut statistics = Vec::new();
    let mut masks = batch.masks.into_iter();
    for _ in &plan.hidden {
        let weight = next().matrix();
        hidden = if plan.batch_norm {
            let normal = batch_norm_train(
                linear(hidden, weight, None),
                next().vector(),
                next().vector(),
                EPSILON,
            );
            statistics.push(normal.mean.without_autodiff());
            statistics.push(normal.variance.without_autodiff());
            relu(normal.output)
        } else {
            relu(linear(hidden, weight, Some(next().vector())))
        };
        if let Some(mask) = masks.next() {
            hidden = hidden * mask;
        }
    }
    let output = linear(hidden, next().matrix(), Some(next().vector()));
    let (loss, slope) = judge(
        output.clone().without_autodiff(),
        batch.target,
        is_classification,
    );
    // The slope of this product is the slope of the loss, and the graph ends here.
    let mut gradients = (output * slope).sum().backward();
    let flat = leaves
        .iter()
        .map(|leaf| match leaf {
            Leaf::Matrix(tensor) => tensor.grad_remove(&mut gradients).map_or_else(
                || tensor.clone().without_autodiff().zeros_like().flatten(0, 1),
                |gradient| gradient.flatten(0, 1),
            ),
            Leaf::Vector(tensor) => tensor
                .grad_remove(&mut gradients)
                .unwrap_or_else(|| tensor.clone().without_autodiff().zeros_like()),
        })
        .collect();
    Step {
        loss,
        gradient: Tensor::cat(flat, 0),
        statistics: (!statistics.is_empty()).then(|| Tensor::cat(statistics, 0)),
    }
}

/// The loss of an output `[rows, outputs]`, and the loss's slope with respect to it, both in closed form and outside the graph: for
/// cross entropy that is each row's weight times its probabilities, less its target. Differentiating a log-softmax takes twice the steps.
fn judge(output: Tensor<2>, target: Tensor<2>, is_classification: bool) -> (Tensor<1>, Tensor<2>) {
    if is_classification {
        // Softmax and its logarithm, from one exponential.
        let shifted = output.clone() - output.max_dim(1);
        let exponential = shifted.clone().exp();
        let total = exponential.clone().sum_dim(1);
        let log_probabilities = shifted - total.clone().log();
        let loss = (log_probabilities * target.clone()).sum().neg();
        let weights = target.clone().sum_dim(1);
        (loss, exponential * (weights / total) - target)
    } else {
        let elements = target.shape().num_elements() as f64;
        let difference = output - target;
        let loss = difference.clone().square().mean();
        (loss, difference.mul_scalar(2.0 / elements))
    }
}

fn leaves(plan: &Plan, parameters: &Tensor<1>) -> Vec<Leaf> {
    plan.slots
        .iter()
        .map(|slot| {
            let part = parameters.clone().slice([slot.range.clone()]);
            if slot.rows == 0 {
                Leaf::Vector(part.autodiff().require_grad())
            } else {
                Leaf::Matrix(
                    part.reshape([slot.rows, slot.columns])
                        .autodiff()
                        .require_grad(),
                )
            }
        })
        .collect()
}

fn join(mut parts: Vec<Tensor<2>>) -> Tensor<2> {
    match parts.len() {
        1 => parts.remove(0),
        _ => Tensor::cat(parts, 1),
    }
}

/// The network without its norms: what batch norm does at prediction time is folded into the linear layers before it.
/// The ONNX is made of the very same numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Folded {
    /// `[categories + 1, dimension]` of each embedded column, row after row.
    pub(crate) embeddings: Vec<Dense>,
    /// Weight `[inputs, outputs]` and bias `[outputs]`; all but the last are followed by ReLU.
    pub(crate) layers: Vec<(Dense, Vec<f32>)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dense {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) values: Vec<f32>,
}

impl Folded {
    /// `statistics` are the running means and variances, already corrected.
    pub(crate) fn new(plan: &Plan, parameters: &[f32], statistics: &[f32]) -> Self {
        let mut slots = plan.slots.iter().map(|slot| Dense {
            rows: slot.rows,
            columns: slot.columns,
            values: parameters[slot.range.clone()].to_vec(),
        });
        let mut next = || {
            slots
                .next()
                .unwrap_or_else(|| unreachable!("the plan has a slot for every layer"))
        };
        let embeddings = plan.embeddings.iter().map(|_| next()).collect();
        let mut layers = Vec::new();
        let mut from = 0;
        for width in &plan.hidden {
            let mut weight = next();
            let mut bias = next().values;
            if plan.batch_norm {
                let beta = next().values;
                let mean = &statistics[from..from + width];
                let variance = &statistics[from + width..from + 2 * width];
                from += 2 * width;
                let scale: Vec<f64> = bias
                    .iter()
                    .zip(variance)
                    .map(|(gamma, variance)| {
                        f64::from(*gamma) / (f64::from(*variance) + EPSILON).sqrt()
                    })
                    .collect();
                for row in weight.values.chunks_exact_mut(*width) {
                    for (value, scale) in row.iter_mut().zip(&scale) {
                        *value = (f64::from(*value) * scale) as f32;
                    }
                }
                bias = beta
                    .iter()
                    .zip(mean)
                    .zip(&scale)
                    .map(|((beta, mean), scale)| {
                        (f64::from(*beta) - f64::from(*mean) * scale) as f32
                    })
                    .collect();
            }
            layers.push((weight, bias));
        }
        layers.push((next(), next().values));
        Self { embeddings, layers }
    }
}

/// A folded network on its device, ready to predict.
pub(crate) struct Predictor {
    device: Device,
    embeddings: Vec<Tensor<2>>,
    layers: Vec<(Tensor<2>, Tensor<1>)>,
    is_classification: bool,
}

impl Predictor {
    pub(crate) fn new(folded: &Folded, device: &Device, is_classification: bool) -> Self {
        let matrix = |dense: &Dense| {
            Tensor::from_data(
                TensorData::new(dense.values.clone(), [dense.rows, dense.columns]),
                device,
            )
        };
        Self {
            device: device.clone(),
            embeddings: folded.embeddings.iter().map(matrix).collect(),
            layers: folded
                .layers
                .iter()
                .map(|(weight, bias)| {
                    let bias =
                        Tensor::from_data(TensorData::new(bias.clone(), [bias.len()]), device);
                    (matrix(weight), bias)
                })
                .collect(),
            is_classification,
        }
    }

    /// Probabilities `[rows, classes]`, or standardised values `[rows, 1]`, row after row.
    pub(crate) fn predict(&self, encoded: &Encoded) -> Result<Vec<f32>, String> {
        let bundle = |size: usize| {
            (0..encoded.rows)
                .step_by(size)
                .map(move |start| (start, encoded.rows.min(start + size)))
        };
        let predict = |(start, end)| self.predict_rows(encoded, start, end);
        let bundles: Vec<Vec<f32>> = if self.device == Device::flex() {
            let bundles: Vec<(usize, usize)> = bundle(CPU_ROWS).collect();
            bundles
                .into_par_iter()
                .map(predict)
                .collect::<Result<_, _>>()?
        } else {
            bundle(GPU_ROWS).map(predict).collect::<Result<_, _>>()?
        };
        Ok(bundles.concat())
    }

    fn predict_rows(
        &self,
        encoded: &Encoded,
        start: usize,
        end: usize,
    ) -> Result<Vec<f32>, String> {
        let mut parts = Vec::with_capacity(1 + self.embeddings.len());
        if encoded.width > 0 {
            let numbers = encoded.numbers[start * encoded.width..end * encoded.width].to_vec();
            parts.push(Tensor::<2>::from_data(
                TensorData::new(numbers, [end - start, encoded.width]),
                &self.device,
            ));
        }
        for (table, indices) in self.embeddings.iter().zip(&encoded.categories) {
            let indices = TensorData::new(indices[start..end].to_vec(), [end - start]);
            parts.push(
                table
                    .clone()
                    .select(0, Tensor::from_data(indices, &self.device)),
            );
        }
        let mut hidden = join(parts);
        for (index, (weight, bias)) in self.layers.iter().enumerate() {
            hidden = linear(hidden, weight.clone(), Some(bias.clone()));
            if index + 1 < self.layers.len() {
                hidden = relu(hidden);
            }
        }
        if self.is_classification {
            hidden = softmax(hidden, 1);
        }
        hidden
            .try_into_vec_as::<f32>()
            .map_err(|error| error.to_string())
    }
}
