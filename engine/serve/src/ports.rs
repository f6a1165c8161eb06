//! What the server asks of the rest of the house: a model that predicts, and a place where what happened goes.

use contract::{Frame, ModelVersionRef, Predicted, Prediction, RequestLine, Signature};

/// One version of one model.
pub trait Predict: Send + Sync {
    fn version(&self) -> &ModelVersionRef;

    fn signature(&self) -> &Signature;

    /// Predicts the rows of a frame whose columns are those of the signature, in its order.
    ///
    /// # Errors
    /// A sentence for the client.
    fn predict(&self, frame: &Frame) -> Result<Predicted, String>;
}

/// Takes what the server did. Called from one thread of the server's own, in batches, in the order of the answers. While a call
/// blocks, what happened waits in memory, up to a bound; beyond it prediction requests are refused rather than lost.
pub trait Sink: Send + Sync {
    /// Answered requests, health checks excepted.
    fn requests(&self, lines: Vec<RequestLine>);

    fn predictions(&self, batch: Vec<Prediction>);
}
