//! How Home is drawn: the road on top with its next step, then what runs and what needs a person, then what happened last.

use egui::{Align, Align2, Color32, Layout, Rect, Role, Sense, Stroke, Ui, pos2, vec2};
use look::{Icon, Look, Tone, icon, paint};

use super::data::{HomeData, Need, NextStep, Progress, Recent, RecentKind, Running, Station};
use crate::Ctx;
use crate::action::Action;
use crate::parts::{ago_ui, beside_or_below_ui, from_right_ui, head_ui, page_ui, two_lines_ui};

/// Below this width the two columns stand under each other.
const NARROW: f32 = 640.0;
const ROW: f32 = 48.0;
/// Beyond this a row's time stands too far from its name to be read with it.
const WIDEST: f32 = 1_200.0;

/// Gives what was put aside in this frame.
pub(super) fn home_ui<'a>(ctx: &Ctx<'_>, ui: &mut Ui, data: &'a HomeData) -> Option<&'a Need> {
    let look = ctx.look;
    let mut dismissed = None;
    page_ui(look, ui, |ui| {
        ui.set_max_width(ui.available_width().min(WIDEST));
        head_ui(look, ui, (&data.title, &data.path), 104.0, |ui| {
            let is_next = data
                .next
                .as_ref()
                .is_some_and(|next| next.action == Action::PickFiles);
            if !is_next
                && look
                    .button_with_icon_ui(ui, icon::IMPORT, "Import…")
                    .clicked()
            {
                ctx.view.pick_files_to_import();
            }
        });
        road_ui(ctx, ui, &data.stations);
        if let Some(next) = &data.next {
            ui.add_space(look.space.l);
            next_ui(ctx, ui, next);
        }
        ui.add_space(look.space.l);
        beside_or_below_ui(
            look,
            ui,
            NARROW,
            |ui| running_ui(ctx, ui, &data.running),
            |ui| dismissed = needs_ui(ctx, ui, &data.needs),
        );
        if !data.recent.is_empty() {
            ui.add_space(look.space.l);
            look.section_ui(ui, "Recent");
            ui.spacing_mut().item_spacing.y = 2.0;
            for recent in &data.recent {
                recent_ui(ctx, ui, recent);
            }
        }
    });
    dismissed
}

/// The stops of the road on one line, from a file to a watched endpoint.
fn road_ui(ctx: &Ctx<'_>, ui: &mut Ui, stations: &[Station]) {
    const HEIGHT: f32 = 64.0;
    let width = ui.available_width() / stations.len().max(1) as f32;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for (index, station) in stations.iter().enumerate() {
            let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::click());
            let follows = stations.get(index + 1).map(|next| next.progress);
            if ui.is_rect_visible(rect) {
                paint_station(ctx.look, ui, rect, station, follows);
                if response.hovered() {
                    let under = Rect::from_min_max(
                        pos2(rect.left(), rect.bottom() - 2.0),
                        pos2(rect.left() + 32.0, rect.bottom()),
                    );
                    ui.painter()
                        .rect_filled(under, 1, ctx.look.palette.line_strong);
                }
                paint::focus_ring(ctx.look, ui, &response, ctx.look.corner());
            }
            let said = format!("{}: {}", station.name, station.detail);
            if paint::named(ui, response, Role::Button, &said).clicked() {
                ctx.view.navigate(station.place);
            }
        }
    });
}

fn paint_station(look: &Look, ui: &Ui, rect: Rect, station: &Station, follows: Option<Progress>) {
    const RADIUS: f32 = 7.0;
    let palette = &look.palette;
    let painter = ui.painter();
    let center = pos2(rect.left() + RADIUS + 1.0, rect.top() + RADIUS + 4.0);
    if let Some(follows) = follows {
        let color = if follows == Progress::Done {
            palette.accent
        } else {
            palette.line
        };
        painter.line_segment(
            [
                pos2(center.x + RADIUS + 6.0, center.y),
                pos2(rect.right() - 6.0, center.y),
            ],
            Stroke::new(2.0, color),
        );
    }
    match station.progress {
        Progress::Done if station.is_alarming => {
            let size = RADIUS * 2.0;
            paint::tone_mark(painter, center, size, Tone::Warn, palette.warn);
        }
        Progress::Done => {
            painter.circle_filled(center, RADIUS, palette.accent);
            paint::tone_mark(painter, center, 7.0, Tone::Done, palette.on_accent);
        }
        Progress::Next => {
            painter.circle_stroke(center, RADIUS - 1.0, Stroke::new(2.0, palette.accent));
            painter.circle_filled(center, 2.5, palette.accent);
        }
        Progress::Later => {
            painter.circle_stroke(center, RADIUS - 1.0, Stroke::new(1.5, palette.line_strong));
        }
    }
    let ink = if station.progress == Progress::Later {
        palette.text_second
    } else {
        palette.text
    };
    let room = rect.width() - look.space.s;
    let name = paint::line(ui, station.name, look.medium_font(), ink, room);
    let detail = paint::line(
        ui,
        &station.detail,
        look.secondary_font(),
        palette.text_second,
        room,
    );
    let top = pos2(rect.left(), center.y + RADIUS + look.space.s);
    let below = top + vec2(0.0, name.size().y + 1.0);
    painter.galley(top, name, ink);
    painter.galley(below, detail, palette.text_second);
}

