//! What is kept of the curves of a view between frames: their vertices, made once a change of data or frame.

use std::collections::HashMap;
use std::sync::Arc;

use egui::Color32;

use super::frame::Frame;
use super::gpu::CurveVertex;
use super::{CurveRef, CurvesView};
use crate::decimate;

/// Immutable: a change makes a new one that shares what stayed.
#[derive(Clone, Debug)]
pub(crate) struct CurvesStore {
    pub(crate) frame: Frame,
    pub(crate) curves: Arc<[KeptCurve]>,
}

#[derive(Clone, Debug)]
pub(crate) struct KeptCurve {
    /// Held, so that its address cannot be given to other data.
    points: Arc<[[f64; 2]]>,
    pub(crate) color: Color32,
    pub(crate) width: f32,
    pub(crate) vertices: Arc<[CurveVertex]>,
}

/// A coordinate farther out than this many frames is clamped; it is never on the screen.
const FARTHEST: f64 = 1e6;

impl CurvesStore {
    pub(crate) fn empty(frame: Frame) -> Self {
        Self {
            frame,
            curves: Arc::from([]),
        }
    }

    /// A store for this view, or `None` when the kept one serves.
    pub(crate) fn updated(
        kept: Option<&Arc<Self>>,
        view: &CurvesView<'_>,
        columns: usize,
    ) -> Option<Self> {
        let frame = match kept {
            Some(kept) if kept.frame.serves(view, columns) => kept.frame,
            _ => Frame::new(view, columns),
        };
        let old: &[KeptCurve] = match kept {
            Some(kept) if kept.frame == frame => &kept.curves,
            _ => &[],
        };
        let is_same = old.len() == view.curves.len()
            && kept.is_some_and(|kept| kept.frame == frame)
            && old.iter().zip(view.curves).all(|(old, new)| old.is(new));
        if is_same {
            return None;
        }
        // Curves may have changed places, so they are found by the address of their data.
        let by_address: HashMap<usize, &KeptCurve> = old
            .iter()
            .map(|kept| (address(&kept.points), kept))
            .collect();
        let curves = view
            .curves
            .iter()
            .map(|curve| {
                by_address
                    .get(&address(curve.points))
                    .filter(|kept| kept.is(curve))
                    .map_or_else(|| KeptCurve::new(curve, &frame), |kept| (*kept).clone())
            })
            .collect();
        Some(Self { frame, curves })
    }
}

fn address(points: &Arc<[[f64; 2]]>) -> usize {
    points.as_ptr() as usize
}

impl KeptCurve {
    fn new(curve: &CurveRef<'_>, frame: &Frame) -> Self {
        let vertices = if frame.decimates(curve.points.len()) {
            let seen = decimate(&placed(curve.points, frame), frame.x, frame.columns);
            vertices(&seen, curve, frame)
        } else {
            vertices(&placed(curve.points, frame), curve, frame)
        };
        Self {
            points: Arc::clone(curve.points),
            color: curve.color,
            width: curve.width,
            vertices,
        }
    }

    fn is(&self, curve: &CurveRef<'_>) -> bool {
        Arc::ptr_eq(&self.points, curve.points)
            && self.color == curve.color
            && self.width == curve.width
    }
}

/// The points with y as a place on the axis.
fn placed(points: &[[f64; 2]], frame: &Frame) -> Vec<[f64; 2]> {
    points
        .iter()
        .map(|point| [point[0], frame.y_scale.place(point[1])])
        .collect()
}

/// Vertices in the frame; the last of each piece has a negative width.
fn vertices(points: &[[f64; 2]], curve: &CurveRef<'_>, frame: &Frame) -> Arc<[CurveVertex]> {
    let color = curve.color.to_array();
    let mut vertices: Vec<CurveVertex> = Vec::with_capacity(points.len());
    let is_point = |point: &[f64; 2]| point[0].is_finite() && point[1].is_finite();
    for piece in points.split(|point| !is_point(point)) {
        for point in piece {
            let x = frame.x.share(point[0]).clamp(-FARTHEST, FARTHEST);
            let y = frame.y.share(point[1]).clamp(-FARTHEST, FARTHEST);
            vertices.push(CurveVertex {
                at_in_frame: [x as f32, y as f32],
                color,
                width: curve.width,
            });
        }
        if let [only] = piece {
            // A point alone is a dot: a segment from itself to itself.
            if is_point(only)
                && let Some(vertex) = vertices.last().copied()
            {
                vertices.push(vertex);
            }
        }
        if !piece.is_empty()
            && let Some(last) = vertices.last_mut()
        {
            last.width = -curve.width;
        }
    }
    vertices.into()
}
