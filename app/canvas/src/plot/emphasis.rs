//! Curves lifted out of the others: drawn once more on top, thicker, over a veil when the others are to step back.

use egui::{Color32, Id, Rect, Ui};

use super::{Plot, PlotCurve};
use crate::{CurveRef, CurvesView, Range};

/// How much of the others still shows through.
const VEIL: f32 = 0.62;
/// A lifted curve is this many times as wide, and at least [`LEAST_WIDTH`].
const WIDER: f32 = 1.6;
const LEAST_WIDTH: f32 = 2.5;
/// Ground at either side of a lifted curve, which parts it from what it crosses.
const HALO: f32 = 2.0;

/// The crowd below is not touched: with a thousand curves, making it anew would be felt at every move of the pointer.
pub(super) fn paint(ui: &Ui, plot: &Plot<'_>, (x, y): (Range, Range), (id, rect): (Id, Rect)) {
    let lifted: Vec<(&PlotCurve<'_>, Color32)> = plot
        .emphasis
        .curves
        .iter()
        .filter_map(|(place, ink)| Some((plot.curves.get(*place)?, *ink)))
        .collect();
    if lifted.is_empty() {
        return;
    }
    let ground = plot.style.surface;
    if plot.emphasis.is_alone {
        let veil = ground.gamma_multiply(VEIL);
        ui.painter_at(rect).rect_filled(rect, 0.0, veil);
    }
    let halos = lifted.iter().map(|(curve, _)| CurveRef {
        points: curve.points,
        color: ground,
        width: width(curve) + 2.0 * HALO,
    });
    let lines = lifted.iter().map(|(curve, ink)| CurveRef {
        points: curve.points,
        color: *ink,
        width: width(curve),
    });
    for (name, curves) in [
        ("halos", halos.collect::<Vec<_>>()),
        ("lines", lines.collect()),
    ] {
        CurvesView {
            id: id.with(name),
            curves: &curves,
            x,
            y,
            y_scale: plot.y_scale,
        }
        .paint(ui, rect);
    }
}

fn width(curve: &PlotCurve<'_>) -> f32 {
    (curve.width * WIDER).max(LEAST_WIDTH)
}

/// Whether a curve has stepped back behind others, so that its name does too.
pub(super) fn is_quiet(plot: &Plot<'_>, place: usize) -> bool {
    let emphasis = plot.emphasis;
    let is_lifted = emphasis.curves.iter().any(|(lifted, _)| *lifted == place);
    emphasis.is_alone && !emphasis.curves.is_empty() && !is_lifted
}
