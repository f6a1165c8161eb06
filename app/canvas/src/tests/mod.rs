//! What the canvas promises, tested.

mod curves;
mod decimate;
mod pixels;
mod plot;
mod scatter;
mod ticks;
