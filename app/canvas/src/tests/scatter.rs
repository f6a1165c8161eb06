//! Scatters: converted once, gaps left out, the nearest point found.

use std::sync::Arc;

use egui::{Color32, Id};

use crate::{Range, ScatterPoints, ScatterView, nearest};

#[test]
fn what_stays_is_not_made_again() {
    let ctx = egui::Context::default();
    let points: Arc<[[f64; 2]]> = vec![[0.0, 0.0], [1.0, f64::NAN], [2.0, 4.0]].into();
    let classes: Arc<[u16]> = vec![0, 1, 1].into();
    let colors = [Color32::RED, Color32::BLUE];
    let view = |classes| ScatterView {
        id: Id::unique("scatter"),
        data: ScatterPoints {
            points: &points,
            classes,
            colors: &colors,
        },
        x: Range::new(0.0, 2.0),
        y: Range::new(0.0, 4.0),
        radius: 3.0,
    };
    let first = view(Some(&classes)).update(&ctx);
    let second = view(Some(&classes)).update(&ctx);
    assert!(Arc::ptr_eq(&first.vertices, &second.vertices));
    let seen: Vec<([f32; 2], [u8; 4])> = first
        .vertices
        .iter()
        .map(|vertex| (vertex.at_in_frame, vertex.color))
        .collect();
    assert_eq!(
        seen,
        [
            ([0.0, 0.0], [255, 0, 0, 255]),
            ([1.0, 1.0], [0, 0, 255, 255])
        ]
    );
    let third = view(None).update(&ctx);
    assert_eq!(third.vertices[1].color, [255, 0, 0, 255]);
}

#[test]
fn a_view_of_a_part_scales_and_shifts() {
    let ctx = egui::Context::default();
    let points: Arc<[[f64; 2]]> = vec![[0.0, 0.0], [10.0, 10.0]].into();
    let view = ScatterView {
        id: Id::unique("scatter"),
        data: ScatterPoints {
            points: &points,
            classes: None,
            colors: &[Color32::RED],
        },
        x: Range::new(5.0, 10.0),
        y: Range::new(0.0, 20.0),
        radius: 3.0,
    };
    let store = view.update(&ctx);
    assert_eq!(view.view_from_frame(&store), ([2.0, 0.5], [-1.0, 0.0]));
}

#[test]
fn the_nearest_point_within_reach_is_found() {
    let points = [[0.0, 0.0], [1.0, 1.0], [f64::NAN, 1.0], [3.0, 3.0]];
    let ranges = (Range::new(0.0, 4.0), Range::new(0.0, 4.0));
    assert_eq!(nearest(&points, ranges, [1.1, 0.9], [0.05, 0.05]), Some(1));
    assert_eq!(nearest(&points, ranges, [2.0, 2.0], [0.05, 0.05]), None);
    assert_eq!(nearest(&points, ranges, [2.6, 2.6], [0.2, 0.2]), Some(3));
}
