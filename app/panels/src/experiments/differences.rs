//! The table of parameters of the selected runs: a row for each that differs, a column for each run.

use std::sync::Arc;

use contract::Run;
use egui::{Id, Ui};
use egui_table::{CellInfo, Column, HeaderCellInfo, HeaderRow, Table, TableDelegate};
use look::{Tone, format, icon, paint};

use super::parameters::Differences;
use super::run_color;
use crate::table::{Side, head_cell_ui, row_ground, skip_measuring, text_cell_ui};
use crate::{Ctx, widths};

const SALT: &str = "differences";
const NAME: f32 = 148.0;
const RUN: f32 = 132.0;

/// View state: whether what is the same is left out; the comparison is kept while the selection stays.
#[derive(Debug)]
pub(super) struct DifferencesTable {
    only: bool,
    of: Option<(u64, usize, bool)>,
    found: Differences,
}

impl Default for DifferencesTable {
    fn default() -> Self {
        Self {
            only: true,
            of: None,
            found: Differences::default(),
        }
    }
}

impl DifferencesTable {
    pub(super) fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, runs: &[Arc<Run>], generation: u64) {
        let look = ctx.look;
        ui.horizontal(|ui| {
            look.toggle_ui(ui, "Only differences", &mut self.only);
            // A recipe never changes, so the selection alone decides.
            let key = (generation, runs.len(), self.only);
            if self.of != Some(key) {
                self.found = Differences::between(runs, self.only);
                self.of = Some(key);
            }
            let same = format::counted(self.found.same as u64, "parameter is", "parameters are");
            let all = all_runs(runs.len());
            ui.label(look.secondary(format!("{same} the same in {all}")));
        });
        if self.found.rows.is_empty() {
            look.nothing_ui(
                ui,
                icon::COMPARE,
                "These runs were started with the same parameters",
            );
            return;
        }
        let mut columns = vec![Column::new(NAME).id(Id::unique("differences name"))];
        columns.extend(runs.iter().map(|run| {
            Column::new(RUN)
                .range(64.0..=420.0)
                .id(Id::unique(("differences run", run.number)))
        }));
        let rest = widths::rest(ui, SALT, &columns, ui.available_width());
        columns.push(widths::fixed(rest).id(Id::unique("differences rest")));
        widths::without_column_lines(ui);
        let table = Table::new()
            .id_salt(SALT)
            .num_rows(self.found.rows.len() as u64)
            .columns(columns)
            .num_sticky_cols(1)
            .headers([HeaderRow::new(look.size.row)]);
        skip_measuring(ui, &table);
        let mut delegate = DifferencesDelegate {
            ctx,
            found: &self.found,
            runs,
        };
        table.show(ui, &mut delegate);
    }
}

/// `both runs`, `all 3 runs`.
pub(super) fn all_runs(count: usize) -> String {
    match count {
        2 => "both runs".to_owned(),
        count => format!("all {} runs", format::count(count as u64)),
    }
}

struct DifferencesDelegate<'a> {
    ctx: &'a Ctx<'a>,
    found: &'a Differences,
    runs: &'a [Arc<Run>],
}

impl TableDelegate for DifferencesDelegate<'_> {
    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let look = self.ctx.look;
        let place = cell.col_range.start;
        let run = place.checked_sub(1).and_then(|place| self.runs.get(place));
        let Some(run) = run else {
            let name = if place == 0 { "Parameter" } else { "" };
            head_cell_ui(look, ui, name, Side::Left);
            return;
        };
        let rect = ui.max_rect();
        head_cell_ui(look, ui, &format!("    Run {}", run.number), Side::Left);
        let center = egui::pos2(rect.left() + 12.0, rect.center().y);
        let color = run_color(look, run.number);
        paint::tone_mark(ui.painter(), center, 7.0, Tone::Accent, color);
    }

    fn row_ui(&mut self, ui: &mut Ui, _row: u64) {
        row_ground(self.ctx.look, ui, false);
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let look = self.ctx.look;
        let palette = &look.palette;
        let row = usize::try_from(cell.row_nr)
            .ok()
            .and_then(|row| self.found.rows.get(row));
        let Some(row) = row else {
            return;
        };
        let Some(place) = cell.col_nr.checked_sub(1) else {
            text_cell_ui(
                ui,
                row.name,
                (look.secondary_font(), palette.text_second),
                Side::Left,
            );
            return;
        };
        let Some(text) = row.cells.get(place) else {
            return;
        };
        // What is as usual is quiet, so that the odd ones out are read first.
        let (font, ink) = if *text == row.usual {
            (look.body_font(), palette.text_second)
        } else {
            (look.medium_font(), palette.text)
        };
        text_cell_ui(ui, text, (font, ink), Side::Left);
    }

    fn default_row_height(&self) -> f32 {
        self.ctx.look.size.row
    }
}
