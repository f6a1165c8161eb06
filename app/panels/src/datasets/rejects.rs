//! The rejected rows of a version: where each stood, what is wrong with it, and its text; at any number of them.

use std::sync::Arc;

use contract::{Command, DataVersion, Refusal, RejectedRow, RejectsPage, RejectsView, Snapshot};
use egui::{Rect, Response, Role, ScrollArea, Sense, Ui, UiBuilder, pos2};
use egui_table::{AutoSizeMode, CellInfo, Column, HeaderCellInfo, HeaderRow, Table, TableDelegate};
use look::{Look, format, icon, paint};

use super::asking::{Asking, on_its_way_ui, refused_ui};
use super::rows::number_width;
use super::scroll::{BAR, RowScroll};
use crate::sight::{Heads, Sight};
use crate::states::{self, Sample};
use crate::table::{Side, head_cell_ui, row_ground, skip_measuring, text_cell_ui};
use crate::{Ctx, widths};

const SALT: &str = "rejected rows";
const HEADS: [(&str, f32, Side); 4] = [
    ("Line", 80.0, Side::Right),
    ("Column", 132.0, Side::Left),
    ("What is wrong", 248.0, Side::Left),
    ("Text", 0.0, Side::Left),
];
const LEAST_TEXT: f32 = 160.0;
/// In less room the rows are not numbered: their lines are what a person looks for.
const WITH_NUMBERS: f32 = 640.0;
const DETAILS: f32 = 148.0;
/// In less room a person scrolls.
const WITH_GO_TO: f32 = 480.0;
/// A line of a table shows no more letters than this.
const MOST_LETTERS: usize = 400;

/// View state: where we are, what was asked for last, and the row whose details are shown.
#[derive(Default)]
pub(super) struct RejectsTable {
    scroll: RowScroll,
    asking: Asking<(u64, u32)>,
    selected: Option<(u64, RejectedRow)>,
    sight: Sight,
}

