//! Undo: what was done in the open project and can be taken back, each with the state before it. Values only; nothing here asks or draws.
//!
//! Nothing is erased: taking back is a command like any other, and a fact of its own in the journal.

mod standing;
mod step;
mod words;

use std::sync::Arc;

use contract::{Command, Notice, Snapshot, Timestamp};

use crate::tiles::arrangement;
pub(crate) use standing::Standing;
use step::{Change, Ends, Step, UnderWay, last_notice, port};
use words::Words;

/// How things stand when a step is gone.
#[derive(Clone, Copy)]
pub(crate) struct Now<'a> {
    pub(crate) snapshot: &'a Snapshot,
    /// The work area, as it would be kept.
    pub(crate) layout: &'a str,
    pub(crate) at: Timestamp,
}

/// Steps that are remembered; who wants to go back further looks into the journal.
pub(crate) const MOST_STEPS: usize = 100;
/// Which way a step is gone once it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    Undo,
    Redo,
}

impl Way {
    pub(crate) fn verb(self) -> &'static str {
        match self {
            Self::Undo => "Undo",
            Self::Redo => "Redo",
        }
    }

    pub(crate) fn back(self) -> Self {
        match self {
            Self::Undo => Self::Redo,
            Self::Redo => Self::Undo,
        }
    }
}

/// What can be undone and redone, newest last.
#[derive(Debug, Default)]
pub(crate) struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
    /// Asked for, not yet seen in the snapshot; oldest first.
    under_way: Vec<UnderWay>,
    last_step: u64,
    /// The newest refusal that was looked at.
    last_refusal: u64,
}

/// What comes of “Undo” or “Redo”.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Begun {
    Nothing,
    /// Something before it is not done yet.
    Waits {
        title: String,
    },
    /// The thing no longer stands as the step left it, so the step is forgotten.
    Stale {
        title: String,
        why: String,
    },
    Ask {
        step: u64,
        command: Command,
    },
    Lay {
        step: u64,
        title: String,
        layout: String,
    },
}

/// What has come true since the last look.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Settled {
    Done {
        step: u64,
        said: String,
        /// The engine said it already, in this notice.
        notice: Option<u64>,
    },
    Went {
        way: Way,
        step: u64,
        title: String,
        /// How the thing stands now.
        said: Option<String>,
    },
    /// The port was taken meanwhile; any other will do.
    AskAgain { command: Command },
}

impl History {
    /// Remembers a command that was handed down, when it can be taken back. `snapshot` is from before it.
    pub(crate) fn remember(&mut self, command: &Command, snapshot: &Snapshot, now: Timestamp) {
        let Some(after) = Standing::after(command, snapshot) else {
            return;
        };
        // What is still under way comes first.
        let coming = self.under_way.iter().rev().find_map(|under_way| {
            let target = under_way.target()?;
            target.is_of_the_same_thing(&after).then(|| target.clone())
        });
        let Some(before) = coming.or_else(|| after.now(snapshot)) else {
            return;
        };
        if before == after {
            return;
        }
        let asked_port = match command {
            Command::StartEndpoint { port, .. } => *port,
            _ => 0,
        };
        let step = Step {
            id: self.next_id(),
            words: Words::of(&before, &after),
            change: Change::Thing { before, after },
            port: port(snapshot).unwrap_or(asked_port),
        };
        self.under_way.push(UnderWay {
            step,
            asked: command.clone(),
            way: None,
            since: now,
            last_notice: last_notice(snapshot),
        });
    }

    /// Remembers that the work area was changed.
    pub(crate) fn remember_layout(&mut self, title: &str, before: String, after: String) {
        if before == after {
            return;
        }
        let id = self.next_id();
        let words = Words {
            title: title.to_owned(),
            done: String::new(),
        };
        self.was_done(Step {
            id,
            words,
            change: Change::Layout { before, after },
            port: 0,
        });
    }

    /// What “Undo” and “Redo” would be about now.
    pub(crate) fn title(&self, way: Way) -> Option<&str> {
        self.stack(way).last().map(|step| step.words.title.as_str())
    }

    /// Whether this step can still be gone this way: a later one of the same thing stands before it.
    pub(crate) fn holds(&self, way: Way, step: u64) -> bool {
        let stack = self.stack(way);
        let Some(place) = stack.iter().position(|known| known.id == step) else {
            return false;
        };
        let mut later = stack.iter().skip(place + 1);
        let coming = self.under_way.iter().map(|one| &one.step);
        let Some(this) = stack.get(place).and_then(Step::thing) else {
            // There is one work area.
            return later.all(|step| step.thing().is_some());
        };
        !later
            .chain(coming)
            .filter_map(Step::thing)
            .any(|thing| thing.is_of_the_same_thing(this))
    }

