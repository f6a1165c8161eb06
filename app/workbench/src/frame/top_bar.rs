//! The top bar: where we are, the way to everything, what the machine is doing.

use contract::{Snapshot, TaskState};
use egui::{
    Align, Align2, Layout, Panel, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    pos2, vec2,
};
use look::{Theme, Tone, icon, paint};
use panels::{Place, Selection};

use super::{Parts, Sign, bar_item_ui, chrome, edge};
use crate::action::Action;

const FIELD: f32 = 320.0;

pub(crate) fn top_bar_ui(ui: &mut Ui, parts: Parts<'_>, has_rail: bool) {
    let look = parts.look;
    Panel::top("top_bar")
        .exact_size(look.size.top_bar)
        .resizable(false)
        .show_separator_line(false)
        .frame(chrome(look))
        .show(ui, |ui| {
            let rect = ui.max_rect();
            let field =
                Rect::from_center_size(rect.center(), vec2(FIELD.min(rect.width() / 3.0), 30.0));
            let left = Rect::from_min_max(
                pos2(rect.left() + look.space.l, rect.top()),
                pos2(field.left() - look.space.l, rect.bottom()),
            );
            let right = Rect::from_min_max(
                pos2(field.right() + look.space.l, rect.top()),
                pos2(rect.right() - look.space.s, rect.bottom()),
            );
            side_ui(ui, left, |ui| where_we_are_ui(ui, parts, has_rail));
            palette_field_ui(ui, parts, field);
            side_ui(ui, right, |ui| {
                let height = ui.available_height();
                let nothing = |_: &mut Ui| {};
                look.ends_ui(ui, height, nothing, |ui| right_ui(ui, parts, has_rail));
            });
            ui.painter()
                .hline(rect.x_range(), rect.bottom() - 0.5, edge(look));
        });
}

fn side_ui(ui: &mut Ui, rect: Rect, add: impl FnOnce(&mut Ui)) {
    let layout = Layout::left_to_right(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(rect).layout(layout), |ui| {
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        add(ui);
    });
}

/// Project / place / thing.
fn where_we_are_ui(ui: &mut Ui, parts: Parts<'_>, has_rail: bool) {
    let Some(project) = parts.snapshot.project.as_ref().filter(|_| has_rail) else {
        ui.label(parts.look.strong("Millrace"));
        return;
    };
    let thing = parts
        .view
        .selection()
        .filter(|selection| belongs(selection, parts.place))
        .map(|selection| said(parts.snapshot, &selection));
    let mut crumbs = vec![project.name.as_str()];
    if parts.place != Place::Home {
        crumbs.push(parts.place.title());
    }
    if let Some(thing) = &thing {
        crumbs.push(thing);
    }
    match parts.look.breadcrumb_ui(ui, &crumbs) {
        Some(0) => parts.wishes.push(Action::Go(Place::Home)),
        Some(_) => parts.view.clear_selection(),
        None => {}
    }
}

/// Whether a thing is shown in a place; the selection itself is one for the whole window.
pub(crate) fn belongs(selection: &Selection, place: Place) -> bool {
    match selection {
        Selection::DataVersion(_) => matches!(place, Place::Datasets | Place::Lineage),
        Selection::Run(_) => matches!(place, Place::Experiments | Place::Lineage),
        Selection::ModelVersion(_) => matches!(place, Place::Registry | Place::Lineage),
        Selection::Endpoint(_) => {
            matches!(place, Place::Serving | Place::Monitoring | Place::Lineage)
        }
        Selection::Fact(_) => place == Place::Journal,
    }
}

/// Whether the inspector shows the selection in a place; the journal has the details of a fact itself.
pub(crate) fn is_inspected(selection: Option<&Selection>, place: Place) -> bool {
    selection.is_some_and(|selection| {
        !matches!(selection, Selection::Fact(_)) && belongs(selection, place)
    })
}

/// A selection in a word or two.
pub(crate) fn said(snapshot: &Snapshot, selection: &Selection) -> String {
    match selection {
        Selection::DataVersion(version) => version.to_string(),
        Selection::Run(id) => {
            let run = snapshot.runs.iter().find(|run| run.id == *id);
            run.map_or_else(|| id.to_string(), |run| format!("run {}", run.number))
        }
        Selection::ModelVersion(version) => version.to_string(),
        Selection::Endpoint(model) => model.to_string(),
        Selection::Fact(seq) => format!("fact {seq}"),
    }
}

