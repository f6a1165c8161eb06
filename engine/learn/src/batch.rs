//! Mini-batches: the order of an epoch, and the tensors of one batch, gathered from the encoded training rows.

use burn::tensor::{Device, Tensor, TensorData};

use crate::evaluate::Part;
use crate::net::Batch;
use crate::plan::Plan;
use crate::prepare::{Target, TargetKind};
use crate::random::{Purpose, Stream};

/// How an epoch is cut: batches of nearly equal size, none larger than asked for, so that the last is never a single row (which batch
/// norm could not learn from) unless all of them are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    rows: usize,
    pub(crate) batches: usize,
}

impl Cut {
    pub(crate) fn new(rows: usize, batch_size: usize) -> Self {
        Self {
            rows,
            batches: rows.div_ceil(batch_size),
        }
    }

    /// Positions of batch `index` within the epoch's order.
    pub(crate) fn range(&self, index: usize) -> std::ops::Range<usize> {
        let size = self.rows / self.batches;
        let larger = self.rows % self.batches;
        let start = index * size + index.min(larger);
        start..start + size + usize::from(index < larger)
    }
}

/// Positions of the training rows in the order of one epoch.
pub(crate) fn order(rows: usize, seed: u64, epoch: u32) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    Stream::new(seed, Purpose::Shuffle, [u64::from(epoch), 0]).shuffle(&mut order);
    order
}

/// Makes batches of one training split.
pub(crate) struct Gather<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) target: &'a Target,
    pub(crate) training: &'a Part,
    pub(crate) seed: u64,
    pub(crate) device: Device,
}

impl Gather<'_> {
    /// The batch of these rows. The masks depend on the epoch and the batch's number alone.
    pub(crate) fn batch(&self, rows: &[usize], epoch: u32, number: usize) -> Batch {
        let encoded = &self.training.encoded;
        let numbers = (encoded.width > 0).then(|| {
            let mut numbers = Vec::with_capacity(rows.len() * encoded.width);
            for row in rows {
                numbers.extend_from_slice(encoded.row(*row));
            }
            self.matrix(numbers, rows.len(), encoded.width)
        });
        let categories = encoded
            .categories
            .iter()
            .map(|indices| {
                let indices: Vec<i32> = rows.iter().map(|row| indices[*row]).collect();
                Tensor::from_data(TensorData::new(indices, [rows.len()]), &self.device)
            })
            .collect();
        Batch {
            numbers,
            categories,
            target: self.target(rows),
            masks: self.masks(rows.len(), epoch, number),
        }
    }

    fn target(&self, rows: &[usize]) -> Tensor<2> {
        let actual = &self.training.actual;
        match &self.target.kind {
            TargetKind::Classes { weights, .. } => {
                let total: f32 = rows.iter().map(|row| weights[actual[*row] as usize]).sum();
                let mut shares = vec![0.0; rows.len() * weights.len()];
                for (row, shares) in rows.iter().zip(shares.chunks_exact_mut(weights.len())) {
                    let class = actual[*row] as usize;
                    shares[class] = weights[class] / total;
                }
                self.matrix(shares, rows.len(), weights.len())
            }
            TargetKind::Number { mean, deviation } => {
                let values = rows
                    .iter()
                    .map(|row| ((actual[*row] - mean) / deviation) as f32)
                    .collect();
                self.matrix(values, rows.len(), 1)
            }
        }
    }

    fn masks(&self, rows: usize, epoch: u32, number: usize) -> Vec<Tensor<2>> {
        if self.plan.dropout == 0.0 {
            return Vec::new();
        }
        let place = u64::from(epoch) << 32 | number as u64;
        self.plan
            .hidden
            .iter()
            .enumerate()
            .map(|(layer, width)| {
                let mut stream = Stream::new(self.seed, Purpose::Dropout, [place, layer as u64]);
                self.matrix(
                    stream.dropout_mask(rows * width, self.plan.dropout),
                    rows,
                    *width,
                )
            })
            .collect()
    }

    fn matrix(&self, values: Vec<f32>, rows: usize, columns: usize) -> Tensor<2> {
        Tensor::from_data(TensorData::new(values, [rows, columns]), &self.device)
    }
}
