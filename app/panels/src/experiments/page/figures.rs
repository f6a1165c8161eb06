//! The figures of a run's page: the number that matters beside its baseline, then the small ones.

use contract::Run;
use egui::{Layout, Ui};
use look::format;

use super::super::result::{RunResult, headline_caption};
use crate::Ctx;
use crate::parts::fact_ui;

/// From this width on the small figures stand beside the large one.
const WIDE: f32 = 820.0;

pub(super) fn figures_ui(ctx: &Ctx<'_>, ui: &mut Ui, run: &Run) {
    let look = ctx.look;
    let Some(result) = RunResult::of(run) else {
        return;
    };
    let rows = run.report.as_deref().map(|report| report.rows.test);
    let caption = headline_caption(run.recipe.task, result.split, rows);
    let value = format::metric(result.value);
    if ui.available_width() >= WIDE {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = look.space.xxl;
            look.figure_ui(ui, &caption, &value, &against(&result));
            ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = look.space.xl;
                for (caption, value) in facts(run) {
                    fact_ui(look, ui, caption, &value);
                }
            });
        });
    } else {
        look.figure_ui(ui, &caption, &value, &against(&result));
        ui.add_space(look.space.s);
        ui.spacing_mut().item_spacing.y = look.space.xs;
        for (caption, value) in facts(run) {
            look.key_value_ui(ui, caption, &value);
        }
        ui.spacing_mut().item_spacing.y = look.space.s;
    }
    ui.add_space(look.space.m);
}

/// `baseline 0.3990, +0.5626, 94 % of its error is gone`.
pub(in super::super) fn against(result: &RunResult) -> String {
    let Some(baseline) = result.baseline else {
        return String::new();
    };
    let mut text = format!("baseline {}", format::metric(baseline));
    if let Some(gain) = result.gain() {
        text.push_str(&format!(
            ", {} {}",
            format::number(gain.abs()),
            verdict(gain)
        ));
    }
    if let Some(skill) = result.skill().filter(|skill| *skill > 0.0) {
        text.push_str(&format!(
            ", {} of its error is gone",
            format::percent(skill)
        ));
    }
    text
}

fn verdict(gain: f64) -> &'static str {
    if gain > 0.0 {
        "better"
    } else if gain < 0.0 {
        "worse"
    } else {
        "no better"
    }
}

/// Small figures that belong to the run as a whole.
pub(in super::super) fn facts(run: &Run) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Duration", format::duration(run.seconds))];
    if let Some(report) = run.report.as_deref() {
        let [run, best] =
            [report.epochs_run, report.best_epoch].map(|epoch| format::count(u64::from(epoch)));
        let epochs = format!("{run}, best {best}");
        let rows = &report.rows;
        let split = [rows.train, rows.validation, rows.test].map(format::count);
        facts.extend([
            ("Epochs", epochs),
            ("Train / validation / test rows", split.join(" / ")),
            ("Weights", format::count(report.parameters)),
            ("Samples/s", format::number(report.samples_per_second)),
        ]);
        if rows.without_target > 0 {
            facts.push((
                "Rows without a target, left out",
                format::count(rows.without_target),
            ));
        }
    }
    facts
}
