//! The engine room: the one loop that takes commands, writes facts, joins the rooms, and publishes snapshots.
//!
//! Invariants
//! 1. Nothing is acknowledged before its fact is durable — `tests::what_was_acknowledged_is_there_after_a_crash`.
//! 2. The catalog follows the journal and can be made anew from it — `tests::a_lost_catalog_is_rebuilt`.
//! 3. One process holds a project, and answers the others — `tests::a_second_process_is_answered_by_the_first`.
//! 4. A fault in a run ends that run and nothing else — `tests::a_failing_run_is_a_failed_run`,
//!    `tests::a_panic_in_a_run_ends_that_run_alone`.
//! 5. The same bytes are imported once — `tests::the_same_file_is_recognised`.
//! 6. A window on a project that another process holds sees it live, is obeyed, and inherits it — `tests::guests`.
//! 7. What is sent to a window adds up to the snapshot — `tests::deltas_add_up_to_the_whole_snapshot`.
//! 8. A backup of a project that goes on is whole, unfinished runs included — `tests::stores::a_backup_of_a_project_that_goes_on_is_whole`.
//! 9. Predictions and curves outlive the catalog — `tests::stores::a_repair_and_a_lost_catalog_cost_no_prediction`,
//!    `tests::stores::an_interrupted_run_keeps_its_curves_through_a_repair_and_a_lost_catalog`.
//! 10. The loop never waits for the catalog — `tests::floods::nobody_waits_for_a_busy_catalog_and_the_order_is_kept`.
//! 11. A served project is found where it was, and an endpoint ends with the last program that started it —
//!     `tests::serving::an_endpoint_with_predictions_is_watched_without_being_asked`,
//!     `tests::serving::an_endpoint_stops_when_its_last_program_leaves_and_no_backup_has_the_key`.
//! 12. Who waits is answered, also where the program has a fault —
//!     `tests::faults::whoever_asked_for_what_panics_is_told_and_the_next_one_is_answered`.
//! 13. One DuckDB at a time has the catalog — `tests::faults::an_opening_that_fails_closes_the_catalog`.

mod about;
mod asker;
mod audit;
mod backup;
pub mod bench;
mod board;
mod catalog_thread;
mod clock;
mod commands;
mod connection;
mod curves;
mod delta;
mod engine;
mod error;
mod folders;
mod guest;
mod imports;
mod kept_address;
mod memory;
mod open;
mod pages;
mod project;
mod reader;
mod registry;
mod repair;
mod room;
mod runs;
mod series;
mod serving;
mod socket;
mod state;
mod tasks;
mod thinned;
mod views;
mod vigil;

pub use about::{limits, total_memory_bytes};
pub use connection::{Connection, Opened};
pub use engine::Engine;
pub use error::HostError;
pub use guest::{Guest, Leftovers};
pub use project::create_project;
pub use repair::{Repaired, repair};
pub use socket::{Holder, Keeping, Kept, Remote};

/// Devices that can train, and which one `auto` would take.
pub use learn::devices;

#[cfg(test)]
mod tests;
