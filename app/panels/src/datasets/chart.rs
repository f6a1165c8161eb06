//! Two numeric columns against each other, over the rows of the version or a sample of them; wheel zooms, drag pans, double-click fits.

use std::sync::Arc;

use canvas::{Range, Scale, ScatterPoints, ScatterView, nearest, ticks};
use contract::{Command, DataVersion, PointsPage, PointsQuery, Snapshot};
use egui::{Align2, Color32, Id, Rect, Response, Role, Sense, Ui, pos2};
use look::{Look, format, icon, paint};

use super::asking::{Asking, refused_ui};
use super::points::{
    MOST_POINTS, MOST_WITHOUT_CARD, Points, class_of, class_word, colour_columns, first_query,
    numeric_columns, shown_in_words,
};
use crate::Ctx;

const AXIS_LEFT: f32 = 56.0;
/// The numbers of the axis across, and its title in a line of its own.
const AXIS_BOTTOM: f32 = 38.0;
const AXIS_TITLE: f32 = 16.0;
const TITLE: f32 = 20.0;
const RADIUS: f32 = 3.0;
/// From this many points on they lie over each other: they are smaller, and dense places show through.
const MANY: usize = 5_000;
const VERY_MANY: usize = 100_000;
/// So many points are opaque; the opacity falls with the root of the number, to where one point can just be seen.
const OPAQUE: f32 = 20_000.0;
const FAINTEST: f32 = 0.12;

/// View state: what is drawn against what, where we look, and the points that are here.
#[derive(Default)]
pub(super) struct Chart {
    query: Option<PointsQuery>,
    asking: Asking<PointsQuery>,
    points: Option<Points>,
    /// `None` shows everything.
    shown: Option<(Range, Range)>,
}

impl Chart {
    pub(super) fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, version: &Arc<DataVersion>) {
        let look = ctx.look;
        let Some(mut query) = self.query.take().or_else(|| first_query(version)) else {
            look.nothing_ui(ui, icon::CHART, "A chart needs two columns of numbers");
            return;
        };
        if self.choose_ui(ctx, ui, version, &mut query) {
            self.shown = None;
        }
        query.most = most_points(ctx.snapshot);
        self.query = Some(query.clone());
        let view = ctx.snapshot.points.as_ref();
        let view = view.filter(|view| view.version == version.id);
        let is_here = view.is_some_and(|view| view.query == query) || version.rows == 0;
        if is_here {
            self.asking.rest();
        } else {
            self.ask(ctx, ui, version, &query);
        }
        if let Some(view) = view {
            if let (true, Err(refusal)) = (is_here, &view.page) {
                if refused_ui(look, ui, "The points cannot be shown", refusal) {
                    ctx.commands.push(question(version, &query));
                }
                return;
            }
            // Points that came before stay until those that are asked for are here.
            if !self
                .points
                .as_ref()
                .is_some_and(|points| points.is_of(view))
            {
                self.points = Points::of(view);
            }
        }
        let is_late = self.asking.is_late(look, ui, is_here);
        match self.points.take() {
            Some(points) => {
                self.points_ui(ctx, ui, version, (&points, is_late));
                self.points = Some(points);
            }
            None if is_late => look.skeleton_ui(ui, 8),
            None => {}
        }
    }

    fn points_ui(
        &mut self,
        ctx: &Ctx<'_>,
        ui: &mut Ui,
        version: &DataVersion,
        (points, is_late): (&Points, bool),
    ) {
        let look = ctx.look;
        let Some(page) = points.page() else {
            return;
        };
        legend_ui(look, ui, (page, version), is_late);
        let area = ui.available_rect_before_wrap();
        let response = ui.allocate_rect(area, Sense::click_and_drag());
        let plot = plot_in(area);
        let shown = moved(ui, &response, plot, self.shown.unwrap_or(points.ranges));
        let is_everything = response.double_clicked() || shown == points.ranges;
        let query = points.query();
        axes_ui(look, ui, plot, shown);
        titles_ui(look, ui, area, (&query.x, &query.y));
        let (radius, opacity) = dot(page.points.len());
        let faded: Vec<Color32> = look
            .palette
            .series
            .iter()
            .map(|color| color.gamma_multiply(opacity))
            .collect();
        let view = ScatterView {
            id: Id::unique(("dataset scatter", version.id.to_string())),
            data: ScatterPoints {
                points: &page.points,
                classes: page.classes.as_ref(),
                colors: &faded,
            },
            x: shown.0,
            y: shown.1,
            radius,
        };
        view.paint(ui, plot);
        let said = format!(
            "{} against {}, {} points",
            query.y,
            query.x,
            page.points.len()
        );
        let response = paint::named(ui, response, Role::Image, &said);
        point_ui(ui, response, plot, page, shown);
        self.shown = (!is_everything).then_some(shown);
    }

    /// True when something else is to be shown.
    fn choose_ui(
        &mut self,
        ctx: &Ctx<'_>,
        ui: &mut Ui,
        version: &DataVersion,
        query: &mut PointsQuery,
    ) -> bool {
        let look = ctx.look;
        let options: Vec<(Arc<str>, &Arc<str>)> = numeric_columns(version)
            .map(|name| (name.clone(), name))
            .collect();
        let none = [(None, "Nothing")];
        let colours = colour_columns(version).map(|name| (Some(name.clone()), &**name));
        let colours: Vec<(Option<Arc<str>>, &str)> = none.into_iter().chain(colours).collect();
        let mut was_changed = false;
        ui.horizontal_wrapped(|ui| {
            ui.label(look.secondary("Across"));
            was_changed |= look
                .select_ui(ui, "Across", &mut query.x, &options)
                .changed();
            ui.add_space(look.space.s);
            ui.label(look.secondary("Up"));
            was_changed |= look.select_ui(ui, "Up", &mut query.y, &options).changed();
            if colours.len() > 1 {
                ui.add_space(look.space.s);
                ui.label(look.secondary("Coloured by"));
                let colour = look.select_ui(ui, "Coloured by", &mut query.color, &colours);
                was_changed |= colour.changed();
            }
            if self.shown.is_some() && look.quiet_button_ui(ui, "Fit").clicked() {
                was_changed = true;
            }
        });
        was_changed
    }

    fn ask(&mut self, ctx: &Ctx<'_>, ui: &Ui, version: &DataVersion, query: &PointsQuery) {
        let view = ctx.snapshot.points.as_ref();
        let is_answered = |asked: &PointsQuery| view.is_some_and(|view| view.query == *asked);
        if self.asking.asks(ui, query.clone(), is_answered) {
            ctx.commands.push(question(version, query));
        }
    }
}

