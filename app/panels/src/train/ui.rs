//! How the training dialog is drawn: settings at the left, features at the right, what is wrong and the button at the foot.

use std::sync::Arc;

use contract::{DataVersion, LearningTask, Recipe};
use egui::{
    Align, Id, Layout, Modal, Popup, PopupCloseBehavior, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    pos2, vec2,
};
use look::{Look, Tone, format, icon, paint};

use super::data::{Field, Message, task_choices, task_reason};
use super::{Open, features, settings};
use crate::Ctx;

const WIDTH: f32 = 920.0;
const SETTINGS: f32 = 500.0;
/// The dialog never covers more of the window than this.
const SHARE_OF_WINDOW: f32 = 0.88;
/// Head, foot and margins, which do not scroll.
const FIXED_HEIGHT: f32 = 200.0;

/// What came of a frame of the dialog.
pub(super) enum Outcome {
    Open,
    Closed,
    /// Train was pressed, and something is wrong.
    Tried,
    Train(Box<Recipe>),
}

pub(super) fn dialog_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    version: &Arc<DataVersion>,
    open: &mut Open,
) -> Outcome {
    let look = ctx.look;
    let window = ui.ctx().content_rect();
    let width = WIDTH.min(window.width() * 0.96 - 2.0 * look.space.l);
    let body = (window.height() * SHARE_OF_WINDOW - FIXED_HEIGHT).clamp(160.0, 620.0);
    let shown = Modal::new(Id::unique("train dialog"))
        .frame(look.floating_frame())
        .backdrop_color(look.palette.backdrop)
        .show(ui.ctx(), |ui| {
            ui.set_width(width);
            head_ui(ctx, ui, version);
            ui.add_space(look.space.s);
            if width < WIDTH {
                top(ScrollArea::vertical(), open)
                    .id_salt(("train body", &version.id))
                    .max_height(body)
                    .auto_shrink([false, true])
                    .show(ui, |ui| {
                        left_ui(ctx, ui, version, open);
                        ui.add_space(look.space.l);
                        features::features_ui(ctx, ui, version, open, 240.0);
                        open.settings_focus.follow(ui);
                    });
            } else {
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = look.space.xl;
                    column_ui(ui, vec2(SETTINGS, body), |ui| {
                        left_scroll_ui(ctx, ui, version, open);
                    });
                    column_ui(ui, vec2(width - SETTINGS - look.space.xl, body), |ui| {
                        features::features_ui(ctx, ui, version, open, body);
                    });
                });
            }
            ui.add_space(look.space.s);
            look.hairline_ui(ui);
            foot_ui(ctx, ui, version, open)
        });
    open.is_fresh = false;
    // A click beside it, which may be a slip, throws no work away.
    let is_beside = shown.backdrop_response.clicked() && open.is_edited();
    if matches!(shown.inner, Outcome::Open) && shown.should_close() && !is_beside {
        return Outcome::Closed;
    }
    shown.inner
}

/// Where a person left it for other data says nothing here.
pub(super) fn top(area: ScrollArea, open: &Open) -> ScrollArea {
    if open.is_fresh {
        area.vertical_scroll_offset(0.0)
    } else {
        area
    }
}

fn column_ui(ui: &mut Ui, size: egui::Vec2, add_contents: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(size);
        ui.set_max_width(size.x);
        ui.spacing_mut().item_spacing.x = 8.0;
        add_contents(ui);
    });
}

fn head_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion) {
    let look = ctx.look;
    ui.spacing_mut().item_spacing.y = look.space.xs;
    let title = format!("Train on {}", version.id);
    ui.add(egui::Label::new(look.page(title)).truncate());
    let rows = format::counted(version.rows, "row", "rows");
    let columns = format::counted(version.columns.len() as u64, "column", "columns");
    ui.label(look.secondary(format!("{rows}, {columns}")));
}

fn left_scroll_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion, open: &mut Open) {
    top(ScrollArea::vertical(), open)
        .id_salt(("train settings", &version.id))
        .auto_shrink(false)
        .show(ui, |ui| {
            // The bar floats over the right edge; the controls keep clear of it.
            ui.set_max_width(ui.available_width() - 12.0);
            left_ui(ctx, ui, version, open);
            open.settings_focus.follow(ui);
        });
}

fn left_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion, open: &mut Open) {
    let look = ctx.look;
    settings::row_ui(
        ctx,
        ui,
        ("Target", "The column to predict"),
        open.message(Field::Target),
        |ui| target_ui(ctx, ui, version, open),
    );
    if let Some(target) = open.draft.target.clone() {
        let reason = task_reason(version, &target, open.draft.task);
        settings::row_ui(ctx, ui, ("Task", &reason), None, |ui| {
            task_ui(ctx, ui, version, &target, &mut open.draft.task);
        });
    }
    settings::row_ui(
        ctx,
        ui,
        ("Model", "Multi-layer perceptron; text columns are embedded"),
        None,
        |ui| {
            look.chip_ui(ui, Tone::Neutral, "MLP");
        },
    );
    settings::settings_ui(ctx, ui, version, open);
}

