//! Try it: a form built from the signature, and the answer beside it.

use contract::{ColumnType, Command, EndpointView, InputSpec, Signature};
use egui::{Align, Layout, ScrollArea, Ui, vec2};
use look::{Tone, format, icon};

use super::data::{TriedAnswer, TryForm, contract_in_words, field_problem, field_remark};
use crate::Ctx;
use crate::parts::labelled_bar_ui;

const FIELD_WIDTH: f32 = 232.0;
const ANSWER_WIDTH: f32 = 300.0;
/// Below this width the answer stands under the form.
const NARROW: f32 = 700.0;

pub(super) fn try_ui(ctx: &Ctx<'_>, ui: &mut Ui, view: &EndpointView, form: &mut TryForm) {
    let look = ctx.look;
    let signature = &view.model.signature;
    form.follow(&view.model.id, signature);
    if ui.available_width() < NARROW {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            send_ui(ctx, ui, view, form);
            answer_ui(ctx, ui, view);
            ui.add_space(look.space.m);
            form_ui(ctx, ui, view, form);
        });
        return;
    }
    egui::Panel::right("try answer")
        .resizable(false)
        .exact_size(ANSWER_WIDTH)
        .show_separator_line(false)
        .frame(egui::Frame::new().inner_margin(egui::Margin {
            left: look.space.l as i8,
            ..egui::Margin::ZERO
        }))
        .show(ui, |ui| {
            send_ui(ctx, ui, view, form);
            answer_ui(ctx, ui, view);
        });
    egui::CentralPanel::no_frame().show(ui, |ui| {
        ScrollArea::vertical()
            .auto_shrink(false)
            .show(ui, |ui| form_ui(ctx, ui, view, form));
    });
}

fn form_ui(ctx: &Ctx<'_>, ui: &mut Ui, view: &EndpointView, form: &mut TryForm) {
    let look = ctx.look;
    let signature: &Signature = &view.model.signature;
    ui.horizontal(|ui| {
        ui.label(look.secondary(contract_in_words(signature)));
    });
    let in_a_row = ((ui.available_width() / FIELD_WIDTH).floor() as usize).clamp(1, 4);
    let width = ui.available_width() / in_a_row as f32 - look.space.l;
    for row in signature.inputs.chunks(in_a_row) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = look.space.l;
            for input in row {
                ui.allocate_ui_with_layout(vec2(width, 50.0), Layout::top_down(Align::Min), |ui| {
                    ui.set_width(width);
                    field_ui(ctx, ui, input, form);
                });
            }
        });
    }
}

/// The button stands beside the answer, in view however long the form is.
fn send_ui(ctx: &Ctx<'_>, ui: &mut Ui, view: &EndpointView, form: &mut TryForm) {
    let look = ctx.look;
    let signature: &Signature = &view.model.signature;
    let cells = form.cells(signature);
    ui.horizontal(|ui| {
        let send = ui
            .add_enabled_ui(cells.is_ok(), |ui| {
                look.primary_icon_button_ui(ui, icon::PLAY, "Predict")
            })
            .inner;
        if send.clicked()
            && let Ok(inputs) = &cells
        {
            ctx.commands.push(Command::TryPrediction {
                model: view.endpoint.name.clone(),
                inputs: inputs.clone(),
            });
        }
        if look.quiet_button_ui(ui, "Typical values").clicked() {
            form.model = None;
            form.follow(&view.model.id, signature);
        }
    });
    if let Err(problem) = &cells {
        look.chip_ui(ui, Tone::Fail, problem);
    }
    ui.add_space(look.space.s);
}

fn field_ui(ctx: &Ctx<'_>, ui: &mut Ui, input: &InputSpec, form: &mut TryForm) {
    let look = ctx.look;
    ui.spacing_mut().item_spacing.y = 2.0;
    let text = form.fields.entry(input.name.clone()).or_default();
    let remark = field_problem(input, text)
        .map(|problem| (Tone::Fail, problem))
        .or_else(|| field_remark(input, text).map(|remark| (Tone::Warn, remark)));
    ui.horizontal(|ui| {
        ui.set_height(16.0);
        if let Some((tone, said)) = &remark {
            look.state_dot_ui(ui, *tone, said);
        }
        ui.add(egui::Label::new(look.caption(&*input.name)).truncate());
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().combo_width = ui.available_width();
        match choices(input) {
            Some(options) => {
                look.select_ui(ui, &input.name, text, &options);
            }
            None => {
                let hint = hint(input);
                look.text_field_ui(ui, &input.name, text, &hint);
            }
        }
    });
}

/// What can be picked, where there is a closed list; the empty choice means missing.
fn choices(input: &InputSpec) -> Option<Vec<(String, String)>> {
    let missing = (String::new(), "Missing".to_owned());
    let values: Vec<String> = match input.column_type {
        ColumnType::Boolean => vec!["true".into(), "false".into()],
        ColumnType::Text if !input.categories.is_empty() => {
            input.categories.iter().map(ToString::to_string).collect()
        }
        _ => return None,
    };
    Some(
        std::iter::once(missing)
            .chain(values.into_iter().map(|value| (value.clone(), value)))
            .collect(),
    )
}

fn hint(input: &InputSpec) -> String {
    match (input.range, input.column_type) {
        (_, ColumnType::Timestamp) => "2026-11-18 14:00:00".to_owned(),
        (Some((low, high)), _) => {
            format!("{} to {}", format::number(low), format::number(high))
        }
        (None, _) => "Missing".to_owned(),
    }
}

fn answer_ui(ctx: &Ctx<'_>, ui: &mut Ui, view: &EndpointView) {
    let look = ctx.look;
    let tried = ctx
        .snapshot
        .tried
        .as_ref()
        .filter(|tried| tried.version == view.model.id);
    look.card_ui(ui, |ui| {
        let Some(tried) = tried else {
            ui.label(look.caption("Prediction"));
            ui.label(look.hero(format::MISSING));
            ui.add(
                egui::Label::new(
                    look.secondary("The values are typical ones; change them and predict"),
                )
                .wrap(),
            );
            return;
        };
        match TriedAnswer::new(tried, &view.model.signature) {
            TriedAnswer::Refused(error) => {
                look.error_ui(ui, "The request was refused", &error, None);
                return;
            }
            TriedAnswer::Value { target, value } => {
                ui.label(look.caption(target));
                ui.label(look.hero(value));
            }
            TriedAnswer::Classes {
                label,
                probabilities,
            } => {
                ui.label(look.caption(&*view.model.signature.target));
                ui.add(egui::Label::new(look.hero(label)).truncate());
                ui.add_space(look.space.xs);
                for (place, (class, share)) in probabilities.iter().take(10).enumerate() {
                    labelled_bar_ui(look, ui, class, *share, place == 0);
                }
            }
        }
        ui.add_space(look.space.xs);
        ui.label(look.secondary(format!(
            "{} in {}",
            tried.version,
            format::duration(tried.micros as f64 / 1e6)
        )));
    });
}
