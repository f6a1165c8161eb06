//! What several widgets paint: the ring of the focus, the shapes of the tones, a line of text, a chevron.

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, CursorIcon, FontId, Galley, Painter, Pos2, Rect, Response, Role, Shape,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::{Look, Tone};

/// Around what has the keyboard.
pub fn focus_ring(look: &Look, ui: &Ui, response: &Response, corner: CornerRadius) {
    if response.has_focus() {
        let ring = response.rect.expand(2.0);
        let corner = corner + CornerRadius::same(2);
        ui.painter().rect_stroke(
            ring,
            corner,
            Stroke::new(1.5, look.palette.accent),
            StrokeKind::Middle,
        );
    }
}

/// Names a widget that was painted by hand, and gives it the pointer of what can be clicked.
pub fn named(ui: &Ui, response: Response, role: Role, name: &str) -> Response {
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(role, enabled, name));
    if response.sense.senses_click() && enabled {
        response.on_hover_cursor(CursorIcon::PointingHand)
    } else {
        response
    }
}

/// One line of text, cut with an ellipsis at `width`.
pub fn line(ui: &Ui, text: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// The shape of a tone, `size` wide, around `center`.
pub fn tone_mark(painter: &Painter, center: Pos2, size: f32, tone: Tone, color: Color32) {
    let half = size / 2.0;
    match tone {
        Tone::Neutral => {
            painter.circle_stroke(center, half - 0.75, Stroke::new(1.5, color));
        }
        Tone::Accent => {
            painter.circle_filled(center, half, color);
        }
        Tone::Done => {
            let at = |x: f32, y: f32| center + vec2(x, y) * half;
            let stroke = Stroke::new((size / 5.0).max(1.5), color);
            painter.add(Shape::line(
                vec![at(-0.95, 0.05), at(-0.25, 0.75), at(0.95, -0.7)],
                stroke,
            ));
        }
        Tone::Warn => {
            let at = |x: f32, y: f32| center + vec2(x, y) * half;
            let corners = vec![at(0.0, -0.95), at(1.05, 0.85), at(-1.05, 0.85)];
            painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
        }
        Tone::Fail => {
            let at = |x: f32, y: f32| center + vec2(x, y) * half;
            let corners = vec![at(0.0, -1.1), at(1.1, 0.0), at(0.0, 1.1), at(-1.1, 0.0)];
            painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
        }
    }
}

/// Two strokes that point down, or up when `is_up`.
pub fn chevron(painter: &Painter, center: Pos2, is_up: bool, color: Color32) {
    let (dx, dy) = (3.5, if is_up { -1.75 } else { 1.75 });
    painter.add(Shape::line(
        vec![
            center + vec2(-dx, -dy),
            center + vec2(0.0, dy),
            center + vec2(dx, -dy),
        ],
        Stroke::new(1.4, color),
    ));
}

/// A bar from the left, `share` of the rectangle wide.
pub fn share_bar(painter: &Painter, rect: Rect, share: f32, ground: Color32, fill: Color32) {
    let corner = CornerRadius::same((rect.height() / 2.0).round() as u8);
    painter.rect_filled(rect, corner, ground);
    let share = if share.is_finite() {
        share.clamp(0.0, 1.0)
    } else {
        0.0
    };
    if share > 0.0 {
        let width = (rect.width() * share).max(rect.height());
        let filled =
            Rect::from_min_size(rect.min, Vec2::new(width.min(rect.width()), rect.height()));
        painter.rect_filled(filled, corner, fill);
    }
}

/// A pixel-sharp hairline from left to right.
pub fn hairline(painter: &Painter, left: f32, right: f32, y: f32, color: Color32) {
    painter.line_segment([pos2(left, y), pos2(right, y)], Stroke::new(1.0, color));
}
