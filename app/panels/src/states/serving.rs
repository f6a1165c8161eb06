//! Sample models and endpoints: signatures, traffic, the request log, drift.

use std::collections::BTreeMap;
use std::sync::Arc;

use contract::{
    ColumnDrift, ColumnType, DriftBin, DriftReport, DriftStatistics, DriftVerdict, EndpointFigures,
    InputSpec, ModelName, ModelVersion, ModelVersionRef, RequestId, RequestLine, Run, Signature,
};

use super::{ago, noise};

/// A version registered from a finished run.
pub fn model_version(name: &ModelName, version: u32, run: &Run) -> ModelVersion {
    ModelVersion {
        id: ModelVersionRef {
            model: name.clone(),
            version,
        },
        run: run.id.clone(),
        created: ago(80_000_u64.saturating_sub(u64::from(version) * 3_000)),
        package: run.package.clone().unwrap_or_default(),
        file_bytes: file_bytes(run),
        signature: Arc::new(signature(run)),
        metrics: run.metrics.clone(),
        onnx_max_abs_diff: 2.4e-7,
        onnx_compared_rows: 27,
    }
}

/// As large as the files of a small network are.
fn file_bytes(run: &Run) -> BTreeMap<Arc<str>, u64> {
    let files = run.package.iter().flat_map(|package| package.files.keys());
    files
        .zip(0_u64..)
        .map(|(name, place)| (name.clone(), 2_048 + (noise(place + 77) * 60_000.0) as u64))
        .collect()
}

/// What goes into the run's model and what comes out of it.
pub fn signature(run: &Run) -> Signature {
    let inputs = run
        .recipe
        .features
        .iter()
        .zip(0_u64..)
        .map(|(feature, place)| {
            let middle = 1.0 + 12.0 * noise(place + 31);
            let categories: Vec<Arc<str>> = if feature.is_category() {
                ["Austria", "France", "Germany", "Italy", "Poland", "Spain"]
                    .map(Arc::from)
                    .to_vec()
            } else {
                Vec::new()
            };
            InputSpec {
                name: feature.name.clone(),
                column_type: feature.column_type,
                example: Some(match categories.first() {
                    Some(category) => category.to_string(),
                    None if feature.column_type == ColumnType::Boolean => "0".to_owned(),
                    None => format!("{middle:.2}"),
                }),
                range: categories
                    .is_empty()
                    .then_some((middle * 0.4, middle * 1.9)),
                categories,
            }
        })
        .collect();
    Signature {
        task: run.recipe.task,
        target: run.recipe.target.clone(),
        inputs,
        classes: run
            .report
            .as_ref()
            .map(|report| report.classes.clone())
            .unwrap_or_default(),
    }
}

/// A minute of traffic with a lull and a peak.
pub fn figures(seed: u64) -> EndpointFigures {
    EndpointFigures {
        requests: 48_210 + seed,
        errors: 37,
        predictions: 96_422,
        per_second: (0..60_u64)
            .map(|second| {
                let wave = 14.0 + 9.0 * (second as f64 / 9.0).sin();
                (wave + 6.0 * noise(seed * 100 + second)) as u32
            })
            .collect(),
        p50_millis: 0.41,
        p99_millis: 2.87,
    }
}

/// The newest `count` requests, oldest first; some are refused.
pub fn requests(model: &ModelVersion, count: u64) -> Vec<Arc<RequestLine>> {
    let name = model.id.model.as_str();
    (0..count)
        .map(|place| {
            let chance = noise(place + 500);
            let (status, error) = match place % 17 {
                5 => (400, Some("column “hue” is missing in row 0".to_owned())),
                11 => (401, Some("the key is missing or wrong".to_owned())),
                _ => (200, None),
            };
            let path = match place % 3 {
                0 => format!("/predict/{name}"),
                1 => "/invocations".to_owned(),
                _ => format!("/v2/models/{name}/infer"),
            };
            Arc::new(RequestLine {
                id: RequestId::from_random((chance * (1_u64 << 40) as f64) as u64),
                at: ago((count - place) / 3),
                method: "POST".into(),
                path: path.into(),
                status,
                rows: if status == 200 {
                    1 + (chance * chance * 40.0) as u32
                } else {
                    0
                },
                micros: 210 + (chance * 2_600.0) as u64,
                model: (status == 200).then(|| model.id.clone()),
                error,
            })
        })
        .collect()
}

