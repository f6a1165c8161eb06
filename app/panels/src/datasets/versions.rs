//! The versions of a dataset, newest first, with what changed.

use contract::DataVersionRef;
use egui::{Align, Layout, ScrollArea, Ui};
use look::{Tone, icon};

use super::data::{VersionRow, dataset_of, version_rows};
use crate::Ctx;
use crate::parts::{ago_ui, two_lines_ui};

const ROW: f32 = 52.0;

pub(super) fn versions_ui(ctx: &Ctx<'_>, ui: &mut Ui, open: &DataVersionRef) {
    let Some(dataset) = dataset_of(ctx.snapshot, open) else {
        return;
    };
    let rows = version_rows(dataset, open);
    ScrollArea::vertical()
        .auto_shrink(false)
        .show_rows(ui, ROW, rows.len(), |ui, range| {
            for row in rows.get(range).unwrap_or_default() {
                version_row_ui(ctx, ui, row);
            }
        });
}

fn version_row_ui(ctx: &Ctx<'_>, ui: &mut Ui, row: &VersionRow) {
    let look = ctx.look;
    let name = row.id.to_string();
    let shown = look.tall_row_ui(ui, &name, (row.is_open, ROW - 4.0), |ui| {
        look.chip_ui(ui, Tone::Neutral, &format!("v{}", row.id.version));
        let height = ui.available_height();
        let title = |ui: &mut Ui| {
            let width = ui.available_width();
            let title = format!("{} rows, {}", row.rows, row.change);
            two_lines_ui(look, ui, width, &title, &row.source);
        };
        look.ends_ui(ui, height, title, |ui| {
            let digest = contract::Digest::new(row.digest.clone());
            ui.allocate_ui_with_layout(
                egui::vec2(108.0, 20.0),
                Layout::right_to_left(Align::Center),
                |ui| look.copy_text_ui(ui, digest.short(), digest.as_str()),
            );
            ago_ui(ctx, ui, row.created);
            let label = format!("Train on {name}…");
            if look.icon_button_ui(ui, icon::TRAIN, &label).clicked() {
                ctx.view.train(row.id.clone());
            }
        });
    });
    if shown.response.clicked() {
        super::select(ctx, &row.id);
    }
}
