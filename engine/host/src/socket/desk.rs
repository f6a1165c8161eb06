//! The desk of whoever holds a project: lets others in by their token, and answers each on a thread of its own.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use contract::{Answer, Ask, Command, ModelSelector, Refusal, Reply};
use interprocess::local_socket::traits::ListenerExt;
use interprocess::local_socket::{Listener, ListenerOptions, Stream};

use super::watching::{hear, turn_away, watch};
use super::{Hello, LONGEST_ASK, Session, VERSION, Wish, name, write_private};
use crate::asker::{Asker, REPLY_QUEUE};
use crate::board::Board;
use crate::error::HostError;
use crate::project::Layout;
use crate::room::{Input, Room};

/// Questions that are answered at the same time.
const MOST_ASKERS: usize = 64;
/// How often a desk that closes looks whether somebody still waits for an answer.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Answers others until it is dropped; then it removes `session.json`.
pub(crate) struct Desk {
    path: PathBuf,
    session: Session,
    /// One strong count is the desk's, one the listener's, every other an asker's.
    askers: Arc<()>,
    is_closed: Arc<AtomicBool>,
}

/// What every thread of the desk has.
struct Post {
    token: String,
    inbox: SyncSender<Input>,
    board: Arc<Board>,
}

impl Desk {
    /// `program` says who holds the project, for people.
    pub(crate) fn open(
        layout: &Layout,
        program: &str,
        inbox: SyncSender<Input>,
        board: Arc<Board>,
    ) -> Result<Self, HostError> {
        let files = |what: &'static str, source| HostError::Files {
            what,
            path: layout.session(),
            source,
        };
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| files("make a token for", io::Error::other(error)))?;
        let token = blake3::hash(&secret).to_hex().to_string();
        let socket = format!("millrace-{}-{}.sock", std::process::id(), &token[..16]);
        let listener = ListenerOptions::new()
            .name(name(&socket)?)
            .create_sync()
            .map_err(|error| files("listen for", error))?;
        let desk = Self {
            path: layout.session(),
            session: Session {
                pid: std::process::id(),
                program: program.to_owned(),
                version: VERSION.to_owned(),
                socket,
                token: token.clone(),
            },
            askers: Arc::new(()),
            is_closed: Arc::default(),
        };
        desk.show().map_err(|error| files("write", error))?;
        let post = Arc::new(Post {
            token,
            inbox,
            board,
        });
        let (askers, is_closed) = (desk.askers.clone(), desk.is_closed.clone());
        std::thread::Builder::new()
            .name("desk".into())
            .spawn(move || listen(&listener, &post, &askers, &is_closed))
            .map_err(HostError::Threads)?;
        Ok(desk)
    }

    /// Waits until nobody waits for an answer and no work is going on. Meanwhile everybody else is answered too; only when all is quiet
    /// the desk is no longer found.
    pub(crate) fn wait_for_askers(&self, is_working: &dyn Fn() -> bool) {
        const DESK_AND_LISTENER: usize = 2;
        let is_busy = || is_working() || Arc::strong_count(&self.askers) > DESK_AND_LISTENER;
        loop {
            while is_busy() {
                std::thread::sleep(LOOK_AGAIN);
            }
            self.hide();
            // Who has found it just before is let in.
            std::thread::sleep(LOOK_AGAIN);
            if !is_busy() {
                return;
            }
            if let Err(error) = self.show() {
                tracing::warn!("others have to wait until all work is done: {error}");
            }
        }
    }

    fn show(&self) -> io::Result<()> {
        write_private(
            &self.path,
            &serde_json::to_vec(&self.session).unwrap_or_default(),
        )
    }

    /// Nobody finds the desk any more; who has found it is answered.
    pub(crate) fn hide(&self) {
        if let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::debug!("session.json stays: {error}");
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.hide();
        self.is_closed.store(true, Ordering::Release);
        // The listener sleeps until somebody comes.
        let _woken = self.session.connect();
    }
}

fn listen(listener: &Listener, post: &Arc<Post>, askers: &Arc<()>, is_closed: &AtomicBool) {
    for stream in listener.incoming().filter_map(Result::ok) {
        if is_closed.load(Ordering::Acquire) {
            return;
        }
        if Arc::strong_count(askers) > MOST_ASKERS {
            continue;
        }
        let (post, ticket) = (post.clone(), askers.clone());
        let serve = move || serve(&stream, &post, ticket);
        if let Err(error) = std::thread::Builder::new()
            .name("asker".into())
            .spawn(serve)
        {
            tracing::warn!("no thread to answer another program: {error}");
        }
    }
}

