//! Who asked: where the answer to a command goes.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};

use contract::{Answer, Command, Refusal, Reply, TaskView};

use crate::board::Seat;

/// Replies that may wait for a slow reader; progress that does not fit is left out, it is late anyway.
pub(crate) const REPLY_QUEUE: usize = 256;

/// An asker with a channel gets a reply; without one (the window) the snapshot and its notices are the reply.
#[derive(Clone)]
pub(crate) struct Asker {
    pub actor: Arc<str>,
    reply: Option<SyncSender<Reply>>,
    /// What is shown to somebody of another process stands here; else it stands in the snapshot for all.
    seat: Option<Arc<Seat>>,
    /// The `millctl serve` of another process, whose endpoints end with it.
    pub keeper: Option<u64>,
    /// What was asked, where only a notice can say that it was refused.
    about: Option<Arc<Command>>,
}

impl Asker {
    pub(crate) fn window() -> Self {
        Self {
            actor: "person".into(),
            reply: None,
            seat: None,
            keeper: None,
            about: None,
        }
    }

    /// A window of another process.
    pub(crate) fn guest(seat: Arc<Seat>) -> Self {
        Self {
            actor: "person".into(),
            reply: None,
            seat: Some(seat),
            keeper: None,
            about: None,
        }
    }

    /// The engine itself: a watched folder, a crash that is tidied up.
    pub(crate) fn engine() -> Self {
        Self {
            actor: "millrace".into(),
            reply: None,
            seat: None,
            keeper: None,
            about: None,
        }
    }

    pub(crate) fn waiting(actor: Arc<str>, reply: SyncSender<Reply>) -> Self {
        Self {
            actor,
            reply: Some(reply),
            seat: None,
            keeper: None,
            about: None,
        }
    }

    /// The same in another process: what it asks to see is told to it alone, and no window turns its page.
    pub(crate) fn elsewhere(actor: Arc<str>, reply: SyncSender<Reply>) -> Self {
        Self {
            seat: Some(Arc::default()),
            ..Self::waiting(actor, reply)
        }
    }

    /// Somebody elsewhere who serves for as long as it lives.
    pub(crate) fn keeping(keeper: u64, reply: SyncSender<Reply>) -> Self {
        Self {
            keeper: Some(keeper),
            ..Self::elsewhere("millctl".into(), reply)
        }
    }

    /// The same, with what it asks.
    pub(crate) fn asking(mut self, command: &Command) -> Self {
        self.about = (!self.is_waiting()).then(|| Arc::new(command.clone()));
        self
    }

    pub(crate) fn about(&self) -> Option<&Arc<Command>> {
        self.about.as_ref()
    }

    pub(crate) fn seat(&self) -> Option<&Seat> {
        self.seat.as_deref()
    }

    /// True if somebody reads the reply, so that a notice would say it twice.
    pub(crate) fn is_waiting(&self) -> bool {
        self.reply.is_some()
    }

    pub(crate) fn progress(&self, task: &TaskView) {
        if let Some(reply) = &self.reply {
            // A full queue means that newer progress will come before the reader is ready.
            let _late_is_allowed = reply.try_send(Reply::Progress(task.clone()));
        }
    }

    pub(crate) fn answer(&self, answer: Result<Answer, Refusal>) {
        let Some(reply) = &self.reply else { return };
        let message = match answer {
            Ok(answer) => Reply::Answer(Box::new(answer)),
            Err(refusal) => Reply::Refused(refusal),
        };
        if let Err(TrySendError::Full(_)) = reply.try_send(message) {
            tracing::warn!("an asker does not read its replies; its answer was dropped");
        }
    }
}