impl RejectsTable {
    pub(super) fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, version: &Arc<DataVersion>) {
        let look = ctx.look;
        if version.rejected_rows == 0 {
            let said = "No row was rejected: all of them fit the columns";
            return look.nothing_ui(ui, icon::CHECK, said);
        }
        if version.rejects.is_none() {
            let said = "The rejected rows were counted, but not kept";
            return look.nothing_ui(ui, icon::INFO, said);
        }
        let row = look.size.row;
        let free = ui.available_rect_before_wrap();
        let details = match self.selected {
            Some(_) => DETAILS.min(free.height() / 2.0),
            None => 0.0,
        };
        let mut top = free.top() + look.size.control + look.space.xs;
        let hides_columns = self.sight.hides_some();
        if hides_columns {
            top += look.size.control + look.space.xs;
        }
        let area = Rect::from_min_max(
            pos2(free.left(), top),
            pos2(free.right(), (free.bottom() - details).max(top)),
        );
        let body = Rect::from_min_max(pos2(area.left(), area.top() + row), area.max);
        let visible = ((body.height() / row) as u64).max(1);
        let total = version.rejected_rows;
        self.scroll.read_wheel(ui, body, row, total);
        self.scroll.clamp(total, visible);
        let shown = visible.min(total - self.scroll.first);
        let view = ctx.snapshot.rejects.as_ref();
        let page = match view.filter(|view| view.version == version.id) {
            None => None,
            Some(view) => match &view.page {
                Ok(page) => Some(page),
                Err(refusal) => {
                    self.asking.rest();
                    if refused_ui(look, ui, "The rejected rows cannot be shown", refusal) {
                        ctx.commands.push(self.question(version, shown));
                    }
                    return;
                }
            },
        };
        self.caption_ui(ctx, ui, version, visible);
        if hides_columns {
            ui.horizontal(|ui| self.sight.ui(look, ui));
        }
        self.ask(ctx, ui, version, (page, shown));
        let is_here = page.is_some_and(|page| covers(page, self.scroll.first, shown));
        let is_late = self.asking.is_late(look, ui, is_here);
        self.table_ui(ctx, ui, area, (total, shown), (page, is_late));
        let bar = Rect::from_min_max(pos2(area.right() - BAR, body.top()), body.max);
        self.scroll.bar_ui(look, ui, bar, (total, visible));
        if details > 0.0 {
            let room = Rect::from_min_max(pos2(area.left(), area.bottom()), free.max);
            self.details_ui(ctx, ui, room);
        }
    }

    /// Where we are, a field to go elsewhere, and the way out of the program.
    fn caption_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion, visible: u64) {
        let look = ctx.look;
        let total = version.rejected_rows;
        let last = (self.scroll.first + visible).min(total);
        let said = format!(
            "Rejected {} to {} of {}",
            format::count(self.scroll.first + 1),
            format::count(last),
            format::count(total)
        );
        let can_go = total > visible && ui.available_width() > WITH_GO_TO;
        let said = |ui: &mut Ui| {
            ui.add(egui::Label::new(look.secondary(said)).truncate());
        };
        look.ends_ui(ui, look.size.control, said, |ui| {
            if can_go {
                ui.label(look.secondary("Go to"));
                let mut to = self.scroll.first + 1;
                let field = look.number_field_ui(ui, "Go to rejected row", &mut to, 1..=total);
                if field.changed() {
                    self.scroll.first = to - 1;
                    self.scroll.clamp(total, visible);
                }
            }
            let export = look.button_with_icon_ui(ui, icon::DOWNLOAD, "Export…");
            let hint = "Writes all of them to a file, as CSV or JSON lines";
            if export.on_hover_text(hint).clicked() {
                ctx.view.pick_file_for_rejects(version.id.clone());
            }
        });
    }

    fn question(&self, version: &DataVersion, shown: u64) -> Command {
        Command::ShowRejects {
            version: version.id.clone(),
            first: self.scroll.first,
            count: u32::try_from(shown).unwrap_or(u32::MAX),
        }
    }

    /// Asks for the rows in view, unless they are here or on their way.
    fn ask(
        &mut self,
        ctx: &Ctx<'_>,
        ui: &Ui,
        version: &DataVersion,
        (page, shown): (Option<&RejectsPage>, u64),
    ) {
        let first = self.scroll.first;
        if page.is_some_and(|page| covers(page, first, shown)) {
            return self.asking.rest();
        }
        let wanted = (first, u32::try_from(shown).unwrap_or(u32::MAX));
        let is_answered = |asked: &(u64, u32)| page.is_some_and(|page| page.first == asked.0);
        if self.asking.asks(ui, wanted, is_answered) {
            ctx.commands.push(self.question(version, shown));
        }
    }

    fn table_ui(
        &mut self,
        ctx: &Ctx<'_>,
        ui: &mut Ui,
        area: Rect,
        (total, shown): (u64, u64),
        (page, is_late): (Option<&RejectsPage>, bool),
    ) {
        let room = Rect::from_min_max(area.min, pos2(area.right() - BAR, area.bottom()));
        let mut table_ui = ui.new_child(UiBuilder::new().max_rect(room));
        let has_numbers = room.width() >= WITH_NUMBERS;
        let mut columns = Vec::new();
        if has_numbers {
            columns.push(widths::fixed(number_width(total)));
        }
        let dragged = HEADS.iter().take(HEADS.len() - 1);
        columns.extend(dragged.map(|head| {
            let id = egui::Id::unique((SALT, head.0));
            Column::new(head.1).id(id).range(56.0..=600.0)
        }));
        let rest = widths::rest(&table_ui, SALT, &columns, room.width());
        columns.push(widths::fixed(rest.max(LEAST_TEXT)));
        widths::without_column_lines(&mut table_ui);
        let table = Table::new()
            .id_salt(SALT)
            .num_rows(shown)
            .columns(columns.clone())
            .headers([HeaderRow::new(ctx.look.size.row)])
            .auto_size_mode(AutoSizeMode::Never);
        skip_measuring(&table_ui, &table);
        let table = self.sight.aim(&table_ui, table, &columns, room.width());
        let mut cells = RejectCells {
            ctx,
            first: self.scroll.first,
            page,
            is_late,
            heads: usize::from(has_numbers),
            selected: self.selected.as_ref().map(|selected| selected.0),
            clicked: None,
            looked: Heads::default(),
        };
        table.show(&mut table_ui, &mut cells);
        let looked = std::mem::take(&mut cells.looked);
        if let Some(row) = cells.clicked.take() {
            let is_open = self.selected.as_ref().map(|selected| selected.0) == Some(row);
            self.selected = match cells.row(row) {
                Some(rejected) if !is_open => Some((row, rejected.clone())),
                _ => None,
            };
        }
        ui.advance_cursor_after_rect(area);
        self.sight.take(ui, looked, 0..columns.len());
    }

    /// The row that was clicked, whole, with its text as it stood.
    fn details_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, room: Rect) {
        let look = ctx.look;
        let Some((number, rejected)) = &self.selected else {
            return;
        };
        let mut is_closed = false;
        ui.scope_builder(UiBuilder::new().max_rect(room), |ui| {
            look.hairline_ui(ui);
            let head = |ui: &mut Ui| {
                let head = format!("Line {}", format::count(rejected.line));
                ui.label(look.strong(head));
                ui.add(egui::Label::new(look.secondary(wrong(rejected))).truncate());
            };
            look.ends_ui(ui, look.size.control, head, |ui| {
                let copy = look.icon_button_ui(ui, icon::COPY, copy_word(rejected));
                if copy.clicked() {
                    ctx.view.copy(&*rejected.text);
                }
                is_closed = look
                    .icon_button_ui(ui, icon::CLOSE, "Close the details")
                    .clicked();
            });
            ScrollArea::both()
                .id_salt(("rejected text", number))
                .auto_shrink(false)
                .show(ui, |ui| {
                    let text = egui::Label::new(look.mono(&*rejected.text));
                    ui.add(text.selectable(true).extend());
                    if rejected.is_cut {
                        let said = "Only the beginning is shown; the export has all of it";
                        ui.label(look.caption(said));
                    }
                });
        });
        if is_closed {
            self.selected = None;
        }
    }
}

