//! Every action of the window, once: its title, its hint, its name in the keymap, and when it can be done.

use contract::{RunState, Snapshot};
use look::{Icon, icon};
use panels::{Place, Selection};

use crate::undo::Way;

/// What a key, the palette, a menu or a button may ask for. Values, never closures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Action {
    Palette,
    NewProject,
    OpenProject,
    SampleProject,
    CloseProject,
    Quit,
    ImportFiles,
    WatchFolder,
    Train,
    VerifyJournal,
    WriteBackup,
    Go(Place),
    PauseRun,
    ResumeRun,
    StopRun,
    RegisterRun,
    SetChampion,
    Serve,
    StopServing,
    MeasureDrift,
    ShowLineage,
    CopyId,
    ShowTasks,
    DismissNotices,
    Undo,
    Redo,
    OpenBeside,
    CloseTile,
    MaximiseTile,
    ResetLayout,
    ToggleInspector,
    ToggleTheme,
    ThemeSystem,
    ThemeDark,
    ThemeLight,
    LargerText,
    SmallerText,
    NormalText,
    EditKeymap,
}

/// What decides whether an action can be done now.
pub(crate) struct Situation<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) selection: Option<&'a Selection>,
    pub(crate) tiles: usize,
    /// What would be undone and redone.
    pub(crate) undo: Option<&'a str>,
    pub(crate) redo: Option<&'a str>,
}

