//! One frame: the frame around, the tiles inside, and what floats over them.

use egui::{CentralPanel, Frame, Margin, Panel, Ui};
use panels::{Ctx, Place};

use super::App;
use crate::action::Situation;
use crate::closing::{Closing, dialog_ui};
use crate::dropping;
use crate::engine::Project;
use crate::frame::{Parts, edge, rail, status_bar, top_bar};
use crate::overlay::overlay_ui;
use crate::tray;

impl App {
    pub(super) fn draw(&mut self, ui: &mut Ui) {
        let has_project = self.snapshot.project.is_some();
        let snapshot = std::sync::Arc::clone(&self.snapshot);
        let look = self.look.clone();
        let keymap = self.keymap.clone();
        let wishes = std::mem::take(&mut self.wishes);
        let view = std::mem::take(&mut self.view);
        let parts = Parts {
            look: &look,
            snapshot: &snapshot,
            keymap: &keymap,
            view: &view,
            wishes: &wishes,
            place: self.layout.place(),
        };
        let tray_button = has_project.then(|| status_bar::status_bar_ui(ui, parts));
        top_bar::top_bar_ui(ui, parts, has_project);
        if has_project {
            rail::rail_ui(ui, parts);
            self.inspector_ui(ui, parts);
        }
        CentralPanel::no_frame().show(ui, |ui| {
            if has_project {
                self.work_ui(ui, parts);
            } else {
                let opening = match &self.project {
                    Project::Opening { path, .. } => Some(dropping::stem(path)),
                    _ => None,
                };
                self.welcome.ui(ui, parts, &self.recent, opening.as_deref());
            }
        });
        if let Some(button) = &tray_button {
            if std::mem::take(&mut self.tray_is_wanted) {
                tray::open(button);
            }
            tray::tray_ui(parts, button);
        }
        self.floating_ui(ui, parts);
        self.wishes = wishes;
        self.view = view;
    }

    fn floating_ui(&mut self, ui: &Ui, parts: Parts<'_>) {
        self.toasts.ui(ui, parts);
        let selection = parts.view.selection();
        let situation = Situation {
            snapshot: parts.snapshot,
            selection: selection.as_ref(),
            tiles: self.layout.tile_count(),
        };
        self.palette.ui(ui, parts, &situation);
        if self.closing == Closing::Asking {
            dialog_ui(
                ui,
                parts,
                self.after.as_ref().is_some_and(super::After::is_quit),
            );
        }
        overlay_ui(ui, parts, &self.folders.projects);
    }

    fn work_ui(&mut self, ui: &mut Ui, parts: Parts<'_>) {
        let Self {
            layout,
            places,
            commands,
            settings,
            settings_page,
            folders,
            ..
        } = self;
        let ctx = Ctx {
            snapshot: parts.snapshot,
            look: parts.look,
            commands,
            view: parts.view,
        };
        let keymap_path = folders.keymap();
        let mut show = |place: Place, ui: &mut Ui| match place {
            Place::Settings => settings_page.ui(ui, parts, settings, &keymap_path),
            place => places.ui(place, &ctx, ui),
        };
        layout.ui(ui, parts.look, &mut show);
    }

    /// At the right, while something is selected and a person did not fold it away.
    fn inspector_ui(&mut self, ui: &mut Ui, parts: Parts<'_>) {
        if !self.layout.inspector_is_open || parts.view.selection().is_none() {
            return;
        }
        let look = parts.look;
        let Self {
            places, commands, ..
        } = self;
        let ctx = Ctx {
            snapshot: parts.snapshot,
            look,
            commands,
            view: parts.view,
        };
        Panel::right("inspector")
            .default_size(look.size.inspector)
            .size_range(240.0..=560.0)
            .show_separator_line(false)
            .frame(
                Frame::new()
                    .fill(look.palette.surface)
                    .inner_margin(Margin::same(0)),
            )
            .show(ui, |ui| {
                let rect = ui.max_rect();
                ui.painter()
                    .vline(rect.left() + 0.5, rect.y_range(), edge(look));
                places.inspector_ui(&ctx, ui);
            });
    }
}
