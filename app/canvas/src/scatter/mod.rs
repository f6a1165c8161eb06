//! Scatters: up to millions of points, uploaded once, panned and zoomed by the shader.

pub(crate) mod gpu;

use std::sync::Arc;

use egui::{Color32, Id, Rect, Ui, pos2};

use crate::{Range, is_installed};
use gpu::ScatterVertex;

/// Points and their colours. The same `Arc`s mean the same data: nothing is looked at again while they stay.
#[derive(Clone, Copy, Debug)]
pub struct ScatterPoints<'a> {
    /// `[n, 2]`; a point that is not finite is left out.
    pub points: &'a Arc<[[f64; 2]]>,
    /// `[n]`, indices into `colors`; without it every point has the first colour.
    pub classes: Option<&'a Arc<[u16]>>,
    pub colors: &'a [Color32],
}

/// A scatter in a rectangle.
#[derive(Clone, Copy, Debug)]
pub struct ScatterView<'a> {
    pub id: Id,
    pub data: ScatterPoints<'a>,
    pub x: Range,
    pub y: Range,
    /// In logical pixels.
    pub radius: f32,
}

/// What is kept between frames.
#[derive(Clone, Debug)]
pub(crate) struct ScatterStore {
    points: Arc<[[f64; 2]]>,
    classes: Option<Arc<[u16]>>,
    colors: Vec<Color32>,
    /// The ranges that vertices are 0 to 1 over.
    pub(crate) frame: (Range, Range),
    pub(crate) vertices: Arc<[ScatterVertex]>,
}

/// Without a graphics card of ours no more than this many points are drawn, evenly picked.
const MOST_PLAIN_POINTS: usize = 20_000;

impl ScatterView<'_> {
    pub fn paint(&self, ui: &Ui, rect: Rect) {
        if !ui.is_rect_visible(rect) || rect.width() < 1.0 || rect.height() < 1.0 {
            return;
        }
        let store = self.update(ui.ctx());
        if is_installed(ui.ctx()) {
            let draw = gpu::ScatterDraw::new(self, &store, rect);
            ui.painter_at(rect)
                .add(egui_wgpu::Callback::new_paint_callback(rect, draw));
        } else {
            self.paint_plainly(ui, rect, &store);
        }
    }

    pub(crate) fn update(&self, ctx: &egui::Context) -> Arc<ScatterStore> {
        let kept = ctx.data(|data| data.get_temp::<Arc<ScatterStore>>(self.id));
        if let Some(kept) = kept.filter(|kept| kept.is(&self.data)) {
            return kept;
        }
        let fresh = Arc::new(ScatterStore::new(&self.data));
        ctx.data_mut(|data| data.insert_temp(self.id, Arc::clone(&fresh)));
        fresh
    }

    /// Scale and offset from the frame to the view, both 0 to 1.
    pub(crate) fn view_from_frame(&self, store: &ScatterStore) -> ([f32; 2], [f32; 2]) {
        let (x, y) = store.frame;
        let scale = [x.span() / self.x.span(), y.span() / self.y.span()];
        let offset = [self.x.share(x.min), self.y.share(y.min)];
        (
            scale.map(|value| value as f32),
            offset.map(|value| value as f32),
        )
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the colours are the caller's, read back from their bytes"
    )]
    fn paint_plainly(&self, ui: &Ui, rect: Rect, store: &ScatterStore) {
        let painter = ui.painter_at(rect);
        let (scale, offset) = self.view_from_frame(store);
        let stride = store.vertices.len().div_ceil(MOST_PLAIN_POINTS).max(1);
        for vertex in store.vertices.iter().step_by(stride) {
            let x = vertex.at_in_frame[0] * scale[0] + offset[0];
            let y = vertex.at_in_frame[1] * scale[1] + offset[1];
            if (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y) {
                let [r, g, b, a] = vertex.color;
                let at = pos2(
                    rect.left() + x * rect.width(),
                    rect.bottom() - y * rect.height(),
                );
                let color = Color32::from_rgba_premultiplied(r, g, b, a);
                painter.circle_filled(at, self.radius, color);
            }
        }
    }
}

impl ScatterStore {
    fn new(data: &ScatterPoints<'_>) -> Self {
        let range = |axis: usize| {
            let range = Range::of(data.points.iter().map(|point| point[axis]));
            range.map_or(Range::new(0.0, 1.0), |range| {
                Range::new(range.min, range.max)
            })
        };
        let (x, y) = (range(0), range(1));
        let color = |index: usize| -> [u8; 4] {
            let class = data
                .classes
                .and_then(|classes| classes.get(index))
                .map_or(0, |class| usize::from(*class));
            let color = data.colors.get(class % data.colors.len().max(1));
            color.copied().unwrap_or(Color32::GRAY).to_array()
        };
        let vertices = data
            .points
            .iter()
            .enumerate()
            .filter(|(_, point)| point[0].is_finite() && point[1].is_finite())
            .map(|(index, point)| ScatterVertex {
                at_in_frame: [x.share(point[0]) as f32, y.share(point[1]) as f32],
                color: color(index),
            })
            .collect();
        Self {
            points: Arc::clone(data.points),
            classes: data.classes.cloned(),
            colors: data.colors.to_vec(),
            frame: (x, y),
            vertices,
        }
    }

    fn is(&self, data: &ScatterPoints<'_>) -> bool {
        let same_classes = match (&self.classes, data.classes) {
            (None, None) => true,
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            _ => false,
        };
        same_classes && Arc::ptr_eq(&self.points, data.points) && self.colors == data.colors
    }
}

/// The point nearest to `at`, when it is within `reach`; both measured in shares of the ranges `x` and `y`.
pub fn nearest(
    points: &[[f64; 2]],
    (x, y): (Range, Range),
    at: [f64; 2],
    reach: [f64; 2],
) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (index, point) in points.iter().enumerate() {
        let dx = (x.share(point[0]) - x.share(at[0])) / reach[0];
        let dy = (y.share(point[1]) - y.share(at[1])) / reach[1];
        let far = dx * dx + dy * dy;
        // NaN compares false, so a point without a place is never near.
        if far <= 1.0 && best.is_none_or(|(_, nearest)| far < nearest) {
            best = Some((index, far));
        }
    }
    best.map(|(index, _)| index)
}
