//! A loaded model.

use contract::{Frame, Predicted, Signature};

use crate::InferError;
use crate::dense::Network;
use crate::features::{Columns, Sources};
use crate::general::General;
use crate::graph::{Feed, Graph};
use crate::recognise::recognise;
use tract_onnx::pb::tensor_proto::DataType;

/// A model that predicts. Shared between threads as it is.
pub struct Predictor {
    signature: Signature,
    engine: Engine,
}

enum Engine {
    Kernels {
        network: Box<Network>,
        feeds: Vec<(String, Feed, DataType)>,
    },
    Tract(General),
}

impl Predictor {
    /// Reads a model from the bytes of an ONNX file. Its inputs must be those of the signature, one `[rows, 1]` tensor a column or one
    /// `[rows, columns]` tensor of numbers.
    ///
    /// # Errors
    /// When the bytes are not a self-contained ONNX model of known operators that fits the signature.
    pub fn load(onnx: &[u8], signature: &Signature) -> Result<Self, InferError> {
        let graph = Graph::read(onnx, signature)?;
        let engine = match recognise(&graph, signature) {
            Some(network) => Engine::Kernels {
                network: Box::new(network),
                feeds: graph.feeds,
            },
            None => Engine::Tract(General::new(&graph, signature)?),
        };
        Ok(Self {
            signature: signature.clone(),
            engine,
        })
    }

    /// Loads a model that always runs on tract: what this crate's own kernels are tested and measured against.
    ///
    /// # Errors
    /// As [`Predictor::load`].
    pub fn load_general(onnx: &[u8], signature: &Signature) -> Result<Self, InferError> {
        let graph = Graph::read(onnx, signature)?;
        Ok(Self {
            engine: Engine::Tract(General::new(&graph, signature)?),
            signature: signature.clone(),
        })
    }

    /// Whether the model runs on this crate's own kernels; others run on tract, slower on many rows.
    pub fn is_on_kernels(&self) -> bool {
        matches!(self.engine, Engine::Kernels { .. })
    }

    /// Predicts the rows of a frame. Columns are found by name; others than the signature's are not looked at.
    ///
    /// # Errors
    /// When a column is missing, of the wrong type or length, or the model breaks off.
    pub fn predict(&self, frame: &Frame) -> Result<Predicted, InferError> {
        let columns = Columns::bind(frame, &self.signature)?;
        if frame.rows == 0 {
            return Ok(self.nothing());
        }
        match &self.engine {
            Engine::Kernels { network, feeds } => {
                network.predict(&Sources::new(columns, feeds), frame.rows)
            }
            Engine::Tract(general) => general.predict(&columns, frame.rows),
        }
    }

    /// The predictions of no rows.
    fn nothing(&self) -> Predicted {
        if self.signature.task.is_classification() {
            Predicted::Classes {
                probabilities: Vec::new(),
                class_count: self.signature.classes.len(),
            }
        } else {
            Predicted::Values(Vec::new())
        }
    }
}
