//! What the facts add up to: datasets, runs, models, aliases, watched folders. Folded once, here, and nowhere else.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use contract::{
    DataVersion, DataVersionRef, Dataset, DatasetName, Digest, Endpoint, Fact, FactRecord, Model,
    ModelName, ModelSelector, ModelVersion, Refusal, Run, RunId, RunState, Verified,
    VersionSelector,
};

/// The newest state; every list is in the order of the facts.
#[derive(Default)]
pub(crate) struct State {
    pub datasets: Vec<Arc<Dataset>>,
    pub runs: Vec<Arc<Run>>,
    run_places: HashMap<RunId, usize>,
    pub models: Vec<Arc<Model>>,
    pub endpoints: Vec<Endpoint>,
    pub watched_folders: Vec<PathBuf>,
    /// Sealed metric series of ended runs.
    pub series: HashMap<RunId, Digest>,
    pub verified: Option<Verified>,
}

impl State {
    /// Takes one fact in. Facts come in order and never twice.
    pub(crate) fn fold(&mut self, record: &FactRecord) {
        match &record.fact {
            Fact::DataVersionAdded { version } => self.add_version(version),
            Fact::ColumnsEdited {
                version,
                columns,
                profile,
            } => {
                self.edit_version(version, |stored| {
                    stored.columns.clone_from(columns);
                    stored.profile.clone_from(profile);
                });
            }
            Fact::FolderWatched { path } => self.watched_folders.push(path.clone()),
            Fact::FolderForgotten { path } => {
                self.watched_folders.retain(|watched| watched != path)
            }
            Fact::ModelRegistered { version } => self.add_model_version(version),
            Fact::AliasSet { version, alias } => {
                self.edit_model(&version.model, |model| {
                    model.aliases.insert(alias.clone(), version.version);
                });
            }
            Fact::AliasRemoved { model, alias } => {
                self.edit_model(model, |model| {
                    model.aliases.remove(alias);
                });
            }
            Fact::EndpointStarted { version } => {
                self.endpoints
                    .retain(|endpoint| endpoint.name != version.model);
                let endpoint = Endpoint {
                    name: version.model.clone(),
                    version: version.clone(),
                    started: record.at,
                };
                self.endpoints.push(endpoint);
            }
            Fact::EndpointStopped { model } => {
                self.endpoints.retain(|endpoint| endpoint.name != *model)
            }
            Fact::JournalVerified { facts } => {
                self.verified = Some(Verified {
                    at: record.at,
                    facts: *facts,
                })
            }
            Fact::RunStarted { .. }
            | Fact::RunPaused { .. }
            | Fact::RunResumed { .. }
            | Fact::RunFinished { .. }
            | Fact::RunFailed { .. }
            | Fact::RunInterrupted { .. } => self.fold_run(record),
            Fact::ProjectCreated { .. }
            | Fact::ProjectRepaired { .. }
            | Fact::DataVersionRecognised { .. }
            | Fact::DataImportFailed { .. }
            | Fact::CheckpointSaved { .. }
            | Fact::BackupWritten { .. } => {}
        }
    }

    fn fold_run(&mut self, record: &FactRecord) {
        let at = record.at;
        match &record.fact {
            Fact::RunStarted { run, .. } => self.add_run(run, record),
            Fact::RunPaused { run } => self.edit_run(run, |run| run.state = RunState::Paused),
            Fact::RunResumed { run, device, .. } => self.edit_run(run, |run| {
                if let Some(device) = device {
                    run.device.clone_from(device);
                }
                run.state = RunState::Running;
                run.ended = None;
                run.error = None;
            }),
            Fact::RunFinished {
                run,
                stopped,
                seconds,
                report,
                package,
                series,
            } => {
                if let Some(series) = series {
                    self.series.insert(run.clone(), series.clone());
                }
                self.edit_run(run, |run| {
                    run.state = if *stopped {
                        RunState::Stopped
                    } else {
                        RunState::Finished
                    };
                    run.ended = Some(at);
                    run.seconds = *seconds;
                    run.metrics.clone_from(&report.metrics);
                    run.report = Some(Arc::new((**report).clone()));
                    run.package = Some(package.clone());
                });
            }
            Fact::RunFailed {
                run,
                seconds,
                error,
            } => self.edit_run(run, |run| {
                run.state = RunState::Failed;
                run.ended = Some(at);
                run.seconds = *seconds;
                run.error = Some(error.clone());
            }),
            Fact::RunInterrupted { run } => self.edit_run(run, |run| {
                run.state = RunState::Interrupted;
                run.ended = Some(at);
            }),
            _ => {}
        }
    }

    fn add_run(&mut self, id: &RunId, record: &FactRecord) {
        let Fact::RunStarted { recipe, device, .. } = &record.fact else {
            return;
        };
        self.run_places.insert(id.clone(), self.runs.len());
        self.runs.push(Arc::new(Run {
            id: id.clone(),
            number: self.runs.len() as u64 + 1,
            recipe: (**recipe).clone(),
            state: RunState::Running,
            device: device.clone(),
            started: record.at,
            ended: None,
            seconds: 0.0,
            metrics: contract::Metrics::new(),
            report: None,
            package: None,
            error: None,
        }));
    }

