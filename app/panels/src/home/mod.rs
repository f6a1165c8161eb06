//! Home: where the project stands, what runs, what needs a person, and the next step.

mod data;
mod needs;
mod road;
mod ui;

use contract::{NoticeLevel, RunState, Snapshot};

use data::HomeData;

use crate::Ctx;
use crate::states::{self, Sample};

/// Home keeps no view state: everything follows from the snapshot.
#[derive(Debug, Default)]
pub struct HomePanel {}

impl HomePanel {
    pub fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut egui::Ui) {
        match HomeData::new(ctx.snapshot, ctx.view.now) {
            Some(data) => ui::home_ui(ctx, ui, &data),
            None => ctx.look.nothing_ui(
                ui,
                look::icon::HOME,
                "No project is open; create one or open one to begin",
            ),
        }
    }

    pub fn states() -> Vec<(&'static str, Snapshot)> {
        let wine = states::wine();
        vec![
            ("no_project", states::no_project()),
            ("empty", states::empty()),
            ("imported", Sample::new().dataset(vec![wine.clone()]).done()),
            (
                "running",
                Sample::new()
                    .dataset(vec![wine.clone()])
                    .run_of(&wine, RunState::Running)
                    .task(states::task(0))
                    .task(states::task(2))
                    .done(),
            ),
            (
                "trained",
                Sample::new()
                    .dataset(vec![wine.clone()])
                    .run_of(&wine, RunState::Finished)
                    .run_of(&wine, RunState::Finished)
                    .done(),
            ),
            (
                "registered",
                Sample::new()
                    .dataset(vec![wine.clone()])
                    .run_of(&wine, RunState::Finished)
                    .model("wine", 1)
                    .done(),
            ),
            ("road", states::road()),
            (
                "failed",
                Sample::new()
                    .dataset(vec![states::rejected_rows()])
                    .run_of(&states::rejected_rows(), RunState::Failed)
                    .task(states::task(4))
                    .notice(states::notice(1, NoticeLevel::Error))
                    .done(),
            ),
            (
                "long_names",
                Sample::new()
                    .dataset(vec![states::long_names()])
                    .run_of(&states::long_names(), RunState::Finished)
                    .model(states::long_names().id.dataset.as_str(), 1)
                    .served(states::long_names().id.dataset.as_str())
                    .done(),
            ),
        ]
    }
}

#[cfg(test)]
mod tests;
