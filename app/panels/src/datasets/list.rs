//! The list of datasets at the left, with the watched folders at its foot.

use contract::{Command, DataVersionRef};
use egui::{Align, Layout, ScrollArea, Ui, vec2};
use look::{Tone, icon};

use super::data::{DatasetRow, dataset_rows};
use crate::Ctx;
use crate::parts::two_lines_ui;

/// From this many datasets on, a search field helps.
const MANY: usize = 8;
const ROW: f32 = 48.0;

/// `was_opened` in this frame, so that its row is brought into view.
pub(super) fn list_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    (open, was_opened): (&DataVersionRef, bool),
    filter: &mut String,
) {
    let look = ctx.look;
    look.section_with_ui(ui, "Datasets", |ui| {
        if look.icon_button_ui(ui, icon::ADD, "Import…").clicked() {
            ctx.view.pick_files_to_import();
        }
    });
    let rows = dataset_rows(ctx.snapshot, Some(open));
    if rows.len() >= MANY {
        look.search_ui(ui, filter, "Find a dataset");
        ui.add_space(look.space.xs);
    } else {
        filter.clear();
    }
    let needle = filter.to_lowercase();
    let found: Vec<&DatasetRow> = rows
        .iter()
        .filter(|row| row.name.to_lowercase().contains(&needle))
        .collect();
    let foot = folders_height(ctx);
    let height = (ui.available_height() - foot).max(ROW);
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut area = ScrollArea::vertical();
    if was_opened && let Some(place) = found.iter().position(|row| row.is_open) {
        let above = place as f32 * ROW;
        area = area.vertical_scroll_offset((above - height / 2.0).max(0.0));
    }
    area.max_height(height)
        .min_scrolled_height(height)
        .auto_shrink([false, true])
        .show_rows(ui, ROW, found.len(), |ui, range| {
            for row in found.get(range).unwrap_or_default() {
                dataset_row_ui(ctx, ui, row);
            }
        });
    ui.spacing_mut().item_spacing.y = look.space.s;
    if found.is_empty() {
        ui.label(look.secondary("No dataset has this in its name"));
    }
    folders_ui(ctx, ui);
}

fn dataset_row_ui(ctx: &Ctx<'_>, ui: &mut Ui, row: &DatasetRow) {
    let look = ctx.look;
    let shown = look.tall_row_ui(ui, &row.name, (row.is_open, ROW), |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if row.row_counts.len() > 1 {
                let label = format!(
                    "Rows of the {} versions of {}",
                    row.row_counts.len(),
                    row.name
                );
                look.sparkline_ui(ui, vec2(36.0, 18.0), &row.row_counts, &label);
            }
            if row.has_warning {
                look.state_dot_ui(ui, Tone::Warn, "Some rows were rejected");
            }
            let width = ui.available_width();
            two_lines_ui(look, ui, width, &row.name, &row.size);
        });
    });
    if shown.response.clicked() {
        super::select(ctx, &row.newest);
    }
}

/// Where there is no room for the list: the same choice as a selection.
pub(super) fn picker_ui(ctx: &Ctx<'_>, ui: &mut Ui, open: &DataVersionRef) {
    let options: Vec<(DataVersionRef, String)> = ctx
        .snapshot
        .datasets
        .iter()
        .filter_map(|dataset| {
            let newest = dataset.versions.last()?.id.clone();
            let shown = if newest.dataset == open.dataset {
                open.clone()
            } else {
                newest
            };
            Some((shown, dataset.name.to_string()))
        })
        .collect();
    let mut selected = open.clone();
    if ctx
        .look
        .select_ui(ui, "Dataset", &mut selected, &options)
        .changed()
    {
        super::select(ctx, &selected);
    }
}

fn folders_height(ctx: &Ctx<'_>) -> f32 {
    let row = ctx.look.size.row + ctx.look.space.s;
    64.0 + row * ctx.snapshot.watched_folders.len().min(4) as f32
}

fn folders_ui(ctx: &Ctx<'_>, ui: &mut Ui) {
    let look = ctx.look;
    ui.add_space(look.space.s);
    look.hairline_ui(ui);
    for path in ctx.snapshot.watched_folders.iter().take(4) {
        let whole = path.display().to_string();
        let name = path
            .file_name()
            .map_or_else(|| whole.clone(), |name| name.to_string_lossy().into_owned());
        ui.horizontal(|ui| {
            look.icon_ui(ui, icon::FOLDER, 16.0, look.palette.text_faint);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let label = format!("Stop watching {name}");
                if look.icon_button_ui(ui, icon::CLOSE, &label).clicked() {
                    ctx.commands
                        .push(Command::ForgetFolder { path: path.clone() });
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(egui::Label::new(look.secondary(&name)).truncate())
                        .on_hover_text(format!("{whole}\nWhat is put here is imported"));
                });
            });
        });
    }
    if look
        .quiet_icon_button_ui(ui, icon::FOLDER, "Watch a folder…")
        .on_hover_text("What is put into the folder is imported as new versions")
        .clicked()
    {
        ctx.view.pick_folder_to_watch();
    }
}
