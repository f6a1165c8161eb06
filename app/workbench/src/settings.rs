//! Settings: what Millrace starts with, and over it what a person changed.

use serde::{Deserialize, Serialize};

const BUILT_IN: &str = include_str!("../../../assets/settings.toml");

pub(crate) const SMALLEST_TEXT: f32 = 0.75;
pub(crate) const LARGEST_TEXT: f32 = 2.0;
const TEXT_STEP: f32 = 0.1;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) theme: ThemeChoice,
    pub(crate) text_scale: f32,
    pub(crate) notifications: bool,
    pub(crate) motion: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ThemeChoice {
    System,
    Dark,
    Light,
}

impl ThemeChoice {
    pub(crate) const NAMED: [(Self, &'static str); 3] = [
        (Self::System, "As the system"),
        (Self::Dark, "Dark"),
        (Self::Light, "Light"),
    ];
}

impl Settings {
    pub(crate) fn built_in() -> Self {
        match Self::read("") {
            Ok(settings) => settings,
            Err(fault) => panic!("assets/settings.toml does not read: {fault}"),
        }
    }

    /// The built-in settings with the lines of `text` over them.
    ///
    /// # Errors
    /// A sentence that says what cannot be understood.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let table = |text: &str| -> Result<toml::Table, String> {
            toml::from_str(text).map_err(|error| error.message().to_owned())
        };
        let mut merged = table(BUILT_IN)?;
        merged.extend(table(text)?);
        let mut settings: Self = merged
            .try_into()
            .map_err(|error: toml::de::Error| error.message().to_owned())?;
        settings.text_scale = if settings.text_scale.is_finite() {
            settings.text_scale.clamp(SMALLEST_TEXT, LARGEST_TEXT)
        } else {
            1.0
        };
        Ok(settings)
    }

    /// As the file holds it.
    pub(crate) fn written(&self) -> String {
        match toml::to_string(self) {
            Ok(text) => format!("# Written by the settings page.\n\n{text}"),
            Err(error) => panic!("settings are plain values: {error}"),
        }
    }

    pub(crate) fn larger_text(&mut self) {
        self.text_scale = rounded(self.text_scale + TEXT_STEP);
    }

    pub(crate) fn smaller_text(&mut self) {
        self.text_scale = rounded(self.text_scale - TEXT_STEP);
    }
}

/// To whole steps, so that larger and smaller lead back to where they came from.
fn rounded(scale: f32) -> f32 {
    ((scale * 100.0).round() / 100.0).clamp(SMALLEST_TEXT, LARGEST_TEXT)
}
