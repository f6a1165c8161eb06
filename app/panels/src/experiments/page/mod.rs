//! A run's page: the metric against its baseline, progress, curves, evaluation, importance, parameters, lineage.

mod confusion;
mod evaluation;
mod figures;
mod fit;
mod importance;
mod strip;

use std::sync::Arc;

use contract::{Run, RunId, RunReport, RunState};
use egui::{Align, Layout, Ui};
use look::{format, icon};

use super::actions::{Asked, actions_ui};
use super::charts;
use super::curves::{Charts, CurveSettings};
use super::parameters::{device_name, hidden_layers, parameters};
use super::progress::{RunProgress, state_tone};
use super::selected::spread_note_ui;
#[cfg(test)]
pub(super) use figures::{against, facts};
#[cfg(test)]
pub(super) use strip::stops;

use crate::parts::{ago_ui, beside_or_below_ui, from_right_ui, page_ui};
use crate::tasks::error_and_hint;
use crate::{Ctx, Place};

const CHART: f32 = 240.0;
/// Below this width columns stand under each other.
const NARROW: f32 = 760.0;
/// From this width on the actions stand on the line of the title.
const ONE_LINE: f32 = 720.0;

/// What came of a frame of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Stay,
    Back,
    TrainAgain,
}

/// View state of one run's page.
#[derive(Debug)]
pub(super) struct RunPage {
    run: RunId,
    settings: CurveSettings,
    charts: Charts,
    evaluation: evaluation::Evaluation,
    name: String,
    shows_all_features: bool,
}

impl RunPage {
    pub(super) fn new(run: RunId) -> Self {
        Self {
            run,
            settings: CurveSettings {
                is_alone: true,
                ..CurveSettings::default()
            },
            charts: Charts::default(),
            evaluation: evaluation::Evaluation::default(),
            name: String::new(),
            shows_all_features: false,
        }
    }

    pub(super) fn run(&self) -> &RunId {
        &self.run
    }

    pub(super) fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, run: &Arc<Run>) -> Outcome {
        let mut outcome = Outcome::Stay;
        page_ui(ctx.look, ui, |ui| {
            outcome = self.head_ui(ctx, ui, run);
            trouble_ui(ctx, ui, run);
            if let Some(progress) = RunProgress::of(run, ctx.snapshot) {
                ctx.look
                    .progress_ui(ui, Some(progress.share), &progress.text);
                ui.add_space(ctx.look.space.s);
            }
            figures::figures_ui(ctx, ui, run);
            strip::strip_ui(ctx, ui, run);
            self.curves_ui(ctx, ui, run);
            if let Some(report) = &run.report {
                self.evaluation_ui(ctx, ui, run, report);
            } else {
                parameters_ui(ctx, ui, run);
            }
        });
        outcome
    }

    fn head_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, run: &Run) -> Outcome {
        let look = ctx.look;
        let name = &mut self.name;
        let is_wide = ui.available_width() >= ONE_LINE;
        let mut is_back = false;
        let asked = from_right_ui(ui, 32.0, |ui| {
            more_ui(ctx, ui, run);
            let mut asked = Asked::Nothing;
            if is_wide {
                asked = actions_ui(ctx, ui, run, name, true);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                is_back = look.icon_button_ui(ui, icon::BACK, "All runs").clicked();
                look.swatch_ui(ui, super::run_color(look, run.number), "");
                ui.label(look.page(format!("Run {}", run.number)));
                look.chip_ui(ui, state_tone(run.state), run.state.word());
                ago_ui(ctx, ui, run.started);
            });
            asked
        });
        let asked = if is_wide {
            asked
        } else {
            ui.horizontal(|ui| actions_ui(ctx, ui, run, name, true))
                .inner
        };
        let recipe = &run.recipe;
        let text = format!(
            "MLP {} predicts {} of {} ({}) on {}",
            hidden_layers(&recipe.model.hidden),
            recipe.target,
            recipe.data,
            recipe.task.word(),
            if run.device.is_empty() {
                "a device to be chosen"
            } else {
                device_name(&run.device)
            },
        );
        ui.add(egui::Label::new(look.secondary(text)).wrap());
        ui.add_space(look.space.m);
        match asked {
            _ if is_back => Outcome::Back,
            Asked::TrainAgain => Outcome::TrainAgain,
            Asked::Nothing => Outcome::Stay,
        }
    }

    fn curves_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, run: &Arc<Run>) {
        let look = ctx.look;
        look.section_with_ui(ui, "Curves", |ui| {
            charts::settings_ui(ctx, ui, &mut self.settings);
        });
        let runs = std::slice::from_ref(run);
        self.charts.refresh(ctx.snapshot, runs, 0, self.settings);
        if self.charts.charts().is_empty() {
            ui.label(look.secondary("Curves appear after the first epoch"));
            return;
        }
        if self.charts.seconds_are_spread {
            spread_note_ui(ctx, ui);
        }
        let shown = charts::Shown {
            axis: self.settings.axis,
            height: CHART,
            hovered: super::hovering::Hovered::default(),
        };
        charts::charts_ui(ctx, ui, self.charts.charts(), shown);
    }

    fn evaluation_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, run: &Run, report: &Arc<RunReport>) {
        let look = ctx.look;
        let shows_all = &mut self.shows_all_features;
        let task = run.recipe.task;
        let evaluation::Made {
            metrics,
            picture,
            importance,
            cell,
        } = self.evaluation.of(report, task);
        beside_or_below_ui(
            look,
            ui,
            NARROW,
            |ui| {
                look.section_with_ui(ui, "Evaluation", |_| {});
                super::metrics_ui(look, ui, metrics);
            },
            |ui| evaluation::picture_ui(ctx, ui, picture, cell),
        );
        beside_or_below_ui(
            look,
            ui,
            NARROW,
            |ui| importance::importance_ui(ctx, ui, importance, task, shows_all),
            |ui| parameters_ui(ctx, ui, run),
        );
    }
}

