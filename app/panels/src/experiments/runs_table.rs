//! The runs table: virtual, sorted by a click on a head, selected by clicks with the keys that everybody knows.

use egui::{Id, Rect, Role, Sense, Ui, pos2, vec2};
use egui_table::{CellInfo, Column, HeaderCellInfo, HeaderRow, PrefetchInfo, Table, TableDelegate};
use look::{Look, Sort, paint};

use super::columns::{Direction, RunColumn};
use super::keyboard::Keyboard;
use super::naming::metric_word;
use super::progress::state_tone;
use super::result::RunResult;
use super::rows::{Question, RunEntry, RunsTable};
use super::run_color;
use super::selection::{self, SelectedRuns};
use crate::table::{
    Side, head_cell_ui, is_under_pointer, padded_cell_ui, row_ground, skip_measuring, text_cell_ui,
};
use crate::{Ctx, widths};

const SALT: &str = "runs";
const NARROWEST: f32 = 56.0;
const WIDEST: f32 = 480.0;

/// What a row was clicked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Click {
    Select(selection::Click),
    Open,
}

pub(super) struct Shown<'a> {
    pub table: &'a RunsTable,
    pub columns: &'a [RunColumn],
    pub question: &'a mut Question,
    pub selected: &'a SelectedRuns,
    pub keyboard: &'a mut Keyboard,
    /// The run whose curve is under the pointer.
    pub lit: Option<u64>,
    /// The run whose row is under the pointer, once it is drawn.
    pub hovered: Option<u64>,
}

/// How wide the mark of a selected run is, and of one that is lit up.
const BAR: f32 = 3.0;
const LIT_BAR: f32 = 6.0;

/// Draws the table; gives the row that was clicked.
pub(super) fn runs_table_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    shown: &mut Shown<'_>,
) -> Option<(usize, Click)> {
    if shown.table.is_empty() {
        ctx.look
            .nothing_ui(ui, look::icon::FILTER, "No run passes the filter");
        return None;
    }
    let order = order(shown.columns);
    let mut columns: Vec<Column> = order
        .iter()
        .flatten()
        .map(|column| {
            Column::new(column.width())
                .range(NARROWEST..=WIDEST)
                .id(Id::unique(("runs column", column)))
        })
        .collect();
    let rest = widths::rest(ui, SALT, &columns, ui.available_width());
    let gap = order
        .iter()
        .position(Option::is_none)
        .unwrap_or(columns.len());
    columns.insert(gap, widths::fixed(rest).id(Id::unique("runs column rest")));
    widths::without_column_lines(ui);
    let mut table = Table::new()
        .id_salt(SALT)
        .num_rows(shown.table.len() as u64)
        .columns(columns)
        .num_sticky_cols(1)
        .headers([HeaderRow::new(ctx.look.size.row)]);
    if let Some(row) = shown.keyboard.take_scroll() {
        table = table.scroll_to_row(row, None);
    }
    skip_measuring(ui, &table);
    let mut delegate = RunsDelegate {
        ctx,
        shown,
        order: &order,
        first_row: 0,
        is_named: Vec::new(),
        clicked: None,
    };
    table.show(ui, &mut delegate);
    delegate.clicked
}

/// The columns with a gap before the first number: words keep to the left edge, numbers to the right one.
fn order(columns: &[RunColumn]) -> Vec<Option<RunColumn>> {
    let gap = columns
        .iter()
        .position(RunColumn::is_number)
        .unwrap_or(columns.len());
    let mut order: Vec<Option<RunColumn>> = columns.iter().cloned().map(Some).collect();
    order.insert(gap, None);
    order
}

struct RunsDelegate<'a, 'b> {
    ctx: &'a Ctx<'a>,
    shown: &'a mut Shown<'b>,
    order: &'a [Option<RunColumn>],
    first_row: u64,
    /// Rows in view that have their name; the fixed and the moving columns are two halves of one row.
    is_named: Vec<bool>,
    clicked: Option<(usize, Click)>,
}

impl RunsDelegate<'_, '_> {
    fn entry(&self, row: u64) -> Option<&RunEntry> {
        self.shown.table.row(usize::try_from(row).ok()?)
    }

    /// The run of a curve under the pointer, or of the row itself where its curves light up with it.
    fn is_lit(&self, number: u64) -> bool {
        let selected = self.shown.selected;
        let is_hovered = self.shown.hovered == Some(number);
        let is_compared = selected.len() > 1 && selected.contains(number);
        self.shown.lit == Some(number) || (is_hovered && is_compared)
    }

    /// True once a frame for each row.
    fn is_first_half(&mut self, row: u64) -> bool {
        let place = usize::try_from(row.saturating_sub(self.first_row)).unwrap_or(0);
        match self.is_named.get_mut(place) {
            Some(is_named) => !std::mem::replace(is_named, true),
            None => true,
        }
    }
}

