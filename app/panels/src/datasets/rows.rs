//! The rows of a version as a virtual table: asks for exactly what is in view, at any number of rows.

use std::sync::Arc;

use contract::{ColumnSpec, ColumnType, Command, DataVersion, DataVersionRef, RowsPage};
use egui::{Rect, Ui, UiBuilder, pos2, vec2};
use egui_table::{AutoSizeMode, CellInfo, Column, HeaderCellInfo, HeaderRow, Table, TableDelegate};
use look::{Look, format};

use super::scroll::{BAR, RowScroll};
use crate::Ctx;
use crate::table::{Side, row_ground, skip_measuring, text_cell_ui};

const HEAD: f32 = 44.0;
const COLUMN_WIDTH: f32 = 132.0;

/// An answer that has not come after this many seconds was lost, or was taken by somebody else's.
pub(super) const ASK_AGAIN_AFTER: f64 = 2.0;

/// Another window is asked for only when the one before has come, or after this many seconds.
const ASK_ANOTHER_AFTER: f64 = 0.25;

/// View state: where we are, and what was asked for last.
#[derive(Default)]
pub(super) struct RowsTable {
    scroll: RowScroll,
    /// What, and when on the clock of the window.
    asked: Option<((DataVersionRef, u64, u32), f64)>,
    /// Since when rows in view have been missing.
    missing_since: Option<f64>,
}

impl RowsTable {
    pub(super) fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, version: &Arc<DataVersion>) {
        let look = ctx.look;
        let row = look.size.row;
        let area = {
            let free = ui.available_rect_before_wrap();
            Rect::from_min_max(
                pos2(free.left(), free.top() + row + look.space.xs),
                free.max,
            )
        };
        let body = Rect::from_min_max(pos2(area.left(), area.top() + HEAD), area.max);
        let visible = ((body.height() / row) as u64).max(1);
        self.scroll.read_wheel(ui, body, row, version.rows);
        self.scroll.clamp(version.rows, visible);
        self.caption_ui(ctx, ui, version, visible);
        let shown = visible.min(version.rows - self.scroll.first.min(version.rows));
        let page = ctx
            .snapshot
            .rows
            .as_ref()
            .filter(|rows| rows.version == version.id)
            .map(|rows| &rows.page);
        self.ask(ctx, ui, version, (page, shown));
        let is_late = self.is_late(ctx, ui, page, shown);
        self.table_ui(ctx, ui, version, area, (shown, page, is_late));
        let bar = Rect::from_min_max(pos2(area.right() - BAR, body.top()), body.max);
        self.scroll.bar_ui(look, ui, bar, (version.rows, visible));
    }

    /// Where we are, and a field to go elsewhere.
    fn caption_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion, visible: u64) {
        let look = ctx.look;
        ui.horizontal(|ui| {
            ui.set_height(look.size.row);
            let first = self.scroll.first + 1;
            let last = (self.scroll.first + visible).min(version.rows);
            let said = if version.rows == 0 {
                "No rows".to_owned()
            } else {
                format!(
                    "Rows {} to {} of {}",
                    format::count(first),
                    format::count(last),
                    format::count(version.rows)
                )
            };
            ui.label(look.secondary(said));
            if version.rows > visible {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let mut to = first;
                    let field = look.number_field_ui(ui, "Go to row", &mut to, 1..=version.rows);
                    ui.label(look.secondary("Go to row"));
                    if field.changed() {
                        self.scroll.first = to - 1;
                        self.scroll.clamp(version.rows, visible);
                    }
                });
            }
        });
    }

    /// Asks for the rows in view, unless they are here or on their way.
    fn ask(
        &mut self,
        ctx: &Ctx<'_>,
        ui: &Ui,
        version: &DataVersion,
        (page, shown): (Option<&RowsPage>, u64),
    ) {
        let first = self.scroll.first;
        if shown == 0 || page.is_some_and(|page| covers(page, first, shown)) {
            self.asked = None;
            return;
        }
        let count = u32::try_from(shown).unwrap_or(u32::MAX);
        let wanted = (version.id.clone(), first, count);
        let now = ui.input(|input| input.time);
        if let Some((asked, at)) = &self.asked {
            // One question at a time: dragged over millions of rows, the bar would ask for each of them.
            let is_answered = page.is_some_and(|page| page.first_row == asked.1);
            let patience = match *asked == wanted {
                true => ASK_AGAIN_AFTER,
                false if is_answered => 0.0,
                false => ASK_ANOTHER_AFTER,
            };
            let left = patience - (now - at);
            if left > 0.0 {
                ui.ctx().request_repaint_after_secs(left as f32);
                return;
            }
        }
        ctx.commands.push(Command::ShowRows {
            version: version.id.clone(),
            first_row: first,
            count,
        });
        self.asked = Some((wanted, now));
        ui.ctx().request_repaint_after_secs(ASK_AGAIN_AFTER as f32);
    }

    /// Rows that keep us waiting are drawn as the shape of what comes, but not at once: most come within a frame.
    fn is_late(&mut self, ctx: &Ctx<'_>, ui: &Ui, page: Option<&RowsPage>, shown: u64) -> bool {
        if shown == 0 || page.is_some_and(|page| covers(page, self.scroll.first, shown)) {
            self.missing_since = None;
            return false;
        }
        let now = ui.input(|input| input.time);
        let since = *self.missing_since.get_or_insert(now);
        let left = f64::from(ctx.look.motion.skeleton_after) - (now - since);
        if left > 0.0 {
            ui.ctx().request_repaint_after_secs(left as f32);
        }
        left <= 0.0
    }

    fn table_ui(
        &mut self,
        ctx: &Ctx<'_>,
        ui: &mut Ui,
        version: &DataVersion,
        area: Rect,
        (shown, page, is_late): (u64, Option<&RowsPage>, bool),
    ) {
        let room = Rect::from_min_max(area.min, pos2(area.right() - BAR, area.bottom()));
        let mut table_ui = ui.new_child(UiBuilder::new().max_rect(room));
        let columns: Vec<Column> =
            std::iter::once(Column::new(number_width(version.rows)).resizable(false))
                .chain(version.columns.iter().map(|column| {
                    let width = if column.column_type == ColumnType::Timestamp {
                        COLUMN_WIDTH + 28.0
                    } else {
                        COLUMN_WIDTH
                    };
                    Column::new(width).range(64.0..=600.0).resizable(true)
                }))
                .collect();
        let table = Table::new()
            .id_salt(("rows", version.id.to_string()))
            .num_rows(shown)
            .columns(columns)
            .num_sticky_cols(1)
            .headers([HeaderRow::new(HEAD)])
            .auto_size_mode(AutoSizeMode::Never);
        skip_measuring(&table_ui, &table);
        // The edge of a column shows itself under the pointer; at rest the rows are enough.
        table_ui.visuals_mut().widgets.noninteractive.bg_stroke = egui::Stroke::NONE;
        table.show(
            &mut table_ui,
            &mut RowCells {
                look: ctx.look,
                columns: &version.columns,
                first: self.scroll.first,
                page,
                is_late,
            },
        );
        ui.advance_cursor_after_rect(area);
    }
}

