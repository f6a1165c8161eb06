//! The training dialog: from a data version to a recipe, with defaults that work and a reason for each setting.

mod data;
mod features;
mod focus;
mod settings;
#[cfg(test)]
mod tests;
mod touched;
mod ui;

use std::sync::Arc;

use contract::{Command, DataVersion, DataVersionRef, DeviceInfo, Recipe, RunState, Snapshot};
use egui::Ui;

use crate::states::{self, Sample};
use crate::{Ctx, Place};
use data::{Draft, Field, Message};

/// View state: the recipe as it is edited. Closed by default; a panel keeps one and draws it every frame.
#[derive(Debug, Default)]
pub struct TrainDialog {
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    version: DataVersionRef,
    draft: Draft,
    /// The draft as it was opened: what differs from it was touched by a person.
    start: Draft,
    /// Train was pressed while something was wrong.
    is_tried: bool,
    /// Not drawn yet: it begins at the top.
    is_fresh: bool,
    /// The keyboard is to come to the target.
    wants_focus: bool,
    settings_focus: focus::Followed,
    features_focus: focus::Followed,
    feature_filter: String,
    target_filter: String,
    checked: Option<Checked>,
    listed: Option<features::Listed>,
}

/// The messages of a draft, kept until it or what it is checked against changes.
#[derive(Debug)]
struct Checked {
    draft: Draft,
    version: Arc<DataVersion>,
    devices: Vec<DeviceInfo>,
    messages: Vec<Message>,
}

impl TrainDialog {
    /// Opens with the defaults for this version.
    pub fn open(&mut self, version: &DataVersion) {
        self.open = Some(Open::new(version.id.clone(), Draft::new(version)));
    }

    /// Opens with what an earlier run was started with, to change something and train again.
    pub fn open_with(&mut self, recipe: &Recipe) {
        self.open = Some(Open::new(recipe.data.clone(), Draft::of_recipe(recipe)));
    }

    pub fn close(&mut self) {
        self.open = None;
    }

    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Draws the dialog over everything while it is open. Train asks for the run and leads to the experiments.
    pub fn ui(&mut self, ctx: &Ctx<'_>, ui: &mut Ui) {
        let Some(open) = &mut self.open else {
            return;
        };
        let Some(version) = version_of(ctx.snapshot, &open.version) else {
            self.open = None;
            return;
        };
        open.check(&version, ctx.snapshot);
        match ui::dialog_ui(ctx, ui, &version, open) {
            ui::Outcome::Open => {}
            ui::Outcome::Closed => self.open = None,
            ui::Outcome::Tried => open.try_in_vain(),
            ui::Outcome::Train(recipe) => {
                ctx.view.expect_run(ctx.snapshot, &recipe);
                ctx.commands.push(Command::StartRun { recipe });
                ctx.view.navigate(Place::Experiments);
                self.open = None;
            }
        }
    }

    /// Snapshots whose newest data version is to be trained on.
    pub fn states() -> Vec<(&'static str, Snapshot)> {
        let mut without_gpu = Sample::new().dataset(vec![states::wine()]).done();
        without_gpu.devices.retain(|device| !device.is_gpu);
        let mut software_gpu = without_gpu.clone();
        software_gpu.devices.push(DeviceInfo {
            name: "llvmpipe".into(),
            backend: "Vulkan".into(),
            is_gpu: true,
            is_software: true,
        });
        let mut without_target = states::wine();
        for column in &mut without_target.columns {
            if column.role == contract::ColumnRole::Target {
                column.role = contract::ColumnRole::Feature;
            }
        }
        vec![
            ("wine", Sample::new().dataset(vec![states::wine()]).done()),
            (
                "regression",
                Sample::new()
                    .dataset(vec![states::sales_of_ten_million_rows()])
                    .done(),
            ),
            (
                "without_target",
                Sample::new().dataset(vec![without_target]).done(),
            ),
            ("without_gpu", without_gpu),
            ("software_gpu", software_gpu),
            (
                "thousand_columns",
                Sample::new().dataset(vec![states::wide(1_000)]).done(),
            ),
            (
                "long_names",
                Sample::new()
                    .dataset(vec![states::long_names()])
                    .run_of(&states::long_names(), RunState::Running)
                    .done(),
            ),
        ]
    }
}

impl Open {
    fn new(version: DataVersionRef, draft: Draft) -> Self {
        Self {
            version,
            start: draft.clone(),
            draft,
            is_tried: false,
            is_fresh: true,
            wants_focus: true,
            settings_focus: focus::Followed::default(),
            features_focus: focus::Followed::default(),
            feature_filter: String::new(),
            target_filter: String::new(),
            checked: None,
            listed: None,
        }
    }

    fn check(&mut self, version: &Arc<DataVersion>, snapshot: &Snapshot) {
        let is_checked = self.checked.as_ref().is_some_and(|checked| {
            Arc::ptr_eq(&checked.version, version)
                && checked.devices == snapshot.devices
                && checked.draft == self.draft
        });
        if !is_checked {
            self.checked = Some(Checked {
                messages: self.draft.messages(version, &snapshot.devices),
                version: version.clone(),
                devices: snapshot.devices.clone(),
                draft: self.draft.clone(),
            });
        }
    }

    fn messages(&self) -> &[Message] {
        self.checked
            .as_ref()
            .map_or(&[], |checked| &checked.messages)
    }

    fn is_wrong(&self) -> bool {
        self.messages().iter().any(|message| message.is_error)
    }

    /// What is to be said. An error of what nobody has touched yet waits until somebody tries to start.
    fn said(&self) -> impl Iterator<Item = &Message> {
        self.messages().iter().filter(|message| {
            !message.is_error || self.is_tried || self.draft.is_touched(&self.start, message.field)
        })
    }

    fn try_in_vain(&mut self) {
        self.is_tried = true;
        self.wants_focus = self.draft.target.is_none();
    }

    /// Something of it would be lost.
    fn is_edited(&self) -> bool {
        self.draft != self.start
    }

    /// What is to be said beside a field; errors before notes.
    fn message(&self, field: Field) -> Option<Message> {
        self.said()
            .filter(|message| message.field == field)
            .max_by_key(|message| message.is_error)
            .cloned()
    }
}

fn version_of(snapshot: &Snapshot, wanted: &DataVersionRef) -> Option<Arc<DataVersion>> {
    snapshot
        .datasets
        .iter()
        .find(|dataset| dataset.name == wanted.dataset)?
        .versions
        .iter()
        .find(|version| version.id == *wanted)
        .cloned()
}
