//! Notifications of the desktop, for work that ends while the window is in the background. Off until a person turns them on.

use contract::{Snapshot, TaskId, TaskState};

use crate::engine::on_thread;

/// Which tasks were running when last looked at.
#[derive(Default)]
pub(crate) struct Watcher {
    running: Vec<TaskId>,
}

impl Watcher {
    /// The sentences for the tasks that ended since the last call.
    pub(crate) fn ended(&mut self, snapshot: &Snapshot) -> Vec<String> {
        let ended = snapshot
            .tasks
            .iter()
            .filter(|task| self.running.contains(&task.id))
            .filter_map(|task| match &task.state {
                TaskState::Running => None,
                TaskState::Finished => Some(format!("{} is done", task.title)),
                TaskState::Cancelled => Some(format!("{} was cancelled", task.title)),
                TaskState::Failed(why) => Some(format!("{} failed: {why}", task.title)),
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

/// Shows it, on a thread of its own: the desktop's answer may take its time.
pub(crate) fn show(sentence: String) {
    let shown = on_thread("notify", move || {
        let notification = notify_rust::Notification::new()
            .appname("Millrace")
            .summary("Millrace")
            .body(&sentence)
            .icon("millrace")
            .show();
        if let Err(error) = notification {
            tracing::info!(%error, "the desktop shows no notifications");
        }
    });
    if let Err(why) = shown {
        tracing::warn!("{why}");
    }
}
