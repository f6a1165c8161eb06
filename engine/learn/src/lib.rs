//! Training, evaluation, checkpoints and the model package with its ONNX; the only crate that says burn.
//!
//! Invariants
//! 1. The same recipe, data and device give the same numbers, whatever else trains at the same time — `tests::runs::a_seed_decides_everything`.
//! 2. A run that is killed and resumed ends exactly as one that was never interrupted — `tests::runs::a_resumed_run_ends_like_an_uninterrupted_one`.
//! 3. Nothing is learned from a row outside the training split — `tests::preparing::only_training_rows_teach`.
//! 4. Every metric equals scikit-learn's — `tests::metrics`.
//! 5. The ONNX computes what the trainer computes, from raw columns — `tests::packages::onnx_runtime_agrees_with_the_trainer`.
//! 6. Bad data and a failing device are sentences with a hint, never a panic — `tests::faults`.
//! 7. Software Vulkan is no GPU unless one is insisted on — `tests::devices::software_is_a_gpu_only_for_who_insists`.
//! 8. A GPU that is lost or full ends its run and nothing else, and the run goes on from its checkpoint on another device or the CPU —
//!    `tests::gpu::a_lost_gpu_ends_the_run_which_goes_on_with_another_device_or_the_cpu`,
//!    `tests::gpu::a_gpu_without_memory_says_so_and_goes_on`.
//! 9. Training does not wait for the disk, and a checkpoint counts once it is there for good —
//!    `tests::checkpoints::a_writer_takes_one_at_a_time_and_says_when_it_is_there`.

mod bare;
mod batch;
mod checkpoint;
mod control;
mod device;
mod error;
mod evaluate;
mod fit;
mod job;
mod metrics;
mod net;
mod onnx;
mod optimise;
mod package;
mod plan;
mod prepare;
mod random;
mod split;
mod train;
mod writer;

pub use bare::bare_loop;
pub use checkpoint::CHECKPOINT;
pub use control::Control;
pub use device::{choose_device, devices};
pub use error::LearnError;
pub use job::{Job, Observer, Outcome};
pub use split::{Split, split};
pub use train::train;

#[cfg(test)]
mod tests;
