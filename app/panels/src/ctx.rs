//! What a panel is given: the snapshot to read, the look to draw with, and two ways to ask.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use contract::{
    Command, DataVersionRef, ModelName, ModelVersionRef, Recipe, Run, RunId, Snapshot, Timestamp,
};
use look::Look;

/// Everything that a panel may use. Nothing here waits, reads a file or knows the engine.
#[derive(Clone, Copy)]
pub struct Ctx<'a> {
    pub snapshot: &'a Snapshot,
    pub look: &'a Look,
    pub commands: &'a Commands,
    pub view: &'a View,
}

/// What the panels asked of the engine in this frame, in order.
#[derive(Debug, Default)]
pub struct Commands {
    queue: RefCell<Vec<Command>>,
}

impl Commands {
    pub fn push(&self, command: Command) {
        self.queue.borrow_mut().push(command);
    }

    /// Everything since the last call, oldest first.
    pub fn take(&self) -> Vec<Command> {
        self.queue.take()
    }
}

/// What the panels share with the window: the one selection, the time, and requests that only the window can fulfil.
/// It lives as long as the window; the window sets `now` before a frame and takes the requests after it.
#[derive(Debug, Default)]
pub struct View {
    /// The time that relative times are measured from.
    pub now: Timestamp,
    selection: RefCell<Option<Selection>>,
    training: RefCell<Option<DataVersionRef>>,
    expected: RefCell<Option<Expected>>,
    overview: Cell<Option<Place>>,
    requests: RefCell<Vec<Request>>,
}

impl View {
    pub fn new(now: Timestamp) -> Self {
        Self {
            now,
            ..Self::default()
        }
    }

    pub fn navigate(&self, place: Place) {
        self.request(Request::Navigate(place));
    }

    /// Makes this the one selected thing; every panel and the inspector follow.
    pub fn select(&self, selection: Selection) {
        self.selection.replace(Some(selection));
    }

    pub fn clear_selection(&self) {
        self.selection.replace(None);
    }

    pub fn selection(&self) -> Option<Selection> {
        self.selection.borrow().clone()
    }

    /// Opens the file dialog; what is picked is imported.
    pub fn pick_files_to_import(&self) {
        self.request(Request::PickFilesToImport);
    }

    /// Opens the folder dialog; what is picked is watched.
    pub fn pick_folder_to_watch(&self) {
        self.request(Request::PickFolderToWatch);
    }

    /// Opens the file dialog; the rejected rows of this version are written there.
    pub fn pick_file_for_rejects(&self, version: DataVersionRef) {
        self.request(Request::PickFileForRejects(version));
    }

    /// Puts text on the clipboard and says so.
    pub fn copy(&self, text: impl Into<String>) {
        self.request(Request::Copy(text.into()));
    }

    /// Opens the training dialog for this version, in the datasets panel.
    pub fn train(&self, version: DataVersionRef) {
        self.select(Selection::DataVersion(version.clone()));
        self.training.replace(Some(version));
        self.navigate(Place::Datasets);
    }

    /// The version that [`View::train`] asked for, once; the datasets panel takes it.
    pub fn take_training(&self) -> Option<DataVersionRef> {
        self.training.take()
    }

    /// Remembers that a run of this recipe was asked for: the experiments open it as soon as it stands in a snapshot.
    pub fn expect_run(&self, snapshot: &Snapshot, recipe: &Recipe) {
        self.expected.replace(Some(Expected {
            newest: snapshot.runs.last().map_or(0, |run| run.number),
            data: recipe.data.clone(),
            target: recipe.target.clone(),
            since: self.now,
        }));
    }

    /// The run that was expected, once, when it has come. One that does not come was refused, and is forgotten.
    pub(crate) fn take_expected_run(&self, snapshot: &Snapshot) -> Option<Arc<Run>> {
        let mut expected = self.expected.borrow_mut();
        let waits_for = expected.as_ref()?;
        let come = snapshot
            .runs
            .iter()
            .rev()
            .take_while(|run| run.number > waits_for.newest)
            .find(|run| run.recipe.data == waits_for.data && run.recipe.target == waits_for.target);
        let waited = self.now.unix_millis - waits_for.since.unix_millis;
        if come.is_some() || waited > LONGEST_START {
            *expected = None;
        }
        come.cloned()
    }

    /// From one thing of a place back to all of them.
    pub fn show_overview(&self, place: Place) {
        self.overview.set(Some(place));
    }

    /// Whether [`View::show_overview`] asked this place, once.
    pub(crate) fn take_overview(&self, place: Place) -> bool {
        let is_asked = self.overview.get() == Some(place);
        if is_asked {
            self.overview.set(None);
        }
        is_asked
    }

    /// Everything since the last call, oldest first.
    pub fn take_requests(&self) -> Vec<Request> {
        self.requests.take()
    }

    fn request(&self, request: Request) {
        self.requests.borrow_mut().push(request);
    }
}

/// Milliseconds after which a run that was asked for is no longer waited for: a large table has been read by then.
const LONGEST_START: i64 = 120_000;

/// A run that was asked for and is to be opened when it comes.
#[derive(Debug)]
struct Expected {
    /// The number of the newest run when it was asked for.
    newest: u64,
    data: DataVersionRef,
    target: Arc<str>,
    since: Timestamp,
}

/// What only the window can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    Navigate(Place),
    PickFilesToImport,
    PickFolderToWatch,
    PickFileForRejects(DataVersionRef),
    Copy(String),
}

/// A panel that the rail leads to.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Home,
    Datasets,
    Experiments,
    Registry,
    Serving,
    Monitoring,
    Lineage,
    Journal,
    Tasks,
    Settings,
}

impl Place {
    pub const ALL: [Self; 10] = [
        Self::Home,
        Self::Datasets,
        Self::Experiments,
        Self::Registry,
        Self::Serving,
        Self::Monitoring,
        Self::Lineage,
        Self::Journal,
        Self::Tasks,
        Self::Settings,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Home => "Home",
            Self::Datasets => "Datasets",
            Self::Experiments => "Experiments",
            Self::Registry => "Registry",
            Self::Serving => "Serving",
            Self::Monitoring => "Monitoring",
            Self::Lineage => "Lineage",
            Self::Journal => "Journal",
            Self::Tasks => "Tasks",
            Self::Settings => "Settings",
        }
    }
}

/// The one thing that is selected in the window.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selection {
    DataVersion(DataVersionRef),
    Run(RunId),
    ModelVersion(ModelVersionRef),
    Endpoint(ModelName),
    /// A fact of the journal, by its sequence number.
    Fact(u64),
}

impl Selection {
    /// The written id, as lineage and copying want it.
    pub fn written_id(&self) -> String {
        match self {
            Self::DataVersion(version) => version.to_string(),
            Self::Run(run) => run.to_string(),
            Self::ModelVersion(version) => format!("model:{version}"),
            Self::Endpoint(model) => format!("endpoint:{model}"),
            Self::Fact(seq) => format!("fact {seq}"),
        }
    }
}
