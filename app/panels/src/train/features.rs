//! The features of the training dialog: every column but the target with a check box, its type and its warning.

use std::sync::Arc;

use contract::DataVersion;
use egui::{Align, Layout, ScrollArea, Ui, vec2};
use look::{Tone, format};

use super::Open;
use super::data::{FeatureRow, Field, feature_rows};
use crate::Ctx;

const ROW: f32 = 28.0;

/// The rows as they were listed for a target and a filter; ten thousand columns are not listed in every frame.
#[derive(Debug)]
pub(super) struct Listed {
    version: Arc<DataVersion>,
    target: Option<Arc<str>>,
    filter: String,
    rows: Vec<FeatureRow>,
}

pub(super) fn features_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    version: &Arc<DataVersion>,
    open: &mut Open,
    height: f32,
) {
    let look = ctx.look;
    list(version, open);
    let Some(listed) = open.listed.take() else {
        return;
    };
    let top = ui.cursor().top();
    head_ui(ctx, ui, open, &listed.rows);
    look.search_ui(ui, &mut open.feature_filter, "Find a feature");
    if let Some(message) = open.message(Field::Features) {
        let tone = if message.is_error {
            Tone::Fail
        } else {
            Tone::Warn
        };
        let text = look.secondary(message.text).color(look.palette.tone(tone));
        ui.add(egui::Label::new(text).wrap());
    }
    ui.add_space(look.space.xs);
    let room = (height - (ui.cursor().top() - top)).max(4.0 * ROW);
    ui.spacing_mut().item_spacing.y = 0.0;
    // The dialog is as bright as a check box; its ground tells them apart.
    let inactive = &mut ui.visuals_mut().widgets.inactive;
    inactive.bg_fill = look.palette.ground;
    inactive.bg_stroke.color = look.palette.line_strong;
    super::ui::top(ScrollArea::vertical(), open)
        .id_salt(("features", &version.id))
        .max_height(room)
        .auto_shrink([false, true])
        .show_rows(ui, ROW, listed.rows.len(), |ui, rows| {
            ui.set_max_width(ui.available_width() - 12.0);
            for row in listed.rows.get(rows).unwrap_or_default() {
                feature_ui(ctx, ui, row, open);
            }
            open.features_focus.follow(ui);
        });
    if listed.rows.is_empty() {
        ui.label(look.secondary("No column has this in its name"));
    }
    ui.spacing_mut().item_spacing.y = look.space.s;
    open.listed = Some(listed);
}

fn list(version: &Arc<DataVersion>, open: &mut Open) {
    let is_listed = open.listed.as_ref().is_some_and(|listed| {
        Arc::ptr_eq(&listed.version, version)
            && listed.target == open.draft.target
            && listed.filter == open.feature_filter
    });
    if !is_listed {
        let target = open.draft.target.as_deref();
        open.listed = Some(Listed {
            rows: feature_rows(version, target, &open.feature_filter),
            version: version.clone(),
            target: open.draft.target.clone(),
            filter: open.feature_filter.clone(),
        });
    }
}

fn head_ui(ctx: &Ctx<'_>, ui: &mut Ui, open: &mut Open, rows: &[FeatureRow]) {
    let look = ctx.look;
    let chosen = format::count(open.draft.features.len() as u64);
    let title = |ui: &mut Ui| {
        ui.label(look.section("Features"));
        ui.label(look.secondary(format!("{chosen} chosen")));
    };
    look.ends_ui(ui, look.size.control, title, |ui| {
        let all = look.quiet_button_ui(ui, "All");
        if all.accessible_name("Choose all of the listed").clicked() {
            let names = rows.iter().map(|row| row.name.clone());
            open.draft.features.extend(names);
        }
        let none = look.quiet_button_ui(ui, "None");
        if none.accessible_name("Choose none of the listed").clicked() {
            for row in rows {
                open.draft.features.remove(&row.name);
            }
        }
    });
}

fn feature_ui(ctx: &Ctx<'_>, ui: &mut Ui, row: &FeatureRow, open: &mut Open) {
    let look = ctx.look;
    ui.allocate_ui_with_layout(
        vec2(ui.available_width(), ROW),
        Layout::right_to_left(Align::Center),
        |ui| {
            ui.spacing_mut().item_spacing.x = look.space.s;
            ui.label(look.caption(row.kind));
            if let Some(role) = row.role {
                look.chip_ui(ui, Tone::Neutral, role).on_hover_text(
                    "Its role is not feature, so it is left out unless you choose it",
                );
            }
            if let Some(warning) = &row.warning {
                look.state_dot_ui(ui, Tone::Warn, warning);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let mut is_chosen = open.draft.features.contains(&row.name);
                ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
                if ui.checkbox(&mut is_chosen, look.body(&*row.name)).changed() {
                    if is_chosen {
                        open.draft.features.insert(row.name.clone());
                    } else {
                        open.draft.features.remove(&row.name);
                    }
                }
            });
        },
    );
}
