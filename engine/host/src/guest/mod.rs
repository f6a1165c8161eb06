//! A guest: a window on a project that another process holds. It is shown that process's snapshots, and its commands are carried out there.

mod outbox;

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use arc_swap::ArcSwap;
use contract::{Command, ProjectInfo, Refusal, Snapshot};
use interprocess::local_socket::Stream;

use crate::error::HostError;
use crate::project::Layout;
use crate::room::Wake;
use crate::socket::{Frame, Holder, Session, VERSION, Wish, read_frame};
use outbox::Outbox;

pub use outbox::Leftovers;

/// The first picture comes within milliseconds; a holder that takes longer hangs.
const LONGEST_WELCOME: Duration = Duration::from_secs(10);

/// Looks on until it is dropped; the holder goes on without it.
pub struct Guest {
    holder: Holder,
    shared: Arc<Shared>,
}

struct Shared {
    newest: ArcSwap<Snapshot>,
    outbox: Outbox,
    has_ended: AtomicBool,
    wake: Wake,
}

/// How a guest is received.
enum Reception {
    Seated { seat: u64 },
    Closing,
    Refused(Refusal),
}

impl Guest {
    /// Looks on at whoever holds the project; `None` when nobody answers just now: somebody is on an errand, opens it or closes it.
    pub(crate) fn join(
        layout: &Layout,
        project: Arc<ProjectInfo>,
        wake: Wake,
    ) -> Result<Option<Self>, HostError> {
        let Some(session) = Session::read(&layout.session()) else {
            return Ok(None);
        };
        let Ok(stream) = session.connect() else {
            return Ok(None);
        };
        if session.version != VERSION {
            return Err(HostError::OtherVersion {
                pid: session.pid,
                version: session.version,
            });
        }
        let unreachable = |reason: String| HostError::Unreachable { reason };
        if session.greet(&stream, Wish::Watch).is_err() {
            return Ok(None);
        }
        let shared = Arc::new(Shared {
            newest: ArcSwap::from_pointee(Snapshot {
                project: Some(project),
                ..Snapshot::default()
            }),
            outbox: Outbox::default(),
            has_ended: AtomicBool::new(false),
            wake,
        });
        let (first, received) = sync_channel(1);
        let watching = shared.clone();
        on_thread("guest", move || watching.watch(&stream, first))?;
        let seat = match received.recv_timeout(LONGEST_WELCOME) {
            Ok(Reception::Seated { seat }) => seat,
            Ok(Reception::Closing) | Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Ok(Reception::Refused(refusal)) => return Err(HostError::TurnedAway { refusal }),
            Err(RecvTimeoutError::Timeout) => {
                let reason = format!("process {} said nothing", session.pid);
                return Err(unreachable(reason));
            }
        };
        let guest = Self {
            holder: session.holder(),
            shared,
        };
        let Ok(stream) = session.connect() else {
            return Ok(None);
        };
        if session.greet(&stream, Wish::Speak { seat }).is_err() {
            return Ok(None);
        }
        let speaking = guest.shared.clone();
        on_thread("guest-speaks", move || speaking.speak(&stream))?;
        Ok(Some(guest))
    }

    /// Who holds the project.
    pub fn holder(&self) -> &Holder {
        &self.holder
    }

    /// The newest snapshot; cheap.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.newest.load_full()
    }

    /// Hands a command to the holder. Never waits.
    ///
    /// # Errors
    /// "Busy" when too many commands wait already.
    pub fn submit(&self, command: Command) -> Result<(), Refusal> {
        self.shared.outbox.put(command)
    }

    /// True once the holder has gone; the last snapshot stays.
    pub fn has_ended(&self) -> bool {
        self.shared.has_ended.load(Ordering::Acquire)
    }

    /// What the next holder is to be asked, after the end of this one.
    pub fn leftovers(&self) -> Leftovers {
        self.shared.outbox.leftovers()
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        // The speaking thread ends and closes its connection; by that the holder knows that the window has left.
        self.shared.outbox.close();
    }
}

impl Shared {
    /// Takes what the holder shows until one of the two ends.
    fn watch(&self, stream: &Stream, first: SyncSender<Reception>) {
        let mut first = Some(first);
        if let Err(error) = self.take_frames(stream, &mut first) {
            tracing::debug!("the holder of the project has gone: {error}");
        }
        self.outbox.end();
        self.has_ended.store(true, Ordering::Release);
        (self.wake)();
    }

    fn take_frames(
        &self,
        stream: &Stream,
        first: &mut Option<SyncSender<Reception>>,
    ) -> io::Result<()> {
        let mut welcome = None;
        let mut receive = |reception| {
            if let Some(first) = first.take() {
                // Who joined may have lost patience.
                let _gone = first.send(reception);
            }
        };
        loop {
            match read_frame(stream)? {
                Frame::Welcome { seat } => welcome = Some(seat),
                Frame::News(news) => {
                    let before = self.newest.load();
                    let now = news.delta.put_on(&before).map_err(io::Error::other)?;
                    self.newest.store(Arc::new(now));
                    self.outbox.forget(news.obeyed);
                    // Not before there is something to see.
                    if let Some(seat) = welcome.take() {
                        receive(Reception::Seated { seat });
                    }
                    (self.wake)();
                }
                Frame::Goodbye { obeyed } => {
                    self.outbox.settle(obeyed);
                    return Ok(());
                }
                Frame::Closing => {
                    receive(Reception::Closing);
                    return Ok(());
                }
                Frame::Refused(refusal) => {
                    receive(Reception::Refused(refusal));
                    return Ok(());
                }
            }
        }
    }

    /// Takes commands to the holder until one of the two ends. What could not be sent stays in the outbox.
    fn speak(&self, mut stream: &Stream) {
        while let Some(command) = self.outbox.take() {
            let sent = serde_json::to_vec(&command)
                .map_err(io::Error::other)
                .and_then(|mut line| {
                    line.push(b'\n');
                    stream.write_all(&line)
                });
            if let Err(error) = sent {
                tracing::debug!("a command did not reach the holder: {error}");
                return;
            }
        }
    }
}

fn on_thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), HostError> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(work)
        .map(drop)
        .map_err(HostError::Threads)
}
