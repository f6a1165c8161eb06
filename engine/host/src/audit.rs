//! The audit: every fact and every object is read again and held against its hash.

use std::path::Path;
use std::sync::atomic::Ordering;

use catalog::Objects;
use contract::{Answer, Digest, Fact, NoticeLevel, Refusal, TaskId, TaskState};

use crate::asker::Asker;
use crate::error::{failed, guarded, refuse};
use crate::room::{Input, Room};
use crate::tasks::Meter;

/// What was found whole.
struct Whole {
    facts: u64,
    objects: u64,
}

impl Room {
    /// Takes a while, so it is a task.
    pub(crate) fn verify_journal(&mut self, asker: &Asker) {
        let title = "Verify the journal and all objects".into();
        let (task, meter) = self.tasks.start(title, None, asker);
        let folder = self.layout.journal();
        let named = self.state.objects();
        let (objects, inbox) = (self.objects.clone(), self.inbox.clone());
        let (asking, checking) = (asker.clone(), task.clone());
        let looked = self.reader.ask(move || {
            let checked = guarded("the check", || check(&folder, &objects, &named, &meter));
            let found = move |room: &mut Room| room.end_audit(&checking, &asking, checked);
            let _closing = inbox.send(Input::Found(Box::new(found)));
        });
        if !looked {
            self.tasks.end(&task, TaskState::Failed("busy".into()));
            let busy = Refusal::with_hint("too many look-ups wait", "try again in a moment");
            self.conclude(asker, Err(busy));
        }
    }

    fn end_audit(&mut self, task: &TaskId, asker: &Asker, checked: Result<Whole, Refusal>) {
        let answer = checked.and_then(|Whole { facts, objects }| {
            self.commit(&asker.actor, vec![Fact::JournalVerified { facts }])?;
            Ok(Answer::Verified { facts, objects })
        });
        let state = match &answer {
            Ok(_) => TaskState::Finished,
            Err(refusal) => failed(refusal),
        };
        self.tasks.end(task, state);
        if let (false, Ok(Answer::Verified { facts, objects })) = (asker.is_waiting(), &answer) {
            let title = format!("{facts} facts and {objects} objects are as they were written");
            self.tell(NoticeLevel::Done, &title, None, None);
        }
        self.conclude(asker, answer);
    }
}

fn check(
    journal: &Path,
    objects: &Objects,
    named: &[Digest],
    meter: &Meter,
) -> Result<Whole, Refusal> {
    const RESTORE: &str =
        "copy the object back from a backup; everything that does not use it still works";
    meter.set("reading the journal", 0, None, "facts");
    let verified = journal::verify(journal).map_err(|error| refuse(&error, error.hint()))?;
    if let Some(missing) = named.iter().find(|digest| !objects.contains(digest)) {
        let error = format!("object {missing} is missing");
        return Err(Refusal::with_hint(error, RESTORE));
    }
    let progress = |done: u64, total: u64| {
        meter.set("reading the objects", done, Some(total), "bytes");
        !meter.cancel_flag().load(Ordering::Acquire)
    };
    let broken = objects
        .verify_all(&progress)
        .map_err(|error| refuse(&error, error.hint()))?;
    if let Some((digest, why)) = broken.first() {
        let count = broken.len();
        let error = format!("{count} of the objects are damaged; the first is {digest}: {why}");
        return Err(Refusal::with_hint(error, RESTORE));
    }
    let count = objects
        .count()
        .map_err(|error| refuse(&error, error.hint()))?;
    Ok(Whole {
        facts: verified.facts,
        objects: count,
    })
}
