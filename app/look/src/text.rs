//! Type: one helper a size, so that no panel writes a number of pixels.

use egui::{FontFamily, FontId, RichText};

use crate::{Icon, Look};

impl Look {
    /// 13 px, regular: what is read.
    pub fn body(&self, text: impl Into<String>) -> RichText {
        RichText::new(text)
            .font(self.body_font())
            .color(self.palette.text)
    }

    /// 13 px, medium: the name of a thing in a row.
    pub fn strong(&self, text: impl Into<String>) -> RichText {
        RichText::new(text)
            .font(FontId::new(self.text.body, self.families.medium.clone()))
            .color(self.palette.text)
    }

    /// 12 px, second colour: what explains.
    pub fn secondary(&self, text: impl Into<String>) -> RichText {
        RichText::new(text)
            .font(FontId::new(self.text.secondary, FontFamily::Proportional))
            .color(self.palette.text_second)
    }

    /// 11 px, faint: captions, units, column heads.
    pub fn caption(&self, text: impl Into<String>) -> RichText {
        RichText::new(text)
            .font(self.caption_font())
            .color(self.palette.text_faint)
    }

    /// 15 px, semibold: the title of a section.
    pub fn section(&self, text: impl Into<String>) -> RichText {
        RichText::new(text)
            .font(self.section_font())
            .color(self.palette.text)
    }

    /// 20 px, semibold: the title of a page.
    pub fn page(&self, text: impl Into<String>) -> RichText {
        RichText::new(text)
            .font(FontId::new(self.text.page, self.families.semibold.clone()))
            .color(self.palette.text)
    }

    /// 28 px, light: the one number that matters on a page.
    pub fn hero(&self, text: impl Into<String>) -> RichText {
        RichText::new(text)
            .font(FontId::new(self.text.hero, self.families.light.clone()))
            .color(self.palette.text)
    }

    /// 12 px, monospaced: ids, code, keys.
    pub fn mono(&self, text: impl Into<String>) -> RichText {
        RichText::new(text)
            .font(self.mono_font())
            .color(self.palette.text)
    }

    /// An icon as text, at `size` pixels; give it a colour with `.color(..)`.
    pub fn icon(&self, icon: Icon, size: f32) -> RichText {
        RichText::new(icon.0)
            .font(self.icon_font(size))
            .color(self.palette.text_second)
    }

    pub fn body_font(&self) -> FontId {
        FontId::new(self.text.body, FontFamily::Proportional)
    }

    pub fn medium_font(&self) -> FontId {
        FontId::new(self.text.body, self.families.medium.clone())
    }

    pub fn secondary_font(&self) -> FontId {
        FontId::new(self.text.secondary, FontFamily::Proportional)
    }

    pub fn caption_font(&self) -> FontId {
        FontId::new(self.text.caption, FontFamily::Proportional)
    }

    pub fn section_font(&self) -> FontId {
        FontId::new(self.text.section, self.families.semibold.clone())
    }

    pub fn mono_font(&self) -> FontId {
        FontId::new(self.text.mono, FontFamily::Monospace)
    }

    pub fn mono_strong_font(&self) -> FontId {
        FontId::new(self.text.mono, self.families.mono_semibold.clone())
    }

    pub fn icon_font(&self, size: f32) -> FontId {
        FontId::new(size, self.families.icon.clone())
    }
}
