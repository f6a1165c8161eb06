//! What a finished run adds to its charts: the baseline as a dashed line, and a ring at the epoch whose weights were kept.

use canvas::PlotResponse;
use egui::{Align2, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};
use look::{Look, format};

use super::charts::{CROWD, ink};
use super::curves::ChartData;

const DASH: f32 = 4.0;
const GAP: f32 = 4.0;
const RING: f32 = 4.0;
/// Room over a chart for its title.
const TITLE: f32 = 18.0;

/// The metric's key, where its title is pointed at.
pub(super) fn key_ui(ui: &Ui, key: &str, (top, right): (Pos2, f32)) {
    let rect = Rect::from_min_max(top, pos2(right, top.y + TITLE));
    let id = ui.scope_id().with(("metric key", key));
    ui.interact(rect, id, Sense::hover())
        .on_hover_text(format!("Logged as {key}"));
}

pub(super) fn paint(look: &Look, ui: &Ui, chart: &ChartData, drawn: &PlotResponse) {
    if let Some(baseline) = chart.baseline() {
        paint_baseline(look, ui, baseline, drawn);
    }
    if chart.lines.len() <= CROWD {
        paint_best(look, ui, chart, drawn);
    }
}

/// Where the baseline lies on the axis that is shown now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Level {
    Over,
    /// From 0 at the foot of the axis to 1 at its head.
    At(f32),
    Under,
}

pub(super) fn level(y: canvas::Range, value: f64) -> Level {
    match y.share(value) {
        share if share > 1.0 => Level::Over,
        share if share < 0.0 => Level::Under,
        share => Level::At(share as f32),
    }
}

/// The axis follows the curves, so a baseline that is far from them is told at the edge it lies beyond.
fn paint_baseline(look: &Look, ui: &Ui, baseline: f64, drawn: &PlotResponse) {
    let rect = drawn.rect;
    let ink = look.palette.text_faint;
    let value = format::metric(baseline);
    let (at, anchor, text) = match level(drawn.y, baseline) {
        Level::Over => (
            rect.left_top(),
            Align2::LEFT_TOP,
            format!("↑ baseline {value}"),
        ),
        Level::Under => (
            rect.left_bottom(),
            Align2::LEFT_BOTTOM,
            format!("↓ baseline {value}"),
        ),
        Level::At(share) => {
            let y = rect.bottom() - share * rect.height();
            let ends = [pos2(rect.left(), y), pos2(rect.right(), y)];
            let dashes = Shape::dashed_line(&ends, Stroke::new(1.0, ink), DASH, GAP);
            ui.painter().extend(dashes);
            let text = format!("baseline {value}");
            // Over the line, but not over the edge.
            if share > 0.85 {
                (pos2(rect.left(), y), Align2::LEFT_TOP, text)
            } else {
                (pos2(rect.left(), y), Align2::LEFT_BOTTOM, text)
            }
        }
    };
    let at = at
        + vec2(
            4.0,
            if anchor == Align2::LEFT_TOP {
                2.0
            } else {
                -2.0
            },
        );
    let font = look.caption_font();
    let text = ui.painter().layout_no_wrap(text, font, ink);
    let place = anchor.anchor_size(at, text.size());
    let ground = look.palette.ground.gamma_multiply(0.8);
    ui.painter()
        .rect_filled(place.expand2(vec2(3.0, 0.0)), 3, ground);
    ui.painter().galley(place.min, text, ink);
}

fn paint_best(look: &Look, ui: &Ui, chart: &ChartData, drawn: &PlotResponse) {
    let rect = drawn.rect;
    let marked = chart.lines.iter().filter(|line| line.best.is_some());
    let is_alone = marked.clone().count() == 1;
    for line in marked {
        let Some([x, y]) = line.best else {
            continue;
        };
        let at = pos2(
            rect.left() + drawn.x.share(x) as f32 * rect.width(),
            rect.bottom() - drawn.y.share(y) as f32 * rect.height(),
        );
        if !rect.expand(1.0).contains(at) {
            continue;
        }
        let edge = Stroke::new(1.5, ink(look, line));
        ui.painter().circle(at, RING, look.palette.ground, edge);
        if is_alone {
            let font = look.caption_font();
            let ink = look.palette.text_faint;
            let text = ui.painter().layout_no_wrap("best".to_owned(), font, ink);
            let size = text.size();
            let left = (at.x - size.x / 2.0).clamp(rect.left(), rect.right() - size.x);
            let over = at.y - RING - 2.0 - size.y;
            let top = if over > rect.top() {
                over
            } else {
                at.y + RING + 2.0
            };
            ui.painter().galley(pos2(left, top), text, ink);
        }
    }
}
