//! Projects: opening, making, the sample, recent ones, their layouts, and what arrives from the threads that do the work.

use std::path::{Path, PathBuf};

use contract::{Command, ReaderOptions};
use egui::Context;
use look::Tone;
use panels::Place;

use super::App;
use super::closing_down::After;
use crate::arrival::{Arrival, Problem, Purpose, arrive};
use crate::disk;
use crate::dropping::{self, Plan};
use crate::engine::{self, Link, Project, Start};
use crate::path_dialog::{Decision, PathDialog};
use crate::tiles::Layout;
use crate::undo::History;
use crate::{dialogs, sample};

impl App {
    pub(super) fn take_arrivals(&mut self) {
        // Bounded by the queue, so a frame never takes long over it.
        while let Ok(arrival) = self.arrivals.try_recv() {
            match arrival {
                Arrival::Opened(start, Ok(opened)) => {
                    self.opened(start.path().to_owned(), Link::from(opened));
                }
                Arrival::TookOver(path, opened) => {
                    let opened = opened.map_err(|problem| self.lost_what_waited(problem));
                    self.took_over(&path, opened);
                }
                Arrival::Opened(_, Err(problem)) => {
                    self.project = Project::None;
                    self.welcome.problem = Some(problem);
                }
                Arrival::Picked(purpose, paths) => self.picked(purpose, paths),
                Arrival::NoDialog(purpose) => {
                    let folder = self.folder_for(&purpose);
                    self.path_dialog = Some(PathDialog::new(purpose, folder));
                }
                Arrival::SampleWritten(Ok(path)) => {
                    let project = sample::project_path(&self.folders.projects);
                    self.project = Project::None;
                    self.begin(Start::Create(project), vec![import(vec![path])]);
                }
                Arrival::SampleWritten(Err(problem)) => {
                    self.project = Project::None;
                    self.show_problem(problem);
                }
                Arrival::Closed => self.closed(),
                Arrival::DeviceLost(why) => self.device_lost(&why),
                Arrival::ComeForward(wish) => {
                    self.comes_forward = true;
                    self.wishes.push(wish);
                }
            }
        }
    }

    pub(crate) fn opened(&mut self, path: PathBuf, link: Link) {
        let then = match std::mem::take(&mut self.project) {
            Project::Opening { then, .. } => then,
            _ => Vec::new(),
        };
        self.snapshot = link.snapshot();
        self.toasts.forget_notices();
        self.history = History::default();
        let project = self.snapshot.project.as_ref();
        let name = project.map_or_else(|| dropping::stem(&path), |project| project.name.clone());
        let kept =
            project.and_then(|project| disk::read(&self.folders.layout(project.id.as_str())));
        self.layout = Layout::read(kept.as_deref());
        self.welcome.problem = None;
        self.recent.opened(&path, &name, self.view.now.unix_millis);
        self.save_recent();
        self.project = Project::Open { path, link };
        self.title = Some(format!("{name} — Millrace"));
        if !then.is_empty() {
            self.layout.go(Place::Datasets);
        }
        for command in then {
            self.ask(command);
        }
    }

    fn picked(&mut self, purpose: Purpose, paths: Vec<PathBuf>) {
        let Some(first) = paths.first().cloned() else {
            return;
        };
        match purpose {
            Purpose::NewProject => {
                self.leave(After::Start(Start::Create(named(first)), Vec::new()))
            }
            Purpose::OpenProject => self.leave(After::open(first)),
            Purpose::ImportFiles => self.ask(import(paths)),
            Purpose::WatchFolder => self.ask(Command::WatchFolder {
                path: disk::real(&first),
            }),
            Purpose::WriteBackup => self.ask(Command::WriteBackup { path: first }),
            Purpose::ExportRejects(version) => self.ask(Command::ExportRejects {
                version,
                path: first,
            }),
        }
    }

    fn folder_for(&self, purpose: &Purpose) -> PathBuf {
        match purpose {
            Purpose::NewProject | Purpose::OpenProject => self.folders.projects.clone(),
            _ => dirs::home_dir().unwrap_or_default(),
        }
    }

    /// What was decided in the window's own dialog.
    pub(super) fn decided(&mut self, decision: Decision) {
        self.path_dialog = None;
        if let Decision::Picked(purpose, paths) = decision {
            // Like the answer of any other dialog, at the next frame.
            arrive(&self.arrival_sender, Arrival::Picked(purpose, paths));
            (self.wake)();
        }
    }

