//! The rows of a version as a virtual table: asks for exactly what is in view, at any number of rows and columns.

use std::ops::Range;
use std::sync::Arc;

use contract::{ColumnSpec, ColumnType, Command, DataVersion, DataVersionRef, Refusal, RowsPage};
use egui::{Rect, Ui, UiBuilder, pos2, vec2};
use egui_table::{
    AutoSizeMode, CellInfo, Column, HeaderCellInfo, HeaderRow, PrefetchInfo, Table, TableDelegate,
};
use look::{Look, format};

use super::asking::{Asking, on_its_way_ui, refused_ui};
use super::scroll::{BAR, RowScroll};
use crate::Ctx;
use crate::sight::{Heads, Sight};
use crate::table::{Side, row_ground, skip_measuring, text_cell_ui};

const HEAD: f32 = 44.0;
const COLUMN_WIDTH: f32 = 132.0;
/// In less room a person scrolls.
const WITH_GO_TO: f32 = 184.0;
/// The number of the row never scrolls away.
const STICKY: usize = 1;

/// A table of no more columns is asked for as a whole.
const WHOLE_TABLE: usize = 48;

/// Columns that are asked for beyond either edge, so that scrolling a little shows no gap.
const BEYOND_EDGE: usize = 16;

type Question = (u64, u32, Option<Range<usize>>);

/// View state: where we are, and what was asked for last.
#[derive(Default)]
pub(super) struct RowsTable {
    scroll: RowScroll,
    asking: Asking<Question>,
    /// In the frame before.
    columns_in_view: Range<usize>,
    sight: Sight,
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
        let view = ctx.snapshot.rows.as_ref();
        let page = match view.filter(|rows| rows.version == version.id) {
            None => None,
            Some(rows) => match &rows.page {
                Ok(page) => Some(page),
                Err(refusal) => {
                    let wanted = (self.scroll.first, shown);
                    return self.refused_ui(ctx, ui, version, (refusal, wanted));
                }
            },
        };
        let first = self.scroll.first;
        let is_here = |columns: &Range<usize>| {
            shown == 0 || page.is_some_and(|page| covers(page, first, shown, columns))
        };
        let was_here = is_here(&self.columns_in_view);
        let is_late = self.asking.is_late(look, ui, was_here);
        let columns = self.table_ui(ctx, ui, version, area, (shown, page, is_late));
        if is_here(&columns) {
            self.asking.rest();
        } else {
            self.ask(ctx, ui, version, (page, shown), &columns);
        }
        self.columns_in_view = columns;
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
            self.sight.ui(look, ui);
            if version.rows > visible && ui.available_width() > WITH_GO_TO {
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

    /// Asks for what is in view, unless it is on its way.
    fn ask(
        &mut self,
        ctx: &Ctx<'_>,
        ui: &Ui,
        version: &DataVersion,
        (page, shown): (Option<&RowsPage>, u64),
        in_view: &Range<usize>,
    ) {
        let count = u32::try_from(shown).unwrap_or(u32::MAX);
        let columns = asked_columns(version.columns.len(), in_view);
        let wanted = (self.scroll.first, count, columns.clone());
        let is_answered = |asked: &Question| {
            page.is_some_and(|page| {
                let columns = asked.2.clone();
                page.first_row == asked.0 && columns.is_none_or(|asked| asked == page.columns)
            })
        };
        if self.asking.asks(ui, wanted, is_answered) {
            let rows = (self.scroll.first, shown);
            ctx.commands.push(question(&version.id, rows, columns));
        }
    }

    fn refused_ui(
        &mut self,
        ctx: &Ctx<'_>,
        ui: &mut Ui,
        version: &DataVersion,
        (refusal, rows): (&Refusal, (u64, u64)),
    ) {
        self.asking.rest();
        if refused_ui(ctx.look, ui, "The rows cannot be shown", refusal) {
            let columns = asked_columns(version.columns.len(), &self.columns_in_view);
            ctx.commands.push(question(&version.id, rows, columns));
        }
    }

    fn table_ui(
        &mut self,
        ctx: &Ctx<'_>,
        ui: &mut Ui,
        version: &DataVersion,
        area: Rect,
        (shown, page, is_late): (u64, Option<&RowsPage>, bool),
    ) -> Range<usize> {
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
            .columns(columns.clone())
            .num_sticky_cols(STICKY)
            .headers([HeaderRow::new(HEAD)])
            .auto_size_mode(AutoSizeMode::Never);
        skip_measuring(&table_ui, &table);
        let table = self.sight.aim(&table_ui, table, &columns, room.width());
        // The edge of a column shows itself under the pointer; at rest the rows are enough.
        table_ui.visuals_mut().widgets.noninteractive.bg_stroke = egui::Stroke::NONE;
        let mut cells = RowCells {
            look: ctx.look,
            columns: &version.columns,
            first: self.scroll.first,
            page,
            is_late,
            columns_in_view: 0..0,
            heads: Heads::from(STICKY),
        };
        table.show(&mut table_ui, &mut cells);
        ui.advance_cursor_after_rect(area);
        self.sight.take(ui, cells.heads, STICKY..columns.len());
        cells.columns_in_view
    }
}

/// Asks for rows to be shown, `count` of them from `first` on.
pub(crate) fn question(
    version: &DataVersionRef,
    (first, count): (u64, u64),
    columns: Option<Range<usize>>,
) -> Command {
    Command::ShowRows {
        version: version.clone(),
        first_row: first,
        count: u32::try_from(count).unwrap_or(u32::MAX),
        columns,
    }
}

/// Room for the last row's number in monospace.
pub(super) fn number_width(rows: u64) -> f32 {
    24.0 + 8.0 * format::count(rows).chars().count() as f32
}

fn covers(page: &RowsPage, first: u64, count: u64, columns: &Range<usize>) -> bool {
    let has_columns = columns.is_empty()
        || (page.columns.start <= columns.start && columns.end <= page.columns.end);
    let end = page.first_row + page.rows.len() as u64;
    has_columns && page.first_row <= first && first + count <= end
}

/// What is asked for of a table of `count` columns while these are in view; `None` is all of them.
pub(super) fn asked_columns(count: usize, in_view: &Range<usize>) -> Option<Range<usize>> {
    (count > WHOLE_TABLE).then(|| {
        let end = (in_view.end + BEYOND_EDGE).min(count);
        in_view.start.saturating_sub(BEYOND_EDGE).min(end)..end
    })
}

struct RowCells<'a> {
    look: &'a Look,
    columns: &'a [ColumnSpec],
    first: u64,
    page: Option<&'a RowsPage>,
    is_late: bool,
    columns_in_view: Range<usize>,
    heads: Heads,
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
        let column = column.checked_sub(page.columns.start)?;
        page.rows.get(place)?.get(column)
    }
}

impl TableDelegate for RowCells<'_> {
    fn prepare(&mut self, info: &PrefetchInfo) {
        // The first of the table's columns is the number of the row.
        let columns = &info.visible_columns;
        self.columns_in_view = columns.start.saturating_sub(1)..columns.end.saturating_sub(1);
    }

    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        self.heads.see(ui, cell.col_range.start);
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
                let shown = match side {
                    Side::Right => format::with_minus(text),
                    Side::Left => (&**text).into(),
                };
                text_cell_ui(ui, &shown, font, side);
            }
            Some(None) => {
                let font = (look.body_font(), look.palette.text_faint);
                text_cell_ui(ui, format::MISSING, font, side);
            }
            None if self.is_late => on_its_way_ui(look, ui),
            None => {}
        }
    }

    fn default_row_height(&self) -> f32 {
        self.look.size.row
    }
}
