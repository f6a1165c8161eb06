//! The catalog holds what it was given, says what it lost, and never gives out what is damaged.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::{
    ColumnProfile, ColumnRole, ColumnSpec, ColumnType, DataVersion, DataVersionRef, DatasetName,
    DeviceChoice, Digest, Fact, FactRecord, FeatureSpec, InputSpec, LearningTask, MlpSpec,
    ModelName, ModelPackage, ModelVersion, ModelVersionRef, ReaderOptions, Recipe, RunId,
    RunReport, Signature, SourceFile, SplitRows, SplitSpec, Timestamp, TrainingSpec,
};

use crate::Catalog;

mod child;
mod disk;
mod facts;
mod faults;
mod keep;
mod lineage;
mod migrations;
mod objects;
mod series;
mod tables;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn open(path: &Path) -> Catalog {
    Catalog::open(path).expect("the catalog opens")
}

/// In memory where the system has that: for many small catalogs whose fsyncs do not matter.
fn quick_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| folder())
}

/// A catalog in a folder of its own.
fn new_catalog() -> (tempfile::TempDir, PathBuf, Catalog) {
    new_catalog_in(quick_folder())
}

fn new_catalog_in(dir: tempfile::TempDir) -> (tempfile::TempDir, PathBuf, Catalog) {
    let path = dir.path().join("catalog.duckdb");
    let catalog = open(&path);
    (dir, path, catalog)
}

/// Facts as a journal would give them: numbered and chained.
fn chain(facts: impl IntoIterator<Item = Fact>) -> Vec<FactRecord> {
    let mut prev = Digest::new("0".repeat(64));
    let records = facts.into_iter().zip(1..).map(|(fact, seq)| {
        let text = serde_json::to_string(&fact).expect("JSON");
        let hash = digest(&format!("{prev}{text}"));
        FactRecord {
            seq,
            at: at(1_000 * seq as i64),
            actor: "ann".into(),
            prev: std::mem::replace(&mut prev, hash.clone()),
            fact,
            hash,
        }
    });
    records.collect()
}

fn notes(count: usize) -> Vec<FactRecord> {
    chain((0..count).map(|number| Fact::ProjectRepaired {
        note: format!("note {number}"),
    }))
}

fn at(unix_millis: i64) -> Timestamp {
    Timestamp { unix_millis }
}

fn digest(content: &str) -> Digest {
    Digest::new(blake3::hash(content.as_bytes()).to_hex().as_str())
}

fn run_id(name: &str) -> RunId {
    RunId::new(format!("run-{name}"))
}

fn data_ref(dataset: &str, version: u32) -> DataVersionRef {
    DataVersionRef {
        dataset: DatasetName::new(dataset),
        version,
    }
}

fn model_ref(model: &str, version: u32) -> ModelVersionRef {
    ModelVersionRef {
        model: ModelName::new(model),
        version,
    }
}

/// A version of `dataset` read from files of these contents.
fn data_added(dataset: &str, version: u32, contents: &[&str]) -> Fact {
    let source = |content: &&str| SourceFile {
        path: format!("/home/ann/{content}.csv").into(),
        bytes: 300,
        digest: digest(content),
        options: ReaderOptions::default(),
    };
    let column = |name: &str, role| ColumnSpec {
        name: name.into(),
        column_type: ColumnType::Float,
        role,
    };
    Fact::DataVersionAdded {
        version: Box::new(DataVersion {
            id: data_ref(dataset, version),
            created: at(5_000),
            sources: contents.iter().map(source).collect(),
            object: digest(&format!("parquet of {dataset}@{version}")),
            bytes: 1_234,
            rows: 150,
            rejected_rows: 2,
            rejects: Some(digest("rejects")),
            columns: vec![
                column("acid", ColumnRole::Feature),
                column("quality", ColumnRole::Target),
            ],
            profile: vec![profile("quality"), profile("acid")],
        }),
    }
}

