//! Facts: what happened, in the past tense, in the order of the journal.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    ColumnProfile, ColumnSpec, DataVersion, DataVersionRef, Digest, ModelName, ModelPackage,
    ModelVersion, ModelVersionRef, ProjectId, Recipe, RunId, RunReport, Timestamp,
};

/// Something that happened. Rare; fast figures travel in the snapshot and in batches to the catalog.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Fact {
    ProjectCreated {
        project: ProjectId,
        name: String,
        format: u32,
    },
    /// What was mended when the project was opened.
    ProjectRepaired {
        note: String,
    },
    DataVersionAdded {
        version: Box<DataVersion>,
    },
    /// The same bytes were offered again.
    DataVersionRecognised {
        version: DataVersionRef,
        path: PathBuf,
    },
    DataImportFailed {
        path: PathBuf,
        error: String,
    },
    /// `profile` was measured anew with the new types.
    ColumnsEdited {
        version: DataVersionRef,
        columns: Vec<ColumnSpec>,
        profile: Vec<ColumnProfile>,
    },
    FolderWatched {
        path: PathBuf,
    },
    FolderForgotten {
        path: PathBuf,
    },
    RunStarted {
        run: RunId,
        recipe: Box<Recipe>,
        device: String,
    },
    RunPaused {
        run: RunId,
    },
    RunResumed {
        run: RunId,
        from_epoch: u32,
        /// Where it goes on, if it was made to start anew.
        #[serde(default)]
        device: Option<String>,
    },
    /// A checkpoint that a resumed run can start from.
    CheckpointSaved {
        run: RunId,
        epoch: u32,
    },
    /// `series` is the sealed Parquet object of the run's metric points.
    RunFinished {
        run: RunId,
        stopped: bool,
        seconds: f64,
        report: Box<RunReport>,
        package: ModelPackage,
        series: Option<Digest>,
    },
    RunFailed {
        run: RunId,
        seconds: f64,
        error: String,
    },
    RunInterrupted {
        run: RunId,
    },
    ModelRegistered {
        version: Box<ModelVersion>,
    },
    AliasSet {
        version: ModelVersionRef,
        alias: Arc<str>,
    },
    AliasRemoved {
        model: ModelName,
        alias: Arc<str>,
    },
    EndpointStarted {
        version: ModelVersionRef,
    },
    EndpointStopped {
        model: ModelName,
    },
    /// The journal was checked from its first fact to `seq`.
    JournalVerified {
        facts: u64,
    },
    BackupWritten {
        path: PathBuf,
        facts: u64,
    },
}

/// A fact as it stands in the journal, one line each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactRecord {
    /// Counts from 1, without gaps.
    pub seq: u64,
    pub at: Timestamp,
    pub actor: Arc<str>,
    /// Hash of the fact before; 64 zeros for the first.
    pub prev: Digest,
    pub fact: Fact,
    /// BLAKE3 of this line without `hash`.
    pub hash: Digest,
}

/// The newest fact that somebody has seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalHead {
    pub seq: u64,
    pub hash: Digest,
}
