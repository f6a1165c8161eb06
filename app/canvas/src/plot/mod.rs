//! A chart of curves: hairline grid, ticks, a direct label at each line's end, a crosshair that reads every curve.

pub(crate) mod axes;
pub(crate) mod crosshair;
mod emphasis;
mod extent;
pub(crate) mod view;

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontId, LayerId, Order, Painter, Rect, Response, Role, Sense, Ui,
    WidgetInfo, pos2, vec2,
};

use crate::{CurveRef, CurvesView, Range, Scale};
use view::ViewState;

/// One chart. Ctrl and the wheel zoom at the pointer (with Shift along x only), and so does the wheel alone once the chart was clicked; a
/// drag pans, a double click fits.
#[derive(Clone, Copy)]
pub struct Plot<'a> {
    /// Tells charts of one parent apart; the zoom is kept under it.
    pub id_salt: &'a str,
    /// What the curves are about; when it changes, all of the new data is shown.
    pub subject: u64,
    pub curves: &'a [PlotCurve<'a>],
    /// Stands under the right end of the x axis: `epoch`.
    pub x_title: &'a str,
    /// Stands over the y axis, and names the chart: `validation/loss`.
    pub y_title: &'a str,
    pub y_scale: Scale,
    pub height: f32,
    pub style: &'a PlotStyle,
    /// Curves that are lifted out of the others, without the others being made anew.
    pub emphasis: Emphasis<'a>,
}

/// Which curves are lifted out of a chart.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Emphasis<'a> {
    /// Each by its place in [`Plot::curves`], with the ink that it is lifted in.
    pub curves: &'a [(usize, Color32)],
    /// The others step back too.
    pub is_alone: bool,
}

/// A curve with its name, drawn in the order given.
#[derive(Clone, Copy, Debug)]
pub struct PlotCurve<'a> {
    pub name: &'a str,
    /// `[n, 2]`, x not decreasing; NaN is a gap.
    pub points: &'a Arc<[[f64; 2]]>,
    pub color: Color32,
    pub width: f32,
    /// Read by the crosshair and labelled at its end; a faint raw curve under its smoothed one is not.
    pub is_read: bool,
}

/// Colours and type; made from the look by the one who draws.
#[derive(Clone, Debug)]
pub struct PlotStyle {
    pub text: Color32,
    pub text_second: Color32,
    pub text_faint: Color32,
    /// The grid: text at 8 % on the surface.
    pub grid: Color32,
    /// The surface under the chart, for the ground of the crosshair's labels.
    pub surface: Color32,
    /// What floats.
    pub raised: Color32,
    pub line: Color32,
    /// 11 px.
    pub tick_font: FontId,
    pub label_font: FontId,
    /// How numbers are written.
    pub number: fn(f64) -> String,
}

/// What happened to a chart in this frame.
pub struct PlotResponse {
    pub response: Response,
    /// The rectangle of the data, inside the axes.
    pub rect: Rect,
    pub x: Range,
    /// Places on the y axis.
    pub y: Range,
    /// The x under the pointer.
    pub hovered_x: Option<f64>,
    /// The curve nearest to the pointer, by its index.
    pub nearest: Option<usize>,
}

/// More curves than this are not labelled at their ends; the crosshair tells them apart.
const MOST_LABELS: usize = 10;

pub fn plot_ui(ui: &mut Ui, plot: &Plot<'_>) -> PlotResponse {
    let size = vec2(ui.available_width(), plot.height.max(80.0));
    let (outer, _) = ui.allocate_exact_size(size, Sense::hover());
    let id = ui.make_persistent_id(("plot", plot.id_salt));
    let extent = extent::of(ui.ctx(), id.with("extent"), plot.curves, plot.y_scale);
    let mut state: ViewState = ui
        .data(|data| data.get_temp(id))
        .filter(|(subject, _): &(u64, ViewState)| *subject == plot.subject)
        .map_or_else(ViewState::default, |(_, state)| state);
    let (x, y) = state.ranges(&extent, plot);

    let room = axes::Room::new(ui, plot, y, outer);
    let rect = room.rect;
    let response = ui.interact(rect, id, Sense::click_and_drag());
    state.interact(ui, &response, (x, y), rect);
    if state.is_zoomed() && fit_ui(ui, plot, (id, outer)) {
        state = ViewState::default();
    }
    ui.data_mut(|data| data.insert_temp(id, (plot.subject, state)));
    let (x, y) = state.ranges(&extent, plot);

    if ui.is_rect_visible(outer) {
        axes::paint(ui, plot, (x, y), &room);
        let curves: Vec<CurveRef<'_>> = plot.curves.iter().map(PlotCurve::as_ref).collect();
        CurvesView {
            id: id.with("curves"),
            curves: &curves,
            x,
            y,
            y_scale: plot.y_scale,
        }
        .paint(ui, rect);
        emphasis::paint(ui, plot, (x, y), (id, rect));
        axes::paint_end_labels(ui, plot, (x, y), &room);
    }
    if extent.is_empty() {
        paint_nothing(ui, plot, rect);
    }
    let read = crosshair::read(plot, &response, (x, y), rect);
    if let Some(read) = &read {
        // Over whatever the owner of the chart adds to it.
        let layer = LayerId::new(Order::Middle, id.with("crosshair"));
        let painter = ui.painter().clone().with_layer_id(layer);
        crosshair::paint(&painter, plot, read, rect);
    }
    let named = plot.curves.iter().filter(|curve| curve.is_read).count();
    let said = format!("Chart of {}, {named} curves", plot.y_title);
    response.widget_info(|| WidgetInfo::labeled(Role::GraphicsDocument, true, &said));
    context_menu(&response, plot, id);
    PlotResponse {
        response,
        rect,
        x,
        y,
        hovered_x: read.as_ref().map(|read| read.x),
        nearest: read.and_then(|read| read.nearest),
    }
}