    fn add_version(&mut self, version: &DataVersion) {
        let version = Arc::new(version.clone());
        match self
            .datasets
            .iter_mut()
            .find(|dataset| dataset.name == version.id.dataset)
        {
            Some(dataset) => Arc::make_mut(dataset).versions.push(version),
            None => {
                let name = version.id.dataset.clone();
                self.datasets.push(Arc::new(Dataset {
                    name,
                    versions: vec![version],
                }));
            }
        }
    }

    fn edit_version(&mut self, id: &DataVersionRef, edit: impl FnOnce(&mut DataVersion)) {
        let Some(dataset) = self
            .datasets
            .iter_mut()
            .find(|dataset| dataset.name == id.dataset)
        else {
            return;
        };
        let versions = &mut Arc::make_mut(dataset).versions;
        if let Some(version) = versions.iter_mut().find(|version| version.id == *id) {
            edit(Arc::make_mut(version));
        }
    }

    fn add_model_version(&mut self, version: &ModelVersion) {
        let name = version.id.model.clone();
        let version = Arc::new(version.clone());
        match self.models.iter_mut().find(|model| model.name == name) {
            Some(model) => Arc::make_mut(model).versions.push(version),
            None => {
                let model = Model {
                    name,
                    versions: vec![version],
                    aliases: std::collections::BTreeMap::new(),
                };
                self.models.push(Arc::new(model));
            }
        }
    }

    fn edit_model(&mut self, name: &ModelName, edit: impl FnOnce(&mut Model)) {
        if let Some(model) = self.models.iter_mut().find(|model| model.name == *name) {
            edit(Arc::make_mut(model));
        }
    }

    /// Changes a run in place; also used for the live metrics, which are no facts.
    pub(crate) fn edit_run(&mut self, id: &RunId, edit: impl FnOnce(&mut Run)) {
        if let Some(run) = self
            .run_places
            .get(id)
            .and_then(|place| self.runs.get_mut(*place))
        {
            edit(Arc::make_mut(run));
        }
    }

    /// # Errors
    /// A sentence that names what there is instead.
    pub(crate) fn run(&self, id: &RunId) -> Result<&Arc<Run>, Refusal> {
        let found = self
            .run_places
            .get(id)
            .and_then(|place| self.runs.get(*place))
            .or_else(|| {
                // People also write a run's number.
                let number: u64 = id.as_str().trim_start_matches('#').parse().ok()?;
                self.runs.iter().find(|run| run.number == number)
            });
        found.ok_or_else(|| {
            Refusal::with_hint(
                format!("there is no run “{id}”"),
                "`millctl runs list` shows them all",
            )
        })
    }

    /// A version of a dataset; the newest when none is named.
    pub(crate) fn data_version(
        &self,
        name: &DatasetName,
        version: Option<u32>,
    ) -> Result<&Arc<DataVersion>, Refusal> {
        let Some(dataset) = self.datasets.iter().find(|dataset| dataset.name == *name) else {
            return Err(Refusal::with_hint(
                format!("there is no dataset “{name}”"),
                "`millctl data list` shows them all",
            ));
        };
        let found = match version {
            None => dataset.versions.last(),
            Some(number) => dataset
                .versions
                .iter()
                .find(|version| version.id.version == number),
        };
        found.ok_or_else(|| {
            let hint = format!("it has the versions 1 to {}", dataset.versions.len());
            Refusal::with_hint(
                format!("{name} has no version {}", version.unwrap_or_default()),
                hint,
            )
        })
    }

    pub(crate) fn model(&self, name: &ModelName) -> Result<&Arc<Model>, Refusal> {
        self.models
            .iter()
            .find(|model| model.name == *name)
            .ok_or_else(|| {
                Refusal::with_hint(
                    format!("there is no model “{name}”"),
                    "`millctl models list` shows them all",
                )
            })
    }

    pub(crate) fn model_version(
        &self,
        selector: &ModelSelector,
    ) -> Result<&Arc<ModelVersion>, Refusal> {
        let model = self.model(&selector.model)?;
        model.select(&selector.version).ok_or_else(|| {
            let what = match &selector.version {
                VersionSelector::Number(number) => format!("version {number}"),
                VersionSelector::Alias(alias) => format!("alias “{alias}”"),
                VersionSelector::ChampionOrNewest => "version".to_owned(),
            };
            let hint = format!("it has the versions 1 to {}", model.versions.len());
            Refusal::with_hint(format!("{} has no {what}", model.name), hint)
        })
    }

    /// Every object that a fact names.
    pub(crate) fn objects(&self) -> Vec<Digest> {
        let versions = self.datasets.iter().flat_map(|dataset| &dataset.versions);
        let data = versions.flat_map(|version| version.rejects.iter().chain([&version.object]));
        let packages = self.runs.iter().filter_map(|run| run.package.as_ref());
        let files = packages.flat_map(|package| package.files.values());
        data.chain(files)
            .chain(self.series.values())
            .cloned()
            .collect()
    }
}
