//! What a panel is given: the snapshot to read, the look to draw with, and two ways to ask.

use std::cell::RefCell;

use contract::{Command, DataVersionRef, ModelName, ModelVersionRef, RunId, Snapshot, Timestamp};
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

    /// Everything since the last call, oldest first.
    pub fn take_requests(&self) -> Vec<Request> {
        self.requests.take()
    }

    fn request(&self, request: Request) {
        self.requests.borrow_mut().push(request);
    }
}

/// What only the window can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    Navigate(Place),
    PickFilesToImport,
    PickFolderToWatch,
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