fn more_ui(ctx: &Ctx<'_>, ui: &mut Ui, run: &Run) {
    let more = ctx.look.icon_button_ui(ui, icon::MORE, "More actions");
    ctx.look.menu_ui(&more, |ui| {
        if ui.button("Show lineage").clicked() {
            ctx.commands.push(contract::Command::ShowLineage {
                of: run.id.as_str().into(),
            });
            ctx.view.navigate(Place::Lineage);
        }
        if ui.button("Copy the id").clicked() {
            ctx.view.copy(run.id.as_str());
        }
    });
}

/// What went wrong or was cut short, with what to do about it.
fn trouble_ui(ctx: &Ctx<'_>, ui: &mut Ui, run: &Run) {
    let look = ctx.look;
    match run.state {
        RunState::Failed => {
            let text = run.error.as_deref().unwrap_or("The trainer gave no reason");
            let (why, hint) = error_and_hint(text);
            let after = format::duration(run.seconds);
            let hint = hint.unwrap_or_else(|| {
                "Change the recipe and train again; the data and its splits stay as they are".into()
            });
            look.error_ui(
                ui,
                &format!("Run {} failed after {after}", run.number),
                &why,
                Some(&hint),
            );
        }
        RunState::Interrupted => {
            look.card_ui(ui, |ui| {
                ui.horizontal(|ui| {
                    look.state_dot_ui(ui, state_tone(run.state), "Interrupted");
                    let text = "The program ended while this run trained. Resume goes on from its last checkpoint";
                    ui.add(egui::Label::new(look.body(text)).wrap());
                });
            });
        }
        _ => return,
    }
    ui.add_space(look.space.m);
}

fn parameters_ui(ctx: &Ctx<'_>, ui: &mut Ui, run: &Run) {
    let look = ctx.look;
    look.section_with_ui(ui, "Parameters", |_| {});
    ui.spacing_mut().item_spacing.y = 4.0;
    for parameter in parameters(&run.recipe) {
        look.key_value_ui(ui, parameter.name, &parameter.value);
    }
    look.key_value_with_ui(ui, "id", |ui| {
        look.copy_text_ui(ui, run.id.as_str(), run.id.as_str());
    });
    ui.spacing_mut().item_spacing.y = look.space.s;
}
