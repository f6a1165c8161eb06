//! Boosted trees and forests on histograms: pure functions over borrowed columns, no files, no clock, no dependency but rayon.
//!
//! Invariants
//! 1. The same data, settings and seed give the same trees, bit for bit, whatever the number of threads —
//!    `tests::boosting::threads_do_not_change_a_bit`, `tests::forests::threads_do_not_change_a_forest`.
//! 2. A booster or a forest that goes on from its saved state ends exactly as one that never stopped —
//!    `tests::boosting::a_resumed_booster_ends_like_an_uninterrupted_one`, `tests::forests::a_resumed_forest_ends_like_an_uninterrupted_one`.
//! 3. Sums of histograms are exact: a sibling by subtraction equals the direct sum — `tests::histograms::subtraction_equals_the_direct_sum`.
//! 4. Training, prediction and export branch alike, on any number, missing value or category —
//!    `tests::exporting::the_export_branches_as_the_model_does`, `tests::binning::a_threshold_parts_what_its_bins_part`,
//!    `tests::boosting::scores_in_training_are_those_of_the_model`.
//! 5. SHAP values sum to the raw score and equal the Shapley values by definition — `tests::explaining::shap_equals_the_definition`,
//!    `tests::explaining::shap_sums_to_the_score`.
//! 6. A prediction never moves against a monotone constraint — `tests::constraints::predictions_keep_to_their_directions`.
//! 7. No leaf is smaller, deeper or more than the settings allow — `tests::growing::leaves_keep_to_their_limits`.
//! 8. A row out of the bag is judged only by trees that did not learn from it — `tests::forests::out_of_bag_rows_were_not_learned`.
//! 9. Bad input is an error with a hint, never a panic; odd input is handled — `tests::faults`.

mod bins;
mod blocks;
mod booster;
mod error;
mod export;
mod forest;
mod grow;
mod histogram;
mod importance;
mod model;
mod objective;
mod partition;
mod percentile;
mod predict;
mod quantise;
mod random;
mod sample;
mod score;
mod settings;
mod shap;
mod split;
mod table;

pub use bins::{BinSettings, MAX_BINS};
pub use blocks::MAX_ROWS;
pub use booster::{Booster, BoosterState, Ending, Next, RoundReport};
pub use error::TreesError;
pub use export::{Ensemble, EnsembleNodes, EnsembleTargets, NodeMode};
pub use forest::{Forest, ForestKind, ForestSettings, ForestTask, OutOfBag, SplitColumns};
pub use importance::Importance;
pub use model::{Aggregation, Child, Link, Model, ModelColumn, Node, Test, Tree};
pub use objective::Objective;
pub use settings::{BoostSettings, CategorySettings, Direction, Growth, RowSampling, TreeSettings};
pub use table::{Column, ColumnKind, Labelled, MISSING_CATEGORY, Table, Values};

#[cfg(test)]
mod tests;
