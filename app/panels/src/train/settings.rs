//! The settings of the training dialog: each with the field's name, one line that explains it, and its control.

use contract::{DataVersion, DeviceChoice};
use egui::{Align, DragValue, Layout, Ui, vec2};
use look::{Tone, paint};

use super::Open;
use super::data::{Field, Message, device_caption, has_gpu};
use crate::Ctx;

/// Room for the control at the right.
pub(super) const CONTROL: f32 = 172.0;
const NUMBER: f32 = 108.0;

/// One setting: its name over its explanation, or over what is wrong with it; its control at the right.
pub(super) fn row_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    (name, explanation): (&str, &str),
    message: Option<Message>,
    add_control: impl FnOnce(&mut Ui),
) {
    let look = ctx.look;
    let width = ui.available_width();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = look.space.s;
        let room = (width - CONTROL - look.space.s).max(120.0);
        ui.allocate_ui_with_layout(vec2(room, 40.0), Layout::top_down(Align::Min), |ui| {
            ui.set_min_size(vec2(room, 40.0));
            ui.set_max_width(room);
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.label(look.body(name));
            match &message {
                Some(message) => message_ui(ctx, ui, message),
                None => {
                    let text = look.caption(explanation);
                    ui.add(egui::Label::new(text).wrap());
                }
            }
            // Two lines fill the room: what follows keeps its distance.
            ui.add_space(look.space.s);
        });
        ui.with_layout(Layout::right_to_left(Align::Center), add_control);
    });
}

fn message_ui(ctx: &Ctx<'_>, ui: &mut Ui, message: &Message) {
    let look = ctx.look;
    let tone = if message.is_error {
        Tone::Fail
    } else {
        Tone::Warn
    };
    let ink = look.palette.tone(tone);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = look.space.xs;
        let (rect, _) = ui.allocate_exact_size(vec2(10.0, 14.0), egui::Sense::hover());
        paint::tone_mark(ui.painter(), rect.center(), 7.0, tone, ink);
        ui.add(egui::Label::new(look.caption(&*message.text).color(ink)).wrap());
    });
}

pub(super) fn settings_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion, open: &mut Open) {
    let look = ctx.look;
    look.section_ui(ui, "Network");
    network_ui(ctx, ui, open);
    look.section_ui(ui, "Training");
    training_ui(ctx, ui, open);
    look.section_ui(ui, "Rows");
    split_ui(ctx, ui, version, open);
    look.section_ui(ui, "Where and as what");
    place_ui(ctx, ui, open);
}

fn network_ui(ctx: &Ctx<'_>, ui: &mut Ui, open: &mut Open) {
    let look = ctx.look;
    row_ui(
        ctx,
        ui,
        (
            "Hidden layers",
            "Units of each layer; empty is a linear model",
        ),
        open.message(Field::HiddenLayers),
        |ui| {
            ui.set_max_width(CONTROL);
            look.text_field_ui(ui, "Hidden layers", &mut open.draft.hidden, "64, 64");
        },
    );
    row_ui(
        ctx,
        ui,
        ("Dropout", "Units left out at random in each step"),
        open.message(Field::Dropout),
        |ui| share_ui(ui, "Dropout", &mut open.draft.dropout, 0.95),
    );
    row_ui(
        ctx,
        ui,
        (
            "Batch norm",
            "Rescales between layers for steadier training",
        ),
        None,
        |ui| {
            switch_ui(ctx, ui, "Batch norm", &mut open.draft.batch_norm);
        },
    );
}

fn training_ui(ctx: &Ctx<'_>, ui: &mut Ui, open: &mut Open) {
    let message = open.message(Field::Epochs);
    row_ui(
        ctx,
        ui,
        ("Epochs", "Passes over the training rows, at most"),
        message,
        |ui| {
            whole_ui(ui, "Epochs", &mut open.draft.training.epochs, 1..=100_000);
        },
    );
    let message = open.message(Field::BatchSize);
    row_ui(
        ctx,
        ui,
        (
            "Batch size",
            "Rows in one step; larger is faster and less noisy",
        ),
        message,
        |ui| {
            whole_ui(
                ui,
                "Batch size",
                &mut open.draft.training.batch_size,
                1..=1_000_000,
            )
        },
    );
    let message = open.message(Field::LearningRate);
    row_ui(
        ctx,
        ui,
        (
            "Learning rate",
            "Size of the first steps; falls along a cosine",
        ),
        message,
        |ui| fraction_ui(ui, "Learning rate", &mut open.draft.training.learning_rate),
    );
    let message = open.message(Field::WeightDecay);
    row_ui(
        ctx,
        ui,
        ("Weight decay", "Pulls weights towards zero in each step"),
        message,
        |ui| fraction_ui(ui, "Weight decay", &mut open.draft.training.weight_decay),
    );
    row_ui(
        ctx,
        ui,
        (
            "Patience",
            "Epochs without a better loss until it stops; 0 never",
        ),
        None,
        |ui| {
            whole_ui(
                ui,
                "Patience",
                &mut open.draft.training.patience,
                0..=100_000,
            )
        },
    );
    if open.draft.task.is_classification() {
        row_ui(
            ctx,
            ui,
            ("Class weights", "Rare classes count more"),
            None,
            |ui| {
                switch_ui(
                    ctx,
                    ui,
                    "Class weights",
                    &mut open.draft.training.class_weights,
                );
            },
        );
    }
}

