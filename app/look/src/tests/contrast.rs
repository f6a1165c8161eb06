//! Contrast by WCAG 2.2, success criteria 1.4.3 (text) and 1.4.11 (graphics).

use egui::Color32;

use crate::{Look, Theme, Tone};

/// Relative luminance (WCAG 2.2, definition).
fn luminance(color: Color32) -> f64 {
    let linear = |channel: u8| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
}

fn contrast(a: Color32, b: Color32) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn the_measure_is_the_published_one() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the textbook's own gray, which is no colour of ours"
    )]
    let gray = Color32::from_gray(0x76);
    assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-9);
    // #767676 is the lightest gray that passes on white: 4.54.
    assert!((contrast(gray, Color32::WHITE) - 4.54).abs() < 0.005);
}

#[test]
fn the_built_in_tokens_read() {
    for theme in Theme::ALL {
        let look = Look::new(theme);
        assert!(look.space.xs < look.space.xxl);
        assert_eq!(look.series(0), look.series(8));
    }
}

#[test]
fn every_text_reads_on_every_surface() {
    for theme in Theme::ALL {
        let palette = Look::new(theme).palette;
        let surfaces = [
            ("ground", palette.ground),
            ("surface", palette.surface),
            ("raised", palette.raised),
            ("hover", palette.hover),
            ("selected", palette.selected),
        ];
        let texts = [
            ("text", palette.text),
            ("second", palette.text_second),
            ("faint", palette.text_faint),
            ("accent", palette.accent),
            ("warn", palette.warn),
            ("fail", palette.fail),
            ("done", palette.done),
        ];
        for (text, ink) in texts {
            for (surface, ground) in surfaces {
                let ratio = contrast(ink, ground);
                assert!(ratio >= 4.5, "{theme:?}: {text} on {surface} is {ratio:.2}");
            }
        }
        let pressed = contrast(palette.text, palette.pressed);
        assert!(pressed >= 4.5, "{theme:?}: text on pressed is {pressed:.2}");
    }
}

#[test]
fn every_tone_reads_on_its_own_ground() {
    for theme in Theme::ALL {
        let palette = Look::new(theme).palette;
        for tone in [
            Tone::Neutral,
            Tone::Accent,
            Tone::Done,
            Tone::Warn,
            Tone::Fail,
        ] {
            for ink in [palette.tone(tone), palette.text, palette.text_second] {
                let ratio = contrast(ink, palette.tint(tone));
                assert!(
                    ratio >= 4.5,
                    "{theme:?}: {ink:?} on the tint of {tone:?} is {ratio:.2}"
                );
            }
        }
        let filled = [
            (palette.on_accent, palette.accent),
            (palette.on_accent, palette.accent_hover),
            (palette.on_accent, palette.accent_pressed),
            (palette.on_fail, palette.fail),
            (palette.on_fail, palette.fail_hover),
            (palette.on_fail, palette.fail_pressed),
        ];
        for (ink, ground) in filled {
            let ratio = contrast(ink, ground);
            assert!(
                ratio >= 4.5,
                "{theme:?}: {ink:?} on {ground:?} is {ratio:.2}"
            );
        }
    }
}

#[test]
fn every_series_stands_out() {
    for theme in Theme::ALL {
        let look = Look::new(theme);
        for index in 0..8 {
            for ground in [look.palette.ground, look.palette.surface] {
                let ratio = contrast(look.series(index), ground);
                assert!(ratio >= 3.0, "{theme:?}: series {index} is {ratio:.2}");
            }
        }
    }
}