fn profile(name: &str) -> ColumnProfile {
    ColumnProfile {
        name: name.into(),
        column_type: ColumnType::Float,
        missing: 3,
        distinct: 40,
        min: Some(-1.5),
        max: Some(9.0),
        mean: Some(name.len() as f64),
        std: None,
        quantiles: None,
        histogram: vec![1, 2],
        top_values: Vec::new(),
        warnings: Vec::new(),
    }
}

fn run_started(name: &str, data: DataVersionRef) -> Fact {
    Fact::RunStarted {
        run: run_id(name),
        recipe: Box::new(Recipe {
            data,
            target: "quality".into(),
            features: vec![FeatureSpec {
                name: "acid".into(),
                column_type: ColumnType::Float,
            }],
            task: LearningTask::Regression,
            split: SplitSpec::default(),
            model: MlpSpec::default(),
            training: TrainingSpec::default(),
            seed: u64::MAX,
            device: DeviceChoice::Auto,
            experiment: "wine".into(),
        }),
        device: "CPU".into(),
    }
}

fn package(run: &str) -> ModelPackage {
    let file = |name: &str| (Arc::from(name), digest(&format!("{name} of {run}")));
    ModelPackage {
        files: [file("model.onnx"), file("report.json")].into(),
    }
}

fn run_finished(name: &str) -> Fact {
    let metrics: BTreeMap<Arc<str>, f64> = [("test/rmse".into(), 0.5)].into();
    Fact::RunFinished {
        run: run_id(name),
        stopped: false,
        seconds: 12.5,
        report: Box::new(RunReport {
            baseline: [("test/rmse".into(), 0.9)].into(),
            metrics,
            rows: SplitRows::default(),
            epochs_run: 3,
            best_epoch: 2,
            classes: Vec::new(),
            confusion: Vec::new(),
            predicted_vs_actual: Vec::new(),
            importance: Vec::new(),
            parameters: 7,
            samples_per_second: 1e4,
        }),
        package: package(name),
        series: Some(digest(&format!("series of {name}"))),
    }
}

fn registered(model: &str, version: u32, run: &str) -> Fact {
    Fact::ModelRegistered {
        version: Box::new(ModelVersion {
            id: model_ref(model, version),
            run: run_id(run),
            created: at(9_000),
            package: package(run),
            file_bytes: BTreeMap::new(),
            signature: Arc::new(Signature {
                task: LearningTask::Regression,
                target: "quality".into(),
                inputs: vec![InputSpec {
                    name: "acid".into(),
                    column_type: ColumnType::Float,
                    categories: Vec::new(),
                    example: None,
                    range: None,
                }],
                classes: Vec::new(),
            }),
            metrics: BTreeMap::new(),
            onnx_max_abs_diff: 1e-6,
            onnx_compared_rows: 30,
        }),
    }
}

/// The main road, twice: two versions of one dataset, a run on each, a model version from each, the second one served.
fn main_road() -> Vec<FactRecord> {
    chain([
        data_added("wine", 1, &["first"]),
        run_started("one", data_ref("wine", 1)),
        run_finished("one"),
        registered("quality", 1, "one"),
        Fact::EndpointStarted {
            version: model_ref("quality", 1),
        },
        data_added("wine", 2, &["first", "second"]),
        run_started("two", data_ref("wine", 2)),
        Fact::CheckpointSaved {
            run: run_id("two"),
            epoch: 1,
        },
        run_finished("two"),
        registered("quality", 2, "two"),
        Fact::AliasSet {
            version: model_ref("quality", 1),
            alias: "champion".into(),
        },
        Fact::AliasSet {
            version: model_ref("quality", 2),
            alias: "champion".into(),
        },
        Fact::EndpointStarted {
            version: model_ref("quality", 2),
        },
        run_started("three", data_ref("wine", 2)),
        Fact::RunFailed {
            run: run_id("three"),
            seconds: 1.0,
            error: "the loss is NaN".into(),
        },
    ])
}
