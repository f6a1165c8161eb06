//! The window: frame, tiles, palette, keys, settings; the only room of this floor that links the engine.
//!
//! Invariants
//! 1. The UI thread never waits: opening, closing, dialogs and files run on named threads — `tests::frames`.
//! 2. Every action has a name, a title and a hint of its own, and every name of the keymap is an action — `tests::actions`.
//! 3. An idle window is not drawn again — `tests::window::an_idle_window_is_left_alone`.
//! 4. Everything that can be used has a role and a name — `tests::window::everything_usable_has_a_name`.
//! 5. Whatever a person can do is in the palette — `tests::actions::the_palette_offers_everything_possible`.
//! 6. The window never closes over running work without asking — `tests::window::closing_asks_while_something_runs`.
//! 7. What was done can be undone where the engine can lead back, and only while the thing still stands as it was left —
//!    `tests::undo::steps::what_somebody_else_changed_meanwhile_is_left_alone` and `tests::undo::engine`.
//! 8. A layout that was kept comes back, and one that cannot be read is one tile — `tests::layout`.
//! 9. A window works the same where another process holds the project, and takes over when that ends — `tests::guests`.
//! 10. Tab goes the way the eye goes — `tests::reading_order::the_focus_goes_through_the_bars_from_left_to_right`.
//! 11. Where the desktop shows no file dialog a path can be typed — `tests::reading_order::without_a_dialog_of_the_desktop_a_path_is_typed`.
//! 12. A font of the system is read when a letter is missing, and never on the UI thread — `tests::fallback`.

mod action;
mod app;
mod arrival;
mod closing;
mod dialogs;
mod disk;
mod dropping;
mod engine;
mod fallback;
mod frame;
mod fuzzy;
mod handover;
mod keymap;
mod notify;
mod overlay;
mod palette;
mod path_dialog;
mod places;
mod recent;
mod sample;
mod settings;
mod settings_page;
mod tiles;
mod toasts;
mod tray;
mod undo;
mod welcome;

pub use app::{App, Options};
pub use disk::Folders;
pub use fallback::install as install_system_fonts;

#[cfg(test)]
mod tests;