fn covers(page: &RejectsPage, first: u64, count: u64) -> bool {
    page.first <= first && first + count <= page.first + page.rows.len() as u64
}

fn copy_word(rejected: &RejectedRow) -> &'static str {
    match rejected.is_cut {
        true => "Copy the beginning of the line",
        false => "Copy the line",
    }
}

/// What is wrong, and where: “Too few fields: 4 instead of 6, from bemerkung on”.
pub(super) fn wrong(rejected: &RejectedRow) -> String {
    match &rejected.column {
        Some(column) => format!("{}; column {column}", rejected.error),
        None => rejected.error.to_string(),
    }
}

/// The beginning of a text on one line, with what breaks lines and jumps made visible.
pub(super) fn one_line(text: &str, is_cut: bool) -> String {
    let mut letters = text.chars();
    let mut line: String = letters
        .by_ref()
        .take(MOST_LETTERS)
        .map(|letter| match letter {
            '\n' => '⏎',
            '\t' => '→',
            letter if letter.is_control() => '·',
            letter => letter,
        })
        .collect();
    if is_cut || letters.next().is_some() {
        line.push('…');
    }
    line
}

/// Rejected rows in every shape: a few, more than can be here, long ones, none, and a damaged file of them.
pub(super) fn states() -> Vec<(&'static str, Snapshot)> {
    let few = states::rejected_rows();
    let many = states::three_million_rejects();
    let of = |version: &DataVersion| Sample::new().dataset(vec![version.clone()]);
    let mut long = states::rejects_of(&few, 0, 41);
    if let Ok(page) = &mut long.page
        && let Some(row) = page.rows.first_mut()
    {
        row.text = "4711;2026-03-01 04:00:00;".repeat(640).into();
        row.is_cut = true;
    }
    let damaged = RejectsView {
        version: few.id.clone(),
        page: Err(Refusal::with_hint(
            "object 4d4d4d4d is damaged: its content does not match its name",
            "restore it from a backup of the project folder",
        )),
    };
    vec![
        (
            "rejected_rows",
            of(&few)
                .rows(&few, 0, 2_000)
                .points(&few, 18_204)
                .rejects(&few, 0, 41)
                .done(),
        ),
        ("long_rejected_rows", of(&few).rejects_view(long).done()),
        (
            "three_million_rejected_rows",
            of(&many).rejects(&many, 0, 60).done(),
        ),
        ("rejected_rows_on_their_way", of(&many).done()),
        (
            "rejected_rows_damaged",
            of(&few).rejects_view(damaged).done(),
        ),
    ]
}