/// A button with the target's name; under it a list that can be searched, because there may be ten thousand columns.
fn target_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion, open: &mut Open) {
    let look = ctx.look;
    let name = open.draft.target.as_deref().unwrap_or("Choose…").to_owned();
    let button = picker_ui(look, ui, "Target", &name);
    if std::mem::take(&mut open.wants_focus) {
        button.request_focus();
    }
    Popup::from_toggle_button_response(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .width(280.0)
        .show(|ui| {
            look.search_ui(ui, &mut open.target_filter, "Find a column");
            let filter = open.target_filter.trim().to_lowercase();
            let found: Vec<_> = version
                .columns
                .iter()
                .filter(|column| column.name.to_lowercase().contains(&filter))
                .collect();
            if found.is_empty() {
                ui.label(look.secondary("No column has this in its name"));
            }
            ScrollArea::vertical()
                .max_height(280.0)
                .auto_shrink([false, true])
                .show_rows(ui, look.size.row, found.len(), |ui, rows| {
                    for column in found.get(rows).unwrap_or_default() {
                        let is_chosen = open.draft.target.as_ref() == Some(&column.name);
                        let row = look.list_row_ui(ui, &column.name, is_chosen, |ui| {
                            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                                ui.label(look.caption(column.column_type.word()));
                                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                                    ui.add(egui::Label::new(look.body(&*column.name)).truncate());
                                });
                            });
                        });
                        if row.response.clicked() {
                            open.draft.choose_target(version, &column.name);
                            ui.close();
                        }
                    }
                });
        });
}

/// What opens a list: the choice at the left, a chevron at the right.
fn picker_ui(look: &Look, ui: &mut Ui, label: &str, chosen: &str) -> egui::Response {
    let palette = &look.palette;
    let size = vec2(settings::CONTROL, look.size.control);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    if ui.is_rect_visible(rect) {
        let (fill, edge) = if response.hovered() {
            (palette.hover, palette.line_strong)
        } else {
            (palette.raised, palette.line)
        };
        let edge = Stroke::new(look.size.hairline, edge);
        ui.painter()
            .rect(rect, look.corner(), fill, edge, StrokeKind::Inside);
        let ink = palette.text;
        let text = paint::line(ui, chosen, look.body_font(), ink, rect.width() - 36.0);
        let at = pos2(rect.left() + 10.0, rect.center().y - text.size().y / 2.0);
        ui.painter().galley(at, text, ink);
        let center = pos2(rect.right() - 16.0, rect.center().y);
        paint::chevron(ui.painter(), center, false, palette.text_second);
        paint::focus_ring(look, ui, &response, look.corner());
    }
    let said = format!("{label}, {chosen}");
    paint::named(ui, response, egui::Role::ComboBox, &said).on_hover_text(chosen)
}

fn task_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    version: &DataVersion,
    target: &str,
    task: &mut LearningTask,
) {
    let choices = task_choices(version, target);
    if choices.len() < 2 {
        ctx.look.chip_ui(ui, Tone::Neutral, task.word());
        return;
    }
    let options: Vec<_> = choices
        .into_iter()
        .map(|choice| (choice, choice.word()))
        .collect();
    ctx.look.select_ui(ui, "Task", task, &options);
}

fn foot_ui(ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion, open: &Open) -> Outcome {
    let look = ctx.look;
    let errors: Vec<&Message> = open.said().filter(|message| message.is_error).collect();
    let mut outcome = Outcome::Open;
    let said = |ui: &mut Ui| {
        if let [first, others @ ..] = errors.as_slice() {
            look.icon_ui(ui, icon::ERROR, 16.0, look.palette.fail);
            let text = match others.len() {
                0 => first.text.clone(),
                more => format!("{}, and {more} more", first.text),
            };
            let text = look.secondary(text).color(look.palette.fail);
            ui.add(egui::Label::new(text).truncate());
        } else {
            let [train, validation, test] = open.draft.rows(version).map(format::count);
            let text = format!("{train} rows to train, {validation} to validate, {test} to test");
            ui.add(egui::Label::new(look.secondary(text)).truncate());
        }
    };
    look.ends_ui(ui, 32.0, said, |ui| {
        if look.button_ui(ui, "Cancel").clicked() {
            outcome = Outcome::Closed;
        }
        ui.add_enabled_ui(errors.is_empty(), |ui| {
            let train = look.primary_icon_button_ui(ui, icon::TRAIN, "Train");
            if train.clicked() {
                let recipe = open.draft.recipe(version).filter(|_| !open.is_wrong());
                outcome = recipe.map_or(Outcome::Tried, |recipe| Outcome::Train(Box::new(recipe)));
            }
        });
    });
    outcome
}
