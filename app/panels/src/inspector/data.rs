//! What the inspector says of the selection: its title and state, its details, and what can be done with it.

use contract::{
    Command, DataVersionRef, EndpointView, FactRecord, Model, ModelName, ModelSelector,
    ModelVersion, ModelVersionRef, Run, RunId, RunState, Snapshot, Timestamp, VersionSelector,
};
use look::{Icon, Tone, format, icon};

use crate::action::{Action, resume};
use crate::{Place, Selection};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct InspectorData {
    /// Such as “Run”.
    pub kind: &'static str,
    pub title: String,
    pub state: Option<(Tone, String)>,
    pub details: Vec<(&'static str, Detail)>,
    /// What went wrong, if something did.
    pub error: Option<String>,
    pub actions: Vec<Offer>,
    /// A finished run can be registered under this name.
    pub register: Option<(RunId, ModelName)>,
    /// The fact as it stands in the journal.
    pub code: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Detail {
    Text(String),
    /// Shown short, copied whole.
    Copy {
        shown: String,
        whole: String,
    },
    Link {
        text: String,
        to: Selection,
    },
    Time(Timestamp),
}

/// A button.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Offer {
    pub icon: Icon,
    pub label: String,
    pub action: Action,
}

impl InspectorData {
    /// `None` when the selected thing is not in the snapshot.
    pub(crate) fn new(snapshot: &Snapshot, selection: &Selection) -> Option<Self> {
        match selection {
            Selection::DataVersion(version) => data_version(snapshot, version),
            Selection::Run(run) => snapshot
                .runs
                .iter()
                .find(|known| known.id == *run)
                .map(|run| of_run(snapshot, run)),
            Selection::ModelVersion(version) => model_version(snapshot, version),
            Selection::Endpoint(model) => snapshot
                .endpoints
                .iter()
                .find(|view| view.endpoint.name == *model)
                .map(|view| endpoint(snapshot, view)),
            Selection::Fact(seq) => snapshot
                .journal
                .page
                .iter()
                .find(|record| record.seq == *seq)
                .map(fact),
        }
    }

    fn blank(kind: &'static str, title: String) -> Self {
        Self {
            kind,
            title,
            state: None,
            details: Vec::new(),
            error: None,
            actions: Vec::new(),
            register: None,
            code: None,
        }
    }
}

fn data_version(snapshot: &Snapshot, id: &DataVersionRef) -> Option<InspectorData> {
    let version = crate::datasets::find_version(snapshot, id)?;
    let mut data = InspectorData::blank("Data version", id.to_string());
    if version.rejected_rows > 0 {
        let said = format::counted(version.rejected_rows, "row rejected", "rows rejected");
        data.state = Some((Tone::Warn, said));
    }
    data.details = vec![
        ("Rows", text(format::count(version.rows))),
        ("Columns", text(format::count(version.columns.len() as u64))),
        ("Size", text(format::bytes(version.bytes))),
        ("Imported", Detail::Time(version.created)),
        (
            "Content",
            copy(version.object.short(), version.object.as_str()),
        ),
    ];
    if let Some(source) = version.sources.first() {
        let whole = source.path.display().to_string();
        let name = format::file_name(&source.path);
        data.details.push(("Source", copy(&name, &whole)));
    }
    let runs = snapshot
        .runs
        .iter()
        .filter(|run| run.recipe.data == *id)
        .count();
    data.details
        .push(("Runs on it", text(format::count(runs as u64))));
    data.actions = vec![
        offer(icon::TRAIN, "Train…", Action::Train(id.clone())),
        offer(
            icon::DATASETS,
            "Open in Datasets",
            Action::Open(Place::Datasets),
        ),
        lineage_offer(id.to_string()),
    ];
    Some(data)
}

fn of_run(snapshot: &Snapshot, run: &Run) -> InspectorData {
    let mut data = InspectorData::blank("Run", format!("Run {}", run.number));
    data.state = Some((run_tone(run.state), run.state.word().to_owned()));
    let metric = run.recipe.task.main_metric();
    let measured = ["test", "validation", "train"]
        .into_iter()
        .find_map(|split| {
            let value = *run.metrics.get(format!("{split}/{metric}").as_str())?;
            value
                .is_finite()
                .then(|| format!("{} {metric} ({split})", format::metric(value)))
        });
    data.details = vec![
        ("Id", copy(run.id.as_str(), run.id.as_str())),
        (
            "Data",
            Detail::Link {
                text: run.recipe.data.to_string(),
                to: Selection::DataVersion(run.recipe.data.clone()),
            },
        ),
        ("Target", text(run.recipe.target.to_string())),
        ("Task", text(run.recipe.task.word().to_owned())),
    ];
    if let Some(measured) = measured {
        data.details.push(("Result", text(measured)));
    }
    data.details.extend([
        (
            "Device",
            text(crate::experiments::device_name(&run.device).into()),
        ),
        ("Started", Detail::Time(run.started)),
        ("Took", text(format::duration(run.seconds))),
        ("Seed", text(run.recipe.seed.to_string())),
    ]);
    data.error = run.error.clone();
    data.actions = run_offers(run);
    data.actions.push(offer(
        icon::EXPERIMENTS,
        "Open in Experiments",
        Action::Open(Place::Experiments),
    ));
    data.actions.push(lineage_offer(run.id.to_string()));
    let is_registered = snapshot
        .models
        .iter()
        .flat_map(|model| &model.versions)
        .any(|version| version.run == run.id);
    if run.package.is_some() && !is_registered {
        let name = ModelName::new(crate::experiments::proposed_name(snapshot, run));
        data.register = Some((run.id.clone(), name));
    }
    data
}

fn run_offers(run: &Run) -> Vec<Offer> {
    let id = || run.id.clone();
    let stop = || {
        offer(
            icon::STOP,
            "Stop and evaluate",
            Action::ask(Command::StopRun { run: id() }),
        )
    };
    let resume = || offer(icon::PLAY, "Resume", Action::ask(resume(&run.id)));
    match run.state {
        RunState::Running => vec![
            offer(
                icon::PAUSE,
                "Pause",
                Action::ask(Command::PauseRun { run: id() }),
            ),
            stop(),
        ],
        RunState::Paused => vec![resume(), stop()],
        RunState::Interrupted => vec![resume()],
        RunState::Finished | RunState::Stopped | RunState::Failed => Vec::new(),
    }
}

fn model_version(snapshot: &Snapshot, id: &ModelVersionRef) -> Option<InspectorData> {
    let model = snapshot
        .models
        .iter()
        .find(|model| model.name == id.model)?;
    let version = model.versions.iter().find(|version| version.id == *id)?;
    let mut data = InspectorData::blank("Model version", id.to_string());
    let aliases = aliases_of(model, id.version);
    if !aliases.is_empty() {
        data.state = Some((Tone::Accent, aliases.join(", ")));
    }
    data.details = model_details(snapshot, version);
    let is_champion = model.aliases.get("champion") == Some(&id.version);
    if !is_champion {
        data.actions.push(offer(
            icon::FLAG,
            "Make it champion",
            Action::ask(Command::SetAlias {
                version: id.clone(),
                alias: "champion".into(),
            }),
        ));
    }
    let serves_it = snapshot
        .endpoints
        .iter()
        .any(|view| view.endpoint.version == *id);
    if !serves_it {
        data.actions.push(offer(
            icon::SERVING,
            "Serve",
            Action::ask(Command::StartEndpoint {
                selector: ModelSelector {
                    model: id.model.clone(),
                    version: VersionSelector::Number(id.version),
                },
                port: 0,
            }),
        ));
    }
    data.actions.push(offer(
        icon::REGISTRY,
        "Open in Registry",
        Action::Open(Place::Registry),
    ));
    data.actions.push(lineage_offer(format!("model:{id}")));
    Some(data)
}

fn model_details(snapshot: &Snapshot, version: &ModelVersion) -> Vec<(&'static str, Detail)> {
    let signature = &version.signature;
    let run = snapshot.runs.iter().find(|run| run.id == version.run);
    let run_text = run.map_or_else(
        || version.run.to_string(),
        |run| format!("Run {}", run.number),
    );
    let metric = format!("test/{}", signature.task.main_metric());
    let mut details = vec![
        (
            "From",
            Detail::Link {
                text: run_text,
                to: Selection::Run(version.run.clone()),
            },
        ),
        ("Registered", Detail::Time(version.created)),
        (
            "Contract",
            text(crate::serving::contract_in_words(signature)),
        ),
    ];
    if let Some(value) = version.metrics.get(metric.as_str()) {
        let said = format!(
            "{} {} (test)",
            format::metric(*value),
            signature.task.main_metric()
        );
        details.push(("Result", text(said)));
    }
    details.push((
        "ONNX parity",
        text(format!(
            "{} at most, on {}",
            format::number(version.onnx_max_abs_diff),
            format::counted(version.onnx_compared_rows, "row", "rows")
        )),
    ));
    if let Some(onnx) = version.package.files.get("model.onnx") {
        details.push(("model.onnx", copy(onnx.short(), onnx.as_str())));
    }
    details
}

fn endpoint(snapshot: &Snapshot, view: &EndpointView) -> InspectorData {
    let name = &view.endpoint.name;
    let mut data = InspectorData::blank("Endpoint", name.to_string());
    let card = crate::serving::EndpointCard::new(view, snapshot.server.as_ref());
    data.state = Some((card.tone, card.light.to_owned()));
    data.details = vec![
        (
            "Serves",
            Detail::Link {
                text: view.endpoint.version.to_string(),
                to: Selection::ModelVersion(view.endpoint.version.clone()),
            },
        ),
        ("Since", Detail::Time(view.endpoint.started)),
    ];
    if let Some(server) = &snapshot.server {
        data.details.push(("URL", copy(&card.url, &card.url)));
        let shown: String = server.key.chars().take(7).chain("…".chars()).collect();
        data.details.push(("Key", copy(&shown, &server.key)));
    }
    data.details.extend([
        ("Requests", text(card.requests)),
        ("Errors", text(card.errors)),
        ("p50", text(card.p50)),
        ("p99", text(card.p99)),
    ]);
    data.actions = vec![
        offer(
            icon::STOP,
            "Stop serving",
            Action::ask(Command::StopEndpoint {
                model: name.clone(),
            }),
        ),
        offer(
            icon::SERVING,
            "Open in Serving",
            Action::Open(Place::Serving),
        ),
        offer(
            icon::MONITORING,
            "Open in Monitoring",
            Action::Open(Place::Monitoring),
        ),
        lineage_offer(format!("endpoint:{name}")),
    ];
    data
}

fn fact(record: &FactRecord) -> InspectorData {
    let mut data = InspectorData::blank("Fact", format!("Fact {}", format::count(record.seq)));
    data.details = vec![
        ("At", Detail::Time(record.at)),
        ("Actor", text(record.actor.to_string())),
        ("Hash", copy(record.hash.short(), record.hash.as_str())),
        ("Before it", copy(record.prev.short(), record.prev.as_str())),
    ];
    data.code = serde_json::to_string_pretty(&record.fact).ok();
    data
}

pub(crate) fn run_tone(state: RunState) -> Tone {
    match state {
        RunState::Running => Tone::Accent,
        RunState::Finished => Tone::Done,
        RunState::Paused | RunState::Stopped => Tone::Neutral,
        RunState::Interrupted => Tone::Warn,
        RunState::Failed => Tone::Fail,
    }
}

fn aliases_of(model: &Model, version: u32) -> Vec<String> {
    model
        .aliases
        .iter()
        .filter(|(_, number)| **number == version)
        .map(|(alias, _)| alias.to_string())
        .collect()
}

fn text(text: String) -> Detail {
    Detail::Text(text)
}

fn copy(shown: &str, whole: &str) -> Detail {
    Detail::Copy {
        shown: shown.to_owned(),
        whole: whole.to_owned(),
    }
}

fn offer(icon: Icon, label: &str, action: Action) -> Offer {
    Offer {
        icon,
        label: label.to_owned(),
        action,
    }
}

fn lineage_offer(of: String) -> Offer {
    offer(icon::LINEAGE, "Show lineage", Action::ShowLineage(of))
}
