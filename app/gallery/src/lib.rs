//! Every panel in every named state, in a window that links no engine: the designer's loop, and a test of them all.
//!
//! Invariants
//! 1. Every panel draws each of its states, wide and narrow, in both themes — `tests::every_state_draws`.
//! 2. Everything that can be used has a name — `tests::everything_usable_has_a_name`.
//! 3. A frame that nothing changed in draws the same and asks for nothing — `tests::every_state_is_stable`.
//! 4. Nothing that can be used lies outside of the window — `tests::nothing_usable_is_cut_off`.

mod exhibit;
mod window;

pub use exhibit::{Exhibit, exhibits};
pub use window::Gallery;

#[cfg(test)]
mod tests;
