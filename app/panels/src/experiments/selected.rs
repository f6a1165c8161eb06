//! The lower pane: the curves of the selected runs, and the parameters that differ between them.

use std::sync::Arc;

use contract::{Run, RunId, Snapshot};
use egui::{Align, Layout, ScrollArea, Ui};
use look::{format, icon};

use super::actions::actions_ui;
use super::charts;
use super::curves::{Charts, CurveSettings};
use super::differences::DifferencesTable;
use super::hovering::Hovered;
use super::progress::{RunProgress, state_tone};
use super::run_color;
use super::selection::SelectedRuns;
use crate::Ctx;
use crate::parts::from_right_ui;

/// Below this width the settings of the charts have a line of their own.
const WIDE: f32 = 640.0;
/// The switch for the training split needs this much room beside the other settings.
const TOGGLE_FROM: f32 = 150.0;

/// The pages of the lower pane when several runs are selected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CompareTab {
    #[default]
    Curves,
    Parameters,
}

/// View state of the lower pane.
#[derive(Debug, Default)]
pub(super) struct LowerPane {
    tab: CompareTab,
    settings: CurveSettings,
    charts: Charts,
    differences: DifferencesTable,
    kept: Kept,
    name: String,
    pub(super) hovered: Hovered,
}

/// The selected runs as they stand in the snapshot, kept while both stay.
#[derive(Debug, Default)]
struct Kept {
    of: Option<(u64, u64)>,
    runs: Vec<Arc<Run>>,
}

impl LowerPane {
    pub(super) fn on(tab: CompareTab) -> Self {
        Self {
            tab,
            ..Self::default()
        }
    }

    /// Gives the run that is to be opened.
    pub(super) fn ui(
        &mut self,
        ctx: &Ctx<'_>,
        ui: &mut Ui,
        selected: &SelectedRuns,
    ) -> Option<RunId> {
        self.kept.refresh(ctx.snapshot, selected);
        let runs = std::mem::take(&mut self.kept.runs);
        ui.add_space(ctx.look.space.s);
        let opened = match runs.as_slice() {
            [] => None,
            [run] => self.one_ui(ctx, ui, run),
            _ => {
                self.several_ui(ctx, ui, &runs);
                None
            }
        };
        let generation = selected.generation;
        let hovered = match self.tab {
            CompareTab::Parameters if runs.len() > 1 => {
                self.differences.ui(ctx, ui, &runs, generation);
                None
            }
            _ => self.curves_ui(ctx, ui, &runs, generation),
        };
        self.hovered.now_on_curve(ui, hovered);
        self.kept.runs = runs;
        opened
    }

    fn one_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, run: &Run) -> Option<RunId> {
        let look = ctx.look;
        let is_wide = ui.available_width() >= WIDE;
        let mut opened = None;
        from_right_ui(ui, 32.0, |ui| {
            let open = look.primary_icon_button_ui(ui, icon::OPEN, "Open run");
            if open.clicked() {
                opened = Some(run.id.clone());
            }
            if run.state.is_active() {
                actions_ui(ctx, ui, run, &mut self.name, false);
            }
            if is_wide {
                ui.add_space(look.space.s);
                charts::settings_ui(ctx, ui, &mut self.settings);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                look.swatch_ui(ui, run_color(look, run.number), "");
                ui.label(look.section(format!("Run {}", run.number)));
                if is_wide || !run.state.is_active() {
                    look.chip_ui(ui, state_tone(run.state), run.state.word());
                }
            });
        });
        if let Some(progress) = RunProgress::of(run, ctx.snapshot) {
            look.progress_ui(ui, Some(progress.share), &progress.text);
        }
        if !is_wide {
            from_right_ui(ui, 32.0, |ui| {
                charts::settings_ui(ctx, ui, &mut self.settings)
            });
        }
        opened
    }

    fn several_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, runs: &[Arc<Run>]) {
        let look = ctx.look;
        let tabs = [
            (CompareTab::Curves, "Curves"),
            (CompareTab::Parameters, "Parameters"),
        ];
        look.tabs_ui(ui, &mut self.tab, &tabs);
        if self.tab == CompareTab::Parameters {
            return;
        }
        from_right_ui(ui, 32.0, |ui| {
            charts::settings_ui(ctx, ui, &mut self.settings);
            if ui.available_width() < TOGGLE_FROM {
                return;
            }
            look.toggle_ui(ui, "Training split", &mut self.settings.with_train);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let count = format::count(runs.len() as u64);
                let text = format!("{count} runs on the validation split");
                ui.add(egui::Label::new(look.secondary(text)).truncate());
            });
        });
    }

    /// Gives the run whose curve is under the pointer.
    fn curves_ui(
        &mut self,
        ctx: &Ctx<'_>,
        ui: &mut Ui,
        runs: &[Arc<Run>],
        generation: u64,
    ) -> Option<u64> {
        let settings = CurveSettings {
            is_alone: runs.len() == 1,
            ..self.settings
        };
        self.charts
            .refresh(ctx.snapshot, runs, generation, settings);
        if self.charts.charts().is_empty() {
            ctx.look
                .nothing_ui(ui, icon::CHART, "Curves appear after the first epoch");
            return None;
        }
        let count = self.charts.charts().len();
        let room = ui.available_height();
        let height = charts::height_to_fill(count, ui.available_width(), room);
        ScrollArea::vertical()
            .id_salt("charts")
            .auto_shrink(false)
            .show(ui, |ui| {
                ui.set_max_width(ui.available_width() - 12.0);
                if self.charts.seconds_are_spread {
                    spread_note_ui(ctx, ui);
                }
                let shown = charts::Shown {
                    axis: settings.axis,
                    height,
                    hovered: self.hovered,
                };
                charts::charts_ui(ctx, ui, self.charts.charts(), shown)
            })
            .inner
    }
}

/// Says that the seconds of some curves are not measured but derived.
pub(super) fn spread_note_ui(ctx: &Ctx<'_>, ui: &mut Ui) {
    let note = "Seconds are the run's time spread evenly over its epochs";
    ui.label(ctx.look.caption(note));
}

impl Kept {
    fn refresh(&mut self, snapshot: &Snapshot, selected: &SelectedRuns) {
        let key = (snapshot.revision, selected.generation);
        if self.of == Some(key) {
            return;
        }
        self.of = Some(key);
        self.runs = selected
            .numbers()
            .filter_map(|number| by_number(&snapshot.runs, number))
            .collect();
        // With nothing selected the newest run is what a person wants to see.
        if self.runs.is_empty() {
            self.runs.extend(snapshot.runs.last().cloned());
        }
    }
}

/// Runs stand in the order of their numbers.
fn by_number(runs: &[Arc<Run>], number: u64) -> Option<Arc<Run>> {
    let found = runs.binary_search_by_key(&number, |run| run.number).ok()?;
    runs.get(found).cloned()
}
