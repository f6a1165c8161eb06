//! Closing while something works: a dialog that says what, with the verbs on its buttons.

use contract::Snapshot;
use egui::{Id, Modal, Ui};
use look::format;

use crate::action::Wish;
use crate::frame::Parts;
use crate::frame::status_bar::running;

/// How far the window is on its way out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Closing {
    #[default]
    Stays,
    /// The dialog is open.
    Asking,
    /// Minimised until the work is done.
    Finishing,
    /// The engine is closing; the window goes when it is closed.
    Going,
    /// Nothing holds the window any more.
    Gone,
}

/// What would be lost or stopped, as a sentence; `None` when nothing.
pub(crate) fn at_work(snapshot: &Snapshot) -> Option<String> {
    let tasks = running(snapshot);
    let endpoints = snapshot.endpoints.len() as u64;
    let mut parts = Vec::new();
    match tasks.as_slice() {
        [] => {}
        [task] => parts.push(format!("“{}” is running", task.title)),
        several => parts.push(format!("{} tasks are running", several.len())),
    }
    if endpoints > 0 {
        parts.push(format!(
            "{} being served",
            match endpoints {
                1 => "a model is".to_owned(),
                many => format!("{} models are", format::count(many)),
            }
        ));
    }
    if parts.is_empty() {
        return None;
    }
    let mut sentence = parts.join(", and ");
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Some(sentence)
}

pub(crate) fn dialog_ui(ui: &Ui, parts: Parts<'_>, is_quit: bool) {
    let look = parts.look;
    let Some(sentence) = at_work(parts.snapshot) else {
        // It ended while the dialog was open.
        parts.wishes.push(Wish::StopAndQuit);
        return;
    };
    let has_tasks = !running(parts.snapshot).is_empty();
    let (keep, hint) = words(has_tasks, !parts.snapshot.endpoints.is_empty());
    let modal = Modal::new(Id::unique("closing"))
        .frame(look.floating_frame())
        .backdrop_color(look.palette.backdrop)
        .show(ui.ctx(), |ui| {
            ui.set_width(420.0);
            ui.label(look.section(if is_quit {
                "Quit while work is going on?"
            } else {
                "Close the project while work is going on?"
            }));
            ui.add_space(look.space.xs);
            ui.add(egui::Label::new(look.body(sentence)).wrap());
            ui.add(egui::Label::new(look.secondary(hint)).wrap());
            ui.add_space(look.space.m);
            let stop = if is_quit {
                "Stop and quit"
            } else {
                "Stop and close"
            };
            let nothing = |_: &mut Ui| {};
            look.ends_ui(ui, look.size.control, nothing, |ui| {
                if look.quiet_button_ui(ui, "Stay").clicked() {
                    parts.wishes.push(Wish::Stay);
                }
                if look.button_ui(ui, stop).clicked() {
                    parts.wishes.push(Wish::StopAndQuit);
                }
                if is_quit && look.primary_button_ui(ui, keep).clicked() {
                    parts.wishes.push(Wish::KeepWorking);
                }
            });
        });
    if modal.should_close() {
        parts.wishes.push(Wish::Stay);
    }
}

/// The verb of keeping on, and what stopping would mean.
pub(crate) fn words(has_tasks: bool, has_endpoints: bool) -> (&'static str, &'static str) {
    match (has_tasks, has_endpoints) {
        (true, false) => (
            "Keep working, then quit",
            "A stopped run can be resumed from its last checkpoint",
        ),
        (true, true) => (
            "Keep working in the background",
            "A stopped run can be resumed from its last checkpoint; who asks an endpoint that stopped gets an error",
        ),
        (false, _) => (
            "Keep serving in the background",
            "Who asks an endpoint that stopped gets an error",
        ),
    }
}
