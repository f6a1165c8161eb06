//! Datasets: a file of any common format becomes a Parquet version with typed columns, a profile, and no row lost on the way.
//!
//! DuckDB works in memory over files; this room never opens the catalog, and knows of versions only what a path and column specs say.
//!
//! Invariants
//! 1. Every record of a delimited file is a row or a rejected row — `tests::bad_input::ragged_rows_are_kept_and_counted`.
//! 2. A value is never changed to fit a type: `007`, `1.5` among integers and times with a zone —
//!    `tests::types::a_late_surprise_widens_the_column`.
//! 3. A date is read in the order that the file tells, or a person, and in no other — `tests::dates`,
//!    `tests::dates::whatever_is_taken_for_a_date_is_read_as_that_date`.
//! 4. Whatever stands in a delimited file, DuckDB reads the rows that our own splitter sees, to the letter —
//!    `tests::round_trip::junk_is_read_to_the_letter`.
//! 5. Any table of text and numbers written as RFC 4180 reads back the same — `tests::round_trip::any_table_reads_back`.
//! 6. What cannot be read is a sentence with a hint, never a panic — `tests::bad_input`.
//! 7. A file that changes while it is read is refused — `tests::bad_input::a_file_that_changes_is_refused`.
//! 8. Cancelling stops within a second and leaves nothing behind — `tests::imports::cancelling_leaves_nothing`.
//! 9. The profile's figures are those of pandas — `tests::figures`.
//! 10. Rows come in the order of the file — `tests::rows::pages_follow_the_file`.
//! 11. Of rejected rows and of wide tables only what is in view is read —
//!     `tests::rejects::three_million_rejects_are_paged_without_reading_them_all`,
//!     `tests::rows::a_few_of_ten_thousand_columns_come_at_once`.

mod canonical;
mod control;
mod delimited;
mod encoding;
mod engine;
mod error;
mod excel;
mod files;
mod format;
mod import;
mod json;
mod loaded;
mod names;
mod parquet;
mod points;
mod profile;
mod rejects;
mod roles;
mod rows;
mod text;
mod types;

pub use control::{Control, Progress};
pub use delimited::evidence::MISSING_WORDS;
pub use error::DataError;
pub use files::{find_files, hash_file};
pub use import::{ImportRequest, Imported, bare_copy, detect, import};
pub use points::read_points;
pub use profile::profile;
pub use rejects::{RejectsFile, export_rejects};
pub use rows::{read_frame, read_rows};

#[cfg(test)]
mod tests;
