//! Doing what was wished: actions, requests of the panels, commands for the engine.

use contract::{Command, ModelName, ModelSelector, Refusal, VersionSelector};
use egui::Context;
use look::{Theme, Tone};
use panels::{Place, Request, Selection};

use super::App;
use super::closing_down::After;
use crate::action::{Action, Situation, Wish};
use crate::arrival::Purpose;
use crate::closing::Closing;
use crate::frame::top_bar::is_inspected;
use crate::settings::ThemeChoice;
use crate::undo::Way;

/// Predictions that drift is measured over when nobody says how many.
const DRIFT_WINDOW: u64 = 1_000;
/// A person's own keymap starts with this.
const KEYMAP_HEAD: &str = "# Keys of your own: one line an action, such as\n# train = \"Ctrl+Shift+R\"\n# The settings page lists every action; the names stand in the built-in keymap, copied below.\n\n";
const BUILT_IN_KEYMAP: &str = include_str!("../../../../assets/keymap.toml");

impl App {
    pub(super) fn do_what_was_wished(&mut self, ctx: &Context) {
        let dropped: Vec<std::path::PathBuf> = ctx.input(|input| {
            let files = input.raw.dropped_files.iter();
            files.map(|file| file.path().to_owned()).collect()
        });
        if !dropped.is_empty() {
            self.wishes.push(Wish::Take(dropped));
        }
        for request in self.view.take_requests() {
            self.fulfil(ctx, request);
        }
        for command in self.commands.take() {
            self.ask(command);
        }
        for wish in self.wishes.take() {
            self.do_wish(ctx, wish);
        }
    }

    fn fulfil(&mut self, ctx: &Context, request: Request) {
        match request {
            Request::Navigate(place) => self.layout.go(place),
            Request::PickFilesToImport => self.pick(Purpose::ImportFiles),
            Request::PickFolderToWatch => self.pick(Purpose::WatchFolder),
            Request::PickFileForRejects(version) => self.pick(Purpose::ExportRejects(version)),
            Request::Copy(text) => {
                ctx.copy_text(text);
                self.toasts.push(Tone::Done, "Copied", None, None);
            }
        }
        ctx.request_repaint();
    }

    fn do_wish(&mut self, ctx: &Context, wish: Wish) {
        match wish {
            Wish::Do(action) => self.act(ctx, action),
            Wish::Ask(command) => self.ask(*command),
            Wish::Show(selection, place) => {
                self.view.select(selection);
                self.layout.go(place);
            }
            Wish::OpenPath(path) => self.leave(After::open(path)),
            Wish::ForgetPath(path) => {
                self.recent.forget(&path);
                self.save_recent();
            }
            Wish::Take(paths) => self.take(paths),
            Wish::GoBack(way, step) => self.go_back(ctx, way, Some(step)),
            Wish::OpenBeside(place) => self.layout.open_beside(place),
            Wish::StopAndQuit => self.stop_and_leave(),
            Wish::KeepWorking => self.keep_working(ctx),
            Wish::Stay => {
                self.closing = Closing::Stays;
                self.after = None;
            }
        }
        ctx.request_repaint();
    }

    /// Does an action, when it can be done now.
    pub(super) fn act(&mut self, ctx: &Context, action: Action) {
        let selection = self.view.selection();
        let situation = Situation {
            snapshot: &self.snapshot,
            selection: selection.as_ref(),
            tiles: self.layout.tile_count(),
            undo: self.history.title(Way::Undo),
            redo: self.history.title(Way::Redo),
        };
        if !action.is_possible(&situation) {
            return;
        }
        match action {
            Action::Palette if self.palette.is_open() => self.palette.close(),
            Action::Palette => self.palette.open(),
            Action::NewProject => self.pick(Purpose::NewProject),
            Action::OpenProject => self.pick(Purpose::OpenProject),
            Action::SampleProject => self.open_sample(),
            Action::CloseProject => self.leave(After::Welcome),
            Action::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Action::ImportFiles => self.pick(Purpose::ImportFiles),
            Action::WatchFolder => self.pick(Purpose::WatchFolder),
            Action::WriteBackup => self.pick(Purpose::WriteBackup),
            Action::VerifyJournal => self.ask(Command::VerifyJournal),
            Action::Train => self.train(selection.as_ref()),
            Action::Go(place) => self.layout.go(place),
            Action::ShowTasks => self.tray_is_wanted = true,
            Action::DismissNotices => self.dismiss_notices(),
            Action::Undo => self.go_back(ctx, Way::Undo, None),
            Action::Redo => self.go_back(ctx, Way::Redo, None),
            Action::OpenBeside => {
                let place = self.layout.next_beside();
                self.layout.open_beside(place);
            }
            Action::CloseTile => self.layout.close_focused(),
            Action::MaximiseTile => self.layout.maximise_or_restore(),
            Action::ResetLayout => self.layout.reset(),
            Action::ToggleInspector => self.toggle_inspector(),
            Action::ToggleTheme => {
                self.settings.theme = match self.look.theme {
                    Theme::Dark => ThemeChoice::Light,
                    Theme::Light => ThemeChoice::Dark,
                };
            }
            Action::ThemeSystem => self.settings.theme = ThemeChoice::System,
            Action::ThemeDark => self.settings.theme = ThemeChoice::Dark,
            Action::ThemeLight => self.settings.theme = ThemeChoice::Light,
            Action::LargerText => self.settings.larger_text(),
            Action::SmallerText => self.settings.smaller_text(),
            Action::NormalText => self.settings.text_scale = 1.0,
            Action::EditKeymap => self.edit_keymap(ctx),
            Action::CopyId => {
                if let Some(selection) = selection {
                    ctx.copy_text(selection.written_id());
                    self.toasts.push(Tone::Done, "Copied", None, None);
                }
            }
            Action::PauseRun
            | Action::ResumeRun
            | Action::StopRun
            | Action::RegisterRun
            | Action::SetChampion
            | Action::Serve
            | Action::StopServing
            | Action::MeasureDrift
            | Action::ShowLineage => self.act_on(action, selection),
        }
    }

