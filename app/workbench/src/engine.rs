//! The project that is open, and the threads that open and close it; the only file that calls the engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use contract::{Command, Refusal, Snapshot};

use crate::arrival::{Arrival, Problem, arrive};

/// Wakes the window; given to the engine, called from its threads.
pub(crate) type Wake = Arc<dyn Fn() + Send + Sync>;

/// What the window has of a project.
#[derive(Default)]
pub(crate) enum Project {
    #[default]
    None,
    Opening {
        path: PathBuf,
        /// Asked for as soon as it is open.
        then: Vec<Command>,
    },
    Open {
        path: PathBuf,
        link: Link,
    },
    Closing,
}

/// The way down.
pub(crate) enum Link {
    Engine(Box<host::Engine>),
    /// A picture that stays, and what was asked over it: for tests of the window alone.
    #[cfg(test)]
    Still {
        snapshot: Arc<Snapshot>,
        asked: std::cell::RefCell<Vec<Command>>,
    },
}

impl Link {
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        match self {
            Self::Engine(engine) => engine.snapshot(),
            #[cfg(test)]
            Self::Still { snapshot, .. } => Arc::clone(snapshot),
        }
    }

    /// # Errors
    /// When the engine is busy; nothing happened then.
    pub(crate) fn submit(&self, command: Command) -> Result<(), Refusal> {
        match self {
            Self::Engine(engine) => engine.submit(command),
            #[cfg(test)]
            Self::Still { asked, .. } => {
                asked.borrow_mut().push(command);
                Ok(())
            }
        }
    }
}

impl Project {
    pub(crate) fn link(&self) -> Option<&Link> {
        match self {
            Self::Open { link, .. } => Some(link),
            _ => None,
        }
    }

    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::Opening { .. } | Self::Closing)
    }
}

/// What is to be done with a path before it is a project.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Start {
    Open(PathBuf),
    Create(PathBuf),
}

impl Start {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Open(path) | Self::Create(path) => path,
        }
    }
}

/// Opens or creates on a thread of its own; the answer arrives.
pub(crate) fn start(
    start: Start,
    wake: Wake,
    arrivals: SyncSender<Arrival>,
) -> Result<(), Problem> {
    let name = start.path().display().to_string();
    let work = move || {
        let opened = match &start {
            Start::Open(path) => host::Engine::open(path, Arc::clone(&wake)),
            Start::Create(path) => host::Engine::create(path, Arc::clone(&wake)),
        };
        let result = opened.map(Box::new).map_err(|error| {
            let refusal = error.refusal();
            let what = match &start {
                Start::Open(_) => "The project could not be opened",
                Start::Create(_) => "The project could not be made",
            };
            Problem {
                what: what.to_owned(),
                why: refusal.error,
                hint: refusal.hint,
            }
        });
        arrive(&arrivals, Arrival::Opened(start, result));
        wake();
    };
    on_thread("open-project", work).map_err(|why| Problem {
        what: format!("{name} could not be opened"),
        why,
        hint: None,
    })
}

/// Drains and stops on a thread of its own; `Arrival::Closed` says that it is done.
pub(crate) fn close(link: Link, wake: Wake, arrivals: SyncSender<Arrival>) {
    let work = {
        let (wake, arrivals) = (Arc::clone(&wake), arrivals.clone());
        move || {
            match link {
                Link::Engine(engine) => engine.close(),
                #[cfg(test)]
                Link::Still { .. } => {}
            }
            arrive(&arrivals, Arrival::Closed);
            wake();
        }
    };
    // Without a thread the link was dropped with the closure, and dropping closes too.
    if on_thread("close-project", work).is_err() {
        arrive(&arrivals, Arrival::Closed);
        wake();
    }
}

/// Runs `work` on a thread of this name.
///
/// # Errors
/// A sentence, when no thread can be made.
pub(crate) fn on_thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), String> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
        .map_err(|error| format!("the system gives no more threads: {error}"))
}
