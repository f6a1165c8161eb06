//! What the canvas promises, tested.
#![expect(
    clippy::disallowed_methods,
    reason = "pictures are compared with colours of their own"
)]

mod curves;
mod decimate;
mod pixels;
mod plot;
#[cfg(debug_assertions)]
mod reload;
mod scatter;
mod ticks;
