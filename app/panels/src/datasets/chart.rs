//! Two numeric columns against each other, over the first rows of the version; wheel zooms, drag pans, double-click fits.

use std::sync::Arc;

use canvas::{Range, Scale, ScatterPoints, ScatterView, nearest, ticks};
use contract::{ColumnType, Command, DataVersion, RowsView};
use egui::{Align2, Id, Rect, Response, Role, Sense, Ui, pos2};
use look::{Look, format, icon, paint};

use super::points::{Points, first_two, numeric_columns};
use super::rows::ASK_AGAIN_AFTER;
use crate::Ctx;

/// Enough to see a shape, few enough to travel in a snapshot; the engine gives no more at once.
const MOST_ROWS: u64 = 2_000;
const AXIS_LEFT: f32 = 56.0;
const AXIS_BOTTOM: f32 = 24.0;
const RADIUS: f32 = 3.0;

/// View state: the chosen columns, where we look, and the points made of the rows that are here.
#[derive(Default)]
pub(super) struct Chart {
    axes: Option<(Arc<str>, Arc<str>)>,
    /// When the rows were asked for, on the clock of the window.
    asked_at: Option<f64>,
    points: Option<Points>,
    /// `None` shows everything.
    shown: Option<(Range, Range)>,
}

impl Chart {
    pub(super) fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, version: &Arc<DataVersion>) {
        let look = ctx.look;
        let Some(axes) = self.axes.clone().or_else(|| first_two(version)) else {
            look.nothing_ui(ui, icon::CHART, "A chart needs two columns of numbers");
            return;
        };
        self.axes = Some(axes);
        self.choose_ui(ctx, ui, version);
        self.ask(ctx, ui, version);
        if !self.refresh(ctx, version) {
            look.skeleton_ui(ui, 8);
            return;
        }
        let chosen = self.axes.clone();
        let (Some(points), Some((x_name, y_name))) = (&self.points, chosen) else {
            return;
        };
        legend_ui(look, ui, points, version);
        let area = ui.available_rect_before_wrap();
        let response = ui.allocate_rect(area, Sense::click_and_drag());
        let plot = Rect::from_min_max(
            pos2(area.left() + AXIS_LEFT, area.top() + 8.0),
            pos2(area.right() - 8.0, area.bottom() - AXIS_BOTTOM),
        );
        let shown = moved(ui, &response, plot, self.shown.unwrap_or(points.ranges));
        let is_everything = response.double_clicked() || shown == points.ranges;
        axes_ui(look, ui, plot, shown, (&x_name, &y_name));
        let view = ScatterView {
            id: Id::unique(("dataset scatter", version.id.to_string())),
            data: ScatterPoints {
                points: &points.points,
                classes: points.classes.as_ref(),
                colors: &look.palette.series,
            },
            x: shown.0,
            y: shown.1,
            radius: RADIUS,
        };
        view.paint(ui, plot);
        let response = paint::named(
            ui,
            response,
            Role::Image,
            &format!("{y_name} against {x_name}, {} points", points.points.len()),
        );
        point_ui(ui, response, plot, points, shown);
        self.shown = (!is_everything).then_some(shown);
    }

    fn choose_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, version: &DataVersion) {
        let look = ctx.look;
        let Some((x, y)) = &mut self.axes else {
            return;
        };
        let options: Vec<(Arc<str>, Arc<str>)> = numeric_columns(version)
            .map(|name| (name.clone(), name.clone()))
            .collect();
        let mut was_changed = false;
        ui.horizontal(|ui| {
            ui.label(look.secondary("Across"));
            was_changed |= look.select_ui(ui, "Across", x, &options).changed();
            ui.add_space(look.space.s);
            ui.label(look.secondary("Up"));
            was_changed |= look.select_ui(ui, "Up", y, &options).changed();
            if self.shown.is_some() && look.quiet_button_ui(ui, "Fit").clicked() {
                was_changed = true;
            }
        });
        if was_changed {
            self.shown = None;
        }
    }

    /// Asks for the first rows, unless they are here or on their way.
    fn ask(&mut self, ctx: &Ctx<'_>, ui: &Ui, version: &DataVersion) {
        if first_rows(ctx, version).is_some() || version.rows == 0 {
            self.asked_at = None;
            return;
        }
        let now = ui.input(|input| input.time);
        if self.asked_at.is_some_and(|at| now - at < ASK_AGAIN_AFTER) {
            return;
        }
        ctx.commands.push(Command::ShowRows {
            version: version.id.clone(),
            first_row: 0,
            count: version.rows.min(MOST_ROWS) as u32,
        });
        self.asked_at = Some(now);
        ui.ctx().request_repaint_after_secs(ASK_AGAIN_AFTER as f32);
    }

    /// Makes the points again when the rows or the axes changed; false while there are no points.
    fn refresh(&mut self, ctx: &Ctx<'_>, version: &DataVersion) -> bool {
        let (Some(rows), Some(axes)) = (first_rows(ctx, version), &self.axes) else {
            return self.points.is_some();
        };
        let is_fresh = self
            .points
            .as_ref()
            .is_some_and(|points| points.is_of(rows, axes));
        if !is_fresh {
            self.points = Some(Points::of(version, rows, axes));
        }
        true
    }
}

