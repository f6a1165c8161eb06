//! The task tray: over the status bar, what runs with its progress and its cancel, and what ended in this session.

use contract::{Command, TaskState, TaskView};
use egui::{Align, Layout, Popup, PopupCloseBehavior, Response, Ui, vec2};
use look::{Tone, format, icon};

use crate::action::{Action, Wish};
use crate::frame::Parts;
use crate::frame::status_bar::{progress_text, share};
use panels::Place;

/// More than these stand in the list of the tasks' own place.
const MOST_RUNNING: usize = 6;
const MOST_ENDED: usize = 6;
const WIDTH: f32 = 360.0;
/// A long title leaves the rest of its row to what became of the task.
const TITLE_SHARE: f32 = 0.6;

pub(crate) fn tray_ui(parts: Parts<'_>, button: &Response) {
    Popup::menu(button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .frame(parts.look.floating_frame())
        .width(WIDTH)
        .show(|ui| {
            ui.set_width(WIDTH);
            content_ui(ui, parts);
        });
}

/// Opens the tray from elsewhere: a key, the palette, the chip of the top bar.
pub(crate) fn open(button: &Response) {
    Popup::open_id(&button.ctx, Popup::default_response_id(button));
}

fn content_ui(ui: &mut Ui, parts: Parts<'_>) {
    let look = parts.look;
    let tasks = &parts.snapshot.tasks;
    head_ui(ui, parts);
    if tasks.is_empty() {
        ui.label(look.secondary("Imports, runs and checks show their progress here"));
        return;
    }
    let is_running = |task: &&std::sync::Arc<TaskView>| task.state == TaskState::Running;
    for task in tasks.iter().filter(is_running).take(MOST_RUNNING) {
        running_ui(ui, parts, task);
    }
    let hidden = tasks
        .iter()
        .filter(is_running)
        .count()
        .saturating_sub(MOST_RUNNING);
    if hidden > 0 {
        ui.label(look.caption(format!("and {hidden} more in the list")));
    }
    let ended = tasks.iter().filter(|task| !is_running(task));
    for (place, task) in ended.take(MOST_ENDED).enumerate() {
        if place == 0 {
            ui.add_space(look.space.xs);
            look.hairline_ui(ui);
            ui.add_space(look.space.xs);
        }
        ended_ui(ui, parts, task);
    }
}

fn head_ui(ui: &mut Ui, parts: Parts<'_>) {
    let look = parts.look;
    ui.horizontal(|ui| {
        ui.label(look.section("Tasks"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if look.quiet_button_ui(ui, "Open the list").clicked() {
                parts.wishes.push(Action::Go(Place::Tasks));
                ui.close();
            }
        });
    });
}

fn running_ui(ui: &mut Ui, parts: Parts<'_>, task: &TaskView) {
    let look = parts.look;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let size = vec2(ui.available_width(), look.size.control);
        ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
            if task.can_cancel {
                let name = format!("Cancel {}", task.title);
                if look.icon_button_ui(ui, icon::CLOSE, &name).clicked() {
                    let cancel = Command::CancelTask {
                        task: task.id.clone(),
                    };
                    parts.wishes.push(Wish::Ask(Box::new(cancel)));
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(look.strong(&task.title)).truncate());
            });
        });
        look.progress_ui(ui, share(task), &figures(task));
    });
}

/// `42 of 100 epochs · training · 1 234 rows a second · about 2 min left`.
fn figures(task: &TaskView) -> String {
    let mut parts = vec![progress_text(task)];
    // A stage that counts, such as “epoch 45”, says again what stands before it.
    if task.total.is_some() && !task.stage.contains(char::is_numeric) {
        parts.push(task.stage.clone());
    }
    if task.seconds > 1.0 && task.done > 0 {
        let rate = task.done as f64 / task.seconds;
        parts.push(match task.unit.as_str() {
            "bytes" => format!("{} a second", format::bytes(rate as u64)),
            unit => format!("{} {unit} a second", format::number(rate)),
        });
    }
    if let Some(left) = task.seconds_left {
        parts.push(format::time_left(left));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

fn ended_ui(ui: &mut Ui, parts: Parts<'_>, task: &TaskView) {
    let look = parts.look;
    let (tone, said) = match &task.state {
        TaskState::Failed(why) => (Tone::Fail, why.clone()),
        TaskState::Cancelled => (Tone::Neutral, "cancelled".to_owned()),
        TaskState::Finished | TaskState::Running => (Tone::Done, format::duration(task.seconds)),
    };
    ui.horizontal(|ui| {
        look.state_dot_ui(ui, tone, tone_word(tone));
        ui.scope(|ui| {
            ui.set_max_width(ui.available_width() * TITLE_SHARE);
            ui.add(egui::Label::new(look.body(&task.title)).truncate());
        });
        let said_label = egui::Label::new(look.secondary(&said)).truncate();
        ui.add(said_label).on_hover_text(said);
    });
}

fn tone_word(tone: Tone) -> &'static str {
    match tone {
        Tone::Fail => "failed",
        Tone::Done => "done",
        Tone::Neutral | Tone::Accent | Tone::Warn => "ended",
    }
}
