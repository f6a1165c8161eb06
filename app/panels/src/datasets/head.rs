//! The head of a version: its name, what to do with it, its numbers, and how its source was read.

use contract::{Command, DataVersion};
use egui::{Align, Layout, Ui};
use look::{Tone, format, icon};

use super::data::{options_in_words, version_facts};
use super::list::picker_ui;
use super::reader::ReaderForm;
use crate::parts::{ago_ui, cut_label_ui, fact_ui, from_right_ui};
use crate::{Ctx, Place};

/// What stands behind the name.
const VERSION_AND_AGE: f32 = 148.0;
const LONGEST_FILE_NAME: f32 = 320.0;

/// How the head is drawn.
#[derive(Clone, Copy)]
pub(super) struct HeadStyle {
    /// False while something else on the page is the one thing to do.
    pub is_primary: bool,
    /// The list of datasets stands beside it; else its name is the way to the others.
    pub has_list: bool,
}

pub(super) fn head_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    version: &DataVersion,
    style: HeadStyle,
    reader: &mut Option<ReaderForm>,
) {
    title_ui(ctx, ui, version, style);
    ui.add_space(ctx.look.space.xs);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = ctx.look.space.xl;
        for (caption, value) in version_facts(version) {
            fact_ui(ctx.look, ui, caption, &value);
        }
    });
    ui.add_space(ctx.look.space.xs);
    source_ui(ctx, ui, version, reader);
    ui.add_space(ctx.look.space.xs);
}

fn title_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion, style: HeadStyle) {
    let look = ctx.look;
    from_right_ui(ui, 32.0, |ui| {
        let more = look.icon_button_ui(ui, icon::MORE, "More actions");
        look.menu_ui(&more, |ui| more_ui(ctx, ui, version));
        if style.has_list
            && look
                .button_with_icon_ui(ui, icon::IMPORT, "Import…")
                .clicked()
        {
            ctx.view.pick_files_to_import();
        }
        let train = if style.is_primary {
            look.primary_icon_button_ui(ui, icon::TRAIN, "Train…")
        } else {
            look.button_with_icon_ui(ui, icon::TRAIN, "Train…")
        };
        if train.clicked() {
            ctx.view.train(version.id.clone());
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            if style.has_list {
                let room = ui.available_width() - VERSION_AND_AGE;
                cut_label_ui(ui, room, look.page(version.id.dataset.as_str()));
            } else {
                let room = (ui.available_width() - 48.0).max(80.0);
                let size = egui::vec2(room, look.size.control);
                ui.allocate_ui(size, |ui| {
                    ui.set_max_width(room);
                    ui.spacing_mut().combo_width = room;
                    picker_ui(ctx, ui, &version.id);
                });
            }
            look.chip_ui(ui, Tone::Neutral, &format!("v{}", version.id.version));
            if style.has_list {
                ago_ui(ctx, ui, version.created);
            }
        });
    });
}

fn more_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion) {
    if ui.button("Import…").clicked() {
        ctx.view.pick_files_to_import();
    }
    if ui.button("Watch a folder…").clicked() {
        ctx.view.pick_folder_to_watch();
    }
    if ui.button("Show lineage").clicked() {
        ctx.commands.push(Command::ShowLineage {
            of: version.id.to_string().into(),
        });
        ctx.view.navigate(Place::Lineage);
    }
    if ui.button("Copy the content's digest").clicked() {
        ctx.view.copy(version.object.as_str());
    }
}

fn source_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion, reader: &mut Option<ReaderForm>) {
    let look = ctx.look;
    ui.horizontal_wrapped(|ui| {
        if let Some(source) = version.sources.first() {
            look.icon_ui(ui, icon::FILE, 16.0, look.palette.text_faint);
            let whole = source.path.display().to_string();
            let name = source
                .path
                .file_name()
                .map_or_else(|| whole.clone(), |name| name.to_string_lossy().into_owned());
            let mut said = name;
            let others = version.sources.len() as u64 - 1;
            if others > 0 {
                said.push_str(&format!(" and {}", format::counted(others, "file", "files")));
            }
            let room = LONGEST_FILE_NAME.min(ui.max_rect().width() - 40.0);
            let ink = look.palette.text;
            let name = look::paint::line(ui, &said, look.body_font(), ink, room);
            ui.add(egui::Label::new(name))
                .on_hover_text(format!("{whole}\n{}", format::bytes(source.bytes)));
            ui.label(look.secondary(options_in_words(&source.options)));
            if look.link_ui(ui, "Read differently…").clicked() {
                *reader = match reader {
                    Some(_) => None,
                    None => Some(ReaderForm::of(&source.options)),
                };
            }
        }
        if version.rejected_rows > 0 {
            let said = format::counted(version.rejected_rows, "row rejected", "rows rejected");
            let chip = look.chip_ui(ui, Tone::Warn, &said);
            chip.on_hover_text(
                "They did not fit the columns. They were kept with the reason for each, beside the version",
            );
            if let Some(rejects) = &version.rejects {
                look.copy_text_ui(ui, rejects.short(), rejects.as_str());
            }
        }
    });
}
