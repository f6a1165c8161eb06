//! What Home says: where the project stands on the road, what runs now, what needs a person, what happened last.

use contract::{RunId, Snapshot, TaskId, TaskState, TaskView, Timestamp};
use look::{Tone, format};

use super::needs::needs;
use super::road::{next_step, stations};
use crate::action::Action;
use crate::{Place, Selection};

/// How many recent things are listed.
const RECENT: usize = 8;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HomeData {
    pub title: String,
    /// Where the project lies.
    pub path: String,
    pub stations: Vec<Station>,
    pub next: Option<NextStep>,
    pub running: Vec<Running>,
    pub needs: Vec<Need>,
    pub recent: Vec<Recent>,
}

/// A stop of the road, from a file to a watched endpoint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Station {
    pub name: &'static str,
    pub place: Place,
    pub progress: Progress,
    /// Such as “2 datasets”.
    pub detail: String,
    /// It was reached, and something there is wrong.
    pub is_alarming: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Done,
    /// The first stop that was not reached yet.
    Next,
    Later,
}

/// The one thing to do next, with its button.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NextStep {
    pub title: String,
    pub detail: String,
    pub button: String,
    pub action: Action,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Running {
    pub title: String,
    pub detail: String,
    /// 0 to 1, where the end is known.
    pub share: Option<f32>,
    /// It is a light rather than work with an end.
    pub is_light: bool,
    pub open: Action,
    pub cancel: Option<TaskId>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Need {
    pub tone: Tone,
    pub title: String,
    pub detail: String,
    pub button: String,
    pub action: Action,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Recent {
    pub kind: RecentKind,
    pub title: String,
    pub detail: String,
    pub at: Timestamp,
    pub open: Action,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecentKind {
    Data,
    Run,
    Model,
    Endpoint,
}

impl HomeData {
    /// `None` while no project is open.
    pub(crate) fn new(snapshot: &Snapshot, now: Timestamp) -> Option<Self> {
        let project = snapshot.project.as_ref()?;
        Some(Self {
            title: project.name.clone(),
            path: project.path.display().to_string(),
            stations: stations(snapshot),
            next: next_step(snapshot),
            running: running(snapshot),
            needs: needs(snapshot, now),
            recent: recent(snapshot),
        })
    }
}

fn running(snapshot: &Snapshot) -> Vec<Running> {
    let tasks = snapshot
        .tasks
        .iter()
        .filter(|task| task.state == TaskState::Running);
    let mut running: Vec<Running> = tasks.clone().map(|task| running_task(task)).collect();
    for run in snapshot.runs.iter().filter(|run| run.state.is_active()) {
        if tasks.clone().any(|task| task.run.as_ref() == Some(&run.id)) {
            continue;
        }
        running.push(Running {
            title: format!("Run {} on {}", run.number, run.recipe.data),
            detail: run.state.word().to_owned(),
            share: None,
            is_light: false,
            open: show_run(&run.id),
            cancel: None,
        });
    }
    for view in &snapshot.endpoints {
        let figures = &view.figures;
        running.push(Running {
            title: format!("{} answers", view.endpoint.version),
            detail: if figures.requests == 0 {
                "ready, not asked yet".to_owned()
            } else {
                format!(
                    "{} requests/s, p99 {}",
                    format::number(crate::serving::rate(&figures.per_second)),
                    format::duration(figures.p99_millis / 1_000.0)
                )
            },
            share: None,
            is_light: true,
            open: Action::Show(
                Selection::Endpoint(view.endpoint.name.clone()),
                Place::Serving,
            ),
            cancel: None,
        });
    }
    running
}

fn running_task(task: &TaskView) -> Running {
    let share = task
        .total
        .filter(|total| *total > 0)
        .map(|total| (task.done as f64 / total as f64).min(1.0) as f32);
    let left = task.seconds_left.map(format::time_left).unwrap_or_default();
    let detail = [task.stage.as_str(), left.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    Running {
        title: task.title.clone(),
        detail,
        share,
        is_light: false,
        open: match &task.run {
            Some(run) => show_run(run),
            None => Action::Open(Place::Tasks),
        },
        cancel: task.can_cancel.then(|| task.id.clone()),
    }
}

fn recent(snapshot: &Snapshot) -> Vec<Recent> {
    let versions = snapshot
        .datasets
        .iter()
        .flat_map(|dataset| &dataset.versions)
        .map(|version| Recent {
            kind: RecentKind::Data,
            title: version.id.to_string(),
            detail: format!(
                "{}, {}",
                format::counted(version.rows, "row", "rows"),
                format::counted(version.columns.len() as u64, "column", "columns")
            ),
            at: version.created,
            open: Action::Show(Selection::DataVersion(version.id.clone()), Place::Datasets),
        });
    let runs = snapshot.runs.iter().rev().take(RECENT).map(|run| Recent {
        kind: RecentKind::Run,
        title: format!("Run {}", run.number),
        detail: format!("{} on {}", run.state.word(), run.recipe.data),
        at: run.ended.unwrap_or(run.started),
        open: show_run(&run.id),
    });
    let models = snapshot
        .models
        .iter()
        .flat_map(|model| &model.versions)
        .map(|version| Recent {
            kind: RecentKind::Model,
            title: version.id.to_string(),
            detail: match snapshot.runs.iter().find(|run| run.id == version.run) {
                Some(run) => format!("registered from run {}", run.number),
                None => "registered".to_owned(),
            },
            at: version.created,
            open: Action::Show(Selection::ModelVersion(version.id.clone()), Place::Registry),
        });
    let endpoints = snapshot.endpoints.iter().map(|view| Recent {
        kind: RecentKind::Endpoint,
        title: view.endpoint.name.to_string(),
        detail: format!("serves {}", view.endpoint.version),
        at: view.endpoint.started,
        open: Action::Show(
            Selection::Endpoint(view.endpoint.name.clone()),
            Place::Serving,
        ),
    });
    let mut recent: Vec<Recent> = versions
        .chain(runs)
        .chain(models)
        .chain(endpoints)
        .collect();
    recent.sort_by_key(|thing| std::cmp::Reverse(thing.at));
    recent.truncate(RECENT);
    recent
}

pub(super) fn show_run(run: &RunId) -> Action {
    Action::Show(Selection::Run(run.clone()), Place::Experiments)
}
