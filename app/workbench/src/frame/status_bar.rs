//! The status bar: what runs, memory, endpoints, the journal; everything in it can be clicked.

use contract::{Snapshot, TaskState, TaskView};
use egui::{Panel, Rect, Response, Ui, vec2};
use look::{Look, Tone, format, icon, paint};
use panels::Place;

use super::{Parts, Sign, bar_item_ui, chrome, edge};
use crate::action::Action;
use crate::handover::Holding;

const ITEM: f32 = 22.0;
const SHOW: &str = "Show what is running";

/// Draws the bar; gives the response of the tasks item, which the tray hangs over.
pub(crate) fn status_bar_ui(ui: &mut Ui, parts: Parts<'_>) -> Response {
    let look = parts.look;
    Panel::bottom("status_bar")
        .exact_size(look.size.status_bar)
        .resizable(false)
        .show_separator_line(false)
        .frame(chrome(look))
        .show(ui, |ui| {
            let rect = ui.max_rect();
            ui.painter()
                .hline(rect.x_range(), rect.top() + 0.5, edge(look));
            ui.spacing_mut().item_spacing.x = 2.0;
            ui.horizontal_centered(|ui| {
                ui.add_space(look.space.xs);
                let tasks = tasks_ui(ui, parts);
                let height = ui.available_height();
                let nothing = |_: &mut Ui| {};
                look.ends_ui(ui, height, nothing, |ui| {
                    holding_ui(ui, parts);
                    memory_ui(ui, parts);
                    endpoints_ui(ui, parts);
                    journal_ui(ui, parts);
                    ui.add_space(look.space.xs);
                });
                tasks
            })
            .inner
        })
        .inner
}

fn tasks_ui(ui: &mut Ui, parts: Parts<'_>) -> Response {
    let look = parts.look;
    let running = running(parts.snapshot);
    match running.as_slice() {
        [] => {
            let sign = Sign::Icon(icon::CHECK);
            bar_item_ui(look, ui, sign, "Nothing is running", ITEM).on_hover_text(SHOW)
        }
        [first, rest @ ..] => {
            let text = task_text(first, rest.len());
            let item = bar_item_ui(look, ui, Sign::Mark(Tone::Accent), &text, ITEM);
            if let Some(share) = share(first) {
                thin_bar_ui(look, ui, share);
            }
            // The bar cuts what is long.
            item.on_hover_text(format!("{text}\n{SHOW}"))
        }
    }
}

/// `Train wine@1 · 42 of 100 epochs, and 2 more`.
fn task_text(task: &TaskView, others: usize) -> String {
    let mut text = format!("{} · {}", task.title, progress_text(task));
    if others > 0 {
        text.push_str(&format!(", and {others} more"));
    }
    text
}

/// `42 of 100 epochs`, or the stage while nothing can be counted.
pub(crate) fn progress_text(task: &TaskView) -> String {
    let said = |count: u64| match task.unit.as_str() {
        "bytes" => format::bytes(count),
        _ => format::count(count),
    };
    match task.total {
        Some(total) if task.unit == "bytes" => format!("{} of {}", said(task.done), said(total)),
        Some(total) => format!("{} of {} {}", said(task.done), said(total), task.unit),
        None => task.stage.clone(),
    }
}

pub(crate) fn share(task: &TaskView) -> Option<f32> {
    let total = task.total.filter(|total| *total > 0)?;
    Some((task.done as f64 / total as f64).clamp(0.0, 1.0) as f32)
}

pub(crate) fn running(snapshot: &Snapshot) -> Vec<&TaskView> {
    snapshot
        .tasks
        .iter()
        .filter(|task| task.state == TaskState::Running)
        .map(|task| &**task)
        .collect()
}

fn thin_bar_ui(look: &Look, ui: &mut Ui, share: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(96.0, ITEM), egui::Sense::hover());
    let bar = Rect::from_center_size(rect.center(), vec2(rect.width(), 3.0));
    paint::share_bar(
        ui.painter(),
        bar,
        share,
        look.palette.line,
        look.palette.accent,
    );
}

/// Only where another process has the project: what it is.
fn holding_ui(ui: &mut Ui, parts: Parts<'_>) {
    let Some(holding) = parts.holding else {
        return;
    };
    let sign = match holding {
        Holding::Elsewhere(_) => Sign::Icon(icon::SNIPPET),
        Holding::Changing => Sign::Mark(Tone::Accent),
    };
    let item = bar_item_ui(parts.look, ui, sign, &holding.text(), ITEM);
    if item.on_hover_text(holding.hint()).clicked() {
        parts.wishes.push(Action::Go(Place::Tasks));
    }
}

fn memory_ui(ui: &mut Ui, parts: Parts<'_>) {
    if parts.snapshot.memory_bytes == 0 {
        return;
    }
    let text = format::bytes(parts.snapshot.memory_bytes);
    let item = bar_item_ui(parts.look, ui, Sign::Icon(icon::MEMORY), &text, ITEM);
    let whose = match parts.holding {
        None => "Memory of this program",
        Some(_) => "Memory of the program that has the project open",
    };
    if item.on_hover_text(whose).clicked() {
        parts.wishes.push(Action::Go(Place::Settings));
    }
}

fn endpoints_ui(ui: &mut Ui, parts: Parts<'_>) {
    let endpoints = &parts.snapshot.endpoints;
    if endpoints.is_empty() {
        return;
    }
    let has_errors = endpoints.iter().any(|endpoint| {
        let figures = &endpoint.figures;
        figures.errors > 0 && figures.errors * 20 > figures.requests
    });
    let tone = if has_errors { Tone::Warn } else { Tone::Accent };
    let text = format::counted(endpoints.len() as u64, "endpoint", "endpoints");
    let item = bar_item_ui(parts.look, ui, Sign::Mark(tone), &text, ITEM);
    let hint = if has_errors {
        "More than 5 % of the requests failed"
    } else {
        "Serving on this machine"
    };
    if item.on_hover_text(hint).clicked() {
        parts.wishes.push(Action::Go(Place::Serving));
    }
}

fn journal_ui(ui: &mut Ui, parts: Parts<'_>) {
    let journal = &parts.snapshot.journal;
    let (sign, text) = match (&journal.verified, &journal.head) {
        (Some(verified), _) => {
            let ago = format::ago(parts.view.now.unix_millis, verified.at.unix_millis);
            (Sign::Mark(Tone::Done), format!("Journal verified {ago}"))
        }
        (None, Some(head)) => (
            Sign::Mark(Tone::Neutral),
            format!("Journal of {}", format::counted(head.seq, "fact", "facts")),
        ),
        (None, None) => return,
    };
    if bar_item_ui(parts.look, ui, sign, &text, ITEM).clicked() {
        parts.wishes.push(Action::Go(Place::Journal));
    }
}
