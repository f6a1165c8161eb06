//! What can be done with a run: pause, resume, stop, register, train again.

use contract::{
    Command, ModelName, ModelSelector, ModelVersionRef, Run, RunState, Snapshot, VersionSelector,
};
use egui::{Popup, PopupCloseBehavior, Ui};
use look::icon;

use super::naming::{proposed_name, registered_as};
use crate::registry::name_complaint;
use crate::{Ctx, Place, Selection};

/// What a click asked of the panel itself; the rest went to the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Nothing,
    TrainAgain,
}

/// The buttons of a run, right to left, the one that matters last so that it stands at the edge's side of the others.
/// `with_primary` is false where another button of the view is the primary one.
pub(crate) fn actions_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    run: &Run,
    name: &mut String,
    with_primary: bool,
) -> Asked {
    let look = ctx.look;
    let mut asked = Asked::Nothing;
    let main = |ui: &mut Ui, icon: look::Icon, text: &str| {
        if with_primary {
            look.primary_icon_button_ui(ui, icon, text)
        } else {
            look.button_with_icon_ui(ui, icon, text)
        }
    };
    let id = || run.id.clone();
    match run.state {
        RunState::Running => {
            if look.button_with_icon_ui(ui, icon::PAUSE, "Pause").clicked() {
                ctx.commands.push(Command::PauseRun { run: id() });
            }
            stop_ui(ctx, ui, run);
        }
        RunState::Paused => {
            if main(ui, icon::PLAY, "Resume").clicked() {
                ctx.commands.push(Command::ResumeRun {
                    run: id(),
                    device: None,
                });
            }
            stop_ui(ctx, ui, run);
        }
        RunState::Interrupted => {
            if main(ui, icon::PLAY, "Resume").clicked() {
                ctx.commands.push(Command::ResumeRun {
                    run: id(),
                    device: None,
                });
            }
        }
        RunState::Finished | RunState::Stopped if run.package.is_some() => {
            let button = match next_stop(ctx.snapshot, run) {
                NextStop::Register => main(ui, icon::REGISTRY, "Register…"),
                NextStop::Serve(version) => {
                    if main(ui, icon::SERVING, &serve_text(&version)).clicked() {
                        serve(ctx, version);
                    }
                    look.button_ui(ui, "Register…")
                }
                NextStop::Show(model) => {
                    if main(ui, icon::SERVING, "Show endpoint").clicked() {
                        show_endpoint(ctx, model);
                    }
                    look.button_ui(ui, "Register…")
                }
            };
            register_popup_ui(ctx, &button, run, name);
        }
        RunState::Finished | RunState::Stopped => {}
        RunState::Failed => {
            if main(ui, icon::TRAIN, "Train again…").clicked() {
                asked = Asked::TrainAgain;
            }
            let resume = look.button_with_icon_ui(ui, icon::PLAY, "Resume");
            let resume =
                resume.on_hover_text("Goes on from the last checkpoint, if the cause is gone");
            if resume.clicked() {
                ctx.commands.push(Command::ResumeRun {
                    run: id(),
                    device: None,
                });
            }
        }
    }
    if matches!(run.state, RunState::Finished | RunState::Stopped)
        && look.button_ui(ui, "Train again…").clicked()
    {
        asked = Asked::TrainAgain;
    }
    asked
}

/// Where the road of a finished run goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NextStop {
    Register,
    Serve(ModelVersionRef),
    /// It is served; this is the endpoint's name.
    Show(ModelName),
}

pub(crate) fn next_stop(snapshot: &Snapshot, run: &Run) -> NextStop {
    let Some(version) = registered_as(snapshot, run) else {
        return NextStop::Register;
    };
    let mut endpoints = snapshot.endpoints.iter().map(|view| &view.endpoint);
    match endpoints.find(|endpoint| endpoint.version == version) {
        Some(endpoint) => NextStop::Show(endpoint.name.clone()),
        None => NextStop::Serve(version),
    }
}

/// `Serve wine@1`; a very long name gives way, as the page tells it anyway.
pub(crate) fn serve_text(version: &ModelVersionRef) -> String {
    const LONGEST: usize = 24;
    if version.model.as_str().chars().count() > LONGEST {
        format!("Serve v{}", version.version)
    } else {
        format!("Serve {version}")
    }
}

fn serve(ctx: &Ctx<'_>, version: ModelVersionRef) {
    ctx.commands.push(Command::StartEndpoint {
        selector: ModelSelector {
            model: version.model.clone(),
            version: VersionSelector::Number(version.version),
        },
        port: 0,
    });
    show_endpoint(ctx, version.model);
}

fn show_endpoint(ctx: &Ctx<'_>, model: ModelName) {
    ctx.view.select(Selection::Endpoint(model));
    ctx.view.navigate(Place::Serving);
}

fn stop_ui(ctx: &Ctx<'_>, ui: &mut Ui, run: &Run) {
    let stop = ctx.look.button_with_icon_ui(ui, icon::STOP, "Stop");
    let stop = stop.on_hover_text("Ends it here; the best epoch so far is evaluated and kept");
    if stop.clicked() {
        ctx.commands.push(Command::StopRun {
            run: run.id.clone(),
        });
    }
}

fn register_popup_ui(ctx: &Ctx<'_>, button: &egui::Response, run: &Run, name: &mut String) {
    let look = ctx.look;
    if button.clicked() && name.is_empty() {
        *name = proposed_name(ctx.snapshot, run);
    }
    Popup::from_toggle_button_response(button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width(300.0)
        .show(|ui| {
            ui.label(look.strong(format!("Register run {}", run.number)));
            let field = look.text_field_ui(ui, "Model name", name, "Name of the model");
            if button.clicked() {
                field.request_focus();
            }
            let complaint = name_complaint(name);
            let text = complaint.map_or_else(|| becomes(ctx.snapshot, name.trim()), Into::into);
            ui.add(egui::Label::new(look.caption(text)).wrap());
            let is_entered =
                field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let register =
                ui.add_enabled_ui(complaint.is_none(), |ui| look.button_ui(ui, "Register"));
            if complaint.is_none() && (register.inner.clicked() || is_entered) {
                ctx.commands.push(Command::RegisterRun {
                    run: run.id.clone(),
                    name: ModelName::new(name.trim()),
                });
                ui.close();
            }
        });
}

/// Which version a registration under this name makes.
fn becomes(snapshot: &Snapshot, name: &str) -> String {
    let model = snapshot
        .models
        .iter()
        .find(|model| model.name.as_str() == name);
    match model.and_then(|model| model.versions.last()) {
        Some(newest) => format!("Becomes {name}@{}", newest.id.version + 1),
        None => format!("Becomes {name}@1, a new model"),
    }
}
