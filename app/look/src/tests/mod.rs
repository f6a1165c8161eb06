//! What the look promises, tested.

mod contrast;
mod fonts;
mod format;
mod widgets;
