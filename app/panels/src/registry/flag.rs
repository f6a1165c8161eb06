//! An alias as a flag: the one sign for it, in the timeline and beside the open version.

use egui::{Align2, Pos2, Rect, Role, Sense, Ui, pos2, vec2};
use look::{Look, Tone, icon, paint};

use super::data::CHAMPION;

const HEIGHT: f32 = 18.0;
/// The flag and the space at both ends.
const MARKS: f32 = 26.0;
/// A flag without any letter of its name says nothing.
const LEAST_TEXT: f32 = 16.0;

/// Paints the flag from `at` to no further than `right`; gives its width, 0 where there is no room.
pub(super) fn paint(look: &Look, ui: &Ui, at: Pos2, (alias, right): (&str, f32)) -> f32 {
    let tone = tone(alias);
    let ink = look.palette.tone(tone);
    let room = right - at.x - MARKS;
    if room < LEAST_TEXT {
        return 0.0;
    }
    let text = paint::line(ui, alias, look.secondary_font(), ink, room);
    let rect = Rect::from_min_size(at, vec2(text.size().x + MARKS, HEIGHT));
    let painter = ui.painter();
    painter.rect_filled(rect, HEIGHT / 2.0, look.palette.tint(tone));
    painter.text(
        pos2(rect.left() + 11.0, rect.center().y),
        Align2::CENTER_CENTER,
        icon::FLAG.0,
        look.icon_font(12.0),
        ink,
    );
    let text_at = pos2(rect.left() + 19.0, rect.center().y - text.size().y / 2.0);
    painter.galley(text_at, text, ink);
    rect.width()
}

/// The same as a part of a line.
pub(super) fn flag_ui(look: &Look, ui: &mut Ui, alias: &str) {
    let room = (ui.available_width() - MARKS).max(LEAST_TEXT);
    let ink = look.palette.tone(tone(alias));
    let text = paint::line(ui, alias, look.secondary_font(), ink, room);
    let size = vec2(text.size().x + MARKS, HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    paint(look, ui, rect.min, (alias, rect.right() + 1.0));
    let response = paint::named(ui, response, Role::Label, alias);
    if text.elided {
        response.on_hover_text(alias);
    }
}

fn tone(alias: &str) -> Tone {
    if alias == CHAMPION {
        Tone::Accent
    } else {
        Tone::Neutral
    }
}
