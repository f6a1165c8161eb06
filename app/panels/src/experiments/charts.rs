//! The charts: small multiples of the metrics, each run in its colour, the raw curve faint under the smoothed one.

use canvas::{Plot, PlotCurve, PlotStyle, Scale, plot_ui};
use egui::{Color32, DragValue, Slider, Ui, vec2};
use look::{Look, format};

use super::curves::{Axis, ChartData, CurveSettings, LineData};
use super::hovering::Hovered;
use super::{marks, run_color};
use crate::Ctx;

/// A chart is at least this wide before another stands beside it.
const NARROWEST: f32 = 320.0;
const MOST_BESIDE: usize = 4;
const GAP: f32 = 16.0;
const LOWEST: f32 = 150.0;
const HIGHEST: f32 = 420.0;
/// From this many lines on they are drawn thinner, so that the crowd stays readable.
pub(super) const CROWD: usize = 12;

/// How high charts are so that as many rows of them as there are fill `room`.
pub(super) fn height_to_fill(count: usize, width: f32, room: f32) -> f32 {
    let rows = count.div_ceil(beside(count, width)).max(1) as f32;
    (room / rows - GAP).clamp(LOWEST, HIGHEST)
}

fn beside(count: usize, width: f32) -> usize {
    ((width / NARROWEST) as usize)
        .clamp(1, MOST_BESIDE)
        .min(count.max(1))
}

/// How charts are shown.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    pub axis: Axis,
    pub height: f32,
    pub hovered: Hovered,
}

/// Charts side by side, as many as fit; gives the run whose curve is under the pointer.
pub(super) fn charts_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    charts: &[ChartData],
    shown: Shown,
) -> Option<u64> {
    let look = ctx.look;
    let mut hovered = None;
    let style = style(look);
    let width = ui.available_width();
    let beside = beside(charts.len(), width);
    let each = (width - GAP * (beside - 1) as f32) / beside as f32;
    for row in charts.chunks(beside) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for chart in row {
                ui.allocate_ui(vec2(each, shown.height), |ui| {
                    ui.set_max_width(each);
                    hovered = hovered.or(chart_ui(look, ui, chart, shown, &style));
                });
            }
        });
        ui.add_space(look.space.s);
    }
    hovered
}

/// The run whose curve is nearest to the pointer.
fn chart_ui(
    look: &Look,
    ui: &mut Ui,
    chart: &ChartData,
    shown: Shown,
    style: &PlotStyle,
) -> Option<u64> {
    let (raw, lines) = drawing_order(&chart.lines);
    let curves = plot_curves(look, &raw, &lines);
    let lifted = shown.hovered.lifted_curves(look, &lines, raw.len());
    let x_title = match shown.axis {
        Axis::Epochs => "epoch",
        Axis::Seconds => "seconds",
    };
    let title = chart.title();
    let plot = Plot {
        id_salt: &chart.metric,
        subject: chart.subject(),
        curves: &curves,
        x_title,
        y_title: &title,
        y_scale: Scale::Linear,
        height: shown.height,
        style,
        emphasis: shown.hovered.emphasis(&lifted),
    };
    let top = ui.cursor().min;
    let drawn = plot_ui(ui, &plot);
    marks::key_ui(ui, &chart.metric, (top, drawn.rect.right()));
    marks::paint(look, ui, chart, &drawn);
    let nearest = drawn.nearest?;
    let line = lines.get(nearest.checked_sub(raw.len())?)?;
    Some(line.run)
}

/// Faint raw curves first, then the training split, then what a person looks for, so that it is drawn on top.
fn drawing_order(lines: &[LineData]) -> (Vec<&LineData>, Vec<&LineData>) {
    let raw = lines.iter().filter(|line| line.is_smoothed()).collect();
    let (mut order, loud): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.is_quiet());
    order.extend(loud);
    (raw, order)
}

fn plot_curves<'a>(
    look: &Look,
    raw: &[&'a LineData],
    lines: &[&'a LineData],
) -> Vec<PlotCurve<'a>> {
    let width = if lines.len() > CROWD { 1.0 } else { 1.75 };
    let strength = strength(lines.len());
    let mut curves = Vec::with_capacity(raw.len() + lines.len());
    for line in raw {
        curves.push(PlotCurve {
            name: &line.name,
            points: &line.raw,
            color: ink(look, line).gamma_multiply(0.22 * strength),
            width: 1.0,
            is_read: false,
        });
    }
    for line in lines {
        curves.push(PlotCurve {
            name: &line.name,
            points: &line.shown,
            color: ink(look, line).gamma_multiply(strength),
            width: if line.is_quiet() { 1.0 } else { width },
            is_read: true,
        });
    }
    curves
}

pub(super) fn ink(look: &Look, line: &LineData) -> Color32 {
    let color = run_color(look, line.run);
    if line.is_quiet() {
        color.gamma_multiply(0.72)
    } else {
        color
    }
}

/// A crowd is drawn like mist: where many runs go the same way it is dense.
fn strength(lines: usize) -> f32 {
    (CROWD as f32 / lines.max(1) as f32).sqrt().clamp(0.16, 1.0)
}

fn style(look: &Look) -> PlotStyle {
    let palette = &look.palette;
    PlotStyle {
        text: palette.text,
        text_second: palette.text_second,
        text_faint: palette.text_faint,
        grid: palette.text.gamma_multiply(0.08),
        surface: palette.ground,
        raised: palette.raised,
        line: palette.line,
        tick_font: look.caption_font(),
        label_font: look.secondary_font(),
        number: format::number,
    }
}

/// A slider needs this much room beside the exact number.
const SLIDER_FROM: f32 = 260.0;

fn smoothing_slider_ui(look: &Look, ui: &mut Ui, settings: &mut CurveSettings) {
    ui.scope(|ui| {
        ui.spacing_mut().slider_width = 80.0;
        // The rail lies on the ground, where the fill of a control would not be seen.
        ui.visuals_mut().widgets.inactive.bg_fill = look.palette.line_strong;
        let slider = Slider::new(&mut settings.smoothing, 0.0..=0.99).show_value(false);
        ui.add(slider)
            .accessible_name("Smoothing")
            .on_hover_text("Weight of the past in a moving average; the raw curve stays, faintly");
    });
}

/// The smoothing and the axis of the charts.
pub(super) fn settings_ui(ctx: &Ctx<'_>, ui: &mut Ui, settings: &mut CurveSettings) {
    let look = ctx.look;
    let axes = [(Axis::Epochs, "Epochs"), (Axis::Seconds, "Seconds")];
    ui.spacing_mut().combo_width = 96.0;
    look.select_ui(ui, "Horizontal axis", &mut settings.axis, &axes);
    if ui.available_width() > SLIDER_FROM {
        smoothing_slider_ui(look, ui, settings);
    }
    let drag = DragValue::new(&mut settings.smoothing)
        .range(0.0..=0.99)
        .speed(0.01)
        .fixed_decimals(2);
    ui.add(drag).accessible_name("Smoothing, exactly");
    ui.label(look.secondary("Smoothing"));
}
