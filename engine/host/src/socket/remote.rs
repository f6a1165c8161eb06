//! Asking the process that holds a project.

use std::io::{BufRead, BufReader};
use std::sync::{Mutex, PoisonError};

use contract::{Answer, Ask, ModelSelector, Query, Refusal, Reply, ServerAddress, TaskView};
use interprocess::local_socket::Stream;

use super::{Session, Wish};
use crate::clock;
use crate::project::Layout;

/// A project that another process holds.
pub struct Remote {
    session: Session,
    /// The connection that proved that somebody answers; the first question goes through it.
    first: Mutex<Option<Stream>>,
}

impl Remote {
    /// The process that holds the project and answers; `None` if there is none, or it does not answer others.
    pub(crate) fn find(layout: &Layout) -> Option<Self> {
        let session = Session::read(&layout.session())?;
        let first = Mutex::new(Some(session.connect().ok()?));
        Some(Self { session, first })
    }

    /// Asks and waits for the answer; progress is told on the way.
    ///
    /// # Errors
    /// The refusal of the other process, or that it has gone.
    pub fn ask(&self, ask: Ask, progress: &mut dyn FnMut(&TaskView)) -> Result<Answer, Refusal> {
        let stream = self.stream()?;
        self.session.converse(&stream, Wish::Ask(ask), progress)
    }

    /// Has the other process serve models for as long as the answer lives.
    ///
    /// # Errors
    /// The refusal of the other process, or that it has gone.
    pub fn keep(
        &self,
        selectors: &[ModelSelector],
        port: u16,
    ) -> Result<(ServerAddress, Keeping), Refusal> {
        let keeper = clock::random_bits();
        let wish = Wish::Keep {
            keeper,
            selectors: selectors.to_vec(),
            port,
        };
        let stream = self.stream()?;
        match self.session.converse(&stream, wish, &mut |_| {})? {
            Answer::Server(Some(address)) => {
                let keeping = Keeping {
                    session: self.session.clone(),
                    keeper,
                    _stream: stream,
                };
                Ok((address, keeping))
            }
            _ => Err(Refusal::new("the server gave no address")),
        }
    }

    fn stream(&self) -> Result<Stream, Refusal> {
        let first = self
            .first
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match first {
            Some(stream) => Ok(stream),
            None => self.session.connect().map_err(|error| gone(&error)),
        }
    }
}

/// Models that another process serves for this one. Dropped, they end there too, a moment later.
pub struct Keeping {
    session: Session,
    keeper: u64,
    _stream: Stream,
}

/// How it goes with what another process serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Served,
    /// Somebody there stopped everything.
    Stopped,
    /// The process has let the project go.
    Gone,
}

impl Keeping {
    /// Asks the process that serves.
    pub fn look(&self) -> Kept {
        let Ok(stream) = self.session.connect() else {
            return Kept::Gone;
        };
        let wish = Wish::Ask(Ask::Query(Query::Server));
        match self.session.converse(&stream, wish, &mut |_| {}) {
            Ok(Answer::Server(Some(_))) => Kept::Served,
            Ok(_) => Kept::Stopped,
            Err(_) => Kept::Gone,
        }
    }

    /// Ends what nobody else serves, and waits for that.
    ///
    /// # Errors
    /// When the other process has gone.
    pub fn end(self) -> Result<(), Refusal> {
        let stream = self.session.connect().map_err(|error| gone(&error))?;
        let wish = Wish::Release {
            keeper: self.keeper,
        };
        self.session.converse(&stream, wish, &mut |_| {}).map(drop)
    }
}

impl Session {
    fn converse(
        &self,
        stream: &Stream,
        wish: Wish,
        progress: &mut dyn FnMut(&TaskView),
    ) -> Result<Answer, Refusal> {
        self.greet(stream, wish).map_err(|error| gone(&error))?;
        for line in BufReader::new(stream).lines() {
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

fn gone(error: &dyn std::fmt::Display) -> Refusal {
    Refusal::with_hint(
        format!("the other Millrace does not answer: {error}"),
        "try again; what it had acknowledged is kept",
    )
}
