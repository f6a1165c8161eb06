//! Experiments: every run in a table, the curves and the differences of the selected ones below, and a page for each.

mod actions;
mod charts;
mod columns;
mod confusion;
mod curves;
mod differences;
mod evaluation;
mod filter;
mod head;
mod hovering;
mod keyboard;
mod marks;
mod metrics;
mod naming;
mod page;
mod parameters;
mod progress;
mod result;
mod rows;
mod runs_table;
mod samples;
mod selected;
mod selection;
mod smoothing;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use contract::{Run, RunId, Snapshot};
use egui::{Color32, Ui};
use look::{Look, icon};

use crate::parts::inset_ui;
use crate::train::TrainDialog;
use crate::{Ctx, Place, Selection};
use columns::RunColumn;
use rows::{Question, RunsTable};

pub use selected::CompareTab;

pub use naming::proposed_name;

pub(crate) use columns::signed_metric;
pub(crate) use evaluation::metric_rows;
pub(crate) use metrics::metrics_ui;
pub(crate) use parameters::{device_name, hidden_layers};
pub(crate) use result::lower_is_better;

/// The table keeps at least this much of the panel's height.
const LEAST_TABLE: f32 = 150.0;

/// View state: the table's question and selection, how curves are drawn, the page that is open.
pub struct ExperimentsPanel {
    question: Question,
    columns: Vec<RunColumn>,
    table: RunsTable,
    selected: selection::SelectedRuns,
    lower: selected::LowerPane,
    page: Option<page::RunPage>,
    /// The window's selection as this panel last saw it; a run that was selected elsewhere is opened.
    seen: Option<RunId>,
    /// The run of the open page was what is selected in the window.
    is_page_selected: bool,
    keyboard: keyboard::Keyboard,
    train: TrainDialog,
}

impl Default for ExperimentsPanel {
    fn default() -> Self {
        Self {
            question: Question::default(),
            columns: RunColumn::shown_at_first(),
            table: RunsTable::default(),
            selected: selection::SelectedRuns::default(),
            lower: selected::LowerPane::default(),
            page: None,
            seen: None,
            is_page_selected: false,
            keyboard: keyboard::Keyboard::default(),
            train: TrainDialog::default(),
        }
    }
}

impl ExperimentsPanel {
    /// With these runs selected, by their numbers, and this page below the table.
    pub fn comparing(runs: impl IntoIterator<Item = u64>, tab: CompareTab) -> Self {
        let mut panel = Self {
            lower: selected::LowerPane::on(tab),
            ..Self::default()
        };
        panel.selected.select_these(runs);
        panel
    }

