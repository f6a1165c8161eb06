//! The lineage strip: from the file to the endpoint on one line, each stop a way there.

use contract::{Command, Run, Snapshot};
use egui::{Align, Layout, Ui};
use look::{Icon, icon, paint};

use super::super::naming::registered_as;
use crate::parts::from_right_ui;
use crate::{Ctx, Place, Selection};

/// One stop.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Stop {
    pub icon: Icon,
    pub name: String,
    /// `None` for the run itself and for what cannot be opened.
    pub to: Option<(Selection, Place)>,
}

/// File, data version, run, its registered version, its endpoint; what is not there yet is left out.
/// Data and models both count their versions, so each says what it is.
pub(in super::super) fn stops(run: &Run, snapshot: &Snapshot) -> Vec<Stop> {
    let mut stops = Vec::new();
    let data = &run.recipe.data;
    let version = snapshot
        .datasets
        .iter()
        .find(|dataset| dataset.name == data.dataset)
        .and_then(|dataset| dataset.versions.iter().find(|version| version.id == *data));
    if let Some(source) = version.and_then(|version| version.sources.first()) {
        let name = source.path.file_name().map_or_else(
            || source.path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        stops.push(Stop {
            icon: icon::FILE,
            name,
            to: version
                .map(|version| (Selection::DataVersion(version.id.clone()), Place::Datasets)),
        });
    }
    stops.push(Stop {
        icon: icon::DATASETS,
        name: format!("data {data}"),
        to: version.map(|_| (Selection::DataVersion(data.clone()), Place::Datasets)),
    });
    stops.push(Stop {
        icon: icon::EXPERIMENTS,
        name: format!("Run {}", run.number),
        to: None,
    });
    let Some(registered) = registered_as(snapshot, run) else {
        return stops;
    };
    stops.push(Stop {
        icon: icon::REGISTRY,
        name: format!("model {registered}"),
        to: Some((Selection::ModelVersion(registered.clone()), Place::Registry)),
    });
    let is_served = snapshot
        .endpoints
        .iter()
        .any(|view| view.endpoint.version == registered);
    if is_served {
        stops.push(Stop {
            icon: icon::SERVING,
            name: registered.model.to_string(),
            to: Some((Selection::Endpoint(registered.model), Place::Serving)),
        });
    }
    stops
}

pub(super) fn strip_ui(ctx: &Ctx<'_>, ui: &mut Ui, run: &Run) {
    let look = ctx.look;
    from_right_ui(ui, look.size.control, |ui| {
        let graph = look.quiet_icon_button_ui(ui, icon::LINEAGE, "Lineage");
        if graph.clicked() {
            ctx.commands.push(Command::ShowLineage {
                of: run.id.as_str().into(),
            });
            ctx.view.navigate(Place::Lineage);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = look.space.xs;
            let stops = stops(run, ctx.snapshot);
            // Long names share the line evenly.
            let room = ui.available_width() / stops.len().max(1) as f32 - MARKS;
            for (place, stop) in stops.iter().enumerate() {
                if place > 0 {
                    look.icon_ui(ui, icon::FORWARD, 16.0, look.palette.text_faint);
                }
                stop_ui(ctx, ui, stop, room.max(24.0));
            }
        });
    });
    ui.add_space(look.space.s);
}

/// The icon of a stop, the arrow to the next, and the space between.
const MARKS: f32 = 48.0;

fn stop_ui(ctx: &Ctx<'_>, ui: &mut Ui, stop: &Stop, room: f32) {
    let look = ctx.look;
    look.icon_ui(ui, stop.icon, 16.0, look.palette.text_second);
    let font = look.body_font();
    let name = paint::line(ui, &stop.name, font, look.palette.text, f32::INFINITY);
    let width = name.size().x.min(room) + 2.0;
    let size = egui::vec2(width, look.size.control);
    let layout = Layout::left_to_right(Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_max_width(width);
        match &stop.to {
            Some((selection, place)) => {
                let link = look.link_ui(ui, &stop.name);
                if link.on_hover_text(&stop.name).clicked() {
                    ctx.view.select(selection.clone());
                    ctx.view.navigate(*place);
                }
            }
            None => {
                ui.add(egui::Label::new(look.body(&*stop.name)).truncate());
            }
        }
    });
}
