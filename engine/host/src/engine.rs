//! The engine of one project, as the window and `millctl` hold it: submit, ask, look, close.

use std::path::Path;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use arc_swap::ArcSwap;
use contract::{Answer, Ask, Command, Refusal, Reply, Snapshot, TaskView};
use journal::ProjectLock;

use crate::asker::{Asker, REPLY_QUEUE};
use crate::board::Board;
use crate::error::HostError;
use crate::open;
use crate::project;
use crate::room::{INBOX, Input, Wake};
use crate::socket::Desk;

/// A closing engine drains requests and checkpoints; longer than this means that something hangs.
const LONGEST_CLOSE: Duration = Duration::from_secs(30);
/// Windows that look on are told of the end; one that hangs is not waited for.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Holds a project. Dropped without `close`, it closes too.
pub struct Engine {
    inbox: SyncSender<Input>,
    published: Arc<ArcSwap<Snapshot>>,
    board: Arc<Board>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Let go in this order after the loop has ended: no answer without the lock.
    pub(crate) desk: Option<Desk>,
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

    pub(crate) fn open_as(path: &Path, wake: Wake, role: Role<'_>) -> Result<Self, HostError> {
        let (layout, info) = project::locate(path)?;
        project::check_writable(&layout)?;
        let lock = ProjectLock::acquire(&layout.lock())?.ok_or_else(|| HostError::InUse {
            path: layout.root.clone(),
        })?;
        let (inbox, inputs) = sync_channel(INBOX);
        let published = Arc::new(ArcSwap::from_pointee(Snapshot::default()));
        let board = Arc::new(Board::new(published.clone()));
        let wake: Wake = {
            let board = board.clone();
            Arc::new(move || {
                board.ring();
                wake();
            })
        };
        let mut room = open::open_room(&layout, info, (inbox.clone(), board.clone()), wake)?;
        open::mend(&mut room)?;
        let desk = role
            .program()
            .map(|program| Desk::open(&layout, program, inbox.clone(), board.clone()))
            .transpose()?;
        match role {
            Role::Window => open::look_around(&mut room),
            Role::Stay(_) => open::watch_folders(&mut room),
            Role::Work(_) | Role::Errand => {}
        }
        // Whoever opens it sees the project at once.
        room.publish();
        let ending = CloseBoard(board.clone());
        let thread = std::thread::Builder::new()
            .name("host".into())
            .spawn(move || {
                let _ending = ending;
                room.run(&inputs);
            })
            .map_err(HostError::Threads)?;
        Ok(Self {
            inbox,
            published,
            board,
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
        // Whoever comes from now on waits for the lock.
        if let Some(desk) = &self.desk {
            desk.hide();
        }
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
        self.board.wait_until_empty(LAST_WORDS);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.end();
    }
}

/// What a project is held for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role<'a> {
    /// Watches folders, looks for devices, answers others.
    Window,
    /// Stays until it is told to end, with nobody looking on: watches folders, answers others. The words say to people what it is.
    Stay(&'a str),
    /// May take long, and answers others meanwhile.
    Work(&'a str),
    /// Over in a moment: others wait for it rather than hang on to something that ends.
    Errand,
}

impl Role<'_> {
    /// What other windows call the holder; `None` for one that does not answer.
    fn program(&self) -> Option<&str> {
        match self {
            Self::Window => Some("another window"),
            Self::Stay(program) | Self::Work(program) => Some(program),
            Self::Errand => None,
        }
    }
}

/// Tells whoever looks on that the engine room has ended, however it ended.
struct CloseBoard(Arc<Board>);

impl Drop for CloseBoard {
    fn drop(&mut self) {
        self.0.close(std::thread::panicking());
    }
}
