//! What the program says back: nothing here yet, it failed, it is coming, so far.

use egui::{
    CornerRadius, Frame, Layout, Margin, Rect, Response, Role, Sense, Stroke, Ui, pos2, vec2,
};

use super::paint;
use crate::{Icon, Look, icon};

impl Look {
    /// An empty place: what it is for, the one button, what else would do. Gives the button's response.
    pub fn empty_ui(
        &self,
        ui: &mut Ui,
        icon: Icon,
        (sentence, hint): (&str, &str),
        button: &str,
    ) -> Response {
        let height = ui.available_height().min(420.0);
        ui.vertical_centered(|ui| {
            ui.add_space((height / 2.0 - 96.0).max(self.space.xl));
            self.icon_ui(ui, icon, 40.0, self.palette.text_faint);
            ui.add_space(self.space.s);
            ui.add(egui::Label::new(self.body(sentence)).wrap());
            ui.add_space(self.space.s);
            let response = self.primary_button_ui(ui, button);
            if !hint.is_empty() {
                ui.add_space(self.space.xs);
                ui.label(self.secondary(hint));
            }
            response
        })
        .inner
    }

    /// An empty place where nothing can be done from here: one sentence.
    pub fn nothing_ui(&self, ui: &mut Ui, icon: Icon, sentence: &str) {
        let height = ui.available_height().min(360.0);
        ui.vertical_centered(|ui| {
            ui.add_space((height / 2.0 - 56.0).max(self.space.xl));
            self.icon_ui(ui, icon, 32.0, self.palette.text_faint);
            ui.add_space(self.space.s);
            ui.add(egui::Label::new(self.secondary(sentence)).wrap());
        });
    }

    /// A failure: what happened, why, what to do; the details can be copied.
    pub fn error_ui(&self, ui: &mut Ui, what: &str, why: &str, hint: Option<&str>) {
        let frame = Frame::new()
            .fill(self.palette.tint_fail)
            .corner_radius(self.card_corner())
            .inner_margin(Margin::same(self.space.m as i8));
        let shown = frame.show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.horizontal_top(|ui| {
                self.icon_ui(ui, icon::ERROR, 18.0, self.palette.fail);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = self.space.xs;
                    ui.horizontal(|ui| {
                        ui.add(egui::Label::new(self.strong(what)).wrap());
                        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
                            let copy = self.icon_button_ui(ui, icon::COPY, "Copy details");
                            if copy.clicked() {
                                ui.ctx().copy_text(details(what, why, hint));
                            }
                        });
                    });
                    if !why.is_empty() {
                        ui.add(egui::Label::new(self.secondary(why)).wrap());
                    }
                    if let Some(hint) = hint {
                        ui.add(egui::Label::new(self.body(hint)).wrap());
                    }
                });
            });
        });
        let rect = shown.response.rect;
        let bar = Rect::from_min_size(
            pos2(rect.left(), rect.top() + 8.0),
            vec2(2.0, (rect.height() - 16.0).max(0.0)),
        );
        ui.painter()
            .rect_filled(bar, CornerRadius::same(1), self.palette.fail);
    }

    /// How far work has come: a bar over its text. Without a share the bar stays empty and the text says it all.
    pub fn progress_ui(&self, ui: &mut Ui, share: Option<f32>, text: &str) -> Response {
        const BAR: f32 = 4.0;
        let width = ui.available_width();
        let galley = paint::line(
            ui,
            text,
            self.caption_font(),
            self.palette.text_second,
            width,
        );
        let is_cut = galley.elided;
        let text_height = if text.is_empty() {
            0.0
        } else {
            galley.size().y + 4.0
        };
        let (rect, response) =
            ui.allocate_exact_size(vec2(width, BAR + text_height), Sense::hover());
        if ui.is_rect_visible(rect) {
            let bar = Rect::from_min_size(rect.min, vec2(width, BAR));
            let (ground, fill) = (self.palette.line, self.palette.accent);
            paint::share_bar(ui.painter(), bar, share.unwrap_or(0.0), ground, fill);
            let at = pos2(rect.left(), rect.top() + BAR + 4.0);
            ui.painter().galley(at, galley, self.palette.text_second);
        }
        let enabled = ui.is_enabled();
        response.widget_info(|| {
            let mut info = egui::WidgetInfo::labeled(Role::ProgressIndicator, enabled, text);
            info.value = share.map(|share| f64::from(share) * 100.0);
            info
        });
        if is_cut {
            response.on_hover_text(text)
        } else {
            response
        }
    }

    /// The shape of rows that are on their way, drawn only when they keep us waiting.
    pub fn skeleton_ui(&self, ui: &mut Ui, rows: usize) {
        let size = vec2(ui.available_width(), rows as f32 * self.size.row);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let now = ui.input(|input| input.time);
        let pass = ui.ctx().cumulative_pass_nr();
        // Seen in the pass before: the wait goes on; else it begins now.
        let since = ui.data_mut(|data| {
            let since = data
                .get_temp::<(f64, u64)>(response.id)
                .filter(|(_, seen)| pass.saturating_sub(*seen) <= 1)
                .map_or(now, |(since, _)| since);
            data.insert_temp(response.id, (since, pass));
            since
        });
        let left = f64::from(self.motion.skeleton_after) - (now - since);
        if left > 0.0 {
            ui.ctx().request_repaint_after_secs(left as f32);
            return;
        }
        for row in 0..rows {
            // Widths that differ, so that it reads as text and not as a table of boxes.
            let share = [0.62, 0.48, 0.71, 0.55][row % 4];
            let bar = Rect::from_min_size(
                pos2(rect.left(), rect.top() + row as f32 * self.size.row + 9.0),
                vec2(rect.width() * share, 10.0),
            );
            ui.painter()
                .rect_filled(bar, CornerRadius::same(3), self.palette.tint_neutral);
        }
        paint::named(ui, response, Role::ProgressIndicator, "Loading");
    }

    /// The frame of a dialog or a toast: raised, with a hairline and a shadow.
    pub fn floating_frame(&self) -> Frame {
        Frame::new()
            .fill(self.palette.raised)
            .stroke(Stroke::new(self.size.hairline, self.palette.line))
            .corner_radius(self.card_corner())
            .inner_margin(Margin::same(self.space.l as i8))
            .shadow(egui::Shadow {
                offset: [0, 8],
                blur: 24,
                spread: 0,
                color: self.palette.shadow,
            })
    }
}

fn details(what: &str, why: &str, hint: Option<&str>) -> String {
    let mut text = what.to_owned();
    for line in [Some(why).filter(|why| !why.is_empty()), hint]
        .into_iter()
        .flatten()
    {
        text.push('\n');
        text.push_str(line);
    }
    text
}
