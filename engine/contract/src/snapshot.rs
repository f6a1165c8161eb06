//! The snapshot: one immutable picture of everything, published by `host`, read by every panel.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    Command, DataVersion, DataVersionRef, DatasetName, DeviceInfo, DriftReport, Endpoint,
    EndpointFigures, FactRecord, JournalHead, Model, ModelName, ModelVersion, ModelVersionRef,
    PointsPage, PointsQuery, PredictedOutput, ProjectId, Refusal, RejectsPage, RequestLine,
    RowsPage, Run, RunId, ServerAddress, TaskId, Timestamp,
};

/// Cheap to clone and to compare: everything large stands behind an `Arc`.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Grows with every change; the window repaints only when it does.
    pub revision: u64,
    /// `None` while no project is open.
    pub project: Option<Arc<ProjectInfo>>,
    pub datasets: Vec<Arc<Dataset>>,
    pub watched_folders: Vec<PathBuf>,
    /// In the order of starting.
    pub runs: Vec<Arc<Run>>,
    pub curves: HashMap<RunId, Arc<Curves>>,
    pub models: Vec<Arc<Model>>,
    pub server: Option<ServerAddress>,
    pub endpoints: Vec<Arc<EndpointView>>,
    /// The newest 200, oldest first.
    pub requests: Vec<Arc<RequestLine>>,
    pub drift: HashMap<ModelName, Arc<DriftReport>>,
    /// Running first; the finished of this session after them, newest first.
    pub tasks: Vec<Arc<TaskView>>,
    pub notices: Vec<Arc<Notice>>,
    pub journal: JournalView,
    pub rows: Option<Arc<RowsView>>,
    pub rejects: Option<Arc<RejectsView>>,
    pub points: Option<Arc<PointsView>>,
    pub lineage: Option<Arc<LineageGraph>>,
    pub tried: Option<Arc<TriedPrediction>>,
    pub devices: Vec<DeviceInfo>,
    /// Resident memory of the process that holds the project.
    pub memory_bytes: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ProjectInfo {
    pub id: ProjectId,
    pub name: String,
    pub path: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dataset {
    pub name: DatasetName,
    /// Oldest first; never empty.
    pub versions: Vec<Arc<DataVersion>>,
}

/// All metric series of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    pub series: Vec<Series>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub key: Arc<str>,
    /// `[step, value]` in the order of steps; NaN is a gap.
    pub points: Arc<[[f64; 2]]>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EndpointView {
    pub endpoint: Endpoint,
    pub model: Arc<ModelVersion>,
    pub figures: EndpointFigures,
}

/// Long work, as it is shown: bar, done / total, rate, time left, cancel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskView {
    pub id: TaskId,
    /// Such as “Import wine.csv”.
    pub title: String,
    /// What is happening now, such as “profiling”.
    pub stage: String,
    pub done: u64,
    pub total: Option<u64>,
    /// What is counted: `bytes`, `rows`, `epochs`.
    pub unit: String,
    pub seconds: f64,
    pub seconds_left: Option<f64>,
    pub state: TaskState,
    pub can_cancel: bool,
    pub run: Option<RunId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    Running,
    Finished,
    Cancelled,
    Failed(String),
}

/// Something to tell a person once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    pub id: u64,
    pub at: Timestamp,
    pub level: NoticeLevel,
    pub title: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// Where it says that a command was refused: that command, as it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Arc<Command>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeLevel {
    Done,
    Info,
    Warning,
    Error,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct JournalView {
    pub head: Option<JournalHead>,
    pub verified: Option<Verified>,
    /// The facts that were asked for with `ShowFacts`.
    pub page: Arc<[FactRecord]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    pub at: Timestamp,
    pub facts: u64,
}

/// What `Command::ShowRows` found, or why it cannot be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowsView {
    pub version: DataVersionRef,
    pub page: Result<RowsPage, Refusal>,
}

/// What `Command::ShowRejects` found, or why it cannot be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RejectsView {
    pub version: DataVersionRef,
    pub page: Result<RejectsPage, Refusal>,
}

/// What `Command::ShowPoints` found, or why it cannot be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointsView {
    pub version: DataVersionRef,
    pub query: PointsQuery,
    pub page: Result<PointsPage, Refusal>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TriedPrediction {
    pub version: ModelVersionRef,
    pub answer: Result<PredictedOutput, String>,
    pub micros: u64,
}

/// Layers from left to right: source, data version, run, model version, endpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LineageGraph {
    /// The written id that was asked for.
    pub of: Arc<str>,
    pub nodes: Vec<LineageNode>,
    /// `(from, to)` by written id.
    pub edges: Vec<(Arc<str>, Arc<str>)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineageNode {
    /// `source:<digest>`, `wine@1`, `run-…`, `model:wine@1`, `endpoint:wine`.
    pub id: Arc<str>,
    pub kind: LineageKind,
    pub label: String,
    pub detail: String,
    pub at: Timestamp,
    /// The fact that made it.
    pub seq: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineageKind {
    Source,
    DataVersion,
    Run,
    ModelVersion,
    Endpoint,
}