struct RejectCells<'a> {
    ctx: &'a Ctx<'a>,
    first: u64,
    page: Option<&'a RejectsPage>,
    is_late: bool,
    /// Columns before those of [`HEADS`].
    heads: usize,
    selected: Option<u64>,
    clicked: Option<u64>,
    looked: Heads,
}

impl<'a> RejectCells<'a> {
    fn row(&self, row: u64) -> Option<&'a RejectedRow> {
        let page = self.page?;
        let place = usize::try_from(row.checked_sub(page.first)?).ok()?;
        page.rows.get(place)
    }

    fn menu_ui(&self, response: &Response, rejected: &RejectedRow) {
        response.context_menu(|ui| {
            if ui.button(copy_word(rejected)).clicked() {
                self.ctx.view.copy(&*rejected.text);
            }
            if ui.button("Copy what is wrong").clicked() {
                let said = format!("Line {}: {}", rejected.line, wrong(rejected));
                self.ctx.view.copy(said);
            }
        });
    }
}

impl TableDelegate for RejectCells<'_> {
    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        self.looked.see(ui, cell.col_range.start);
        let head = cell.col_range.start.checked_sub(self.heads);
        let (name, side) = match head.and_then(|place| HEADS.get(place)) {
            Some((name, _, side)) => (*name, *side),
            None => ("", Side::Right),
        };
        head_cell_ui(self.ctx.look, ui, name, side);
    }

    fn row_ui(&mut self, ui: &mut Ui, row: u64) {
        let row = self.first + row;
        row_ground(self.ctx.look, ui, self.selected == Some(row));
        let Some(rejected) = self.row(row) else {
            return;
        };
        let response = ui.interact(ui.max_rect(), ui.scope_id().with("row"), Sense::click());
        let name = format!("Line {}, {}", rejected.line, wrong(rejected));
        let response = paint::named(ui, response, Role::Row, &name);
        if response.clicked() {
            self.clicked = Some(row);
        }
        self.menu_ui(&response, rejected);
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let look: &Look = self.ctx.look;
        let palette = &look.palette;
        let row = self.first + cell.row_nr;
        let Some(column) = cell.col_nr.checked_sub(self.heads) else {
            let font = (look.mono_font(), palette.text_faint);
            text_cell_ui(ui, &format::count(row + 1), font, Side::Right);
            return;
        };
        let Some(rejected) = self.row(row) else {
            if self.is_late {
                on_its_way_ui(look, ui);
            }
            return;
        };
        let body = (look.body_font(), palette.text);
        match column {
            0 => {
                let font = (look.mono_font(), palette.text_second);
                text_cell_ui(ui, &format::count(rejected.line), font, Side::Right);
            }
            1 => match &rejected.column {
                Some(column) => {
                    text_cell_ui(ui, column, body, Side::Left);
                }
                None => {
                    let font = (look.body_font(), palette.text_faint);
                    text_cell_ui(ui, format::MISSING, font, Side::Left);
                }
            },
            2 => {
                text_cell_ui(ui, &rejected.error, body, Side::Left);
            }
            _ => {
                let line = one_line(&rejected.text, rejected.is_cut);
                let font = (look.mono_font(), palette.text_second);
                text_cell_ui(ui, &line, font, Side::Left);
            }
        }
    }

    fn default_row_height(&self) -> f32 {
        self.ctx.look.size.row
    }
}
