//! Why a model was refused, or why it could not predict.

#[derive(Debug, thiserror::Error)]
pub enum InferError {
    #[error("this file is a Python pickle, not an ONNX model: loading it could run any program")]
    Pickle,
    #[error("this file is not an ONNX model: {what}")]
    NotOnnx { what: &'static str },
    #[error("the model keeps its weights in another file, “{location}”")]
    ExternalData { location: String },
    #[error("the model uses operators that are not run here: {}", operators.join(", "))]
    UnknownOperators { operators: Vec<String> },
    #[error("the model's graph is damaged: {what}")]
    DamagedGraph { what: String },
    #[error("the model does not fit its signature: {what}")]
    SignatureMismatch { what: String },
    #[error("the model could not be prepared: {reason}")]
    Unprepared { reason: String },
    #[error("the column “{column}” is missing")]
    MissingColumn { column: String },
    #[error("the column “{column}” holds {found}, but the model takes {wanted}")]
    WrongType {
        column: String,
        found: &'static str,
        wanted: &'static str,
    },
    #[error("the column “{column}” has {found} values where there are {rows} rows")]
    WrongLength {
        column: String,
        found: usize,
        rows: usize,
    },
    #[error("row {row} has a missing value, and the model has no rule for it")]
    MissingValue { row: usize },
    #[error("the model's prediction for row {row} is not a number")]
    NotANumber { row: usize },
    #[error("the model could not predict: {reason}")]
    Failed { reason: String },
}

impl InferError {
    /// What the reader can do.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Pickle | Self::NotOnnx { .. } => {
                Some("export the model to ONNX, for example with skl2onnx or torch.onnx")
            }
            Self::ExternalData { .. } => Some("save it as one file, with all weights inside"),
            Self::UnknownOperators { .. } => Some(
                "export it with other options; for scikit-learn, without zipmap and scalers of ai.onnx.ml",
            ),
            Self::DamagedGraph { .. } => Some("export the model again"),
            Self::SignatureMismatch { .. } => {
                Some("a model takes one input a column, or one [rows, columns] tensor of numbers")
            }
            Self::MissingColumn { .. } | Self::WrongType { .. } | Self::WrongLength { .. } => {
                Some("send the columns that the signature lists")
            }
            Self::MissingValue { .. } => {
                Some("fill missing values before the model, or train it with imputation")
            }
            Self::NotANumber { .. } => Some(
                "look at that row for extreme values, and at the training for a loss that diverged",
            ),
            Self::Unprepared { .. } | Self::Failed { .. } => None,
        }
    }
}
