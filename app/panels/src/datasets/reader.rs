//! The form that reads a source again with other options, as a new version.

use std::collections::BTreeMap;

use contract::{Command, DataVersion, DateOrder, FileFormat, ReaderOptions};
use egui::Ui;

use super::data::{delimiter_word, format_word};
use crate::Ctx;

/// Options as they are being chosen; `None` means detect.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ReaderForm {
    pub options: ReaderOptions,
}

impl ReaderForm {
    /// Starts from what was in force.
    pub(super) fn of(options: &ReaderOptions) -> Self {
        Self {
            options: options.clone(),
        }
    }

    /// Imports the same sources under the same name, keeping the roles that a person gave.
    pub(super) fn command(&self, version: &DataVersion) -> Command {
        Command::ImportFiles {
            paths: version
                .sources
                .iter()
                .map(|source| source.path.clone())
                .collect(),
            name: Some(version.id.dataset.clone()),
            options: self.options.clone(),
            roles: version
                .columns
                .iter()
                .map(|column| (column.name.clone(), column.role))
                .collect::<BTreeMap<_, _>>(),
        }
    }
}

/// True when the form is done with, sent or not.
pub(super) fn reader_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    version: &DataVersion,
    form: &mut ReaderForm,
) -> bool {
    let look = ctx.look;
    let mut is_done = false;
    look.card_ui(ui, |ui| {
        ui.label(look.strong("Read the source again"));
        ui.label(look.secondary(
            "The file is read with these options and becomes the next version; this one stays",
        ));
        ui.add_space(look.space.xs);
        ui.spacing_mut().combo_width = 200.0;
        let options = &mut form.options;
        look.field_ui(ui, "Format", |ui| {
            look.select_ui(ui, "Format", &mut options.format, &formats())
        });
        if matches!(options.format, None | Some(FileFormat::Csv)) {
            csv_ui(ctx, ui, options);
        }
        // Parquet knows dates from text by itself.
        if options.format != Some(FileFormat::Parquet) {
            dates_ui(ctx, ui, options);
        }
        if options.format == Some(FileFormat::Excel) {
            let mut sheet = options.sheet.clone().unwrap_or_default();
            look.field_ui(ui, "Sheet", |ui| {
                look.text_field_ui(ui, "Sheet", &mut sheet, "The first one")
            });
            options.sheet = (!sheet.is_empty()).then_some(sheet);
        }
        ui.add_space(look.space.xs);
        ui.horizontal(|ui| {
            if look.button_ui(ui, "Import again").clicked() {
                ctx.commands.push(form.command(version));
                is_done = true;
            }
            if look.quiet_button_ui(ui, "Cancel").clicked() {
                is_done = true;
            }
        });
    });
    is_done
}

fn csv_ui(ctx: &Ctx<'_>, ui: &mut Ui, options: &mut ReaderOptions) {
    let look = ctx.look;
    look.field_ui(ui, "Delimiter", |ui| {
        let known = [',', ';', '\t', '|', ' '];
        let choices = choices(&known, options.delimiter, |delimiter| {
            look::format::capitalised(&delimiter_word(*delimiter))
        });
        look.select_ui(ui, "Delimiter", &mut options.delimiter, &choices)
    });
    look.field_ui(ui, "Encoding", |ui| {
        let known: Vec<String> = ["utf-8", "windows-1252", "utf-16le", "utf-16be", "shift_jis"]
            .map(str::to_owned)
            .to_vec();
        let choices = choices(&known, options.encoding.clone(), Clone::clone);
        look.select_ui(ui, "Encoding", &mut options.encoding, &choices)
    });
    look.field_ui(ui, "First line", |ui| {
        let choices = [
            (None, "Detect"),
            (Some(true), "Names of the columns"),
            (Some(false), "Already a row"),
        ];
        look.select_ui(ui, "First line", &mut options.has_header, &choices)
    });
    look.field_ui(ui, "Decimal separator", |ui| {
        let choices = [(None, "Detect"), (Some('.'), "Point"), (Some(','), "Comma")];
        look.select_ui(
            ui,
            "Decimal separator",
            &mut options.decimal_separator,
            &choices,
        )
    });
}

fn dates_ui(ctx: &Ctx<'_>, ui: &mut Ui, options: &mut ReaderOptions) {
    let look = ctx.look;
    look.field_ui(ui, "Dates", |ui| {
        let choices = [
            (None, "Detect"),
            (Some(DateOrder::DayFirst), "Day first"),
            (Some(DateOrder::MonthFirst), "Month first"),
        ];
        look.select_ui(ui, "Dates", &mut options.date_order, &choices)
    });
}

fn formats() -> Vec<(Option<FileFormat>, &'static str)> {
    let known = [
        FileFormat::Csv,
        FileFormat::Json,
        FileFormat::JsonLines,
        FileFormat::Parquet,
        FileFormat::Excel,
    ];
    std::iter::once((None, "Detect"))
        .chain(known.map(|format| (Some(format), format_word(format))))
        .collect()
}

/// Detect, the usual ones, and the one in force if it is none of these.
fn choices<T: Clone + PartialEq>(
    known: &[T],
    current: Option<T>,
    name: impl Fn(&T) -> String,
) -> Vec<(Option<T>, String)> {
    let mut choices = vec![(None, "Detect".to_owned())];
    choices.extend(known.iter().map(|value| (Some(value.clone()), name(value))));
    if let Some(current) = current.filter(|current| !known.contains(current)) {
        choices.push((Some(current.clone()), name(&current)));
    }
    choices
}
