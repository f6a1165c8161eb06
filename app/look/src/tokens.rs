//! The tokens as they stand in `assets/look/*.toml`, typed.

use egui::Color32;
use serde::{Deserialize, Deserializer};

const COMMON: &str = include_str!("../../../assets/look/common.toml");
const DARK: &str = include_str!("../../../assets/look/dark.toml");
const LIGHT: &str = include_str!("../../../assets/look/light.toml");

/// Which of the two themes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    #[default]
    Dark,
    Light,
}

impl Theme {
    pub const ALL: [Self; 2] = [Self::Dark, Self::Light];

    pub fn word(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }
}

/// Gaps between things.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Space {
    pub xs: f32,
    pub s: f32,
    pub m: f32,
    pub l: f32,
    pub xl: f32,
    pub xxl: f32,
}

/// Sizes of things.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    pub rail: f32,
    pub top_bar: f32,
    pub status_bar: f32,
    pub inspector: f32,
    pub control: f32,
    pub row: f32,
    pub corner: f32,
    pub card_corner: f32,
    pub hairline: f32,
}

/// Heights of type.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextSizes {
    pub caption: f32,
    pub secondary: f32,
    pub body: f32,
    pub section: f32,
    pub page: f32,
    pub hero: f32,
    pub mono: f32,
    pub icon: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Motion {
    pub seconds: f32,
    /// A skeleton is drawn only after this long.
    pub skeleton_after: f32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommonTokens {
    pub(crate) space: Space,
    pub(crate) size: Sizes,
    pub(crate) text: TextSizes,
    pub(crate) motion: Motion,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThemeTokens {
    pub(crate) surface: SurfaceTokens,
    pub(crate) text: TextTokens,
    pub(crate) tone: ToneTokens,
    pub(crate) tint: TintTokens,
    pub(crate) series: SeriesTokens,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SurfaceTokens {
    pub(crate) ground: Hex,
    pub(crate) surface: Hex,
    pub(crate) raised: Hex,
    pub(crate) hover: Hex,
    pub(crate) pressed: Hex,
    pub(crate) selected: Hex,
    pub(crate) line: Hex,
    pub(crate) line_strong: Hex,
    pub(crate) backdrop: Hex,
    pub(crate) shadow: Hex,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextTokens {
    pub(crate) text: Hex,
    pub(crate) second: Hex,
    pub(crate) faint: Hex,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToneTokens {
    pub(crate) accent: Hex,
    pub(crate) accent_hover: Hex,
    pub(crate) accent_pressed: Hex,
    pub(crate) on_accent: Hex,
    pub(crate) warn: Hex,
    pub(crate) fail: Hex,
    pub(crate) fail_hover: Hex,
    pub(crate) fail_pressed: Hex,
    pub(crate) on_fail: Hex,
    pub(crate) done: Hex,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TintTokens {
    pub(crate) neutral: Hex,
    pub(crate) accent: Hex,
    pub(crate) warn: Hex,
    pub(crate) fail: Hex,
    pub(crate) done: Hex,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeriesTokens {
    pub(crate) colors: [Hex; 8],
}

/// `#RRGGBB` or `#RRGGBBAA` as a colour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hex(pub(crate) Color32);

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Color32::from_hex(&text)
            .map(Self)
            .map_err(|_| serde::de::Error::custom(format!("`{text}` is not #RRGGBB or #RRGGBBAA")))
    }
}

pub(crate) fn common() -> CommonTokens {
    read("common.toml", COMMON)
}

pub(crate) fn theme(theme: Theme) -> ThemeTokens {
    match theme {
        Theme::Dark => read("dark.toml", DARK),
        Theme::Light => read("light.toml", LIGHT),
    }
}

/// The files are compiled in, so a fault in them is a fault of the program; `tests::the_built_in_tokens_read` finds it first.
fn read<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| panic!("assets/look/{name} does not read: {error}"))
}
