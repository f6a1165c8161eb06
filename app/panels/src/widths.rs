//! Widths of table columns: what the last column has to fill so that rows reach the edge.

use egui::{Id, Ui};
use egui_table::{Column, TableState};

/// The width that `columns` leave of `available`, after what a person dragged them to; the table is found by its salt.
pub(crate) fn rest(ui: &Ui, salt: &str, columns: &[Column], available: f32) -> f32 {
    let id = TableState::id(ui, egui::IdSalt::new(salt));
    let state = TableState::load(ui.ctx(), id).unwrap_or_default();
    let used: f32 = columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let column_id: Id = column.id_for(index);
            state
                .col_widths
                .get(&column_id)
                .copied()
                .unwrap_or(column.current)
        })
        .sum();
    (available - used).max(0.0)
}

/// A column of exactly this width that a person cannot drag.
pub(crate) fn fixed(width: f32) -> Column {
    Column::new(width).range(width..=width).resizable(false)
}

/// No lines between columns: the eye follows the rows. They show while a column is dragged.
pub(crate) fn without_column_lines(ui: &mut Ui) {
    ui.visuals_mut().widgets.noninteractive.bg_stroke = egui::Stroke::NONE;
}
