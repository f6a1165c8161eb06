//! The local socket: whoever holds a project answers every other `millctl` and window.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use contract::{Answer, Ask, Refusal, Reply, TaskView};
use interprocess::local_socket::traits::{ListenerExt, Stream as _};
use interprocess::local_socket::{GenericNamespaced, ListenerOptions, Name, Stream, ToNsName};
use serde::{Deserialize, Serialize};

use crate::asker::{Asker, REPLY_QUEUE};
use crate::error::HostError;
use crate::project::Layout;
use crate::room::Input;

/// A question is small; more is not one of ours.
const LONGEST_ASK: u64 = 16 << 20;
/// Questions that are answered at the same time.
const MOST_ASKERS: usize = 64;
/// How often a desk that closes looks whether somebody still waits for an answer.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// `session.json`: how to reach the process that holds the project. Readable by its owner only; the token is the proof.
#[derive(Debug, Serialize, Deserialize)]
struct Session {
    pid: u32,
    socket: String,
    token: String,
}

/// Answers others until the process ends. Dropped, it removes `session.json`.
pub(crate) struct Desk {
    session: std::path::PathBuf,
    /// One strong count is the desk's, one the listener's, every other an asker's.
    askers: Arc<()>,
}

impl Desk {
    pub(crate) fn open(layout: &Layout, inbox: SyncSender<Input>) -> Result<Self, HostError> {
        let files = |what: &'static str, source| HostError::Files {
            what,
            path: layout.session(),
            source,
        };
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| files("make a token for", std::io::Error::other(error)))?;
        let token = blake3::hash(&secret).to_hex().to_string();
        let socket = format!("millrace-{}-{}.sock", std::process::id(), &token[..16]);
        let listener = ListenerOptions::new()
            .name(name(&socket)?)
            .create_sync()
            .map_err(|error| files("listen for", error))?;
        let session = Session {
            pid: std::process::id(),
            socket,
            token: token.clone(),
        };
        write_private(
            &layout.session(),
            &serde_json::to_vec(&session).unwrap_or_default(),
        )
        .map_err(|error| files("write", error))?;
        let token: Arc<str> = token.into();
        let askers = Arc::new(());
        let counted = askers.clone();
        std::thread::Builder::new()
            .name("desk".into())
            .spawn(move || {
                for stream in listener.incoming().filter_map(Result::ok) {
                    if Arc::strong_count(&counted) > MOST_ASKERS {
                        continue;
                    }
                    let (inbox, token, ticket) = (inbox.clone(), token.clone(), counted.clone());
                    let serve = move || {
                        let _ticket = ticket;
                        serve(&stream, &token, &inbox);
                    };
                    if let Err(error) = std::thread::Builder::new()
                        .name("asker".into())
                        .spawn(serve)
                    {
                        tracing::warn!("no thread to answer another program: {error}");
                    }
                }
            })
            .map_err(HostError::Threads)?;
        Ok(Self {
            session: layout.session(),
            askers,
        })
    }
}

impl Desk {
    /// Takes no new askers and waits until the last has its answer.
    pub(crate) fn wait_for_askers(&self) {
        const DESK_AND_LISTENER: usize = 2;
        self.hide();
        // Who has found it just before is let in.
        std::thread::sleep(LOOK_AGAIN);
        while Arc::strong_count(&self.askers) > DESK_AND_LISTENER {
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Nobody finds the desk any more; who has found it is answered.
    fn hide(&self) {
        if let Err(error) = std::fs::remove_file(&self.session)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::debug!("session.json stays: {error}");
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.hide();
    }
}

#[derive(Serialize, Deserialize)]
struct Hello {
    token: String,
    ask: Ask,
}

fn serve(stream: &Stream, token: &str, inbox: &SyncSender<Input>) {
    let mut line = Vec::new();
    if BufReader::new(stream.take(LONGEST_ASK))
        .read_until(b'\n', &mut line)
        .is_err()
    {
        return;
    }
    let hello: Hello = match serde_json::from_slice(&line) {
        Ok(hello) => hello,
        Err(error) => {
            return send(
                stream,
                &Reply::Refused(Refusal::new(format!("not a question: {error}"))),
            );
        }
    };
    // Hashing first makes the comparison take the same time wherever the tokens differ.
    if blake3::hash(hello.token.as_bytes()) != blake3::hash(token.as_bytes()) {
        return send(stream, &Reply::Refused(Refusal::new("the token is wrong")));
    }
    let (replies, answers) = sync_channel(REPLY_QUEUE);
    let asker = Asker::waiting("millctl".into(), replies);
    let input = match hello.ask {
        Ask::Command(command) => Input::Asked { command, asker },
        Ask::Query(query) => Input::Queried { query, asker },
    };
    if inbox.send(input).is_err() {
        return send(
            stream,
            &Reply::Refused(Refusal::new("the program is closing")),
        );
    }
    while let Ok(reply) = answers.recv() {
        let is_last = !matches!(reply, Reply::Progress(_));
        send(stream, &reply);
        if is_last {
            return;
        }
    }
}

fn send(mut stream: &Stream, reply: &Reply) {
    let Ok(mut line) = serde_json::to_vec(reply) else {
        return;
    };
    line.push(b'\n');
    if let Err(error) = stream.write_all(&line) {
        tracing::debug!("an asker left before its answer: {error}");
    }
}

/// A project that another process holds.
pub struct Remote {
    session: Session,
    /// The connection that proved that somebody answers; the first question goes through it.
    first: Mutex<Option<Stream>>,
}

impl Remote {
    /// The process that holds the project and answers; `None` if there is none, or it does not answer others.
    pub(crate) fn find(layout: &Layout) -> Option<Self> {
        let session = read_session(&layout.session())?;
        let first = Mutex::new(Some(connect(&session.socket).ok()?));
        Some(Self { session, first })
    }

    /// Asks and waits for the answer; progress is told on the way.
    ///
    /// # Errors
    /// The refusal of the other process, or that it has gone.
    pub fn ask(&self, ask: Ask, progress: &mut dyn FnMut(&TaskView)) -> Result<Answer, Refusal> {
        let gone = |error: &dyn std::fmt::Display| {
            Refusal::with_hint(
                format!("the other Millrace does not answer: {error}"),
                "try again; what it had acknowledged is kept",
            )
        };
        let first = self
            .first
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let mut stream = match first {
            Some(stream) => stream,
            None => connect(&self.session.socket).map_err(|error| gone(&error))?,
        };
        let hello = Hello {
            token: self.session.token.clone(),
            ask,
        };
        let mut line = serde_json::to_vec(&hello).map_err(|error| gone(&error))?;
        line.push(b'\n');
        stream.write_all(&line).map_err(|error| gone(&error))?;
        for line in BufReader::new(&stream).lines() {
            let line = line.map_err(|error| gone(&error))?;
            match serde_json::from_str(&line).map_err(|error| gone(&error))? {
                Reply::Progress(task) => progress(&task),
                Reply::Answer(answer) => return Ok(*answer),
                Reply::Refused(refusal) => return Err(refusal),
            }
        }
        Err(gone(&"it has ended"))
    }
}

fn read_session(path: &Path) -> Option<Session> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn connect(socket: &str) -> Result<Stream, std::io::Error> {
    Stream::connect(socket.to_ns_name::<GenericNamespaced>()?)
}

fn name(socket: &str) -> Result<Name<'_>, HostError> {
    socket
        .to_ns_name::<GenericNamespaced>()
        .map_err(|error| HostError::Unreachable {
            reason: error.to_string(),
        })
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // Temporary files are made readable by their owner only, and keep that when they are renamed.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}