    pub fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui) {
        self.train.ui(ctx, ui);
        if ctx.snapshot.runs.is_empty() {
            empty_ui(ctx, ui);
            return;
        }
        self.follow(ctx);
        if let Some(page) = &mut self.page {
            let Some(run) = find(ctx.snapshot, page.run()) else {
                self.page = None;
                return;
            };
            match page.ui(ctx, ui, &run) {
                page::Outcome::Stay => {}
                page::Outcome::Back => self.page = None,
                page::Outcome::TrainAgain => self.train.open_with(&run.recipe),
            }
            return;
        }
        self.overview_ui(ctx, ui);
    }

    fn overview_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui) {
        self.table.refresh(ctx.snapshot, &self.question);
        inset_ui(ctx.look, ui, |ui| {
            head::head_ui(
                ctx,
                ui,
                &mut head::Head {
                    question: &mut self.question,
                    columns: &mut self.columns,
                    table: &self.table,
                    selected: &mut self.selected,
                },
            );
            let height = ui.available_height();
            let mut opened = None;
            egui::Panel::bottom("selected runs")
                .resizable(true)
                .default_size((height * 0.56).max(LEAST_TABLE))
                .size_range(80.0..=(height - LEAST_TABLE).max(81.0))
                .frame(egui::Frame::new())
                .show(ui, |ui| {
                    // The pane keeps the height that a person gave it, however little stands in it.
                    ui.set_min_height(ui.available_height());
                    opened = self.lower.ui(ctx, ui, &self.selected);
                });
            egui::CentralPanel::no_frame().show(ui, |ui| {
                self.select_all_by_key(ui);
                let mut shown = runs_table::Shown {
                    table: &self.table,
                    columns: &self.columns,
                    question: &mut self.question,
                    selected: &self.selected,
                    keyboard: &mut self.keyboard,
                    lit: self.lower.hovered.lit_row(),
                    hovered: None,
                };
                let clicked = runs_table::runs_table_ui(ctx, ui, &mut shown);
                let hovered = shown.hovered;
                self.lower.hovered.now_on_row(ui, hovered);
                if let Some((row, click)) = clicked {
                    opened = self.clicked(ctx, row, click).or(opened.take());
                }
            });
            if let Some(run) = opened {
                self.open(ctx, run);
            }
        });
    }

    /// Selects; a double click gives the run to open.
    fn clicked(&mut self, ctx: &Ctx<'_>, row: usize, click: runs_table::Click) -> Option<RunId> {
        let run = self.table.row(row)?.run.id.clone();
        match click {
            runs_table::Click::Open => return Some(run),
            runs_table::Click::Select(how) => self.selected.click(&self.table, row, how),
        }
        self.seen = Some(run.clone());
        ctx.view.select(Selection::Run(run));
        None
    }

    /// Over the table, the key that selects everything everywhere else.
    fn select_all_by_key(&mut self, ui: &Ui) {
        if ui.ui_contains_pointer() && !ui.ctx().text_edit_focused() {
            let key = egui::KeyboardShortcut::new(egui::Modifiers::COMMAND, egui::Key::A);
            if ui.input_mut(|input| input.consume_shortcut(&key)) {
                self.selected.select_all(&self.table);
            }
        }
    }

    fn open(&mut self, ctx: &Ctx<'_>, run: RunId) {
        self.seen = Some(run.clone());
        ctx.view.select(Selection::Run(run.clone()));
        self.page = Some(page::RunPage::new(run));
    }

    /// A run that was selected elsewhere in the window is opened here.
    fn follow(&mut self, ctx: &Ctx<'_>) {
        if let Some(run) = ctx.view.take_expected_run(ctx.snapshot) {
            self.selected.select_these([run.number]);
            self.open(ctx, run.id.clone());
        }
        if ctx.view.take_overview(Place::Experiments) {
            self.page = None;
        }
        let selection = ctx.view.selection();
        let was_selected = std::mem::take(&mut self.is_page_selected);
        let Some(Selection::Run(run)) = selection else {
            // Whoever lets go of the open run, as the window's breadcrumb does, wants to see all of them.
            if selection.is_none() && was_selected {
                self.page = None;
                self.seen = None;
            }
            return;
        };
        self.follow_selected(ctx, run);
        let selected = self.seen.as_ref();
        self.is_page_selected = self.page.as_ref().map(page::RunPage::run) == selected;
    }

    fn follow_selected(&mut self, ctx: &Ctx<'_>, run: RunId) {
        if self.seen.as_ref() == Some(&run) {
            return;
        }
        self.seen = Some(run.clone());
        if let Some(found) = find(ctx.snapshot, &run) {
            self.selected.select_these([found.number]);
            self.page = Some(page::RunPage::new(run));
        }
    }

    pub fn states() -> Vec<(&'static str, Snapshot)> {
        samples::states()
    }

    /// Snapshots with the run whose page is to be open.
    pub fn page_states() -> Vec<(&'static str, Snapshot, Option<Selection>)> {
        samples::page_states()
    }
}

/// A run's colour, the same in every chart and every list.
pub(crate) fn run_color(look: &Look, number: u64) -> Color32 {
    // Runs count from 1; the first has the first colour.
    look.series(usize::try_from(number.saturating_sub(1)).unwrap_or(0))
}

fn find(snapshot: &Snapshot, id: &RunId) -> Option<Arc<Run>> {
    // The newest are asked for most.
    snapshot
        .runs
        .iter()
        .rev()
        .find(|run| run.id == *id)
        .cloned()
}

fn empty_ui(ctx: &Ctx<'_>, ui: &mut Ui) {
    let sentence =
        "Runs stand here with their curves, so that they can be compared and the best one kept";
    let (hint, button) = match ctx.snapshot.datasets.last() {
        Some(_) => (
            "Training starts from a data version",
            "Choose data to train on",
        ),
        None => (
            "A run learns from a dataset, so a file comes first",
            "Show the datasets",
        ),
    };
    if ctx
        .look
        .empty_ui(ui, icon::EXPERIMENTS, (sentence, hint), button)
        .clicked()
    {
        let newest = ctx
            .snapshot
            .datasets
            .last()
            .and_then(|dataset| dataset.versions.last());
        match newest {
            Some(version) => ctx.view.train(version.id.clone()),
            None => ctx.view.navigate(Place::Datasets),
        }
    }
}
