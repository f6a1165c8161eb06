//! The confusion matrix: a cell for each pair of classes, coloured by its share of the actual class, read by a click.

use egui::{Color32, Rect, Role, Sense, Stroke, StrokeKind, Ui, pos2, vec2};
use look::{Look, format, paint};

use super::super::confusion::{ConfusionCell, ConfusionData};
use crate::Ctx;

const LARGEST_CELL: f32 = 84.0;
/// Smaller cells have no number in them; a click reads them.
const LEAST_FOR_NUMBERS: f32 = 30.0;
const LEAST_FOR_NAMES: f32 = 15.0;
const MOST_NAMES: f32 = 136.0;
const HEAD: f32 = 24.0;

pub(super) fn confusion_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    data: &ConfusionData,
    chosen: &mut Option<(usize, usize)>,
) {
    let look = ctx.look;
    look.section_with_ui(ui, "Confusion", |ui| {
        ui.label(look.caption("rows are actual, columns predicted"));
    });
    matrix_ui(look, ui, data, chosen);
    let said = chosen.and_then(|(actual, predicted)| {
        let cell = data.cells.get(actual)?.get(predicted)?;
        Some(sentence(data, (actual, predicted), cell))
    });
    let hint = "Click a cell to read it";
    ui.add(egui::Label::new(look.secondary(said.unwrap_or_else(|| hint.into()))).wrap());
    if data.hidden > 0 {
        let shown = data.classes.len();
        let all = shown + data.hidden;
        let text = format!(
            "The {shown} most frequent of {} classes are shown",
            format::count(all as u64)
        );
        ui.label(look.caption(text));
    }
    mix_ups_ui(look, ui, data);
}

fn matrix_ui(look: &Look, ui: &mut Ui, data: &ConfusionData, chosen: &mut Option<(usize, usize)>) {
    let count = data.classes.len().max(1);
    let names = names_width(look, ui, data);
    let room = (ui.available_width() - names).max(120.0);
    let side = (room / count as f32).min(LARGEST_CELL);
    let height = side.min(44.0);
    let size = vec2(names + side * count as f32, HEAD + height * count as f32);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    if !ui.is_rect_visible(rect) {
        return;
    }
    let origin = pos2(rect.left() + names, rect.top() + HEAD);
    for (place, name) in data.classes.iter().enumerate() {
        let y = origin.y + (place as f32 + 0.5) * height;
        if height >= LEAST_FOR_NAMES {
            side_name(look, ui, name, pos2(origin.x - 8.0, y));
        }
        let x = origin.x + (place as f32 + 0.5) * side;
        if side >= LEAST_FOR_NUMBERS {
            top_name(look, ui, name, pos2(x, rect.top() + HEAD / 2.0), side);
        }
    }
    for (actual, row) in data.cells.iter().enumerate() {
        for (predicted, cell) in row.iter().enumerate() {
            let min = origin + vec2(predicted as f32 * side, actual as f32 * height);
            let place = Rect::from_min_size(min, vec2(side, height)).shrink(0.5);
            let is_chosen = *chosen == Some((actual, predicted));
            let id = ui.scope_id().with(("confusion", actual, predicted));
            // Only what was counted can be clicked, so that the keyboard does not stop at every empty cell.
            let sense = if cell.count > 0 {
                Sense::click()
            } else {
                Sense::hover()
            };
            let response = ui.interact(place, id, sense);
            paint_cell(look, ui, place, cell, (actual == predicted, is_chosen));
            if cell.count == 0 {
                continue;
            }
            paint::focus_ring(look, ui, &response, egui::CornerRadius::same(2));
            let said = sentence(data, (actual, predicted), cell);
            if paint::named(ui, response, Role::Button, &said).clicked() {
                *chosen = (!is_chosen).then_some((actual, predicted));
            }
        }
    }
}

