//! The inspector: details and actions of the one thing that is selected in the window.

mod data;

use contract::{Command, ModelName, Snapshot};
use egui::{Ui, vec2};
use look::{Look, format, icon};

use data::{Detail, InspectorData};

use crate::parts::{code_ui, cut_label_ui, exact_time};
use crate::states;
use crate::{Ctx, Selection};

/// View state: the name that a run is to be registered under.
#[derive(Debug, Default)]
pub struct Inspector {
    shown: Option<Selection>,
    name: String,
}

impl Inspector {
    pub fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui) {
        let selection = ctx.view.selection();
        let data = selection
            .as_ref()
            .and_then(|selection| InspectorData::new(ctx.snapshot, selection));
        let Some(data) = data else {
            nothing_inspected_ui(ctx.look, ui);
            return;
        };
        if self.shown != selection {
            self.name = data
                .register
                .as_ref()
                .map(|(_, name)| name.to_string())
                .unwrap_or_default();
            self.shown = selection;
        }
        egui::ScrollArea::vertical()
            .auto_shrink(false)
            .show(ui, |ui| {
                egui::Frame::new()
                    .inner_margin(ctx.look.space.l)
                    .show(ui, |ui| self.data_ui(ctx, ui, &data));
            });
    }

    fn data_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, data: &InspectorData) {
        let look = ctx.look;
        ui.set_min_width(ui.available_width());
        ui.label(look.caption(data.kind));
        ui.horizontal(|ui| {
            let chip = if data.state.is_some() { 112.0 } else { 0.0 };
            let room = ui.available_width() - chip;
            cut_label_ui(ui, room, look.section(&data.title));
            if let Some((tone, word)) = &data.state {
                look.chip_ui(ui, *tone, word);
            }
        });
        ui.add_space(look.space.s);
        if let Some(error) = &data.error {
            look.error_ui(ui, "It failed", error, None);
            ui.add_space(look.space.s);
        }
        for (key, detail) in &data.details {
            detail_ui(ctx, ui, key, detail);
        }
        ui.add_space(look.space.m);
        look.hairline_ui(ui);
        if let Some((run, _)) = &data.register {
            self.register_ui(ctx, ui, run);
        }
        // The icons stand in line with the text above; the ground under the pointer reaches out.
        let margin = egui::Margin {
            left: -10,
            ..egui::Margin::ZERO
        };
        egui::Frame::new().outer_margin(margin).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = look.space.xs;
            for offer in &data.actions {
                let button = look.quiet_icon_button_ui(ui, offer.icon, &offer.label);
                if button.clicked() {
                    offer.action.act(ctx);
                }
            }
        });
        if let Some(code) = &data.code {
            ui.add_space(look.space.s);
            code_ui(look, ui, "fact", code);
        }
    }

    fn register_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, run: &contract::RunId) {
        let look = ctx.look;
        ui.label(look.secondary("Register as a version of the model"));
        ui.horizontal(|ui| {
            let button = 92.0;
            let width = (ui.available_width() - button).max(80.0);
            ui.allocate_ui(vec2(width, look.size.control), |ui| {
                look.text_field_ui(ui, "Model name", &mut self.name, "Name");
            });
            let name = self.name.trim();
            let register = ui
                .add_enabled_ui(!name.is_empty(), |ui| look.button_ui(ui, "Register"))
                .inner;
            if register.clicked() {
                ctx.commands.push(Command::RegisterRun {
                    run: run.clone(),
                    name: ModelName::new(name),
                });
            }
        });
        ui.add_space(look.space.xs);
    }

    /// A snapshot and what is selected in it.
    pub fn states() -> Vec<(&'static str, Snapshot, Option<Selection>)> {
        let road = states::road();
        let run = |number: u64| {
            road.runs
                .iter()
                .find(|run| run.number == number)
                .map(|run| Selection::Run(run.id.clone()))
        };
        let model = road
            .models
            .first()
            .and_then(|model| model.versions.last())
            .map(|version| Selection::ModelVersion(version.id.clone()));
        let endpoint = road
            .endpoints
            .first()
            .map(|view| Selection::Endpoint(view.endpoint.name.clone()));
        let data = Some(Selection::DataVersion(states::wine_second_version().id));
        let mut long = states::Sample::new()
            .dataset(vec![states::long_names()])
            .done();
        long.revision += 1;
        vec![
            ("nothing", road.clone(), None),
            ("data_version", road.clone(), data),
            ("finished_run", road.clone(), run(3)),
            ("failed_run", road.clone(), run(4)),
            ("interrupted_run", road.clone(), run(5)),
            ("running_run", road.clone(), run(6)),
            ("model_version", road.clone(), model),
            ("endpoint", road.clone(), endpoint),
            ("fact", road.clone(), Some(Selection::Fact(31))),
            (
                "long_names",
                long,
                Some(Selection::DataVersion(states::long_names().id)),
            ),
        ]
    }
}

/// What stands in the inspector while there is nothing to show.
pub fn nothing_inspected_ui(look: &Look, ui: &mut Ui) {
    look.nothing_ui(
        ui,
        icon::INSPECTOR,
        "Select a dataset, run, model or endpoint to see its details",
    );
}

fn detail_ui(ctx: &Ctx<'_>, ui: &mut Ui, key: &str, detail: &Detail) {
    let look = ctx.look;
    match detail {
        Detail::Text(text) => {
            look.key_value_ui(ui, key, text);
        }
        Detail::Copy { shown, whole } => {
            look.key_value_with_ui(ui, key, |ui| look.copy_text_ui(ui, shown, whole));
        }
        Detail::Link { text, to } => {
            let link = look.key_value_with_ui(ui, key, |ui| look.link_ui(ui, text));
            if link.clicked() {
                ctx.view.select(to.clone());
            }
        }
        Detail::Time(at) => {
            let ago = format::ago(ctx.view.now.unix_millis, at.unix_millis);
            look.key_value_ui(ui, key, &ago)
                .on_hover_text(exact_time(*at));
        }
    }
}

#[cfg(test)]
mod tests;
