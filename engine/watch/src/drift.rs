//! The drift report: every column of a window of predictions against the reference.

use std::collections::HashMap;
use std::sync::Arc;

use contract::{
    Cell, ColumnDrift, ColumnSketch, DriftReport, DriftStatistics, ModelVersionRef,
    PredictedOutput, Prediction, Reference, Signature, SketchShape, Timestamp,
};

use crate::sketch::boolean_label;
use crate::stability::{bin_labels, bin_numbers};
use crate::statistics::{
    chi_square, jensen_shannon, kolmogorov_smirnov, standard_deviation, wasserstein,
};

/// Below this many predictions every statistic here is mostly noise, and the report says so instead.
pub const FEWEST_PREDICTIONS: usize = 30;

/// Compares the predictions of `model` in `window` with its reference; those of other versions are left out.
pub fn drift(
    reference: &Reference,
    signature: &Signature,
    model: &ModelVersionRef,
    window: &[Prediction],
    at: Timestamp,
) -> DriftReport {
    let window: Vec<&Prediction> = window
        .iter()
        .filter(|prediction| prediction.model == *model)
        .collect();
    let mut report = DriftReport {
        model: model.clone(),
        at,
        window: window.len() as u64,
        columns: Vec::new(),
        not_enough: None,
    };
    if window.len() < FEWEST_PREDICTIONS {
        report.not_enough = Some(format!(
            "{} of {FEWEST_PREDICTIONS} predictions",
            window.len()
        ));
        return report;
    }
    for (place, input) in signature.inputs.iter().enumerate() {
        let sketch = reference
            .features
            .iter()
            .find(|sketch| sketch.name == input.name);
        if let Some(sketch) = sketch {
            let cells = window
                .iter()
                .map(|prediction| prediction.inputs.get(place).unwrap_or(&Cell::Missing));
            let drift = column_drift(sketch, Some(reference.rows), cells);
            report.columns.push(drift);
        }
    }
    let outputs: Vec<Cell> = window
        .iter()
        .map(|prediction| match &prediction.output {
            PredictedOutput::Value(value) => Cell::Number(*value),
            PredictedOutput::Class { index, .. } => signature
                .classes
                .get(*index)
                .map_or(Cell::Missing, |label| Cell::Text(label.clone())),
        })
        .collect();
    report.columns.push(ColumnDrift {
        is_prediction: true,
        ..column_drift(&reference.prediction, None, outputs.iter())
    });
    report
}

/// `rows` is what the sketch was made of, if that is known: a numeric sketch keeps only a sample of it.
fn column_drift<'a>(
    sketch: &ColumnSketch,
    rows: Option<u64>,
    cells: impl Iterator<Item = &'a Cell>,
) -> ColumnDrift {
    match &sketch.shape {
        SketchShape::Numeric { sorted_sample } => numeric_drift(sketch, sorted_sample, rows, cells),
        SketchShape::Categorical { counts } => categorical_drift(sketch, counts, cells),
    }
}

fn numeric_drift<'a>(
    sketch: &ColumnSketch,
    sorted_sample: &[f64],
    rows: Option<u64>,
    cells: impl Iterator<Item = &'a Cell>,
) -> ColumnDrift {
    let mut missing = 0;
    let mut current = Vec::new();
    for cell in cells {
        match cell {
            Cell::Number(value) if value.is_finite() => current.push(*value),
            _ => missing += 1,
        }
    }
    current.sort_unstable_by(f64::total_cmp);

    let (ks, ks_p_value) = kolmogorov_smirnov(sorted_sample, &current);
    // A constant column has no unit to measure in; its distance is then in the column's own.
    let unit = Some(standard_deviation(sorted_sample)).filter(|unit| *unit > 0.0);
    let distance = wasserstein(sorted_sample, &current) / unit.unwrap_or(1.0);

    let kept = sorted_sample.len() as u64;
    let present = rows.map_or(kept, |rows| rows.saturating_sub(sketch.missing).max(kept));
    let kept_share = if present == 0 {
        1.0
    } else {
        kept as f64 / present as f64
    };
    let missing_in_sample = (sketch.missing as f64 * kept_share).round() as u64;
    let mut bins = bin_numbers(sorted_sample, &current);
    bins.push("(missing)", missing_in_sample, missing);
    let stability = bins.stability();
    ColumnDrift {
        name: sketch.name.clone(),
        is_prediction: false,
        psi: stability.index,
        statistics: DriftStatistics::Numeric {
            ks,
            ks_p_value,
            wasserstein: if distance.is_finite() {
                distance
            } else {
                f64::MAX
            },
        },
        reference_missing_share: share(sketch.missing, present),
        current_missing_share: share(missing, current.len() as u64),
        bins: stability.bins,
        verdict: stability.verdict,
    }
}

fn categorical_drift<'a>(
    sketch: &ColumnSketch,
    counts: &[(Arc<str>, u64)],
    cells: impl Iterator<Item = &'a Cell>,
) -> ColumnDrift {
    let mut missing = 0;
    let mut labels: Vec<Arc<str>> = counts.iter().map(|(label, _)| label.clone()).collect();
    let mut reference: Vec<u64> = counts.iter().map(|(_, count)| *count).collect();
    let mut current = vec![0; labels.len()];
    let mut places: HashMap<Arc<str>, usize> = labels.iter().cloned().zip(0..).collect();
    for cell in cells {
        let Some(label) = label(cell) else {
            missing += 1;
            continue;
        };
        let place = *places.entry(label).or_insert_with_key(|label| {
            labels.push(label.clone());
            reference.push(0);
            current.push(0);
            labels.len() - 1
        });
        current[place] += 1;
    }

    let (statistic, p_value) = chi_square(&reference, &current);
    let mut bins = bin_labels(&labels, &reference, &current);
    bins.push("(missing)", sketch.missing, missing);
    let stability = bins.stability();
    ColumnDrift {
        name: sketch.name.clone(),
        is_prediction: false,
        psi: stability.index,
        statistics: DriftStatistics::Categorical {
            chi_square: statistic,
            chi_square_p_value: p_value,
            jensen_shannon: jensen_shannon(&reference, &current),
        },
        reference_missing_share: share(sketch.missing, reference.iter().sum()),
        current_missing_share: share(missing, current.iter().sum()),
        bins: stability.bins,
        verdict: stability.verdict,
    }
}

/// A cell as a category; `None` is missing.
fn label(cell: &Cell) -> Option<Arc<str>> {
    match cell {
        Cell::Text(label) => Some(label.clone()),
        Cell::Number(value) => boolean_label(*value).map(Arc::from),
        Cell::Missing => None,
    }
}

fn share(missing: u64, present: u64) -> f64 {
    let all = missing + present;
    if all == 0 {
        0.0
    } else {
        missing as f64 / all as f64
    }
}
