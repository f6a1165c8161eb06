//! One step: a thing before and after, and how far it is on its way.

use contract::{Command, NoticeLevel, Snapshot, Timestamp};

use super::Way;
use super::standing::Standing;
use super::words::Words;

/// A command that has changed nothing after this long was refused.
const LONGEST_MILLIS: i64 = 15_000;
/// A profile of a large version is measured anew before its columns change.
const LONGEST_EDIT_MILLIS: i64 = 600_000;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) id: u64,
    pub(super) words: Words,
    pub(super) change: Change,
    /// Where the server listened, for the endpoint that starts it again.
    pub(super) port: u16,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    Thing {
        before: Standing,
        after: Standing,
    },
    /// The work area, as it is kept.
    Layout {
        before: String,
        after: String,
    },
}

#[derive(Debug)]
pub(super) struct UnderWay {
    pub(super) step: Step,
    /// As it was handed down: a refusal says of which command it is.
    pub(super) asked: Command,
    /// `None` while it is done for the first time.
    pub(super) way: Option<Way>,
    pub(super) since: Timestamp,
    /// The newest notice when it was asked for; what was told since may be about it.
    pub(super) last_notice: u64,
}

/// Where a step leads when it is gone one way.
pub(super) enum Ends<'a> {
    Thing {
        from: &'a Standing,
        to: &'a Standing,
    },
    Layout {
        from: &'a str,
        to: &'a str,
    },
}

impl Step {
    /// The thing that it is about.
    pub(super) fn thing(&self) -> Option<&Standing> {
        match &self.change {
            Change::Thing { after, .. } => Some(after),
            Change::Layout { .. } => None,
        }
    }

    /// The notice since `last_notice` in which the engine says itself that it was done. Of what can be undone it says so only for an endpoint.
    pub(super) fn told(&self, snapshot: &Snapshot, last_notice: u64) -> Option<u64> {
        let Some(Standing::Served {
            model,
            version: Some(_),
        }) = self.thing()
        else {
            return None;
        };
        let title = format!("{model} is served");
        let mut notices = snapshot.notices.iter().rev();
        let told = notices.find(|notice| {
            notice.level == NoticeLevel::Done && notice.id > last_notice && *notice.title == *title
        });
        told.map(|notice| notice.id)
    }

    pub(super) fn ends(&self, way: Way) -> Ends<'_> {
        match (&self.change, way) {
            (Change::Thing { before, after }, Way::Undo) => Ends::Thing {
                from: after,
                to: before,
            },
            (Change::Thing { before, after }, Way::Redo) => Ends::Thing {
                from: before,
                to: after,
            },
            (Change::Layout { before, after }, Way::Undo) => Ends::Layout {
                from: after,
                to: before,
            },
            (Change::Layout { before, after }, Way::Redo) => Ends::Layout {
                from: before,
                to: after,
            },
        }
    }
}

impl UnderWay {
    /// What the thing will be.
    pub(super) fn target(&self) -> Option<&Standing> {
        match self.step.ends(self.way.unwrap_or(Way::Redo)) {
            Ends::Thing { to, .. } => Some(to),
            Ends::Layout { .. } => None,
        }
    }

    /// The same once more where the only obstacle may have been the port.
    pub(super) fn on_another_port(&mut self) -> Option<Command> {
        let (
            Some(_),
            Some(
                target @ Standing::Served {
                    version: Some(_), ..
                },
            ),
        ) = (self.way, self.target())
        else {
            return None;
        };
        let command = target.command(0);
        if std::mem::take(&mut self.step.port) == 0 {
            return None;
        }
        self.asked = command.clone();
        Some(command)
    }

    pub(super) fn is_overdue(&self, now: Timestamp) -> bool {
        let longest = match self.target() {
            Some(Standing::Columns { .. }) => LONGEST_EDIT_MILLIS,
            _ => LONGEST_MILLIS,
        };
        now.unix_millis - self.since.unix_millis > longest
    }
}

pub(super) fn last_notice(snapshot: &Snapshot) -> u64 {
    snapshot.notices.last().map_or(0, |notice| notice.id)
}

/// Where the server of the project listens.
pub(super) fn port(snapshot: &Snapshot) -> Option<u16> {
    let url = &snapshot.server.as_ref()?.url;
    url.rsplit_once(':')?.1.trim_end_matches('/').parse().ok()
}