impl Action {
    /// In the order of the palette before anything is typed.
    pub(crate) fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Undo,
            Self::Redo,
            Self::ImportFiles,
            Self::Train,
            Self::PauseRun,
            Self::ResumeRun,
            Self::StopRun,
            Self::RegisterRun,
            Self::SetChampion,
            Self::Serve,
            Self::StopServing,
            Self::MeasureDrift,
            Self::ShowLineage,
            Self::CopyId,
        ];
        all.extend(Place::ALL.map(Self::Go));
        all.extend([
            Self::WatchFolder,
            Self::VerifyJournal,
            Self::WriteBackup,
            Self::ShowTasks,
            Self::DismissNotices,
            Self::SampleProject,
            Self::NewProject,
            Self::OpenProject,
            Self::CloseProject,
            Self::OpenBeside,
            Self::CloseTile,
            Self::MaximiseTile,
            Self::ResetLayout,
            Self::ToggleInspector,
            Self::ToggleTheme,
            Self::ThemeSystem,
            Self::ThemeDark,
            Self::ThemeLight,
            Self::LargerText,
            Self::SmallerText,
            Self::NormalText,
            Self::EditKeymap,
            Self::Palette,
            Self::Quit,
        ]);
        all
    }

    /// Its name in `keymap.toml`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Palette => "palette",
            Self::NewProject => "new_project",
            Self::OpenProject => "open_project",
            Self::SampleProject => "sample_project",
            Self::CloseProject => "close_project",
            Self::Quit => "quit",
            Self::ImportFiles => "import_files",
            Self::WatchFolder => "watch_folder",
            Self::Train => "train",
            Self::VerifyJournal => "verify_journal",
            Self::WriteBackup => "write_backup",
            Self::Go(place) => place_name(place),
            Self::PauseRun => "pause_run",
            Self::ResumeRun => "resume_run",
            Self::StopRun => "stop_run",
            Self::RegisterRun => "register_run",
            Self::SetChampion => "set_champion",
            Self::Serve => "serve",
            Self::StopServing => "stop_serving",
            Self::MeasureDrift => "measure_drift",
            Self::ShowLineage => "show_lineage",
            Self::CopyId => "copy_id",
            Self::ShowTasks => "show_tasks",
            Self::DismissNotices => "dismiss_notices",
            Self::Undo => "undo",
            Self::Redo => "redo",
            Self::OpenBeside => "open_beside",
            Self::CloseTile => "close_tile",
            Self::MaximiseTile => "maximise_tile",
            Self::ResetLayout => "reset_layout",
            Self::ToggleInspector => "toggle_inspector",
            Self::ToggleTheme => "toggle_theme",
            Self::ThemeSystem => "theme_system",
            Self::ThemeDark => "theme_dark",
            Self::ThemeLight => "theme_light",
            Self::LargerText => "larger_text",
            Self::SmallerText => "smaller_text",
            Self::NormalText => "normal_text",
            Self::EditKeymap => "edit_keymap",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|action| action.name() == name)
    }

    /// Sentence case; `…` where more input follows.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Palette => "Search or run…",
            Self::NewProject => "New project…",
            Self::OpenProject => "Open project…",
            Self::SampleProject => "Open the wine sample",
            Self::CloseProject => "Close the project",
            Self::Quit => "Quit",
            Self::ImportFiles => "Import files…",
            Self::WatchFolder => "Watch a folder…",
            Self::Train => "Train a model…",
            Self::VerifyJournal => "Verify the journal",
            Self::WriteBackup => "Write a backup…",
            Self::Go(place) => place.title(),
            Self::PauseRun => "Pause the selected run",
            Self::ResumeRun => "Resume the selected run",
            Self::StopRun => "Stop the selected run",
            Self::RegisterRun => "Register the selected run",
            Self::SetChampion => "Make the selected version champion",
            Self::Serve => "Serve the selected version",
            Self::StopServing => "Stop the selected endpoint",
            Self::MeasureDrift => "Measure drift of the selected endpoint",
            Self::ShowLineage => "Show the lineage of the selection",
            Self::CopyId => "Copy the id of the selection",
            Self::ShowTasks => "Show what is running",
            Self::DismissNotices => "Dismiss all notices",
            Self::Undo => "Undo",
            Self::Redo => "Redo",
            Self::OpenBeside => "Open beside",
            Self::CloseTile => "Close the tile",
            Self::MaximiseTile => "Maximise or restore the tile",
            Self::ResetLayout => "Reset the layout",
            Self::ToggleInspector => "Show or hide the inspector",
            Self::ToggleTheme => "Switch between dark and light",
            Self::ThemeSystem => "Theme as the system",
            Self::ThemeDark => "Dark theme",
            Self::ThemeLight => "Light theme",
            Self::LargerText => "Larger text",
            Self::SmallerText => "Smaller text",
            Self::NormalText => "Normal text",
            Self::EditKeymap => "Edit the keymap",
        }
    }

    /// The title with what it is about now: “Undo alias champion → wine@3”.
    pub(crate) fn title_now(self, situation: &Situation<'_>) -> String {
        let about = match self {
            Self::Undo => situation.undo,
            Self::Redo => situation.redo,
            _ => None,
        };
        match about {
            Some(about) => format!("{} {about}", self.title()),
            None => self.title().to_owned(),
        }
    }

    /// Whether a field that is typed into has the same for its own text.
    pub(crate) fn is_of_text_too(self) -> bool {
        matches!(self, Self::Undo | Self::Redo)
    }

    /// What it does, for whoever does not know yet.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            Self::Palette => "Every action and everything in the project",
            Self::NewProject => "A folder that holds data, runs and models",
            Self::OpenProject => "A .millrace folder",
            Self::SampleProject => "The whole road in five minutes, offline",
            Self::CloseProject => "Back to the welcome screen",
            Self::Quit => "Asks first when work is running",
            Self::ImportFiles => "CSV, JSON, Parquet or Excel; each becomes a version",
            Self::WatchFolder => "What arrives there is imported",
            Self::Train => "On the selected data version",
            Self::VerifyJournal => "Checks every fact and every object",
            Self::WriteBackup => "The whole project in one file",
            Self::Go(place) => place_hint(place),
            Self::PauseRun => "It keeps its place and its memory",
            Self::ResumeRun => "From its last checkpoint",
            Self::StopRun => "Its best checkpoint is kept and evaluated",
            Self::RegisterRun => "As a new version in the registry",
            Self::SetChampion => "What is served when nobody asks for a version",
            Self::Serve => "On this machine, with a key",
            Self::StopServing => "Its clients get an error from then on",
            Self::MeasureDrift => "Compares what is served with the training data",
            Self::ShowLineage => "From the file to the endpoint",
            Self::CopyId => "To paste it into a script",
            Self::ShowTasks => "Progress, time left, cancel",
            Self::DismissNotices => "Only the notices, nothing else",
            Self::Undo => "Aliases, endpoints, columns, folders, the layout",
            Self::Redo => "What was undone last",
            Self::OpenBeside => "Splits the work area",
            Self::CloseTile => "The place stays in the rail",
            Self::MaximiseTile => "One tile over all others",
            Self::ResetLayout => "One tile, as in a new project",
            Self::ToggleInspector => "Details and actions of the selection",
            Self::ToggleTheme => "Remembered for next time",
            Self::ThemeSystem => "Follows the desktop",
            Self::ThemeDark | Self::ThemeLight => "Whatever the desktop says",
            Self::LargerText | Self::SmallerText => "Scales everything",
            Self::NormalText => "As it was drawn",
            Self::EditKeymap => "Opens keymap.toml in your editor",
        }
    }

    pub(crate) fn icon(self) -> Icon {
        match self {
            Self::Palette => icon::SEARCH,
            Self::NewProject => icon::NEW_PROJECT,
            Self::OpenProject | Self::WatchFolder => icon::FOLDER,
            Self::SampleProject => icon::EXPERIMENTS,
            Self::CloseProject | Self::Quit | Self::CloseTile => icon::CLOSE,
            Self::ImportFiles => icon::IMPORT,
            Self::Train | Self::ResumeRun => icon::TRAIN,
            Self::VerifyJournal => icon::VERIFY,
            Self::WriteBackup => icon::BACKUP,
            Self::Go(place) => place_icon(place),
            Self::PauseRun => icon::PAUSE,
            Self::StopRun | Self::StopServing => icon::STOP,
            Self::RegisterRun => icon::REGISTRY,
            Self::SetChampion => icon::FLAG,
            Self::Serve => icon::SERVING,
            Self::MeasureDrift => icon::MONITORING,
            Self::ShowLineage => icon::LINEAGE,
            Self::CopyId => icon::COPY,
            Self::ShowTasks => icon::TASKS,
            Self::DismissNotices => icon::CHECK,
            Self::Undo => icon::UNDO,
            Self::Redo => icon::REDO,
            Self::OpenBeside | Self::MaximiseTile | Self::ResetLayout => icon::TABLE,
            Self::ToggleInspector => icon::INSPECTOR,
            Self::ToggleTheme | Self::ThemeSystem | Self::ThemeDark => icon::THEME_DARK,
            Self::ThemeLight => icon::THEME_LIGHT,
            Self::LargerText | Self::SmallerText | Self::NormalText => icon::EDIT,
            Self::EditKeymap => icon::PALETTE,
        }
    }

    /// Whether it would do anything now; the palette shows only these.
    pub(crate) fn is_possible(self, situation: &Situation<'_>) -> bool {
        let snapshot = situation.snapshot;
        let has_project = snapshot.project.is_some();
        match self {
            Self::Palette
            | Self::NewProject
            | Self::OpenProject
            | Self::SampleProject
            | Self::Quit
            | Self::ToggleTheme
            | Self::ThemeSystem
            | Self::ThemeDark
            | Self::ThemeLight
            | Self::LargerText
            | Self::SmallerText
            | Self::NormalText
            | Self::EditKeymap => true,
            Self::CloseProject
            | Self::ImportFiles
            | Self::WatchFolder
            | Self::WriteBackup
            | Self::VerifyJournal
            | Self::Go(_)
            | Self::OpenBeside
            | Self::MaximiseTile
            | Self::ResetLayout
            | Self::ToggleInspector => has_project,
            Self::CloseTile => situation.tiles > 1,
            Self::ShowTasks => !snapshot.tasks.is_empty(),
            Self::DismissNotices => !snapshot.notices.is_empty(),
            Self::Undo => situation.undo.is_some(),
            Self::Redo => situation.redo.is_some(),
            Self::Train => !snapshot.datasets.is_empty(),
            Self::CopyId | Self::ShowLineage => situation.selection.is_some(),
            Self::PauseRun => run_is(situation, |state| state == RunState::Running),
            Self::ResumeRun => run_is(situation, |state| {
                matches!(state, RunState::Paused | RunState::Interrupted)
            }),
            Self::StopRun => run_is(situation, RunState::is_active),
            Self::RegisterRun => run_is(situation, |state| {
                matches!(state, RunState::Finished | RunState::Stopped)
            }),
            Self::SetChampion | Self::Serve => {
                matches!(situation.selection, Some(Selection::ModelVersion(_)))
            }
            Self::StopServing | Self::MeasureDrift => {
                matches!(situation.selection, Some(Selection::Endpoint(_)))
            }
        }
    }
}