fn split_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion, open: &mut Open) {
    let [_, validation, test] = open.draft.rows(version).map(look::format::count);
    let stratified = if open.draft.task.is_classification() {
        ", classes in proportion"
    } else {
        ""
    };
    let message = open.message(Field::Split);
    let explanation = format!("{validation} rows choose the best epoch{stratified}");
    row_ui(ctx, ui, ("Validation share", &explanation), message, |ui| {
        share_ui(
            ui,
            "Validation share",
            &mut open.draft.split.validation_share,
            0.9,
        );
    });
    let explanation = format!("{test} rows are held out and measured once");
    row_ui(ctx, ui, ("Test share", &explanation), None, |ui| {
        share_ui(ui, "Test share", &mut open.draft.split.test_share, 0.9);
    });
    row_ui(
        ctx,
        ui,
        ("Seed", "Same seed, data and device: the same numbers"),
        None,
        |ui| whole_ui(ui, "Seed", &mut open.draft.seed, 0..=u64::MAX),
    );
}

fn place_ui(ctx: &Ctx<'_>, ui: &mut Ui, open: &mut Open) {
    let look = ctx.look;
    let devices = &ctx.snapshot.devices;
    let caption = device_caption(open.draft.device, devices);
    let message = open.message(Field::Device);
    row_ui(ctx, ui, ("Device", &caption), message, |ui| {
        let mut options = vec![(DeviceChoice::Auto, "Automatic")];
        if has_gpu(devices) || open.draft.device == DeviceChoice::Gpu {
            options.push((DeviceChoice::Gpu, "GPU"));
        }
        options.push((DeviceChoice::Cpu, "CPU"));
        look.select_ui(ui, "Device", &mut open.draft.device, &options);
    });
    let message = open.message(Field::Experiment);
    row_ui(
        ctx,
        ui,
        ("Experiment", "The set of runs it is compared with"),
        message,
        |ui| {
            ui.set_max_width(CONTROL);
            let hint = "Name of the experiment";
            look.text_field_ui(ui, "Experiment", &mut open.draft.experiment, hint);
        },
    );
}

fn switch_ui(ctx: &Ctx<'_>, ui: &mut Ui, name: &str, is_on: &mut bool) {
    let word = if *is_on { "On" } else { "Off" };
    ctx.look.toggle_ui(ui, word, is_on).accessible_name(name);
}

/// A share as a percentage.
fn share_ui(ui: &mut Ui, name: &str, share: &mut f64, most: f64) {
    let mut percent = (*share * 1_000.0).round() / 10.0;
    let drag = DragValue::new(&mut percent)
        .range(0.0..=most * 100.0)
        .speed(0.5)
        .max_decimals(1)
        .custom_formatter(|number, _| number.to_string())
        .suffix(" %")
        .min_size(vec2(NUMBER, 28.0));
    if ui.add(drag).accessible_name(name).changed() {
        *share = percent / 100.0;
    }
}

fn whole_ui<N: egui::emath::Numeric>(
    ui: &mut Ui,
    name: &str,
    number: &mut N,
    range: std::ops::RangeInclusive<N>,
) {
    let speed = (number.to_f64() * 0.01).max(0.25);
    let drag = DragValue::new(number)
        .range(range)
        .speed(speed)
        .min_size(vec2(NUMBER, 28.0));
    ui.add(drag).accessible_name(name);
}

/// A small number that matters by its order of magnitude: dragging changes it by its own size.
fn fraction_ui(ui: &mut Ui, name: &str, number: &mut f64) {
    let speed = (*number * 0.02).max(1e-6);
    let drag = DragValue::new(number)
        .range(0.0..=1.0)
        .speed(speed)
        .max_decimals(8)
        .custom_formatter(|number, _| number.to_string())
        .min_size(vec2(NUMBER, 28.0));
    ui.add(drag).accessible_name(name);
}
