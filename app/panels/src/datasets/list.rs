//! The list of datasets at the left, with the watched folders at its foot.

use std::path::Path;

use contract::{Command, DataVersionRef};
use egui::{Align, Layout, ScrollArea, Ui, vec2};
use look::{Tone, format, icon};

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
    (filter, has_folders_open): (&mut String, &mut bool),
) {
    let look = ctx.look;
    title_ui(ctx, ui);
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
    let room = (ui.available_height() * MOST_OF_LIST).max(ctx.look.size.row);
    let foot = folders_height(ctx, *has_folders_open, room);
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
    folders_ui(ctx, ui, has_folders_open, room);
}

/// The list before there is a dataset: folders may be watched already.
pub(super) fn without_datasets_ui(ctx: &Ctx<'_>, ui: &mut Ui, has_folders_open: &mut bool) {
    title_ui(ctx, ui);
    let room = ui.available_height() * MOST_OF_LIST;
    folders_ui(ctx, ui, has_folders_open, room);
}

fn title_ui(ctx: &Ctx<'_>, ui: &mut Ui) {
    ctx.look.section_with_ui(ui, "Datasets", |ui| {
        if ctx.look.icon_button_ui(ui, icon::ADD, "Import…").clicked() {
            ctx.view.pick_files_to_import();
        }
    });
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

/// So many folders are always shown; more are folded behind a line that says how many.
const FEW_FOLDERS: usize = 4;
/// Of the list's height the folders take no more, when they are unfolded.
const MOST_OF_LIST: f32 = 0.45;

fn folder_row(ctx: &Ctx<'_>) -> f32 {
    ctx.look.size.row + ctx.look.space.xs
}

fn folders_height(ctx: &Ctx<'_>, is_open: bool, room: f32) -> f32 {
    let count = ctx.snapshot.watched_folders.len();
    let all = folder_row(ctx) * count as f32;
    let rows = match count {
        ..=FEW_FOLDERS => all,
        _ if is_open => folder_row(ctx) + all.min(room),
        _ => folder_row(ctx),
    };
    64.0 + rows
}

/// Every watched folder, each with the way to stop watching it.
pub(super) fn folders_ui(ctx: &Ctx<'_>, ui: &mut Ui, is_open: &mut bool, room: f32) {
    let look = ctx.look;
    let folders = &ctx.snapshot.watched_folders;
    ui.add_space(look.space.s);
    look.hairline_ui(ui);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = look.space.xs;
        if folders.len() <= FEW_FOLDERS {
            for path in folders {
                folder_ui(ctx, ui, path);
            }
        } else {
            fold_ui(ctx, ui, is_open);
            if *is_open {
                ScrollArea::vertical()
                    .id_salt("watched folders")
                    .max_height(room)
                    .auto_shrink([false, true])
                    .show_rows(ui, look.size.row, folders.len(), |ui, range| {
                        for path in folders.get(range).unwrap_or_default() {
                            folder_ui(ctx, ui, path);
                        }
                    });
            }
        }
    });
    if look
        .quiet_icon_button_ui(ui, icon::FOLDER, "Watch a folder…")
        .on_hover_text("What is put into the folder is imported as new versions")
        .clicked()
    {
        ctx.view.pick_folder_to_watch();
    }
}

/// The line that many folders fold behind.
fn fold_ui(ctx: &Ctx<'_>, ui: &mut Ui, is_open: &mut bool) {
    let look = ctx.look;
    let count = ctx.snapshot.watched_folders.len() as u64;
    let said = format::counted(count, "watched folder", "watched folders");
    let sign = match *is_open {
        true => icon::EXPAND,
        false => icon::FORWARD,
    };
    if look.quiet_icon_button_ui(ui, sign, &said).clicked() {
        *is_open = !*is_open;
    }
}

fn folder_ui(ctx: &Ctx<'_>, ui: &mut Ui, path: &Path) {
    let look = ctx.look;
    let whole = path.display().to_string();
    let name = format::file_name(path);
    ui.horizontal(|ui| {
        ui.set_height(look.size.row);
        look.icon_ui(ui, icon::FOLDER, 16.0, look.palette.text_faint);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let label = format!("Stop watching {name}");
            if look.icon_button_ui(ui, icon::CLOSE, &label).clicked() {
                let path = path.to_owned();
                ctx.commands.push(Command::ForgetFolder { path });
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(look.secondary(&name)).truncate())
                    .on_hover_text(format!("{whole}\nWhat is put here is imported"));
            });
        });
    });
}

/// Where there is no list: the folders in a menu.
pub(super) fn folders_menu_ui(ctx: &Ctx<'_>, ui: &mut Ui) {
    for path in &ctx.snapshot.watched_folders {
        let stop = ui.button(format!("Stop watching {}", format::file_name(path)));
        if stop.on_hover_text(path.display().to_string()).clicked() {
            let path = path.clone();
            ctx.commands.push(Command::ForgetFolder { path });
        }
    }
}
