//! The catalog: the journal's facts as tables in DuckDB, the fast series beside them, lineage, and the content-addressed objects.
//!
//! The journal is the truth. The catalog may lag behind it (a lost write-ahead log is silent), be missing or be damaged: whoever
//! opens it compares [`Catalog::applied`] with the journal's head and applies what is missing, or moves the file aside and
//! applies everything. Nothing but DuckDB ever opens the catalog's file: opening and closing it would drop DuckDB's lock.
//!
//! Invariants
//! 1. Every fact is stored as it was applied, once, in order and without gaps — `tests::facts::facts_come_back_as_they_were_applied`.
//! 2. A catalog that lost its tail says so, and is whole once the missing facts are applied — `tests::faults::a_lost_write_ahead_log_is_noticed_and_replayed`.
//! 3. A damaged file is an error that says it can be rebuilt, never an abort or a wrong answer — `tests::faults::flipped_bytes_are_an_error_or_harmless`.
//! 4. A migration is done wholly or not at all, and typed tables are filled from the stored facts —
//!    `tests::migrations::every_older_format_is_brought_up_to_date`.
//! 5. A series reads back as it was appended, also after it was sealed as Parquet — `tests::series::points_come_back_sealed_or_not`.
//! 6. What an object's path or bytes are given out for is what its digest says — `tests::objects::every_flipped_bit_is_found`.
//! 7. An object is there wholly or not at all — `tests::objects::a_full_disk_leaves_no_half_object`.
//! 8. Lineage reaches every ancestor and descendant and nothing else — `tests::lineage::the_graph_is_the_closure_of_the_edges`.
//! 9. Predictions outlive the catalog — `tests::keep::sealed_predictions_come_back`, `tests::keep::an_old_catalog_is_taken_over`.

mod backup;
mod connection;
mod error;
mod facts;
mod keep;
mod lineage;
mod migrate;
mod objects;
mod points;
mod predictions;
mod projection;

pub use connection::Catalog;
pub use error::CatalogError;
pub use keep::TakenOver;
pub use objects::Objects;
pub use points::{PointOfRun, TakePoints};

#[cfg(test)]
mod tests;
