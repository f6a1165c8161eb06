//! The frame around the work: rail, top bar, status bar, inspector; each draws from the same parts and only wishes.

pub(crate) mod rail;
pub(crate) mod status_bar;
pub(crate) mod top_bar;

use std::cell::RefCell;

use contract::Snapshot;
use egui::{Align2, CornerRadius, Frame, Response, Role, Sense, Stroke, Ui, pos2, vec2};
use look::{Icon, Look, Tone, paint};
use panels::{Place, View};

use crate::action::Wish;
use crate::handover::Holding;
use crate::keymap::Keymap;

/// What every part of the frame draws with.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub(crate) look: &'a Look,
    pub(crate) snapshot: &'a Snapshot,
    /// Who has the project, where it is not this window.
    pub(crate) holding: Option<&'a Holding>,
    pub(crate) keymap: &'a Keymap,
    pub(crate) view: &'a View,
    pub(crate) wishes: &'a Wishes,
    /// The place that has the focus.
    pub(crate) place: Place,
}

/// What was wished in this frame, in order.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    queue: RefCell<Vec<Wish>>,
}

impl Wishes {
    pub(crate) fn push(&self, wish: impl Into<Wish>) {
        self.queue.borrow_mut().push(wish.into());
    }

    pub(crate) fn take(&self) -> Vec<Wish> {
        self.queue.take()
    }
}

/// A surface of the frame without margins.
pub(crate) fn chrome(look: &Look) -> Frame {
    Frame::new().fill(look.palette.surface)
}

/// A small thing of a bar that can be clicked: a mark or an icon, and a few words.
pub(crate) fn bar_item_ui(
    look: &Look,
    ui: &mut Ui,
    sign: Sign,
    text: &str,
    height: f32,
) -> Response {
    const SIGN: f32 = 14.0;
    let sign_width = SIGN + 5.0;
    let galley = paint::line(
        ui,
        text,
        look.caption_font(),
        look.palette.text_second,
        320.0,
    );
    let size = vec2(galley.size().x + sign_width + 12.0, height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    if ui.is_rect_visible(rect) {
        let painter = ui.painter();
        let is_lit = response.hovered() || response.has_focus();
        if is_lit {
            painter.rect_filled(rect, CornerRadius::same(4), look.palette.hover);
        }
        let ink = if is_lit {
            look.palette.text
        } else {
            look.palette.text_second
        };
        let center = pos2(rect.left() + 6.0 + SIGN / 2.0, rect.center().y);
        match sign {
            Sign::Mark(tone) => {
                paint::tone_mark(painter, center, 7.0, tone, look.palette.tone(tone));
            }
            Sign::Icon(icon) => {
                let font = look.icon_font(SIGN);
                painter.text(center, Align2::CENTER_CENTER, icon.0, font, ink);
            }
        }
        let at = pos2(
            rect.left() + 6.0 + sign_width,
            rect.center().y - galley.size().y / 2.0,
        );
        painter.galley_with_override_text_color(at, galley, ink);
        paint::focus_ring(look, ui, &response, CornerRadius::same(4));
    }
    paint::named(ui, response, Role::Button, text)
}

/// What stands before the words of a bar item.
#[derive(Clone, Copy)]
pub(crate) enum Sign {
    Mark(Tone),
    Icon(Icon),
}

/// A hairline along an edge of the frame.
pub(crate) fn edge(look: &Look) -> Stroke {
    Stroke::new(look.size.hairline, look.palette.line)
}
