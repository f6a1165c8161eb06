//! One frame: the frame around, the tiles inside, and what floats over them.

use egui::{CentralPanel, Frame, Margin, Panel, Ui, UiBuilder};
use panels::{Ctx, Place};

use super::App;
use crate::action::Situation;
use crate::closing::{Closing, dialog_ui};
use crate::dropping;
use crate::engine::{Link, Project};
use crate::frame::{Parts, edge, rail, status_bar, top_bar};
use crate::overlay::overlay_ui;
use crate::tray;
use crate::undo::Way;

impl App {
    pub(super) fn draw(&mut self, ui: &mut Ui) {
        let has_project = self.snapshot.project.is_some();
        let snapshot = std::sync::Arc::clone(&self.snapshot);
        let look = self.look.clone();
        let keymap = self.keymap.clone();
        let wishes = std::mem::take(&mut self.wishes);
        let view = std::mem::take(&mut self.view);
        let holding = self.project.link().and_then(Link::holding);
        let parts = Parts {
            look: &look,
            snapshot: &snapshot,
            holding: holding.as_ref(),
            keymap: &keymap,
            view: &view,
            wishes: &wishes,
            place: self.layout.place(),
        };
        top_bar::top_bar_ui(ui, parts, has_project);
        // The status bar has its room first and is drawn last: the focus goes from the top to the bottom.
        let below = ui.available_rect_before_wrap();
        let bar = if has_project {
            look.size.status_bar
        } else {
            0.0
        };
        let (middle, bottom) = below.split_top_bottom_at_y(below.bottom() - bar);
        let mut work = ui.new_child(UiBuilder::new().max_rect(middle));
        if has_project {
            rail::rail_ui(&mut work, parts);
        }
        // So has the inspector: it is read after what it is about.
        let inspector = has_project.then(|| self.inspected(parts)).flatten();
        let side = match inspector {
            Some(_) => self.inspector_width.unwrap_or(look.size.inspector),
            None => 0.0,
        };
        let rest = work.available_rect_before_wrap();
        let (page, _) = rest.split_left_right_at_x(rest.right() - side);
        let mut page = work.new_child(UiBuilder::new().max_rect(page));
        CentralPanel::no_frame().show(&mut page, |ui| {
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
        drop(page);
        if let Some(is_filled) = inspector {
            self.inspector_ui(&mut work, parts, is_filled);
        }
        drop(work);
        let tray_button = has_project.then(|| {
            let mut foot = ui.new_child(UiBuilder::new().max_rect(bottom));
            status_bar::status_bar_ui(&mut foot, parts)
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
            undo: self.history.title(Way::Undo),
            redo: self.history.title(Way::Redo),
        };
        self.palette.ui(ui, parts, &situation);
        if self.closing == Closing::Asking {
            dialog_ui(
                ui,
                parts,
                self.after.as_ref().is_some_and(super::After::is_quit),
            );
        }
        let decision = self
            .path_dialog
            .as_mut()
            .and_then(|dialog| dialog.ui(ui, parts.look));
        if let Some(decision) = decision {
            self.decided(decision);
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

    /// Whether the inspector is there, and then whether it is filled: while something of the place is selected, and a
    /// person did not fold it away.
    fn inspected(&mut self, parts: Parts<'_>) -> Option<bool> {
        let is_filled = top_bar::is_inspected(parts.view.selection().as_ref(), parts.place);
        if is_filled {
            self.inspector_is_asked = false;
        }
        let is_open = self.layout.inspector_is_open;
        (is_open && (is_filled || self.inspector_is_asked)).then_some(is_filled)
    }

    /// At the right.
    fn inspector_ui(&mut self, ui: &mut Ui, parts: Parts<'_>, is_filled: bool) {
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
        let panel = Panel::right("inspector")
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
                if is_filled {
                    places.inspector_ui(&ctx, ui);
                } else {
                    panels::nothing_inspected_ui(look, ui);
                }
            });
        self.inspector_width = Some(panel.response.rect.width());
    }
}
