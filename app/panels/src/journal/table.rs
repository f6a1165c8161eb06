//! The table of facts: virtual over any number of them, asking for the window in view and for nothing twice.

use std::ops::Range;

use contract::{Command, FactRecord};
use egui::{CornerRadius, Rect, Role, Sense, Ui, pos2, vec2};
use egui_table::{CellInfo, Column, HeaderCellInfo, HeaderRow, PrefetchInfo, Table, TableDelegate};
use look::{format, paint};

use super::data::{FactLine, RunNumbers, block_around, on_page, seq_of_row};
use crate::parts::exact_time;
use crate::table::{Side, head_cell_ui, padded_cell_ui, row_ground, skip_measuring, text_cell_ui};
use crate::{Ctx, Selection, widths};

const HEADS: [(&str, f32, Side); 5] = [
    ("Fact", 64.0, Side::Right),
    ("When", 96.0, Side::Left),
    ("Who", 88.0, Side::Left),
    ("What", 152.0, Side::Left),
    ("Details", 420.0, Side::Left),
];
const WIDEST: f32 = 400.0;
const SALT: &str = "facts";
const LEAST_DETAILS: f32 = 160.0;

/// The window that was asked for last, and when the journal was how long.
#[derive(Debug, Default)]
pub(super) struct Asked {
    window: Option<(Range<u64>, u64)>,
}

pub(super) struct Question<'a> {
    pub runs: &'a RunNumbers,
    /// How many facts there are.
    pub facts: u64,
    pub selected: Option<u64>,
    pub scroll_to: Option<u64>,
}

pub(super) fn table_ui(ctx: &Ctx<'_>, ui: &mut Ui, question: &Question<'_>, asked: &mut Asked) {
    let mut columns: Vec<Column> = HEADS[..4]
        .iter()
        .map(|head| Column::new(head.1).range(48.0..=WIDEST))
        .collect();
    let rest = widths::rest(ui, SALT, &columns, ui.available_width());
    columns.push(widths::fixed(rest.max(LEAST_DETAILS)));
    widths::without_column_lines(ui);
    let mut table = Table::new()
        .id_salt(SALT)
        .num_rows(question.facts)
        .columns(columns)
        .headers([HeaderRow::new(ctx.look.size.row)]);
    if let Some(seq) = question.scroll_to {
        table = table.scroll_to_row(question.facts.saturating_sub(seq), None);
    }
    skip_measuring(ui, &table);
    let mut delegate = FactsDelegate {
        ctx,
        question,
        asked,
        lines: Vec::new(),
        first_row: 0,
    };
    table.show(ui, &mut delegate);
}

struct FactsDelegate<'a> {
    ctx: &'a Ctx<'a>,
    question: &'a Question<'a>,
    asked: &'a mut Asked,
    /// The lines in view, from `first_row` on.
    lines: Vec<Option<(&'a FactRecord, FactLine)>>,
    first_row: u64,
}

impl FactsDelegate<'_> {
    fn line(&self, row: u64) -> Option<&(&FactRecord, FactLine)> {
        let place = usize::try_from(row.checked_sub(self.first_row)?).ok()?;
        self.lines.get(place)?.as_ref()
    }
}

impl TableDelegate for FactsDelegate<'_> {
    fn prepare(&mut self, info: &PrefetchInfo) {
        let facts = self.question.facts;
        let page = &self.ctx.snapshot.journal.page;
        self.first_row = info.visible_rows.start;
        self.lines = info
            .visible_rows
            .clone()
            .map(|row| {
                let record = on_page(page, seq_of_row(row, facts))?;
                Some((record, FactLine::of(&record.fact, self.question.runs)))
            })
            .collect();
        let is_whole = self.lines.iter().all(Option::is_some);
        let window = block_around(info.visible_rows.clone(), facts);
        let was_asked = self.asked.window.as_ref() == Some(&(window.clone(), facts));
        if !is_whole && !window.is_empty() && !was_asked {
            self.ctx.commands.push(Command::ShowFacts {
                first_seq: window.start,
                count: u32::try_from(window.end - window.start).unwrap_or(u32::MAX),
            });
            self.asked.window = Some((window, facts));
        }
    }

    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        if let Some((name, _, side)) = HEADS.get(cell.col_range.start) {
            head_cell_ui(self.ctx.look, ui, name, *side);
        }
    }

    fn row_ui(&mut self, ui: &mut Ui, row: u64) {
        let seq = seq_of_row(row, self.question.facts);
        let is_selected = self.question.selected == Some(seq);
        row_ground(self.ctx.look, ui, is_selected);
        let response = ui.interact(ui.max_rect(), ui.scope_id().with("row"), Sense::click());
        let name = match self.line(row) {
            Some((_, line)) => format!("Fact {seq}, {}, {}", line.what, line.detail),
            None => format!("Fact {seq}"),
        };
        let response = paint::named(ui, response, Role::Row, &name);
        if response.clicked() {
            self.ctx.view.select(Selection::Fact(seq));
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let look = self.ctx.look;
        let palette = &look.palette;
        let second = (look.secondary_font(), palette.text_second);
        let seq = seq_of_row(cell.row_nr, self.question.facts);
        if cell.col_nr == 0 {
            text_cell_ui(ui, &format::count(seq), second, Side::Right);
            return;
        }
        let Some((record, line)) = self.line(cell.row_nr) else {
            on_its_way_ui(self.ctx, ui, cell);
            return;
        };
        match cell.col_nr {
            1 => {
                let ago = format::ago(self.ctx.view.now.unix_millis, record.at.unix_millis);
                let exact = record.at;
                text_cell_ui(ui, &ago, second, Side::Left).on_hover_ui(|ui| {
                    ui.label(exact_time(exact));
                });
            }
            2 => {
                text_cell_ui(ui, &record.actor, second, Side::Left);
            }
            3 => what_cell_ui(self.ctx, ui, line),
            _ => {
                let ink = (look.body_font(), palette.text);
                text_cell_ui(ui, &line.detail, ink, Side::Left);
            }
        }
    }

    fn default_row_height(&self) -> f32 {
        self.ctx.look.size.row
    }
}

fn what_cell_ui(ctx: &Ctx<'_>, ui: &mut Ui, line: &FactLine) {
    let look = ctx.look;
    padded_cell_ui(ui, |ui| {
        let rect = ui.max_rect();
        let ink = match line.tone {
            look::Tone::Neutral => look.palette.text_faint,
            tone => look.palette.tone(tone),
        };
        paint::tone_mark(
            ui.painter(),
            pos2(rect.left() + 4.0, rect.center().y),
            8.0,
            line.tone,
            ink,
        );
        let galley = paint::line(
            ui,
            line.what,
            look.body_font(),
            look.palette.text,
            rect.width() - 16.0,
        );
        let at = pos2(rect.left() + 16.0, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, look.palette.text);
    });
}

/// The shape of a line that was asked for; it comes within a frame or two, so it is quiet.
fn on_its_way_ui(ctx: &Ctx<'_>, ui: &Ui, cell: &CellInfo) {
    let rect = ui.max_rect();
    // Widths that differ, so that it reads as text.
    let share = [0.55, 0.4, 0.7, 0.48][(cell.row_nr as usize + cell.col_nr) % 4];
    let bar = Rect::from_min_size(
        pos2(rect.left() + 8.0, rect.center().y - 4.0),
        vec2((rect.width() - 16.0).max(0.0) * share, 8.0),
    );
    ui.painter()
        .rect_filled(bar, CornerRadius::same(3), ctx.look.palette.tint_neutral);
}
