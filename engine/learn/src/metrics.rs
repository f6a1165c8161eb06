//! Metrics by the field's names, computed as scikit-learn computes them.
//!
//! A metric without a meaning on some rows (R² of one row, ROC AUC of one class) is left out instead of being written as NaN.

use std::collections::BTreeMap;
use std::sync::Arc;

use contract::Metrics;
use rayon::prelude::*;

/// Names and values of one evaluation, in the order in which people expect them.
pub(crate) type Named = Vec<(&'static str, f64)>;

/// Accuracy, balanced accuracy, F1 (macro), ROC AUC (one-vs-rest, macro) and log loss.
/// `probabilities` is `[rows, classes]`; `actual` are class indices, `[rows]`.
pub(crate) fn classification(probabilities: &[f32], classes: usize, actual: &[f64]) -> Named {
    let predicted = predicted_classes(probabilities, classes);
    let confusion = confusion(&predicted, actual, classes);
    let mut named = from_confusion(&confusion);
    named.push(("roc_auc", roc_auc(probabilities, classes, actual)));
    named.push(("log_loss", log_loss(probabilities, classes, actual)));
    named.retain(|(_, value)| value.is_finite());
    named
}

/// Mean absolute error, root mean squared error and R².
pub(crate) fn regression(predicted: &[f64], actual: &[f64]) -> Named {
    let count = actual.len() as f64;
    let pairs = || predicted.iter().zip(actual);
    let mae = pairs()
        .map(|(guess, truth)| (guess - truth).abs())
        .sum::<f64>()
        / count;
    let squares: f64 = pairs().map(|(guess, truth)| (guess - truth).powi(2)).sum();
    let mean = actual.iter().sum::<f64>() / count;
    let total: f64 = actual.iter().map(|truth| (truth - mean).powi(2)).sum();
    let r2 = if actual.len() < 2 {
        f64::NAN
    } else if total > 0.0 {
        1.0 - squares / total
    } else if squares == 0.0 {
        1.0
    } else {
        0.0
    };
    let mut named = vec![("mae", mae), ("rmse", (squares / count).sqrt()), ("r2", r2)];
    named.retain(|(_, value)| value.is_finite());
    named
}

/// The main metric alone, larger is better: accuracy, or the negative RMSE.
pub(crate) fn main_metric(
    outputs: &[f32],
    outputs_per_row: usize,
    actual: &[f64],
    is_classification: bool,
) -> f64 {
    let count = actual.len() as f64;
    if is_classification {
        let hits = predicted_classes(outputs, outputs_per_row)
            .iter()
            .zip(actual)
            .filter(|(guess, truth)| **guess == **truth as usize)
            .count();
        hits as f64 / count
    } else {
        let squares: f64 = outputs
            .iter()
            .zip(actual)
            .map(|(guess, truth)| (f64::from(*guess) - truth).powi(2))
            .sum();
        -(squares / count).sqrt()
    }
}

/// The first of the most probable classes of each row.
pub(crate) fn predicted_classes(probabilities: &[f32], classes: usize) -> Vec<usize> {
    probabilities
        .chunks_exact(classes)
        .map(|row| {
            let mut best = 0;
            for (class, probability) in row.iter().enumerate() {
                if *probability > row[best] {
                    best = class;
                }
            }
            best
        })
        .collect()
}

/// `[actual][predicted]` counts.
pub(crate) fn confusion(predicted: &[usize], actual: &[f64], classes: usize) -> Vec<Vec<u64>> {
    let mut counts = vec![vec![0u64; classes]; classes];
    for (guess, truth) in predicted.iter().zip(actual) {
        counts[*truth as usize][*guess] += 1;
    }
    counts
}

/// Under `prefix/`, as they stand in a report.
pub(crate) fn prefixed(prefix: &str, named: &Named) -> Metrics {
    named
        .iter()
        .map(|(name, value)| (Arc::from(format!("{prefix}/{name}")), *value))
        .collect::<BTreeMap<_, _>>()
}

fn from_confusion(confusion: &[Vec<u64>]) -> Named {
    let mut hits = 0;
    let mut rows = 0;
    let (mut recall_sum, mut recall_classes) = (0.0, 0u32);
    let (mut f1_sum, mut f1_classes) = (0.0, 0u32);
    for (class, row) in confusion.iter().enumerate() {
        let right = row[class];
        let actual: u64 = row.iter().sum();
        let predicted: u64 = confusion.iter().map(|row| row[class]).sum();
        hits += right;
        rows += actual;
        if actual > 0 {
            recall_sum += right as f64 / actual as f64;
            recall_classes += 1;
        }
        if actual + predicted > 0 {
            f1_sum += 2.0 * right as f64 / (actual + predicted) as f64;
            f1_classes += 1;
        }
    }
    vec![
        ("accuracy", hits as f64 / rows as f64),
        ("balanced_accuracy", recall_sum / f64::from(recall_classes)),
        ("f1_macro", f1_sum / f64::from(f1_classes)),
    ]
}

/// The mean over the classes that have both members and others. Of two classes, both areas are the same, so one is measured.
fn roc_auc(probabilities: &[f32], classes: usize, actual: &[f64]) -> f64 {
    let of_class = |class: usize| {
        let scores = probabilities.iter().skip(class).step_by(classes);
        area(
            scores
                .zip(actual)
                .map(|(score, truth)| (*score, *truth as usize == class)),
        )
    };
    if classes == 2 {
        return of_class(1).unwrap_or(f64::NAN);
    }
    let areas: Vec<f64> = (0..classes).into_par_iter().filter_map(of_class).collect();
    areas.iter().sum::<f64>() / areas.len() as f64
}

/// The area under the ROC curve by ranks, ties at their mean rank (Mann and Whitney 1947). `None` unless both kinds are there.
/// Probabilities are not negative, so their bits sort as they do; the lowest bit of a key says which kind the row is.
fn area(scored: impl Iterator<Item = (f32, bool)>) -> Option<f64> {
    let mut keys: Vec<u32> = scored
        .map(|(score, is_member)| (score.max(0.0).to_bits() << 1) | u32::from(is_member))
        .collect();
    keys.sort_unstable();
    let members = keys.iter().filter(|key| *key & 1 == 1).count() as f64;
    let others = keys.len() as f64 - members;
    if members == 0.0 || others == 0.0 {
        return None;
    }
    let mut rank_sum = 0.0;
    let mut start = 0.0;
    for tied in keys.chunk_by(|a, b| a >> 1 == b >> 1) {
        let mean_rank = start + (tied.len() as f64 + 1.0) / 2.0;
        rank_sum += mean_rank * tied.iter().filter(|key| *key & 1 == 1).count() as f64;
        start += tied.len() as f64;
    }
    Some((rank_sum - members * (members + 1.0) / 2.0) / (members * others))
}

/// Probabilities are held within [ε, 1 - ε] with the ε of double precision, as scikit-learn does for doubles.
fn log_loss(probabilities: &[f32], classes: usize, actual: &[f64]) -> f64 {
    let sum: f64 = probabilities
        .chunks_exact(classes)
        .zip(actual)
        .map(|(row, truth)| {
            -f64::from(row[*truth as usize])
                .clamp(f64::EPSILON, 1.0 - f64::EPSILON)
                .ln()
        })
        .sum();
    sum / actual.len() as f64
}
