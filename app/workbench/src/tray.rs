//! The task tray: over the status bar, what runs with its progress and its cancel, and what ended in this session.

use contract::{Command, TaskState, TaskView};
use egui::{Popup, PopupCloseBehavior, Response, ScrollArea, Ui};
use look::{Tone, format, icon};

use crate::action::{Action, Wish};
use crate::frame::Parts;
use crate::frame::status_bar::{progress_text, share};
use panels::Place;

/// Ended tasks that the tray still shows.
const MOST_ENDED: usize = 6;
const WIDTH: f32 = 360.0;

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
    look.section_with_ui(ui, "Tasks", |ui| {
        if look.quiet_button_ui(ui, "Open the list").clicked() {
            parts.wishes.push(Action::Go(Place::Tasks));
            ui.close();
        }
    });
    if tasks.is_empty() {
        ui.label(look.secondary("Imports, runs and checks show their progress here"));
        return;
    }
    ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
        let running = |task: &&std::sync::Arc<TaskView>| task.state == TaskState::Running;
        for task in tasks.iter().filter(running) {
            running_ui(ui, parts, task);
        }
        for task in tasks.iter().filter(|task| !running(task)).take(MOST_ENDED) {
            ended_ui(ui, parts, task);
        }
    });
}

fn running_ui(ui: &mut Ui, parts: Parts<'_>, task: &TaskView) {
    let look = parts.look;
    look.section_with_ui(ui, "", |ui| {
        if task.can_cancel {
            let name = format!("Cancel {}", task.title);
            if look.icon_button_ui(ui, icon::CLOSE, &name).clicked() {
                let cancel = Command::CancelTask {
                    task: task.id.clone(),
                };
                parts.wishes.push(Wish::Ask(Box::new(cancel)));
            }
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.add(egui::Label::new(look.strong(&task.title)).truncate());
        });
    });
    look.progress_ui(ui, share(task), &figures(task));
}

/// `42 of 100 epochs · training · 1 234 rows a second · about 2 min left`.
fn figures(task: &TaskView) -> String {
    let mut parts = vec![progress_text(task)];
    if task.total.is_some() && !task.stage.is_empty() {
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
        look.state_dot_ui(ui, tone, &said);
        ui.add(egui::Label::new(look.body(&task.title)).truncate());
    });
    if tone == Tone::Fail {
        ui.add(egui::Label::new(look.secondary(said)).wrap());
    }
}