/// What is wished of the window: an action, or something with data of its own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wish {
    Do(Action),
    Ask(Box<contract::Command>),
    Show(Selection, Place),
    OpenPath(std::path::PathBuf),
    ForgetPath(std::path::PathBuf),
    /// Files that were dropped or picked.
    Take(Vec<std::path::PathBuf>),
    OpenBeside(Place),
    /// Undoes or redoes this step.
    GoBack(Way, u64),
    StopAndQuit,
    KeepWorking,
    Stay,
}

impl From<Action> for Wish {
    fn from(action: Action) -> Self {
        Self::Do(action)
    }
}

fn run_is(situation: &Situation<'_>, wanted: impl Fn(RunState) -> bool) -> bool {
    let Some(Selection::Run(id)) = situation.selection else {
        return false;
    };
    let run = situation.snapshot.runs.iter().find(|run| run.id == *id);
    run.is_some_and(|run| wanted(run.state))
}

pub(crate) fn place_icon(place: Place) -> Icon {
    match place {
        Place::Home => icon::HOME,
        Place::Datasets => icon::DATASETS,
        Place::Experiments => icon::EXPERIMENTS,
        Place::Registry => icon::REGISTRY,
        Place::Serving => icon::SERVING,
        Place::Monitoring => icon::MONITORING,
        Place::Lineage => icon::LINEAGE,
        Place::Journal => icon::AUDIT,
        Place::Tasks => icon::TASKS,
        Place::Settings => icon::SETTINGS,
    }
}

fn place_name(place: Place) -> &'static str {
    match place {
        Place::Home => "home",
        Place::Datasets => "datasets",
        Place::Experiments => "experiments",
        Place::Registry => "registry",
        Place::Serving => "serving",
        Place::Monitoring => "monitoring",
        Place::Lineage => "lineage",
        Place::Journal => "journal",
        Place::Tasks => "tasks",
        Place::Settings => "settings",
    }
}

fn place_hint(place: Place) -> &'static str {
    match place {
        Place::Home => "What runs, and what needs a person",
        Place::Datasets => "Versions, profiles, rows",
        Place::Experiments => "Runs, curves, comparisons",
        Place::Registry => "Models, versions, aliases",
        Place::Serving => "Endpoints, keys, requests",
        Place::Monitoring => "Traffic, drift",
        Place::Lineage => "Where everything came from",
        Place::Journal => "Every fact, verified",
        Place::Tasks => "Long work and its progress",
        Place::Settings => "Theme, text, notifications, keys",
    }
}
