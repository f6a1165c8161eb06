//! Try it: a form built from the signature, and the answer beside it.

use contract::{ColumnType, Command, EndpointView, InputSpec, Signature};
use egui::{Align, Layout, Rect, ScrollArea, Ui, UiBuilder, pos2, vec2};
use look::{Tone, format, icon};

use super::data::{TriedAnswer, TryForm, contract_in_words, field_problem, field_remark};
use super::filling::Filling;
use crate::Ctx;
use crate::parts::labelled_bar_ui;

const FIELD_WIDTH: f32 = 232.0;
const ANSWER_WIDTH: f32 = 300.0;
/// Who tries a model by hand and then looks at its figures is not to wonder.
const NOT_COUNTED: &str =
    "What this form tries stands in the log; it counts neither in Requests nor in Monitoring";
/// Below this width the answer stands under the form.
const NARROW: f32 = 700.0;

pub(super) fn try_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    view: &EndpointView,
    (form, filling): (&mut TryForm, &mut Filling),
) {
    let look = ctx.look;
    let signature = &view.model.signature;
    form.follow(&view.model.id, signature);
    if ui.available_width() < NARROW {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            filling.ui(ctx, ui, view, form);
            ui.add_space(look.space.s);
            send_ui(ctx, ui, view, form);
            answer_ui(ctx, ui, view);
            ui.add_space(look.space.m);
            form_ui(ctx, ui, view, form);
        });
        return;
    }
    // From left to right, as the focus goes.
    let free = ui.available_rect_before_wrap();
    let (left, right) = free.split_left_right_at_x(free.right() - ANSWER_WIDTH);
    ui.scope_builder(UiBuilder::new().max_rect(left), |ui| {
        filling.ui(ctx, ui, view, form);
        ui.add_space(look.space.s);
        ScrollArea::vertical()
            .auto_shrink(false)
            .show(ui, |ui| form_ui(ctx, ui, view, form));
    });
    let right = Rect::from_min_max(pos2(right.left() + look.space.l, right.top()), right.max);
    ui.scope_builder(UiBuilder::new().max_rect(right), |ui| {
        send_ui(ctx, ui, view, form);
        answer_ui(ctx, ui, view);
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
fn send_ui(ctx: &Ctx<'_>, ui: &mut Ui, view: &EndpointView, form: &TryForm) {
    let look = ctx.look;
    let cells = form.cells(&view.model.signature);
    let send = ui
        .add_enabled_ui(cells.is_ok(), |ui| {
            look.primary_icon_button_ui(ui, icon::PLAY, "Predict")
        })
        .inner;
    match cells {
        Ok(inputs) if send.clicked() => ctx.commands.push(Command::TryPrediction {
            model: view.endpoint.name.clone(),
            inputs,
        }),
        Ok(_) => {}
        Err(problem) => {
            look.chip_ui(ui, Tone::Fail, &problem);
        }
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

/// The answer, and one quiet line on what a try is not.
fn answer_ui(ctx: &Ctx<'_>, ui: &mut Ui, view: &EndpointView) {
    let look = ctx.look;
    answer_card_ui(ctx, ui, view);
    ui.add(egui::Label::new(look.caption(NOT_COUNTED)).wrap());
}

fn answer_card_ui(ctx: &Ctx<'_>, ui: &mut Ui, view: &EndpointView) {
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
