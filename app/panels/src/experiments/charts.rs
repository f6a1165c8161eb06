//! The charts: small multiples of the metrics, each run in its colour, the raw curve faint under the smoothed one.

use canvas::{Plot, PlotCurve, PlotStyle, Scale, plot_ui};
use egui::{Color32, DragValue, Slider, Ui, vec2};
use look::{Look, format};

use super::curves::{Axis, ChartData, CurveSettings, LineData};
use super::run_color;
use crate::Ctx;

/// A chart is at least this wide before another stands beside it.
const NARROWEST: f32 = 320.0;
const MOST_BESIDE: usize = 4;
const GAP: f32 = 16.0;
const LOWEST: f32 = 150.0;
const HIGHEST: f32 = 420.0;
/// From this many lines on they are drawn thinner, so that the crowd stays readable.
const CROWD: usize = 12;

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

/// Charts side by side, as many as fit.
pub(super) fn charts_ui(ctx: &Ctx<'_>, ui: &mut Ui, charts: &[ChartData], axis: Axis, height: f32) {
    let look = ctx.look;
    let style = style(look);
    let width = ui.available_width();
    let beside = beside(charts.len(), width);
    let each = (width - GAP * (beside - 1) as f32) / beside as f32;
    for row in charts.chunks(beside) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for chart in row {
                ui.allocate_ui(vec2(each, height), |ui| {
                    ui.set_max_width(each);
                    chart_ui(look, ui, chart, (axis, height), &style);
                });
            }
        });
        ui.add_space(look.space.s);
    }
}

fn chart_ui(
    look: &Look,
    ui: &mut Ui,
    chart: &ChartData,
    (axis, height): (Axis, f32),
    style: &PlotStyle,
) {
    let curves = plot_curves(look, &chart.lines);
    let x_title = match axis {
        Axis::Epochs => "epoch",
        Axis::Seconds => "seconds",
    };
    let plot = Plot {
        id_salt: &chart.metric,
        curves: &curves,
        x_title,
        y_title: &chart.metric,
        y_scale: Scale::Linear,
        height,
        style,
    };
    plot_ui(ui, &plot);
}

/// Faint raw curves first, then the training split, then what a person looks for, so that it is drawn on top.
fn plot_curves<'a>(look: &Look, lines: &'a [LineData]) -> Vec<PlotCurve<'a>> {
    let width = if lines.len() > CROWD { 1.0 } else { 1.75 };
    let strength = strength(lines.len());
    let mut curves = Vec::with_capacity(lines.len() * 2);
    for line in lines.iter().filter(|line| line.is_smoothed()) {
        curves.push(PlotCurve {
            name: &line.name,
            points: &line.raw,
            color: ink(look, line).gamma_multiply(0.22 * strength),
            width: 1.0,
            is_read: false,
        });
    }
    let (quiet, loud): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.is_quiet());
    for line in quiet.into_iter().chain(loud) {
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

fn ink(look: &Look, line: &LineData) -> Color32 {
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
