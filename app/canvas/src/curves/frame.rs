//! The frame: the space that vertices are uploaded in, kept while the view moves a little.

use super::CurvesView;
use crate::{Range, Scale};

/// Vertices are 0 to 1 over these ranges, so that f32 stays exact; the shader maps them to the view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) x: Range,
    pub(crate) y: Range,
    pub(crate) y_scale: Scale,
    /// Pixel columns over `x`: long curves are decimated to them.
    pub(crate) columns: usize,
}

/// A frame is wider than its view by this share on either side, so that panning does not decimate in every frame.
const MARGIN: f64 = 0.25;
/// A decimated curve is decimated anew when the view shows less than this share of the frame.
const CLOSEST: f64 = 0.4;
/// An undecimated curve is exact until the view is this many times smaller or larger than the frame.
const FARTHEST: f64 = 500.0;
/// All curves of a view together have at most this many vertices (16 bytes each).
const MOST_VERTICES: usize = 8_000_000;

impl Frame {
    pub(crate) fn new(view: &CurvesView<'_>, columns: usize) -> Self {
        let wanted = (columns as f64 * (1.0 + 2.0 * MARGIN)) as usize;
        let affordable = MOST_VERTICES / (4 * view.curves.len().max(1));
        Self {
            x: view.x.expanded(MARGIN),
            y: view.y,
            y_scale: view.y_scale,
            columns: wanted.min(affordable).max(16),
        }
    }

    /// Whether a curve of `length` points is decimated in this frame.
    pub(crate) fn decimates(&self, length: usize) -> bool {
        length > 4 * self.columns
    }

    /// Whether vertices made in this frame still draw `view` exactly.
    pub(crate) fn serves(&self, view: &CurvesView<'_>, columns: usize) -> bool {
        if self.y_scale != view.y_scale || !near(&self.y, &view.y) || !near(&self.x, &view.x) {
            return false;
        }
        let longest = view.curves.iter().map(|curve| curve.points.len()).max();
        if !self.decimates(longest.unwrap_or(0)) {
            return true;
        }
        let fresh = Self::new(view, columns);
        let pixels = self.columns as f64 / self.x.span();
        let wanted_pixels = fresh.columns as f64 / fresh.x.span();
        self.x.contains_range(&view.x)
            && view.x.span() >= self.x.span() * CLOSEST
            && pixels >= wanted_pixels * CLOSEST
    }

    /// Scale and offset from the frame to the view, both 0 to 1.
    pub(crate) fn view_from_frame(&self, view: &CurvesView<'_>) -> ([f32; 2], [f32; 2]) {
        let scale = [self.x.span() / view.x.span(), self.y.span() / view.y.span()];
        let offset = [view.x.share(self.x.min), view.y.share(self.y.min)];
        (
            scale.map(|value| value as f32),
            offset.map(|value| value as f32),
        )
    }
}

/// Whether f32 in the frame is exact enough for the view.
fn near(frame: &Range, view: &Range) -> bool {
    let ratio = view.span() / frame.span();
    let shift = (view.min - frame.min).abs() / frame.span();
    (1.0 / FARTHEST..=FARTHEST).contains(&ratio) && shift <= FARTHEST
}
