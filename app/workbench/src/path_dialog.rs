//! Paths typed into a field of the window, where the desktop shows no file dialog: one, or of files to import several.

use std::path::{Path, PathBuf};

use egui::{Id, Key, Modal, Ui};
use look::Look;

use crate::app::named;
use crate::arrival::Purpose;
use crate::disk;
use crate::dropping::is_project;

const WIDTH: f32 = 480.0;

/// The dialog while it is open.
#[derive(Debug)]
pub(crate) struct PathDialog {
    purpose: Purpose,
    /// What a relative path is meant from.
    folder: PathBuf,
    text: String,
    fault: Option<String>,
    is_focused: bool,
}

/// What a person decided.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Cancelled,
    Picked(Purpose, Vec<PathBuf>),
}

impl PathDialog {
    pub(crate) fn new(purpose: Purpose, folder: PathBuf) -> Self {
        let text = match proposed(&purpose) {
            Some(name) => folder.join(name).display().to_string(),
            None => String::new(),
        };
        Self {
            purpose,
            folder,
            text,
            fault: None,
            is_focused: false,
        }
    }

    pub(crate) fn ui(&mut self, ui: &Ui, look: &Look) -> Option<Decision> {
        let (title, verb) = words(&self.purpose);
        let mut decision = None;
        let modal = Modal::new(Id::unique("path"))
            .frame(look.floating_frame())
            .backdrop_color(look.palette.backdrop)
            .show(ui.ctx(), |ui| {
                ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 96.0));
                ui.label(look.section(title));
                ui.add(egui::Label::new(look.secondary(why(&self.purpose))).wrap());
                ui.add_space(look.space.s);
                let is_entered = self.field_ui(ui, look);
                if let Some(fault) = &self.fault {
                    ui.add(egui::Label::new(look.body(fault).color(look.palette.fail)).wrap());
                }
                ui.add_space(look.space.m);
                ui.horizontal(|ui| {
                    let is_clicked = look.primary_button_ui(ui, verb).clicked();
                    if is_clicked || is_entered {
                        decision = self.decide();
                    }
                    if look.quiet_button_ui(ui, "Cancel").clicked() {
                        decision = Some(Decision::Cancelled);
                    }
                });
            });
        if decision.is_none() && modal.should_close() {
            decision = Some(Decision::Cancelled);
        }
        decision
    }

    /// True when Enter was pressed in it.
    fn field_ui(&mut self, ui: &mut Ui, look: &Look) -> bool {
        let is_plain_enter =
            ui.input(|input| input.key_pressed(Key::Enter) && !input.modifiers.shift);
        let (field, is_entered) = if takes_several(&self.purpose) {
            let field = look.lines_ui(ui, "Paths", &mut self.text, "One path a line");
            let is_entered = field.has_focus() && is_plain_enter;
            (field, is_entered)
        } else {
            let field = look.long_text_field_ui(ui, "Path", &mut self.text, "Path");
            let is_entered = field.lost_focus() && is_plain_enter;
            (field, is_entered)
        };
        if !std::mem::replace(&mut self.is_focused, true) {
            field.request_focus();
        }
        if field.changed() {
            self.fault = None;
        }
        is_entered
    }

    /// The paths, or `None` and a fault that says what is wrong with the first that is wrong.
    fn decide(&mut self) -> Option<Decision> {
        match all_checked(&self.purpose, &self.text, &self.folder) {
            Ok(paths) => Some(Decision::Picked(self.purpose.clone(), paths)),
            Err(fault) => {
                self.fault = Some(fault);
                self.is_focused = false;
                None
            }
        }
    }
}

/// The paths that were meant, one a line where several may be picked; the same one is taken once.
///
/// # Errors
/// A sentence that says what is wrong, and with which of several paths. Nothing is picked then.
pub(crate) fn all_checked(
    purpose: &Purpose,
    text: &str,
    folder: &Path,
) -> Result<Vec<PathBuf>, String> {
    if !takes_several(purpose) {
        return checked(purpose, text, folder).map(|path| vec![path]);
    }
    let lines: Vec<(usize, &str)> = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty())
        .collect();
    let mut paths = Vec::new();
    for (number, line) in &lines {
        let path = checked(purpose, line, folder).map_err(|fault| match lines.len() {
            1 => fault,
            _ => format!("Line {number}: {fault}"),
        })?;
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        return Err("Type a path".to_owned());
    }
    Ok(paths)
}

