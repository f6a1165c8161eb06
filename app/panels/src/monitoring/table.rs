//! The drift table: one row a column, its reference as an outline over what it is now, coloured by the verdict.

use std::sync::Arc;

use contract::DriftVerdict;
use egui::{Color32, Role, Sense, Ui, vec2};
use egui_table::{AutoSizeMode, CellInfo, Column, HeaderCellInfo, HeaderRow, Table, TableDelegate};
use look::{Look, Tone, paint};

use super::data::{DriftRow, verdict_tone, verdict_word};
use crate::Ctx;
use crate::parts::paint_distributions;
use crate::table::{Side, head_cell_ui, padded_cell_ui, row_ground, skip_measuring, text_cell_ui};

const ROW: f32 = 36.0;
const COLUMNS: [(&str, f32, Side); 5] = [
    ("Training, now", 132.0, Side::Left),
    ("Verdict", 96.0, Side::Left),
    ("PSI", 72.0, Side::Right),
    ("Effect", 160.0, Side::Left),
    ("Missing", 112.0, Side::Left),
];
const NARROWEST_NAME: f32 = 168.0;

/// The name of the column that was clicked.
pub(super) fn drift_table_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    rows: &[DriftRow],
    open: Option<usize>,
) -> Option<Arc<str>> {
    let used: f32 = COLUMNS.iter().map(|column| column.1).sum();
    let name = (ui.available_width() - used - 12.0).max(NARROWEST_NAME);
    let columns: Vec<Column> = std::iter::once(name)
        .chain(COLUMNS.iter().map(|column| column.1))
        .map(|width| Column::new(width).resizable(false))
        .collect();
    let table = Table::new()
        .id_salt("drift")
        .num_rows(rows.len() as u64)
        .columns(columns)
        .num_sticky_cols(1)
        .headers([HeaderRow::new(ctx.look.size.row)])
        .auto_size_mode(AutoSizeMode::Never);
    skip_measuring(ui, &table);
    let mut delegate = DriftTable {
        look: ctx.look,
        rows,
        open,
        clicked: None,
    };
    table.show(ui, &mut delegate);
    delegate.clicked
}

struct DriftTable<'a> {
    look: &'a Look,
    rows: &'a [DriftRow],
    open: Option<usize>,
    clicked: Option<Arc<str>>,
}

impl TableDelegate for DriftTable<'_> {
    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let (name, side) = cell
            .col_range
            .start
            .checked_sub(1)
            .and_then(|place| COLUMNS.get(place))
            .map_or(("Column", Side::Left), |column| (column.0, column.2));
        head_cell_ui(self.look, ui, name, side);
    }

    fn row_ui(&mut self, ui: &mut Ui, row_nr: u64) {
        let row = self.rows.get(row_nr as usize);
        let is_open = row.is_some_and(|row| self.open == Some(row.place));
        row_ground(self.look, ui, is_open);
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let look = self.look;
        let Some(row) = self.rows.get(cell.row_nr as usize) else {
            return;
        };
        let quiet = (look.secondary_font(), look.palette.text_second);
        match cell.col_nr {
            0 => {
                if name_ui(look, ui, row, self.open == Some(row.place)) {
                    self.clicked = Some(row.name.clone());
                }
            }
            1 => padded_cell_ui(ui, |ui| {
                let (rect, response) =
                    ui.allocate_exact_size(vec2(ui.available_width(), 26.0), Sense::hover());
                paint_distributions(
                    look,
                    ui.painter(),
                    rect,
                    &row.bins,
                    verdict_fill(look, row.verdict),
                );
                let said = format!("{} in training and now", row.name);
                paint::named(ui, response, Role::Image, &said);
            }),
            2 => {
                padded_cell_ui(ui, |ui| {
                    look.chip_ui(ui, verdict_tone(row.verdict), verdict_word(row.verdict))
                });
            }
            3 => {
                let text = (look.body_font(), look.palette.text);
                text_cell_ui(ui, &row.psi, text, Side::Right);
            }
            4 => {
                let effect = row
                    .statistics
                    .first()
                    .map(|(name, value)| format!("{name} {value}"))
                    .unwrap_or_default();
                text_cell_ui(ui, &effect, quiet, Side::Left);
            }
            _ => {
                text_cell_ui(ui, &row.missing, quiet, Side::Left);
            }
        }
    }

    fn default_row_height(&self) -> f32 {
        ROW
    }
}

/// True when it was clicked.
fn name_ui(look: &Look, ui: &mut Ui, row: &DriftRow, is_open: bool) -> bool {
    let rect = ui.max_rect();
    let response = ui.interact(rect, ui.next_auto_id(), Sense::click());
    ui.skip_ahead_auto_ids(1);
    let name = if row.is_prediction {
        format!("{} (prediction)", row.name)
    } else {
        row.name.to_string()
    };
    let room = rect.width() - 16.0;
    let galley = paint::line(ui, &name, look.medium_font(), look.palette.text, room);
    let at = egui::pos2(rect.left() + 8.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, look.palette.text);
    if is_open {
        let bar = egui::Rect::from_min_size(
            egui::pos2(rect.left(), rect.top() + 8.0),
            vec2(2.0, rect.height() - 16.0),
        );
        ui.painter().rect_filled(bar, 1, look.palette.accent);
    }
    paint::focus_ring(look, ui, &response, look.corner());
    let said = format!("Show the distributions of {name}");
    paint::named(ui, response, Role::Button, &said).clicked()
}

pub(super) fn verdict_fill(look: &Look, verdict: DriftVerdict) -> Color32 {
    let tone = match verdict {
        DriftVerdict::Stable => Tone::Neutral,
        other => verdict_tone(other),
    };
    match tone {
        Tone::Neutral => look.palette.line_strong,
        other => look.palette.tone(other).gamma_multiply(0.75),
    }
}
