//! The rail: the places, one under the other; the open one has a bar of the accent.

use egui::{Align2, CornerRadius, Panel, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use look::paint;
use panels::Place;

use super::{Parts, chrome, edge};
use crate::action::{Action, Wish, place_icon};

const TOP: [Place; 8] = [
    Place::Home,
    Place::Datasets,
    Place::Experiments,
    Place::Registry,
    Place::Serving,
    Place::Monitoring,
    Place::Lineage,
    Place::Journal,
];
const FOOT: [Place; 2] = [Place::Tasks, Place::Settings];
const ITEM: f32 = 54.0;
/// Small enough for the longest title in 64 pixels.
const LABEL: f32 = 10.0;

pub(crate) fn rail_ui(ui: &mut Ui, parts: Parts<'_>) {
    Panel::left("rail")
        .exact_size(parts.look.size.rail)
        .resizable(false)
        .show_separator_line(false)
        .frame(chrome(parts.look))
        .show(ui, |ui| {
            let rect = ui.max_rect();
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.add_space(6.0);
            for place in TOP {
                item_ui(ui, parts, place);
            }
            let foot = FOOT.len() as f32 * (ITEM + 2.0) + 6.0;
            ui.add_space((rect.bottom() - ui.cursor().top() - foot).max(0.0));
            for place in FOOT {
                item_ui(ui, parts, place);
            }
            ui.painter()
                .vline(rect.right() - 0.5, rect.y_range(), edge(parts.look));
        });
}

fn item_ui(ui: &mut Ui, parts: Parts<'_>, place: Place) {
    let look = parts.look;
    let is_open = parts.place == place;
    let (rect, response) = ui.allocate_exact_size(vec2(look.size.rail, ITEM), Sense::click());
    if ui.is_rect_visible(rect) {
        paint_item(ui, parts, place, &response);
    }
    let enabled = ui.is_enabled();
    let title = place.title();
    response.widget_info(|| WidgetInfo::selected(Role::Tab, enabled, is_open, title));
    let keys = parts.keymap.text(Action::Go(place));
    let response = response.on_hover_cursor(egui::CursorIcon::PointingHand);
    if response.clicked() {
        let beside = ui.input(|input| input.modifiers.command);
        parts.wishes.push(if beside {
            Wish::OpenBeside(place)
        } else {
            Action::Go(place).into()
        });
    }
    response.context_menu(|ui| {
        if ui.button("Open").clicked() {
            parts.wishes.push(Action::Go(place));
            ui.close();
        }
        if ui.button("Open beside").clicked() {
            parts.wishes.push(Wish::OpenBeside(place));
            ui.close();
        }
    });
    if !keys.is_empty() {
        response.on_hover_text(format!("{title}  {keys}"));
    }
}

fn paint_item(ui: &Ui, parts: Parts<'_>, place: Place, response: &Response) {
    let look = parts.look;
    let palette = &look.palette;
    let rect = response.rect;
    let painter = ui.painter();
    let is_open = parts.place == place;
    let is_lit = response.hovered() || response.has_focus();
    if is_lit && !is_open {
        let inner = rect.shrink2(vec2(6.0, 2.0));
        painter.rect_filled(inner, look.corner(), palette.hover);
    }
    let ink = if is_open {
        palette.accent
    } else if is_lit {
        palette.text
    } else {
        palette.text_second
    };
    let words = if is_open || is_lit {
        palette.text
    } else {
        palette.text_second
    };
    painter.text(
        pos2(rect.center().x, rect.top() + 20.0),
        Align2::CENTER_CENTER,
        place_icon(place).0,
        look.icon_font(20.0),
        ink,
    );
    painter.text(
        pos2(rect.center().x, rect.top() + 41.0),
        Align2::CENTER_CENTER,
        place.title(),
        egui::FontId::proportional(LABEL),
        words,
    );
    if is_open {
        let bar = Rect::from_min_size(
            pos2(rect.left(), rect.top() + 8.0),
            vec2(2.0, rect.height() - 16.0),
        );
        painter.rect_filled(bar, CornerRadius::same(1), palette.accent);
    }
    badge(ui, parts, place, rect);
    paint::focus_ring(look, ui, response, look.corner());
}

/// A dot over what asks for attention: work that runs, an endpoint that is live.
fn badge(ui: &Ui, parts: Parts<'_>, place: Place, rect: Rect) {
    let snapshot = parts.snapshot;
    let is_live = match place {
        Place::Experiments => snapshot.runs.iter().any(|run| run.state.is_active()),
        Place::Serving => !snapshot.endpoints.is_empty(),
        Place::Tasks => snapshot
            .tasks
            .iter()
            .any(|task| task.state == contract::TaskState::Running),
        _ => false,
    };
    if is_live {
        let center = pos2(rect.center().x + 11.0, rect.top() + 11.0);
        let painter = ui.painter();
        painter.circle_filled(center, 4.5, parts.look.palette.surface);
        painter.circle_filled(center, 3.0, parts.look.palette.accent);
    }
}
