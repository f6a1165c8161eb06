//! What arrives at the window from its threads: an opened project, picked files, a finished goodbye.

use std::path::PathBuf;
use std::sync::mpsc::SyncSender;

use contract::DataVersionRef;

use crate::action::Wish;
use crate::engine::Start;

/// Answers that wait for the next frame.
pub(crate) const QUEUE: usize = 64;

pub(crate) enum Arrival {
    Opened(Start, Result<host::Opened, Problem>),
    /// After the end of the process that held the project of this path.
    TookOver(PathBuf, Result<host::Opened, Problem>),
    /// Nothing was picked when the list is empty.
    Picked(Purpose, Vec<PathBuf>),
    /// No dialog could be shown.
    NoDialog(Purpose),
    /// The sample was written to disk and can be imported.
    SampleWritten(Result<PathBuf, Problem>),
    Closed,
    DeviceLost(String),
    /// A notification was clicked: the window comes to the front, at what it is about.
    ComeForward(Wish),
}

/// What a file dialog is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    NewProject,
    OpenProject,
    ImportFiles,
    WatchFolder,
    WriteBackup,
    ExportRejects(DataVersionRef),
}

/// Something that failed, as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) what: String,
    pub(crate) why: String,
    pub(crate) hint: Option<String>,
}

/// Puts an answer into the queue. A window that no longer takes answers is closing, and needs none.
pub(crate) fn arrive(arrivals: &SyncSender<Arrival>, arrival: Arrival) {
    if arrivals.try_send(arrival).is_err() {
        tracing::debug!("the window takes no more answers");
    }
}
