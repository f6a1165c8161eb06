//! Runs a registered model: ONNX in, predictions out. The same code checks a model when it is registered and answers for it when it is served.
//!
//! Most models of this house are one shape: prepared columns, dense layers, a softmax. Those run on kernels of our own
//! ([`dense`]); whatever else is well-formed ONNX runs on tract ([`general`]). Text columns are looked up here, because tract knows no strings.
//!
//! Invariants
//! 1. Predictions equal ONNX Runtime's to 1e-5 — `tests::fixtures::predictions_equal_onnx_runtime`.
//! 2. Both ways of running a model agree — `tests::fixtures::both_ways_agree`.
//! 3. A row's prediction does not depend on the rows around it — `tests::fixtures::a_row_stands_alone`.
//! 4. Only self-contained ONNX of known operators is loaded; anything else is refused with a sentence — `tests::refusals`.
//! 5. No bytes make it panic — `tests::refusals::damaged_files_are_refused_or_run`.
//! 6. [`Predictor`] is shared between threads without locks — `tests::a_predictor_is_shared_without_locks`.

mod constant;
mod dense;
mod error;
mod expression;
mod features;
mod general;
mod graph;
mod kernel;
mod predictor;
mod recognise;

pub use error::InferError;
pub use predictor::Predictor;

#[cfg(test)]
mod tests;
