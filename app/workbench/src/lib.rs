//! The window: frame, tiles, palette, keys, settings; the only room of this floor that links the engine.
//!
//! Invariants
//! 1. The UI thread never waits: opening, closing, dialogs and files run on named threads — `tests::frames`.
//! 2. Every action has a name, a title and a hint of its own, and every name of the keymap is an action — `tests::actions`.
//! 3. An idle window is not drawn again — `tests::window::an_idle_window_is_left_alone`.
//! 4. Everything that can be used has a role and a name — `tests::window::everything_usable_has_a_name`.
//! 5. Whatever a person can do is in the palette — `tests::actions::the_palette_offers_everything_possible`.
//! 6. The window never closes over running work without asking — `tests::window::closing_asks_while_something_runs`.
//! 7. A layout that was kept comes back, and one that cannot be read is one tile — `tests::layout`.

mod action;
mod app;
mod arrival;
mod closing;
mod dialogs;
mod disk;
mod dropping;
mod engine;
mod frame;
mod fuzzy;
mod keymap;
mod notify;
mod overlay;
mod palette;
mod places;
mod recent;
mod sample;
mod settings;
mod settings_page;
mod tiles;
mod toasts;
mod tray;
mod welcome;

pub use app::{App, Options};
pub use disk::Folders;

#[cfg(test)]
mod tests;
