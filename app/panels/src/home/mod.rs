//! Home: where the project stands, what runs, what needs a person, and the next step.

mod data;
mod needs;
mod road;
mod ui;

use std::collections::HashSet;

use contract::{NoticeLevel, RunState, Snapshot};

use data::{HomeData, Need};

use crate::Ctx;
use crate::states::{self, Sample};

/// View state: what a person put aside.
#[derive(Debug, Default)]
pub struct HomePanel {
    dismissed: Dismissed,
}

/// What needed a person and was put aside, by title and detail: it comes back when it changes, and in the next session.
#[derive(Debug, Default)]
struct Dismissed {
    needs: HashSet<(String, String)>,
}

impl Dismissed {
    fn dismiss(&mut self, need: &Need) {
        self.needs.insert((need.title.clone(), need.detail.clone()));
    }

    fn leave_out(&self, needs: &mut Vec<Need>) {
        if !self.needs.is_empty() {
            needs.retain(|need| {
                !self
                    .needs
                    .contains(&(need.title.clone(), need.detail.clone()))
            });
        }
    }
}

impl HomePanel {
    pub fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut egui::Ui) {
        match HomeData::new(ctx.snapshot, ctx.view.now) {
            Some(mut data) => {
                self.dismissed.leave_out(&mut data.needs);
                if let Some(need) = ui::home_ui(ctx, ui, &data) {
                    self.dismissed.dismiss(need);
                }
            }
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
