//! Parts that several panels draw: the page, two lines of text, a time, a share, two distributions over each other.

use contract::Timestamp;
use egui::{
    Align, Align2, CornerRadius, Layout, Pos2, Rect, Response, Role, ScrollArea, Sense, Shape,
    Stroke, Ui, Vec2, pos2, vec2,
};
use look::{Look, format, paint};

use crate::Ctx;

/// The frame of a page that scrolls: margins, and never wider than its tile.
pub(crate) fn page_ui<R>(look: &Look, ui: &mut Ui, add_contents: impl FnOnce(&mut Ui) -> R) -> R {
    ScrollArea::vertical()
        .auto_shrink(false)
        .show(ui, |ui| inset_ui(look, ui, add_contents))
        .inner
}

/// The frame of a page that does not scroll as a whole.
pub(crate) fn inset_ui<R>(look: &Look, ui: &mut Ui, add_contents: impl FnOnce(&mut Ui) -> R) -> R {
    egui::Frame::new()
        .inner_margin(look.space.xl)
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.set_max_width(ui.available_width());
            add_contents(ui)
        })
        .inner
}

/// A name over what explains it, cut at the width, whole under the pointer.
pub(crate) fn two_lines_ui(
    look: &Look,
    ui: &mut Ui,
    width: f32,
    name: &str,
    explanation: &str,
) -> Response {
    let upper = paint::line(ui, name, look.medium_font(), look.palette.text, width);
    let lower = paint::line(
        ui,
        explanation,
        look.secondary_font(),
        look.palette.text_second,
        width,
    );
    let is_cut = upper.elided || lower.elided;
    let height = upper.size().y + lower.size().y + 1.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    if ui.is_rect_visible(rect) {
        let below = rect.left_top() + vec2(0.0, upper.size().y + 1.0);
        ui.painter()
            .galley(rect.left_top(), upper, look.palette.text);
        ui.painter().galley(below, lower, look.palette.text_second);
    }
    let said = format!("{name}, {explanation}");
    let response = paint::named(ui, response, Role::Label, &said);
    if is_cut {
        response.on_hover_text(format!("{name}\n{explanation}"))
    } else {
        response
    }
}

/// One line of this height, filled from the right: a plain layout from the right would take all the height there is.
pub(crate) fn from_right_ui<R>(
    ui: &mut Ui,
    height: f32,
    add_contents: impl FnOnce(&mut Ui) -> R,
) -> R {
    let size = vec2(ui.available_width(), height);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_size(size);
        add_contents(ui)
    })
    .inner
}

/// A page's head: title and one explaining line at the left, actions at the right in the order of their reading, or
/// below where it is narrow.
pub(crate) fn head_ui(
    look: &Look,
    ui: &mut Ui,
    (title, explanation): (&str, &str),
    actions_width: f32,
    add_actions: impl FnOnce(&mut Ui),
) {
    const LINES: f32 = 46.0;
    const NARROWEST_TITLE: f32 = 200.0;
    let title_ui = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.y = look.space.xs;
        ui.add(egui::Label::new(look.page(title)).truncate());
        if !explanation.is_empty() {
            ui.add(egui::Label::new(look.secondary(explanation)).truncate());
        }
    };
    if ui.available_width() < actions_width + NARROWEST_TITLE {
        ui.scope(title_ui);
        if actions_width > 0.0 {
            look.ends_ui(ui, look.size.control, |_| {}, add_actions);
        }
    } else {
        let left = |ui: &mut Ui| {
            let rect = ui.available_rect_before_wrap();
            let builder = egui::UiBuilder::new()
                .max_rect(rect)
                .layout(Layout::top_down(Align::Min));
            ui.scope_builder(builder, title_ui);
        };
        look.ends_ui(ui, LINES, left, add_actions);
    }
    ui.add_space(look.space.s);
}

/// A label that leaves room for what follows it: cut at `room`, whole under the pointer.
pub(crate) fn cut_label_ui(ui: &mut Ui, room: f32, text: egui::RichText) -> Response {
    let size = vec2(room.max(24.0), ui.available_height());
    ui.allocate_ui(size, |ui| ui.add(egui::Label::new(text).truncate()))
        .inner
}

/// How long ago, with the exact time under the pointer.
pub(crate) fn ago_ui(ctx: &Ctx<'_>, ui: &mut Ui, at: Timestamp) -> Response {
    let text = format::ago(ctx.view.now.unix_millis, at.unix_millis);
    ui.label(ctx.look.caption(text))
        .on_hover_text(exact_time(at))
}

/// The moment in the time zone of the machine, with how far that is from UTC.
pub(crate) fn exact_time(at: Timestamp) -> String {
    exact_time_in(at, jiff::tz::TimeZone::system())
}

pub(crate) fn exact_time_in(at: Timestamp, zone: jiff::tz::TimeZone) -> String {
    match jiff::Timestamp::from_millisecond(at.unix_millis) {
        Ok(moment) => moment
            .to_zoned_datetime(zone)
            .strftime("%Y-%m-%d %H:%M:%S %:z")
            .to_string(),
        Err(_) => format::MISSING.to_owned(),
    }
}

