//! Tasks: what runs now with its progress, and how the earlier work of this session ended.

mod data;
mod ui;

use contract::Snapshot;

use crate::Ctx;
use crate::states::{self, Sample};

pub(crate) use data::{error_and_hint, rate_number};

/// View state: the largest share that was shown of each task, so that no bar runs backwards.
#[derive(Debug, Default)]
pub struct TasksPanel {
    shares: data::ShownShares,
    revision: u64,
}

impl TasksPanel {
    pub fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut egui::Ui) {
        if self.revision != ctx.snapshot.revision {
            self.shares.keep_only(&ctx.snapshot.tasks);
            self.revision = ctx.snapshot.revision;
        }
        ui::tasks_ui(ctx, ui, &mut self.shares);
    }

    pub fn states() -> Vec<(&'static str, Snapshot)> {
        let all = (0..6).fold(Sample::new(), |sample, kind| {
            sample.task(states::task(kind))
        });
        let many = (0..400).fold(Sample::new(), |sample, number| {
            sample.task(states::task(3 + number % 3))
        });
        let mut long = states::task(0);
        long.title = format!("Import {}", "messreihe_der_versuchsanlage_nord_".repeat(6));
        long.stage = "reading the second of three hundred and twelve files".into();
        vec![
            ("empty", states::empty()),
            (
                "running",
                Sample::new()
                    .task(states::task(0))
                    .task(states::task(1))
                    .done(),
            ),
            (
                "without_a_total",
                Sample::new().task(states::task(2)).done(),
            ),
            ("failed", Sample::new().task(states::task(4)).done()),
            ("all_kinds", all.done()),
            ("four_hundred", many.done()),
            ("long_names", Sample::new().task(long).done()),
        ]
    }
}
