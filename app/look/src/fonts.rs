//! The fonts: Inter with tabular figures for text and numbers, JetBrains Mono for ids and code, one icon font.
//!
//! Egui shapes text but gives no access to OpenType features, so the Inter files in `assets/fonts` have their tabular
//! figures as the default ones: digits stand in columns everywhere, without a second family (`assets/fonts/README.md`).

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily};

const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/Inter-Regular.otf");
const MEDIUM: &[u8] = include_bytes!("../../../assets/fonts/Inter-Medium.otf");
const SEMIBOLD: &[u8] = include_bytes!("../../../assets/fonts/Inter-SemiBold.otf");
const LIGHT: &[u8] = include_bytes!("../../../assets/fonts/Inter-Light.otf");
const MONO: &[u8] = include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf");
const MONO_SEMIBOLD: &[u8] = include_bytes!("../../../assets/fonts/JetBrainsMono-SemiBold.ttf");

/// The icon font sits low on its line by this share of its size.
const ICON_DROP: f32 = 0.0;

/// The families beside egui's own `Proportional` (Inter regular) and `Monospace`.
#[derive(Clone, Debug)]
pub(crate) struct Families {
    pub(crate) medium: FontFamily,
    pub(crate) semibold: FontFamily,
    pub(crate) light: FontFamily,
    pub(crate) mono_semibold: FontFamily,
    pub(crate) icon: FontFamily,
}

impl Default for Families {
    fn default() -> Self {
        let named = |name: &str| FontFamily::Name(name.into());
        Self {
            medium: named("medium"),
            semibold: named("semibold"),
            light: named("light"),
            mono_semibold: named("mono-semibold"),
            icon: named("icon"),
        }
    }
}

/// Every family that text is written in, the ones of egui first.
pub fn families() -> Vec<FontFamily> {
    definitions().families.into_keys().collect()
}

/// Every family falls back to Inter and then to the icons, so that an icon may stand inside a sentence.
pub(crate) fn definitions() -> FontDefinitions {
    let families = Families::default();
    let mut font_data: BTreeMap<String, Arc<FontData>> = BTreeMap::new();
    let mut insert = |name: &str, data: FontData| {
        font_data.insert(name.to_owned(), Arc::new(data));
    };
    insert("inter", FontData::from_static(REGULAR));
    insert("inter-medium", FontData::from_static(MEDIUM));
    insert("inter-semibold", FontData::from_static(SEMIBOLD));
    insert("inter-light", FontData::from_static(LIGHT));
    insert("mono", FontData::from_static(MONO));
    insert("mono-semibold", FontData::from_static(MONO_SEMIBOLD));
    let mut icons = egui_material_icons::font_insert().data;
    icons.tweak.y_offset_factor = ICON_DROP;
    insert("icons", icons);

    let chain = |first: &str| -> Vec<String> {
        let mut fonts = vec![first.to_owned()];
        fonts.extend(["inter", "mono", "icons"].map(str::to_owned));
        fonts.dedup();
        fonts
    };
    FontDefinitions {
        font_data,
        families: BTreeMap::from([
            (FontFamily::Proportional, chain("inter")),
            (FontFamily::Monospace, chain("mono")),
            (families.medium, chain("inter-medium")),
            (families.semibold, chain("inter-semibold")),
            (families.light, chain("inter-light")),
            (families.mono_semibold, chain("mono-semibold")),
            (families.icon, vec!["icons".to_owned(), "inter".to_owned()]),
        ]),
    }
}
