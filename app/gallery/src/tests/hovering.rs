//! A run's row and its curves light up together, looked at pixel by pixel.

use egui::{Color32, Pos2, Rect};
use egui_kittest::kittest::Queryable;
use look::{Look, Theme};

use super::{Stage, find};

const RUN: u64 = 3;

struct Compared {
    stage: Stage,
    look: Look,
}

impl Compared {
    fn new(theme: Theme) -> Self {
        let exhibit = find("experiments compared", "finished");
        let mut stage = Stage::empty(theme);
        stage.show(exhibit, exhibit.size);
        stage.harness.hover_at(Pos2::new(2.0, 2.0));
        stage.harness.run();
        Self {
            stage,
            look: Look::new(theme),
        }
    }

    fn color(&self, run: u64) -> Color32 {
        self.look.series(run as usize - 1)
    }

    fn row(&self) -> Rect {
        let said = format!("Run {RUN}, ");
        let mut rows = self
            .stage
            .harness
            .query_all_by(|node| node.label().is_some_and(|label| label.starts_with(&said)));
        rows.next().expect("a row").rect()
    }

    fn picture(&mut self) -> Picture {
        let top = self
            .row()
            .bottom()
            .max(self.stage.harness.ctx.content_rect().center().y);
        let image = self.stage.harness.render().expect("a picture");
        let pixels = image
            .enumerate_pixels()
            .map(|(x, y, pixel)| (x as f32, y as f32, pixel.0))
            .collect();
        Picture { pixels, top }
    }
}

struct Picture {
    pixels: Vec<(f32, f32, [u8; 4])>,
    /// The charts lie below.
    top: f32,
}

impl Picture {
    /// Where the charts have this colour.
    fn places(&self, color: Color32) -> Vec<Pos2> {
        self.pixels
            .iter()
            .filter(|(_, y, pixel)| *y > self.top && is_near(*pixel, color))
            .map(|(x, y, _)| Pos2::new(*x, *y))
            .collect()
    }

    fn at(&self, place: Pos2) -> [u8; 4] {
        let found = self
            .pixels
            .iter()
            .find(|(x, y, _)| (*x, *y) == (place.x.floor(), place.y.floor()));
        found.expect("inside").2
    }
}

fn is_near(pixel: [u8; 4], color: Color32) -> bool {
    let wanted = color.to_array();
    let off = pixel.iter().zip(wanted).map(|(a, b)| a.abs_diff(b));
    off.max() < Some(24)
}

#[test]
fn a_row_lifts_its_curves_out_of_the_others() {
    for theme in Theme::ALL {
        row_lifts_its_curves(theme);
    }
}

fn row_lifts_its_curves(theme: Theme) {
    let mut compared = Compared::new(theme);
    let (own, other) = (compared.color(RUN), compared.color(1));
    let before = compared.picture();
    let row = compared.row();
    compared.stage.harness.hover_at(row.center());
    compared.stage.harness.run();
    let after = compared.picture();
    let (was, is) = (before.places(own).len(), after.places(own).len());
    assert!(is > was * 3 / 2, "{was} pixels became {is}");
    let (was, is) = (before.places(other).len(), after.places(other).len());
    assert!(is < was / 2, "the others: {was} pixels became {is}");
    compared
        .stage
        .keep_picture(&format!("hovered row {}", theme.word()));
    compared.stage.harness.hover_at(Pos2::new(2.0, 2.0));
    compared.stage.harness.run();
    let again = compared.picture();
    assert_eq!(again.places(own).len(), before.places(own).len());
}

#[test]
fn a_curve_lights_up_its_row() {
    let mut compared = Compared::new(Theme::Light);
    let own = compared.color(RUN);
    let before = compared.picture();
    // Beside the bar that every selected run has.
    let beside = compared.row().left_center() + egui::vec2(4.5, 0.0);
    assert!(!is_near(before.at(beside), own));
    let places = before.places(own);
    assert!(!places.is_empty());
    // Where curves cross another may be nearer.
    let is_lit = places.iter().step_by(places.len() / 8 + 1).any(|place| {
        compared.stage.harness.hover_at(*place);
        compared.stage.harness.run();
        is_near(compared.picture().at(beside), own)
    });
    compared.stage.keep_picture("hovered curve light");
    assert!(is_lit, "no place on the curve lights up the row");
}
