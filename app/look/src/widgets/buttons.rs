//! Buttons: one primary a view, plain ones, quiet ones, icon buttons, links, and the switch.

use egui::{
    Align2, Color32, CornerRadius, FontId, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

use super::paint;
use crate::{Icon, Look, icon};

/// The colours of a button by its state.
struct Coat {
    rest: Color32,
    hovered: Color32,
    pressed: Color32,
    edge: Color32,
    ink: Color32,
}

impl Look {
    /// The one thing to do in a view.
    pub fn primary_button_ui(&self, ui: &mut Ui, text: &str) -> Response {
        let palette = &self.palette;
        let coat = Coat {
            rest: palette.accent,
            hovered: palette.accent_hover,
            pressed: palette.accent_pressed,
            edge: Color32::TRANSPARENT,
            ink: palette.on_accent,
        };
        self.painted_button_ui(ui, &coat, None, text)
    }

    /// The primary button with an icon before its verb.
    pub fn primary_icon_button_ui(&self, ui: &mut Ui, icon: Icon, text: &str) -> Response {
        let palette = &self.palette;
        let coat = Coat {
            rest: palette.accent,
            hovered: palette.accent_hover,
            pressed: palette.accent_pressed,
            edge: Color32::TRANSPARENT,
            ink: palette.on_accent,
        };
        self.painted_button_ui(ui, &coat, Some(icon), text)
    }

    /// For what destroys: the verb and its object stand on it.
    pub fn danger_button_ui(&self, ui: &mut Ui, text: &str) -> Response {
        let palette = &self.palette;
        let coat = Coat {
            rest: palette.fail,
            hovered: palette.fail_hover,
            pressed: palette.fail_pressed,
            edge: Color32::TRANSPARENT,
            ink: palette.on_fail,
        };
        self.painted_button_ui(ui, &coat, None, text)
    }

    pub fn button_ui(&self, ui: &mut Ui, text: &str) -> Response {
        self.painted_button_ui(ui, &self.plain_coat(), None, text)
    }

    pub fn button_with_icon_ui(&self, ui: &mut Ui, icon: Icon, text: &str) -> Response {
        self.painted_button_ui(ui, &self.plain_coat(), Some(icon), text)
    }

    /// No surface until the pointer is over it.
    pub fn quiet_button_ui(&self, ui: &mut Ui, text: &str) -> Response {
        self.painted_button_ui(ui, &self.quiet_coat(), None, text)
    }

    pub fn quiet_icon_button_ui(&self, ui: &mut Ui, icon: Icon, text: &str) -> Response {
        self.painted_button_ui(ui, &self.quiet_coat(), Some(icon), text)
    }

    /// An icon alone; `label` is its name and its tooltip.
    pub fn icon_button_ui(&self, ui: &mut Ui, icon: Icon, label: &str) -> Response {
        let side = self.size.control;
        let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
        if ui.is_rect_visible(rect) {
            let ink = if response.hovered() || response.has_focus() {
                self.palette.text
            } else {
                self.palette.text_second
            };
            self.paint_coat(ui, &response, &self.quiet_coat());
            ui.painter().text(
                rect.center(),
                Align2::CENTER_CENTER,
                icon.0,
                self.icon_font(self.text.icon),
                ink,
            );
        }
        paint::named(ui, response, Role::Button, label).on_hover_text(label)
    }

    /// Text that leads somewhere.
    pub fn link_ui(&self, ui: &mut Ui, text: &str) -> Response {
        let galley = paint::line(
            ui,
            text,
            self.body_font(),
            self.palette.accent,
            ui.available_width(),
        );
        let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::click());
        if ui.is_rect_visible(rect) {
            ui.painter().galley(rect.min, galley, self.palette.accent);
            if response.hovered() {
                let y = rect.bottom() - 1.0;
                paint::hairline(
                    ui.painter(),
                    rect.left(),
                    rect.right(),
                    y,
                    self.palette.accent,
                );
            }
            paint::focus_ring(self, ui, &response, CornerRadius::same(2));
        }
        paint::named(ui, response, Role::Link, text)
    }

    /// A switch with its label to the right; clicking either turns it.
    pub fn toggle_ui(&self, ui: &mut Ui, label: &str, is_on: &mut bool) -> Response {
        let track_size = vec2(30.0, 18.0);
        let galley = paint::line(
            ui,
            label,
            self.body_font(),
            self.palette.text,
            (ui.available_width() - track_size.x - self.space.s).max(0.0),
        );
        let size = vec2(
            track_size.x + self.space.s + galley.size().x,
            self.size.control,
        );
        let (rect, mut response) = ui.allocate_exact_size(size, Sense::click());
        if response.clicked() {
            *is_on = !*is_on;
            response.mark_changed();
        }
        let track = Rect::from_min_size(
            pos2(rect.left(), rect.center().y - track_size.y / 2.0),
            track_size,
        );
        if ui.is_rect_visible(rect) {
            self.paint_track(ui, track, &response, *is_on);
            let at = pos2(
                track.right() + self.space.s,
                rect.center().y - galley.size().y / 2.0,
            );
            ui.painter().galley(at, galley, self.palette.text);
        }
        let (enabled, is_on) = (ui.is_enabled(), *is_on);
        response.widget_info(|| WidgetInfo::selected(Role::Switch, enabled, is_on, label));
        response.on_hover_cursor(egui::CursorIcon::PointingHand)
    }

    fn paint_track(&self, ui: &Ui, track: Rect, response: &Response, is_on: bool) {
        let palette = &self.palette;
        let round = CornerRadius::same((track.height() / 2.0) as u8);
        let turned = ui
            .ctx()
            .animate_bool_with_time(response.id, is_on, self.motion.seconds);
        let (fill, edge) = match (is_on, response.hovered()) {
            (true, false) => (palette.accent, palette.accent),
            (true, true) => (palette.accent_hover, palette.accent_hover),
            (false, false) => (palette.raised, palette.line_strong),
            (false, true) => (palette.hover, palette.line_strong),
        };
        let painter = ui.painter();
        painter.rect(
            track,
            round,
            fill,
            Stroke::new(1.0, edge),
            StrokeKind::Inside,
        );
        let radius = track.height() / 2.0 - 4.0;
        let x = egui::lerp(track.left() + 9.0..=track.right() - 9.0, turned);
        let knob = if is_on {
            palette.on_accent
        } else {
            palette.text_second
        };
        painter.circle_filled(pos2(x, track.center().y), radius, knob);
        if response.has_focus() {
            painter.rect_stroke(
                track.expand(2.0),
                round + CornerRadius::same(2),
                Stroke::new(1.5, palette.accent),
                StrokeKind::Middle,
            );
        }
    }

    fn plain_coat(&self) -> Coat {
        let palette = &self.palette;
        Coat {
            rest: palette.raised,
            hovered: palette.hover,
            pressed: palette.pressed,
            edge: palette.line_strong,
            ink: palette.text,
        }
    }

    fn quiet_coat(&self) -> Coat {
        let palette = &self.palette;
        Coat {
            rest: Color32::TRANSPARENT,
            hovered: palette.hover,
            pressed: palette.pressed,
            edge: Color32::TRANSPARENT,
            ink: palette.text,
        }
    }

    fn paint_coat(&self, ui: &Ui, response: &Response, coat: &Coat) {
        let fill = if response.is_pointer_button_down_on() {
            coat.pressed
        } else if response.hovered() {
            coat.hovered
        } else {
            coat.rest
        };
        let corner = self.corner();
        ui.painter().rect(
            response.rect,
            corner,
            fill,
            Stroke::new(self.size.hairline, coat.edge),
            StrokeKind::Inside,
        );
        paint::focus_ring(self, ui, response, corner);
    }

    fn painted_button_ui(
        &self,
        ui: &mut Ui,
        coat: &Coat,
        icon: Option<Icon>,
        text: &str,
    ) -> Response {
        const ICON: f32 = 16.0;
        const GAP: f32 = 6.0;
        let font: FontId = self.medium_font();
        let galley = paint::line(ui, text, font, coat.ink, f32::INFINITY);
        let icon_width = if icon.is_some() { ICON + GAP } else { 0.0 };
        let padding = if icon.is_some() { 10.0 } else { 12.0 };
        let size = vec2(
            (galley.size().x + icon_width + padding * 2.0).ceil(),
            self.size.control,
        );
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        if ui.is_rect_visible(rect) {
            self.paint_coat(ui, &response, coat);
            let left = rect.center().x - (galley.size().x + icon_width) / 2.0;
            if let Some(icon) = icon {
                ui.painter().text(
                    pos2(left + ICON / 2.0, rect.center().y),
                    Align2::CENTER_CENTER,
                    icon.0,
                    self.icon_font(ICON),
                    coat.ink,
                );
            }
            let at = pos2(left + icon_width, rect.center().y - galley.size().y / 2.0);
            ui.painter().galley(at, galley, coat.ink);
        }
        paint::named(ui, response, Role::Button, text)
    }

    /// Copies `whole` when it is clicked; `shown` stands there in monospace.
    pub fn copy_text_ui(&self, ui: &mut Ui, shown: &str, whole: &str) -> Response {
        const ICON: f32 = 13.0;
        let palette = &self.palette;
        let width = (ui.available_width() - ICON - 4.0).max(24.0);
        let galley = paint::line(ui, shown, self.mono_font(), palette.text_second, width);
        let size = vec2(galley.size().x + 4.0 + ICON, galley.size().y.max(18.0));
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        if ui.is_rect_visible(rect) {
            let is_lit = response.hovered() || response.has_focus();
            if is_lit {
                ui.painter().rect_filled(
                    rect.expand2(vec2(3.0, 1.0)),
                    CornerRadius::same(3),
                    palette.hover,
                );
            }
            let ink = if is_lit {
                palette.text
            } else {
                palette.text_second
            };
            let at = pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
            ui.painter()
                .galley_with_override_text_color(at, galley, ink);
            if is_lit {
                ui.painter().text(
                    pos2(rect.right() - ICON / 2.0, rect.center().y),
                    Align2::CENTER_CENTER,
                    icon::COPY.0,
                    self.icon_font(ICON),
                    palette.text_second,
                );
            }
            paint::focus_ring(self, ui, &response, CornerRadius::same(3));
        }
        if response.clicked() {
            ui.ctx().copy_text(whole.to_owned());
            let copied = ui.input(|input| input.time);
            ui.data_mut(|data| data.insert_temp(response.id, copied));
        }
        let copied = ui.data(|data| data.get_temp::<f64>(response.id));
        let now = ui.input(|input| input.time);
        let was_copied = copied.is_some_and(|at| now - at < 2.0);
        let name = format!("Copy {whole}");
        paint::named(ui, response, Role::Button, &name).on_hover_text(if was_copied {
            "Copied".to_owned()
        } else if shown == whole {
            "Click to copy".to_owned()
        } else {
            format!("{whole}\nClick to copy")
        })
    }
}
