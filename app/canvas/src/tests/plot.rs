//! Charts: how they fit, what the crosshair reads, what is copied.

use std::sync::Arc;

use egui::{Color32, FontId};
use egui_kittest::kittest::Queryable;

use crate::plot::{as_csv, axes::legible, crosshair::nearest_by_x, view::fitted_x, view::fitted_y};
use crate::{Plot, PlotCurve, PlotStyle, Range, Scale};

pub(super) fn style() -> PlotStyle {
    PlotStyle {
        text: Color32::WHITE,
        text_second: Color32::WHITE,
        text_faint: Color32::WHITE,
        grid: Color32::WHITE,
        surface: Color32::BLACK,
        raised: Color32::BLACK,
        line: Color32::WHITE,
        tick_font: FontId::proportional(11.0),
        label_font: FontId::proportional(12.0),
        number: |value| format!("{value:.2}"),
    }
}

#[test]
fn a_live_axis_grows_in_steps() {
    let ends: Vec<f64> = (2..=100)
        .map(|epoch| {
            fitted_x(Some(Range {
                min: 1.0,
                max: f64::from(epoch),
            }))
            .max
        })
        .collect();
    let moves = ends.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(moves <= 30, "{moves} moves in 98 epochs");
    assert!(ends.windows(2).all(|pair| pair[0] <= pair[1]));
    assert!(
        ends.iter()
            .zip(2..)
            .all(|(end, epoch)| *end >= f64::from(epoch))
    );
}

#[test]
fn a_fit_has_air_and_stands_even_for_one_value() {
    let fit = fitted_y(
        Some(Range {
            min: 0.13,
            max: 0.87,
        }),
        240.0,
    );
    assert!(fit.min < 0.13 && fit.max > 0.87 && fit.span() < 1.2);
    let flat = fitted_y(Some(Range { min: 0.5, max: 0.5 }), 240.0);
    assert!(flat.min < 0.5 && flat.max > 0.5);
    assert!(fitted_y(None, 240.0).span() > 0.0 && fitted_x(None).span() > 0.0);
}

#[test]
fn the_crosshair_reads_the_nearest_step() {
    let points = [[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]];
    assert_eq!(nearest_by_x(&points, 2.9), Some([2.0, 20.0]));
    assert_eq!(nearest_by_x(&points, 3.1), Some([4.0, 40.0]));
    assert_eq!(nearest_by_x(&points, -9.0), Some([1.0, 10.0]));
    assert_eq!(nearest_by_x(&points, 99.0), Some([4.0, 40.0]));
    assert_eq!(nearest_by_x(&[], 1.0), None);
}

#[test]
fn the_name_of_a_faint_line_can_be_read() {
    let (ground, text) = (
        Color32::from_rgb(20, 24, 30),
        Color32::from_rgb(230, 236, 242),
    );
    let bright = Color32::from_rgb(90, 180, 234);
    assert_eq!(legible(bright, ground, text), bright);
    let faint = legible(Color32::from_rgb(40, 60, 80), ground, text);
    assert!(faint.g() > 110 && faint.b() > faint.r(), "{faint:?}");
    assert_eq!(legible(ground, ground, ground), ground);
}

#[test]
fn the_copy_has_every_named_curve() {
    let points: Arc<[[f64; 2]]> = vec![[1.0, 0.5], [2.0, f64::NAN], [3.0, 0.25]].into();
    let curve = |name, is_read| PlotCurve {
        name,
        points: &points,
        color: Color32::WHITE,
        width: 1.5,
        is_read,
    };
    let plot = Plot {
        id_salt: "loss",
        subject: 0,
        curves: &[curve("run 1, wine", true), curve("raw", false)],
        x_title: "epoch",
        y_title: "loss",
        y_scale: Scale::Linear,
        height: 200.0,
        emphasis: crate::Emphasis::default(),
        style: &style(),
    };
    assert_eq!(
        as_csv(&plot),
        "curve,epoch,loss\n\"run 1, wine\",1,0.5\n\"run 1, wine\",3,0.25\n"
    );
}

/// A chart in a window, and the width of x that it showed last.
struct Charted {
    harness: egui_kittest::Harness<'static, (u64, f64)>,
}

impl Charted {
    fn new() -> Self {
        let points: Arc<[[f64; 2]]> = (0..=100)
            .map(|x| [f64::from(x), f64::from(x % 7)])
            .collect();
        let harness = egui_kittest::Harness::builder()
            .with_size(egui::vec2(400.0, 300.0))
            .build_ui_state(
                move |ui, (subject, span): &mut (u64, f64)| {
                    let curves = [PlotCurve {
                        name: "loss",
                        points: &points,
                        color: Color32::WHITE,
                        width: 1.5,
                        is_read: true,
                    }];
                    let plot = Plot {
                        id_salt: "loss",
                        subject: *subject,
                        curves: &curves,
                        x_title: "epoch",
                        y_title: "loss",
                        y_scale: Scale::Linear,
                        height: 280.0,
                        emphasis: crate::Emphasis::default(),
                        style: &style(),
                    };
                    *span = crate::plot_ui(ui, &plot).x.span();
                },
                (1, 0.0),
            );
        Self { harness }
    }

    fn span(&self) -> f64 {
        self.harness.state().1
    }

    fn wheel(&mut self, modifiers: egui::Modifiers) {
        self.harness.hover_at(egui::pos2(200.0, 150.0));
        self.harness.run();
        self.harness.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, 50.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers,
        });
        self.harness.run();
    }
}

#[test]
fn the_wheel_is_the_page_s_until_the_chart_is_clicked() {
    let mut charted = Charted::new();
    charted.wheel(egui::Modifiers::NONE);
    let whole = charted.span();
    assert_eq!(whole, 100.0);
    for pressed in [true, false] {
        charted.harness.event(egui::Event::PointerButton {
            pos: egui::pos2(200.0, 150.0),
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: egui::Modifiers::NONE,
        });
    }
    charted.harness.run();
    charted.wheel(egui::Modifiers::NONE);
    assert!(charted.span() < whole, "the wheel zooms a clicked chart");
}

#[test]
fn a_zoom_ends_with_what_it_was_about_and_can_be_taken_back() {
    let mut charted = Charted::new();
    charted.wheel(egui::Modifiers::COMMAND);
    let zoomed = charted.span();
    assert!(zoomed < 100.0, "Ctrl and the wheel zoom");
    charted.harness.get_by_label("Fit loss to the data").click();
    charted.harness.run();
    assert_eq!(charted.span(), 100.0);
    charted.wheel(egui::Modifiers::COMMAND);
    assert!(charted.span() < 100.0);
    charted.harness.state_mut().0 = 2;
    charted.harness.run();
    assert_eq!(charted.span(), 100.0, "another run is shown whole");
}
