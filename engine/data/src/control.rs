//! How long work is watched from outside: progress out, cancellation in.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::DataError;

/// The two strings on every piece of long work.
pub struct Control<'a> {
    pub cancel: &'a AtomicBool,
    /// Called from the working thread and from its watcher, several times a second.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// How far the work has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// `checking`, `converting`, `reading`, `profiling`.
    pub stage: &'static str,
    pub done: u64,
    pub total: Option<u64>,
    /// `bytes`, `rows`, `columns`.
    pub unit: &'static str,
}

impl Control<'_> {
    /// For work that nobody watches: it cannot be cancelled and reports to nobody.
    pub fn unattended() -> Control<'static> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        Control {
            cancel: &NEVER,
            progress: &|_| {},
        }
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    pub(crate) fn check(&self) -> Result<(), DataError> {
        if self.is_cancelled() {
            return Err(DataError::Cancelled);
        }
        Ok(())
    }

    pub(crate) fn bytes(&self, stage: &'static str, done: u64, total: u64) {
        (self.progress)(Progress {
            stage,
            done,
            total: Some(total),
            unit: "bytes",
        });
    }

    pub(crate) fn rows(&self, stage: &'static str, done: u64, total: u64) {
        (self.progress)(Progress {
            stage,
            done,
            total: Some(total),
            unit: "rows",
        });
    }

    pub(crate) fn columns(&self, done: usize, total: usize) {
        (self.progress)(Progress {
            stage: "profiling",
            done: done as u64,
            total: Some(total as u64),
            unit: "columns",
        });
    }
}
