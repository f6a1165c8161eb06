//! A chart of curves: hairline grid, ticks, a direct label at each line's end, a crosshair that reads every curve.

pub(crate) mod axes;
pub(crate) mod crosshair;
mod extent;
pub(crate) mod view;

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontId, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2,
};

use crate::{CurveRef, CurvesView, Range, Scale};
use view::ViewState;

/// One chart. The wheel zooms at the pointer (with Shift along x only), a drag pans, a double click fits.
#[derive(Clone, Copy)]
pub struct Plot<'a> {
    /// Tells charts of one parent apart; the zoom is kept under it.
    pub id_salt: &'a str,
    pub curves: &'a [PlotCurve<'a>],
    /// Stands under the right end of the x axis: `epoch`.
    pub x_title: &'a str,
    /// Stands over the y axis, and names the chart: `validation/loss`.
    pub y_title: &'a str,
    pub y_scale: Scale,
    pub height: f32,
    pub style: &'a PlotStyle,
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
    let mut state: ViewState = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    let (x, y) = state.ranges(&extent, plot);

    let room = axes::Room::new(ui, plot, y, outer);
    let rect = room.rect;
    let response = ui.interact(rect, id, Sense::click_and_drag());
    state.interact(ui, &response, (x, y), rect);
    ui.data_mut(|data| data.insert_temp(id, state));
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
        axes::paint_end_labels(ui, plot, (x, y), &room);
    }
    if extent.is_empty() {
        paint_nothing(ui, plot, rect);
    }
    let read = crosshair::read(plot, &response, (x, y), rect);
    if let Some(read) = &read {
        crosshair::paint(ui, plot, read, rect);
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

fn context_menu(response: &Response, plot: &Plot<'_>, id: egui::Id) {
    response.context_menu(|ui| {
        if ui.button("Fit to the data").clicked() {
            ui.data_mut(|data| data.insert_temp(id, ViewState::default()));
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
    let mut text = format!("curve,{},{}\n", plot.x_title, plot.y_title);
    for curve in plot.curves.iter().filter(|curve| curve.is_read) {
        let name = if curve.name.contains([',', '"', '\n']) {
            format!("\"{}\"", curve.name.replace('"', "\"\""))
        } else {
            curve.name.to_owned()
        };
        for point in curve.points.iter().filter(|point| point[1].is_finite()) {
            text.push_str(&format!("{name},{},{}\n", point[0], point[1]));
        }
    }
    text
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

fn dot(ui: &Ui, at: egui::Pos2, color: Color32, ground: Color32) {
    ui.painter().circle_filled(at, 4.0, ground);
    ui.painter().circle_filled(at, 3.0, color);
}

fn rounded(ui: &Ui, rect: Rect, fill: Color32, line: Color32) {
    ui.painter().rect(
        rect,
        CornerRadius::same(6),
        fill,
        egui::Stroke::new(1.0, line),
        egui::StrokeKind::Inside,
    );
}
