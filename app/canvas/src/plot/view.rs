//! What part of the data a chart shows: all of it, until a person zooms or pans.

use egui::{Key, Rect, Response, Ui, Vec2};

use super::Plot;
use super::extent::Extent;
use crate::Range;
use crate::ticks::step;

/// `None` follows the data.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ViewState {
    x: Option<Range>,
    y: Option<Range>,
}

/// How much one notch of the wheel (50 px) zooms.
const WHEEL_ZOOM_PER_PIXEL: f64 = 1.0 / 220.0;
/// How much a key zooms, and what share of the view an arrow pans.
const KEY_ZOOM: f64 = 1.25;
const KEY_PAN: f64 = 0.1;

impl ViewState {
    /// Whether something other than all of the data is shown.
    pub(crate) fn is_zoomed(&self) -> bool {
        *self != Self::default()
    }

    pub(crate) fn ranges(&self, extent: &Extent, plot: &Plot<'_>) -> (Range, Range) {
        let x = self.x.unwrap_or_else(|| fitted_x(extent.x));
        let y = self.y.unwrap_or_else(|| fitted_y(extent.y, plot.height));
        (x, y)
    }

    pub(crate) fn interact(
        &mut self,
        ui: &Ui,
        response: &Response,
        (x, y): (Range, Range),
        rect: Rect,
    ) {
        if response.double_clicked() {
            *self = Self::default();
            return;
        }
        let drag = response.drag_delta();
        if drag != Vec2::ZERO {
            self.x = Some(x.shifted(-x.span() * f64::from(drag.x / rect.width())));
            self.y = Some(y.shifted(y.span() * f64::from(drag.y / rect.height())));
        }
        if response.clicked() {
            response.request_focus();
        }
        if let Some(pointer) = response.hover_pos().filter(|_| response.contains_pointer()) {
            let (wheel, pinch, is_shift) = ui.input(|input| {
                let wheel = input.smooth_scroll_delta();
                (wheel.x + wheel.y, input.zoom_delta(), input.modifiers.shift)
            });
            // A page of charts scrolls: the wheel is the chart's own once it was clicked.
            let wheel = if response.has_focus() { wheel } else { 0.0 };
            let factor = (f64::from(wheel) * WHEEL_ZOOM_PER_PIXEL).exp() * f64::from(pinch);
            if (factor - 1.0).abs() > 1e-6 {
                let across = f64::from((pointer.x - rect.left()) / rect.width());
                let up = f64::from((rect.bottom() - pointer.y) / rect.height());
                self.x = Some(x.zoomed(factor, x.at_share(across)));
                if !is_shift {
                    self.y = Some(y.zoomed(factor, y.at_share(up)));
                }
                // The page under the chart stays where it is.
                ui.ctx()
                    .input_mut(|input| input.smooth_scroll_delta = Vec2::ZERO);
            }
        }
        if response.has_focus() {
            self.keys(ui, (x, y));
        }
    }

    fn keys(&mut self, ui: &Ui, (x, y): (Range, Range)) {
        let pressed = |key: Key| ui.input(|input| input.key_pressed(key));
        let pan = |range: Range, by: f64| Some(range.shifted(range.span() * by));
        let middle = |range: &Range| range.at_share(0.5);
        if pressed(Key::ArrowLeft) {
            self.x = pan(x, -KEY_PAN);
        }
        if pressed(Key::ArrowRight) {
            self.x = pan(x, KEY_PAN);
        }
        if pressed(Key::ArrowUp) {
            self.y = pan(y, KEY_PAN);
        }
        if pressed(Key::ArrowDown) {
            self.y = pan(y, -KEY_PAN);
        }
        if pressed(Key::Plus) || pressed(Key::Equals) {
            self.x = Some(x.zoomed(KEY_ZOOM, middle(&x)));
            self.y = Some(y.zoomed(KEY_ZOOM, middle(&y)));
        }
        if pressed(Key::Minus) {
            self.x = Some(x.zoomed(1.0 / KEY_ZOOM, middle(&x)));
            self.y = Some(y.zoomed(1.0 / KEY_ZOOM, middle(&y)));
        }
        if pressed(Key::Home) || pressed(Key::Num0) {
            *self = Self::default();
        }
    }
}

/// From the first x to a round number past the last, so that a live curve grows without moving the axis in every frame.
pub(crate) fn fitted_x(extent: Option<Range>) -> Range {
    let Some(extent) = extent else {
        return Range::new(0.0, 10.0);
    };
    let range = Range::new(extent.min, extent.max);
    let step = step(range.span(), 5) / 2.0;
    let end = (range.max / step - 1e-9).ceil() * step;
    Range::new(range.min, end)
}

/// Round numbers past both extremes.
pub(crate) fn fitted_y(extent: Option<Range>, height: f32) -> Range {
    let Some(extent) = extent else {
        return Range::new(0.0, 1.0);
    };
    let range = Range::new(extent.min, extent.max);
    let step = step(range.span(), ((height / 48.0) as usize).max(2)) / 2.0;
    let low = (range.min / step + 1e-9).floor() * step;
    let high = (range.max / step - 1e-9).ceil() * step;
    // A value on the very edge would be half hidden.
    let air = (high - low) * 0.02;
    Range::new(low - air, high + air)
}
