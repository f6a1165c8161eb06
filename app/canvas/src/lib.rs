//! Drawings on the graphics card: dense curves, scatters of a million points, and the axes over them. Slices in, pixels out.
//!
//! Invariants
//! 1. Decimation keeps every extreme, the order and the gaps — `tests::decimate`.
//! 2. Nothing is converted or uploaded again while the data and the view stay — `tests::curves::what_stays_is_not_made_again`.
//! 3. Every point lands where the axis says, at any zoom — `tests::curves::points_land_where_the_axis_says`.
//! 4. Ticks are round numbers inside the view, never more than fit — `tests::ticks`.
//! 5. NaN is a gap, never a zero — `tests::curves::a_gap_ends_a_piece` and `tests::pixels`.
//! 6. Every shader is valid and names its twin here, where the sizes of its structs are asserted — `tests/tidy`
//!    `shaders_are_valid_and_name_their_twins`.
//! 7. A debug build draws a shader's file as it is now, and keeps the last good one — `tests::reload`.
//! 8. What is drawn on the graphics card is what the plain painter draws without one — `tests::pixels`.

mod curves;
mod decimate;
mod gpu;
mod plot;
mod range;
#[cfg(debug_assertions)]
mod reload;
mod scatter;
mod ticks;

pub use curves::{CurveRef, CurvesView};
pub use decimate::decimate;
pub use gpu::{install, is_installed};
pub use plot::{Emphasis, Plot, PlotCurve, PlotResponse, PlotStyle, plot_ui};
pub use range::{Range, Scale};
pub use scatter::{ScatterPoints, ScatterView, nearest};
pub use ticks::{Tick, ticks};

#[cfg(test)]
mod tests;
