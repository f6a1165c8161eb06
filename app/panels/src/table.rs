//! What every table shares: padded cells cut at their width, heads, quiet lines between rows, and no measuring pass.

use egui::{
    Align, Color32, FontId, Id, Layout, Rangef, Rect, Response, Role, Sense, Ui, UiBuilder, vec2,
};
use egui_table::{Table, TableState};
use look::{Look, paint};

/// Space at either side of a cell.
const PADDING: f32 = 8.0;
/// Under this name the table that is drawn keeps how far it reaches from left to right.
const REACH: &str = "reach of the table";

/// Where a cell's text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    /// Numbers, so that their digits stand under each other.
    Right,
}

/// To be called right before a table is shown. It measures every cell of every column on its first frame; with ten
/// thousand columns that is seconds, so the widths are given and the measuring is skipped. Its rows learn from here how
/// far it reaches: each part of a row knows only where itself is clipped.
pub(crate) fn skip_measuring(ui: &Ui, table: &Table) {
    let reach = ui
        .available_rect_before_wrap()
        .intersect(ui.clip_rect())
        .x_range();
    ui.data_mut(|data| data.insert_temp(Id::unique(REACH), reach));
    let id = table.get_id(ui);
    if TableState::load(ui.ctx(), id).is_none() {
        TableState::default().store(ui.ctx(), id);
    }
}

/// One line of text in a cell, cut with an ellipsis and then whole under the pointer.
pub(crate) fn text_cell_ui(
    ui: &mut Ui,
    text: &str,
    (font, ink): (FontId, Color32),
    side: Side,
) -> Response {
    let rect = ui.max_rect();
    let room = (rect.width() - 2.0 * PADDING).max(0.0);
    let galley = paint::line(ui, text, font, ink, room);
    let is_cut = galley.elided;
    let response = ui.allocate_rect(rect, Sense::hover());
    let left = match side {
        Side::Left => rect.left() + PADDING,
        Side::Right => rect.right() - PADDING - galley.size().x,
    };
    let at = egui::pos2(left, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, ink);
    let response = paint::named(ui, response, Role::Label, text);
    if is_cut {
        response.on_hover_text(text)
    } else {
        response
    }
}

/// A plain head: caption ink, over a hairline.
pub(crate) fn head_cell_ui(look: &Look, ui: &mut Ui, name: &str, side: Side) -> Response {
    let rect = ui.max_rect();
    paint::hairline(
        ui.painter(),
        rect.left(),
        rect.right(),
        rect.bottom() - 0.5,
        look.palette.line,
    );
    text_cell_ui(
        ui,
        name,
        (look.caption_font(), look.palette.text_faint),
        side,
    )
}

/// The hairline under a row, and the ground of the one under the pointer.
pub(crate) fn row_ground(look: &Look, ui: &Ui, is_selected: bool) {
    let rect = ui.max_rect();
    if is_selected {
        ui.painter().rect_filled(rect, 0, look.palette.selected);
    } else if is_under_pointer(ui, rect) {
        ui.painter().rect_filled(rect, 0, look.palette.hover);
    }
    paint::hairline(
        ui.painter(),
        rect.left(),
        rect.right(),
        rect.bottom() - 0.5,
        look.palette.line,
    );
}

/// The sticky and the scrolling part of a row are clipped apart; the pointer over one is over the row. What the header
/// hides is not, nor what lies beside the table: a row that scrolls is wider than the table.
pub(crate) fn is_under_pointer(ui: &Ui, row: Rect) -> bool {
    let Some(at) = ui.ctx().pointer_hover_pos().filter(|at| row.contains(*at)) else {
        return false;
    };
    let reach: Option<Rangef> = ui.data(|data| data.get_temp(Id::unique(REACH)));
    reach.is_none_or(|reach| reach.contains(at.x))
        && ui.clip_rect().y_range().contains(at.y)
        && ui.ctx().layer_id_at(at) == Some(ui.layer_id())
}

/// Anything in a cell, inside its padding.
pub(crate) fn padded_cell_ui<R>(ui: &mut Ui, add_contents: impl FnOnce(&mut Ui) -> R) -> R {
    let rect: Rect = ui.max_rect().shrink2(vec2(PADDING, 0.0));
    ui.scope_builder(
        UiBuilder::new()
            .max_rect(rect)
            .layout(Layout::left_to_right(Align::Center)),
        add_contents,
    )
    .inner
}

#[cfg(test)]
mod tests {
    use egui::{Event, Pos2, RawInput, pos2};
    use egui_table::{CellInfo, Column, HeaderCellInfo, HeaderRow, TableDelegate};

    use super::*;

    const SCREEN: f32 = 900.0;
    const TABLE: std::ops::RangeInclusive<f32> = 300.0..=600.0;

    /// Which parts of the second row the pointer is said to be over.
    #[derive(Default)]
    struct Lit(Vec<bool>);

    impl TableDelegate for Lit {
        fn header_cell_ui(&mut self, _: &mut Ui, _: &HeaderCellInfo) {}

        fn row_ui(&mut self, ui: &mut Ui, row: u64) {
            if row == 1 {
                self.0.push(is_under_pointer(ui, ui.max_rect()));
            }
        }

        fn cell_ui(&mut self, _: &mut Ui, _: &CellInfo) {}
    }

    /// Twelve columns of 100 in a table of 300, the first of them sticky, scrolled to the sixth; the pointer at `x`.
    fn lit(x: f32) -> Vec<bool> {
        let ctx = egui::Context::default();
        let mut last = Vec::new();
        for _ in 0..40 {
            let input = RawInput {
                screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(SCREEN, 400.0))),
                events: vec![Event::PointerMoved(pos2(x, 50.0))],
                ..RawInput::default()
            };
            // Only what is drawn is of interest.
            let _output = ctx.run_ui(input, |ui| {
                let room = Rect::from_x_y_ranges(TABLE, 0.0..=400.0);
                ui.scope_builder(UiBuilder::new().max_rect(room), |ui| {
                    let table = Table::new()
                        .num_rows(10)
                        .columns(vec![Column::new(100.0); 12])
                        .num_sticky_cols(1)
                        .headers([HeaderRow::new(20.0)])
                        .scroll_to_column(6, None);
                    skip_measuring(ui, &table);
                    let mut rows = Lit::default();
                    table.show(ui, &mut rows);
                    last = rows.0;
                });
            });
        }
        last
    }

    #[test]
    fn a_row_is_lit_over_each_of_its_parts_and_not_beside_the_table() {
        assert_eq!(lit(350.0), [true, true], "over the part that stays");
        assert_eq!(lit(450.0), [true, true], "over the part that scrolls");
        assert_eq!(lit(250.0), [false, false], "to the left of the table");
        assert_eq!(lit(700.0), [false, false], "to the right of it");
    }
}