/// All the rows that a chart shows, when they are here.
fn first_rows<'a>(ctx: &Ctx<'a>, version: &DataVersion) -> Option<&'a Arc<RowsView>> {
    let wanted = version.rows.min(MOST_ROWS);
    ctx.snapshot.rows.as_ref().filter(|rows| {
        rows.version == version.id
            && rows.page.first_row == 0
            && wanted > 0
            && rows.page.rows.len() as u64 >= wanted
    })
}

fn legend_ui(look: &Look, ui: &mut Ui, points: &Points, version: &DataVersion) {
    ui.horizontal_wrapped(|ui| {
        for (index, class) in points.class_names.iter().enumerate() {
            look.swatch_ui(ui, look.series(index), class);
        }
        let shown = points.points.len() as u64;
        let mut said = if shown + points.skipped < version.rows {
            format!(
                "The first {} of {} rows",
                format::count(shown + points.skipped),
                format::count(version.rows)
            )
        } else {
            format!("All {} rows", format::count(version.rows))
        };
        if points.skipped > 0 {
            let missing = format::counted(points.skipped, "row lacks", "rows lack");
            said.push_str(&format!("; {missing} a value"));
        }
        ui.label(look.secondary(said));
    });
}

/// The ranges after this frame's dragging and zooming.
fn moved(ui: &Ui, response: &Response, plot: Rect, (x, y): (Range, Range)) -> (Range, Range) {
    let (mut x, mut y) = (x, y);
    let drag = response.drag_delta();
    if response.dragged() && drag != egui::Vec2::ZERO {
        x = x.shifted(-f64::from(drag.x / plot.width()) * x.span());
        y = y.shifted(f64::from(drag.y / plot.height()) * y.span());
    }
    if let Some(pointer) = response.hover_pos()
        && plot.contains(pointer)
    {
        let wheel = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
        if wheel != 0.0 {
            let factor = f64::from(wheel / 240.0).exp();
            let share_x = f64::from((pointer.x - plot.left()) / plot.width());
            let share_y = f64::from((plot.bottom() - pointer.y) / plot.height());
            x = x.zoomed(factor, x.at_share(share_x));
            y = y.zoomed(factor, y.at_share(share_y));
        }
    }
    (x, y)
}

fn axes_ui(
    look: &Look,
    ui: &Ui,
    plot: Rect,
    (x, y): (Range, Range),
    (x_name, y_name): (&str, &str),
) {
    let painter = ui.painter();
    let grid = look.palette.text.gamma_multiply(0.08);
    let font = look.caption_font();
    let ink = look.palette.text_faint;
    let most = |pixels: f32, each: f32| (pixels / each).max(2.0) as usize;
    for tick in ticks(x, Scale::Linear, most(plot.width(), 96.0)) {
        let at = plot.left() + plot.width() * x.share(tick.place) as f32;
        painter.line_segment(
            [pos2(at, plot.top()), pos2(at, plot.bottom())],
            egui::Stroke::new(1.0, grid),
        );
        let text = format::number(tick.value);
        let below = pos2(at, plot.bottom() + 5.0);
        painter.text(below, Align2::CENTER_TOP, text, font.clone(), ink);
    }
    for tick in ticks(y, Scale::Linear, most(plot.height(), 56.0)) {
        let at = plot.bottom() - plot.height() * y.share(tick.place) as f32;
        paint::hairline(painter, plot.left(), plot.right(), at, grid);
        let text = format::number(tick.value);
        let before = pos2(plot.left() - 8.0, at);
        painter.text(before, Align2::RIGHT_CENTER, text, font.clone(), ink);
    }
    let strong = look.palette.text_second;
    painter.text(
        plot.right_bottom() - egui::vec2(4.0, 4.0),
        Align2::RIGHT_BOTTOM,
        x_name,
        font.clone(),
        strong,
    );
    painter.text(
        plot.left_top() + egui::vec2(4.0, 2.0),
        Align2::LEFT_TOP,
        y_name,
        font,
        strong,
    );
}

/// Reads the point under the pointer.
fn point_ui(ui: &Ui, response: Response, plot: Rect, points: &Points, (x, y): (Range, Range)) {
    let Some(pointer) = response.hover_pos().filter(|at| plot.contains(*at)) else {
        return;
    };
    let at = [
        x.at_share(f64::from((pointer.x - plot.left()) / plot.width())),
        y.at_share(f64::from((plot.bottom() - pointer.y) / plot.height())),
    ];
    let reach = [
        f64::from(8.0 / plot.width()),
        f64::from(8.0 / plot.height()),
    ];
    let Some(found) = nearest(&points.points, (x, y), at, reach) else {
        return;
    };
    let [x_value, y_value] = points.points[found];
    let center = pos2(
        plot.left() + plot.width() * x.share(x_value) as f32,
        plot.bottom() - plot.height() * y.share(y_value) as f32,
    );
    let ink = ui.visuals().text_color();
    ui.painter()
        .circle_stroke(center, RADIUS + 2.0, egui::Stroke::new(1.5, ink));
    let mut said = format!("{}, {}", format::number(x_value), format::number(y_value));
    if let Some(class) = points.class_of(found) {
        said.push_str(&format!("\n{class}"));
    }
    response.on_hover_text_at_pointer(said);
}

/// Numbers can be drawn; times are numbers too, but read badly as such.
pub(super) fn is_drawable(column_type: ColumnType) -> bool {
    matches!(column_type, ColumnType::Integer | ColumnType::Float)
}