impl TableDelegate for RunsDelegate<'_, '_> {
    fn prepare(&mut self, info: &PrefetchInfo) {
        self.first_row = info.visible_rows.start;
        let rows = info.visible_rows.end - info.visible_rows.start;
        self.is_named = vec![false; usize::try_from(rows).unwrap_or(0)];
    }

    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let look = self.ctx.look;
        let Some(Some(column)) = self.order.get(cell.col_range.start) else {
            head_cell_ui(look, ui, "", Side::Left);
            return;
        };
        let bottom = ui.max_rect().bottom() - 0.5;
        let edges = ui.max_rect().x_range();
        paint::hairline(
            ui.painter(),
            edges.min,
            edges.max,
            bottom,
            look.palette.line,
        );
        let question = &mut *self.shown.question;
        let is_sorted = question.column == *column;
        let sort = is_sorted.then_some(match question.direction {
            Direction::Rising => Sort::Up,
            Direction::Falling => Sort::Down,
        });
        let head = padded_cell_ui(ui, |ui| {
            look.column_head_ui(ui, &column.title(), sort, column.is_number())
        });
        if head.on_hover_text(column.explanation()).clicked() {
            question.direction = if is_sorted {
                question.direction.turned()
            } else {
                column.first_direction()
            };
            question.column = column.clone();
        }
    }

    fn row_ui(&mut self, ui: &mut Ui, row: u64) {
        let Some(entry) = self.entry(row) else {
            return;
        };
        let number = entry.run.number;
        let name = spoken(entry);
        let is_selected = self.shown.selected.contains(number);
        row_ground(self.ctx.look, ui, is_selected);
        if is_under_pointer(ui, ui.max_rect()) {
            self.shown.hovered = Some(number);
        }
        if self.is_lit(number) {
            // Lines, and no tint: everything on the row is read as before.
            let (ink, rect) = (run_color(self.ctx.look, number), ui.max_rect());
            for y in [rect.top() + 0.5, rect.bottom() - 0.5] {
                paint::hairline(ui.painter(), rect.left(), rect.right(), y, ink);
            }
        }
        let is_first = self.is_first_half(row);
        // The second half follows the pointer too, but is no second stop for the keyboard.
        let sense = if is_first {
            Sense::click()
        } else {
            Sense::CLICK
        };
        let mut response = ui.interact(ui.max_rect(), ui.scope_id().with("row"), sense);
        if is_first {
            response = paint::named(ui, response, Role::Row, &name);
            paint::focus_ring(self.ctx.look, ui, &response, egui::CornerRadius::ZERO);
        }
        let Ok(row) = usize::try_from(row) else {
            return;
        };
        let rows = self.shown.table.len();
        let keyboard = &mut *self.shown.keyboard;
        if is_first && let Some(asked) = keyboard.row_ui(ui, &response, (row, rows)) {
            self.clicked = Some(asked);
        } else if response.double_clicked() {
            self.clicked = Some((row, Click::Open));
        } else if response.clicked() {
            keyboard.come_to(ui, row);
            let modifiers = ui.input(|input| input.modifiers);
            let how = match (modifiers.command, modifiers.shift) {
                (_, true) => selection::Click::Extend,
                (true, false) => selection::Click::Toggle,
                (false, false) => selection::Click::Plain,
            };
            self.clicked = Some((row, Click::Select(how)));
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let look = self.ctx.look;
        let palette = &look.palette;
        let (Some(Some(column)), Some(entry)) =
            (self.order.get(cell.col_nr), self.entry(cell.row_nr))
        else {
            return;
        };
        let result = entry.result.as_ref();
        let text = column.text(&entry.run, result, self.ctx.view.now);
        match column {
            RunColumn::Run => {
                let number = entry.run.number;
                let is_selected = self.shown.selected.contains(number);
                let bar = match (is_selected, self.is_lit(number)) {
                    (true, true) => LIT_BAR,
                    (true, false) => BAR,
                    (false, _) => 0.0,
                };
                run_cell_ui(self.ctx, ui, entry, bar);
                let has_box = self.shown.hovered == Some(number) || self.shown.selected.len() > 1;
                if has_box && check_box_ui(self.ctx.look, ui, number, is_selected) {
                    let toggle = Click::Select(selection::Click::Toggle);
                    if let Ok(row) = usize::try_from(cell.row_nr) {
                        self.shown.keyboard.come_to(ui, row);
                        self.clicked = Some((row, toggle));
                    }
                }
            }
            RunColumn::Result => result_cell_ui(self.ctx, ui, &text, result),
            RunColumn::Gain | RunColumn::Skill => {
                let gain = result.and_then(RunResult::gain).unwrap_or(0.0);
                let ink = match gain {
                    gain if gain > 0.0 => palette.done,
                    gain if gain < 0.0 => palette.fail,
                    _ => palette.text_second,
                };
                text_cell_ui(ui, &text, (look.body_font(), ink), Side::Right);
            }
            RunColumn::Started => {
                let at = entry.run.started;
                let ink = (look.body_font(), palette.text_second);
                text_cell_ui(ui, &text, ink, Side::Right)
                    .on_hover_ui(|ui| drop(ui.label(crate::parts::exact_time(at))));
            }
            column if column.is_code() => {
                text_cell_ui(
                    ui,
                    &text,
                    (look.mono_font(), palette.text_second),
                    Side::Left,
                );
            }
            column => {
                let side = if column.is_number() {
                    Side::Right
                } else {
                    Side::Left
                };
                text_cell_ui(ui, &text, (look.body_font(), palette.text), side);
            }
        }
    }

    fn default_row_height(&self) -> f32 {
        self.ctx.look.size.row
    }
}

