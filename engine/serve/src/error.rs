//! Why a server could not be started.

use std::io;

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("port {port} is already in use")]
    PortInUse {
        port: u16,
        #[source]
        source: io::Error,
    },
    #[error("the server could not listen on port {port}")]
    Listen {
        port: u16,
        #[source]
        source: io::Error,
    },
    #[error("the server's threads could not be started")]
    Threads(#[source] io::Error),
    #[error("the system gave no random numbers for a key")]
    Random(#[source] getrandom::Error),
    #[error("the key must be at least {shortest} visible ASCII characters")]
    WeakKey { shortest: usize },
}

impl ServeError {
    /// What the reader can do.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::PortInUse { .. } => Some("choose another port, or 0 for a free one"),
            Self::Listen { .. } => Some("ports under 1024 need special rights; choose another"),
            Self::WeakKey { .. } => Some("leave the key out and a random one is made"),
            Self::Threads(_) | Self::Random(_) => None,
        }
    }
}