/// Room for the last row's number in monospace.
fn number_width(rows: u64) -> f32 {
    24.0 + 8.0 * format::count(rows).chars().count() as f32
}

fn covers(page: &RowsPage, first: u64, count: u64) -> bool {
    page.first_row <= first && first + count <= page.first_row + page.rows.len() as u64
}

struct RowCells<'a> {
    look: &'a Look,
    columns: &'a [ColumnSpec],
    first: u64,
    page: Option<&'a RowsPage>,
    is_late: bool,
}

impl RowCells<'_> {
    fn side(&self, column: usize) -> Side {
        match self.columns.get(column).map(|column| column.column_type) {
            Some(ColumnType::Integer | ColumnType::Float) => Side::Right,
            _ => Side::Left,
        }
    }

    fn cell(&self, row: u64, column: usize) -> Option<&Option<Arc<str>>> {
        let page = self.page?;
        let place = usize::try_from(row.checked_sub(page.first_row)?).ok()?;
        page.rows.get(place)?.get(column)
    }
}

impl TableDelegate for RowCells<'_> {
    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let rect = ui.max_rect();
        look::paint::hairline(
            ui.painter(),
            rect.left(),
            rect.right(),
            rect.bottom() - 0.5,
            self.look.palette.line,
        );
        let Some(place) = cell.col_range.start.checked_sub(1) else {
            return;
        };
        let Some(column) = self.columns.get(place) else {
            return;
        };
        let side = self.side(place);
        let half = |top: f32| {
            Rect::from_min_size(
                pos2(rect.left(), rect.top() + top),
                vec2(rect.width(), 18.0),
            )
        };
        ui.scope_builder(UiBuilder::new().max_rect(half(4.0)), |ui| {
            let font = (self.look.medium_font(), self.look.palette.text);
            text_cell_ui(ui, &column.name, font, side);
        });
        ui.scope_builder(UiBuilder::new().max_rect(half(22.0)), |ui| {
            let font = (self.look.caption_font(), self.look.palette.text_faint);
            text_cell_ui(ui, column.column_type.word(), font, side);
        });
    }

    fn row_ui(&mut self, ui: &mut Ui, _row_nr: u64) {
        row_ground(self.look, ui, false);
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let look = self.look;
        let row = self.first + cell.row_nr;
        let Some(column) = cell.col_nr.checked_sub(1) else {
            let font = (look.mono_font(), look.palette.text_faint);
            text_cell_ui(ui, &format::count(row + 1), font, Side::Right);
            return;
        };
        let side = self.side(column);
        match self.cell(row, column) {
            Some(Some(text)) => {
                let font = (look.body_font(), look.palette.text);
                text_cell_ui(ui, text, font, side);
            }
            Some(None) => {
                let font = (look.body_font(), look.palette.text_faint);
                text_cell_ui(ui, format::MISSING, font, side);
            }
            None if self.is_late => {
                let rect = ui.max_rect().shrink2(vec2(8.0, 9.0));
                let bar = Rect::from_min_size(rect.min, vec2(rect.width() * 0.6, rect.height()));
                ui.painter().rect_filled(bar, 3, look.palette.tint_neutral);
            }
            None => {}
        }
    }

    fn default_row_height(&self) -> f32 {
        self.look.size.row
    }
}
