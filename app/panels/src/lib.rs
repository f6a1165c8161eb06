//! The panels: each reads the snapshot, draws with the look, asks with commands, and knows nothing of the engine.
//!
//! Invariants
//! 1. A panel holds view state only; two frames of one snapshot draw the same — `app/gallery` `every_state_is_stable`.
//! 2. Every panel draws each of its named states in both themes, with a name on everything that can be used —
//!    `app/gallery` `every_state_draws` and `everything_usable_has_a_name`.
//! 3. Commands and requests leave in the order in which they were asked for — `tests::asked_in_order`.
//! 4. What stands on the screen as text is decided by pure view models — `home::tests`, `datasets::tests`, `serving::tests`,
//!    `monitoring::tests`, `inspector::tests`, `experiments::tests`, `train::tests`, `registry::tests`, `lineage::tests`,
//!    `journal::tests`, `tasks::data::tests`.
//! 5. Ten thousand runs cost a frame hardly more than ten; what did not change is not made again —
//!    `experiments::tests::speed` and `experiments::tests::curves`.

mod action;
mod ctx;
mod datasets;
mod experiments;
mod home;
mod inspector;
mod journal;
mod lineage;
mod monitoring;
mod parts;
mod registry;
mod serving;
mod sight;
pub mod states;
mod table;
mod tasks;
mod train;
mod widths;

pub use action::resume;
pub use ctx::{Commands, Ctx, Place, Request, Selection, View};
pub use datasets::{DatasetTab, DatasetsPanel};
pub use experiments::{CompareTab, ExperimentsPanel, proposed_name};
pub use home::HomePanel;
pub use inspector::{Inspector, nothing_inspected_ui};
pub use journal::JournalPanel;
pub use lineage::LineagePanel;
pub use monitoring::MonitoringPanel;
pub use registry::RegistryPanel;
pub use serving::{ServingPanel, ServingTab};
pub use tasks::TasksPanel;
pub use train::TrainDialog;

#[cfg(test)]
mod tests;
