//! A table of metrics by split, with the baseline beside them; the run's page and the registry show the same.

use egui::{Rect, Role, Sense, Ui, pos2, vec2};
use look::{Look, Tone, format, paint};

use super::evaluation::MetricRow;
use super::naming::metric_title;

const ROW: f32 = 26.0;
const NUMBER: f32 = 84.0;
/// Names are never cut shorter than this; on a narrow page a column goes instead.
const NAME: f32 = 110.0;

/// The columns in the order in which they are trusted; the last ones go first where there is no room.
const COLUMNS: [&str; 4] = ["Test", "Baseline", "Validation", "Train"];

pub(crate) fn metrics_ui(look: &Look, ui: &mut Ui, rows: &[MetricRow]) {
    if rows.is_empty() {
        ui.label(look.secondary("Nothing was measured"));
        return;
    }
    let width = ui.available_width();
    let room = ((width - NAME) / NUMBER).floor().max(1.0) as usize;
    let columns = &COLUMNS[..room.min(COLUMNS.len())];
    ui.spacing_mut().item_spacing.y = 0.0;
    head_ui(look, ui, columns);
    for row in rows {
        row_ui(look, ui, row, columns.len());
    }
    ui.spacing_mut().item_spacing.y = look.space.s;
}

fn head_ui(look: &Look, ui: &mut Ui, columns: &[&str]) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    for (place, name) in columns.iter().enumerate() {
        let ink = look.palette.text_faint;
        let text = paint::line(ui, name, look.caption_font(), ink, NUMBER);
        let at = right_of(rect, place, columns.len()) - text.size().x;
        let y = rect.center().y - text.size().y / 2.0;
        ui.painter().galley(pos2(at, y), text, ink);
    }
    let line = look.palette.line;
    paint::hairline(
        ui.painter(),
        rect.left(),
        rect.right(),
        rect.bottom() - 0.5,
        line,
    );
}

fn row_ui(look: &Look, ui: &mut Ui, row: &MetricRow, columns: usize) {
    let palette = &look.palette;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let values = [row.test, row.baseline, row.validation, row.train];
    let texts = values.map(|value| value.map_or_else(|| format::MISSING.into(), format::metric));
    if ui.is_rect_visible(rect) {
        let name_width = rect.width() - NUMBER * columns as f32;
        let (font, ink) = if row.is_main {
            (look.medium_font(), palette.text)
        } else {
            (look.body_font(), palette.text)
        };
        let title = metric_title(&row.metric);
        let name = paint::line(ui, &title, font, ink, name_width - 8.0);
        let y = rect.center().y - name.size().y / 2.0;
        ui.painter().galley(pos2(rect.left(), y), name, ink);
        for (place, text) in texts.iter().enumerate().take(columns) {
            let (font, ink) = match place {
                0 if row.is_main => (look.medium_font(), palette.text),
                0 => (look.body_font(), palette.text),
                _ => (look.body_font(), palette.text_second),
            };
            let number = paint::line(ui, text, font, ink, NUMBER);
            let right = right_of(rect, place, columns);
            let left = right - number.size().x;
            let y = rect.center().y - number.size().y / 2.0;
            ui.painter().galley(pos2(left, y), number, ink);
            if place == 0 {
                verdict_mark(look, ui, row, pos2(left - 12.0, rect.center().y));
            }
        }
        paint::hairline(
            ui.painter(),
            rect.left(),
            rect.right(),
            rect.bottom() - 0.5,
            palette.line,
        );
    }
    let [test, baseline, validation, train] = texts;
    let said = format!(
        "{}: test {test}, baseline {baseline}, validation {validation}, train {train}",
        metric_title(&row.metric)
    );
    let response = paint::named(ui, response, Role::Row, &said);
    let mut hint = format!("Logged as {}", row.metric);
    if let Some(is_better) = row.beats_baseline {
        let word = if is_better { "Better" } else { "Worse" };
        hint.push_str(&format!("\n{word} than the baseline"));
    }
    response.on_hover_text(hint);
}

/// A check where the test value beats the baseline, a diamond where it does not.
fn verdict_mark(look: &Look, ui: &Ui, row: &MetricRow, center: egui::Pos2) {
    let tone = match row.beats_baseline {
        Some(true) => Tone::Done,
        Some(false) => Tone::Fail,
        None => return,
    };
    paint::tone_mark(ui.painter(), center, 7.0, tone, look.palette.tone(tone));
}

fn right_of(rect: Rect, place: usize, columns: usize) -> f32 {
    rect.right() - NUMBER * (columns - 1 - place) as f32
}
