//! A scroll position counted in rows: exact at ten million rows, where one counted in pixels of 32-bit floats is not.

use egui::{Key, Rect, Response, Sense, Ui, WidgetInfo, pos2, vec2};
use look::{Look, format};

/// Wide enough to be caught.
pub(super) const BAR: f32 = 12.0;
const SHORTEST_THUMB: f32 = 28.0;

/// Which row stands on top.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct RowScroll {
    pub first: u64,
    /// The part of a row that the wheel has turned and that did not move a row yet.
    turned: f32,
}

impl RowScroll {
    /// Keeps the last row at the bottom.
    pub(super) fn clamp(&mut self, rows: u64, visible: u64) {
        self.first = self.first.min(rows.saturating_sub(visible));
    }

    pub(super) fn move_by(&mut self, rows: i64, total: u64, visible: u64) {
        self.first = self.first.saturating_add_signed(rows);
        self.clamp(total, visible);
    }

    /// Turns by pixels; whole rows move, the rest is kept for the next turn.
    pub(super) fn turn(&mut self, pixels: f32, row_height: f32, total: u64, visible: u64) {
        self.turned += pixels / row_height;
        let whole = self.turned.trunc();
        self.turned -= whole;
        self.move_by(whole as i64, total, visible);
    }

    /// Reads the wheel over `area` and leaves nothing of it for what lies around.
    pub(super) fn read_wheel(&mut self, ui: &Ui, area: Rect, row_height: f32, total: u64) {
        if !ui.rect_contains_pointer(area) {
            return;
        }
        let visible = (area.height() / row_height) as u64;
        let turned = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
        if turned != 0.0 {
            self.turn(-turned, row_height, total, visible);
        }
    }

    /// The bar: dragged, clicked, and moved with the arrows, page and end keys while it has the focus.
    pub(super) fn bar_ui(
        &mut self,
        look: &Look,
        ui: &mut Ui,
        rect: Rect,
        (total, visible): (u64, u64),
    ) -> Response {
        let mut response = ui.allocate_rect(rect, Sense::click_and_drag());
        let room = total.saturating_sub(visible);
        let share = (visible as f64 / total.max(1) as f64).min(1.0) as f32;
        let thumb_height = (rect.height() * share)
            .max(SHORTEST_THUMB)
            .min(rect.height());
        let travel = (rect.height() - thumb_height).max(1.0);
        if let Some(pointer) = response.interact_pointer_pos()
            && room > 0
        {
            let at = (pointer.y - rect.top() - thumb_height / 2.0) / travel;
            self.first = (f64::from(at.clamp(0.0, 1.0)) * room as f64).round() as u64;
            response.mark_changed();
        }
        if response.has_focus() {
            self.read_keys(ui, response.id, (total, visible));
        }
        self.clamp(total, visible);
        if room > 0 && ui.is_rect_visible(rect) {
            let at = self.first as f64 / room as f64;
            let top = rect.top() + travel * at as f32;
            let width = if response.hovered() || response.dragged() {
                8.0
            } else {
                5.0
            };
            let thumb = Rect::from_min_size(
                pos2(rect.right() - width - 1.0, top),
                vec2(width, thumb_height),
            );
            let ink = if response.dragged() || response.has_focus() {
                look.palette.accent
            } else {
                look.palette.line_strong
            };
            ui.painter().rect_filled(thumb, 4, ink);
        }
        let (enabled, first) = (ui.is_enabled(), self.first);
        response.widget_info(|| {
            let said = format!("First row in view, of {}", format::count(total));
            WidgetInfo::slider(enabled, first as f64 + 1.0, said)
        });
        response
    }

    fn read_keys(&mut self, ui: &Ui, id: egui::Id, (total, visible): (u64, u64)) {
        let page = visible.saturating_sub(1).max(1) as i64;
        let steps = [
            (Key::ArrowDown, 1),
            (Key::ArrowUp, -1),
            (Key::PageDown, page),
            (Key::PageUp, -page),
            (Key::Home, i64::MIN),
            (Key::End, i64::MAX),
        ];
        for (key, step) in steps {
            if ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, key)) {
                self.move_by(step, total, visible);
            }
        }
        ui.memory_mut(|memory| {
            memory.set_focus_lock_filter(
                id,
                egui::EventFilter {
                    vertical_arrows: true,
                    ..egui::EventFilter::default()
                },
            );
        });
    }
}
