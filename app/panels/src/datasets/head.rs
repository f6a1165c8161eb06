//! The head of a version: its name, what to do with it, its numbers, and how its source was read.

use contract::{Command, DataVersion};
use egui::{Align, Layout, Ui};
use look::{Tone, format, icon};

use super::data::{options_in_words, version_facts};
use super::reader::ReaderForm;
use crate::parts::{ago_ui, cut_label_ui, fact_ui, from_right_ui};
use crate::{Ctx, Place};

/// What stands behind the name.
const VERSION_AND_AGE: f32 = 148.0;

/// `is_primary` is false while something else on the page is the one thing to do.
pub(super) fn head_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    version: &DataVersion,
    is_primary: bool,
    reader: &mut Option<ReaderForm>,
) {
    title_ui(ctx, ui, version, is_primary);
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

fn title_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion, is_primary: bool) {
    let look = ctx.look;
    from_right_ui(ui, 32.0, |ui| {
        let more = look.icon_button_ui(ui, icon::MORE, "More actions");
        look.menu_ui(&more, |ui| {
            if ui.button("Show lineage").clicked() {
                ctx.commands.push(Command::ShowLineage {
                    of: version.id.to_string().into(),
                });
                ctx.view.navigate(Place::Lineage);
            }
            if ui.button("Watch a folder…").clicked() {
                ctx.view.pick_folder_to_watch();
            }
            if ui.button("Copy the content's digest").clicked() {
                ctx.view.copy(version.object.as_str());
            }
        });
        if look
            .button_with_icon_ui(ui, icon::IMPORT, "Import…")
            .clicked()
        {
            ctx.view.pick_files_to_import();
        }
        let train = if is_primary {
            look.primary_icon_button_ui(ui, icon::TRAIN, "Train…")
        } else {
            look.button_with_icon_ui(ui, icon::TRAIN, "Train…")
        };
        if train.clicked() {
            ctx.view.train(version.id.clone());
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let room = ui.available_width() - VERSION_AND_AGE;
            cut_label_ui(ui, room, look.page(version.id.dataset.as_str()));
            look.chip_ui(ui, Tone::Neutral, &format!("v{}", version.id.version));
            ago_ui(ctx, ui, version.created);
        });
    });
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
            ui.add(egui::Label::new(look.body(said)).truncate())
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
