//! Which columns of a wide table are in view: how many lie beyond either edge is said, and is the way to them.

use std::ops::Range;

use egui::{Id, Ui};
use egui_table::{Column, Table, TableState};
use look::{Look, format, icon};

/// Edges that miss each other by rounding are one edge.
const ROUNDING: f32 = 1.0;
/// In less room the buttons do without the word “columns”.
const WITH_NOUN: f32 = 360.0;

/// Where a person wants to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Left,
    Right,
}

/// View state: what was in view in the frame before, and where to look in the next one.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    /// The columns that scroll and are whole in view.
    whole: Range<usize>,
    /// The columns that scroll.
    all: Range<usize>,
    turn: Option<Turn>,
}

/// The columns whose heads are whole in view, as the table draws them.
#[derive(Debug, Default)]
pub(crate) struct Heads {
    /// The first column that scrolls: those before it are always in view.
    first: usize,
    whole: Option<Range<usize>>,
}

impl Heads {
    pub(crate) fn from(first: usize) -> Self {
        Self { first, whole: None }
    }

    /// To be told of every head, with the `ui` of its cell.
    pub(crate) fn see(&mut self, ui: &Ui, column: usize) {
        let (head, view) = (ui.max_rect(), ui.clip_rect());
        let is_whole =
            view.left() <= head.left() + ROUNDING && head.right() <= view.right() + ROUNDING;
        if is_whole && column >= self.first {
            let whole = self.whole.get_or_insert(column..column);
            *whole = whole.start.min(column)..whole.end.max(column + 1);
        }
    }
}

impl Sight {
    /// Columns out of view to the left and to the right; one that is cut counts as out of view.
    pub(crate) fn hidden(&self) -> (usize, usize) {
        (
            self.whole.start.saturating_sub(self.all.start),
            self.all.end.saturating_sub(self.whole.end),
        )
    }

    pub(crate) fn hides_some(&self) -> bool {
        self.hidden() != (0, 0)
    }

    /// A button for each side that has columns out of view.
    pub(crate) fn ui(&mut self, look: &Look, ui: &mut Ui) {
        let (left, right) = self.hidden();
        let is_tight = ui.available_width() < WITH_NOUN;
        let sides = [
            (left, Turn::Left, icon::BACK, "to the left"),
            (right, Turn::Right, icon::OPEN, "to the right"),
        ];
        for (count, turn, sign, side) in sides {
            if count == 0 {
                continue;
            }
            let said = format!(
                "{} hidden",
                format::counted(count as u64, "column", "columns")
            );
            let text = match is_tight {
                true => format!("{} hidden", format::count(count as u64)),
                false => said.clone(),
            };
            let button = look
                .quiet_icon_button_ui(ui, sign, &text)
                .accessible_name(format!("{said} {side}"))
                .on_hover_text(format!("Show the columns {side}"));
            if button.clicked() {
                self.turn = Some(turn);
            }
        }
    }

    /// Has the table scroll to where a person wants to look; `room` is its width, `columns` are as they were made.
    pub(crate) fn aim(&mut self, ui: &Ui, table: Table, columns: &[Column], room: f32) -> Table {
        let Some(turn) = self.turn.take() else {
            return table;
        };
        let widths = widths(ui, table.get_id(ui), columns);
        let sticky: f32 = widths.iter().take(self.all.start).sum();
        let column = target(turn, &widths, (&self.whole, &self.all), room - sticky);
        // The least of scrolling brings it to the edge that it comes from.
        table.scroll_to_column(column, None)
    }

    /// What the heads said in this frame; the columns from `all.start` on scroll.
    pub(crate) fn take(&mut self, ui: &Ui, heads: Heads, all: Range<usize>) {
        let whole = heads.whole.map_or(all.end..all.end, |whole| {
            whole.start.max(all.start)..whole.end.max(all.start)
        });
        // Where not even one fits there is nothing to be said of the others.
        let whole = if whole.is_empty() { all.clone() } else { whole };
        if (&self.whole, &self.all) != (&whole, &all) {
            (self.whole, self.all) = (whole, all);
            ui.ctx().request_discard("other columns are in view");
            ui.ctx().request_repaint();
        }
    }
}

/// The widths that a person dragged the columns to, or else those that they were made with.
fn widths(ui: &Ui, table: Id, columns: &[Column]) -> Vec<f32> {
    let state = TableState::load(ui.ctx(), table).unwrap_or_default();
    let width = |(place, column): (usize, &Column)| {
        let dragged = state.col_widths.get(&column.id_for(place));
        dragged.copied().unwrap_or(column.current)
    };
    columns.iter().enumerate().map(width).collect()
}

/// The column that has to come into view so that a page is turned and none is passed over.
fn target(
    turn: Turn,
    widths: &[f32],
    (whole, all): (&Range<usize>, &Range<usize>),
    room: f32,
) -> usize {
    let mut used = 0.0;
    let mut fits = |width: f32| {
        used += width;
        used <= room
    };
    match turn {
        Turn::Right => {
            let next = widths.get(whole.end..all.end).unwrap_or_default();
            let more = next.iter().take_while(|width| fits(**width)).count();
            (whole.end + more.max(1)).min(all.end).saturating_sub(1)
        }
        Turn::Left => {
            let before = widths.get(all.start..whole.start).unwrap_or_default();
            let more = before
                .iter()
                .rev()
                .take_while(|width| fits(**width))
                .count();
            whole.start.saturating_sub(more.max(1)).max(all.start)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_turned_and_no_column_is_passed_over() {
        let widths = [60.0, 100.0, 100.0, 100.0, 250.0, 100.0, 400.0];
        let all = 1..widths.len();
        let to = |turn, whole: Range<usize>| target(turn, &widths, (&whole, &all), 300.0);
        assert_eq!(to(Turn::Right, 1..4), 4, "the wide one fills the page");
        assert_eq!(to(Turn::Right, 4..5), 5, "with the next it would not fit");
        assert_eq!(
            to(Turn::Right, 5..6),
            6,
            "wider than the page, and still shown"
        );
        assert_eq!(to(Turn::Right, 6..7), 6);
        assert_eq!(to(Turn::Left, 6..7), 5);
        assert_eq!(to(Turn::Left, 5..6), 4);
        assert_eq!(to(Turn::Left, 4..5), 1, "never one that does not scroll");
        assert_eq!(to(Turn::Left, 1..4), 1);
    }

    #[test]
    fn what_is_out_of_view_is_counted_on_either_side() {
        let sight = |whole: Range<usize>| Sight {
            whole,
            all: 1..15,
            turn: None,
        };
        assert_eq!(sight(1..15).hidden(), (0, 0));
        assert_eq!(sight(1..7).hidden(), (0, 8));
        assert_eq!(sight(5..11).hidden(), (4, 4));
        assert!(!Sight::default().hides_some());
    }
}
