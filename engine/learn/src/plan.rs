//! The plan of a network: which parameters it has, and where each lies in the one flat vector of all parameters.
//!
//! All parameters are one vector, and so are their gradients and moments. The optimiser then takes a dozen operations a step however many
//! layers there are, and a checkpoint is a handful of vectors.

use std::ops::Range;

use contract::Recipe;

use crate::LearnError;
use crate::prepare::Preparation;
use crate::random::{Purpose, Stream};

/// Weights of a network, and values that one batch makes on its way through: 2 and 8 GB of memory in use, far beyond what tables need.
const MOST_WEIGHTS: u128 = 100_000_000;
const MOST_ACTIVATIONS: u128 = 500_000_000;

/// Parameters, gradients, two moments and the best parameters; what forward and backward keep of each layer.
const VECTORS: u128 = 5;
const ACTIVATION_COPIES: u128 = 4;

/// One named parameter of the flat vector. Shape: `[rows, columns]`, or `[columns]` if `rows` is 0.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) range: Range<usize>,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    /// Columns of the matrix, before the embeddings.
    pub(crate) width: usize,
    /// `(categories + 1, dimension)` of each embedded column.
    pub(crate) embeddings: Vec<(usize, usize)>,
    pub(crate) hidden: Vec<usize>,
    pub(crate) outputs: usize,
    pub(crate) batch_norm: bool,
    pub(crate) dropout: f64,
    /// Embeddings, then each block, then the head.
    pub(crate) slots: Vec<Slot>,
    /// Parameters in all.
    pub(crate) length: usize,
}

impl Plan {
    /// # Errors
    /// When the network, or one batch of the training `rows` on its way through, would not fit into memory.
    pub(crate) fn new(
        recipe: &Recipe,
        preparation: &Preparation,
        outputs: usize,
        rows: usize,
    ) -> Result<Self, LearnError> {
        let model = &recipe.model;
        let mut plan = Self {
            width: preparation.width,
            embeddings: preparation
                .embedded()
                .map(|column| (column.vocabulary.len() + 1, column.dimension))
                .collect(),
            hidden: model.hidden.clone(),
            outputs,
            batch_norm: model.batch_norm,
            dropout: model.dropout,
            slots: Vec::new(),
            length: 0,
        };
        plan.check_size(recipe.training.batch_size.min(rows))?;
        for (index, (rows, dimension)) in plan.embeddings.clone().into_iter().enumerate() {
            plan.add(format!("embedding.{index}.weight"), rows, dimension);
        }
        let mut inputs = plan.inputs();
        for (index, width) in model.hidden.iter().enumerate() {
            plan.add(format!("block.{index}.linear.weight"), inputs, *width);
            if model.batch_norm {
                // The norm takes the mean away, so a bias before it would do nothing.
                plan.add(format!("block.{index}.norm.gamma"), 0, *width);
                plan.add(format!("block.{index}.norm.beta"), 0, *width);
            } else {
                plan.add(format!("block.{index}.linear.bias"), 0, *width);
            }
            inputs = *width;
        }
        plan.add("head.weight".into(), inputs, outputs);
        plan.add("head.bias".into(), 0, outputs);
        Ok(plan)
    }

    /// Width of the first layer's input: the matrix and all embeddings.
    pub(crate) fn inputs(&self) -> usize {
        self.width
            + self
                .embeddings
                .iter()
                .map(|(_, dimension)| dimension)
                .sum::<usize>()
    }

    /// Length of the running statistics: a mean and a variance for each normalised unit.
    pub(crate) fn statistics(&self) -> usize {
        if self.batch_norm {
            2 * self.hidden.iter().sum::<usize>()
        } else {
            0
        }
    }

    /// The first values of all parameters. Weights are uniform within `1 / sqrt(inputs)`, as is usual for linear layers (He et al. 2015,
    /// with the gain that PyTorch uses); the row of unseen categories is zero and stays so, as nothing is known of them.
    pub(crate) fn initial(&self, seed: u64) -> Vec<f32> {
        let mut values = vec![0.0f32; self.length];
        let mut inputs = 1;
        for (index, slot) in self.slots.iter().enumerate() {
            let mut stream = Stream::new(seed, Purpose::Weights, [index as u64, 0]);
            let part = &mut values[slot.range.clone()];
            if slot.name.ends_with("gamma") {
                part.fill(1.0);
                continue;
            }
            if slot.name.ends_with("beta") {
                continue;
            }
            let is_embedding = slot.name.starts_with("embedding");
            if slot.rows > 0 {
                inputs = if is_embedding {
                    slot.columns
                } else {
                    slot.rows
                };
            }
            let bound = 1.0 / (inputs as f64).sqrt();
            let first = if is_embedding { slot.columns } else { 0 };
            for value in &mut part[first..] {
                *value = stream.around_zero(bound);
            }
        }
        values
    }

    /// An allocation that fails ends the whole program, so what cannot fit is refused before it is tried.
    fn check_size(&self, batch: usize) -> Result<(), LearnError> {
        let widths: Vec<u128> = std::iter::once(self.inputs())
            .chain(self.hidden.iter().copied())
            .chain([self.outputs])
            .map(|width| width as u128)
            .collect();
        let weights: u128 = widths
            .windows(2)
            .map(|pair| pair[0].saturating_mul(pair[1]))
            .fold(0, u128::saturating_add);
        let activations = widths.iter().fold(0u128, |sum, width| {
            sum.saturating_add(width.saturating_mul(batch as u128))
        });
        if weights > MOST_WEIGHTS || activations > MOST_ACTIVATIONS {
            let floats = weights
                .saturating_mul(VECTORS)
                .saturating_add(activations.saturating_mul(ACTIVATION_COPIES));
            return Err(LearnError::TooLarge {
                needed_bytes: floats.saturating_mul(size_of::<f32>() as u128),
            });
        }
        Ok(())
    }

    fn add(&mut self, name: String, rows: usize, columns: usize) {
        let size = rows.max(1) * columns;
        self.slots.push(Slot {
            name,
            range: self.length..self.length + size,
            rows,
            columns,
        });
        self.length += size;
    }
}

/// The settings that a network and its training need to make sense.
pub(crate) fn check_settings(recipe: &Recipe) -> Result<(), LearnError> {
    let wrong = |what, value: String| Err(LearnError::Setting { what, value });
    let training = &recipe.training;
    if recipe.model.hidden.contains(&0) {
        return wrong("the width of a hidden layer", "0".into());
    }
    if !(0.0..1.0).contains(&recipe.model.dropout) {
        return wrong("the dropout", recipe.model.dropout.to_string());
    }
    if training.epochs == 0 {
        return wrong("the number of epochs", "0".into());
    }
    if training.batch_size == 0 {
        return wrong("the batch size", "0".into());
    }
    if !(training.learning_rate > 0.0 && training.learning_rate.is_finite()) {
        return wrong("the learning rate", training.learning_rate.to_string());
    }
    if !(training.weight_decay >= 0.0 && training.weight_decay.is_finite()) {
        return wrong("the weight decay", training.weight_decay.to_string());
    }
    Ok(())
}
