//! A model that is being served, with everything that an answer needs made once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode};
use contract::{Frame, ModelVersionRef, Predicted, Signature};

use crate::Predict;
use crate::columns::Schema;
use crate::figures::Counters;
use crate::refusal::Refusal;

pub(crate) struct Served {
    pub(crate) version: ModelVersionRef,
    /// `wine@2`, for `x-millrace-model`.
    pub(crate) header: HeaderValue,
    pub(crate) schema: Schema,
    /// The model's name as JSON.
    pub(crate) name_json: Vec<u8>,
    /// Class labels as JSON, in the order of the probabilities.
    pub(crate) classes_json: Vec<Vec<u8>>,
    /// About how many bytes a row of an answer takes, at most.
    pub(crate) row_bytes: usize,
    pub(crate) counters: Arc<Counters>,
    model: Arc<dyn Predict>,
}

impl Served {
    pub(crate) fn new(model: Arc<dyn Predict>, counters: Arc<Counters>) -> Self {
        let version = model.version().clone();
        let signature = model.signature();
        let classes_json: Vec<Vec<u8>> = signature
            .classes
            .iter()
            .map(|label| json_text(label))
            .collect();
        // An id and the words around it; then each class with its probability.
        let classes = classes_json.iter().map(|label| label.len() + 14);
        Self {
            header: header_value(&version),
            schema: Schema::new(signature),
            name_json: json_text(version.model.as_str()),
            row_bytes: 80 + classes.sum::<usize>(),
            classes_json,
            counters,
            version,
            model,
        }
    }

    pub(crate) fn signature(&self) -> &Signature {
        self.model.signature()
    }

    /// Predicts, and makes sure that the answer has the shape that the signature promises.
    pub(crate) fn predict(&self, frame: &Frame) -> Result<Predicted, Refusal> {
        let failed = |why: &str| {
            Refusal::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                format!("{} could not predict: {why}", self.version),
            )
        };
        let predicted = catch_unwind(AssertUnwindSafe(|| self.model.predict(frame)))
            .map_err(|_| failed("it broke off"))?
            .map_err(|why| failed(&why))?;
        let fits = match &predicted {
            Predicted::Values(values) => self.classes_json.is_empty() && values.len() == frame.rows,
            Predicted::Classes {
                probabilities,
                class_count,
            } => {
                *class_count == self.classes_json.len()
                    && probabilities.len() == frame.rows * class_count
            }
        };
        if fits {
            Ok(predicted)
        } else {
            Err(failed("its answer does not fit its signature"))
        }
    }
}

fn json_text(text: &str) -> Vec<u8> {
    // Writing a string into memory cannot fail.
    serde_json::to_vec(text).unwrap_or_default()
}

/// Headers may hold UTF-8, but no control characters.
fn header_value(version: &ModelVersionRef) -> HeaderValue {
    let text: String = version
        .to_string()
        .chars()
        .map(|c| if c.is_control() { '_' } else { c })
        .collect();
    HeaderValue::from_bytes(text.as_bytes()).unwrap_or(HeaderValue::from_static("model"))
}
