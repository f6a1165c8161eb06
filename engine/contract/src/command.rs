//! Commands: what a person, `millctl`, an HTTP call or a trigger asks, in the imperative. Values, never closures.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    Cell, ColumnRole, ColumnSpec, DataVersion, DataVersionRef, DatasetName, DeviceChoice,
    DriftReport, FactRecord, LineageGraph, MetricPoint, Model, ModelName, ModelSelector,
    ModelVersion, ModelVersionRef, PointsQuery, PredictedOutput, ReaderOptions, Recipe,
    RejectsPage, Run, RunId, ServerAddress, TaskId, TaskView,
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Files and folders; several files of one import become one dataset version each, or new versions of `name`.
    ImportFiles {
        paths: Vec<PathBuf>,
        name: Option<DatasetName>,
        options: ReaderOptions,
        roles: BTreeMap<Arc<str>, ColumnRole>,
    },
    EditColumns {
        version: DataVersionRef,
        columns: Vec<ColumnSpec>,
    },
    WatchFolder {
        path: PathBuf,
    },
    ForgetFolder {
        path: PathBuf,
    },
    /// Puts these rows into the snapshot's `rows`; without `columns` all of them. A table of many columns answers with fewer rows.
    ShowRows {
        version: DataVersionRef,
        first_row: u64,
        count: u32,
        columns: Option<Range<usize>>,
    },
    /// Puts rejected rows `first..first + count` into the snapshot's `rejects`.
    ShowRejects {
        version: DataVersionRef,
        first: u64,
        count: u32,
    },
    /// Writes all rejected rows to a file: as JSON lines where it is called so, else as CSV.
    ExportRejects {
        version: DataVersionRef,
        path: PathBuf,
    },
    /// Puts the points of a scatter into the snapshot's `points`.
    ShowPoints {
        version: DataVersionRef,
        query: PointsQuery,
    },
    StartRun {
        recipe: Box<Recipe>,
    },
    PauseRun {
        run: RunId,
    },
    /// Continues a paused run, or an interrupted one from its last checkpoint.
    ResumeRun {
        run: RunId,
        /// Another device than the recipe's for an interrupted or failed run, such as the CPU after a GPU was lost.
        #[serde(default)]
        device: Option<DeviceChoice>,
    },
    StopRun {
        run: RunId,
    },
    RegisterRun {
        run: RunId,
        name: ModelName,
    },
    SetAlias {
        version: ModelVersionRef,
        alias: Arc<str>,
    },
    RemoveAlias {
        model: ModelName,
        alias: Arc<str>,
    },
    /// `port` 0 takes a free one; the server that already runs keeps its port.
    StartEndpoint {
        selector: ModelSelector,
        port: u16,
    },
    StopEndpoint {
        model: ModelName,
    },
    /// Predicts one row through the served model and puts the answer into the snapshot's `tried`.
    TryPrediction {
        model: ModelName,
        inputs: BTreeMap<Arc<str>, Cell>,
    },
    /// Compares the last `window` predictions with the reference; the answer also stands in the snapshot's `drift`.
    MeasureDrift {
        model: ModelName,
        window: u64,
    },
    /// Puts the lineage of anything (a dataset, version, run, model, digest or endpoint, by its written id) into the snapshot.
    ShowLineage {
        of: Arc<str>,
    },
    /// Puts facts `first_seq..first_seq + count` into the snapshot's `journal.page`.
    ShowFacts {
        first_seq: u64,
        count: u32,
    },
    VerifyJournal,
    WriteBackup {
        path: PathBuf,
    },
    CancelTask {
        task: TaskId,
    },
    DismissNotice {
        notice: u64,
    },
}

/// A question that changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Query {
    Datasets,
    /// `None` means the newest version.
    DataVersion {
        dataset: DatasetName,
        version: Option<u32>,
    },
    /// Rejected rows `first..first + count`, without showing them in the window.
    Rejects {
        version: DataVersionRef,
        first: u64,
        count: u32,
    },
    Runs,
    Run {
        run: RunId,
    },
    Metrics {
        run: RunId,
        key: Option<Arc<str>>,
    },
    Models,
    ModelVersion {
        selector: ModelSelector,
    },
    Lineage {
        of: Arc<str>,
    },
    /// Where the object of a digest lies on disk, verified.
    ObjectPath {
        digest: crate::Digest,
    },
    Server,
}

/// What comes over the local socket, one JSON line each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    Command(Command),
    Query(Query),
}

/// What goes back over the local socket: any number of `Progress`, then one of the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    Progress(TaskView),
    Answer(Box<Answer>),
    Refused(Refusal),
}

/// The answer to a command or a query, given when the work is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Done,
    DataVersions(Vec<Arc<DataVersion>>),
    /// Of several files some were imported, and others were not or not any more.
    PartlyImported {
        versions: Vec<Arc<DataVersion>>,
        refusals: Vec<Refusal>,
    },
    Rejects(RejectsPage),
    Runs(Vec<Arc<Run>>),
    Metrics(Vec<MetricPoint>),
    Models(Vec<Arc<Model>>),
    ModelVersion(Arc<ModelVersion>),
    Server(Option<ServerAddress>),
    Prediction {
        version: ModelVersionRef,
        output: PredictedOutput,
    },
    Drift(Arc<DriftReport>),
    Lineage(Arc<LineageGraph>),
    Facts(Vec<FactRecord>),
    Verified {
        facts: u64,
        objects: u64,
    },
    Path(PathBuf),
}

/// Why not, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub error: String,
    pub hint: Option<String>,
}

impl Refusal {
    pub fn new(error: impl Into<String>) -> Self {
        Self {
            error: error.into(),
            hint: None,
        }
    }

    pub fn with_hint(error: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            error: error.into(),
            hint: Some(hint.into()),
        }
    }
}