fn serve(stream: &Stream, post: &Post, ticket: Arc<()>) {
    let mut lines = BufReader::new(stream);
    let Ok(line) = read_line(&mut lines) else {
        return;
    };
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
    if blake3::hash(hello.token.as_bytes()) != blake3::hash(post.token.as_bytes()) {
        let refusal = Refusal::new("the token is wrong");
        return match hello.wish {
            Wish::Ask(_) | Wish::Keep { .. } | Wish::Release { .. } => {
                send(stream, &Reply::Refused(refusal))
            }
            Wish::Watch => turn_away(stream, refusal),
            // Nobody reads there.
            Wish::Speak { .. } => {}
        };
    }
    match hello.wish {
        Wish::Ask(ask) => {
            answer(stream, ask, &post.inbox);
            drop(ticket);
        }
        // Windows are counted by their seats, and nobody waits for them.
        Wish::Watch => {
            drop(ticket);
            watch(stream, &post.board, &post.inbox);
        }
        Wish::Speak { seat } => {
            drop(ticket);
            hear(&mut lines, &post.board, seat, &post.inbox);
        }
        // A program that only holds the project for work of its own ends all the same; the keeper takes over.
        Wish::Keep {
            keeper,
            selectors,
            port,
        } => {
            drop(ticket);
            keep(stream, &mut lines, (keeper, selectors, port), &post.inbox);
        }
        Wish::Release { keeper } => {
            release(keeper, &post.inbox);
            send(stream, &Reply::Answer(Box::new(Answer::Done)));
            drop(ticket);
        }
    }
}

fn answer(stream: &Stream, ask: Ask, inbox: &SyncSender<Input>) {
    let (replies, answers) = sync_channel(REPLY_QUEUE);
    let asker = Asker::elsewhere("millctl".into(), replies);
    let input = match ask {
        Ask::Command(command) => Input::Asked { command, asker },
        Ask::Query(query) => Input::Queried { query, asker },
    };
    if inbox.send(input).is_err() {
        return send(stream, &closing());
    }
    while let Ok(reply) = answers.recv() {
        let is_last = !matches!(reply, Reply::Progress(_));
        send(stream, &reply);
        if is_last {
            return;
        }
    }
}

fn closing() -> Reply {
    Reply::Refused(Refusal::new("the program is closing"))
}

/// Serves models for as long as the other program stays, however it ends.
fn keep(
    stream: &Stream,
    lines: &mut impl BufRead,
    (keeper, selectors, port): (u64, Vec<ModelSelector>, u16),
    inbox: &SyncSender<Input>,
) {
    let mut last = closing();
    for selector in selectors {
        let (replies, answers) = sync_channel(REPLY_QUEUE);
        let input = Input::Asked {
            command: Command::StartEndpoint { selector, port },
            asker: Asker::keeping(keeper, replies),
        };
        last = match inbox.send(input) {
            Ok(()) => answers.recv().unwrap_or_else(|_| closing()),
            Err(_) => closing(),
        };
        if matches!(last, Reply::Refused(_)) {
            break;
        }
    }
    let is_served = matches!(last, Reply::Answer(_));
    if !is_served {
        release(keeper, inbox);
    }
    send(stream, &last);
    if is_served {
        // It says nothing more; this returns when it has gone.
        let _gone = read_line(lines);
        release(keeper, inbox);
    }
}

/// Returns when what nobody else serves has ended, its log included.
fn release(keeper: u64, inbox: &SyncSender<Input>) {
    let (done, ended) = sync_channel(1);
    let leave = move |room: &mut Room| room.release_endpoints(keeper, Some(done));
    if inbox.send(Input::Found(Box::new(leave))).is_ok() {
        // A room that closes drains by itself.
        let _closed = ended.recv();
    }
}

/// One line, at most as long as a question may be; empty at the end.
pub(super) fn read_line(lines: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    lines.take(LONGEST_ASK).read_until(b'\n', &mut line)?;
    Ok(line)
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
