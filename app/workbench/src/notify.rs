//! Notifications of the desktop, for work that ends while the window is in the background. Off until a person turns them on.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use contract::{Snapshot, TaskId, TaskState, TaskView};
use panels::{Place, Selection};

use crate::action::{Action, Wish};
use crate::arrival::{Arrival, arrive};
use crate::engine::{Wake, on_thread};

/// Threads that wait for a click at once. A desktop may keep a notification for days; what comes beyond is shown and cannot be clicked.
const MOST_WAITING: usize = 8;

/// Which tasks were running when last looked at.
#[derive(Default)]
pub(crate) struct Watcher {
    running: Vec<TaskId>,
}

/// A task that ended, and where a person sees what came of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ended {
    pub(crate) sentence: String,
    pub(crate) leads_to: Wish,
}

impl Watcher {
    /// The tasks that ended since the last call.
    pub(crate) fn ended(&mut self, snapshot: &Snapshot) -> Vec<Ended> {
        let ended = snapshot
            .tasks
            .iter()
            .filter(|task| self.running.contains(&task.id))
            .filter_map(|task| {
                let sentence = match &task.state {
                    TaskState::Running => return None,
                    TaskState::Finished => format!("{} is done", task.title),
                    TaskState::Cancelled => format!("{} was cancelled", task.title),
                    TaskState::Failed(why) => format!("{} failed: {why}", task.title),
                };
                let leads_to = leads_to(task);
                Some(Ended { sentence, leads_to })
            })
            .collect();
        self.running = snapshot
            .tasks
            .iter()
            .filter(|task| task.state == TaskState::Running)
            .map(|task| task.id.clone())
            .collect();
        ended
    }
}

/// A run has a page of its own; everything else stands in the list of tasks.
fn leads_to(task: &TaskView) -> Wish {
    match &task.run {
        Some(run) => Wish::Show(Selection::Run(run.clone()), Place::Experiments),
        None => Wish::Do(Action::Go(Place::Tasks)),
    }
}

/// Shows notifications, each on a thread of its own: the desktop's answer may take its time, and so may a person.
#[derive(Default)]
pub(crate) struct Notifier {
    /// One clone a thread that waits for a click.
    waiting: Arc<()>,
}

impl Notifier {
    /// A click on it arrives as [`Arrival::ComeForward`].
    pub(crate) fn show(&self, ended: Ended, wake: Wake, arrivals: SyncSender<Arrival>) {
        let waits =
            (Arc::strong_count(&self.waiting) <= MOST_WAITING).then(|| Arc::clone(&self.waiting));
        let Ended { sentence, leads_to } = ended;
        let shown = on_thread("notify", move || {
            let clicked = move || {
                arrive(&arrivals, Arrival::ComeForward(leads_to));
                wake();
            };
            if let Err(error) = show_now(&sentence, waits.as_ref().map(|_| clicked)) {
                tracing::info!(%error, "the desktop shows no notifications");
            }
        });
        if let Err(why) = shown {
            tracing::warn!("{why}");
        }
    }
}

/// Shows it, and waits until it is clicked or gone when somebody wants to know.
#[cfg(all(unix, not(target_os = "macos")))]
fn show_now(
    sentence: &str,
    clicked: Option<impl FnOnce()>,
) -> Result<(), notify_rust::error::Error> {
    /// What the desktop calls a click on the notification itself.
    const CLICK: &str = "default";
    let mut notification = notification(sentence);
    let Some(clicked) = clicked else {
        return notification.show().map(drop);
    };
    let shown = notification.action(CLICK, "Show").show()?;
    shown.wait_for_action(|action| {
        if action == CLICK {
            clicked();
        }
    });
    Ok(())
}

/// The library tells of no clicks here; the system itself brings the program to the front.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn show_now(
    sentence: &str,
    _clicked: Option<impl FnOnce()>,
) -> Result<(), notify_rust::error::Error> {
    notification(sentence).show().map(drop)
}

fn notification(sentence: &str) -> notify_rust::Notification {
    let mut notification = notify_rust::Notification::new();
    notification
        .appname("Millrace")
        .summary("Millrace")
        .body(sentence)
        .icon("millrace");
    notification
}
