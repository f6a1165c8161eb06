//! A recognised model: prepared features, dense layers, and a softmax or a value; run on kernels of our own.

use std::cell::RefCell;

use contract::Predicted;

use crate::InferError;
use crate::expression::{Program, Stack};
use crate::features::{Part, Sources};
use crate::kernel::{BLOCK_ROWS, Instructions, Layer};

/// Up to this many rows, row by row is faster than a block that is mostly empty.
const MOST_SINGLE_ROWS: usize = 3;

#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) parts: Vec<Part>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) head: Head,
}

#[derive(Clone, Debug)]
pub(crate) enum Head {
    Softmax,
    /// From the last layer's one output to the value.
    Value(Program),
}

/// Working memory of a thread. It grows to the widest model that the thread ran; what it holds from the last time does not matter.
struct Scratch {
    first: Vec<f32>,
    second: Vec<f32>,
    stack: Stack,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = const {
        RefCell::new(Scratch {
            first: Vec::new(),
            second: Vec::new(),
            stack: Stack::new(),
        })
    };
}

impl Network {
    /// Predicts `rows` rows.
    pub(crate) fn predict(
        &self,
        sources: &Sources<'_>,
        rows: usize,
    ) -> Result<Predicted, InferError> {
        // Taking memory for one row would take about as long as its arithmetic.
        SCRATCH.with_borrow_mut(|scratch| self.run(sources, rows, scratch))
    }

    fn run(
        &self,
        sources: &Sources<'_>,
        rows: usize,
        scratch: &mut Scratch,
    ) -> Result<Predicted, InferError> {
        let mut answer = Answer::new(self, rows);
        let widest = self.layers.iter().map(Layer::widest).max().unwrap_or(0);
        let features: usize = self.parts.iter().map(Part::width).sum();
        let stride = if rows <= MOST_SINGLE_ROWS {
            1
        } else {
            BLOCK_ROWS
        };
        let Scratch {
            first,
            second,
            stack,
        } = scratch;
        for buffer in [&mut *first, &mut *second] {
            buffer.resize(buffer.len().max(widest * stride), 0.0);
        }
        let instructions = Instructions::best();
        for start in (0..rows).step_by(stride) {
            let count = stride.min(rows - start);
            sources.fill(&self.parts, (start, count), stack, (first, stride));
            for column in first[..features * stride].chunks_exact(stride) {
                if let Some(row) = column[..count].iter().position(|value| value.is_nan()) {
                    return Err(InferError::MissingValue { row: start + row });
                }
            }
            let is_second = match stride {
                1 => instructions.run_row(&self.layers, first, second),
                _ => instructions.run_block(&self.layers, count, first, second),
            };
            let output = if is_second { &*second } else { &*first };
            answer
                .extend(output, stride, count, stack)
                .map_err(|row| InferError::NotANumber { row: start + row })?;
        }
        Ok(answer.predicted)
    }
}

/// The predictions so far.
struct Answer<'n> {
    head: &'n Head,
    predicted: Predicted,
}

impl<'n> Answer<'n> {
    fn new(network: &'n Network, rows: usize) -> Self {
        let outputs = network.layers.last().map_or(0, |layer| layer.outputs);
        let predicted = match network.head {
            Head::Softmax => Predicted::Classes {
                probabilities: Vec::with_capacity(rows * outputs),
                class_count: outputs,
            },
            Head::Value(_) => Predicted::Values(Vec::with_capacity(rows)),
        };
        Self {
            head: &network.head,
            predicted,
        }
    }

    /// Takes the last layer's outputs, `[outputs, stride]`, of `count` rows; fails with a row whose prediction is no number.
    fn extend(
        &mut self,
        output: &[f32],
        stride: usize,
        count: usize,
        stack: &mut Stack,
    ) -> Result<(), usize> {
        match (&mut self.predicted, self.head) {
            (
                Predicted::Classes {
                    probabilities,
                    class_count,
                },
                _,
            ) => {
                for row in 0..count {
                    let logits = output.iter().skip(row).step_by(stride).take(*class_count);
                    if !push_softmax(probabilities, logits.copied()) {
                        return Err(row);
                    }
                }
            }
            (Predicted::Values(values), Head::Value(program)) => {
                let found = program.run(stack, count, |_, into| {
                    for (into, value) in into.iter_mut().zip(output) {
                        *into = f64::from(*value);
                    }
                });
                if let Some(row) = found.iter().position(|value| !value.is_finite()) {
                    return Err(row);
                }
                values.extend_from_slice(found);
            }
            (Predicted::Values(_), Head::Softmax) => {}
        }
        Ok(())
    }
}

/// Softmax in floats, shifted by the largest logit so that nothing overflows. Says whether it gave numbers.
fn push_softmax(probabilities: &mut Vec<f32>, logits: impl Iterator<Item = f32> + Clone) -> bool {
    let largest = logits.clone().fold(f32::NEG_INFINITY, f32::max);
    let from = probabilities.len();
    let mut sum = 0.0;
    for logit in logits {
        let part = (logit - largest).exp();
        sum += part;
        probabilities.push(part);
    }
    for part in &mut probabilities[from..] {
        *part /= sum;
    }
    sum.is_finite()
}
