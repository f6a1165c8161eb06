//! Where the project stands on the road, and the one thing to do next.

use contract::{
    Command, Dataset, DriftVerdict, ModelName, ModelSelector, Run, Snapshot, VersionSelector,
};
use look::format;

use super::data::{NextStep, Progress, Station};
use crate::action::Action;
use crate::{Place, Selection};

/// How many predictions are compared when Home measures drift.
const DRIFT_WINDOW: u64 = 1_000;

pub(super) fn stations(snapshot: &Snapshot) -> Vec<Station> {
    let finished = snapshot.runs.iter().filter(|run| run.report.is_some());
    let drifted = drifted_columns(snapshot);
    let measured = snapshot
        .drift
        .values()
        .any(|report| report.not_enough.is_none());
    let reached = [
        (
            "Data",
            Place::Datasets,
            !snapshot.datasets.is_empty(),
            format::counted(snapshot.datasets.len() as u64, "dataset", "datasets"),
        ),
        (
            "Train",
            Place::Experiments,
            finished.count() > 0,
            format::counted(snapshot.runs.len() as u64, "run", "runs"),
        ),
        (
            "Register",
            Place::Registry,
            !snapshot.models.is_empty(),
            format::counted(snapshot.models.len() as u64, "model", "models"),
        ),
        (
            "Serve",
            Place::Serving,
            !snapshot.endpoints.is_empty(),
            format::counted(snapshot.endpoints.len() as u64, "endpoint", "endpoints"),
        ),
        (
            "Watch",
            Place::Monitoring,
            measured,
            match (measured, drifted) {
                (false, _) => "not measured".to_owned(),
                (true, 0) => "no drift".to_owned(),
                (true, columns) => format!("{columns} drifted"),
            },
        ),
    ];
    let next = reached.iter().position(|station| !station.2);
    reached
        .into_iter()
        .enumerate()
        .map(|(stop, (name, place, is_reached, detail))| Station {
            name,
            place,
            progress: match is_reached {
                true => Progress::Done,
                false if next == Some(stop) => Progress::Next,
                false => Progress::Later,
            },
            is_alarming: place == Place::Monitoring && drifted > 0,
            detail,
        })
        .collect()
}

pub(super) fn next_step(snapshot: &Snapshot) -> Option<NextStep> {
    let Some(newest) = newest_dataset(snapshot) else {
        return Some(NextStep {
            title: "Import your first data".into(),
            detail: "Drop a CSV, JSON, Parquet or Excel file anywhere on the window".into(),
            button: "Import…".into(),
            action: Action::PickFiles,
        });
    };
    let version = &newest.versions.last()?.id;
    let may_come_to_something = |run: &Run| run.report.is_some() || run.state.is_active();
    if !snapshot.runs.iter().any(|run| may_come_to_something(run)) {
        return Some(NextStep {
            title: format!("Train a model on {version}"),
            detail: "Pick the column to predict; everything else has a sensible default".into(),
            button: "Train…".into(),
            action: Action::Train(version.clone()),
        });
    }
    if snapshot.models.is_empty() {
        return register_step(snapshot);
    }
    if snapshot.endpoints.is_empty() {
        let model = snapshot.models.last()?;
        let selected = model.select(&VersionSelector::ChampionOrNewest)?;
        return Some(NextStep {
            title: format!("Serve {}", selected.id),
            detail: "It will answer on this machine only, with a key".into(),
            button: "Serve".into(),
            action: Action::ask(Command::StartEndpoint {
                selector: ModelSelector {
                    model: model.name.clone(),
                    version: VersionSelector::ChampionOrNewest,
                },
                port: 0,
            }),
        });
    }
    watch_step(snapshot)
}

fn register_step(snapshot: &Snapshot) -> Option<NextStep> {
    let best = best_run(snapshot)?;
    let metric = best.recipe.task.main_metric();
    let value = best.metrics.get(format!("test/{metric}").as_str()).copied();
    let name = ModelName::new(crate::experiments::proposed_name(snapshot, best));
    Some(NextStep {
        title: format!("Register run {} as {name}", best.number),
        detail: format!(
            "Its {metric} on held-out rows is {}",
            format::optional(value)
        ),
        button: "Register".into(),
        action: Action::ask(Command::RegisterRun {
            run: best.id.clone(),
            name,
        }),
    })
}

fn watch_step(snapshot: &Snapshot) -> Option<NextStep> {
    let silent = snapshot
        .endpoints
        .iter()
        .find(|view| !snapshot.drift.contains_key(&view.endpoint.name))?;
    let name = &silent.endpoint.name;
    if silent.figures.predictions == 0 {
        return Some(NextStep {
            title: format!("Ask {name} for a prediction"),
            detail: "The form in Serving is filled with typical values".into(),
            button: "Try it".into(),
            action: Action::Show(Selection::Endpoint(name.clone()), Place::Serving),
        });
    }
    Some(NextStep {
        title: format!("Measure the drift of {name}"),
        detail: "Compares what it was asked with what it was trained on".into(),
        button: "Measure".into(),
        action: Action::ask(Command::MeasureDrift {
            model: name.clone(),
            window: DRIFT_WINDOW,
        }),
    })
}

/// The dataset that was added to last.
fn newest_dataset(snapshot: &Snapshot) -> Option<&Dataset> {
    snapshot
        .datasets
        .iter()
        .max_by_key(|dataset| dataset.versions.last().map(|version| version.created))
        .map(|dataset| &**dataset)
}

/// The best run of those that can be compared with the newest finished one.
fn best_run(snapshot: &Snapshot) -> Option<&Run> {
    let finished = || snapshot.runs.iter().filter(|run| run.report.is_some());
    let newest = &finished().next_back()?.recipe;
    let key = format!("test/{}", newest.task.main_metric());
    let score = |run: &Run| {
        let value = run.metrics.get(key.as_str()).copied().unwrap_or(f64::NAN);
        let score = if newest.task.is_classification() {
            value
        } else {
            -value
        };
        if score.is_nan() {
            f64::NEG_INFINITY
        } else {
            score
        }
    };
    finished()
        .filter(|run| {
            run.recipe.experiment == newest.experiment && run.recipe.target == newest.target
        })
        .max_by(|left, right| score(left).total_cmp(&score(right)))
        .map(|run| &**run)
}

fn drifted_columns(snapshot: &Snapshot) -> usize {
    snapshot
        .drift
        .values()
        .flat_map(|report| &report.columns)
        .filter(|column| column.verdict == DriftVerdict::Drifted)
        .count()
}