fn next_ui(ctx: &Ctx<'_>, ui: &mut Ui, next: &NextStep) {
    let look = ctx.look;
    look.card_ui(ui, |ui| {
        from_right_ui(ui, 36.0, |ui| {
            if look.primary_button_ui(ui, &next.button).clicked() {
                next.action.act(ctx);
            }
            ui.add_space(look.space.l);
            let width = ui.available_width();
            two_lines_ui(look, ui, width, &next.title, &next.detail);
        });
    });
}

fn running_ui(ctx: &Ctx<'_>, ui: &mut Ui, running: &[Running]) {
    ctx.look.section_ui(ui, "Running now");
    if running.is_empty() {
        ui.label(ctx.look.secondary("Nothing is running"));
        return;
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    for item in running {
        running_row_ui(ctx, ui, item);
    }
}

fn running_row_ui(ctx: &Ctx<'_>, ui: &mut Ui, item: &Running) {
    let look = ctx.look;
    let row = look.tall_row_ui(ui, &item.title, (false, ROW), |ui| {
        if item.is_light {
            look.state_dot_ui(ui, Tone::Done, "Answers");
        } else {
            look.state_dot_ui(ui, Tone::Accent, "Running");
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(task) = &item.cancel {
                let label = format!("Cancel {}", item.title);
                if look.icon_button_ui(ui, icon::CLOSE, &label).clicked() {
                    ctx.commands
                        .push(contract::Command::CancelTask { task: task.clone() });
                }
            }
            if let Some(share) = item.share {
                let percent = look::format::percent(f64::from(share));
                ui.label(look.secondary(percent.clone()));
                let (rect, response) = ui.allocate_exact_size(vec2(72.0, 16.0), Sense::hover());
                let bar = Rect::from_center_size(rect.center(), vec2(72.0, 4.0));
                let (ground, fill) = (look.palette.line, look.palette.accent);
                paint::share_bar(ui.painter(), bar, share, ground, fill);
                let said = format!("{} {percent}", item.title);
                paint::named(ui, response, Role::ProgressIndicator, &said);
            }
            let width = ui.available_width();
            two_lines_ui(look, ui, width, &item.title, &item.detail);
        });
    });
    if row.response.clicked() {
        item.open.act(ctx);
    }
}

/// Gives what was put aside.
fn needs_ui<'a>(ctx: &Ctx<'_>, ui: &mut Ui, needs: &'a [Need]) -> Option<&'a Need> {
    ctx.look.section_ui(ui, "Needs you");
    if needs.is_empty() {
        ui.label(ctx.look.secondary("Nothing needs you"));
        return None;
    }
    let look = ctx.look;
    let mut dismissed = None;
    ui.spacing_mut().item_spacing.y = 2.0;
    for need in needs {
        let row = look.tall_row_ui(ui, &need.title, (false, ROW), |ui| {
            look.state_dot_ui(ui, need.tone, tone_word(need.tone));
            let words = |ui: &mut Ui| {
                let width = ui.available_width();
                two_lines_ui(look, ui, width, &need.title, &need.detail);
            };
            look.ends_ui(ui, ui.available_height(), words, |ui| {
                let said = format!("{}: {}", need.button, need.title);
                let button = look.button_ui(ui, &need.button).accessible_name(said);
                if button.clicked() {
                    need.action.act(ctx);
                }
                let said = format!("Dismiss “{}” until it changes", need.title);
                if look.icon_button_ui(ui, icon::CLOSE, &said).clicked() {
                    dismissed = Some(need);
                }
            });
        });
        if row.response.clicked() && dismissed.is_none() {
            need.action.act(ctx);
        }
    }
    dismissed
}

fn recent_ui(ctx: &Ctx<'_>, ui: &mut Ui, recent: &Recent) {
    let look = ctx.look;
    let row = look.list_row_ui(ui, &recent.title, false, |ui| {
        let quiet: Color32 = look.palette.text_faint;
        look.icon_ui(ui, recent_icon(recent.kind), 16.0, quiet);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ago_ui(ctx, ui, recent.at);
            let (rect, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
            let name = paint::line(
                ui,
                &recent.title,
                look.medium_font(),
                look.palette.text,
                rect.width() * 0.6,
            );
            let start = rect.left() + name.size().x + look.space.s;
            let detail = paint::line(
                ui,
                &recent.detail,
                look.secondary_font(),
                look.palette.text_second,
                (rect.right() - start - look.space.s).max(0.0),
            );
            let painter = ui.painter();
            let left = Align2::LEFT_CENTER.anchor_size(rect.left_center(), name.size());
            painter.galley(left.min, name, look.palette.text);
            let right =
                Align2::LEFT_CENTER.anchor_size(pos2(start, rect.center().y), detail.size());
            painter.galley(right.min, detail, look.palette.text_second);
        });
    });
    if row.response.clicked() {
        recent.open.act(ctx);
    }
}

fn recent_icon(kind: RecentKind) -> Icon {
    match kind {
        RecentKind::Data => icon::DATASETS,
        RecentKind::Run => icon::EXPERIMENTS,
        RecentKind::Model => icon::MODEL,
        RecentKind::Endpoint => icon::SERVING,
    }
}

fn tone_word(tone: Tone) -> &'static str {
    match tone {
        Tone::Fail => "Failed",
        Tone::Warn => "Needs attention",
        Tone::Done => "Done",
        Tone::Accent => "Running",
        Tone::Neutral => "Quiet",
    }
}
