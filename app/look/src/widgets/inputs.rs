//! Inputs: search, text, numbers, selections, and the row of a form.

use std::ops::RangeInclusive;

use egui::{
    Align, Align2, ComboBox, DragValue, Key, KeyboardShortcut, Layout, Margin, Modifiers, Popup,
    Response, ScrollArea, TextEdit, TextWrapMode, Ui, vec2,
};

use super::paint;
use crate::{Look, icon};

/// Lines of a field for several of them.
const LINES: usize = 4;
/// Room for a few more of them.
const HIGHEST_AREA: f32 = 132.0;

impl Look {
    /// A search field with its glass and a cross that empties it; `hint` is also its name.
    pub fn search_ui(&self, ui: &mut Ui, text: &mut String, hint: &str) -> Response {
        let width = ui.available_width().min(240.0);
        ui.scope(|ui| {
            ui.spacing_mut().icon_spacing = 6.0;
            let glass = self.icon(icon::SEARCH, 15.0).color(self.palette.text_faint);
            let response = ui.add(
                TextEdit::singleline(text)
                    .hint_text(self.faint_hint(hint))
                    .prefix(glass)
                    .margin(self.field_margin())
                    .align(Align2::LEFT_CENTER)
                    .desired_width(width),
            );
            let mut response = response.accessible_name(hint);
            if !text.is_empty() && escape_in(ui, &response) {
                text.clear();
                response.mark_changed();
            }
            response
        })
        .inner
    }

    /// One line of text; `label` names it, `hint` stands in it while it is empty.
    pub fn text_field_ui(
        &self,
        ui: &mut Ui,
        label: &str,
        text: &mut String,
        hint: &str,
    ) -> Response {
        let width = ui.available_width().min(320.0);
        let field = self.singleline(text, hint).desired_width(width);
        ui.add(field).accessible_name(label)
    }

    /// A text field as wide as there is room, for what is long: a path.
    pub fn long_text_field_ui(
        &self,
        ui: &mut Ui,
        label: &str,
        text: &mut String,
        hint: &str,
    ) -> Response {
        let field = self.singleline(text, hint).desired_width(f32::INFINITY);
        ui.add(field).accessible_name(label)
    }

    /// Several lines of text, as wide as there is room; what is longer than the field scrolls in it.
    pub fn text_area_ui(
        &self,
        ui: &mut Ui,
        label: &str,
        text: &mut String,
        hint: &str,
    ) -> Response {
        let field = self.multiline(text, hint);
        area_ui(ui, label, field)
    }

    /// A list that is typed or pasted, one thing a line. Enter is left to what it is typed for; with Shift it begins
    /// another line.
    pub fn lines_ui(&self, ui: &mut Ui, label: &str, text: &mut String, hint: &str) -> Response {
        let another = KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter);
        let field = self.multiline(text, hint).return_key(another);
        area_ui(ui, label, field)
    }

    fn multiline<'t>(&self, text: &'t mut String, hint: &str) -> TextEdit<'t> {
        TextEdit::multiline(text)
            .hint_text(self.faint_hint(hint))
            .margin(self.field_margin())
            .desired_rows(LINES)
            .desired_width(f32::INFINITY)
    }

    fn singleline<'t>(&self, text: &'t mut String, hint: &str) -> TextEdit<'t> {
        TextEdit::singleline(text)
            .hint_text(self.faint_hint(hint))
            .margin(self.field_margin())
            .align(Align2::LEFT_CENTER)
    }

    /// A number that is dragged or typed, held inside `range`.
    pub fn number_field_ui<N: egui::emath::Numeric>(
        &self,
        ui: &mut Ui,
        label: &str,
        value: &mut N,
        range: RangeInclusive<N>,
    ) -> Response {
        ui.add(
            DragValue::new(value)
                .range(range)
                .min_size(vec2(96.0, self.size.control)),
        )
        .accessible_name(label)
    }

    /// One of several; `changed()` when another was picked.
    pub fn select_ui<T: PartialEq + Clone, S: AsRef<str>>(
        &self,
        ui: &mut Ui,
        label: &str,
        selected: &mut T,
        options: &[(T, S)],
    ) -> Response {
        let shown = options
            .iter()
            .find(|(value, _)| value == selected)
            .map_or("", |(_, name)| name.as_ref());
        let color = self.palette.text_second;
        let mut was_changed = false;
        let combo = ComboBox::from_id_salt(label)
            .selected_text(shown)
            .width(ui.spacing().combo_width.min(ui.available_width()))
            .wrap_mode(TextWrapMode::Truncate)
            .icon(move |ui, rect, _, is_open| {
                paint::chevron(ui.painter(), rect.center(), is_open, color);
            });
        let mut response = combo
            .show_ui(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                for (value, name) in options {
                    let is_selected = value == selected;
                    let item = ui.selectable_label(is_selected, name.as_ref());
                    if item.clicked() && !is_selected {
                        *selected = value.clone();
                        was_changed = true;
                    }
                }
            })
            .response
            .accessible_name(label);
        if was_changed {
            response.mark_changed();
        }
        response
    }

    /// A row of a form: the label at the left, its control at the right, both read as one.
    pub fn field_ui<R>(
        &self,
        ui: &mut Ui,
        label: &str,
        add_control: impl FnOnce(&mut Ui) -> R,
    ) -> R {
        const LABEL: f32 = 136.0;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = self.space.s;
            let name = ui
                .allocate_ui_with_layout(
                    vec2(LABEL, self.size.control),
                    Layout::left_to_right(Align::Center),
                    |ui| {
                        ui.set_min_size(vec2(LABEL, self.size.control));
                        ui.add(egui::Label::new(self.secondary(label)).truncate())
                    },
                )
                .inner;
            ui.label_inputs_by(name.id, add_control)
        })
        .inner
    }

    /// A menu under a button: `add_items` adds `menu_item_ui`s; it closes on a click.
    pub fn menu_ui<R>(&self, button: &Response, add_items: impl FnOnce(&mut Ui) -> R) -> Option<R> {
        Popup::menu(button)
            .show(|ui| {
                ui.set_min_width(160.0);
                ui.spacing_mut().item_spacing.y = 2.0;
                add_items(ui)
            })
            .map(|shown| shown.inner)
    }

    fn faint_hint(&self, hint: &str) -> egui::RichText {
        egui::RichText::new(hint)
            .font(self.body_font())
            .color(self.palette.text_faint)
    }

    fn field_margin(&self) -> Margin {
        Margin::symmetric(8, 4)
    }
}

/// The field keeps its height however much is pasted.
fn area_ui(ui: &mut Ui, label: &str, field: TextEdit<'_>) -> Response {
    ScrollArea::vertical()
        .id_salt(label)
        .max_height(HIGHEST_AREA)
        .auto_shrink([false, true])
        .show(ui, |ui| ui.add(field).accessible_name(label))
        .inner
}

/// Escape in a field empties it before it leaves it.
fn escape_in(ui: &Ui, response: &Response) -> bool {
    (response.has_focus() || response.lost_focus())
        && ui.input(|input| input.key_pressed(Key::Escape))
}
