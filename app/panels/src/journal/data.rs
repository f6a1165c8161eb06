//! The view model of the journal: a sentence for every fact, the window of facts to ask for, and how trusted the chain is.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use contract::{Fact, FactRecord, JournalView, Run, RunId, Timestamp};
use look::{Tone, format};

use crate::Selection;

/// Facts are asked for in blocks of this many, so that scrolling a row does not ask again.
pub(crate) const BLOCK: u64 = 128;

/// One fact as a line of text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FactLine {
    /// `Run finished`.
    pub what: &'static str,
    /// What it happened to, and its figures.
    pub detail: String,
    pub tone: Tone,
    /// What a click can lead to.
    pub about: Option<Selection>,
}

/// Runs by the numbers that people say instead of their ids.
#[derive(Debug, Default)]
pub(crate) struct RunNumbers {
    numbers: HashMap<RunId, u64>,
}

impl RunNumbers {
    /// Runs are only ever added, so that their count says whether there are new ones.
    pub(crate) fn refresh(&mut self, runs: &[Arc<Run>]) {
        if self.numbers.len() != runs.len() {
            self.numbers = runs
                .iter()
                .map(|run| (run.id.clone(), run.number))
                .collect();
        }
    }

    fn name(&self, run: &RunId) -> String {
        match self.numbers.get(run) {
            Some(number) => format!("run {number}"),
            None => run.to_string(),
        }
    }
}

impl FactLine {
    pub(crate) fn of(fact: &Fact, runs: &RunNumbers) -> Self {
        let (what, tone) = name(fact);
        Self {
            what,
            tone,
            detail: detail(fact, runs).replace('\n', " "),
            about: about(fact),
        }
    }
}

fn name(fact: &Fact) -> (&'static str, Tone) {
    match fact {
        Fact::ProjectCreated { .. } => ("Project created", Tone::Accent),
        Fact::ProjectRepaired { .. } => ("Project repaired", Tone::Warn),
        Fact::DataVersionAdded { .. } => ("Data added", Tone::Done),
        Fact::DataVersionRecognised { .. } => ("Data recognised", Tone::Neutral),
        Fact::DataImportFailed { .. } => ("Import failed", Tone::Fail),
        Fact::ColumnsEdited { .. } => ("Columns edited", Tone::Neutral),
        Fact::FolderWatched { .. } => ("Folder watched", Tone::Neutral),
        Fact::FolderForgotten { .. } => ("Folder forgotten", Tone::Neutral),
        Fact::RunStarted { .. } => ("Run started", Tone::Accent),
        Fact::RunPaused { .. } => ("Run paused", Tone::Neutral),
        Fact::RunResumed { .. } => ("Run resumed", Tone::Accent),
        Fact::CheckpointSaved { .. } => ("Checkpoint saved", Tone::Neutral),
        Fact::RunFinished { stopped: true, .. } => ("Run stopped", Tone::Done),
        Fact::RunFinished { .. } => ("Run finished", Tone::Done),
        Fact::RunFailed { .. } => ("Run failed", Tone::Fail),
        Fact::RunInterrupted { .. } => ("Run interrupted", Tone::Warn),
        Fact::ModelRegistered { .. } => ("Model registered", Tone::Done),
        Fact::AliasSet { .. } => ("Alias set", Tone::Accent),
        Fact::AliasRemoved { .. } => ("Alias removed", Tone::Neutral),
        Fact::EndpointStarted { .. } => ("Endpoint started", Tone::Done),
        Fact::EndpointStopped { .. } => ("Endpoint stopped", Tone::Neutral),
        Fact::JournalVerified { .. } => ("Journal verified", Tone::Done),
        Fact::BackupWritten { .. } => ("Backup written", Tone::Done),
    }
}