    fn act_on(&mut self, action: Action, selection: Option<Selection>) {
        let Some(selection) = selection else {
            return;
        };
        let command = match (action, selection) {
            (Action::ShowLineage, selection) => {
                self.layout.go(Place::Lineage);
                Some(Command::ShowLineage {
                    of: selection.written_id().into(),
                })
            }
            (Action::PauseRun, Selection::Run(run)) => Some(Command::PauseRun { run }),
            (Action::ResumeRun, Selection::Run(run)) => Some(panels::resume(&run)),
            (Action::StopRun, Selection::Run(run)) => Some(Command::StopRun { run }),
            (Action::RegisterRun, Selection::Run(id)) => {
                let run = self.snapshot.runs.iter().find(|run| run.id == id);
                run.map(|run| Command::RegisterRun {
                    run: id.clone(),
                    name: ModelName::new(panels::proposed_name(&self.snapshot, run)),
                })
            }
            (Action::SetChampion, Selection::ModelVersion(version)) => Some(Command::SetAlias {
                version,
                alias: "champion".into(),
            }),
            (Action::Serve, Selection::ModelVersion(version)) => {
                self.layout.go(Place::Serving);
                Some(Command::StartEndpoint {
                    selector: ModelSelector {
                        model: version.model,
                        version: VersionSelector::Number(version.version),
                    },
                    port: 0,
                })
            }
            (Action::StopServing, Selection::Endpoint(model)) => {
                Some(Command::StopEndpoint { model })
            }
            (Action::MeasureDrift, Selection::Endpoint(model)) => {
                self.layout.go(Place::Monitoring);
                Some(Command::MeasureDrift {
                    model,
                    window: DRIFT_WINDOW,
                })
            }
            _ => None,
        };
        if let Some(command) = command {
            self.ask(command);
        }
    }

    /// Shows it even with nothing in it: who asks for it sees what it is for.
    fn toggle_inspector(&mut self) {
        let selection = self.view.selection();
        let is_filled = is_inspected(selection.as_ref(), self.layout.place());
        let is_shown = self.layout.inspector_is_open && (is_filled || self.inspector_is_asked);
        self.layout.inspector_is_open = !is_shown;
        self.inspector_is_asked = !is_shown && !is_filled;
    }

    /// Hands a command down and remembers it; a refusal is shown.
    pub(super) fn ask(&mut self, command: Command) {
        let Some(link) = self.project.link() else {
            return;
        };
        match link.submit(command.clone()) {
            Ok(()) => self
                .history
                .remember(&command, &self.snapshot, self.view.now),
            Err(refusal) => self.refused(refusal),
        }
    }

    /// Hands a command down beside the history; a refusal is shown.
    pub(super) fn hand_down(&mut self, command: Command) {
        if let Some(link) = self.project.link()
            && let Err(refusal) = link.submit(command)
        {
            self.refused(refusal);
        }
    }

    pub(super) fn refused(&mut self, refusal: Refusal) {
        self.toasts
            .push(Tone::Fail, refusal.error, None, refusal.hint);
    }

    /// On the selected version, or the newest of the newest dataset.
    fn train(&mut self, selection: Option<&Selection>) {
        let version = match selection {
            Some(Selection::DataVersion(version)) => Some(version.clone()),
            _ => self
                .snapshot
                .datasets
                .last()
                .and_then(|dataset| dataset.versions.last())
                .map(|version| version.id.clone()),
        };
        if let Some(version) = version {
            self.view.train(version);
        }
    }

    fn dismiss_notices(&mut self) {
        self.toasts.dismiss_all(&self.snapshot);
        let notices: Vec<u64> = self
            .snapshot
            .notices
            .iter()
            .map(|notice| notice.id)
            .collect();
        for notice in notices {
            self.ask(Command::DismissNotice { notice });
        }
    }

    fn edit_keymap(&mut self, ctx: &Context) {
        let path = self.folders.keymap();
        if !crate::disk::exists(&path) {
            let built_in = BUILT_IN_KEYMAP
                .lines()
                .map(|line| {
                    if line.is_empty() || line.starts_with('#') {
                        format!("{line}\n")
                    } else {
                        format!("# {line}\n")
                    }
                })
                .collect::<String>();
            self.disk
                .write(path.clone(), format!("{KEYMAP_HEAD}{built_in}"));
        }
        self.keymap_is_edited = true;
        ctx.open_url(egui::OpenUrl::new_tab(format!("file://{}", path.display())));
        let hint = "It is read again when you come back to this window".to_owned();
        let detail = path.display().to_string();
        self.toasts.push(
            Tone::Accent,
            "The keymap opens in your editor",
            Some(detail),
            Some(hint),
        );
    }
}
