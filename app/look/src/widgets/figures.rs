//! Figures of a few pixels: sparklines, small histograms, bars, and the number that matters.

use egui::{CornerRadius, Rect, Response, Role, Sense, Shape, Stroke, Ui, Vec2, pos2, vec2};

use super::paint;
use crate::Look;

impl Look {
    /// A line of values with a dot at its end; NaN is a gap.
    pub fn sparkline_ui(&self, ui: &mut Ui, size: Vec2, values: &[f32], label: &str) -> Response {
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        if ui.is_rect_visible(rect) {
            let color = self.palette.text_second;
            for piece in pieces(rect.shrink(2.0), values) {
                match piece.as_slice() {
                    [point] => {
                        ui.painter().circle_filled(*point, 1.0, color);
                    }
                    _ => {
                        ui.painter()
                            .add(Shape::line(piece, Stroke::new(1.25, color)));
                    }
                }
            }
            if let Some(last) = pieces(rect.shrink(2.0), values)
                .last()
                .and_then(|piece| piece.last())
            {
                ui.painter().circle_filled(*last, 2.0, self.palette.accent);
            }
        }
        paint::named(ui, response, Role::Image, label)
    }

    /// Bars of counts, side by side.
    pub fn mini_histogram_ui(
        &self,
        ui: &mut Ui,
        size: Vec2,
        counts: &[u64],
        label: &str,
    ) -> Response {
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let most = counts.iter().copied().max().unwrap_or(0);
        if ui.is_rect_visible(rect) && most > 0 {
            let step = rect.width() / counts.len() as f32;
            let gap = if step >= 4.0 { 1.0 } else { 0.0 };
            for (index, count) in counts.iter().enumerate() {
                if *count == 0 {
                    continue;
                }
                let height = (*count as f64 / most as f64) as f32 * rect.height();
                let left = rect.left() + index as f32 * step;
                let bar = Rect::from_min_max(
                    pos2(left, rect.bottom() - height.max(1.0)),
                    pos2(left + step - gap, rect.bottom()),
                );
                ui.painter()
                    .rect_filled(bar, CornerRadius::ZERO, self.palette.text_faint);
            }
            let y = rect.bottom() + 0.5;
            paint::hairline(
                ui.painter(),
                rect.left(),
                rect.right(),
                y,
                self.palette.line,
            );
        }
        paint::named(ui, response, Role::Image, label)
    }

    /// A share of the whole as a bar across.
    pub fn bar_ui(&self, ui: &mut Ui, size: Vec2, share: f32, label: &str) -> Response {
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        if ui.is_rect_visible(rect) {
            let bar =
                Rect::from_center_size(rect.center(), vec2(rect.width(), rect.height().min(6.0)));
            let (ground, fill) = (self.palette.line, self.palette.text_second);
            paint::share_bar(ui.painter(), bar, share, ground, fill);
        }
        paint::named(ui, response, Role::Image, label)
    }

    /// The number that matters: its caption, itself in 28 light, and what to compare it with.
    pub fn figure_ui(&self, ui: &mut Ui, caption: &str, value: &str, note: &str) -> Response {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(self.caption(caption));
            ui.label(self.hero(value));
            if !note.is_empty() {
                ui.label(self.secondary(note));
            }
        })
        .response
    }
}

/// The values as lines inside `rect`, broken where a value is missing.
fn pieces(rect: Rect, values: &[f32]) -> Vec<Vec<egui::Pos2>> {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = finite.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low > high {
        return Vec::new();
    }
    let spread = high - low;
    let last = values.len().saturating_sub(1).max(1) as f32;
    let mut pieces = vec![Vec::new()];
    for (index, value) in values.iter().enumerate() {
        if !value.is_finite() {
            pieces.push(Vec::new());
            continue;
        }
        // A flat line runs through the middle.
        let height = if spread > 0.0 {
            (value - low) / spread
        } else {
            0.5
        };
        let x = rect.left() + rect.width() * index as f32 / last;
        let y = rect.bottom() - rect.height() * height;
        if let Some(piece) = pieces.last_mut() {
            piece.push(pos2(x, y));
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}
