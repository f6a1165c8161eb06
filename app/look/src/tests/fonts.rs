//! The fonts have what is written, and digits of one width.

use egui::{FontFamily, FontId};

use crate::{Look, Theme, fonts, icon};

/// A context whose fonts are ours, after the frame that installs them.
fn context() -> egui::Context {
    let ctx = egui::Context::default();
    for _ in 0..2 {
        let _ = ctx.run_ui(egui::RawInput::default(), |ui| {
            Look::new(Theme::Dark).apply(ui.ctx());
        });
    }
    ctx
}

fn families() -> Vec<FontFamily> {
    let named = fonts::Families::default();
    vec![
        FontFamily::Proportional,
        FontFamily::Monospace,
        named.medium,
        named.semibold,
        named.light,
        named.mono_semibold,
    ]
}

#[test]
fn the_fonts_have_what_we_write() {
    const WRITTEN: &str = "–−∞µ·×…“”‘’→←↑↓±≥≤²√σβäöüßéñøłžчЖΩ°%&@#";
    let ctx = context();
    ctx.fonts_mut(|fonts| {
        for family in families() {
            let font = FontId::new(13.0, family.clone());
            for sign in WRITTEN.chars() {
                assert!(fonts.has_glyph(&font, sign), "{family:?} has no {sign}");
            }
        }
        let font = FontId::new(18.0, fonts::Families::default().icon);
        for (name, icon) in icon::ALL {
            assert!(fonts.has_glyphs(&font, icon.0), "no icon for {name}");
        }
    });
}

#[test]
fn digits_stand_in_columns() {
    let ctx = context();
    for family in families() {
        let font = FontId::new(13.0, family.clone());
        let width = |text: &str| {
            ctx.fonts_mut(|fonts| {
                fonts
                    .layout_no_wrap(text.to_owned(), font.clone(), egui::Color32::WHITE)
                    .size()
                    .x
            })
        };
        // Many digits, so that rounding to pixels cannot hide a difference.
        let zeros = width(&"0".repeat(40));
        for digit in '1'..='9' {
            let row = width(&digit.to_string().repeat(40));
            assert!(
                (row - zeros).abs() < 1.0,
                "{family:?}: {digit} is {row}, 0 is {zeros}"
            );
        }
    }
}
