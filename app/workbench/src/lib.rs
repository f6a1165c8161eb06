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
//!    `tests::undo::steps::what_somebody_else_changed_meanwhile_is_left_alone`, `tests::undo::engine`, and of the work area
//!    `tests::undo::window::a_closed_tile_comes_back_after_a_walk_but_not_over_another_that_was_opened`. Only the refusal
//!    of its own command ends a step — `tests::undo::steps::an_error_of_something_else_is_no_refusal_of_what_is_under_way`.
//! 8. A layout that was kept comes back, and one that cannot be read is one tile — `tests::layout`.
//! 9. A window works the same where another process holds the project, and takes over when that ends — `tests::guests`.
//! 10. Tab goes the way the eye goes — `tests::reading_order::the_focus_goes_through_the_bars_from_left_to_right` and
//!     `tests::reading_order::what_stands_at_the_right_end_of_a_line_is_gone_through_from_left_to_right`.
//! 11. Where the desktop shows no file dialog a path can be typed — `tests::path_dialog::without_a_dialog_of_the_desktop_a_path_is_typed`.
//! 12. A font of the system is read when a letter is missing, once, and never on the UI thread — `tests::fallback`.
//! 13. What was asked for is done or told, also when the project is left between two holders —
//!     `tests::guests::what_was_asked_between_two_holders_is_done_before_the_project_is_left`.

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
