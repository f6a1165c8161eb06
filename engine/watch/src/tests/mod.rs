//! Figures from SciPy, bounds for any data, and what a person reads in a report.

mod figures;
mod properties;
mod reports;
mod sketches;

use std::sync::Arc;

use contract::{
    Cell, ColumnType, DriftReport, DriftStatistics, InputSpec, LearningTask, ModelName,
    ModelVersionRef, PredictedOutput, Prediction, Reference, RequestId, Signature, Timestamp,
};

use crate::{drift, sketch_numbers};

/// The generator of the Python that made the expected figures, to the bit: sums of twelve uniforms.
///
/// ```python
/// def lcg(n, seed):
///     x = seed
///     for _ in range(n):
///         x = (x * 6364136223846793005 + 1442695040888963407) % (1 << 64)
///         yield (x >> 11) / (1 << 53)
/// def normal(n, seed, mean, sd):  # rows of twelve, summed from left to right
///     return [(sum(row) - 6.0) * sd + mean for row in batched(lcg(12 * n, seed), 12)]
/// ```
pub(crate) fn normal(count: usize, seed: u64, mean: f64, sd: f64) -> Vec<f64> {
    let mut state = seed;
    let mut uniform = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..count)
        .map(|_| (0..12).fold(0.0, |sum, _| sum + uniform()))
        .map(|sum| (sum - 6.0) * sd + mean)
        .collect()
}

pub(crate) fn close(actual: f64, expected: f64) {
    let tolerance = 1e-9 * expected.abs().max(1e-6);
    assert!(
        (actual - expected).abs() <= tolerance,
        "{actual:e} is not {expected:e}"
    );
}

/// Drift of one numeric column, as `(psi, ks, p, wasserstein)`.
pub(crate) fn numeric(reference_values: &[f64], current: &[f64]) -> (f64, f64, f64, f64) {
    let report = report_of(reference_values, current);
    let column = &report.columns[0];
    match column.statistics {
        DriftStatistics::Numeric {
            ks,
            ks_p_value,
            wasserstein,
        } => (column.psi, ks, ks_p_value, wasserstein),
        DriftStatistics::Categorical { .. } => panic!("{column:?}"),
    }
}

pub(crate) fn version() -> ModelVersionRef {
    ModelVersionRef {
        model: ModelName::new("wine"),
        version: 2,
    }
}

pub(crate) fn signature(inputs: &[(&str, ColumnType)], classes: &[&str]) -> Signature {
    Signature {
        task: if classes.is_empty() {
            LearningTask::Regression
        } else {
            LearningTask::MultiClassClassification
        },
        target: "quality".into(),
        inputs: inputs
            .iter()
            .map(|(name, column_type)| InputSpec {
                name: (*name).into(),
                column_type: *column_type,
                categories: Vec::new(),
                example: None,
                range: None,
            })
            .collect(),
        classes: classes.iter().map(|label| Arc::from(*label)).collect(),
    }
}

pub(crate) fn prediction(inputs: Vec<Cell>, output: PredictedOutput) -> Prediction {
    Prediction {
        request: RequestId::new("req-00000000"),
        row: 0,
        at: Timestamp::default(),
        model: version(),
        inputs,
        output,
    }
}

pub(crate) fn report_of(reference_values: &[f64], current: &[f64]) -> DriftReport {
    let signature = signature(&[("alcohol", ColumnType::Float)], &[]);
    let reference = Reference {
        rows: reference_values.len() as u64,
        features: vec![sketch_numbers("alcohol", reference_values)],
        prediction: sketch_numbers("quality", reference_values),
    };
    let window: Vec<Prediction> = current
        .iter()
        .map(|&value| prediction(vec![Cell::Number(value)], PredictedOutput::Value(value)))
        .collect();
    drift(
        &reference,
        &signature,
        &version(),
        &window,
        Timestamp::default(),
    )
}
