//! The head of a version: its name, what to do with it, its numbers, and how its source was read.

use contract::{Command, DataVersion};
use egui::Ui;
use look::{Tone, format, icon};

use super::data::{options_in_words, version_facts};
use super::list::{folders_menu_ui, picker_ui};
use super::reader::ReaderForm;
use crate::parts::{ago_ui, cut_label_ui, fact_ui};
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
    /// The rejected rows are in view, so that nothing need lead to them.
    pub shows_rejected: bool,
}

/// True when the rejected rows are to be shown.
pub(super) fn head_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    version: &DataVersion,
    style: HeadStyle,
    reader: &mut Option<ReaderForm>,
) -> bool {
    title_ui(ctx, ui, version, style);
    ui.add_space(ctx.look.space.xs);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = ctx.look.space.xl;
        for (caption, value) in version_facts(version) {
            fact_ui(ctx.look, ui, caption, &value);
        }
    });
    ui.add_space(ctx.look.space.xs);
    let is_asked = source_ui(ctx, ui, version, style, reader);
    ui.add_space(ctx.look.space.xs);
    is_asked
}

fn title_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion, style: HeadStyle) {
    let look = ctx.look;
    let name = |ui: &mut Ui| {
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
    };
    look.ends_ui(ui, 32.0, name, |ui| {
        let train = if style.is_primary {
            look.primary_icon_button_ui(ui, icon::TRAIN, "Train…")
        } else {
            look.button_with_icon_ui(ui, icon::TRAIN, "Train…")
        };
        if train.clicked() {
            ctx.view.train(version.id.clone());
        }
        if style.has_list
            && look
                .button_with_icon_ui(ui, icon::IMPORT, "Import…")
                .clicked()
        {
            ctx.view.pick_files_to_import();
        }
        let more = look.icon_button_ui(ui, icon::MORE, "More actions");
        look.menu_ui(&more, |ui| more_ui(ctx, ui, version, style));
    });
}

fn more_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion, style: HeadStyle) {
    if ui.button("Import…").clicked() {
        ctx.view.pick_files_to_import();
    }
    if ui.button("Watch a folder…").clicked() {
        ctx.view.pick_folder_to_watch();
    }
    if !style.has_list {
        folders_menu_ui(ctx, ui);
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
    if let Some(rejects) = &version.rejects
        && ui.button("Copy the rejected rows' digest").clicked()
    {
        ctx.view.copy(rejects.as_str());
    }
}

fn source_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    version: &DataVersion,
    style: HeadStyle,
    reader: &mut Option<ReaderForm>,
) -> bool {
    let look = ctx.look;
    let mut is_asked = false;
    ui.horizontal_wrapped(|ui| {
        if let Some(source) = version.sources.first() {
            look.icon_ui(ui, icon::FILE, 16.0, look.palette.text_faint);
            let whole = source.path.display().to_string();
            let mut said = format::file_name(&source.path);
            let others = version.sources.len() as u64 - 1;
            if others > 0 {
                said.push_str(&format!(
                    " and {}",
                    format::counted(others, "file", "files")
                ));
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
            chip.on_hover_text("They did not fit the columns, and were kept beside the version");
            is_asked = !style.shows_rejected && look.link_ui(ui, "Show them").clicked();
        }
    });
    is_asked
}
