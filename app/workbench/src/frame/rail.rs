//! The rail: the places, one under the other; the open one has a bar of the accent.

use egui::{
    Align2, CornerRadius, Panel, Pos2, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2,
};
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
const LEAST_ITEM: f32 = 32.0;
/// A lower item has no room for its label; the tooltip says it.
const LEAST_LABELLED: f32 = 46.0;
const GAP: f32 = 2.0;
const EDGE: f32 = 6.0;
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
            let height = item_height(rect.height());
            ui.spacing_mut().item_spacing.y = GAP;
            ui.add_space(EDGE);
            for place in TOP {
                item_ui(ui, parts, place, height);
            }
            let foot = FOOT.len() as f32 * (height + GAP) + EDGE;
            ui.add_space((rect.bottom() - ui.cursor().top() - foot).max(0.0));
            for place in FOOT {
                item_ui(ui, parts, place, height);
            }
            ui.painter()
                .vline(rect.right() - 0.5, rect.y_range(), edge(parts.look));
        });
}

/// Lower in a low window, so that every place stays in reach.
fn item_height(room: f32) -> f32 {
    let count = (TOP.len() + FOOT.len()) as f32;
    ((room - 2.0 * EDGE) / count - GAP).clamp(LEAST_ITEM, ITEM)
}

fn item_ui(ui: &mut Ui, parts: Parts<'_>, place: Place, height: f32) {
    let look = parts.look;
    let is_open = parts.place == place;
    let (rect, response) = ui.allocate_exact_size(vec2(look.size.rail, height), Sense::click());
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
        if is_open && !beside {
            parts.view.show_overview(place);
        }
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
    response.on_hover_text(format!("{title}  {keys}"));
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
    let has_label = rect.height() >= LEAST_LABELLED;
    let icon_drop = if has_label { -7.0 } else { 0.0 };
    painter.text(
        rect.center() + vec2(0.0, icon_drop),
        Align2::CENTER_CENTER,
        place_icon(place).0,
        look.icon_font(20.0),
        ink,
    );
    if has_label {
        painter.text(
            rect.center() + vec2(0.0, 14.0),
            Align2::CENTER_CENTER,
            place.title(),
            egui::FontId::proportional(LABEL),
            words,
        );
    }
    if is_open {
        let bar = Rect::from_min_size(
            pos2(rect.left(), rect.top() + 8.0),
            vec2(2.0, rect.height() - 16.0),
        );
        painter.rect_filled(bar, CornerRadius::same(1), palette.accent);
    }
    badge(
        ui,
        parts,
        place,
        rect.center() + vec2(11.0, icon_drop - 9.0),
    );
    // Inside of the item: the rail begins at the edge of the window, where a ring around it would be cut.
    let inside = response.clone().with_new_rect(rect.shrink2(vec2(5.0, 3.0)));
    paint::focus_ring(look, ui, &inside, look.corner());
}

/// A dot over what asks for attention: work that runs, an endpoint that is live.
fn badge(ui: &Ui, parts: Parts<'_>, place: Place, center: Pos2) {
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
        let painter = ui.painter();
        painter.circle_filled(center, 4.5, parts.look.palette.surface);
        painter.circle_filled(center, 3.0, parts.look.palette.accent);
    }
}
