//! Any other model, run by tract.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use contract::{Predicted, Signature};
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::{Dimension, dimension};
use tract_onnx::pb::{ModelProto, TensorShapeProto, TypeProto, ValueInfoProto, type_proto};
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::TractErrorContext;

use crate::InferError;
use crate::features::Columns;
use crate::graph::{Feed, Graph};

/// The symbol of the first dimension: one plan serves every number of rows.
const ROWS: &str = "rows";
/// Float rounding over a hundred classes stays far below this.
const PROBABILITY_TOLERANCE: f64 = 1e-3;

pub(crate) struct General {
    plan: Arc<TypedRunnableModel>,
    feeds: Vec<(String, Feed, DataType)>,
    columns: usize,
    /// 0 for regression.
    classes: usize,
}

impl General {
    pub(crate) fn new(graph: &Graph, signature: &Signature) -> Result<Self, InferError> {
        let columns = signature.inputs.len();
        let mut model = graph.model.clone();
        if let Some(graph_proto) = &mut model.graph {
            graph_proto.input = graph
                .feeds
                .iter()
                .map(|(name, feed, kind)| value_info(name, feed, *kind, columns))
                .collect();
        }
        Ok(Self {
            plan: guarded(|| plan(&model)).map_err(|reason| InferError::Unprepared { reason })?,
            feeds: graph.feeds.clone(),
            columns,
            classes: match signature.task.is_classification() {
                true => signature.classes.len(),
                false => 0,
            },
        })
    }

    pub(crate) fn predict(
        &self,
        columns: &Columns<'_>,
        rows: usize,
    ) -> Result<Predicted, InferError> {
        let failed = |reason| InferError::Failed { reason };
        let values = guarded(|| {
            let inputs = self
                .feeds
                .iter()
                .map(|(_, feed, kind)| self.tensor(columns, rows, feed, *kind))
                .collect::<TractResult<TVec<TValue>>>()?;
            let outputs = self.plan.run(inputs)?;
            let output = outputs.first().context("it has no output")?;
            let output = output.cast_to::<f64>()?;
            let values = output
                .to_plain_array_view::<f64>()?
                .iter()
                .copied()
                .collect();
            TractResult::<Vec<f64>>::Ok(values)
        })
        .map_err(failed)?;
        if let Some(place) = values.iter().position(|value| !value.is_finite()) {
            let row = place / (values.len() / rows).max(1);
            return Err(InferError::NotANumber { row });
        }
        if self.classes == 0 {
            return match values.len() == rows {
                true => Ok(Predicted::Values(values)),
                false => Err(failed(format!("{rows} rows gave {} values", values.len()))),
            };
        }
        self.probabilities(values, rows).map_err(failed)
    }

    /// What goes into one input.
    fn tensor(
        &self,
        columns: &Columns<'_>,
        rows: usize,
        feed: &Feed,
        kind: DataType,
    ) -> TractResult<TValue> {
        let (width, values) = match feed {
            Feed::Code(..) => {
                let tensor = Tensor::from_shape(&[rows, 1], &columns.codes(feed))?;
                return Ok(tensor.into());
            }
            Feed::Number(place) => (1, columns.numbers(*place).to_vec()),
            Feed::Matrix => {
                let all: Vec<&[f64]> = (0..self.columns)
                    .map(|place| columns.numbers(place))
                    .collect();
                let values = (0..rows)
                    .flat_map(|row| all.iter().map(move |column| column[row]))
                    .collect();
                (self.columns, values)
            }
        };
        let doubles = Tensor::from_shape(&[rows, width], &values)?;
        let wanted: DatumType = kind.try_into()?;
        Ok(doubles.cast_to_dt(wanted)?.into_owned().into())
    }

    /// Row after row; a model with one probability for two classes says the second's.
    fn probabilities(&self, values: Vec<f64>, rows: usize) -> Result<Predicted, String> {
        let values = if values.len() == rows && self.classes == 2 {
            values.into_iter().flat_map(|p| [1.0 - p, p]).collect()
        } else {
            values
        };
        if values.len() != rows * self.classes {
            return Err(format!(
                "{rows} rows and {} classes gave {} values",
                self.classes,
                values.len()
            ));
        }
        let tolerance = PROBABILITY_TOLERANCE;
        let are_probabilities = values.chunks_exact(self.classes).all(|row| {
            let range = -tolerance..=1.0 + tolerance;
            let sum: f64 = row.iter().sum();
            row.iter().all(|value| range.contains(value)) && (sum - 1.0).abs() <= tolerance
        });
        if !are_probabilities {
            return Err("its outputs are not probabilities; end it with a softmax".into());
        }
        Ok(Predicted::Classes {
            probabilities: values.into_iter().map(|value| value as f32).collect(),
            class_count: self.classes,
        })
    }
}

fn plan(model: &ModelProto) -> TractResult<Arc<TypedRunnableModel>> {
    tract_onnx::onnx()
        .model_for_proto_model(model)?
        .into_optimized()?
        .into_runnable()
}

fn value_info(name: &str, feed: &Feed, kind: DataType, columns: usize) -> ValueInfoProto {
    let width = match feed {
        Feed::Matrix => columns,
        Feed::Number(_) | Feed::Code(..) => 1,
    };
    let dim = [
        dimension::Value::DimParam(ROWS.into()),
        dimension::Value::DimValue(width as i64),
    ]
    .map(|value| Dimension {
        denotation: String::new(),
        value: Some(value),
    });
    ValueInfoProto {
        name: name.into(),
        doc_string: String::new(),
        r#type: Some(TypeProto {
            denotation: String::new(),
            value: Some(type_proto::Value::TensorType(type_proto::Tensor {
                elem_type: kind as i32,
                shape: Some(TensorShapeProto { dim: dim.into() }),
            })),
        }),
    }
}

/// A strange graph may drive tract into a panic; that is one more way of not being a model.
fn guarded<T>(work: impl FnOnce() -> TractResult<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(first_line(&format!("{:#}", error))),
        Err(_) => Err("the graph is not one that can be run".into()),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
