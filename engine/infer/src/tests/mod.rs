//! What a loaded model must say, what must not be loaded, and how the kernels compute.

mod fixtures;
mod kernels;
mod refusals;

use std::sync::Arc;

use contract::{Frame, FrameColumn, Predicted, Signature, Values};
use serde::Deserialize;

use crate::Predictor;

/// A model of `fixtures/`, with ONNX Runtime's word on some rows.
pub(crate) struct Fixture {
    pub(crate) onnx: &'static [u8],
    pub(crate) signature: Signature,
    pub(crate) frame: Frame,
    /// Row after row.
    pub(crate) outputs: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Document {
    signature: Signature,
    columns: Vec<Vec<serde_json::Value>>,
    outputs: Vec<Vec<f64>>,
}

macro_rules! fixture {
    ($name:literal) => {
        Fixture::read(
            include_bytes!(concat!("../../fixtures/", $name, ".onnx")),
            include_str!(concat!("../../fixtures/", $name, ".json")),
        )
    };
}

pub(crate) fn mixed() -> Fixture {
    fixture!("mixed_classifier")
}

pub(crate) fn regressor() -> Fixture {
    fixture!("regressor")
}

pub(crate) fn wide() -> Fixture {
    fixture!("wide_classifier")
}

pub(crate) fn matrix() -> Fixture {
    fixture!("matrix_classifier")
}

pub(crate) fn sigmoid() -> Fixture {
    fixture!("sigmoid_classifier")
}

impl Fixture {
    fn read(onnx: &'static [u8], json: &str) -> Self {
        let document: Document = serde_json::from_str(json).expect("a fixture");
        let rows = document.outputs.len();
        let columns = document
            .signature
            .inputs
            .iter()
            .zip(&document.columns)
            .map(|(input, values)| FrameColumn {
                name: input.name.clone(),
                values: match input.column_type {
                    contract::ColumnType::Text => Values::Text(
                        values
                            .iter()
                            .map(|value| value.as_str().map(Arc::from))
                            .collect(),
                    ),
                    _ => Values::Number(
                        values
                            .iter()
                            .map(|value| value.as_f64().unwrap_or(f64::NAN))
                            .collect(),
                    ),
                },
            })
            .collect();
        Self {
            onnx,
            signature: document.signature,
            frame: Frame { rows, columns },
            outputs: document.outputs,
        }
    }

    pub(crate) fn load(&self) -> Predictor {
        Predictor::load(self.onnx, &self.signature).expect("a model")
    }

    pub(crate) fn load_general(&self) -> Predictor {
        Predictor::load_general(self.onnx, &self.signature).expect("a model that tract runs")
    }

    /// The same rows over and over.
    pub(crate) fn frame_of(&self, rows: usize) -> Frame {
        let places: Vec<usize> = (0..rows).map(|row| row % self.frame.rows).collect();
        chosen(&self.frame, &places)
    }
}

/// Some rows of a frame.
pub(crate) fn chosen(frame: &Frame, places: &[usize]) -> Frame {
    let columns = frame
        .columns
        .iter()
        .map(|column| FrameColumn {
            name: column.name.clone(),
            values: match &column.values {
                Values::Number(values) => {
                    Values::Number(places.iter().map(|&place| values[place]).collect())
                }
                Values::Text(values) => {
                    Values::Text(places.iter().map(|&place| values[place].clone()).collect())
                }
            },
        })
        .collect();
    Frame {
        rows: places.len(),
        columns,
    }
}

/// All numbers of a prediction, row after row.
pub(crate) fn flat(predicted: &Predicted) -> Vec<f64> {
    match predicted {
        Predicted::Values(values) => values.clone(),
        Predicted::Classes { probabilities, .. } => {
            probabilities.iter().map(|&p| f64::from(p)).collect()
        }
    }
}

#[test]
fn a_predictor_is_shared_without_locks() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    let fixture = mixed();
    let predictor = fixture.load();
    is_shared(&predictor);
    let alone = flat(&predictor.predict(&fixture.frame).expect("predictions"));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let shared = predictor.predict(&fixture.frame).expect("predictions");
                    assert_eq!(flat(&shared), alone);
                }
            });
        }
    });
}
