//! The settings page: theme, text, notifications, motion, and the keys of every action.

use std::path::Path;

use egui::{Align, Layout, ScrollArea, Ui, vec2};
use look::{format, icon, paint};

use crate::action::Action;
use crate::frame::Parts;
use crate::settings::{Settings, ThemeChoice};

/// View state only; the settings themselves belong to the window.
#[derive(Default)]
pub(crate) struct SettingsPage {
    filter: String,
}

impl SettingsPage {
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        parts: Parts<'_>,
        settings: &mut Settings,
        keymap_path: &Path,
    ) {
        let look = parts.look;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            egui::Frame::new()
                .inner_margin(look.space.xl)
                .show(ui, |ui| {
                    ui.set_max_width(720.0);
                    look.page_head_ui(
                        ui,
                        "Settings",
                        "Kept for this person on this machine; projects keep none of them",
                        |_| {},
                    );
                    appearance_ui(ui, parts, settings);
                    look.section_ui(ui, "Notifications");
                    look.toggle_ui(
                        ui,
                        "Tell the desktop when a task ends in the background",
                        &mut settings.notifications,
                    );
                    devices_ui(ui, parts);
                    self.keys_ui(ui, parts, keymap_path);
                });
        });
    }

    fn keys_ui(&mut self, ui: &mut Ui, parts: Parts<'_>, keymap_path: &Path) {
        let look = parts.look;
        look.section_with_ui(ui, "Keys", |ui| {
            if look
                .quiet_icon_button_ui(ui, icon::EDIT, "Edit the keymap")
                .clicked()
            {
                parts.wishes.push(Action::EditKeymap);
            }
        });
        let path = keymap_path.display().to_string();
        look.copy_text_ui(ui, &path, &path);
        ui.add_space(look.space.xs);
        look.search_ui(ui, &mut self.filter, "Filter actions");
        ui.add_space(look.space.xs);
        let wanted = self.filter.trim().to_lowercase();
        ui.spacing_mut().item_spacing.y = 0.0;
        for action in Action::all() {
            let said = format!("{} {}", action.title(), action.hint());
            if wanted.is_empty() || said.to_lowercase().contains(&wanted) {
                key_row_ui(ui, parts, action);
            }
        }
    }
}

/// An action, what it does, and its keys at the right, over a hairline.
fn key_row_ui(ui: &mut Ui, parts: Parts<'_>, action: Action) {
    let look = parts.look;
    let size = vec2(ui.available_width(), look.size.row + 4.0);
    let row = ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(size);
        ui.label(look.body(action.title()));
        ui.label(look.caption(action.hint()));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let keys = parts.keymap.text(action);
            if keys.is_empty() {
                ui.label(look.caption(format::MISSING));
            } else {
                ui.label(look.mono(keys));
            }
        });
    });
    let rect = row.response.rect;
    let line = look.palette.line;
    paint::hairline(
        ui.painter(),
        rect.left(),
        rect.right(),
        rect.bottom() - 0.5,
        line,
    );
}

fn appearance_ui(ui: &mut Ui, parts: Parts<'_>, settings: &mut Settings) {
    let look = parts.look;
    look.section_ui(ui, "Appearance");
    look.field_ui(ui, "Theme", |ui| {
        look.select_ui(ui, "Theme", &mut settings.theme, &ThemeChoice::NAMED)
    });
    look.field_ui(ui, "Text size", |ui| {
        if look
            .icon_button_ui(ui, icon::SMALLER, "Smaller text")
            .clicked()
        {
            settings.smaller_text();
        }
        ui.label(look.body(format!("{:.0} %", settings.text_scale * 100.0)));
        if look
            .icon_button_ui(ui, icon::LARGER, "Larger text")
            .clicked()
        {
            settings.larger_text();
        }
    });
    look.toggle_ui(ui, "Things glide to where they go", &mut settings.motion);
}

fn devices_ui(ui: &mut Ui, parts: Parts<'_>) {
    let look = parts.look;
    let devices = &parts.snapshot.devices;
    if devices.is_empty() {
        return;
    }
    look.section_ui(ui, "Devices that can train");
    for device in devices {
        let kind = match (device.is_gpu, device.is_software) {
            (_, true) => "software graphics, only when asked for",
            (true, false) => "GPU",
            (false, false) => "CPU",
        };
        look.key_value_ui(ui, &device.backend, &format!("{}, {kind}", device.name));
    }
}