fn takes_several(purpose: &Purpose) -> bool {
    matches!(purpose, Purpose::ImportFiles)
}

/// What a person can do, and what else they could.
fn why(purpose: &Purpose) -> &'static str {
    if takes_several(purpose) {
        "The desktop shows no file dialog: type or paste paths, one a line (Shift+Enter begins another), or drop the files on the window"
    } else {
        "The desktop shows no file dialog: type the path, or drop the file on the window"
    }
}

/// The path that was meant, when something can be done with it.
///
/// # Errors
/// A sentence that says what is wrong with the path.
pub(crate) fn checked(purpose: &Purpose, text: &str, folder: &Path) -> Result<PathBuf, String> {
    let path = meant(text, folder)?;
    let said = path.display();
    match purpose {
        Purpose::NewProject => {
            // What is typed without an ending gets it afterwards.
            let with_ending = named(path.clone());
            let taken = [&path, &with_ending]
                .into_iter()
                .find(|path| disk::exists(path));
            match taken {
                Some(taken) => Err(format!("{} exists already", taken.display())),
                None => Ok(path),
            }
        }
        _ if is_written(purpose) => {
            let has_folder = path.parent().is_some_and(disk::is_folder);
            if disk::exists(&path) {
                Err(format!("{said} exists already"))
            } else if !has_folder {
                Err(format!("There is no folder for {said}"))
            } else {
                Ok(path)
            }
        }
        _ if !disk::exists(&path) => Err(format!("{said} does not exist")),
        Purpose::OpenProject if !is_project(&path) => Err(format!(
            "{said} is no project; the folder of a project holds project.toml"
        )),
        Purpose::WatchFolder if !disk::is_folder(&path) => Err(format!("{said} is not a folder")),
        Purpose::ImportFiles if disk::is_folder(&path) => Err(format!(
            "{said} is a folder; watch it to import what comes into it"
        )),
        _ => Ok(path),
    }
}

/// Whether a file is made at the path.
fn is_written(purpose: &Purpose) -> bool {
    matches!(purpose, Purpose::WriteBackup | Purpose::ExportRejects(_))
}

/// Quotes of a copied path and `~` are understood; a relative path is meant from the folder.
fn meant(text: &str, folder: &Path) -> Result<PathBuf, String> {
    let text = text.trim();
    let bare = text
        .strip_prefix(['"', '\''])
        .and_then(|text| text.strip_suffix(['"', '\'']))
        .unwrap_or(text);
    if bare.is_empty() {
        return Err("Type a path".to_owned());
    }
    let home = bare
        .strip_prefix("~/")
        .or_else(|| (bare == "~").then_some(""));
    if let Some(rest) = home {
        return dirs::home_dir()
            .map(|home| home.join(rest))
            .ok_or_else(|| "The system says no home folder; type the whole path".to_owned());
    }
    Ok(folder.join(bare))
}

fn proposed(purpose: &Purpose) -> Option<String> {
    match purpose {
        Purpose::NewProject => Some("Untitled.millrace".to_owned()),
        Purpose::WriteBackup => Some("backup.tar".to_owned()),
        Purpose::ExportRejects(version) => Some(crate::dialogs::rejects_name(version)),
        Purpose::OpenProject | Purpose::ImportFiles | Purpose::WatchFolder => None,
    }
}

/// The title and the verb of the button.
fn words(purpose: &Purpose) -> (&'static str, &'static str) {
    match purpose {
        Purpose::NewProject => ("New project", "Create"),
        Purpose::OpenProject => ("Open a project", "Open"),
        Purpose::ImportFiles => ("Import files", "Import"),
        Purpose::WatchFolder => ("Watch a folder", "Watch"),
        Purpose::WriteBackup => ("Write a backup", "Write"),
        Purpose::ExportRejects(_) => ("Export the rejected rows", "Export"),
    }
}
