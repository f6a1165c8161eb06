//! Surfaces: cards, page and section heads, rows of lists, pairs of key and value, hairlines.

use egui::{
    Align, CornerRadius, Frame, InnerResponse, Layout, Margin, Rect, Response, Role, Sense, Stroke,
    Ui, UiBuilder, pos2, vec2,
};

use super::paint;
use crate::Look;

impl Look {
    /// A quiet surface with a hairline around it.
    pub fn card_ui<R>(
        &self,
        ui: &mut Ui,
        add_contents: impl FnOnce(&mut Ui) -> R,
    ) -> InnerResponse<R> {
        self.card_frame().show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            add_contents(ui)
        })
    }

    pub fn card_frame(&self) -> Frame {
        Frame::new()
            .fill(self.palette.surface)
            .stroke(Stroke::new(self.size.hairline, self.palette.line))
            .corner_radius(self.card_corner())
            .inner_margin(Margin::same(self.space.l as i8))
    }

    /// A page's head: title, one explaining line, actions at the right.
    pub fn page_head_ui<R>(
        &self,
        ui: &mut Ui,
        title: &str,
        explanation: &str,
        add_actions: impl FnOnce(&mut Ui) -> R,
    ) -> R {
        let inner = ui
            .horizontal(|ui| {
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = self.space.xs;
                    ui.label(self.page(title));
                    if !explanation.is_empty() {
                        ui.label(self.secondary(explanation));
                    }
                });
                let height = ui.min_rect().height();
                self.ends_ui(ui, height, |_| {}, add_actions)
            })
            .inner;
        ui.add_space(self.space.s);
        inner
    }

    /// One line of this height, filled from both ends. What stands at the right is laid out from left to right too, so
    /// that the focus goes the way the eye goes; its width is measured, and a change of it draws the frame anew.
    pub fn ends_ui<R>(
        &self,
        ui: &mut Ui,
        height: f32,
        add_left: impl FnOnce(&mut Ui),
        add_right: impl FnOnce(&mut Ui) -> R,
    ) -> R {
        let (id, rect) = ui.allocate_space(vec2(ui.available_width().max(0.0), height));
        let key = id.with("right end");
        let known: Option<f32> = ui.data(|data| data.get_temp(key));
        // The first time it may take everything, to be measured.
        let width = known.unwrap_or(rect.width()).min(rect.width());
        let gap = if width > 0.0 {
            ui.spacing().item_spacing.x
        } else {
            0.0
        };
        let split = rect.right() - width;
        let left = Rect::from_min_max(
            rect.min,
            pos2((split - gap).max(rect.left()), rect.bottom()),
        );
        let right = Rect::from_min_max(pos2(split, rect.top()), rect.max);
        let layout = Layout::left_to_right(Align::Center);
        add_left(&mut ui.new_child(UiBuilder::new().max_rect(left).layout(layout)));
        let mut end = ui.new_child(UiBuilder::new().max_rect(right).layout(layout));
        let inner = add_right(&mut end);
        let measured = end.min_rect().width();
        if known.is_none_or(|known| (known - measured).abs() > 0.5) {
            ui.data_mut(|data| data.insert_temp(key, measured));
            ui.ctx()
                .request_discard("the right end of a line is of another width");
        }
        inner
    }

    /// A section's title, with the space that sets it apart from what is above.
    pub fn section_ui(&self, ui: &mut Ui, title: &str) -> Response {
        ui.add_space(self.space.s);
        let response = ui.label(self.section(title));
        ui.add_space(self.space.xs);
        response
    }

    /// A section's title with actions at the right.
    pub fn section_with_ui<R>(
        &self,
        ui: &mut Ui,
        title: &str,
        add_actions: impl FnOnce(&mut Ui) -> R,
    ) -> R {
        ui.add_space(self.space.s);
        ui.horizontal(|ui| {
            ui.set_min_height(self.size.control);
            ui.label(self.section(title));
            ui.with_layout(Layout::right_to_left(Align::Center), add_actions)
                .inner
        })
        .inner
    }

    /// A hairline across.
    pub fn hairline_ui(&self, ui: &mut Ui) {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
        ui.painter()
            .rect_filled(rect, CornerRadius::ZERO, self.palette.line);
    }

    /// A key and its value on one row; keys stand in one column.
    pub fn key_value_ui(&self, ui: &mut Ui, key: &str, value: &str) -> Response {
        self.key_value_with_ui(ui, key, |ui| {
            ui.add(egui::Label::new(self.body(value)).wrap())
        })
    }

    /// A key with anything as its value.
    pub fn key_value_with_ui<R>(
        &self,
        ui: &mut Ui,
        key: &str,
        add_value: impl FnOnce(&mut Ui) -> R,
    ) -> R {
        const KEY: f32 = 112.0;
        /// Brings the smaller type of the key onto the line of its value.
        const LINE: f32 = 16.5;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = self.space.s;
            ui.allocate_ui_with_layout(
                vec2(KEY, LINE),
                Layout::left_to_right(Align::Center),
                |ui| {
                    ui.set_min_size(vec2(KEY, LINE));
                    ui.add(egui::Label::new(self.secondary(key)).truncate());
                },
            );
            ui.vertical(add_value).inner
        })
        .inner
    }

    /// A row of a list that can be clicked; the selected one has a bar of the accent and its ground.
    /// What `add_contents` adds stands from left to right, and may have controls of its own.
    pub fn list_row_ui<R>(
        &self,
        ui: &mut Ui,
        name: &str,
        is_selected: bool,
        add_contents: impl FnOnce(&mut Ui) -> R,
    ) -> InnerResponse<R> {
        self.tall_row_ui(ui, name, (is_selected, self.size.row), add_contents)
    }

    /// As [`Self::list_row_ui`], with `(is_selected, height)`.
    pub fn tall_row_ui<R>(
        &self,
        ui: &mut Ui,
        name: &str,
        (is_selected, height): (bool, f32),
        add_contents: impl FnOnce(&mut Ui) -> R,
    ) -> InnerResponse<R> {
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
        self.paint_row(ui, rect, &response, is_selected);
        let content = Rect::from_min_max(
            pos2(rect.left() + self.space.s, rect.top()),
            pos2(rect.right() - self.space.s, rect.bottom()),
        );
        let inner = ui
            .scope_builder(
                UiBuilder::new()
                    .max_rect(content)
                    .layout(Layout::left_to_right(Align::Center)),
                |ui| {
                    ui.set_min_size(content.size());
                    add_contents(ui)
                },
            )
            .inner;
        let response = paint::named(ui, response, Role::Button, name);
        InnerResponse { inner, response }
    }

    fn paint_row(&self, ui: &Ui, rect: Rect, response: &Response, is_selected: bool) {
        if !ui.is_rect_visible(rect) {
            return;
        }
        let painter = ui.painter();
        let palette = &self.palette;
        let fill = match (
            is_selected,
            response.is_pointer_button_down_on(),
            response.hovered(),
        ) {
            (true, _, _) => Some(palette.selected),
            (_, true, _) => Some(palette.pressed),
            (_, _, true) => Some(palette.hover),
            _ => None,
        };
        if let Some(fill) = fill {
            painter.rect_filled(rect, CornerRadius::same(4), fill);
        }
        if is_selected {
            let bar = Rect::from_min_size(
                pos2(rect.left(), rect.top() + 6.0),
                vec2(2.0, rect.height() - 12.0),
            );
            painter.rect_filled(bar, CornerRadius::same(1), palette.accent);
        }
        paint::focus_ring(self, ui, response, CornerRadius::same(4));
    }
}
