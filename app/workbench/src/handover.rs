//! A project whose holder has gone: the last picture stays and what is asked waits, until this window holds it or looks on elsewhere.

use std::cell::RefCell;
use std::sync::Arc;

use contract::{Command, Refusal, RunState, Snapshot};
use host::{Guest, Holder};
use look::{Tone, format};

/// Commands that may wait for the next holder; it is there within seconds.
const MOST_WAITING: usize = 1_024;

/// Who has the project, where it is not this window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Holding {
    Elsewhere(Holder),
    /// Between two holders.
    Changing,
}

impl Holding {
    /// For the status bar.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Elsewhere(holder) => format!("Held by {}", holder.program),
            Self::Changing => "Taking the project over…".to_owned(),
        }
    }

    pub(crate) fn hint(&self) -> String {
        match self {
            Self::Elsewhere(holder) => format!(
                "Process {} has the project open. This window shows it live, and what you ask is done there",
                holder.pid
            ),
            Self::Changing => {
                "The program that had it open has ended; what you ask waits a moment".to_owned()
            }
        }
    }
}

/// What the window has while nobody answers it.
pub(crate) struct Handover {
    pub(crate) holder: Holder,
    pub(crate) snapshot: Arc<Snapshot>,
    /// For the next holder.
    asked: RefCell<Vec<Command>>,
    /// Commands of which nobody knows whether they were done.
    doubtful: usize,
}

/// How it is told that somebody else holds the project now.
#[derive(Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) tone: Tone,
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) hint: Option<String>,
}

impl Handover {
    /// After the end of the holder.
    pub(crate) fn from(guest: &Guest) -> Self {
        let left = guest.leftovers();
        Self {
            holder: guest.holder().clone(),
            snapshot: guest.snapshot(),
            asked: RefCell::new(left.commands),
            doubtful: left.doubtful,
        }
    }

    /// # Errors
    /// When too much waits already; nothing happened then.
    pub(crate) fn submit(&self, command: Command) -> Result<(), Refusal> {
        let mut asked = self.asked.borrow_mut();
        if asked.len() >= MOST_WAITING {
            return Err(Refusal::with_hint(
                "Millrace is busy",
                "try again in a moment",
            ));
        }
        asked.push(command);
        Ok(())
    }

    /// Commands that wait and change something: who leaves now would lose them.
    pub(crate) fn waiting(&self) -> usize {
        let changes_nothing = |command: &Command| {
            matches!(
                command,
                Command::ShowRows { .. }
                    | Command::ShowRejects { .. }
                    | Command::ShowPoints { .. }
                    | Command::ShowLineage { .. }
                    | Command::ShowFacts { .. }
                    | Command::DismissNotice { .. }
                    | Command::CancelTask { .. }
            )
        };
        let asked = self.asked.borrow();
        let waiting = asked.iter().filter(|command| !changes_nothing(command));
        waiting.count()
    }

    pub(crate) fn take_asked(&self) -> Vec<Command> {
        self.asked.take()
    }

    /// One quiet notice. `next` is who holds the project now, `None` for this window; `now` is what it shows.
    pub(crate) fn told(&self, next: Option<&Holder>, now: &Snapshot) -> Told {
        let title = match next {
            None => "This window holds the project now".to_owned(),
            Some(next) => format!("The project is held by {} now", next.program),
        };
        let mut detail = format!("{} let it go", capitalised(&self.holder.program));
        let mut hint = None;
        let silent = self.no_longer_served(now);
        if !silent.is_empty() {
            let verb = match silent.len() {
                1 => "is",
                _ => "are",
            };
            detail = format!("{detail}; {} {verb} no longer served", silent.join(", "));
        }
        if let Some(number) = self.cut_off(now) {
            detail = format!("{detail}; run {number} was interrupted");
            hint = Some("Resume takes it up from its last checkpoint".to_owned());
        }
        if self.doubtful > 0 {
            let what = format::counted(self.doubtful as u64, "thing", "things");
            hint = Some(format!(
                "Look whether the last {what} that you asked for came to be, before you ask again"
            ));
        }
        Told {
            tone: match hint {
                Some(_) => Tone::Warn,
                None => Tone::Accent,
            },
            title,
            detail,
            hint,
        }
    }

    /// Endpoints that ended with their holder.
    fn no_longer_served(&self, now: &Snapshot) -> Vec<&str> {
        let is_silent = |before: &&Arc<contract::EndpointView>| {
            let mut endpoints = now.endpoints.iter();
            !endpoints.any(|after| after.endpoint.name == before.endpoint.name)
        };
        let silent = self.snapshot.endpoints.iter().filter(is_silent);
        silent.map(|view| view.endpoint.name.as_str()).collect()
    }

    /// A run that ended with its holder, where the engine does not tell of it itself.
    fn cut_off(&self, now: &Snapshot) -> Option<u64> {
        let was_active = |run: &contract::RunId| {
            let mut runs = self.snapshot.runs.iter().rev();
            runs.any(|before| before.id == *run && before.state.is_active())
        };
        let is_told = |run: &contract::RunId| {
            let mut notices = now.notices.iter();
            notices.any(|notice| notice.title.contains(run.as_str()))
        };
        let mut runs = now.runs.iter().rev();
        let cut_off = runs.find(|run| {
            run.state == RunState::Interrupted && was_active(&run.id) && !is_told(&run.id)
        });
        cut_off.map(|run| run.number)
    }
}

fn capitalised(text: &str) -> String {
    // The name of a program is written as it is typed.
    if text.starts_with("millctl") {
        return text.to_owned();
    }
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "The program that held it".to_owned(),
    }
}

#[cfg(test)]
impl Handover {
    pub(crate) fn of_test(holder: Holder, snapshot: Arc<Snapshot>, doubtful: usize) -> Self {
        Self {
            holder,
            snapshot,
            asked: RefCell::default(),
            doubtful,
        }
    }
}
