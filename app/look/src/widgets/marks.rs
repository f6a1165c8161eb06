//! Small marks: chips, state dots, swatches, decorative icons.

use egui::{Align2, Color32, CornerRadius, Response, Role, Sense, Ui, pos2, vec2};

use super::paint;
use crate::{Icon, Look, Tone};

impl Look {
    /// A word on a quiet ground, with the shape of its tone before it (none for `Neutral`).
    pub fn chip_ui(&self, ui: &mut Ui, tone: Tone, text: &str) -> Response {
        const HEIGHT: f32 = 20.0;
        const MARK: f32 = 7.0;
        let ink = self.palette.tone(tone);
        let mark_width = if tone == Tone::Neutral {
            0.0
        } else {
            MARK + 5.0
        };
        let room = (ui.available_width() - mark_width - 16.0).max(16.0);
        let galley = paint::line(ui, text, self.secondary_font(), ink, room);
        let size = vec2((galley.size().x + mark_width + 16.0).ceil(), HEIGHT);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        if ui.is_rect_visible(rect) {
            let painter = ui.painter();
            painter.rect_filled(rect, CornerRadius::same(10), self.palette.tint(tone));
            if tone != Tone::Neutral {
                let center = pos2(rect.left() + 8.0 + MARK / 2.0, rect.center().y);
                paint::tone_mark(painter, center, MARK, tone, ink);
            }
            let at = pos2(
                rect.left() + 8.0 + mark_width,
                rect.center().y - galley.size().y / 2.0,
            );
            painter.galley(at, galley, ink);
        }
        paint::named(ui, response, Role::Label, text)
    }

    /// The shape of a state, 8 px; `label` is what it says, for the tooltip and for screen readers.
    pub fn state_dot_ui(&self, ui: &mut Ui, tone: Tone, label: &str) -> Response {
        let (rect, response) = ui.allocate_exact_size(vec2(12.0, 16.0), Sense::hover());
        if ui.is_rect_visible(rect) {
            let color = match tone {
                Tone::Neutral => self.palette.text_faint,
                tone => self.palette.tone(tone),
            };
            paint::tone_mark(ui.painter(), rect.center(), 8.0, tone, color);
        }
        paint::named(ui, response, Role::Image, label).on_hover_text(label)
    }

    /// A swatch of a series and its name, for a legend.
    pub fn swatch_ui(&self, ui: &mut Ui, color: Color32, name: &str) -> Response {
        let room = (ui.available_width() - 16.0).max(16.0);
        let galley = paint::line(
            ui,
            name,
            self.secondary_font(),
            self.palette.text_second,
            room,
        );
        let size = vec2(galley.size().x + 16.0, galley.size().y.max(16.0));
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        if ui.is_rect_visible(rect) {
            let painter = ui.painter();
            let line = egui::Rect::from_center_size(
                pos2(rect.left() + 5.0, rect.center().y),
                vec2(10.0, 3.0),
            );
            painter.rect_filled(line, CornerRadius::same(1), color);
            let at = pos2(rect.left() + 16.0, rect.center().y - galley.size().y / 2.0);
            painter.galley(at, galley, self.palette.text_second);
        }
        paint::named(ui, response, Role::Label, name)
    }

    /// An icon that decorates; screen readers pass over it.
    pub fn icon_ui(&self, ui: &mut Ui, icon: Icon, size: f32, color: Color32) -> Response {
        let (rect, response) = ui.allocate_exact_size(vec2(size, size), Sense::hover());
        ui.painter().text(
            rect.center(),
            Align2::CENTER_CENTER,
            icon.0,
            self.icon_font(size),
            color,
        );
        response
    }
}
