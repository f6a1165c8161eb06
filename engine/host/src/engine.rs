//! The engine of one project, as the window and `millctl` hold it: submit, ask, look, close.

use std::path::Path;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use contract::{Answer, Ask, Command, Refusal, Reply, Snapshot, TaskView};
use journal::ProjectLock;

use crate::asker::{Asker, REPLY_QUEUE};
use crate::error::HostError;
use crate::open;
use crate::project;
use crate::room::{INBOX, Input, Wake};
use crate::socket::{Desk, Remote};

/// A closing engine drains requests and checkpoints; longer than this means that something hangs.
const LONGEST_CLOSE: Duration = Duration::from_secs(30);

/// Holds a project. Dropped without `close`, it closes too.
pub struct Engine {
    inbox: SyncSender<Input>,
    published: Arc<ArcSwap<Snapshot>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Let go in this order after the loop has ended: no answer without the lock.
    desk: Option<Desk>,
    _lock: ProjectLock,
}

impl Engine {
    /// Makes a project folder and opens it.
    ///
    /// # Errors
    /// When the folder exists or cannot be written.
    pub fn create(path: &Path, wake: Wake) -> Result<Self, HostError> {
        project::create_project(path)?;
        Self::open(path, wake)
    }

    /// Opens a project for a window: it watches folders and looks for devices. May take a second after a crash.
    ///
    /// # Errors
    /// When another process holds it, when it cannot be written, or when its journal was tampered with.
    pub fn open(path: &Path, wake: Wake) -> Result<Self, HostError> {
        Self::open_as(path, wake, Role::Window)
    }

    pub(crate) fn open_as(path: &Path, wake: Wake, role: Role) -> Result<Self, HostError> {
        let (layout, info) = project::locate(path)?;
        project::check_writable(&layout)?;
        let lock = ProjectLock::acquire(&layout.lock())?.ok_or_else(|| HostError::InUse {
            path: layout.root.clone(),
        })?;
        let (inbox, inputs) = sync_channel(INBOX);
        let published = Arc::new(ArcSwap::from_pointee(Snapshot::default()));
        let mut room = open::open_room(&layout, info, (inbox.clone(), published.clone()), wake)?;
        open::mend(&mut room)?;
        let desk = match role {
            Role::Errand => None,
            Role::Window | Role::Work => Some(Desk::open(&layout, inbox.clone())?),
        };
        if role == Role::Window {
            open::look_around(&mut room);
        }
        let thread = std::thread::Builder::new()
            .name("host".into())
            .spawn(move || room.run(&inputs))
            .map_err(HostError::Threads)?;
        Ok(Self {
            inbox,
            published,
            thread: Mutex::new(Some(thread)),
            desk,
            _lock: lock,
        })
    }

    /// Hands a command down. Never waits.
    ///
    /// # Errors
    /// "Busy" when too many commands wait already, or that the engine has ended.
    pub fn submit(&self, command: Command) -> Result<(), Refusal> {
        self.inbox
            .try_send(Input::Asked {
                command,
                asker: Asker::window(),
            })
            .map_err(|error| match error {
                TrySendError::Full(_) => {
                    Refusal::with_hint("Millrace is busy", "try again in a moment")
                }
                TrySendError::Disconnected(_) => Refusal::with_hint(
                    "the engine has stopped",
                    "open the project again; nothing was lost",
                ),
            })
    }

    /// The newest snapshot; cheap.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.load_full()
    }

    /// Asks and waits for the answer; for threads that may wait.
    ///
    /// # Errors
    /// The refusal, or that the engine has ended.
    pub fn ask(&self, ask: Ask, progress: &mut dyn FnMut(&TaskView)) -> Result<Answer, Refusal> {
        let ended = || {
            Refusal::with_hint(
                "the engine has stopped",
                "open the project again; nothing was lost",
            )
        };
        let (replies, answers) = sync_channel(REPLY_QUEUE);
        let asker = Asker::waiting("millctl".into(), replies);
        let input = match ask {
            Ask::Command(command) => Input::Asked { command, asker },
            Ask::Query(query) => Input::Queried { query, asker },
        };
        self.inbox.send(input).map_err(|_| ended())?;
        while let Ok(reply) = answers.recv() {
            match reply {
                Reply::Progress(task) => progress(&task),
                Reply::Answer(answer) => return Ok(*answer),
                Reply::Refused(refusal) => return Err(refusal),
            }
        }
        Err(ended())
    }

    /// Drains and stops: runs are marked interrupted and can be resumed, the server finishes what is in flight.
    pub fn close(self) {
        self.end();
    }

    fn end(&self) {
        let Some(thread) = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
        else {
            return;
        };
        let (done, closed) = sync_channel(1);
        if self.inbox.send(Input::Close { done }).is_ok()
            && closed.recv_timeout(LONGEST_CLOSE).is_err()
        {
            tracing::error!(
                "the engine did not close in time; the journal has every acknowledged fact"
            );
            return;
        }
        if thread.join().is_err() {
            tracing::error!("the engine room panicked; the journal has every acknowledged fact");
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.end();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Watches folders, looks for devices, answers others.
    Window,
    /// May take long, and answers others meanwhile.
    Work,
    /// Over in a moment: others wait for it rather than hang on to something that ends.
    Errand,
}

/// A project, whoever holds it.
pub enum Connection {
    Own(Box<Engine>),
    Other(Remote),
}

/// How long an errand of somebody else may hold the project before that is an error.
const LONGEST_ERRAND: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(25);

impl Connection {
    /// For work that may take long: holds the project and answers others meanwhile, or reaches the process that does.
    ///
    /// # Errors
    /// As [`Engine::open`]; a holder that does not answer is an error too.
    pub fn for_work(path: &Path) -> Result<Self, HostError> {
        Self::open_as(path, Role::Work)
    }

    /// For a question or a small change that is over in a moment.
    ///
    /// # Errors
    /// As [`Connection::for_work`].
    pub fn for_errand(path: &Path) -> Result<Self, HostError> {
        Self::open_as(path, Role::Errand)
    }

    fn open_as(path: &Path, role: Role) -> Result<Self, HostError> {
        let started = Instant::now();
        loop {
            let error = match Engine::open_as(path, Arc::new(|| {}), role) {
                Ok(engine) => return Ok(Self::Own(Box::new(engine))),
                Err(error @ HostError::InUse { .. }) => error,
                Err(error) => return Err(error),
            };
            let (layout, _info) = project::locate(path)?;
            if let Some(remote) = Remote::find(&layout) {
                return Ok(Self::Other(remote));
            }
            // Somebody opens it just now, or is on an errand.
            if started.elapsed() > LONGEST_ERRAND {
                return Err(error);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// # Errors
    /// The refusal, as one sentence with a hint.
    pub fn ask(&self, ask: Ask, progress: &mut dyn FnMut(&TaskView)) -> Result<Answer, Refusal> {
        match self {
            Self::Own(engine) => engine.ask(ask, progress),
            Self::Other(remote) => remote.ask(ask, progress),
        }
    }

    /// Lets the project go. Work that others asked for meanwhile is finished first.
    pub fn close(self) {
        if let Self::Own(engine) = self {
            if let Some(desk) = &engine.desk {
                desk.wait_for_askers();
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