fn palette_field_ui(ui: &mut Ui, parts: Parts<'_>, rect: Rect) {
    let look = parts.look;
    let palette = &look.palette;
    let id = ui.make_persistent_id("palette-field");
    let response: Response = ui.interact(rect, id, Sense::click());
    let is_lit = response.hovered() || response.has_focus();
    let painter = ui.painter();
    let (fill, line) = if is_lit {
        (palette.hover, palette.line_strong)
    } else {
        (palette.ground, palette.line)
    };
    painter.rect(
        rect,
        look.corner(),
        fill,
        Stroke::new(1.0, line),
        StrokeKind::Inside,
    );
    painter.text(
        pos2(rect.left() + 18.0, rect.center().y),
        Align2::CENTER_CENTER,
        icon::SEARCH.0,
        look.icon_font(16.0),
        palette.text_faint,
    );
    let keys = parts.keymap.text(Action::Palette);
    let keys = paint::line(ui, &keys, look.caption_font(), palette.text_faint, 80.0);
    let room = rect.width() - 44.0 - keys.size().x;
    let words = paint::line(
        ui,
        Action::Palette.title(),
        look.body_font(),
        palette.text_faint,
        room,
    );
    let at = |x: f32, height: f32| pos2(x, rect.center().y - height / 2.0);
    let height = words.size().y;
    painter.galley(at(rect.left() + 32.0, height), words, palette.text_faint);
    let (width, height) = (keys.size().x, keys.size().y);
    painter.galley(
        at(rect.right() - 10.0 - width, height),
        keys,
        palette.text_faint,
    );
    paint::focus_ring(look, ui, &response, look.corner());
    let response = paint::named(ui, response, Role::Button, "Search or run");
    if response.clicked() {
        parts.wishes.push(Action::Palette);
    }
}

fn right_ui(ui: &mut Ui, parts: Parts<'_>, has_rail: bool) {
    let look = parts.look;
    ui.spacing_mut().item_spacing.x = look.space.xs;
    if has_rail {
        device_ui(ui, parts);
        let running = running_count(parts.snapshot);
        if running > 0 {
            let text = format!("{running} running");
            let item = bar_item_ui(look, ui, Sign::Mark(Tone::Accent), &text, look.size.control);
            if item.clicked() {
                parts.wishes.push(Action::ShowTasks);
            }
        }
    }
    let (sign, name) = match look.theme {
        Theme::Dark => (icon::THEME_LIGHT, "Switch to the light theme"),
        Theme::Light => (icon::THEME_DARK, "Switch to the dark theme"),
    };
    if look.icon_button_ui(ui, sign, name).clicked() {
        parts.wishes.push(Action::ToggleTheme);
    }
    if has_rail
        && look
            .icon_button_ui(ui, icon::INSPECTOR, "Show or hide the inspector")
            .clicked()
    {
        parts.wishes.push(Action::ToggleInspector);
    }
}

/// The device that a run would take, and the others under the pointer.
fn device_ui(ui: &mut Ui, parts: Parts<'_>) {
    let look = parts.look;
    let devices = &parts.snapshot.devices;
    let best = devices
        .iter()
        .find(|device| device.is_gpu && !device.is_software)
        .or_else(|| devices.first());
    let Some(best) = best else {
        return;
    };
    let name: String = best.name.chars().take(28).collect();
    let response = bar_item_ui(look, ui, Sign::Icon(icon::DEVICE), &name, look.size.control);
    if response.clicked() {
        parts.wishes.push(Action::Go(Place::Settings));
    }
    response.on_hover_ui(|ui| {
        ui.label(look.strong("Runs train on"));
        for device in devices {
            let note = match (device.is_software, std::ptr::eq(device, best)) {
                (true, _) => " — only when asked for",
                (false, true) => " — first choice",
                (false, false) => "",
            };
            ui.label(look.secondary(format!("{} ({}){note}", device.name, device.backend)));
        }
    });
}

pub(crate) fn running_count(snapshot: &Snapshot) -> usize {
    snapshot
        .tasks
        .iter()
        .filter(|task| task.state == TaskState::Running)
        .count()
}
