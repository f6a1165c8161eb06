//! How far the data reaches, looked at once a curve and kept while its data stays.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Context, Id};

use super::PlotCurve;
use crate::{Range, Scale};

/// The ranges of all curves together; y as places on the axis.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Extent {
    pub(crate) x: Option<Range>,
    pub(crate) y: Option<Range>,
}

impl Extent {
    pub(crate) fn is_empty(&self) -> bool {
        self.x.is_none() || self.y.is_none()
    }

    fn of_points(points: &[[f64; 2]], scale: Scale) -> Self {
        let seen = || {
            points
                .iter()
                .map(|point| [point[0], scale.place(point[1])])
                .filter(|point| point[0].is_finite() && point[1].is_finite())
        };
        Self {
            x: Range::of(seen().map(|point| point[0])),
            y: Range::of(seen().map(|point| point[1])),
        }
    }

    fn union(self, other: Self) -> Self {
        let both = |a: Option<Range>, b: Option<Range>| match (a, b) {
            (Some(a), Some(b)) => Some(a.union(&b)),
            (a, b) => a.or(b),
        };
        Self {
            x: both(self.x, other.x),
            y: both(self.y, other.y),
        }
    }
}

#[derive(Clone)]
struct Kept {
    scale: Scale,
    curves: Vec<(Arc<[[f64; 2]]>, Extent)>,
    whole: Extent,
}

pub(crate) fn of(ctx: &Context, id: Id, curves: &[PlotCurve<'_>], scale: Scale) -> Extent {
    let kept = ctx
        .data(|data| data.get_temp::<Arc<Kept>>(id))
        .filter(|kept| kept.scale == scale);
    if let Some(kept) = &kept
        && kept.curves.len() == curves.len()
        && kept
            .curves
            .iter()
            .zip(curves)
            .all(|((points, _), curve)| Arc::ptr_eq(points, curve.points))
    {
        return kept.whole;
    }
    let known: HashMap<usize, Extent> = kept
        .iter()
        .flat_map(|kept| &kept.curves)
        .map(|(points, extent)| (points.as_ptr() as usize, *extent))
        .collect();
    let curves: Vec<(Arc<[[f64; 2]]>, Extent)> = curves
        .iter()
        .map(|curve| {
            let extent = known
                .get(&(curve.points.as_ptr() as usize))
                .copied()
                .unwrap_or_else(|| Extent::of_points(curve.points, scale));
            (Arc::clone(curve.points), extent)
        })
        .collect();
    let whole = curves
        .iter()
        .fold(Extent::default(), |whole, (_, extent)| whole.union(*extent));
    let fresh = Kept {
        scale,
        curves,
        whole,
    };
    ctx.data_mut(|data| data.insert_temp(id, Arc::new(fresh)));
    whole
}
