//! The dialects that clients speak: each reads a body straight into checked columns, without a tree of values in between.

mod csv;
mod inference;
mod json;
mod mlflow;

use contract::Frame;

use crate::columns::{ColumnsBuilder, Schema};
use crate::refusal::Refusal;

pub(crate) use inference::Wishes;

/// How a prediction request is written, and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `POST /predict/{model}`.
    Plain,
    /// MLflow's scoring protocol.
    Mlflow,
    /// Open Inference Protocol v2.
    Inference,
}

/// How the body is encoded, by its headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Json,
    Csv,
    /// JSON of this many bytes, and raw tensors after it.
    Binary {
        json_bytes: usize,
    },
}

/// What a client asked for.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) frame: Frame,
    pub(crate) wishes: Wishes,
}

impl Dialect {
    /// Reads a body; columns come back in the order of the signature.
    pub(crate) fn read(
        self,
        schema: &Schema,
        encoding: Encoding,
        body: &[u8],
        most_rows: usize,
    ) -> Result<Asked, Refusal> {
        let mut builder = ColumnsBuilder::new(schema, most_rows);
        let mut wishes = Wishes::default();
        match (self, encoding) {
            (Self::Inference, Encoding::Binary { json_bytes }) => {
                wishes = inference::read(&mut builder, body, json_bytes)?;
            }
            (Self::Inference, _) => wishes = inference::read(&mut builder, body, body.len())?,
            (Self::Mlflow, Encoding::Csv) => csv::read(&mut builder, body)?,
            (Self::Mlflow, _) => mlflow::read(&mut builder, body)?,
            (Self::Plain, _) => json::read_records(&mut builder, body)?,
        }
        let frame = builder.finish()?;
        // A table without rows says nothing of its columns, so one that lacks some would pass for good. A list of no records is plain.
        if self == Self::Mlflow && frame.rows == 0 {
            return Err(Refusal::unfit("The request has no rows")
                .hint(format!("the model takes {}", schema.names())));
        }
        Ok(Asked { frame, wishes })
    }
}
