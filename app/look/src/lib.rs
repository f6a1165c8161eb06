//! Tokens, fonts, icons and widgets: how everything on the screen looks. Knows egui and nothing of ours.
//!
//! Invariants
//! 1. The tokens that are built in read without error — `tests::contrast::the_built_in_tokens_read`.
//! 2. Every text colour has at least 4.5 : 1 on every surface it stands on, in both themes — `tests::contrast::every_text_reads_on_every_surface`.
//! 3. Every series colour has at least 3 : 1 on the surface it is drawn on — `tests::contrast::every_series_stands_out`.
//! 4. Numbers are written with units, few digits and an en dash for what is missing — `tests::format`.
//! 5. The fonts have every sign that the widgets and the formats write — `tests::fonts::the_fonts_have_what_we_write`.
//! 6. Digits are of one width in every family — `tests::fonts::digits_stand_in_columns`.
//! 7. Every widget that can be used has a role and a name — `tests::widgets::every_widget_has_a_role_and_a_name`.

mod fonts;
pub mod format;
pub mod icon;
mod palette;
mod style;
mod text;
mod tokens;
mod widgets;

pub use fonts::families;
pub use icon::Icon;
pub use palette::{Palette, Token, Tone};
pub use tokens::{Motion, Sizes, Space, TextSizes, Theme};
pub use widgets::{Sort, paint};

use egui::{Color32, CornerRadius};

/// The look of one theme: every panel draws with this and with nothing else.
#[derive(Clone, Debug)]
pub struct Look {
    pub theme: Theme,
    pub palette: Palette,
    pub space: Space,
    pub size: Sizes,
    pub text: TextSizes,
    pub motion: Motion,
    families: fonts::Families,
}

impl Look {
    pub fn new(theme: Theme) -> Self {
        let common = tokens::common();
        Self {
            theme,
            palette: Palette::new(&tokens::theme(theme)),
            space: common.space,
            size: common.size,
            text: common.text,
            motion: common.motion,
            families: fonts::Families::default(),
        }
    }

    /// Makes egui's own visuals, spacing, text styles and fonts ours; the fonts stand from the next frame on.
    pub fn apply(&self, ctx: &egui::Context) {
        style::apply(self, ctx);
    }

    pub fn color(&self, token: Token) -> Color32 {
        self.palette.color(token)
    }

    /// The colour of the `index`-th series; it repeats after eight.
    pub fn series(&self, index: usize) -> Color32 {
        self.palette.series[index % self.palette.series.len()]
    }

    /// Corners of controls.
    pub fn corner(&self) -> CornerRadius {
        CornerRadius::same(self.size.corner as u8)
    }

    /// Corners of cards and of what floats.
    pub fn card_corner(&self) -> CornerRadius {
        CornerRadius::same(self.size.card_corner as u8)
    }
}

#[cfg(test)]
mod tests;
