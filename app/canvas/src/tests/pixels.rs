//! The drawings on software Vulkan, looked at pixel by pixel.

use std::sync::Arc;

use egui::{Color32, Id, Rect, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup};

use crate::{CurveRef, CurvesView, Range, Scale, ScatterPoints, ScatterView, install};

const SIZE: f32 = 100.0;
const INK: Color32 = Color32::from_rgb(255, 128, 0);

/// Draws on black in a window of 100 x 100 pixels, with the pipelines or with egui's painter.
fn picture(on_card: bool, mut draw: impl FnMut(&mut egui::Ui, Rect)) -> Vec<[u8; 4]> {
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

/// A thousand curves of a thousand points: what the UI thread does for them in a frame without changes, upload included.
#[test]
fn a_frame_without_changes_costs_next_to_nothing() {
    use crate::curves::gpu::{CurvesDraw, CurvesPipeline};
    use std::time::{Duration, Instant};

    let state = create_render_state(
        default_wgpu_setup(),
        egui_wgpu::RendererOptions::PREDICTABLE,
    );
    let data: Vec<Arc<[[f64; 2]]>> = (0..1_000)
        .map(|curve| {
            (0..1_000)
                .map(|step| [f64::from(step), f64::from((step * curve) % 97)])
                .collect()
        })
        .collect();
    let curves: Vec<CurveRef<'_>> = data
        .iter()
        .map(|points| CurveRef {
            points,
            color: INK,
            width: 1.5,
        })
        .collect();
    let view = CurvesView {
        id: Id::unique("many"),
        curves: &curves,
        x: Range::new(0.0, 1_000.0),
        y: Range::new(0.0, 97.0),
        y_scale: Scale::Linear,
    };
    let ctx = egui::Context::default();
    let screen = egui_wgpu::ScreenDescriptor {
        size_in_pixels: [1_200, 800],
        pixels_per_point: 1.0,
    };
    let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(1_000.0, 400.0));
    let mut pipeline = CurvesPipeline::new(&state.device, state.target_format);
    let mut frame = || {
        let begin = Instant::now();
        let store = view.update(&ctx, 1_000);
        let draw = CurvesDraw::new(&view, &store, rect);
        pipeline.prepare(&state.device, &state.queue, &screen, &draw);
        begin.elapsed()
    };
    let first = frame();
    let mut later: Vec<Duration> = (0..50).map(|_| frame()).collect();
    later.sort();
    println!(
        "1 000 x 1 000 points: first frame {first:?}, then {:?} (median of 50)",
        later[25]
    );
    assert!(later[25] < Duration::from_millis(4), "{:?}", later[25]);
}

/// A million points are converted and uploaded in their first frame, and again only when others take their place.
#[test]
fn a_million_points_are_uploaded_once() {
    use crate::scatter::gpu::{ScatterDraw, ScatterPipeline};

    let state = create_render_state(
        default_wgpu_setup(),
        egui_wgpu::RendererOptions::PREDICTABLE,
    );
    let million = |offset: f64| -> Arc<[[f64; 2]]> {
        (0..1_000_000)
            .map(|index| [f64::from(index % 1_000), f64::from(index / 1_000) + offset])
            .collect()
    };
    let ctx = egui::Context::default();
    let screen = egui_wgpu::ScreenDescriptor {
        size_in_pixels: [1_200, 800],
        pixels_per_point: 1.0,
    };
    let mut pipeline = ScatterPipeline::new(&state.device, state.target_format);
    // Drawn in a range, as panning and zooming does; gives what was converted and where it lies on the card.
    let mut frame = |points: &Arc<[[f64; 2]]>, x: Range| {
        let view = ScatterView {
            id: Id::unique("million"),
            data: ScatterPoints {
                points,
                classes: None,
                colors: &[INK],
            },
            x,
            y: Range::new(0.0, 1_000.0),
            radius: 2.0,
        };
        let store = view.update(&ctx);
        let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(1_000.0, 400.0));
        let draw = ScatterDraw::new(&view, &store, rect);
        pipeline.prepare(&state.device, &state.queue, &screen, &draw);
        let buffer = pipeline.vertices_of(view.id).expect("it is drawn").clone();
        (store, buffer)
    };
    let points = million(0.0);
    let (store, buffer) = frame(&points, Range::new(0.0, 1_000.0));
    assert_eq!(store.vertices.len(), 1_000_000);
    for step in 1..20 {
        let panned = Range::new(f64::from(step), 1_000.0 + f64::from(step));
        let (same_store, same_buffer) = frame(&points, panned);
        assert!(Arc::ptr_eq(&store.vertices, &same_store.vertices));
        assert!(buffer == same_buffer, "frame {step} uploaded them again");
    }
    let (_, other) = frame(&million(0.5), Range::new(0.0, 1_000.0));
    assert!(buffer != other, "other points are uploaded");
}

/// The picture of a chart of two level lines with this emphasis.
fn chart_picture(curves: &'static [(usize, Color32)], is_alone: bool) -> Vec<[u8; 4]> {
    let level = |y: f64| -> Arc<[[f64; 2]]> { vec![[0.0, y], [100.0, y]].into() };
    let (low, high) = (level(25.0), level(75.0));
    picture(true, move |ui, _| {
        let style = super::plot::style();
        let line = |points| crate::PlotCurve {
            name: "line",
            points,
            color: INK,
            width: 2.0,
            is_read: true,
        };
        let plot = crate::Plot {
            id_salt: "emphasis",
            subject: 0,
            curves: &[line(&low), line(&high)],
            x_title: "",
            y_title: "",
            y_scale: Scale::Linear,
            height: SIZE,
            style: &style,
            emphasis: crate::Emphasis { curves, is_alone },
        };
        crate::plot_ui(ui, &plot);
    })
}

#[test]
fn a_lifted_curve_is_thicker_and_the_others_step_back() {
    const LIFTED: [(usize, Color32); 1] = [(1, Color32::GREEN)];
    let pixels = |picture: &[[u8; 4]], color: Color32| {
        let wanted = color.to_array();
        picture.iter().filter(|pixel| **pixel == wanted).count()
    };
    let (plain, thicker) = (chart_picture(&[], false), chart_picture(&LIFTED, false));
    let alone = chart_picture(&LIFTED, true);
    assert_eq!(pixels(&plain, Color32::GREEN), 0);
    let one = pixels(&plain, INK) / 2;
    assert!(one > 20, "a line has {one} pixels");
    assert!(
        pixels(&thicker, Color32::GREEN) > one,
        "thicker than before"
    );
    assert!(pixels(&thicker, INK) >= one, "the other stays");
    assert!(pixels(&alone, Color32::GREEN) > one);
    // Its swatch at the end of the line's name stays.
    assert!(pixels(&alone, INK) < one / 4, "the other steps back");
}