/// As wide as the longest name, within reason.
fn names_width(look: &Look, ui: &Ui, data: &ConfusionData) -> f32 {
    let ink = look.palette.text;
    let widest = data
        .classes
        .iter()
        .map(|name| {
            paint::line(ui, name, look.secondary_font(), ink, MOST_NAMES)
                .size()
                .x
        })
        .fold(0.0, f32::max);
    (widest + 12.0).min(MOST_NAMES)
}

fn paint_cell(
    look: &Look,
    ui: &Ui,
    place: Rect,
    cell: &ConfusionCell,
    (is_right, is_chosen): (bool, bool),
) {
    let palette = &look.palette;
    let painter = ui.painter();
    painter.rect_filled(place, 2, palette.surface);
    if cell.count > 0 {
        let color = if is_right {
            palette.accent
        } else {
            palette.fail
        };
        painter.rect_filled(
            place,
            2,
            color.gamma_multiply(strength(cell.share_of_actual)),
        );
    }
    if is_chosen {
        let stroke = Stroke::new(1.5, palette.text);
        painter.rect_stroke(place, 2, stroke, StrokeKind::Inside);
    }
    if place.width() >= LEAST_FOR_NUMBERS && place.height() >= 16.0 {
        let ink: Color32 = if cell.count == 0 {
            palette.text_faint
        } else {
            palette.text
        };
        let text = format::count(cell.count);
        let text = paint::line(ui, &text, look.body_font(), ink, place.width());
        let at = place.center() - text.size() / 2.0;
        painter.galley(at, text, ink);
    }
}

/// Stays quiet enough at 1 that the number on it reads.
fn strength(share: f64) -> f32 {
    0.10 + 0.32 * share.clamp(0.0, 1.0) as f32
}

fn side_name(look: &Look, ui: &Ui, name: &str, right: egui::Pos2) {
    let ink = look.palette.text_second;
    let text = paint::line(ui, name, look.secondary_font(), ink, MOST_NAMES - 12.0);
    let at = pos2(right.x - text.size().x, right.y - text.size().y / 2.0);
    ui.painter().galley(at, text, ink);
}

fn top_name(look: &Look, ui: &Ui, name: &str, center: egui::Pos2, width: f32) {
    let ink = look.palette.text_second;
    let text = paint::line(ui, name, look.caption_font(), ink, width - 6.0);
    ui.painter().galley(center - text.size() / 2.0, text, ink);
}

/// `3 of 22 rows of barbera (13.6 %) were taken for barolo; 15.0 % of what was taken for barolo`.
fn sentence(
    data: &ConfusionData,
    (actual, predicted): (usize, usize),
    cell: &ConfusionCell,
) -> String {
    let name = |class: usize| data.classes.get(class).map_or("", |name| &**name);
    let (actual_name, predicted_name) = (name(actual), name(predicted));
    let of = format!(
        "{} of {}",
        format::count(cell.count),
        format::counted(cell.actual_total, "row", "rows")
    );
    let (recall, precision) = (
        format::percent(cell.share_of_actual),
        format::percent(cell.share_of_predicted),
    );
    if actual == predicted {
        format!("{of} of {actual_name} were recognised: recall {recall}, precision {precision}")
    } else {
        format!(
            "{of} of {actual_name} ({recall}) were taken for {predicted_name}, {precision} of what was"
        )
    }
}

fn mix_ups_ui(look: &Look, ui: &mut Ui, data: &ConfusionData) {
    if data.mix_ups.is_empty() {
        ui.label(look.secondary("Every test row was recognised"));
        return;
    }
    ui.add_space(look.space.xs);
    ui.label(look.caption("Most frequent mix-ups"));
    ui.spacing_mut().interact_size.y = 18.0;
    ui.spacing_mut().item_spacing.y = look.space.xs;
    for mix_up in &data.mix_ups {
        let text = format!("{} taken for {}", mix_up.actual, mix_up.predicted);
        ui.horizontal(|ui| {
            let count = look.strong(format::count(mix_up.count));
            ui.add_sized(vec2(28.0, 18.0), egui::Label::new(count));
            ui.add(egui::Label::new(look.secondary(text)).truncate());
        });
    }
}
