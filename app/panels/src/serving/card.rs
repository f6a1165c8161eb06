//! The card of an endpoint: its light, its address and key, its pulse.

use contract::{Command, EndpointView, ModelName};
use egui::{Align, Frame, Layout, ScrollArea, Sense, Stroke, Ui, UiBuilder, vec2};
use look::{Look, Tone, icon};

use super::data::{EndpointCard, p99_history};
use crate::parts::{cut_label_ui, from_right_ui};
use crate::{Ctx, Selection};

const NARROWEST: f32 = 352.0;
const WIDEST: f32 = 480.0;
const HEIGHT: f32 = 156.0;
/// Many endpoints scroll, so that what is below them keeps this share of the page.
const SHARE_OF_PAGE: f32 = 0.5;

/// How many points the p99 line has.
const P99_SLOTS: usize = 24;

pub(super) fn cards_ui(ctx: &Ctx<'_>, ui: &mut Ui, open: Option<&ModelName>) {
    let look = ctx.look;
    let endpoints = &ctx.snapshot.endpoints;
    let gap = look.space.m;
    let fit = ((ui.available_width() + gap) / (NARROWEST + gap)) as usize;
    let in_a_row = fit.clamp(1, endpoints.len().max(1));
    let width = (ui.available_width() + gap) / in_a_row as f32 - gap;
    let width = width.min(WIDEST);
    ScrollArea::vertical()
        .id_salt("endpoints")
        .max_height((ui.available_height() * SHARE_OF_PAGE).max(HEIGHT))
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(gap, gap);
            // The edge of a card is drawn around it, and what scrolls is cut.
            ui.set_clip_rect(ui.clip_rect().expand2(vec2(2.0, 1.0)));
            for row in endpoints.chunks(in_a_row) {
                ui.horizontal_top(|ui| {
                    for view in row {
                        let is_open = endpoints.len() > 1 && open == Some(&view.endpoint.name);
                        card_ui(ctx, ui, view, (is_open, width));
                    }
                });
            }
        });
}

fn card_ui(ctx: &Ctx<'_>, ui: &mut Ui, view: &EndpointView, (is_open, width): (bool, f32)) {
    let look = ctx.look;
    let card = EndpointCard::new(view, ctx.snapshot.server.as_ref());
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::click());
    let response = look::paint::named(
        ui,
        response,
        egui::Role::Button,
        &format!("Endpoint {}", card.name),
    );
    if response.clicked() {
        ctx.view.select(Selection::Endpoint(card.name.clone()));
    }
    let edge = match (is_open, response.hovered() || response.has_focus()) {
        (true, _) => look.palette.accent,
        (_, true) => look.palette.line_strong,
        _ => look.palette.line,
    };
    let frame = Frame::new()
        .fill(look.palette.surface)
        .stroke(Stroke::new(look.size.hairline, edge))
        .corner_radius(look.card_corner());
    ui.painter().add(frame.paint(rect));
    let inside = rect.shrink(look.space.m);
    let builder = UiBuilder::new()
        .max_rect(inside)
        .layout(Layout::top_down(Align::Min));
    // A child of its own: the cursor of the row is already behind the card.
    let mut card_ui = ui.new_child(builder);
    card_ui.shrink_clip_rect(rect);
    card_ui.spacing_mut().item_spacing.y = look.space.xs;
    card_ui.spacing_mut().interact_size.y = 18.0;
    title_ui(ctx, &mut card_ui, &card);
    address_ui(ctx, &mut card_ui, &card);
    card_ui.add_space(look.space.xs);
    pulse_ui(ctx, &mut card_ui, &card);
}

fn title_ui(ctx: &Ctx<'_>, ui: &mut Ui, card: &EndpointCard) {
    let look = ctx.look;
    from_right_ui(ui, look.size.control, |ui| {
        let label = format!("Stop {}", card.name);
        if look.icon_button_ui(ui, icon::STOP, &label).clicked() {
            ctx.commands.push(Command::StopEndpoint {
                model: card.name.clone(),
            });
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            look.state_dot_ui(ui, card.tone, card.light);
            let room = ui.available_width() - 56.0;
            cut_label_ui(ui, room, look.section(card.name.as_str()));
            look.chip_ui(ui, Tone::Neutral, &format!("v{}", card.version.version));
        });
    });
}

fn address_ui(ctx: &Ctx<'_>, ui: &mut Ui, card: &EndpointCard) {
    let look = ctx.look;
    let Some(server) = &ctx.snapshot.server else {
        ui.label(look.secondary(card.light));
        return;
    };
    ui.horizontal(|ui| {
        ui.label(look.caption("URL"));
        look.copy_text_ui(ui, &card.url, &card.url);
    });
    ui.horizontal(|ui| {
        ui.label(look.caption("Key"));
        // On screens that others see, the beginning is enough to know which key it is.
        let shown: String = server.key.chars().take(7).chain("…".chars()).collect();
        look.copy_text_ui(ui, &shown, &server.key);
    });
}

fn pulse_ui(ctx: &Ctx<'_>, ui: &mut Ui, card: &EndpointCard) {
    let look = ctx.look;
    let column = (ui.available_width() - look.space.m * 3.0) / 4.0;
    let spark = vec2((column - 4.0).max(24.0), 16.0);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = look.space.m;
        figure_ui(look, ui, column, ("Rate", &card.rate, "/s"), |ui| {
            let label = format!("Requests a second of {} in the last minute", card.name);
            look.sparkline_ui(ui, spark, &card.per_second, &label);
        });
        figure_ui(look, ui, column, ("p99", &card.p99, ""), |ui| {
            let history = p99_history(&ctx.snapshot.requests, &card.name, P99_SLOTS);
            let label = format!("p99 latency of {} over the newest requests", card.name);
            look.sparkline_ui(ui, spark, &history, &label);
        });
        figure_ui(look, ui, column, ("Requests", &card.requests, ""), |_| {});
        figure_ui(look, ui, column, ("Errors", &card.errors, ""), |_| {});
    });
}

fn figure_ui(
    look: &Look,
    ui: &mut Ui,
    width: f32,
    (caption, value, unit): (&str, &str, &str),
    below: impl FnOnce(&mut Ui),
) {
    ui.allocate_ui_with_layout(vec2(width, 52.0), Layout::top_down(Align::Min), |ui| {
        ui.set_min_width(width);
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.label(look.caption(caption));
        ui.add(egui::Label::new(look.strong(format!("{value}{unit}"))).truncate());
        below(ui);
    });
}