/// Says that a chart shows a part only, and leads back. True if it was clicked.
fn fit_ui(ui: &Ui, plot: &Plot<'_>, (id, outer): (egui::Id, Rect)) -> bool {
    const WORD: &str = "Fit";
    let style = plot.style;
    let ink = style.text_second;
    let text = ui
        .painter()
        .layout_no_wrap(WORD.to_owned(), style.tick_font.clone(), ink);
    let size = text.size() + vec2(16.0, 6.0);
    let rect = Rect::from_min_size(pos2(outer.right() - size.x, outer.top()), size);
    let response = ui
        .interact(rect, id.with("fit"), Sense::click())
        .on_hover_cursor(egui::CursorIcon::PointingHand)
        .on_hover_text("Show all of the data again");
    response.widget_info(|| {
        let said = format!("Fit {} to the data", plot.y_title);
        WidgetInfo::labeled(Role::Button, true, said)
    });
    let is_lit = response.hovered() || response.has_focus();
    let line = if is_lit { style.text_faint } else { style.line };
    rounded(ui.painter(), rect, style.raised, line);
    ui.painter()
        .galley(rect.center() - text.size() / 2.0, text, ink);
    response.clicked()
}

fn context_menu(response: &Response, plot: &Plot<'_>, id: egui::Id) {
    response.context_menu(|ui| {
        if ui.button("Fit to the data").clicked() {
            ui.data_mut(|data| data.remove_temp::<(u64, ViewState)>(id));
            ui.close();
        }
        if ui.button("Copy as CSV").clicked() {
            ui.ctx().copy_text(as_csv(plot));
            ui.close();
        }
    });
}

/// Every named curve as `curve,x,y` lines.
pub(crate) fn as_csv(plot: &Plot<'_>) -> String {
    let (x, y) = (csv_field(plot.x_title), csv_field(plot.y_title));
    let mut text = format!("curve,{x},{y}\n");
    for curve in plot.curves.iter().filter(|curve| curve.is_read) {
        let name = csv_field(curve.name);
        for point in curve.points.iter().filter(|point| point[1].is_finite()) {
            text.push_str(&format!("{name},{},{}\n", point[0], point[1]));
        }
    }
    text
}

/// In quotes where it has to be (RFC 4180, section 2).
fn csv_field(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}

fn paint_nothing(ui: &Ui, plot: &Plot<'_>, rect: Rect) {
    ui.painter().text(
        rect.center(),
        egui::Align2::CENTER_CENTER,
        "No values yet",
        plot.style.label_font.clone(),
        plot.style.text_faint,
    );
}

impl PlotCurve<'_> {
    fn as_ref(&self) -> CurveRef<'_> {
        CurveRef {
            points: self.points,
            color: self.color,
            width: self.width,
        }
    }
}

/// Where a value stands on the screen.
fn on_screen(rect: Rect, (x, y): (Range, Range), at: [f64; 2]) -> egui::Pos2 {
    pos2(
        rect.left() + x.share(at[0]) as f32 * rect.width(),
        rect.bottom() - y.share(at[1]) as f32 * rect.height(),
    )
}

fn dot(painter: &Painter, at: egui::Pos2, color: Color32, ground: Color32) {
    painter.circle_filled(at, 4.0, ground);
    painter.circle_filled(at, 3.0, color);
}

fn rounded(painter: &Painter, rect: Rect, fill: Color32, line: Color32) {
    painter.rect(
        rect,
        CornerRadius::same(6),
        fill,
        egui::Stroke::new(1.0, line),
        egui::StrokeKind::Inside,
    );
}
