//! The project that is open, and the threads that open and close it; the only file that calls the engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use contract::{Command, Refusal, Snapshot};
use host::{Engine, Guest, Holder, HostError, Opened};

use crate::arrival::{Arrival, Problem, arrive};
use crate::handover::{Handover, Holding};

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
    /// This window holds the project.
    Engine(Box<Engine>),
    /// Another process holds it.
    Guest(Box<Guest>),
    /// The other process has ended, and the project is being opened anew.
    Changing(Box<Handover>),
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
            Self::Guest(guest) => guest.snapshot(),
            Self::Changing(handover) => Arc::clone(&handover.snapshot),
            #[cfg(test)]
            Self::Still { snapshot, .. } => Arc::clone(snapshot),
        }
    }

    /// # Errors
    /// When the engine is busy; nothing happened then.
    pub(crate) fn submit(&self, command: Command) -> Result<(), Refusal> {
        match self {
            Self::Engine(engine) => engine.submit(command),
            Self::Guest(guest) => guest.submit(command),
            Self::Changing(handover) => handover.submit(command),
            #[cfg(test)]
            Self::Still { asked, .. } => {
                asked.borrow_mut().push(command);
                Ok(())
            }
        }
    }

    /// Who holds the project, where it is not this window.
    pub(crate) fn holder(&self) -> Option<&Holder> {
        match self {
            Self::Guest(guest) => Some(guest.holder()),
            _ => None,
        }
    }

    pub(crate) fn holding(&self) -> Option<Holding> {
        match self {
            Self::Changing(_) => Some(Holding::Changing),
            _ => self.holder().cloned().map(Holding::Elsewhere),
        }
    }

    /// True if work ends with this window. What another process does goes on without it.
    pub(crate) fn does_the_work(&self) -> bool {
        self.holding().is_none()
    }
}

impl From<Opened> for Link {
    fn from(opened: Opened) -> Self {
        match opened {
            Opened::Own(engine) => Self::Engine(engine),
            Opened::Guest(guest) => Self::Guest(guest),
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
            Start::Open(path) => Opened::open(path, Arc::clone(&wake)),
            Start::Create(path) => {
                Engine::create(path, Arc::clone(&wake)).map(|engine| Opened::Own(Box::new(engine)))
            }
        };
        let what = match &start {
            Start::Open(_) => "The project could not be opened",
            Start::Create(_) => "The project could not be made",
        };
        let result = opened.map_err(|error| problem(what, &error));
        arrive(&arrivals, Arrival::Opened(start, result));
        wake();
    };
    on_thread("open-project", work).map_err(|why| Problem {
        what: format!("{name} could not be opened"),
        why,
        hint: None,
    })
}

/// The same after its holder has ended: this window holds it then, or looks on at whoever was quicker.
pub(crate) fn take_over(
    path: PathBuf,
    wake: Wake,
    arrivals: SyncSender<Arrival>,
) -> Result<(), Problem> {
    const WHAT: &str =
        "The program that held the project has ended, and it could not be taken over";
    let work = move || {
        let opened = Opened::take_over(&path, Arc::clone(&wake));
        let result = opened.map_err(|error| problem(WHAT, &error));
        arrive(&arrivals, Arrival::TookOver(path, result));
        wake();
    };
    on_thread("take-over", work).map_err(|why| Problem {
        what: WHAT.to_owned(),
        why,
        hint: Some("Open it again".to_owned()),
    })
}

fn problem(what: &str, error: &HostError) -> Problem {
    let refusal = error.refusal();
    Problem {
        what: what.to_owned(),
        why: refusal.error,
        hint: refusal.hint,
    }
}

/// Drains and stops on a thread of its own; `Arrival::Closed` says that it is done.
pub(crate) fn close(link: Link, wake: Wake, arrivals: SyncSender<Arrival>) {
    let work = {
        let (wake, arrivals) = (Arc::clone(&wake), arrivals.clone());
        move || {
            match link {
                Link::Engine(engine) => engine.close(),
                // The other process goes on.
                Link::Guest(_) | Link::Changing(_) => {}
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
