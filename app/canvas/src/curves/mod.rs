//! Dense curves: decimated once a view, uploaded once a change, drawn in one call.

pub(crate) mod frame;
pub(crate) mod gpu;
pub(crate) mod store;

use std::sync::Arc;

use egui::{Color32, Id, Pos2, Rect, Shape, Stroke, Ui, pos2};

use crate::{Range, Scale, is_installed};
use frame::Frame;
use store::CurvesStore;

/// A curve as its owner has it. Points are `[n, 2]`, x not decreasing; one that is not finite is a gap.
#[derive(Clone, Copy, Debug)]
pub struct CurveRef<'a> {
    /// The same `Arc` means the same data: nothing is looked at again while it stays.
    pub points: &'a Arc<[[f64; 2]]>,
    pub color: Color32,
    /// In logical pixels.
    pub width: f32,
}

/// Curves in a rectangle. Later curves are drawn over earlier ones, and those of very many points over all others.
#[derive(Clone, Copy, Debug)]
pub struct CurvesView<'a> {
    /// What is made of the data is kept under this id.
    pub id: Id,
    pub curves: &'a [CurveRef<'a>],
    pub x: Range,
    /// Places on the y axis: for [`Scale::Log10`] decimal logarithms.
    pub y: Range,
    pub y_scale: Scale,
}

impl CurvesView<'_> {
    pub fn paint(&self, ui: &Ui, rect: Rect) {
        if !ui.is_rect_visible(rect) || rect.width() < 1.0 || rect.height() < 1.0 {
            return;
        }
        let columns = (rect.width() * ui.pixels_per_point()).ceil() as usize;
        // Long curves are decimated anew as the view moves; a thousand short ones beside them need not be.
        let frame = Frame::new(self, columns);
        let is_long = |curve: &CurveRef<'_>| frame.decimates(curve.points.len());
        let (long, short): (Vec<_>, Vec<_>) = self.curves.iter().copied().partition(is_long);
        for (curves, name) in [(short, "short"), (long, "long")] {
            if curves.len() == self.curves.len() {
                return self.paint_together(ui, rect, columns);
            }
            let part = CurvesView {
                id: self.id.with(name),
                curves: &curves,
                ..*self
            };
            part.paint_together(ui, rect, columns);
        }
    }

    fn paint_together(&self, ui: &Ui, rect: Rect, columns: usize) {
        let store = self.update(ui.ctx(), columns);
        if is_installed(ui.ctx()) {
            let draw = gpu::CurvesDraw::new(self, &store, rect);
            ui.painter_at(rect)
                .add(egui_wgpu::Callback::new_paint_callback(rect, draw));
        } else {
            self.paint_plainly(ui, rect, &store);
        }
    }

    /// Brings what is kept in step with the data and the view.
    pub(crate) fn update(&self, ctx: &egui::Context, columns: usize) -> Arc<CurvesStore> {
        let kept = ctx.data(|data| data.get_temp::<Arc<CurvesStore>>(self.id));
        let fresh = CurvesStore::updated(kept.as_ref(), self, columns);
        match (fresh, kept) {
            (Some(fresh), _) => {
                let fresh = Arc::new(fresh);
                ctx.data_mut(|data| data.insert_temp(self.id, Arc::clone(&fresh)));
                fresh
            }
            (None, Some(kept)) => kept,
            (None, None) => Arc::new(CurvesStore::empty(Frame::new(self, columns))),
        }
    }

    /// The same lines without a graphics card of ours: through egui's own painter.
    fn paint_plainly(&self, ui: &Ui, rect: Rect, store: &CurvesStore) {
        let painter = ui.painter_at(rect);
        let (scale, offset) = store.frame.view_from_frame(self);
        let at = |vertex: &gpu::CurveVertex| -> Pos2 {
            let x = vertex.at_in_frame[0] * scale[0] + offset[0];
            let y = vertex.at_in_frame[1] * scale[1] + offset[1];
            pos2(
                rect.left() + x * rect.width(),
                rect.bottom() - y * rect.height(),
            )
        };
        for curve in store.curves.iter() {
            let stroke = Stroke::new(curve.width, curve.color);
            for piece in curve.vertices.chunk_by(|vertex, _| vertex.width > 0.0) {
                let line: Vec<Pos2> = piece.iter().map(at).collect();
                painter.add(Shape::line(line, stroke));
            }
        }
    }
}
