//! Evaluation: the loss and the metrics of a split, the baseline, and permutation importance.

use contract::{Importance, Predicted};

use crate::Control;
use crate::metrics::{self, Named};
use crate::net::{Folded, Predictor};
use crate::prepare::{Encoded, Preparation, PreparedColumn, Target, TargetKind};
use crate::random::{Purpose, Stream};

/// Shuffles of each column; the mean and the deviation of so few are what scikit-learn shows by default.
const REPEATS: usize = 5;

/// Rows that importance is measured on.
const IMPORTANCE_ROWS: usize = 2_000;

/// Columns that importance is measured for: those with the largest weights. More would take minutes and no one reads them.
const IMPORTANCE_COLUMNS: usize = 200;

/// Elements of the matrix that one measurement predicts at once.
const IMPORTANCE_ELEMENTS: usize = 4 << 20;

/// A split and what is known of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    /// Rows of the frame.
    pub(crate) rows: Vec<usize>,
    pub(crate) encoded: Encoded,
    /// Class indices, or values in the target's own unit.
    pub(crate) actual: Vec<f64>,
}

/// What a model says of a part.
pub(crate) struct Evaluated {
    pub(crate) predicted: Predicted,
    /// The training loss without dropout and with the running statistics.
    pub(crate) loss: f64,
    pub(crate) named: Named,
}

pub(crate) fn evaluate(
    predictor: &Predictor,
    target: &Target,
    part: &Part,
) -> Result<Evaluated, String> {
    let outputs = predictor.predict(&part.encoded)?;
    Ok(match &target.kind {
        TargetKind::Classes {
            labels, weights, ..
        } => {
            let loss = class_loss(&outputs, weights, &part.actual);
            let named = metrics::classification(&outputs, labels.len(), &part.actual);
            Evaluated {
                predicted: Predicted::Classes {
                    probabilities: outputs,
                    class_count: labels.len(),
                },
                loss,
                named,
            }
        }
        TargetKind::Number { mean, deviation } => {
            let values: Vec<f64> = outputs
                .iter()
                .map(|value| f64::from(*value) * deviation + mean)
                .collect();
            let squares: f64 = values
                .iter()
                .zip(&part.actual)
                .map(|(guess, truth)| ((guess - truth) / deviation).powi(2))
                .sum();
            Evaluated {
                loss: squares / values.len() as f64,
                named: metrics::regression(&values, &part.actual),
                predicted: Predicted::Values(values),
            }
        }
    })
}

/// The same metrics of a prediction that looks at no feature: the classes' shares, or the mean, of the training split.
pub(crate) fn baseline(target: &Target, actual: &[f64]) -> Named {
    match &target.kind {
        TargetKind::Classes { shares, .. } => {
            let probabilities: Vec<f32> =
                actual.iter().flat_map(|_| shares.iter().copied()).collect();
            metrics::classification(&probabilities, shares.len(), actual)
        }
        TargetKind::Number { mean, .. } => metrics::regression(&vec![*mean; actual.len()], actual),
    }
}

/// Permutation importance (Breiman 2001): how much the main metric worsens when one column is shuffled among the rows.
/// Stops early, with what it has, when the run is asked to stop.
pub(crate) fn importance(
    predictor: &Predictor,
    model: &Model<'_>,
    part: &Part,
    control: &Control,
) -> Result<Vec<Importance>, String> {
    let sample = Sample::new(model, part);
    if sample.encoded.rows == 0 {
        return Ok(Vec::new());
    }
    let score = |outputs: &[f32]| {
        metrics::main_metric(
            outputs,
            model.target.outputs(),
            &sample.actual,
            model.target.task().is_classification(),
        ) * sample.unit
    };
    let whole = score(&predictor.predict(&sample.encoded)?);
    let mut found = Vec::new();
    for (index, places) in columns_by_weight(model.preparation, model.folded) {
        if control.is_stopped() {
            break;
        }
        let mut drops = Vec::with_capacity(REPEATS);
        for repeat in 0..REPEATS {
            let mut order: Vec<usize> = (0..sample.encoded.rows).collect();
            Stream::new(
                model.seed,
                Purpose::Importance,
                [index as u64, repeat as u64],
            )
            .shuffle(&mut order);
            let outputs = predictor.predict(&sample.encoded.shuffled(&places, &order))?;
            drops.push(whole - score(&outputs));
        }
        let mean = drops.iter().sum::<f64>() / REPEATS as f64;
        found.push(Importance {
            feature: model.features[index].clone(),
            mean,
            std: deviation(&drops, mean),
        });
    }
    found.sort_by(|a, b| b.mean.total_cmp(&a.mean));
    Ok(found)
}

/// The standard deviation, also where a square would be infinite: a target may be of any size.
fn deviation(values: &[f64], mean: f64) -> f64 {
    let largest = values
        .iter()
        .map(|value| (value - mean).abs())
        .fold(0.0, f64::max);
    if largest == 0.0 {
        return 0.0;
    }
    let squares: f64 = values
        .iter()
        .map(|value| ((value - mean) / largest).powi(2))
        .sum();
    (squares / values.len() as f64).sqrt() * largest
}

