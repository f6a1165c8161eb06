//! The engine room: the one loop that takes commands, writes facts, joins the rooms, and publishes snapshots.
//!
//! Invariants
//! 1. Nothing is acknowledged before its fact is durable — `tests::what_was_acknowledged_is_there_after_a_crash`.
//! 2. The catalog follows the journal and can be made anew from it — `tests::a_lost_catalog_is_rebuilt`.
//! 3. One process holds a project, and answers the others — `tests::a_second_process_is_answered_by_the_first`.
//! 4. A fault in a run ends that run and nothing else — `tests::a_failing_run_is_a_failed_run`.
//! 5. The same bytes are imported once — `tests::the_same_file_is_recognised`.

mod about;
mod asker;
mod audit;
mod backup;
pub mod bench;
mod catalog_thread;
mod clock;
mod commands;
mod curves;
mod engine;
mod error;
mod folders;
mod imports;
mod memory;
mod open;
mod project;
mod reader;
mod registry;
mod room;
mod runs;
mod serving;
mod socket;
mod state;
mod tasks;
mod views;

pub use about::{limits, total_memory_bytes};
pub use engine::{Connection, Engine};
pub use error::HostError;
pub use open::repair;
pub use project::create_project;
pub use socket::Remote;

/// Devices that can train, and which one `auto` would take.
pub use learn::devices;

#[cfg(test)]
mod tests;
