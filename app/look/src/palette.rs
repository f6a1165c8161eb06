//! The colours of a theme by what they mean.

use egui::Color32;

use crate::tokens::ThemeTokens;

/// Every colour by its name; panels take these and no others.
#[derive(Clone, Debug, PartialEq)]
pub struct Palette {
    pub ground: Color32,
    pub surface: Color32,
    pub raised: Color32,
    pub hover: Color32,
    pub pressed: Color32,
    pub selected: Color32,
    pub line: Color32,
    pub line_strong: Color32,
    pub backdrop: Color32,
    pub shadow: Color32,
    pub text: Color32,
    pub text_second: Color32,
    pub text_faint: Color32,
    pub accent: Color32,
    pub accent_hover: Color32,
    pub accent_pressed: Color32,
    pub on_accent: Color32,
    pub warn: Color32,
    pub fail: Color32,
    pub fail_hover: Color32,
    pub fail_pressed: Color32,
    pub on_fail: Color32,
    pub done: Color32,
    pub tint_neutral: Color32,
    pub tint_accent: Color32,
    pub tint_warn: Color32,
    pub tint_fail: Color32,
    pub tint_done: Color32,
    /// Okabe and Ito's eight, tuned to the theme.
    pub series: [Color32; 8],
}

/// A colour by name, for code that picks one from data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Token {
    Ground,
    Surface,
    Raised,
    Hover,
    Pressed,
    Selected,
    Line,
    Text,
    TextSecond,
    TextFaint,
    Accent,
    OnAccent,
    Warn,
    Fail,
    OnFail,
    Done,
}

/// What a chip, a dot or a bar says; each has a colour and a shape, so that colour is never the only carrier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tone {
    /// A hollow ring.
    #[default]
    Neutral,
    /// A filled circle.
    Accent,
    /// A check mark.
    Done,
    /// A triangle.
    Warn,
    /// A diamond.
    Fail,
}

impl Palette {
    pub(crate) fn new(tokens: &ThemeTokens) -> Self {
        let ThemeTokens {
            surface,
            text,
            tone,
            tint,
            series,
        } = tokens;
        Self {
            ground: surface.ground.0,
            surface: surface.surface.0,
            raised: surface.raised.0,
            hover: surface.hover.0,
            pressed: surface.pressed.0,
            selected: surface.selected.0,
            line: surface.line.0,
            line_strong: surface.line_strong.0,
            backdrop: surface.backdrop.0,
            shadow: surface.shadow.0,
            text: text.text.0,
            text_second: text.second.0,
            text_faint: text.faint.0,
            accent: tone.accent.0,
            accent_hover: tone.accent_hover.0,
            accent_pressed: tone.accent_pressed.0,
            on_accent: tone.on_accent.0,
            warn: tone.warn.0,
            fail: tone.fail.0,
            fail_hover: tone.fail_hover.0,
            fail_pressed: tone.fail_pressed.0,
            on_fail: tone.on_fail.0,
            done: tone.done.0,
            tint_neutral: tint.neutral.0,
            tint_accent: tint.accent.0,
            tint_warn: tint.warn.0,
            tint_fail: tint.fail.0,
            tint_done: tint.done.0,
            series: series.colors.map(|color| color.0),
        }
    }

    pub fn color(&self, token: Token) -> Color32 {
        match token {
            Token::Ground => self.ground,
            Token::Surface => self.surface,
            Token::Raised => self.raised,
            Token::Hover => self.hover,
            Token::Pressed => self.pressed,
            Token::Selected => self.selected,
            Token::Line => self.line,
            Token::Text => self.text,
            Token::TextSecond => self.text_second,
            Token::TextFaint => self.text_faint,
            Token::Accent => self.accent,
            Token::OnAccent => self.on_accent,
            Token::Warn => self.warn,
            Token::Fail => self.fail,
            Token::OnFail => self.on_fail,
            Token::Done => self.done,
        }
    }

    /// The text colour of a tone.
    pub fn tone(&self, tone: Tone) -> Color32 {
        match tone {
            Tone::Neutral => self.text_second,
            Tone::Accent => self.accent,
            Tone::Done => self.done,
            Tone::Warn => self.warn,
            Tone::Fail => self.fail,
        }
    }

    /// The quiet surface of a tone.
    pub fn tint(&self, tone: Tone) -> Color32 {
        match tone {
            Tone::Neutral => self.tint_neutral,
            Tone::Accent => self.tint_accent,
            Tone::Done => self.tint_done,
            Tone::Warn => self.tint_warn,
            Tone::Fail => self.tint_fail,
        }
    }
}
