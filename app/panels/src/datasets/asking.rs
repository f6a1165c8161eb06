//! Questions about what comes into view: one at a time, again when an answer was lost, and the shape of it when it takes long.

use contract::Refusal;
use egui::{Rect, Ui, vec2};
use look::{Look, icon};

/// An answer that has not come after this many seconds was lost, or was taken by somebody else's.
const ASK_AGAIN_AFTER: f64 = 2.0;

/// Another window is asked for only when the one before has come, or after this many seconds.
const ASK_ANOTHER_AFTER: f64 = 0.25;

/// View state: what was asked for last, and since when something in view has been missing, both on the clock of the window.
pub(super) struct Asking<Q> {
    asked: Option<(Q, f64)>,
    missing_since: Option<f64>,
}

impl<Q> Default for Asking<Q> {
    fn default() -> Self {
        Self {
            asked: None,
            missing_since: None,
        }
    }
}

impl<Q: PartialEq> Asking<Q> {
    /// What is in view is here, or nothing is.
    pub(super) fn rest(&mut self) {
        self.asked = None;
    }

    /// True when `wanted` is to be asked for now. `is_answered` says whether the answer to another question has come.
    pub(super) fn asks(
        &mut self,
        ui: &Ui,
        wanted: Q,
        is_answered: impl FnOnce(&Q) -> bool,
    ) -> bool {
        let now = ui.input(|input| input.time);
        if let Some((asked, at)) = &self.asked {
            // One question at a time: dragged over millions of rows, the bar would ask for each of them.
            let patience = match *asked == wanted {
                true => ASK_AGAIN_AFTER,
                false if is_answered(asked) => 0.0,
                false => ASK_ANOTHER_AFTER,
            };
            let left = patience - (now - at);
            if left > 0.0 {
                ui.ctx().request_repaint_after_secs(left as f32);
                return false;
            }
        }
        self.asked = Some((wanted, now));
        ui.ctx().request_repaint_after_secs(ASK_AGAIN_AFTER as f32);
        true
    }

    /// What keeps us waiting is drawn as the shape of what comes, but not at once: most comes within a frame.
    pub(super) fn is_late(&mut self, look: &Look, ui: &Ui, is_here: bool) -> bool {
        if is_here {
            self.missing_since = None;
            return false;
        }
        let now = ui.input(|input| input.time);
        let since = *self.missing_since.get_or_insert(now);
        let left = f64::from(look.motion.skeleton_after) - (now - since);
        if left > 0.0 {
            ui.ctx().request_repaint_after_secs(left as f32);
        }
        left <= 0.0
    }
}

/// Why something cannot be shown in its place; true when it is to be tried again.
pub(super) fn refused_ui(look: &Look, ui: &mut Ui, what: &str, refusal: &Refusal) -> bool {
    look.error_ui(ui, what, &refusal.error, refusal.hint.as_deref());
    look.button_with_icon_ui(ui, icon::REFRESH, "Try again")
        .clicked()
}

/// The shape of a cell that is on its way.
pub(super) fn on_its_way_ui(look: &Look, ui: &Ui) {
    let rect = ui.max_rect().shrink2(vec2(8.0, 9.0));
    let bar = Rect::from_min_size(rect.min, vec2(rect.width() * 0.6, rect.height()));
    ui.painter().rect_filled(bar, 3, look.palette.tint_neutral);
}
