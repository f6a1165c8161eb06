//! The crosshair: the value of every curve at the x under the pointer.

use egui::{Align2, Color32, Painter, Rect, Response, Stroke, pos2, vec2};

use super::{Plot, dot, on_screen, rounded};
use crate::Range;

/// What stands under the pointer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Read {
    /// The x of the data nearest to the pointer.
    pub(crate) x: f64,
    pub(crate) nearest: Option<usize>,
    /// `(curve, value, place on the screen)`, nearest to the pointer first, at most [`MOST_ROWS`].
    rows: Vec<(usize, f64, egui::Pos2)>,
    /// Curves that have a value here.
    count: usize,
}

/// Rows of the list at the crosshair.
const MOST_ROWS: usize = 8;
const ROW: f32 = 17.0;

pub(crate) fn read(
    plot: &Plot<'_>,
    response: &Response,
    (x, y): (Range, Range),
    rect: Rect,
) -> Option<Read> {
    let pointer = response.hover_pos().filter(|_| !response.dragged())?;
    let at = x.at_share(f64::from((pointer.x - rect.left()) / rect.width()));
    // The step that most curves share: the nearest point of the curve whose point is nearest.
    let read = |points: &[[f64; 2]], at: f64| nearest_by_x(points, at);
    let snapped = plot
        .curves
        .iter()
        .filter(|curve| curve.is_read)
        .filter_map(|curve| read(curve.points, at))
        .map(|point| point[0])
        .min_by(|a, b| (a - at).abs().total_cmp(&(b - at).abs()))?;
    let tolerance = x.span() / f64::from(rect.width()) * 2.0;
    let mut rows: Vec<(usize, f64, egui::Pos2)> = plot
        .curves
        .iter()
        .enumerate()
        .filter(|(_, curve)| curve.is_read)
        .filter_map(|(index, curve)| {
            let point = read(curve.points, snapped)?;
            let is_here = (point[0] - snapped).abs() <= tolerance;
            let place = plot.y_scale.place(point[1]);
            (is_here && place.is_finite()).then(|| {
                let at = on_screen(rect, (x, y), [point[0], place]);
                (index, point[1], at)
            })
        })
        .collect();
    let count = rows.len();
    rows.sort_by(|a, b| {
        (a.2.y - pointer.y)
            .abs()
            .total_cmp(&(b.2.y - pointer.y).abs())
    });
    rows.truncate(MOST_ROWS);
    let nearest = rows
        .first()
        .filter(|row| (row.2.y - pointer.y).abs() < 24.0)
        .map(|row| row.0);
    // Shown from the top of the chart to its bottom.
    rows.sort_by(|a, b| a.2.y.total_cmp(&b.2.y));
    Some(Read {
        x: snapped,
        nearest,
        rows,
        count,
    })
}

/// The point whose x is nearest to `at`. x does not decrease.
pub(crate) fn nearest_by_x(points: &[[f64; 2]], at: f64) -> Option<[f64; 2]> {
    let after = points.partition_point(|point| point[0] < at);
    let candidates = [after.checked_sub(1), Some(after)];
    candidates
        .into_iter()
        .flatten()
        .filter_map(|index| points.get(index).copied())
        .filter(|point| point[0].is_finite())
        .min_by(|a, b| (a[0] - at).abs().total_cmp(&(b[0] - at).abs()))
}

pub(crate) fn paint(painter: &Painter, plot: &Plot<'_>, read: &Read, rect: Rect) {
    let style = plot.style;
    let Some(x_on_screen) = read.rows.first().map(|row| row.2.x) else {
        return;
    };
    let hair = Stroke::new(1.0, style.text_faint.gamma_multiply(0.6));
    painter.line_segment(
        [
            pos2(x_on_screen, rect.top()),
            pos2(x_on_screen, rect.bottom()),
        ],
        hair,
    );
    for (index, _, at) in &read.rows {
        if rect.y_range().contains(at.y) {
            dot(painter, *at, plot.curves[*index].color, style.surface);
        }
    }
    paint_list(painter, plot, read, (rect, x_on_screen));
}

fn paint_list(painter: &Painter, plot: &Plot<'_>, read: &Read, (rect, x_on_screen): (Rect, f32)) {
    let style = plot.style;
    let text =
        |text: String, color: Color32| painter.layout_no_wrap(text, style.tick_font.clone(), color);
    let head = text(
        format!("{} {}", plot.x_title, (style.number)(read.x)),
        style.text_second,
    );
    let rows: Vec<_> = read
        .rows
        .iter()
        .map(|(index, value, _)| {
            let curve = &plot.curves[*index];
            let is_nearest = read.nearest == Some(*index);
            let color = if is_nearest {
                style.text
            } else {
                style.text_second
            };
            let name: String = curve.name.chars().take(36).collect();
            (
                curve.color,
                text(name, color),
                text((style.number)(*value), style.text),
            )
        })
        .collect();
    let hidden = read.count - read.rows.len();
    let foot = (hidden > 0).then(|| text(format!("and {hidden} more"), style.text_faint));
    let names = rows.iter().map(|row| row.1.size().x).fold(0.0, f32::max);
    let values = rows.iter().map(|row| row.2.size().x).fold(0.0, f32::max);
    let foot_width = foot.as_ref().map_or(0.0, |foot| foot.size().x);
    let width = (names + values + 32.0).max(head.size().x).max(foot_width) + 16.0;
    let lines = rows.len() + 1 + usize::from(foot.is_some());
    let size = vec2(width, lines as f32 * ROW + 12.0);
    let left = if x_on_screen + 12.0 + width <= rect.right() {
        x_on_screen + 12.0
    } else {
        (x_on_screen - 12.0 - width).max(rect.left())
    };
    let frame = Rect::from_min_size(pos2(left, rect.top() + 4.0), size);
    rounded(painter, frame, style.raised, style.line);
    let mut y = frame.top() + 6.0;
    painter.galley(pos2(frame.left() + 8.0, y), head, style.text_second);
    for (color, name, value) in rows {
        y += ROW;
        let swatch = Rect::from_min_size(pos2(frame.left() + 8.0, y + 5.0), vec2(10.0, 3.0));
        painter.rect_filled(swatch, 1.0, color);
        painter.galley(pos2(frame.left() + 24.0, y), name, style.text);
        let at = Align2::RIGHT_TOP.anchor_size(pos2(frame.right() - 8.0, y), value.size());
        painter.galley(at.min, value, style.text);
    }
    if let Some(foot) = foot {
        y += ROW;
        painter.galley(pos2(frame.left() + 8.0, y), foot, style.text_faint);
    }
}
