//! Ways around: tabs, breadcrumbs, column heads that sort.

use egui::{Align2, CornerRadius, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::paint;
use crate::{Look, icon};

/// Which way a column sorts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Up,
    Down,
}

impl Look {
    /// A row of tabs over a hairline; the open one has a bar of the accent. True when another was opened.
    pub fn tabs_ui<T: PartialEq + Clone, S: AsRef<str>>(
        &self,
        ui: &mut Ui,
        open: &mut T,
        tabs: &[(T, S)],
    ) -> bool {
        const HEIGHT: f32 = 32.0;
        let mut was_changed = false;
        let row = ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = self.space.l;
            for (tab, name) in tabs {
                let is_open = tab == open;
                let response = self.tab_ui(ui, name.as_ref(), is_open, HEIGHT);
                if response.clicked() && !is_open {
                    *open = tab.clone();
                    was_changed = true;
                }
            }
        });
        let left = row.response.rect.left();
        let right = left + ui.available_width();
        let y = row.response.rect.bottom() - 0.5;
        paint::hairline(ui.painter(), left, right, y, self.palette.line);
        ui.add_space(self.space.s);
        was_changed
    }

    fn tab_ui(&self, ui: &mut Ui, name: &str, is_open: bool, height: f32) -> Response {
        let palette = &self.palette;
        let galley = paint::line(
            ui,
            name,
            self.medium_font(),
            palette.text_second,
            f32::INFINITY,
        );
        let (rect, response) =
            ui.allocate_exact_size(vec2(galley.size().x, height), Sense::click());
        if ui.is_rect_visible(rect) {
            let ink = if is_open || response.hovered() {
                palette.text
            } else {
                palette.text_second
            };
            let at = pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
            ui.painter()
                .galley_with_override_text_color(at, galley, ink);
            if is_open {
                let bar = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 2.0), rect.max);
                ui.painter()
                    .rect_filled(bar, CornerRadius::same(1), palette.accent);
            }
            paint::focus_ring(self, ui, &response, CornerRadius::same(3));
        }
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::selected(Role::Tab, enabled, is_open, name));
        response.on_hover_cursor(egui::CursorIcon::PointingHand)
    }

    /// Where we are; every part but the last can be clicked. Says which was.
    pub fn breadcrumb_ui(&self, ui: &mut Ui, parts: &[&str]) -> Option<usize> {
        let mut clicked = None;
        ui.spacing_mut().item_spacing.x = 2.0;
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.icon_ui(ui, icon::FORWARD, 16.0, self.palette.text_faint);
            }
            if index + 1 == parts.len() {
                ui.add(egui::Label::new(self.strong(*part)).truncate());
            } else if self.crumb_ui(ui, part).clicked() {
                clicked = Some(index);
            }
        }
        clicked
    }

    fn crumb_ui(&self, ui: &mut Ui, name: &str) -> Response {
        let palette = &self.palette;
        let galley = paint::line(ui, name, self.body_font(), palette.text_second, 240.0);
        let size = galley.size() + vec2(12.0, 8.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        if ui.is_rect_visible(rect) {
            let is_lit = response.hovered();
            if is_lit {
                ui.painter()
                    .rect_filled(rect, CornerRadius::same(4), palette.hover);
            }
            let ink = if is_lit {
                palette.text
            } else {
                palette.text_second
            };
            ui.painter()
                .galley_with_override_text_color(rect.min + vec2(6.0, 4.0), galley, ink);
            paint::focus_ring(self, ui, &response, CornerRadius::same(4));
        }
        paint::named(ui, response, Role::Link, name)
    }

    /// The head of a column; with `sort` it shows which way the column sorts. Numbers stand at the right.
    pub fn column_head_ui(
        &self,
        ui: &mut Ui,
        name: &str,
        sort: Option<Sort>,
        is_number: bool,
    ) -> Response {
        let palette = &self.palette;
        let mark_width = if sort.is_some() { 14.0 } else { 0.0 };
        let width = ui.available_width();
        let ink = if sort.is_some() {
            palette.text
        } else {
            palette.text_faint
        };
        let galley = paint::line(
            ui,
            name,
            self.caption_font(),
            ink,
            (width - mark_width).max(8.0),
        );
        let (rect, response) = ui.allocate_exact_size(vec2(width, self.size.row), Sense::click());
        if ui.is_rect_visible(rect) {
            let ink = if response.hovered() {
                palette.text
            } else {
                ink
            };
            let text_width = galley.size().x;
            let left = if is_number {
                rect.right() - text_width - mark_width
            } else {
                rect.left()
            };
            let y = rect.center().y - galley.size().y / 2.0;
            ui.painter()
                .galley_with_override_text_color(pos2(left, y), galley, ink);
            if let Some(sort) = sort {
                let center = pos2(left + text_width + 8.0, rect.center().y);
                paint::chevron(ui.painter(), center, sort == Sort::Up, palette.text_second);
            }
            paint::focus_ring(self, ui, &response, CornerRadius::same(3));
        }
        let said = match sort {
            Some(Sort::Up) => format!("{name}, sorted upwards"),
            Some(Sort::Down) => format!("{name}, sorted downwards"),
            None => format!("Sort by {name}"),
        };
        paint::named(ui, response, Role::Button, &said)
    }

    /// A number at the right edge of its cell.
    pub fn number_cell_ui(&self, ui: &mut Ui, text: &str) -> Response {
        let ink = self.palette.text;
        let width = ui.available_width();
        let galley = paint::line(ui, text, self.body_font(), ink, width);
        let (rect, response) = ui.allocate_exact_size(
            vec2(
                width,
                galley
                    .size()
                    .y
                    .max(ui.available_height().min(self.size.row)),
            ),
            Sense::hover(),
        );
        let at = Align2::RIGHT_CENTER.anchor_size(rect.right_center(), galley.size());
        ui.painter().galley(at.min, galley, ink);
        paint::named(ui, response, Role::Label, text)
    }
}
