//! What every table shares: padded cells cut at their width, heads, quiet lines between rows, and no measuring pass.

use egui::{Align, Color32, FontId, Layout, Rect, Response, Role, Sense, Ui, UiBuilder, vec2};
use egui_table::{Table, TableState};
use look::{Look, paint};

/// Space at either side of a cell.
const PADDING: f32 = 8.0;

/// Where a cell's text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    /// Numbers, so that their digits stand under each other.
    Right,
}

/// The table measures every cell of every column on its first frame; with ten thousand columns that is seconds,
/// so the widths are given and the measuring is skipped.
pub(crate) fn skip_measuring(ui: &Ui, table: &Table) {
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

/// The sticky and the scrolling part of a row are clipped apart; the pointer over one is over the row. What the header hides is not.
pub(crate) fn is_under_pointer(ui: &Ui, row: Rect) -> bool {
    let is_seen = ui.clip_rect().y_range();
    ui.ctx().pointer_hover_pos().is_some_and(|at| {
        row.contains(at)
            && is_seen.contains(at.y)
            && ui.ctx().layer_id_at(at) == Some(ui.layer_id())
    })
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
