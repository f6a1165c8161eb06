//! When another process held the project and has ended: this window takes it over, or looks on at the next holder.

use std::path::Path;

use host::Opened;

use super::App;
use crate::arrival::Problem;
use crate::engine::{self, Link, Project};
use crate::handover::Handover;

impl App {
    /// Looks whether the holder is still there; when it has gone, a thread opens the project anew.
    pub(super) fn watch_holder(&mut self) {
        let Project::Open { path, link } = &mut self.project else {
            return;
        };
        let Link::Guest(guest) = &*link else {
            return;
        };
        if !guest.has_ended() {
            return;
        }
        *link = Link::Changing(Box::new(Handover::from(guest)));
        let (wake, arrivals) = (self.wake.clone(), self.arrival_sender.clone());
        if let Err(problem) = engine::take_over(path.clone(), wake, arrivals) {
            self.let_go(problem);
        }
    }

    /// The project has a holder again: what waited is asked there, and one notice says who it is.
    pub(super) fn took_over(&mut self, of: &Path, opened: Result<Opened, Problem>) {
        let Project::Open { path, link } = &mut self.project else {
            return release(opened);
        };
        if path != of {
            return release(opened);
        }
        let Link::Changing(handover) = &*link else {
            return release(opened);
        };
        let next = match opened {
            Ok(opened) => Link::from(opened),
            Err(problem) => return self.let_go(problem),
        };
        self.snapshot = next.snapshot();
        // The next holder counts its notices anew.
        self.toasts.forget_notices();
        self.history.forget_notices();
        let told = handover.told(next.holder(), &self.snapshot);
        self.toasts
            .push(told.tone, told.title, Some(told.detail), told.hint);
        let waited = handover.take_asked();
        *link = next;
        for command in waited {
            // The history has it already.
            self.hand_down(command);
        }
    }

    /// Nobody answers and the project cannot be opened: back to the welcome screen, where it can be tried again.
    fn let_go(&mut self, problem: Problem) {
        self.keep_layout_now();
        self.closed();
        self.welcome.problem = Some(problem);
    }
}

/// Came too late: the window has left the project meanwhile.
fn release(opened: Result<Opened, Problem>) {
    let Ok(opened) = opened else { return };
    let released = engine::on_thread("close-project", move || drop(opened));
    if let Err(why) = released {
        tracing::warn!("a project was closed between two frames: {why}");
    }
}
