//! The view model of the runs table: which runs are shown and in which order, kept between frames.

use std::collections::BTreeSet;
use std::sync::Arc;

use contract::{Run, Snapshot};

use super::columns::{Direction, RunColumn, SortKey};
use super::filter::{Filter, searchable};
use super::result::RunResult;

/// What a person asks of the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Question {
    pub filter: String,
    pub column: RunColumn,
    pub direction: Direction,
}

impl Default for Question {
    fn default() -> Self {
        Self {
            filter: String::new(),
            column: RunColumn::Run,
            direction: Direction::Falling,
        }
    }
}

/// A run with what is dear to compute again.
#[derive(Clone, Debug)]
pub(crate) struct RunEntry {
    pub run: Arc<Run>,
    pub result: Option<RunResult>,
    searchable: String,
}

/// The answer. [`RunsTable::refresh`] is cheap when nothing changed and touches only the runs that did.
#[derive(Debug, Default)]
pub(crate) struct RunsTable {
    answered: Option<(u64, Question)>,
    entries: Vec<RunEntry>,
    /// Positions in `entries`, in the order of the table.
    order: Vec<usize>,
    metric_keys: BTreeSet<Arc<str>>,
    complaint: Option<String>,
}

impl RunEntry {
    fn new(run: &Arc<Run>) -> Self {
        Self {
            run: run.clone(),
            result: RunResult::of(run),
            searchable: searchable(run),
        }
    }
}

impl RunsTable {
    /// Brings the table up to date with the snapshot and the question.
    pub(crate) fn refresh(&mut self, snapshot: &Snapshot, question: &Question) {
        let is_answered = self.answered.as_ref().is_some_and(|(revision, answered)| {
            *revision == snapshot.revision && answered == question
        });
        if is_answered && self.entries.len() == snapshot.runs.len() {
            return;
        }
        let runs_changed = self.refresh_entries(&snapshot.runs);
        let question_changed = self
            .answered
            .as_ref()
            .is_none_or(|(_, answered)| answered != question);
        if runs_changed || question_changed {
            self.refresh_order(question);
        }
        self.answered = Some((snapshot.revision, question.clone()));
    }

    /// Runs that pass the filter.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// All runs, filtered or not.
    pub(crate) fn total(&self) -> usize {
        self.entries.len()
    }

    /// The run at a row of the table.
    pub(crate) fn row(&self, row: usize) -> Option<&RunEntry> {
        self.entries.get(*self.order.get(row)?)
    }

    /// The run numbers from one row to another, whichever comes first.
    pub(crate) fn numbers_between(
        &self,
        one: usize,
        other: usize,
    ) -> impl Iterator<Item = u64> + '_ {
        let (first, last) = (one.min(other), one.max(other));
        self.order
            .iter()
            .skip(first)
            .take(last + 1 - first)
            .filter_map(|entry| Some(self.entries.get(*entry)?.run.number))
    }

    /// The row that shows a run, if the filter lets it through.
    pub(crate) fn row_of(&self, number: u64) -> Option<usize> {
        self.order.iter().position(|entry| {
            self.entries
                .get(*entry)
                .is_some_and(|entry| entry.run.number == number)
        })
    }

    /// Every metric that any run has.
    pub(crate) fn metric_keys(&self) -> &BTreeSet<Arc<str>> {
        &self.metric_keys
    }

    /// What in the filter was not understood.
    pub(crate) fn complaint(&self) -> Option<&str> {
        self.complaint.as_deref()
    }

    fn refresh_entries(&mut self, runs: &[Arc<Run>]) -> bool {
        let mut changed = self.entries.len() != runs.len();
        self.entries.truncate(runs.len());
        for (index, run) in runs.iter().enumerate() {
            match self.entries.get_mut(index) {
                Some(entry) if Arc::ptr_eq(&entry.run, run) => continue,
                Some(entry) => *entry = RunEntry::new(run),
                None => self.entries.push(RunEntry::new(run)),
            }
            changed = true;
            for key in run.metrics.keys() {
                if !self.metric_keys.contains(key) {
                    self.metric_keys.insert(key.clone());
                }
            }
        }
        changed
    }

    fn refresh_order(&mut self, question: &Question) {
        let filter = Filter::parse(&question.filter);
        let keys: Vec<SortKey> = self
            .entries
            .iter()
            .map(|entry| question.column.sort_key(&entry.run, entry.result.as_ref()))
            .collect();
        let mut order: Vec<usize> = (0..self.entries.len())
            .rev()
            .filter(|index| {
                let entry = &self.entries[*index];
                filter.accepts(&entry.run, &entry.searchable)
            })
            .collect();
        // The sort is stable, so that equal runs stay newest first.
        order.sort_by(|left, right| keys[*left].compare(&keys[*right], question.direction));
        self.order = order;
        self.complaint = filter.complaint;
    }
}
