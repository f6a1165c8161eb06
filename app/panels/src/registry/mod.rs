//! Registry: the models, their versions over time, the aliases that point at them, and what is in a package.

mod data;
mod details;
mod flag;
mod list;
mod package;
#[cfg(test)]
mod tests;
mod versions;

use std::sync::Arc;

use contract::{Model, ModelName, ModelVersion, ModelVersionRef, RunState, Snapshot};
use egui::Ui;
use look::icon;

use crate::parts::inset_ui;
use crate::states::{self, Sample};
use crate::{Ctx, Place, Selection};

pub(crate) use data::{LONGEST_NAME, name_complaint};

/// From these widths on the list and the versions stand beside the details.
const WIDE: f32 = 720.0;
const LIST_WIDTH: f32 = 208.0;
const VERSIONS_WIDTH: f32 = 340.0;

/// View state: which version is open, an alias that is being written, rows kept while the snapshot stays.
#[derive(Debug, Default)]
pub struct RegistryPanel {
    open: Option<ModelVersionRef>,
    alias: String,
    filter: String,
    rows: versions::KeptRows,
}

impl RegistryPanel {
    pub fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui) {
        if ctx.snapshot.models.is_empty() {
            empty_ui(ctx, ui);
            return;
        }
        let Some((model, version)) = self.follow(ctx) else {
            return;
        };
        let width = ui.available_width();
        let has_list = width >= WIDE + LIST_WIDTH && ctx.snapshot.models.len() > 1;
        if has_list {
            egui::Panel::left("model list")
                .resizable(true)
                .default_size(LIST_WIDTH)
                .size_range(160.0..=360.0)
                .frame(egui::Frame::new().inner_margin(ctx.look.space.m))
                .show(ui, |ui| {
                    list::list_ui(ctx, ui, &model.name, &mut self.filter);
                });
        }
        egui::CentralPanel::no_frame().show(ui, |ui| {
            inset_ui(ctx.look, ui, |ui| {
                if !has_list && ctx.snapshot.models.len() > 1 {
                    list::picker_ui(ctx, ui, &model);
                }
                details::head_ui(ctx, ui, &model, &version);
                self.body_ui(ctx, ui, &model, &version);
            });
        });
    }

    fn body_ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui, model: &Model, version: &Arc<ModelVersion>) {
        let rows = self.rows.of(ctx.snapshot, model);
        let is_wide = ui.available_width() >= WIDE;
        let panel = if is_wide {
            egui::Panel::left("versions beside")
                .default_size(VERSIONS_WIDTH)
                .size_range(240.0..=520.0)
        } else {
            egui::Panel::top("versions above")
                .default_size(200.0)
                .size_range(96.0..=420.0)
        };
        panel
            .resizable(true)
            .frame(egui::Frame::new())
            .show(ui, |ui| versions::versions_ui(ctx, ui, rows, version));
        let alias = &mut self.alias;
        let frame = egui::Frame::new().inner_margin(egui::Margin {
            // Under each other, both begin at the same edge.
            left: if is_wide { ctx.look.space.l as i8 } else { 0 },
            ..egui::Margin::ZERO
        });
        egui::CentralPanel::no_frame().frame(frame).show(ui, |ui| {
            details::details_ui(ctx, ui, model, version, alias);
        });
    }

    /// The version that is selected in the window, or the one that was open, or the champion.
    fn follow(&mut self, ctx: &Ctx<'_>) -> Option<(Arc<Model>, Arc<ModelVersion>)> {
        let selected = match ctx.view.selection() {
            Some(Selection::ModelVersion(version)) => Some(version),
            _ => None,
        };
        let found = selected
            .and_then(|version| find(ctx.snapshot, &version))
            .or_else(|| find(ctx.snapshot, self.open.as_ref()?))
            .or_else(|| {
                let model = ctx.snapshot.models.last()?;
                let version = model.select(&contract::VersionSelector::ChampionOrNewest)?;
                Some((model.clone(), version.clone()))
            })?;
        if self.open.as_ref() != Some(&found.1.id) {
            self.open = Some(found.1.id.clone());
            self.alias.clear();
        }
        Some(found)
    }

    pub fn states() -> Vec<(&'static str, Snapshot)> {
        let wine = states::wine();
        let trained = || {
            Sample::new()
                .dataset(vec![wine.clone()])
                .run_of(&wine, RunState::Finished)
                .run_of(&wine, RunState::Finished)
                .run_of(&wine, RunState::Stopped)
        };
        let long = states::long_names();
        let long_name = long.id.dataset.to_string();
        vec![
            ("empty", states::empty()),
            (
                "trained_only",
                Sample::new()
                    .dataset(vec![wine.clone()])
                    .run_of(&wine, RunState::Finished)
                    .done(),
            ),
            ("one_version", trained().model("wine", 1).done()),
            ("served", trained().model("wine", 3).served("wine").done()),
            (
                "several_models",
                trained()
                    .model("wine", 3)
                    .model("iris", 1)
                    .model("sales", 2)
                    .done(),
            ),
            ("thousand_versions", trained().model("wine", 1_000).done()),
            ("parity_off", parity_off(trained().model("wine", 2).done())),
            (
                "long_names",
                Sample::new()
                    .dataset(vec![long.clone()])
                    .run_of(&long, RunState::Finished)
                    .model(&long_name, 2)
                    .done(),
            ),
        ]
    }
}

/// The same registry after the newest version's ONNX was found to answer otherwise than the trainer.
fn parity_off(mut snapshot: Snapshot) -> Snapshot {
    for model in &mut snapshot.models {
        let model = Arc::make_mut(model);
        if let Some(version) = model.versions.last_mut() {
            Arc::make_mut(version).onnx_max_abs_diff = 0.031;
        }
    }
    snapshot
}

fn find(snapshot: &Snapshot, wanted: &ModelVersionRef) -> Option<(Arc<Model>, Arc<ModelVersion>)> {
    let model = snapshot
        .models
        .iter()
        .find(|model| model.name == wanted.model)?;
    let version = model
        .versions
        .iter()
        .find(|version| version.id == *wanted)?;
    Some((model.clone(), version.clone()))
}

/// Opens a model at its champion, or else its newest version.
fn select_model(ctx: &Ctx<'_>, name: &ModelName) {
    let found = ctx
        .snapshot
        .models
        .iter()
        .find(|model| model.name == *name)
        .and_then(|model| model.select(&contract::VersionSelector::ChampionOrNewest));
    if let Some(version) = found {
        ctx.view.select(Selection::ModelVersion(version.id.clone()));
    }
}

fn empty_ui(ctx: &Ctx<'_>, ui: &mut Ui) {
    let is_trained = ctx.snapshot.runs.iter().any(|run| run.report.is_some());
    let sentence =
        "Models worth keeping stand here: versioned, compared with their trainer, ready to serve";
    let (hint, button, place) = if is_trained {
        (
            "Open a finished run and press Register",
            "Show the runs",
            Place::Experiments,
        )
    } else {
        (
            "Train a model first; what it learned can then be registered",
            "Show the data",
            Place::Datasets,
        )
    };
    if ctx
        .look
        .empty_ui(ui, icon::REGISTRY, (sentence, hint), button)
        .clicked()
    {
        ctx.view.navigate(place);
    }
}