    /// Starts to undo or redo a step, the newest when none is named. The answer says what is to be asked or said.
    pub(crate) fn begin(&mut self, way: Way, step: Option<u64>, now: Now<'_>) -> Begun {
        if let Some(under_way) = self.under_way.last() {
            let title = under_way.step.words.title.clone();
            return Begun::Waits { title };
        }
        let stack = self.stack_mut(way);
        let place = match step {
            Some(id) => stack.iter().position(|step| step.id == id),
            None => stack.len().checked_sub(1),
        };
        let Some(place) = place else {
            return Begun::Nothing;
        };
        let mut step = stack.remove(place);
        let title = step.words.title.clone();
        match step.ends(way) {
            Ends::Layout { from, to } => {
                // Laying it whole would take away what was opened since.
                if arrangement(from) != arrangement(now.layout) {
                    let why = "The tiles were arranged anew since then".to_owned();
                    return Begun::Stale { title, why };
                }
                let (id, layout) = (step.id, to.to_owned());
                self.stack_mut(way.back()).push(step);
                Begun::Lay {
                    step: id,
                    title,
                    layout,
                }
            }
            Ends::Thing { from, to } => {
                let stands = from.now(now.snapshot);
                if stands.as_ref() != Some(from) {
                    let why = stands.map_or_else(
                        || "The project does not have it any more".to_owned(),
                        |stands| format!("{} by now", stands.said()),
                    );
                    return Begun::Stale { title, why };
                }
                let (id, to) = (step.id, to.clone());
                step.port = port(now.snapshot).unwrap_or(step.port);
                let command = to.command(step.port);
                self.under_way.push(UnderWay {
                    step,
                    asked: command.clone(),
                    way: Some(way),
                    since: now.at,
                    last_notice: last_notice(now.snapshot),
                });
                Begun::Ask { step: id, command }
            }
        }
    }

    /// The command of [`Begun::Ask`] was not taken: the step stays where it was.
    pub(crate) fn give_back(&mut self, step: u64) {
        let place = self
            .under_way
            .iter()
            .position(|known| known.step.id == step);
        if let Some(place) = place {
            let under_way = self.under_way.remove(place);
            self.did_not_happen(under_way);
        }
    }

    /// Another engine answers from now on, and counts its notices anew.
    pub(crate) fn forget_notices(&mut self) {
        self.last_refusal = 0;
        for one in &mut self.under_way {
            one.last_notice = 0;
        }
    }

    /// Looks which of what was asked for has come true, and which was refused.
    pub(crate) fn settle(&mut self, snapshot: &Snapshot, now: Timestamp) -> Vec<Settled> {
        if self.under_way.is_empty() {
            return Vec::new();
        }
        let mut settled = Vec::new();
        let reached = self.reached(snapshot);
        let mut refusals = self.refusals(snapshot);
        let under_way = std::mem::take(&mut self.under_way);
        for (mut one, is_reached) in under_way.into_iter().zip(reached) {
            if is_reached {
                settled.push(self.came_true(one, snapshot));
                continue;
            }
            let refusal = refusals.iter().position(|notice| {
                notice.id > one.last_notice && notice.refused.as_deref() == Some(&one.asked)
            });
            if let Some(refusal) = refusal {
                refusals.remove(refusal);
                if let Some(command) = one.on_another_port() {
                    settled.push(Settled::AskAgain { command });
                    self.under_way.push(one);
                    continue;
                }
            }
            if refusal.is_some() || one.is_overdue(now) {
                self.did_not_happen(one);
            } else {
                self.under_way.push(one);
            }
        }
        settled
    }

    /// For each that is under way, whether it came true: seen now, or passed over by a later one of the same thing.
    fn reached(&self, snapshot: &Snapshot) -> Vec<bool> {
        let mut reached = vec![false; self.under_way.len()];
        let mut later: Vec<&Standing> = Vec::new();
        for (place, one) in self.under_way.iter().enumerate().rev() {
            let Some(target) = one.target() else {
                continue;
            };
            let is_passed = later.iter().any(|later| later.is_of_the_same_thing(target));
            if is_passed || target.holds(snapshot) {
                later.push(target);
                if let Some(reached) = reached.get_mut(place) {
                    *reached = true;
                }
            }
        }
        reached
    }

    /// New refusals, oldest first; each is of one command that was asked, and of no other.
    fn refusals(&mut self, snapshot: &Snapshot) -> Vec<Arc<Notice>> {
        let notices = snapshot.notices.iter();
        let new: Vec<Arc<Notice>> = notices
            .filter(|notice| notice.refused.is_some() && notice.id > self.last_refusal)
            .cloned()
            .collect();
        self.last_refusal = new.last().map_or(self.last_refusal, |notice| notice.id);
        new
    }

    fn came_true(&mut self, one: UnderWay, snapshot: &Snapshot) -> Settled {
        let UnderWay {
            step,
            way,
            last_notice,
            ..
        } = one;
        let id = step.id;
        let Some(way) = way else {
            let notice = step.told(snapshot, last_notice);
            let said = step.words.done.clone();
            self.was_done(step);
            return Settled::Done {
                step: id,
                said,
                notice,
            };
        };
        let title = step.words.title.clone();
        let said = match step.ends(way) {
            Ends::Thing {
                to: Standing::Columns { .. },
                ..
            }
            | Ends::Layout { .. } => None,
            Ends::Thing { to, .. } => Some(to.said()),
        };
        self.stack_mut(way.back()).push(step);
        Settled::Went {
            way,
            step: id,
            title,
            said,
        }
    }

    /// Done for the first time; what was undone before is another story now.
    fn was_done(&mut self, step: Step) {
        self.undone.clear();
        if self.done.len() == MOST_STEPS {
            self.done.remove(0);
        }
        self.done.push(step);
    }

    /// A step that was not gone can be tried again; what was never done is not remembered.
    fn did_not_happen(&mut self, one: UnderWay) {
        if let Some(way) = one.way {
            self.stack_mut(way).push(one.step);
        }
    }

    fn stack(&self, way: Way) -> &[Step] {
        match way {
            Way::Undo => &self.done,
            Way::Redo => &self.undone,
        }
    }

    fn stack_mut(&mut self, way: Way) -> &mut Vec<Step> {
        match way {
            Way::Undo => &mut self.done,
            Way::Redo => &mut self.undone,
        }
    }

    fn next_id(&mut self) -> u64 {
        self.last_step += 1;
        self.last_step
    }
}
