//! Commands on their way to the holder, kept until they were taken up: what is left when it ends goes to the next one.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use contract::{Command, Refusal};

use crate::room::INBOX;

/// Commands in the order of asking. A number is a command's place among all, counted from 1.
#[derive(Default)]
pub(super) struct Outbox {
    state: Mutex<State>,
    filled: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiting>,
    /// Commands that were asked so far.
    asked: u64,
    /// Of those that the holder did not confirm, these were taken to it.
    sent: u64,
    /// The holder said what it had taken up before it ended.
    is_settled: bool,
    is_closed: bool,
    /// The holder has gone: nothing can be taken to it any more.
    is_over: bool,
    /// The last of each kind of looking: the next holder shows the same again.
    shown: Vec<Command>,
}

struct Waiting {
    number: u64,
    command: Command,
}

/// What a holder that ended leaves to the next one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Leftovers {
    /// To be asked again, in this order: each of them was not taken up, or only shows something.
    pub commands: Vec<Command>,
    /// Commands that were on their way when the holder was cut off: perhaps they were done, perhaps not.
    pub doubtful: usize,
}

impl Outbox {
    /// # Errors
    /// When too many wait already; nothing happened then.
    pub(super) fn put(&self, command: Command) -> Result<(), Refusal> {
        let mut state = self.lock();
        if state.waiting.len() >= INBOX {
            return Err(Refusal::with_hint(
                "Millrace is busy",
                "try again in a moment",
            ));
        }
        if is_look(&command) {
            let kind = std::mem::discriminant(&command);
            state
                .shown
                .retain(|shown| std::mem::discriminant(shown) != kind);
            state.shown.push(command.clone());
        }
        state.asked += 1;
        let number = state.asked;
        state.waiting.push_back(Waiting { number, command });
        self.filled.notify_one();
        Ok(())
    }

    /// The next command to send, waiting for one; `None` when the window or the holder has left.
    pub(super) fn take(&self) -> Option<Command> {
        let mut state = self
            .filled
            .wait_while(self.lock(), |state| {
                state.sent == state.asked && !state.is_closed && !state.is_over
            })
            .unwrap_or_else(PoisonError::into_inner);
        if state.is_over {
            return None;
        }
        let next = state
            .waiting
            .iter()
            .find(|waiting| waiting.number > state.sent)?;
        let (number, command) = (next.number, next.command.clone());
        state.sent = number;
        Some(command)
    }

    /// The first `obeyed` commands were taken up.
    pub(super) fn forget(&self, obeyed: u64) {
        self.lock()
            .waiting
            .retain(|waiting| waiting.number > obeyed);
    }

    /// The holder ended properly, after it had taken up the first `obeyed` commands and no more.
    pub(super) fn settle(&self, obeyed: u64) {
        self.forget(obeyed);
        self.lock().is_settled = true;
    }

    /// What is put here from now on is for the next holder.
    pub(super) fn end(&self) {
        self.lock().is_over = true;
        self.filled.notify_all();
    }

    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.filled.notify_all();
    }

    pub(super) fn leftovers(&self) -> Leftovers {
        let state = self.lock();
        let mut left = Leftovers {
            commands: state.shown.clone(),
            doubtful: 0,
        };
        for Waiting { number, command } in &state.waiting {
            if is_look(command) || is_over(command) {
                continue;
            }
            if state.is_settled || *number > state.sent {
                left.commands.push(command.clone());
            } else {
                left.doubtful += 1;
            }
        }
        left
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Changes nothing but what this window sees.
fn is_look(command: &Command) -> bool {
    matches!(
        command,
        Command::ShowRows { .. }
            | Command::ShowRejects { .. }
            | Command::ShowPoints { .. }
            | Command::ShowLineage { .. }
            | Command::ShowFacts { .. }
    )
}

/// Means something that ended with the holder.
fn is_over(command: &Command) -> bool {
    matches!(
        command,
        Command::CancelTask { .. } | Command::DismissNotice { .. }
    )
}
