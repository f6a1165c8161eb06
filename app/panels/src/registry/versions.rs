//! The versions of a model as a timeline: newest at the top, flags where aliases point, what each gained.

use contract::{Model, ModelName, ModelVersion, Snapshot};
use egui::{Rect, ScrollArea, Sense, Stroke, Ui, pos2, vec2};
use look::{format, paint};

use super::data::{VersionRow, version_rows};
use super::flag;
use crate::experiments::signed_metric;
use crate::parts::exact_time;
use crate::{Ctx, Selection};

const ROW: f32 = 56.0;
/// Where the line of time runs.
const LINE: f32 = 16.0;

/// The rows of the open model, kept while the snapshot stays.
#[derive(Debug, Default)]
pub(super) struct KeptRows {
    of: Option<(u64, ModelName)>,
    rows: Vec<VersionRow>,
}

impl KeptRows {
    pub(super) fn of(&mut self, snapshot: &Snapshot, model: &Model) -> &[VersionRow] {
        let key = (snapshot.revision, model.name.clone());
        if self.of.as_ref() != Some(&key) || self.rows.len() != model.versions.len() {
            self.rows = version_rows(model, snapshot);
            self.of = Some(key);
        }
        &self.rows
    }
}

pub(super) fn versions_ui(ctx: &Ctx<'_>, ui: &mut Ui, rows: &[VersionRow], open: &ModelVersion) {
    ctx.look.section_ui(ui, "Versions");
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical()
        .id_salt("versions")
        .auto_shrink(false)
        .show_rows(ui, ROW, rows.len(), |ui, range| {
            ui.set_max_width(ui.available_width() - 10.0);
            for index in range {
                if let Some(row) = rows.get(index) {
                    let ends = (index == 0, index + 1 == rows.len());
                    version_ui(ctx, ui, row, row.id == open.id, ends);
                }
            }
        });
}

fn version_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    row: &VersionRow,
    is_open: bool,
    (is_newest, is_oldest): (bool, bool),
) {
    let look = ctx.look;
    let name = spoken(row);
    let top = ui.cursor().top();
    let left = ui.cursor().left();
    let shown = look.tall_row_ui(ui, &name, (is_open, ROW), |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.add_space(LINE + look.space.s);
        let width = ui.available_width();
        let (rect, _) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
        paint_texts(ctx, ui, row, rect);
    });
    let center = pos2(left + LINE, top + ROW / 2.0);
    paint_time(ctx, ui, center, (is_newest, is_oldest));
    let response = shown.response.on_hover_text(exact_time(row.created));
    if response.clicked() {
        ctx.view.select(Selection::ModelVersion(row.id.clone()));
    }
}

/// The line from one version to the next, with a dot for this one.
fn paint_time(ctx: &Ctx<'_>, ui: &Ui, center: egui::Pos2, (is_newest, is_oldest): (bool, bool)) {
    let palette = &ctx.look.palette;
    let painter = ui.painter();
    let stroke = Stroke::new(1.5, palette.line_strong);
    let (half, gap) = (ROW / 2.0, 8.0);
    if !is_newest {
        painter.vline(center.x, center.y - half..=center.y - gap, stroke);
    }
    if !is_oldest {
        painter.vline(center.x, center.y + gap..=center.y + half, stroke);
    }
    // What is the champion is told by its flag.
    painter.circle_stroke(center, 4.0, Stroke::new(1.5, palette.text_faint));
}

fn paint_texts(ctx: &Ctx<'_>, ui: &Ui, row: &VersionRow, rect: Rect) {
    let look = ctx.look;
    let palette = &look.palette;
    let painter = ui.painter();
    let upper = rect.top() + 10.0;
    let lower = rect.top() + 30.0;
    let value = row
        .value
        .map_or_else(|| format::MISSING.into(), format::metric);
    let figure = paint::line(ui, &value, look.medium_font(), palette.text, 90.0);
    let right = rect.right();
    painter.galley(pos2(right - figure.size().x, upper), figure, palette.text);
    let below = match row.change.filter(|change| *change != 0.0) {
        Some(change) => (
            format!("{} {}", signed_metric(change), row.metric),
            if change > 0.0 {
                palette.done
            } else {
                palette.fail
            },
        ),
        None => (row.metric.to_owned(), palette.text_faint),
    };
    let below_line = paint::line(ui, &below.0, look.caption_font(), below.1, 130.0);
    let below_left = right - below_line.size().x;
    painter.galley(pos2(below_left, lower), below_line, below.1);

    let number = format!("v{}", row.id.version);
    let title = paint::line(ui, &number, look.medium_font(), palette.text, 80.0);
    let mut x = rect.left() + title.size().x + look.space.s;
    painter.galley(pos2(rect.left(), upper), title, palette.text);
    for flag in &row.flags {
        x += flag::paint(look, ui, pos2(x, upper - 1.0), (flag, right - 100.0)) + look.space.xs;
    }
    let ago = format::ago(ctx.view.now.unix_millis, row.created.unix_millis);
    let from = match row.run_number {
        Some(number) => format!("{ago}, from run {number}"),
        None => ago,
    };
    let served = if row.is_served { ", served" } else { "" };
    let text = format!("{from}{served}");
    let room = (below_left - rect.left() - look.space.s).max(0.0);
    let line = paint::line(ui, &text, look.secondary_font(), palette.text_second, room);
    painter.galley(pos2(rect.left(), lower), line, palette.text_second);
}

/// What a screen reader says of a version.
fn spoken(row: &VersionRow) -> String {
    let mut said = format!("Version {}", row.id.version);
    for flag in &row.flags {
        said.push_str(", ");
        said.push_str(flag);
    }
    if let Some(value) = row.value {
        said.push_str(&format!(", {} {}", row.metric, format::metric(value)));
    }
    if row.is_served {
        said.push_str(", served");
    }
    said
}
