//! The widgets: methods of `Look` that end in `_ui`, each with a name for screen readers, a pointer, and every state.

mod buttons;
mod feedback;
mod figures;
mod inputs;
mod marks;
mod navigation;
pub mod paint;
mod surfaces;

pub use navigation::Sort;
