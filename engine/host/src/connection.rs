//! A project, whoever holds it: for `millctl` a connection, for a window an engine of its own or a look at somebody else's.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::{Answer, Ask, Refusal, RunState, Snapshot, TaskState, TaskView};

use crate::engine::{Engine, Role};
use crate::error::HostError;
use crate::guest::Guest;
use crate::project;
use crate::room::Wake;
use crate::socket::Remote;

/// How long an errand of somebody else may hold the project before that is an error.
const LONGEST_ERRAND: Duration = Duration::from_secs(20);
/// A holder that ends drains requests first; longer than this means that it hangs.
const LONGEST_HANDOVER: Duration = Duration::from_secs(40);
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// What a window has of a project.
pub enum Opened {
    /// It holds the project.
    Own(Box<Engine>),
    /// Another process holds it, and carries out what this window asks.
    Guest(Box<Guest>),
}

impl Opened {
    /// Opens a project for a window. When another process holds it, the window looks on there; an errand of somebody is waited for.
    ///
    /// # Errors
    /// As [`Engine::open`]; a holder that does not answer is an error too.
    pub fn open(path: &Path, wake: Wake) -> Result<Self, HostError> {
        Self::within(LONGEST_ERRAND, path, &wake)
    }

    /// The same after the holder has ended, which may take it a while.
    ///
    /// # Errors
    /// As [`Opened::open`].
    pub fn take_over(path: &Path, wake: Wake) -> Result<Self, HostError> {
        Self::within(LONGEST_HANDOVER, path, &wake)
    }

    fn within(patience: Duration, path: &Path, wake: &Wake) -> Result<Self, HostError> {
        patiently(patience, || {
            let in_use = match Engine::open(path, wake.clone()) {
                Ok(engine) => return Ok(Ok(Self::Own(Box::new(engine)))),
                Err(error @ HostError::InUse { .. }) => error,
                Err(error) => return Err(error),
            };
            let (layout, info) = project::locate(path)?;
            let guest = Guest::join(&layout, info, wake.clone())?;
            Ok(guest
                .map(|guest| Self::Guest(Box::new(guest)))
                .ok_or(in_use))
        })
    }

    /// The newest snapshot; cheap.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        match self {
            Self::Own(engine) => engine.snapshot(),
            Self::Guest(guest) => guest.snapshot(),
        }
    }
}

/// A project, whoever holds it.
pub enum Connection {
    Own(Box<Engine>),
    Other(Remote),
}

impl Connection {
    /// For work that may take long: holds the project and answers others meanwhile, or reaches the process that does. `program` says to
    /// people what holds it, such as `millctl train`.
    ///
    /// # Errors
    /// As [`Engine::open`]; a holder that does not answer is an error too.
    pub fn for_work(path: &Path, program: &str) -> Result<Self, HostError> {
        Self::open_as(path, Role::Work(program))
    }

    /// For a program that serves until it is told to end: it watches folders too, as a window does.
    ///
    /// # Errors
    /// As [`Connection::for_work`].
    pub fn for_serving(path: &Path, program: &str) -> Result<Self, HostError> {
        Self::open_as(path, Role::Stay(program))
    }

    /// For a question or a small change that is over in a moment.
    ///
    /// # Errors
    /// As [`Connection::for_work`].
    pub fn for_errand(path: &Path) -> Result<Self, HostError> {
        Self::open_as(path, Role::Errand)
    }

    /// As [`Connection::for_serving`], after the holder has ended, which may take it a while.
    ///
    /// # Errors
    /// As [`Connection::for_work`].
    pub fn take_over(path: &Path, program: &str) -> Result<Self, HostError> {
        Self::within(LONGEST_HANDOVER, path, Role::Stay(program))
    }

    fn open_as(path: &Path, role: Role<'_>) -> Result<Self, HostError> {
        Self::within(LONGEST_ERRAND, path, role)
    }

    fn within(patience: Duration, path: &Path, role: Role<'_>) -> Result<Self, HostError> {
        patiently(patience, || {
            let in_use = match Engine::open_as(path, Arc::new(|| {}), role) {
                Ok(engine) => return Ok(Ok(Self::Own(Box::new(engine)))),
                Err(error @ HostError::InUse { .. }) => error,
                Err(error) => return Err(error),
            };
            let (layout, _info) = project::locate(path)?;
            Ok(Remote::find(&layout).map(Self::Other).ok_or(in_use))
        })
    }

    /// # Errors
    /// The refusal, as one sentence with a hint.
    pub fn ask(&self, ask: Ask, progress: &mut dyn FnMut(&TaskView)) -> Result<Answer, Refusal> {
        match self {
            Self::Own(engine) => engine.ask(ask, progress),
            Self::Other(remote) => remote.ask(ask, progress),
        }
    }

    /// Lets the project go. Work that others asked for meanwhile is finished first; a paused run is interrupted and can be resumed.
    pub fn close(self) {
        if let Self::Own(engine) = self {
            if let Some(desk) = &engine.desk {
                desk.wait_for_askers(&|| is_working(&engine.snapshot()));
            }
            engine.close();
        }
    }

    /// Lets the project go now: work that others asked for is interrupted and can be resumed.
    pub fn close_now(self) {
        if let Self::Own(engine) = self {
            engine.close();
        }
    }
}

/// Tries until it succeeds; its inner error counts only when patience has run out: somebody opens or closes the project just now, or is on
/// an errand.
fn patiently<T>(
    patience: Duration,
    mut attempt: impl FnMut() -> Result<Result<T, HostError>, HostError>,
) -> Result<T, HostError> {
    let started = Instant::now();
    loop {
        match attempt()? {
            Ok(opened) => return Ok(opened),
            Err(error) if started.elapsed() > patience => return Err(error),
            Err(_) => std::thread::sleep(LOOK_AGAIN),
        }
    }
}

fn is_working(snapshot: &Snapshot) -> bool {
    let is_paused = |task: &TaskView| {
        let run = snapshot
            .runs
            .iter()
            .rev()
            .find(|run| Some(&run.id) == task.run.as_ref());
        run.is_some_and(|run| run.state == RunState::Paused)
    };
    let mut running = snapshot
        .tasks
        .iter()
        .filter(|task| task.state == TaskState::Running);
    running.any(|task| !is_paused(task))
}