/// The state's shape, the run's number, and its colour where it is drawn in the charts.
fn run_cell_ui(ctx: &Ctx<'_>, ui: &mut Ui, entry: &RunEntry, bar_width: f32) {
    let look = ctx.look;
    let run = &entry.run;
    let rect = ui.max_rect();
    let color = run_color(look, run.number);
    if bar_width > 0.0 {
        let bar = Rect::from_min_size(
            pos2(rect.left(), rect.top() + 4.0),
            vec2(bar_width, rect.height() - 8.0),
        );
        ui.painter().rect_filled(bar, 1, color);
    }
    let tone = state_tone(run.state);
    let ink = match tone {
        look::Tone::Neutral => look.palette.text_faint,
        tone => look.palette.tone(tone),
    };
    let mark = pos2(rect.left() + 36.0, rect.center().y);
    paint::tone_mark(ui.painter(), mark, 8.0, tone, ink);
    let number = run.number.to_string();
    let text = paint::line(
        ui,
        &number,
        look.medium_font(),
        look.palette.text,
        rect.width() - 52.0,
    );
    let at = pos2(rect.left() + 48.0, rect.center().y - text.size().y / 2.0);
    ui.painter().galley(at, text, look.palette.text);
}

/// Ticks the runs that are to be compared. The keyboard does it with Space on the row.
fn check_box_ui(look: &Look, ui: &Ui, number: u64, mut is_ticked: bool) -> bool {
    const SIDE: f32 = 14.0;
    let center = pos2(ui.max_rect().left() + 17.0, ui.max_rect().center().y);
    let place = Rect::from_center_size(center, vec2(24.0, ui.max_rect().height()));
    let id = ui.scope_id().with("compare");
    let response = ui.interact(place, id, Sense::CLICK);
    let is_clicked = response.clicked();
    is_ticked ^= is_clicked;
    let palette = &look.palette;
    let edge = if response.hovered() {
        palette.text_second
    } else {
        palette.line_strong
    };
    let square = Rect::from_center_size(center, egui::Vec2::splat(SIDE));
    let stroke = egui::Stroke::new(1.0, edge);
    let painter = ui.painter();
    painter.rect(square, 3, palette.ground, stroke, egui::StrokeKind::Inside);
    if is_ticked {
        painter.text(
            center,
            egui::Align2::CENTER_CENTER,
            look::icon::CHECK.0,
            look.icon_font(12.0),
            palette.accent,
        );
    }
    let said = format!("Compare run {number}");
    response.widget_info(|| egui::WidgetInfo::selected(Role::CheckBox, true, is_ticked, &said));
    response.on_hover_text(format!("{said}; on its row, Space does it"));
    is_clicked
}

/// The value at the right, the metric's name small before it. What is not from the test rows is faint and says so.
fn result_cell_ui(ctx: &Ctx<'_>, ui: &mut Ui, text: &str, result: Option<&RunResult>) {
    let look = ctx.look;
    let rect = ui.max_rect();
    let mark = result.and_then(RunResult::split_mark);
    let ink = if mark.is_some() {
        look.palette.text_faint
    } else {
        look.palette.text
    };
    let value = paint::line(ui, text, look.body_font(), ink, rect.width() - 16.0);
    let left = rect.right() - 8.0 - value.size().x;
    let y = rect.center().y - value.size().y / 2.0;
    ui.painter().galley(pos2(left, y), value, ink);
    let Some(result) = result else {
        return;
    };
    let room = left - rect.left() - 16.0;
    if room > 24.0 {
        let ink = look.palette.text_faint;
        let word = metric_word(result.metric);
        let name = match mark {
            Some(mark) => format!("{word}, {mark}"),
            None => word.into_owned(),
        };
        let name = paint::line(ui, &name, look.caption_font(), ink, room);
        let at = pos2(
            left - 8.0 - name.size().x,
            rect.center().y - name.size().y / 2.0,
        );
        ui.painter().galley(at, name, ink);
    }
    if mark.is_some() {
        let response = ui.allocate_rect(rect, Sense::hover());
        response.on_hover_text(format!(
            "Measured on the {} rows; the run is compared on its test rows once it has finished",
            result.split.word()
        ));
    }
}

/// What a screen reader says of a row.
fn spoken(entry: &RunEntry) -> String {
    let run = &entry.run;
    let mut said = format!(
        "Run {}, {}, {}",
        run.number,
        run.state.word(),
        run.recipe.data
    );
    if let Some(result) = &entry.result {
        said.push_str(&format!(
            ", {} {}",
            metric_word(result.metric),
            look::format::metric(result.value)
        ));
        if result.split_mark().is_some() {
            said.push_str(&format!(" on the {} rows", result.split.word()));
        }
    }
    said
}
