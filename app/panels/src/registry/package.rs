//! What is inside a version: the columns that go in, what comes out, and the files of the package with their sizes and digests.

use contract::{InputSpec, ModelVersion, Signature};
use egui::{Align, Layout, ScrollArea, Ui, vec2};
use look::{Tone, format};

use crate::Ctx;

const ROW: f32 = 28.0;
/// Rows of inputs that are seen without scrolling.
const INPUTS_IN_VIEW: usize = 40;
/// Categories that are spelled out.
const CATEGORIES_NAMED: usize = 3;

pub(super) fn signature_ui(ctx: &Ctx<'_>, ui: &mut Ui, signature: &Signature) {
    let look = ctx.look;
    let inputs = format::counted(signature.inputs.len() as u64, "input", "inputs");
    let mut text = format!("From {inputs} to {}", signature.target);
    if !signature.classes.is_empty() {
        let classes = signature.classes.len() as u64;
        text.push_str(&format!(
            ", one of {}",
            format::counted(classes, "class", "classes")
        ));
    }
    let label = ui.add(egui::Label::new(look.secondary(text)).wrap());
    if !signature.classes.is_empty() {
        label.on_hover_text(named(&signature.classes, 40));
    }
    ui.add_space(look.space.xs);
    ui.spacing_mut().item_spacing.y = 0.0;
    let height = ROW * signature.inputs.len().min(INPUTS_IN_VIEW) as f32;
    ScrollArea::vertical()
        .id_salt("signature")
        .max_height(height)
        .min_scrolled_height(height)
        .auto_shrink([false, true])
        .show_rows(ui, ROW, signature.inputs.len(), |ui, rows| {
            for input in signature.inputs.get(rows).unwrap_or_default() {
                input_ui(ctx, ui, input);
            }
        });
    ui.spacing_mut().item_spacing.y = look.space.s;
}

fn input_ui(ctx: &Ctx<'_>, ui: &mut Ui, input: &InputSpec) {
    let look = ctx.look;
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), ROW),
        Layout::left_to_right(Align::Center),
        |ui| {
            let width = ui.available_width();
            cell_ui(ui, width * 0.42, |ui| {
                ui.add(egui::Label::new(look.body(&*input.name)).truncate());
            });
            cell_ui(ui, 72.0, |ui| {
                ui.label(look.caption(input.column_type.word()));
            });
            let text = allowed(input);
            let label = egui::Label::new(look.secondary(text)).truncate();
            let response = ui.add(label);
            if !input.categories.is_empty() {
                response.on_hover_text(named(&input.categories, 40));
            }
        },
    );
}

fn cell_ui(ui: &mut Ui, width: f32, add_contents: impl FnOnce(&mut Ui)) {
    let size = vec2(width, ROW);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(size);
        ui.set_max_width(width);
        add_contents(ui);
    });
}

/// `0.14 to 5.2`, or the first categories.
fn allowed(input: &InputSpec) -> String {
    match input.range {
        Some((low, high)) => format!("{} to {}", format::number(low), format::number(high)),
        None if !input.categories.is_empty() => named(&input.categories, CATEGORIES_NAMED),
        None => format::MISSING.into(),
    }
}

/// The first names, and how many more there are.
fn named(names: &[std::sync::Arc<str>], most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).map(|name| &**name).collect();
    let mut text = shown.join(", ");
    if names.len() > most {
        let others = format::count((names.len() - most) as u64);
        text.push_str(&format!(" and {others} more"));
    }
    text
}

pub(super) fn files_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &ModelVersion) {
    let look = ctx.look;
    if version.package.files.is_empty() {
        look.chip_ui(ui, Tone::Warn, "The package has no files");
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    for (name, digest) in &version.package.files {
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), ROW),
            Layout::left_to_right(Align::Center),
            |ui| {
                cell_ui(ui, 190.0, |ui| {
                    ui.add(egui::Label::new(look.mono(&**name)).truncate())
                        .on_hover_text(purpose(name));
                });
                if let Some(bytes) = version.file_bytes.get(name) {
                    cell_ui(ui, 84.0, |ui| {
                        ui.label(look.secondary(format::bytes(*bytes)));
                    });
                }
                look.copy_text_ui(ui, digest.short(), digest.as_str());
            },
        );
    }
    ui.spacing_mut().item_spacing.y = look.space.s;
}

/// What a file of a package is for.
fn purpose(name: &str) -> &'static str {
    match name {
        "model.onnx" => "What is served: raw columns in, predictions out, preprocessing inside",
        "weights.safetensors" => "The trainer's weights, to train on from here",
        "signature.json" => "The columns that go in and what comes out",
        "report.json" => "The evaluation on the held-out rows",
        "holdout.json" => {
            "Held-out rows with the trainer's predictions, to compare the ONNX model with"
        }
        "reference.json" => "The distributions of training, which drift is measured against",
        _ => "A file of the package",
    }
}