/// One caption over one number, as they stand in a row of facts.
pub(crate) fn fact_ui(look: &Look, ui: &mut Ui, caption: &str, value: &str) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.label(look.caption(caption));
        ui.add(egui::Label::new(look.strong(value)).truncate());
    });
}

/// Reference (outline) and current (fill) shares of the same bins, one of them named by `label`.
pub(crate) fn paint_distributions(
    look: &Look,
    painter: &egui::Painter,
    rect: Rect,
    bins: &[(f32, f32)],
    fill: egui::Color32,
) {
    let highest = bins
        .iter()
        .map(|bin| bin.0.max(bin.1))
        .fold(0.0_f32, f32::max);
    if bins.is_empty() || highest <= 0.0 {
        return;
    }
    let step = rect.width() / bins.len() as f32;
    let gap = if step > 8.0 { 1.0 } else { 0.0 };
    let top = |share: f32| rect.bottom() - share / highest * rect.height();
    for (index, (_, current)) in bins.iter().enumerate() {
        let left = rect.left() + index as f32 * step;
        let bar = Rect::from_min_max(
            pos2(left + gap, top(*current)),
            pos2(left + step - gap, rect.bottom()),
        );
        painter.rect_filled(bar, CornerRadius::ZERO, fill);
    }
    let mut outline: Vec<Pos2> = vec![rect.left_bottom()];
    for (index, (reference, _)) in bins.iter().enumerate() {
        let left = rect.left() + index as f32 * step;
        outline.push(pos2(left, top(*reference)));
        outline.push(pos2(left + step, top(*reference)));
    }
    outline.push(rect.right_bottom());
    painter.add(Shape::line(
        outline,
        Stroke::new(1.25, look.palette.text_second),
    ));
}

/// Bars across with their labels: categories, or the probabilities of classes.
pub(crate) fn labelled_bar_ui(
    look: &Look,
    ui: &mut Ui,
    label: &str,
    share: f32,
    is_first: bool,
) -> Response {
    let width = ui.available_width();
    let label_width = (width * 0.4).clamp(60.0, 180.0);
    let number_width = 52.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 22.0), Sense::hover());
    if ui.is_rect_visible(rect) {
        let ink = if is_first {
            look.palette.text
        } else {
            look.palette.text_second
        };
        let name = paint::line(ui, label, look.secondary_font(), ink, label_width - 8.0);
        let number = format::percent(f64::from(share));
        let painter = ui.painter();
        let at = pos2(rect.left(), rect.center().y - name.size().y / 2.0);
        painter.galley(at, name, ink);
        let bar = Rect::from_center_size(
            pos2(
                (rect.left() + label_width + rect.right() - number_width) / 2.0,
                rect.center().y,
            ),
            vec2((width - label_width - number_width).max(8.0), 6.0),
        );
        let fill = if is_first {
            look.palette.accent
        } else {
            look.palette.text_faint
        };
        paint::share_bar(painter, bar, share, look.palette.line, fill);
        painter.text(
            rect.right_center(),
            Align2::RIGHT_CENTER,
            number,
            look.secondary_font(),
            ink,
        );
    }
    let said = format!("{label} {}", format::percent(f64::from(share)));
    paint::named(ui, response, Role::Label, &said)
}

/// Two columns side by side where there is room, one under the other where there is not.
pub(crate) fn beside_or_below_ui(
    look: &Look,
    ui: &mut Ui,
    narrow: f32,
    left: impl FnOnce(&mut Ui),
    right: impl FnOnce(&mut Ui),
) {
    if ui.available_width() < narrow {
        left(ui);
        ui.add_space(look.space.l);
        right(ui);
        return;
    }
    ui.spacing_mut().item_spacing.x = look.space.xl;
    ui.columns_const(|[first, second]| {
        first.spacing_mut().item_spacing.x = look.space.s;
        second.spacing_mut().item_spacing.x = look.space.s;
        left(first);
        right(second);
    });
    ui.spacing_mut().item_spacing.x = look.space.s;
}

/// Code that can be copied whole: monospaced, on its own ground, a button in the corner.
pub(crate) fn code_ui(look: &Look, ui: &mut Ui, name: &str, code: &str) {
    let frame = egui::Frame::new()
        .fill(look.palette.ground)
        .stroke(Stroke::new(look.size.hairline, look.palette.line))
        .corner_radius(look.corner())
        .inner_margin(look.space.m);
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        let corner: Pos2 = pos2(
            ui.max_rect().right() - look.size.control,
            ui.min_rect().top(),
        );
        ScrollArea::horizontal().id_salt(name).show(ui, |ui| {
            ui.add(
                egui::Label::new(look.mono(code.trim_end()))
                    .selectable(true)
                    .extend(),
            );
        });
        let button = Rect::from_min_size(corner, Vec2::splat(look.size.control));
        let copy = ui
            .scope_builder(egui::UiBuilder::new().max_rect(button), |ui| {
                look.icon_button_ui(ui, look::icon::COPY, &format!("Copy the {name} snippet"))
            })
            .inner;
        if copy.clicked() {
            ui.ctx().copy_text(code.to_owned());
        }
    });
}
