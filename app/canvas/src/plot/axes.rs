//! The axes of a chart: grid, ticks, titles, and the names at the ends of the lines.

use egui::{Align2, Color32, Pos2, Rect, Stroke, Ui, pos2};

use super::{MOST_LABELS, Plot, emphasis, on_screen};
use crate::ticks::{decimals, fitting_step};
use crate::{Range, Scale, Tick, ticks};

/// The rectangle of the data inside what the chart was given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) rect: Rect,
    outer: Rect,
}

const TITLE: f32 = 20.0;
/// The ticks of the x axis, and its title in a line of its own.
const UNDER: f32 = 34.0;
const GAP: f32 = 6.0;
const WIDEST_LABEL: f32 = 140.0;
/// Pixels between ticks at least.
const TICK_WIDTH: f32 = 80.0;
const TICK_HEIGHT: f32 = 28.0;

impl Room {
    pub(crate) fn new(ui: &Ui, plot: &Plot<'_>, y: Range, outer: Rect) -> Self {
        let height = (outer.height() - TITLE - UNDER).max(20.0);
        let widest = y_ticks(plot, y, height)
            .iter()
            .map(|tick| width(ui, plot, &tick.text))
            .fold(24.0, f32::max);
        let labels = labelled(plot)
            .map(|(_, curve)| name_width(ui, plot, curve.name))
            .fold(0.0, f32::max);
        let right = if labels > 0.0 {
            labels + 2.0 * GAP
        } else {
            GAP
        };
        let rect = Rect::from_min_max(
            pos2(outer.left() + widest + GAP, outer.top() + TITLE),
            pos2(
                outer.right() - right.min(outer.width() / 3.0),
                outer.bottom() - UNDER,
            ),
        );
        Self { rect, outer }
    }
}

pub(crate) fn paint(ui: &Ui, plot: &Plot<'_>, (x, y): (Range, Range), room: &Room) {
    let style = plot.style;
    let painter = ui.painter();
    let rect = room.rect;
    let grid = Stroke::new(1.0, style.grid);
    for tick in y_ticks(plot, y, rect.height()) {
        let at = on_screen(rect, (x, y), [x.min, tick.tick.place]);
        let line = sharp(ui, at.y);
        painter.line_segment([pos2(rect.left(), line), pos2(rect.right(), line)], grid);
        painter.text(
            pos2(rect.left() - GAP, at.y),
            Align2::RIGHT_CENTER,
            tick.text,
            style.tick_font.clone(),
            style.text_faint,
        );
    }
    let mut taken = f32::NEG_INFINITY;
    for tick in x_ticks(plot, x, rect.width()) {
        let at = on_screen(rect, (x, y), [tick.tick.place, y.min]);
        let line = sharp(ui, at.x);
        painter.line_segment([pos2(line, rect.top()), pos2(line, rect.bottom())], grid);
        // Names stand to the right of the data: the last number keeps to its side. One that would touch the one before is left out.
        let half = width(ui, plot, &tick.text) / 2.0;
        let middle = at.x.min(rect.right() - half);
        if middle - half >= taken {
            taken = middle + half + GAP;
            painter.text(
                pos2(middle, rect.bottom() + GAP),
                Align2::CENTER_TOP,
                tick.text,
                style.tick_font.clone(),
                style.text_faint,
            );
        }
    }
    painter.text(
        pos2(rect.right(), room.outer.bottom()),
        Align2::RIGHT_BOTTOM,
        plot.x_title,
        style.tick_font.clone(),
        style.text_faint,
    );
    painter.text(
        room.outer.left_top(),
        Align2::LEFT_TOP,
        plot.y_title,
        style.label_font.clone(),
        style.text_second,
    );
}

