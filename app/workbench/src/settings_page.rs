//! The settings page: theme, text, notifications, motion, and the keys of every action.

use std::path::Path;

use egui::{Align, Layout, ScrollArea, Ui, vec2};
use look::{format, icon};

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
        for action in Action::all() {
            let title = action.title();
            if !wanted.is_empty() && !title.to_lowercase().contains(&wanted) {
                continue;
            }
            ui.horizontal(|ui| {
                ui.set_min_height(look.size.row);
                ui.allocate_ui_with_layout(
                    vec2(320.0, look.size.row),
                    Layout::left_to_right(Align::Center),
                    |ui| {
                        ui.set_min_width(320.0);
                        ui.add(egui::Label::new(look.body(title)).truncate());
                    },
                );
                let keys = parts.keymap.text(action);
                if keys.is_empty() {
                    ui.label(look.caption(format::MISSING));
                } else {
                    ui.label(look.mono(keys));
                }
            });
        }
    }
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
