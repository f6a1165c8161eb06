//! The keyboard in the runs table: arrows move the selection, Enter opens a run, Space adds it to the selected ones or takes it out.

use egui::{EventFilter, Key, Modifiers, Response, Ui};

use super::runs_table::Click;
use super::selection;

/// View state: which row the keyboard is to come to.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    wanted: Option<usize>,
    /// The wanted row may lie out of view.
    scroll: bool,
}

impl Keyboard {
    /// The keyboard follows a click to its row.
    pub(super) fn come_to(&mut self, ui: &Ui, row: usize) {
        self.wanted = Some(row);
        ui.ctx().request_repaint();
    }

    /// The row to scroll to, once.
    pub(super) fn take_scroll(&mut self) -> Option<u64> {
        let row = self.wanted.filter(|_| std::mem::take(&mut self.scroll))?;
        u64::try_from(row).ok()
    }

    /// What the keys ask of a row, and of which; `rows` is how many there are.
    pub(super) fn row_ui(
        &mut self,
        ui: &Ui,
        response: &Response,
        (row, rows): (usize, usize),
    ) -> Option<(usize, Click)> {
        if self.wanted == Some(row) {
            self.wanted = None;
            response.request_focus();
            // Only a row that had the keyboard in the frame before can hold on to the arrows.
            ui.ctx().request_repaint();
        }
        if !response.has_focus() {
            return None;
        }
        let arrows = EventFilter {
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
        let is_shift = ui.input(|input| input.modifiers.shift);
        // A press is used up, so that the row it leads to does not take it for its own.
        let is_pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if is_pressed(Key::Enter) {
            return Some((row, Click::Open));
        }
        if is_pressed(Key::Space) {
            return Some((row, Click::Select(selection::Click::Toggle)));
        }
        let (down, up) = (is_pressed(Key::ArrowDown), is_pressed(Key::ArrowUp));
        let to = match (down, up) {
            (true, false) => row.checked_add(1).filter(|to| *to < rows),
            (false, true) => row.checked_sub(1),
            _ => None,
        }?;
        self.scroll = true;
        self.come_to(ui, to);
        let how = if is_shift {
            selection::Click::Extend
        } else {
            selection::Click::Plain
        };
        Some((to, Click::Select(how)))
    }
}
