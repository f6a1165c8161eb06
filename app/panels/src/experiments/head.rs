//! The head of the experiments: how many runs, the filter, the columns to show, the selection.

use egui::{Align, Layout, Popup, PopupCloseBehavior, ScrollArea, Ui, vec2};
use look::{format, icon};

use super::columns::RunColumn;
use super::rows::{Question, RunsTable};
use super::selection::SelectedRuns;
use crate::Ctx;

/// The width of a page from which there is room for what is not always needed.
const EXTRAS_FROM: f32 = 720.0;
/// In a narrower page the hint would leave no room for the filter.
const HINT_FROM: f32 = 560.0;
/// What stands beside the filter: the title and the button of the columns.
const BESIDE_FIELD: f32 = 320.0;
const LEAST_FIELD: f32 = 120.0;
const MOST_FIELD: f32 = 240.0;

pub(super) struct Head<'a> {
    pub question: &'a mut Question,
    pub columns: &'a mut Vec<RunColumn>,
    pub table: &'a RunsTable,
    pub selected: &'a mut SelectedRuns,
}

pub(super) fn head_ui(ctx: &Ctx<'_>, ui: &mut Ui, head: &mut Head<'_>) {
    let look = ctx.look;
    let total = head.table.total();
    let mut explanation = match head.table.len() {
        shown if shown == total => format::counted(total as u64, "run", "runs"),
        shown => {
            let shown = format::count(shown as u64);
            format!("{shown} of {} runs", format::count(total as u64))
        }
    };
    let room = ui.available_width();
    if total > 1 && head.selected.len() < 2 && room > HINT_FROM {
        explanation.push_str("; tick several to compare them");
    }
    // It stands in the line that is there anyway: a selection moves nothing.
    if head.selected.len() > 1 {
        let selected = format::count(head.selected.len() as u64);
        explanation.push_str(&format!(", {selected} selected"));
    }
    look.page_head_ui(ui, "Experiments", &explanation, |ui| {
        if room > EXTRAS_FROM {
            extras_ui(ctx, ui, head);
        }
        let field = ui.scope(|ui| {
            ui.set_max_width((room - BESIDE_FIELD).clamp(LEAST_FIELD, MOST_FIELD));
            look.search_ui(ui, &mut head.question.filter, "Filter runs")
        });
        field.inner.on_hover_text(
            "Words that must occur, -words that must not, and comparisons such as accuracy>0.9 or learning_rate<=0.01",
        );
        columns_ui(ctx, ui, head);
    });
}

/// What is wrong with the filter, or the way to tick nothing.
fn extras_ui(ctx: &Ctx<'_>, ui: &mut Ui, head: &mut Head<'_>) {
    let look = ctx.look;
    if let Some(complaint) = head.table.complaint() {
        look.chip_ui(ui, look::Tone::Warn, complaint);
    } else if head.selected.len() > 1 && look.quiet_button_ui(ui, "Clear selection").clicked() {
        head.selected.clear();
    }
}

fn columns_ui(ctx: &Ctx<'_>, ui: &mut Ui, head: &mut Head<'_>) {
    let look = ctx.look;
    let button = look.quiet_icon_button_ui(ui, icon::TABLE, "Columns");
    Popup::from_toggle_button_response(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width(240.0)
        .show(|ui| {
            ui.horizontal(|ui| {
                ui.label(look.section("Columns"));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if look.quiet_button_ui(ui, "Reset").clicked() {
                        *head.columns = RunColumn::shown_at_first();
                    }
                });
            });
            ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
                ui.set_min_size(vec2(216.0, 0.0));
                for column in RunColumn::FIXED {
                    column_ui(ctx, ui, column, head.columns);
                }
                if !head.table.metric_keys().is_empty() {
                    ui.label(look.caption("Metrics"));
                }
                for key in head.table.metric_keys() {
                    column_ui(ctx, ui, RunColumn::Metric(key.clone()), head.columns);
                }
            });
        });
}

fn column_ui(ctx: &Ctx<'_>, ui: &mut Ui, column: RunColumn, columns: &mut Vec<RunColumn>) {
    let mut is_shown = columns.contains(&column);
    // The number is how a run is called, so it always stands.
    let is_free = column != RunColumn::Run;
    ui.add_enabled_ui(is_free, |ui| {
        let text = ctx.look.body(column.title());
        let check = ui.checkbox(&mut is_shown, text);
        if check.on_hover_text(column.explanation()).changed() {
            if is_shown {
                columns.push(column);
            } else {
                columns.retain(|shown| *shown != column);
            }
        }
    });
}