    /// Opens a file dialog.
    pub(super) fn pick(&mut self, purpose: Purpose) {
        let folder = self.folder_for(&purpose);
        let folder = if disk::exists(&folder) {
            folder
        } else {
            dirs::home_dir().unwrap_or_default()
        };
        let (wake, arrivals) = (self.wake.clone(), self.arrival_sender.clone());
        if let Err(why) = dialogs::pick(purpose, &folder, wake, arrivals) {
            self.toasts.push(
                Tone::Fail,
                "The file dialog could not be opened",
                Some(why),
                None,
            );
        }
    }

    /// What was dropped on the window, picked by an argument, or handed over by the desktop.
    pub(super) fn take(&mut self, paths: Vec<PathBuf>) {
        if let Some(missing) = paths.iter().find(|path| !disk::exists(path)) {
            self.show_problem(Problem {
                what: "There is nothing to open".to_owned(),
                why: format!("{} does not exist", missing.display()),
                hint: Some("Look for a typing error in the path".to_owned()),
            });
            return;
        }
        match dropping::plan(&paths, &self.snapshot, &self.folders.projects) {
            Plan::OpenProject(path) => self.leave(After::open(path)),
            Plan::Import(_) if self.project.is_busy() => {
                self.one_at_a_time("The project that was open is just being closed");
            }
            Plan::Import(paths) => {
                self.layout.go(Place::Datasets);
                self.ask(import(paths));
            }
            Plan::CreateAndImport(path, paths) => {
                let start = Start::Create(free(&path));
                self.leave(After::Start(start, vec![import(paths)]));
            }
            Plan::Refuse(why) => {
                let hint =
                    "Millrace reads CSV, TSV, JSON, JSON lines, Parquet and Excel".to_owned();
                self.toasts.push(Tone::Warn, why, None, Some(hint));
            }
        }
    }

    /// Opens the sample project, and makes it the first time.
    pub(super) fn open_sample(&mut self) {
        let path = sample::project_path(&self.folders.projects);
        if disk::exists(&path) {
            self.leave(After::open(path));
        } else {
            self.leave(After::Sample);
        }
    }

    pub(super) fn write_sample(&mut self) {
        let (wake, arrivals) = (self.wake.clone(), self.arrival_sender.clone());
        // From here on it is being opened: another project would take its place unnoticed.
        self.project = Project::Opening {
            path: sample::project_path(&self.folders.projects),
            then: Vec::new(),
        };
        if let Err(why) = sample::write(&self.folders.projects, wake, arrivals) {
            self.project = Project::None;
            self.show_problem(Problem {
                what: "The sample could not be written".to_owned(),
                why,
                hint: None,
            });
        }
    }

    /// Opens or creates on a thread; the welcome screen says so until it is there.
    pub(super) fn begin(&mut self, start: Start, then: Vec<Command>) {
        if self.project.is_busy() {
            return;
        }
        self.project = Project::Opening {
            path: start.path().to_owned(),
            then,
        };
        self.welcome.problem = None;
        let (wake, arrivals) = (self.wake.clone(), self.arrival_sender.clone());
        if let Err(problem) = engine::start(start, wake, arrivals) {
            self.project = Project::None;
            self.show_problem(problem);
        }
    }

    /// On the welcome screen in place, over a project as a toast.
    fn show_problem(&mut self, problem: Problem) {
        if self.snapshot.project.is_none() {
            self.welcome.problem = Some(problem);
        } else {
            self.toasts
                .push(Tone::Fail, problem.what, Some(problem.why), problem.hint);
        }
    }

    pub(super) fn save_recent(&self) {
        self.disk
            .write(self.folders.recent(), self.recent.written());
    }

    /// Keeps the layout when a person changed it, but not while the mouse still drags.
    pub(super) fn keep_layout(&mut self, ctx: &Context) {
        if !ctx.input(|input| input.pointer.any_down()) && self.layout.take_changed() {
            self.keep_layout_now();
        }
    }

    pub(super) fn keep_layout_now(&self) {
        if let Some(project) = &self.snapshot.project {
            let path = self.folders.layout(project.id.as_str());
            self.disk.write(path, self.layout.written());
        }
    }
}

fn import(paths: Vec<PathBuf>) -> Command {
    Command::ImportFiles {
        paths,
        name: None,
        options: ReaderOptions::default(),
        roles: std::collections::BTreeMap::new(),
    }
}

/// A project folder ends in `.millrace`, whatever was typed.
pub(crate) fn named(path: PathBuf) -> PathBuf {
    if dropping::is_project(&path) {
        return path;
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".millrace");
    path.with_file_name(name)
}

/// This path, or the next that is free: `iris 2.millrace`.
fn free(path: &Path) -> PathBuf {
    let stem = dropping::stem(path);
    std::iter::once(path.to_owned())
        .chain((2..1_000).map(|number| path.with_file_name(format!("{stem} {number}.millrace"))))
        .find(|path| !disk::exists(path))
        .unwrap_or_else(|| path.to_owned())
}