/// The name of each curve where it ends, moved apart where they would touch.
pub(crate) fn paint_end_labels(ui: &Ui, plot: &Plot<'_>, (x, y): (Range, Range), room: &Room) {
    let rect = room.rect;
    let row = plot.style.tick_font.size + 4.0;
    let mut labels: Vec<(f32, usize)> = labelled(plot)
        .filter_map(|(index, curve)| {
            let place = |point: &&[f64; 2]| plot.y_scale.place(point[1]).is_finite();
            let last = curve.points.iter().rev().find(place)?;
            let at = on_screen(rect, (x, y), [last[0], plot.y_scale.place(last[1])]);
            (rect.y_range().contains(at.y) && at.x <= rect.right() + 1.0 && at.x >= rect.left())
                .then_some((at.y, index))
        })
        .collect();
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut lowest = f32::NEG_INFINITY;
    for (y_on_screen, _) in &mut labels {
        *y_on_screen = y_on_screen.max(lowest);
        lowest = *y_on_screen + row;
    }
    // What was pushed out at the bottom pushes back up.
    let mut highest = room.outer.bottom() - row / 2.0;
    for (y_on_screen, _) in labels.iter_mut().rev() {
        *y_on_screen = y_on_screen.min(highest);
        highest = *y_on_screen - row;
    }
    for (y_on_screen, index) in labels {
        let curve = &plot.curves[index];
        let text = cut(ui, plot, curve.name);
        let at: Pos2 = pos2(rect.right() + GAP, y_on_screen);
        let font = plot.style.tick_font.clone();
        let ink = if emphasis::is_quiet(plot, index) {
            plot.style.text_faint
        } else {
            legible(curve.color, plot.style.surface, plot.style.text)
        };
        ui.painter().text(at, Align2::LEFT_CENTER, text, font, ink);
    }
}

/// The colour of a line as the colour of its name: moved towards the text until it reads (WCAG 2.2, 4.5 : 1).
pub(crate) fn legible(color: Color32, ground: Color32, text: Color32) -> Color32 {
    const STEPS: u8 = 10;
    (0..=STEPS)
        .map(|step| color.lerp_to_gamma(text, f32::from(step) / f32::from(STEPS)))
        .find(|ink| contrast(*ink, ground) >= 4.5)
        .unwrap_or(text)
}

/// The contrast of two opaque colours by WCAG 2.2.
fn contrast(a: Color32, b: Color32) -> f32 {
    let luminance = |color: Color32| {
        let linear = egui::Rgba::from(color);
        0.2126 * linear.r() + 0.7152 * linear.g() + 0.0722 * linear.b()
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn labelled<'a>(plot: &Plot<'a>) -> impl Iterator<Item = (usize, &'a super::PlotCurve<'a>)> {
    let read = plot.curves.iter().filter(|curve| curve.is_read).count();
    let some = if (2..=MOST_LABELS).contains(&read) {
        usize::MAX
    } else {
        0
    };
    plot.curves
        .iter()
        .enumerate()
        .filter(|(_, curve)| curve.is_read)
        .take(some)
}

/// A tick with its words.
struct Written {
    tick: Tick,
    text: String,
}

fn x_ticks(plot: &Plot<'_>, x: Range, width: f32) -> Vec<Written> {
    written(
        plot,
        x,
        Scale::Linear,
        ((width / TICK_WIDTH) as usize).max(3),
    )
}

fn y_ticks(plot: &Plot<'_>, y: Range, height: f32) -> Vec<Written> {
    written(
        plot,
        y,
        plot.y_scale,
        ((height / TICK_HEIGHT) as usize).max(2),
    )
}

fn written(plot: &Plot<'_>, range: Range, scale: Scale, most: usize) -> Vec<Written> {
    let decimals = match scale {
        Scale::Linear => decimals(fitting_step(&range, most)),
        Scale::Log10 => 0,
    };
    ticks(range, scale, most)
        .into_iter()
        .map(|tick| {
            // Whole numbers have their thousands apart, and powers of ten their exponent; only decimals are ours.
            let text = if decimals == 0 || tick.value.abs() >= 1e6 {
                (plot.style.number)(tick.value)
            } else {
                format!("{:.decimals$}", tick.value).replace('-', "−")
            };
            Written { tick, text }
        })
        .collect()
}

/// The middle of the pixel, so that a hairline is one pixel and not two faint ones.
fn sharp(ui: &Ui, at: f32) -> f32 {
    let scale = ui.pixels_per_point();
    ((at * scale).floor() + 0.5) / scale
}

fn width(ui: &Ui, plot: &Plot<'_>, text: &str) -> f32 {
    let color = plot.style.text_faint;
    let font = plot.style.tick_font.clone();
    ui.painter()
        .layout_no_wrap(text.to_owned(), font, color)
        .size()
        .x
}

fn name_width(ui: &Ui, plot: &Plot<'_>, name: &str) -> f32 {
    width(ui, plot, name).min(WIDEST_LABEL)
}

/// A name that fits at the end of its line.
fn cut(ui: &Ui, plot: &Plot<'_>, name: &str) -> String {
    if width(ui, plot, name) <= WIDEST_LABEL {
        return name.to_owned();
    }
    let mut kept: Vec<char> = name.chars().collect();
    while !kept.is_empty() {
        kept.pop();
        let text = format!("{}…", kept.iter().collect::<String>().trim_end());
        if width(ui, plot, &text) <= WIDEST_LABEL {
            return text;
        }
    }
    String::new()
}
