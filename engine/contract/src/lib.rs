//! The words both floors speak: ids, specs, `Command`, `Fact`, `Snapshot`. Data only: no IO, no threads.
//!
//! Invariants
//! 1. Everything here is plain data with public fields — `tests/tidy` `contract_is_data_only`.
//! 2. A command and a fact survive JSON unchanged — `tests::facts_and_commands_survive_json`.
//! 3. A snapshot is complete: a panel needs nothing else to draw — `app/gallery`.

mod command;
mod dataset;
mod fact;
mod frame;
mod ids;
mod learning;
mod registry;
mod serving;
mod snapshot;
mod watching;

pub use command::*;
pub use dataset::*;
pub use fact::*;
pub use frame::*;
pub use ids::*;
pub use learning::*;
pub use registry::*;
pub use serving::*;
pub use snapshot::*;
pub use watching::*;

#[cfg(test)]
mod tests;