/// A report over 1 000 predictions whose most moved column has the verdict `worst`.
pub fn drift_report(model: &ModelVersion, worst: DriftVerdict) -> DriftReport {
    let shift: f64 = match worst {
        DriftVerdict::Stable => 0.15,
        DriftVerdict::Moving => 0.9,
        DriftVerdict::Drifted => 2.6,
    };
    let mut columns: Vec<ColumnDrift> = model
        .signature
        .inputs
        .iter()
        .zip(0_u64..)
        .map(|(input, place)| {
            let own = match place {
                1 => shift,
                4 => shift.min(0.9),
                _ => 0.25 * noise(place + 60),
            };
            if input.categories.is_empty() {
                numeric_drift(input.name.clone(), place, own)
            } else {
                category_drift(input.name.clone(), &input.categories, own)
            }
        })
        .collect();
    let mut prediction = if model.signature.classes.is_empty() {
        numeric_drift(model.signature.target.clone(), 91, shift * 0.3)
    } else {
        category_drift(
            model.signature.target.clone(),
            &model.signature.classes,
            shift * 0.3,
        )
    };
    prediction.is_prediction = true;
    columns.push(prediction);
    DriftReport {
        model: model.id.clone(),
        at: ago(48),
        window: 1_000,
        columns,
        not_enough: None,
    }
}

/// An endpoint that has hardly been asked yet.
pub fn not_enough_predictions(model: &ModelVersion) -> DriftReport {
    DriftReport {
        model: model.id.clone(),
        at: ago(3),
        window: 1_000,
        columns: Vec::new(),
        not_enough: Some("12 of 30 predictions".into()),
    }
}

fn numeric_drift(name: Arc<str>, place: u64, shift: f64) -> ColumnDrift {
    let low = noise(place + 40) * 10.0;
    let bell = |bin: usize, centre: f64| (-((bin as f64 - centre) / 2.1).powi(2)).exp() + 0.01;
    let bins = shares(10, |bin| bell(bin, 4.5), |bin| bell(bin, 4.5 + shift))
        .into_iter()
        .enumerate()
        .map(|(bin, (reference, current))| DriftBin {
            label: format!(
                "{:.2} to {:.2}",
                low + bin as f64 * 0.4,
                low + (bin + 1) as f64 * 0.4
            )
            .into(),
            reference,
            current,
        })
        .collect::<Vec<_>>();
    let psi = psi_of(&bins);
    ColumnDrift {
        name,
        is_prediction: false,
        psi,
        statistics: DriftStatistics::Numeric {
            ks: (0.19 * shift).min(1.0),
            ks_p_value: (-8.0 * shift).exp(),
            wasserstein: shift * 0.66,
        },
        reference_missing_share: 0.0,
        current_missing_share: if place == 4 { 0.021 } else { 0.0 },
        verdict: verdict_of(psi),
        bins,
    }
}

fn category_drift(name: Arc<str>, categories: &[Arc<str>], shift: f64) -> ColumnDrift {
    let count = categories.len();
    let bins: Vec<DriftBin> = shares(
        count,
        |place| 1.0 / (place as f64 + 2.0),
        |place| (1.0 + shift * place as f64) / (place as f64 + 2.0),
    )
    .into_iter()
    .zip(categories)
    .map(|((reference, current), label)| DriftBin {
        label: label.clone(),
        reference,
        current,
    })
    .collect();
    let psi = psi_of(&bins);
    ColumnDrift {
        name,
        is_prediction: false,
        psi,
        statistics: DriftStatistics::Categorical {
            chi_square: psi * 1_000.0,
            chi_square_p_value: (-9.0 * psi).exp(),
            jensen_shannon: (psi / 8.0).sqrt().min(1.0),
        },
        reference_missing_share: 0.0,
        current_missing_share: 0.0,
        verdict: verdict_of(psi),
        bins,
    }
}

fn shares(
    count: usize,
    reference: impl Fn(usize) -> f64,
    current: impl Fn(usize) -> f64,
) -> Vec<(f64, f64)> {
    let total_reference: f64 = (0..count).map(&reference).sum();
    let total_current: f64 = (0..count).map(&current).sum();
    (0..count)
        .map(|bin| {
            (
                reference(bin) / total_reference,
                current(bin) / total_current,
            )
        })
        .collect()
}

/// Population stability index of shares that are never zero.
fn psi_of(bins: &[DriftBin]) -> f64 {
    bins.iter()
        .map(|bin| (bin.current - bin.reference) * (bin.current / bin.reference).ln())
        .sum()
}

fn verdict_of(psi: f64) -> DriftVerdict {
    match psi {
        psi if psi < 0.1 => DriftVerdict::Stable,
        psi if psi < 0.25 => DriftVerdict::Moving,
        _ => DriftVerdict::Drifted,
    }
}