fn detail(fact: &Fact, runs: &RunNumbers) -> String {
    let name = |run: &RunId| runs.name(run);
    match fact {
        Fact::ProjectCreated { name: project, .. } => project.clone(),
        Fact::ProjectRepaired { note } => note.clone(),
        Fact::DataVersionAdded { version } => {
            let rows = format::counted(version.rows, "row", "rows");
            let columns = format::counted(version.columns.len() as u64, "column", "columns");
            format!("{}, {rows}, {columns}", version.id)
        }
        Fact::DataVersionRecognised { version, path } => {
            format!("{} is {version}", format::file_name(path))
        }
        Fact::DataImportFailed { path, error } => format!("{}: {error}", format::file_name(path)),
        Fact::ColumnsEdited { version, .. } => version.to_string(),
        Fact::EndpointStarted { version } => version.to_string(),
        Fact::FolderWatched { path }
        | Fact::FolderForgotten { path }
        | Fact::BackupWritten { path, .. } => path.display().to_string(),
        Fact::RunStarted {
            run,
            recipe,
            device,
        } => format!(
            "{} predicts {} of {} on {device}",
            name(run),
            recipe.target,
            recipe.data
        ),
        Fact::RunPaused { run } | Fact::RunInterrupted { run } => name(run),
        Fact::RunResumed {
            run, from_epoch, ..
        } => format!("{} from epoch {from_epoch}", name(run)),
        Fact::CheckpointSaved { run, epoch } => format!("{} epoch {epoch}", name(run)),
        Fact::RunFinished {
            run,
            seconds,
            report,
            ..
        } => {
            let epochs = format::counted(u64::from(report.epochs_run), "epoch", "epochs");
            format!(
                "{} after {epochs} in {}",
                name(run),
                format::duration(*seconds)
            )
        }
        Fact::RunFailed { run, error, .. } => format!("{}: {error}", name(run)),
        Fact::ModelRegistered { version } => format!("{} from {}", version.id, name(&version.run)),
        Fact::AliasSet { version, alias } => format!("{alias} is {version}"),
        Fact::AliasRemoved { model, alias } => format!("{alias} of {model}"),
        Fact::EndpointStopped { model } => model.to_string(),
        Fact::JournalVerified { facts } => format::counted(*facts, "fact", "facts"),
    }
}

fn about(fact: &Fact) -> Option<Selection> {
    Some(match fact {
        Fact::DataVersionAdded { version } => Selection::DataVersion(version.id.clone()),
        Fact::DataVersionRecognised { version, .. } | Fact::ColumnsEdited { version, .. } => {
            Selection::DataVersion(version.clone())
        }
        Fact::RunStarted { run, .. }
        | Fact::RunPaused { run }
        | Fact::RunResumed { run, .. }
        | Fact::CheckpointSaved { run, .. }
        | Fact::RunFinished { run, .. }
        | Fact::RunFailed { run, .. }
        | Fact::RunInterrupted { run } => Selection::Run(run.clone()),
        Fact::ModelRegistered { version } => Selection::ModelVersion(version.id.clone()),
        Fact::AliasSet { version, .. } => Selection::ModelVersion(version.clone()),
        Fact::EndpointStarted { version } => Selection::Endpoint(version.model.clone()),
        Fact::EndpointStopped { model } => Selection::Endpoint(model.clone()),
        Fact::ProjectCreated { .. }
        | Fact::ProjectRepaired { .. }
        | Fact::DataImportFailed { .. }
        | Fact::FolderWatched { .. }
        | Fact::FolderForgotten { .. }
        | Fact::AliasRemoved { .. }
        | Fact::JournalVerified { .. }
        | Fact::BackupWritten { .. } => return None,
    })
}

/// The sequence number in a row of the table: the newest fact stands at the top.
pub(crate) fn seq_of_row(row: u64, facts: u64) -> u64 {
    facts.saturating_sub(row)
}

/// The facts to ask for so that `rows` can be drawn: whole blocks around them, none of them past the newest.
pub(crate) fn block_around(rows: Range<u64>, facts: u64) -> Range<u64> {
    if facts == 0 || rows.is_empty() {
        return 0..0;
    }
    let oldest = seq_of_row(rows.end - 1, facts).max(1);
    let newest = seq_of_row(rows.start, facts);
    let first = (oldest - 1) / BLOCK * BLOCK + 1;
    let last = newest.div_ceil(BLOCK) * BLOCK;
    first..last.min(facts) + 1
}

/// The fact of a sequence number, if the page has it.
pub(crate) fn on_page(page: &[FactRecord], seq: u64) -> Option<&FactRecord> {
    let first = page.first()?.seq;
    let record = page.get(usize::try_from(seq.checked_sub(first)?).ok()?)?;
    (record.seq == seq).then_some(record)
}

/// What is known of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trust {
    pub text: String,
    pub tone: Tone,
}

impl Trust {
    pub(crate) fn of(journal: &JournalView, now: Timestamp) -> Self {
        let facts = journal.head.as_ref().map_or(0, |head| head.seq);
        let Some(verified) = journal.verified else {
            return Self {
                text: "Not verified since the project was opened".into(),
                tone: Tone::Neutral,
            };
        };
        let ago = format::ago(now.unix_millis, verified.at.unix_millis);
        // The check itself is a fact, and says nothing new of the chain.
        let since = facts.saturating_sub(verified.facts).saturating_sub(1);
        let text = match since {
            0 => format!(
                "Verified {ago}, all {}",
                format::counted(verified.facts, "fact", "facts")
            ),
            _ => format!(
                "Verified {ago}, {} since",
                format::counted(since, "fact", "facts")
            ),
        };
        Self {
            text,
            tone: Tone::Done,
        }
    }
}
