//! What needs a person: failed and interrupted runs, drift, failed tasks, rejected rows.

use std::collections::HashSet;

use contract::{Dataset, DriftVerdict, Run, RunState, Snapshot, TaskState, TaskView, Timestamp};
use look::{Tone, format};

use super::data::{Need, show_run};
use crate::action::{Action, resume};
use crate::tasks::error_and_hint;
use crate::{Place, Selection};

/// Rejected rows are worth a person's time for this long after the import.
const REJECTS_MATTER_MILLIS: i64 = 24 * 3_600 * 1_000;

pub(super) fn needs(snapshot: &Snapshot, now: Timestamp) -> Vec<Need> {
    let mut needs = Vec::new();
    // A newer run of the same experiment means that a person has seen the one before.
    let mut seen = HashSet::new();
    for run in snapshot.runs.iter().rev() {
        if seen.insert(&run.recipe.experiment) {
            needs.extend(run_need(run));
        }
    }
    for view in &snapshot.endpoints {
        let name = &view.endpoint.name;
        let Some(report) = snapshot.drift.get(name) else {
            continue;
        };
        let drifted: Vec<&str> = report
            .columns
            .iter()
            .filter(|column| column.verdict == DriftVerdict::Drifted)
            .map(|column| &*column.name)
            .collect();
        if !drifted.is_empty() {
            let columns = drifted.len() as u64;
            needs.push(Need {
                tone: Tone::Warn,
                title: format!(
                    "{} of {name} drifted",
                    format::counted(columns, "column", "columns")
                ),
                detail: drifted.join(", "),
                button: "Show drift".into(),
                action: Action::Show(Selection::Endpoint(name.clone()), Place::Monitoring),
            });
        }
    }
    needs.extend(snapshot.tasks.iter().filter_map(|task| task_need(task)));
    needs.extend(
        snapshot
            .datasets
            .iter()
            .filter_map(|dataset| rejects_need(dataset, now)),
    );
    needs
}

fn run_need(run: &Run) -> Option<Need> {
    let detail = match &run.error {
        Some(error) => error_and_next_step(error),
        None => "The program ended while it ran; it goes on from its last checkpoint".to_owned(),
    };
    match run.state {
        RunState::Failed => Some(Need {
            tone: Tone::Fail,
            title: format!("Run {} failed", run.number),
            detail,
            button: "Show run".into(),
            action: show_run(&run.id),
        }),
        RunState::Interrupted => Some(Need {
            tone: Tone::Warn,
            title: format!("Run {} was interrupted", run.number),
            detail,
            button: "Resume".into(),
            action: Action::ask(resume(&run.id)),
        }),
        RunState::Running | RunState::Paused | RunState::Finished | RunState::Stopped => None,
    }
}

fn task_need(task: &TaskView) -> Option<Need> {
    let TaskState::Failed(error) = &task.state else {
        return None;
    };
    // A failed run speaks for itself.
    task.run.is_none().then(|| Need {
        tone: Tone::Fail,
        title: format!("{} failed", task.title),
        detail: error_and_next_step(error),
        button: "Show task".into(),
        action: Action::Open(Place::Tasks),
    })
}

/// `The disk is full. Free some space`.
fn error_and_next_step(text: &str) -> String {
    match error_and_hint(text) {
        (error, Some(hint)) => format!("{error}. {hint}"),
        (error, None) => error,
    }
}

fn rejects_need(dataset: &Dataset, now: Timestamp) -> Option<Need> {
    let newest = dataset.versions.last()?;
    let age = now.unix_millis.saturating_sub(newest.created.unix_millis);
    (newest.rejected_rows > 0 && age < REJECTS_MATTER_MILLIS).then(|| Need {
        tone: Tone::Warn,
        title: format!(
            "{} rejected in {}",
            format::counted(newest.rejected_rows, "row was", "rows were"),
            newest.id
        ),
        detail: "They did not fit the columns; other reader options may read them".into(),
        button: "Show rows".into(),
        action: Action::Show(Selection::DataVersion(newest.id.clone()), Place::Datasets),
    })
}
