//! The list of models at the left, and the same choice where there is no room for it.

use contract::{Model, ModelName};
use egui::{ScrollArea, Ui};
use look::format;

use super::data::CHAMPION;
use crate::Ctx;
use crate::parts::two_lines_ui;

/// From this many models on, a search field helps.
const MANY: usize = 8;
const ROW: f32 = 48.0;

pub(super) fn list_ui(ctx: &Ctx<'_>, ui: &mut Ui, open: &ModelName, filter: &mut String) {
    let look = ctx.look;
    look.section_ui(ui, "Models");
    if ctx.snapshot.models.len() >= MANY {
        look.search_ui(ui, filter, "Find a model");
    } else {
        filter.clear();
    }
    let needle = filter.trim().to_lowercase();
    let found: Vec<_> = ctx
        .snapshot
        .models
        .iter()
        .filter(|model| model.name.as_str().to_lowercase().contains(&needle))
        .collect();
    if found.is_empty() {
        ui.label(look.secondary("No model has this in its name"));
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical()
        .auto_shrink(false)
        .show_rows(ui, ROW, found.len(), |ui, rows| {
            for model in found.get(rows).unwrap_or_default() {
                let is_open = model.name == *open;
                let name = model.name.as_str();
                let row = look.tall_row_ui(ui, name, (is_open, ROW), |ui| {
                    let width = ui.available_width();
                    two_lines_ui(look, ui, width, name, &explanation(model));
                });
                if row.response.clicked() {
                    super::select_model(ctx, &model.name);
                }
            }
        });
}

pub(super) fn picker_ui(ctx: &Ctx<'_>, ui: &mut Ui, open: &Model) {
    let options: Vec<(ModelName, &str)> = ctx
        .snapshot
        .models
        .iter()
        .map(|model| (model.name.clone(), model.name.as_str()))
        .collect();
    let mut selected = open.name.clone();
    if ctx
        .look
        .select_ui(ui, "Model", &mut selected, &options)
        .changed()
    {
        super::select_model(ctx, &selected);
    }
}

/// `3 versions, champion v2`.
fn explanation(model: &Model) -> String {
    let versions = format::counted(model.versions.len() as u64, "version", "versions");
    match model.aliases.get(CHAMPION) {
        Some(champion) => format!("{versions}, {CHAMPION} v{champion}"),
        None => versions,
    }
}