/// A processor that draws in place of a graphics card takes a second for a frame of a million points.
fn most_points(snapshot: &Snapshot) -> u64 {
    let has_card = snapshot
        .devices
        .iter()
        .any(|device| device.is_gpu && !device.is_software);
    if has_card {
        MOST_POINTS
    } else {
        MOST_WITHOUT_CARD
    }
}

fn question(version: &DataVersion, query: &PointsQuery) -> Command {
    Command::ShowPoints {
        version: version.id.clone(),
        query: query.clone(),
    }
}

/// Radius and opacity of each of so many points: a million at full strength would be one block.
fn dot(points: usize) -> (f32, f32) {
    let radius = match points {
        VERY_MANY.. => 1.25,
        MANY.. => 2.0,
        _ => RADIUS,
    };
    (
        radius,
        (OPAQUE / points.max(1) as f32).sqrt().clamp(FAINTEST, 1.0),
    )
}

fn legend_ui(
    look: &Look,
    ui: &mut Ui,
    (page, version): (&PointsPage, &DataVersion),
    is_late: bool,
) {
    ui.horizontal_wrapped(|ui| {
        for (index, class) in page.class_names.iter().enumerate() {
            look.swatch_ui(ui, look.series(index), class_word(class));
        }
        let said = match is_late {
            true => "Reading the rows…".to_owned(),
            false => shown_in_words(page, version),
        };
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

/// Where the points lie: the numbers and the titles stand around it, so that no point is under a word.
pub(super) fn plot_in(area: Rect) -> Rect {
    Rect::from_min_max(
        pos2(area.left() + AXIS_LEFT, area.top() + TITLE),
        pos2(area.right() - 8.0, area.bottom() - AXIS_BOTTOM),
    )
}

/// The lines of the titles: of the axis across under its numbers, of the axis up over the plot.
pub(super) fn title_lines(area: Rect) -> (Rect, Rect) {
    let plot = plot_in(area);
    let across = Rect::from_x_y_ranges(plot.x_range(), area.bottom() - AXIS_TITLE..=area.bottom());
    let up = Rect::from_x_y_ranges(area.left()..=plot.right(), area.top()..=plot.top() - 4.0);
    (across, up)
}

/// The names of the columns, each beside its axis and cut where there is no room for it.
fn titles_ui(look: &Look, ui: &Ui, area: Rect, (x_name, y_name): (&str, &str)) {
    let (across, up) = title_lines(area);
    let ink = look.palette.text_second;
    let line = |name: &str, room: Rect, side: Align2| {
        let galley = paint::line(ui, name, look.caption_font(), ink, room.width());
        let at = side.align_size_within_rect(galley.size(), room);
        ui.painter().galley(at.min, galley, ink);
    };
    line(x_name, across, Align2::RIGHT_BOTTOM);
    line(y_name, up, Align2::LEFT_TOP);
}

fn axes_ui(look: &Look, ui: &Ui, plot: Rect, (x, y): (Range, Range)) {
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
}

/// Reads the point under the pointer.
fn point_ui(ui: &Ui, response: Response, plot: Rect, page: &PointsPage, (x, y): (Range, Range)) {
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
    let Some(found) = nearest(&page.points, (x, y), at, reach) else {
        return;
    };
    let [x_value, y_value] = page.points[found];
    let center = pos2(
        plot.left() + plot.width() * x.share(x_value) as f32,
        plot.bottom() - plot.height() * y.share(y_value) as f32,
    );
    let ink = ui.visuals().text_color();
    ui.painter()
        .circle_stroke(center, RADIUS + 2.0, egui::Stroke::new(1.5, ink));
    let mut said = format!("{}, {}", format::number(x_value), format::number(y_value));
    if let Some(class) = class_of(page, found) {
        said.push_str(&format!("\n{class}"));
    }
    response.on_hover_text_at_pointer(said);
}
