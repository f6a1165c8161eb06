//! The keyboard and what scrolls: what it comes to is brought into view.

use egui::{Id, Ui, vec2};

/// Space that is kept free over and under what the keyboard came to, in logical pixels.
const MARGIN: f32 = 24.0;

/// What had the keyboard when a scrolling part of the dialog looked last.
#[derive(Debug, Default)]
pub(super) struct Followed {
    seen: Option<Id>,
}

impl Followed {
    /// To be called at the end of what scrolls, with its own `ui`.
    pub(super) fn follow(&mut self, ui: &Ui) {
        let focused = ui.memory(|memory| memory.focused());
        if focused == self.seen {
            return;
        }
        let found = focused.and_then(|id| ui.ctx().read_response(id));
        if focused.is_some() && found.is_none() {
            return;
        }
        self.seen = focused;
        let inside = found.filter(|found| {
            found.layer_id == ui.layer_id() && ui.min_rect().contains(found.rect.center())
        });
        if let Some(found) = inside {
            ui.scroll_to_rect(found.rect.expand2(vec2(0.0, MARGIN)), None);
        }
    }
}
