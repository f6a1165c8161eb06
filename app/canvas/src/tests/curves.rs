//! Curves: made once, placed where the axis says, broken at gaps.

use std::sync::Arc;

use egui::{Color32, Id};
use proptest::prelude::*;

use crate::curves::gpu::slot_capacity;
use crate::curves::store::CurvesStore;
use crate::{CurveRef, CurvesView, Range, Scale};

const COLUMNS: usize = 400;

fn arc(points: Vec<[f64; 2]>) -> Arc<[[f64; 2]]> {
    points.into()
}

fn curve(points: &Arc<[[f64; 2]]>) -> CurveRef<'_> {
    CurveRef {
        points,
        color: Color32::WHITE,
        width: 2.0,
    }
}

fn view<'a>(curves: &'a [CurveRef<'a>], x: Range, y: Range) -> CurvesView<'a> {
    CurvesView {
        id: Id::unique("curves"),
        curves,
        x,
        y,
        y_scale: Scale::Linear,
    }
}

/// The store after the first frame, and after a second with another view.
fn stored(view: &CurvesView<'_>) -> Arc<CurvesStore> {
    Arc::new(CurvesStore::updated(None, view, COLUMNS).expect("the first frame makes everything"))
}

#[test]
fn what_stays_is_not_made_again() {
    let (a, b) = (
        arc(vec![[0.0, 1.0], [1.0, 2.0]]),
        arc(vec![[0.0, 3.0], [1.0, 4.0]]),
    );
    let both = [curve(&a), curve(&b)];
    let unit = Range::new(0.0, 1.0);
    let first = stored(&view(&both, unit, unit));
    assert!(CurvesStore::updated(Some(&first), &view(&both, unit, unit), COLUMNS).is_none());

    // A pan of curves that are not decimated changes nothing but the uniforms.
    let panned = view(&both, Range::new(0.2, 1.2), Range::new(-5.0, 5.0));
    assert!(CurvesStore::updated(Some(&first), &panned, COLUMNS).is_none());

    // Another curve keeps the first's vertices, wherever it stands.
    let c = arc(vec![[0.0, 5.0], [1.0, 6.0]]);
    let changed = [curve(&c), curve(&a)];
    let second = CurvesStore::updated(Some(&first), &view(&changed, unit, unit), COLUMNS)
        .expect("a curve is new");
    assert!(Arc::ptr_eq(
        &second.curves[1].vertices,
        &first.curves[0].vertices
    ));
}

#[test]
fn a_long_curve_is_decimated_and_again_when_looked_at_closely() {
    let long = arc((0..100_000)
        .map(|x| [f64::from(x), f64::from(x % 7)])
        .collect());
    let curves = [curve(&long)];
    let y = Range::new(0.0, 7.0);
    let whole = view(&curves, Range::new(0.0, 100_000.0), y);
    let first = stored(&whole);
    assert!(first.curves[0].vertices.len() <= 4 * (COLUMNS + COLUMNS / 2) + 2);
    let nudged = view(&curves, Range::new(1_000.0, 101_000.0), y);
    assert!(CurvesStore::updated(Some(&first), &nudged, COLUMNS).is_none());
    let close = view(&curves, Range::new(500.0, 700.0), y);
    let second = CurvesStore::updated(Some(&first), &close, COLUMNS).expect("made anew");
    // Two hundred steps and a quarter on either side, and the two neighbours.
    assert_eq!(second.curves[0].vertices.len(), 303);
}

#[test]
fn a_gap_ends_a_piece() {
    let points = arc(vec![
        [0.0, 1.0],
        [1.0, 2.0],
        [2.0, f64::NAN],
        [3.0, 4.0],
        [4.0, f64::INFINITY],
        [5.0, 6.0],
        [6.0, 7.0],
    ]);
    let curves = [curve(&points)];
    let store = stored(&view(&curves, Range::new(0.0, 6.0), Range::new(0.0, 10.0)));
    let widths: Vec<f32> = store.curves[0]
        .vertices
        .iter()
        .map(|vertex| vertex.width)
        .collect();
    // A pair, the point alone (twice, as a dot), a pair.
    assert_eq!(widths, [2.0, -2.0, 2.0, -2.0, 2.0, -2.0]);
}

#[test]
fn on_a_logarithmic_axis_zero_is_a_gap() {
    let points = arc(vec![[0.0, 1.0], [1.0, 0.0], [2.0, 100.0]]);
    let curves = [curve(&points)];
    let mut view = view(&curves, Range::new(0.0, 2.0), Range::new(0.0, 2.0));
    view.y_scale = Scale::Log10;
    let store = stored(&view);
    let ys: Vec<f32> = store.curves[0]
        .vertices
        .iter()
        .map(|vertex| vertex.at_in_frame[1])
        .collect();
    assert_eq!(ys, [0.0, 0.0, 1.0, 1.0]);
}

#[test]
fn a_curve_that_grows_is_rarely_moved() {
    let (mut capacity, mut moves) = (slot_capacity(100, None), 0);
    for length in 101..=10_000 {
        if length > capacity {
            capacity = slot_capacity(length, Some(capacity));
            moves += 1;
        }
        assert!(length < capacity + 1 && capacity <= 2 * length + 128);
    }
    assert!(moves <= 12, "moved {moves} times");
    // A neighbour keeps its place, and gives back what it no longer needs.
    assert_eq!(slot_capacity(1_000, Some(1_024)), 1_024);
    assert_eq!(slot_capacity(10, Some(1_024)), 128);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Through frame, f32 and uniforms a point is within a hundredth of a pixel of where the axis says.
    #[test]
    fn points_land_where_the_axis_says(
        x0 in -1e6..1e6f64, x_span in 1e-3..1e6f64, y0 in -1e3..1e3f64, y_span in 1e-6..1e6f64,
        zoom in 1.0..200.0f64, at in 0.0..1.0f64,
    ) {
        let whole = (Range::new(x0, x0 + x_span), Range::new(y0, y0 + y_span));
        let points = arc((0..50).map(|step| {
            let share = f64::from(step) / 49.0;
            [whole.0.at_share(share), whole.1.at_share((share * 7.0).sin() * 0.5 + 0.5)]
        }).collect());
        let curves = [curve(&points)];
        let first = stored(&view(&curves, whole.0, whole.1));
        let close = (whole.0.zoomed(zoom, whole.0.at_share(at)), whole.1.zoomed(zoom, whole.1.at_share(at)));
        let looked = view(&curves, close.0, close.1);
        let store = CurvesStore::updated(Some(&first), &looked, COLUMNS).map_or(first, Arc::new);
        let (scale, offset) = store.frame.view_from_frame(&looked);
        for (vertex, point) in store.curves[0].vertices.iter().zip(points.iter()) {
            for axis in 0..2 {
                let shown = vertex.at_in_frame[axis] * scale[axis] + offset[axis];
                let exact = [close.0, close.1][axis].share(point[axis]);
                if (-1.0..2.0).contains(&exact) {
                    prop_assert!((f64::from(shown) - exact).abs() * 800.0 < 0.05, "axis {} {} {}", axis, shown, exact);
                }
            }
        }
    }
}
