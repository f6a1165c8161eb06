//! The drawings on software Vulkan, looked at pixel by pixel.

use std::sync::Arc;

use egui::{Color32, Id, Rect, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup};

use crate::{CurveRef, CurvesView, Range, Scale, ScatterPoints, ScatterView, install};

const SIZE: f32 = 100.0;
const INK: Color32 = Color32::from_rgb(255, 128, 0);

/// Draws on black in a window of 100 x 100 pixels, with the pipelines or with egui's painter.
fn picture(on_card: bool, mut draw: impl FnMut(&egui::Ui, Rect)) -> Vec<[u8; 4]> {
    let state = create_render_state(
        default_wgpu_setup(),
        egui_wgpu::RendererOptions::PREDICTABLE,
    );
    let (install_state, renderer) = (state.clone(), WgpuTestRenderer::from_render_state(state));
    let mut harness = Harness::builder()
        .with_size(vec2(SIZE, SIZE))
        .with_pixels_per_point(1.0)
        .renderer(renderer)
        .with_context_setup(move |ctx| {
            if on_card {
                install(ctx, &install_state);
            }
        })
        .build_ui(move |ui| {
            let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(SIZE, SIZE));
            ui.set_clip_rect(rect);
            ui.painter().rect_filled(rect, 0.0, Color32::BLACK);
            draw(ui, rect);
        });
    harness.step();
    let image = harness.render().expect("a picture");
    image.pixels().map(|pixel| pixel.0).collect()
}

fn at(picture: &[[u8; 4]], x: usize, y: usize) -> [u8; 4] {
    picture[y * SIZE as usize + x]
}

fn lit(picture: &[[u8; 4]]) -> usize {
    picture.iter().filter(|pixel| pixel[0] > 127).count()
}

fn curve_picture(on_card: bool, points: &Arc<[[f64; 2]]>) -> Vec<[u8; 4]> {
    let points = Arc::clone(points);
    picture(on_card, move |ui, rect| {
        let curves = [CurveRef {
            points: &points,
            color: INK,
            width: 4.0,
        }];
        CurvesView {
            id: Id::unique("curves"),
            curves: &curves,
            x: Range::new(0.0, 100.0),
            y: Range::new(0.0, 100.0),
            y_scale: Scale::Linear,
        }
        .paint(ui, rect);
    })
}

#[test]
fn a_level_line_is_as_thick_as_it_should_be() {
    let points: Arc<[[f64; 2]]> = vec![[0.0, 50.0], [100.0, 50.0]].into();
    let picture = curve_picture(true, &points);
    for y in 48..52 {
        assert_eq!(at(&picture, 50, y), [255, 128, 0, 255], "row {y}");
    }
    for y in [46, 53] {
        assert_eq!(at(&picture, 50, y), [0, 0, 0, 255], "row {y}");
    }
}

#[test]
fn a_gap_stays_dark_and_a_lone_point_is_a_dot() {
    let gap = f64::NAN;
    let points: Arc<[[f64; 2]]> = vec![
        [0.0, 50.0],
        [30.0, 50.0],
        [35.0, gap],
        [50.0, 50.0],
        [65.0, gap],
        [70.0, 50.0],
        [100.0, 50.0],
    ]
    .into();
    let picture = curve_picture(true, &points);
    assert_eq!(at(&picture, 20, 50), [255, 128, 0, 255]);
    assert_eq!(at(&picture, 40, 50), [0, 0, 0, 255]);
    assert_eq!(at(&picture, 50, 50), [255, 128, 0, 255]);
    assert_eq!(at(&picture, 60, 50), [0, 0, 0, 255]);
    assert_eq!(at(&picture, 80, 50), [255, 128, 0, 255]);
}

#[test]
fn the_card_draws_what_the_painter_draws() {
    let points: Arc<[[f64; 2]]> = (0..=50)
        .map(|step| {
            let x = f64::from(step) * 2.0;
            [x, 50.0 + 40.0 * (x / 9.0).sin()]
        })
        .collect();
    let (card, painter) = (curve_picture(true, &points), curve_picture(false, &points));
    let far = card
        .iter()
        .zip(&painter)
        .filter(|(a, b)| a[0].abs_diff(b[0]) > 110)
        .count();
    assert!(lit(&card) > 600, "{} pixels are lit", lit(&card));
    assert!(
        far < lit(&card) / 50,
        "{far} of {} pixels differ",
        lit(&card)
    );
}

#[test]
fn nothing_is_drawn_twice_where_segments_meet() {
    // Half transparent ink would be brighter wherever two segments overlap.
    let half = Color32::from_rgba_premultiplied(100, 100, 100, 100);
    let points: Arc<[[f64; 2]]> = (0..=40)
        .map(|step| {
            let x = f64::from(step) * 2.5;
            [x, 50.0 + 20.0 * (x / 15.0).sin()]
        })
        .collect();
    let picture = picture(true, move |ui, rect| {
        let curves = [CurveRef {
            points: &points,
            color: half,
            width: 6.0,
        }];
        CurvesView {
            id: Id::unique("half"),
            curves: &curves,
            x: Range::new(0.0, 100.0),
            y: Range::new(0.0, 100.0),
            y_scale: Scale::Linear,
        }
        .paint(ui, rect);
    });
    let brightest = picture.iter().map(|pixel| pixel[0]).max();
    assert!(brightest <= Some(112), "{brightest:?}");
}

#[test]
fn scattered_points_stand_in_their_places() {
    let points: Arc<[[f64; 2]]> = vec![[25.0, 25.0], [75.0, 75.0], [50.0, f64::NAN]].into();
    let classes: Arc<[u16]> = vec![0, 1, 0].into();
    let colors = [INK, Color32::from_rgb(0, 0, 255)];
    let picture = picture(true, move |ui, rect| {
        ScatterView {
            id: Id::unique("scatter"),
            data: ScatterPoints {
                points: &points,
                classes: Some(&classes),
                colors: &colors,
            },
            x: Range::new(0.0, 100.0),
            y: Range::new(0.0, 100.0),
            radius: 4.0,
        }
        .paint(ui, rect);
    });
    assert_eq!(at(&picture, 25, 75), [255, 128, 0, 255]);
    assert_eq!(at(&picture, 75, 25), [0, 0, 255, 255]);
    assert_eq!(at(&picture, 50, 50), [0, 0, 0, 255]);
    assert!(lit(&picture) < 70, "{} pixels are lit", lit(&picture));
}

#[test]
fn a_rectangle_that_leaves_the_window_is_cut_and_not_squeezed() {
    let points: Arc<[[f64; 2]]> = vec![[0.0, 50.0], [100.0, 50.0]].into();
    let picture = picture(true, move |ui, _| {
        let rect = Rect::from_min_size(pos2(0.0, -40.0), vec2(100.0, 100.0));
        let curves = [CurveRef {
            points: &points,
            color: INK,
            width: 4.0,
        }];
        CurvesView {
            id: Id::unique("cut"),
            curves: &curves,
            x: Range::new(0.0, 100.0),
            y: Range::new(0.0, 100.0),
            y_scale: Scale::Linear,
        }
        .paint(ui, rect);
    });
    assert_eq!(at(&picture, 50, 10), [255, 128, 0, 255]);
    assert_eq!(at(&picture, 50, 30), [0, 0, 0, 255]);
}
