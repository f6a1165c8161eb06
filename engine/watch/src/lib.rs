//! Drift of what is served: sketches that training leaves behind, and how far a window of predictions has moved from them.
//!
//! Pure functions over values in memory; nothing here reads a clock, a file or a socket.
//!
//! Invariants
//! 1. Every statistic equals SciPy's — `tests::figures::statistics_equal_scipy`,
//!    `tests::figures::statistics_of_counts_equal_scipy`, `tests::figures::p_values_equal_scipy`.
//! 2. The population stability index is never negative; Kolmogorov-Smirnov and Jensen-Shannon stay in 0 to 1; identical
//!    samples have none — `tests::properties::bounds_hold`, `tests::properties::identical_samples_have_no_drift`.
//! 3. The order of rows does not matter — `tests::properties::order_does_not_matter`.
//! 4. A verdict is never given on fewer than [`FEWEST_PREDICTIONS`] predictions — `tests::reports::too_few_predictions_say_so`.
//! 5. Unchanged data is called stable at every window size — `tests::reports::unchanged_data_is_stable`.
//! 6. Nothing in a report is NaN or infinite, whatever the data — `tests::properties::reports_are_finite`.

mod drift;
mod kolmogorov;
mod sketch;
mod stability;
mod statistics;

pub use drift::{FEWEST_PREDICTIONS, drift};
pub use sketch::{LARGEST_SAMPLE, reference, sketch_labels, sketch_numbers};
pub use stability::{DRIFTED_FROM, FALSE_ALARM_RATE, MOVING_FROM, SMALLEST_SHARE};

#[cfg(test)]
mod tests;
