//! Leaving a project and the window: asked when work is going on, drained on a thread, kept when the graphics card goes.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use contract::{Command, Snapshot};
use egui::{Context, ViewportCommand};

use super::App;
use crate::arrival::{Arrival, Problem, arrive};
use crate::closing::{Closing, at_work};
use crate::engine::{self, Link, Project, Start, Wake};
use crate::undo::History;

/// What follows once the open project is closed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum After {
    Quit,
    Welcome,
    Start(Start, Vec<Command>),
    Sample,
}

impl After {
    pub(super) fn open(path: PathBuf) -> Self {
        Self::Start(Start::Open(path), Vec::new())
    }

    pub(super) fn is_quit(&self) -> bool {
        *self == Self::Quit
    }
}

impl App {
    /// Leaves the open project, after asking when it works.
    pub(super) fn leave(&mut self, after: After) {
        if let (After::Start(Start::Open(wanted), _), Project::Open { path, .. }) =
            (&after, &self.project)
            && wanted == path
        {
            return;
        }
        // What already waits for the project, a goodbye too, is not given up for it.
        if let Some(why) = self.is_on_the_way().filter(|_| !after.is_quit()) {
            return self.one_at_a_time(why);
        }
        self.watch_holder();
        let waiting = self.waiting();
        self.after = Some(after);
        if waiting > 0 {
            return self.leave_later(waiting);
        }
        let does_the_work = self.project.link().is_some_and(Link::does_the_work);
        if does_the_work && at_work(&self.snapshot).is_some() {
            self.closing = Closing::Asking;
        } else {
            self.stop_and_leave();
        }
    }

    /// Why no other project can be opened now; what was asked first comes first.
    fn is_on_the_way(&self) -> Option<&'static str> {
        if self.project.is_busy() {
            Some("Another project is just being opened or closed")
        } else if self.closing == Closing::Asking {
            Some("First decide what becomes of the work that is going on")
        } else if self.leaves_later {
            Some("The open project is just being left")
        } else {
            None
        }
    }

    pub(super) fn one_at_a_time(&mut self, why: &str) {
        self.toasts.push(
            look::Tone::Warn,
            "One project at a time",
            Some(why.to_owned()),
            Some("Try again in a moment".to_owned()),
        );
    }

    /// Commands that wait for somebody to hold the project.
    fn waiting(&self) -> usize {
        match self.project.link() {
            Some(Link::Changing(handover)) => handover.waiting(),
            _ => 0,
        }
    }

    /// Between two holders nobody does what is asked: it is handed on before the project is left.
    fn leave_later(&mut self, waiting: usize) {
        if std::mem::replace(&mut self.leaves_later, true) {
            return;
        }
        let things = look::format::counted(waiting as u64, "thing", "things");
        self.toasts.push(
            look::Tone::Accent,
            "The project is left in a moment",
            Some(format!("First {things} that you asked for are handed on")),
            None,
        );
    }

    /// Leaves what was to be left later, once the project has a holder again.
    pub(super) fn leave_when_held(&mut self) {
        let is_changing = matches!(self.project.link(), Some(Link::Changing(_)));
        if is_changing || !std::mem::take(&mut self.leaves_later) {
            return;
        }
        if let Some(after) = self.after.take() {
            self.leave(after);
        }
    }

    /// Nobody takes the project over. Where something waited for that, the window stays and says so.
    pub(super) fn lost_what_waited(&mut self, mut problem: Problem) -> Problem {
        let waiting = self.waiting();
        if waiting > 0 {
            (self.after, self.leaves_later) = (None, false);
            let things = look::format::counted(waiting as u64, "thing", "things");
            problem.why = format!(
                "{}; {things} that you asked for came to nothing",
                problem.why
            );
        }
        problem
    }

    pub(super) fn stop_and_leave(&mut self) {
        self.keep_layout_now();
        match std::mem::take(&mut self.project) {
            Project::Open { link, path } => {
                self.closing = Closing::Going;
                self.recent.touch(&path, self.view.now.unix_millis);
                self.save_recent();
                self.project = Project::Closing;
                engine::close(link, self.wake.clone(), self.arrival_sender.clone());
            }
            // It arrives when it is opened, and is closed by being dropped; nobody has worked in it yet.
            busy @ (Project::Opening { .. } | Project::Closing) => {
                self.project = busy;
                if self.after.as_ref().is_some_and(After::is_quit) {
                    self.closed();
                }
            }
            Project::None => self.closed(),
        }
    }

    /// The engine is closed: what follows.
    pub(super) fn closed(&mut self) {
        self.closing = Closing::Stays;
        self.project = Project::None;
        self.snapshot = Arc::new(Snapshot::default());
        self.history = History::default();
        self.view.clear_selection();
        self.title = Some("Millrace".to_owned());
        match self.after.take() {
            Some(After::Quit) => self.closing = Closing::Gone,
            Some(After::Start(start, then)) => self.begin(start, then),
            Some(After::Sample) => self.write_sample(),
            Some(After::Welcome) | None => {}
        }
        (self.wake)();
    }

    /// The window goes out of the way and closes itself when nothing is running any more.
    pub(super) fn keep_working(&mut self, ctx: &Context) {
        self.closing = Closing::Finishing;
        ctx.send_viewport_cmd(ViewportCommand::Minimized(true));
    }

    /// Looks at the cross of the window and at what is still running.
    pub(super) fn watch_closing(&mut self, ctx: &Context) {
        if self.closing == Closing::Gone {
            if !std::mem::replace(&mut self.is_goodbye_said, true) {
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
            return;
        }
        let is_finished = self.closing == Closing::Finishing && at_work(&self.snapshot).is_none();
        if is_finished {
            self.after = Some(After::Quit);
            self.stop_and_leave();
        }
        let (is_asked, is_back) = ctx.input(|input| {
            let viewport = input.viewport();
            let is_back = viewport.minimized == Some(false) && input.focused;
            (viewport.close_requested(), is_back)
        });
        if self.closing == Closing::Finishing && is_back && !is_asked {
            // Somebody came back to the window, so it stays.
            self.closing = Closing::Stays;
            self.after = None;
        }
        if !is_asked {
            return;
        }
        if matches!(self.project, Project::None) {
            self.keep_layout_now();
            return;
        }
        ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        if self.closing == Closing::Stays {
            self.leave(After::Quit);
        }
    }

    /// Nothing can be drawn any more: everything is kept, and a dialog of the desktop says what happened.
    pub(super) fn device_lost(&mut self, why: &str) {
        tracing::error!(%why, "the graphics device was lost");
        self.keep_layout_now();
        self.save_recent();
        let said = format!(
            "The graphics card stopped answering ({why}).\n\nNothing is lost: every finished step is in the journal. Start Millrace again; an interrupted run can be resumed from its last checkpoint."
        );
        crate::dialogs::tell("Millrace has to close", said);
        self.after = Some(After::Quit);
        self.stop_and_leave();
    }
}

/// Has the loss of the window's graphics device arrive like everything else.
pub(super) fn watch_device(
    render_state: &eframe::egui_wgpu::RenderState,
    arrivals: &SyncSender<Arrival>,
    wake: &Wake,
) {
    let (arrivals, wake) = (arrivals.clone(), Arc::clone(wake));
    render_state
        .device
        .set_device_lost_callback(move |reason, message| {
            // The window's own end destroys the device; that is no loss.
            if reason == eframe::wgpu::DeviceLostReason::Destroyed {
                return;
            }
            arrive(&arrivals, Arrival::DeviceLost(message));
            wake();
        });
}
