//! Which settings of a draft a person has touched: what is wrong with the others is told when they try to start.

use super::data::{Draft, Field};

impl Draft {
    /// Whether what decides about `field` is no longer as it was at the `start`.
    pub(super) fn is_touched(&self, start: &Self, field: Field) -> bool {
        let (now, then) = (&self.training, &start.training);
        match field {
            Field::Target => self.target != start.target || self.task != start.task,
            Field::Features => self.features != start.features,
            Field::HiddenLayers => self.hidden != start.hidden,
            Field::Dropout => self.dropout != start.dropout,
            Field::Epochs => now.epochs != then.epochs,
            Field::BatchSize => {
                now.batch_size != then.batch_size || self.batch_norm != start.batch_norm
            }
            Field::LearningRate => now.learning_rate != then.learning_rate,
            Field::WeightDecay => now.weight_decay != then.weight_decay,
            Field::Split => self.split != start.split,
            Field::Device => self.device != start.device,
            Field::Experiment => self.experiment != start.experiment,
        }
    }
}
