//! The local socket: whoever holds a project answers every other `millctl`, and shows windows what happens.

mod desk;
mod frames;
mod remote;
mod watching;

use std::io::Write;
use std::path::Path;

use contract::{Ask, ModelSelector};
use interprocess::local_socket::traits::Stream as _;
use interprocess::local_socket::{GenericNamespaced, Name, Stream, ToNsName};
use serde::{Deserialize, Serialize};

use crate::error::HostError;

pub(crate) use desk::Desk;
pub(crate) use frames::{Frame, News, read_frame};
pub use remote::{Keeping, Kept, Remote};

/// Programs of another version would misread each other.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A question is small; more is not one of ours.
const LONGEST_ASK: u64 = 16 << 20;

/// The program that holds a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub pid: u32,
    /// Such as `millctl train` or “another window”.
    pub program: String,
}

/// `session.json`: how to reach the process that holds the project. Readable by its owner only; the token is the proof.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub pid: u32,
    #[serde(default)]
    pub program: String,
    #[serde(default)]
    pub version: String,
    socket: String,
    token: String,
}

/// The first line of whoever comes.
#[derive(Serialize, Deserialize)]
struct Hello {
    token: String,
    wish: Wish,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wish {
    /// One question; the replies are JSON lines.
    Ask(Ask),
    /// The holder only writes: frames, as long as both live. Two one-way connections instead of one both ways, because a pipe of
    /// Windows cannot be read and written at the same time.
    Watch,
    /// Who watches on this seat only writes: commands as JSON lines, as long as both live.
    Speak { seat: u64 },
    /// Endpoints that are served as long as this connection lives; answered once, when all are started. `keeper` is the client's own
    /// random number.
    Keep {
        keeper: u64,
        selectors: Vec<ModelSelector>,
        port: u16,
    },
    /// What this keeper had started ends, unless somebody else started it too; answered when it has ended.
    Release { keeper: u64 },
}

impl Session {
    pub(crate) fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }

    pub(crate) fn holder(&self) -> Holder {
        Holder {
            pid: self.pid,
            program: self.program.clone(),
        }
    }

    pub(crate) fn connect(&self) -> std::io::Result<Stream> {
        Stream::connect(self.socket.as_str().to_ns_name::<GenericNamespaced>()?)
    }

    pub(crate) fn greet(&self, mut stream: &Stream, wish: Wish) -> std::io::Result<()> {
        let hello = Hello {
            token: self.token.clone(),
            wish,
        };
        let mut line = serde_json::to_vec(&hello)?;
        line.push(b'\n');
        stream.write_all(&line)
    }
}

fn name(socket: &str) -> Result<Name<'_>, HostError> {
    socket
        .to_ns_name::<GenericNamespaced>()
        .map_err(|error| HostError::Unreachable {
            reason: error.to_string(),
        })
}

pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // Temporary files are made readable by their owner only, and keep that when they are renamed.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}