/// What importance needs to know of a model.
pub(crate) struct Model<'a> {
    pub(crate) preparation: &'a Preparation,
    pub(crate) target: &'a Target,
    pub(crate) folded: &'a Folded,
    pub(crate) features: Vec<std::sync::Arc<str>>,
    pub(crate) seed: u64,
}

/// The rows that importance is measured on; `actual` is in the network's unit, `unit` leads back to the target's.
struct Sample {
    encoded: Encoded,
    actual: Vec<f64>,
    unit: f64,
}

impl Sample {
    fn new(model: &Model<'_>, part: &Part) -> Self {
        let most = IMPORTANCE_ROWS
            .min(IMPORTANCE_ELEMENTS / part.encoded.width.max(1))
            .max(1);
        let mut chosen: Vec<usize> = (0..part.encoded.rows).collect();
        if chosen.len() > most {
            Stream::new(model.seed, Purpose::Sample, [0, 0]).shuffle(&mut chosen);
            chosen.truncate(most);
            chosen.sort_unstable();
        }
        let (unit, shift) = match model.target.kind {
            TargetKind::Number { mean, deviation } => (deviation, mean),
            TargetKind::Classes { .. } => (1.0, 0.0),
        };
        Self {
            actual: chosen
                .iter()
                .map(|row| (part.actual[*row] - shift) / unit)
                .collect(),
            encoded: part.encoded.chosen(&chosen),
            unit,
        }
    }
}

impl Encoded {
    /// Only these rows, in this order.
    pub(crate) fn chosen(&self, rows: &[usize]) -> Self {
        Self {
            rows: rows.len(),
            width: self.width,
            numbers: rows
                .iter()
                .flat_map(|row| self.row(*row).iter().copied())
                .collect(),
            categories: self
                .categories
                .iter()
                .map(|indices| rows.iter().map(|row| indices[*row]).collect())
                .collect(),
        }
    }

    pub(crate) fn row(&self, row: usize) -> &[f32] {
        &self.numbers[row * self.width..(row + 1) * self.width]
    }

    /// A copy whose `places` are taken from the rows in `order`.
    fn shuffled(&self, places: &Places, order: &[usize]) -> Self {
        let mut shuffled = self.clone();
        match places {
            Places::Numbers(places) => {
                for (row, from) in shuffled
                    .numbers
                    .chunks_exact_mut(self.width.max(1))
                    .zip(order)
                {
                    for place in places {
                        row[*place] = self.numbers[from * self.width + place];
                    }
                }
            }
            Places::Category(index) => {
                shuffled.categories[*index] = order
                    .iter()
                    .map(|from| self.categories[*index][*from])
                    .collect();
            }
        }
        shuffled
    }
}

/// Where a feature stands in the encoded rows.
enum Places {
    Numbers(Vec<usize>),
    Category(usize),
}

/// The used features with the largest weights in the first layer, by index.
fn columns_by_weight(preparation: &Preparation, folded: &Folded) -> Vec<(usize, Places)> {
    let (first, _) = &folded.layers[0];
    let norm = |rows: std::ops::Range<usize>| -> f64 {
        first.values[rows.start * first.columns..rows.end * first.columns]
            .iter()
            .map(|weight| f64::from(weight.abs()))
            .sum()
    };
    let mut used = Vec::new();
    let mut category = 0;
    let mut from = preparation.width;
    for (index, column) in preparation.columns.iter().enumerate() {
        match column {
            PreparedColumn::Number(column) => {
                let places: Vec<usize> = column
                    .value_place
                    .into_iter()
                    .chain(column.indicator_place)
                    .collect();
                if !places.is_empty() {
                    let weight: f64 = places.iter().map(|place| norm(*place..place + 1)).sum();
                    used.push((weight, index, Places::Numbers(places)));
                }
            }
            PreparedColumn::Category(column) if column.dimension > 0 => {
                used.push((
                    norm(from..from + column.dimension),
                    index,
                    Places::Category(category),
                ));
                from += column.dimension;
                category += 1;
            }
            PreparedColumn::Category(_) => {}
        }
    }
    used.sort_by(|a, b| b.0.total_cmp(&a.0));
    used.truncate(IMPORTANCE_COLUMNS);
    used.into_iter()
        .map(|(_, index, places)| (index, places))
        .collect()
}

/// Cross entropy weighted by class. A NaN stays a NaN, so that it is noticed.
fn class_loss(probabilities: &[f32], weights: &[f32], actual: &[f64]) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    for (row, truth) in probabilities.chunks_exact(weights.len()).zip(actual) {
        let class = *truth as usize;
        let weight = f64::from(weights[class]);
        let probability = f64::from(row[class]);
        let held = if probability < f64::from(f32::MIN_POSITIVE) {
            f64::from(f32::MIN_POSITIVE)
        } else {
            probability
        };
        sum -= weight * held.ln();
        total += weight;
    }
    sum / total
}
