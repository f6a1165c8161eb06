//! The live log of requests, newest first.

use contract::ModelName;
use egui::Ui;
use egui_table::{AutoSizeMode, CellInfo, Column, HeaderCellInfo, HeaderRow, Table, TableDelegate};
use look::{format, icon};

use super::data::{LogRow, log_rows};
use crate::Ctx;
use crate::table::{Side, head_cell_ui, padded_cell_ui, row_ground, skip_measuring, text_cell_ui};

const COLUMNS: [(&str, f32, Side); 7] = [
    ("When", 84.0, Side::Left),
    ("Status", 72.0, Side::Left),
    ("Request", 232.0, Side::Left),
    ("Rows", 60.0, Side::Right),
    ("Time", 84.0, Side::Right),
    ("Model", 112.0, Side::Left),
    ("Id", 128.0, Side::Left),
];
const ERROR_WIDTH: f32 = 220.0;

pub(super) fn log_ui(ctx: &Ctx<'_>, ui: &mut Ui, model: &ModelName, shows_all: &mut bool) {
    let look = ctx.look;
    let rows = log_rows(&ctx.snapshot.requests, (!*shows_all).then_some(model));
    ui.horizontal(|ui| {
        let said = format!(
            "The newest {}",
            format::counted(rows.len() as u64, "request", "requests")
        );
        ui.label(look.secondary(said));
        if ctx.snapshot.endpoints.len() > 1 {
            look.toggle_ui(ui, "All endpoints", shows_all);
        }
    });
    if rows.is_empty() {
        look.nothing_ui(
            ui,
            icon::REQUESTS,
            "Nobody has asked yet; use Try it, or a snippet",
        );
        return;
    }
    let used: f32 = COLUMNS.iter().map(|column| column.1).sum();
    let last = (ui.available_width() - used - 12.0).max(ERROR_WIDTH);
    let columns: Vec<Column> = COLUMNS
        .iter()
        .map(|column| Column::new(column.1).resizable(false))
        .chain([Column::new(last).resizable(false)])
        .collect();
    let table = Table::new()
        .id_salt("request log")
        .num_rows(rows.len() as u64)
        .columns(columns)
        .headers([HeaderRow::new(look.size.row)])
        .auto_size_mode(AutoSizeMode::Never);
    skip_measuring(ui, &table);
    table.show(ui, &mut LogTable { ctx, rows: &rows });
}

struct LogTable<'a> {
    ctx: &'a Ctx<'a>,
    rows: &'a [LogRow],
}

impl TableDelegate for LogTable<'_> {
    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let (name, side) = COLUMNS
            .get(cell.col_range.start)
            .map_or(("Error", Side::Left), |column| (column.0, column.2));
        head_cell_ui(self.ctx.look, ui, name, side);
    }

    fn row_ui(&mut self, ui: &mut Ui, _row_nr: u64) {
        row_ground(self.ctx.look, ui, false);
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let look = self.ctx.look;
        let Some(row) = self.rows.get(cell.row_nr as usize) else {
            return;
        };
        let text = (look.body_font(), look.palette.text);
        let quiet = (look.secondary_font(), look.palette.text_second);
        match cell.col_nr {
            0 => {
                let ago = format::ago(self.ctx.view.now.unix_millis, row.at.unix_millis);
                text_cell_ui(ui, &ago, quiet, Side::Left)
                    .on_hover_text(crate::parts::exact_time(row.at));
            }
            1 => padded_cell_ui(ui, |ui| {
                let status = row.status.to_string();
                look.state_dot_ui(ui, row.tone, &status);
                ui.label(look.body(status));
            }),
            2 => {
                let mono = (look.mono_font(), look.palette.text);
                text_cell_ui(ui, &row.request, mono, Side::Left);
            }
            3 => {
                text_cell_ui(ui, &row.rows, text, Side::Right);
            }
            4 => {
                text_cell_ui(ui, &row.duration, text, Side::Right);
            }
            5 => {
                text_cell_ui(ui, &row.model, quiet, Side::Left);
            }
            6 => {
                padded_cell_ui(ui, |ui| look.copy_text_ui(ui, &row.id, &row.id));
            }
            _ => {
                text_cell_ui(ui, &row.error, quiet, Side::Left);
            }
        }
    }

    fn default_row_height(&self) -> f32 {
        self.ctx.look.size.row
    }
}
