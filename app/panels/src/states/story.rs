//! Sample tasks, notices, facts and lineage: the story that the road sample tells.

use std::path::PathBuf;
use std::sync::Arc;

use contract::{
    Digest, Fact, FactRecord, LineageGraph, LineageKind, LineageNode, ModelName, Notice,
    NoticeLevel, ProjectId, Run, RunState, TaskId, TaskState, TaskView, Timestamp,
};

use super::{ago, digest, iris, model_version, run, wine, wine_second_version};

/// Tasks by number: 0 an import at work, 1 a training, 2 one of unknown length, 3 a finished, 4 a failed, 5 a cancelled one.
pub fn task(kind: u64) -> TaskView {
    let import = TaskView {
        id: TaskId::from_random(kind * 7_919 + 12),
        title: "Import sales.csv".into(),
        stage: "profiling".into(),
        done: 412_000_000,
        total: Some(1_040_000_000),
        unit: "bytes".into(),
        seconds: 8.2,
        seconds_left: Some(12.5),
        state: TaskState::Running,
        can_cancel: true,
        run: None,
    };
    match kind {
        1 => TaskView {
            title: "Train run 6 on wine@2".into(),
            stage: "epoch 45".into(),
            done: 45,
            total: Some(100),
            unit: "epochs".into(),
            seconds: 14.0,
            seconds_left: Some(17.0),
            run: Some(run(6, &wine_second_version(), RunState::Running).id),
            ..import
        },
        2 => TaskView {
            title: "Verify the journal".into(),
            stage: "reading objects".into(),
            done: 311,
            total: None,
            unit: "objects".into(),
            seconds_left: None,
            can_cancel: false,
            ..import
        },
        3..=5 => ended_task(kind, import),
        _ => import,
    }
}

/// 3 a finished, 4 a failed, 5 a cancelled one.
fn ended_task(kind: u64, import: TaskView) -> TaskView {
    match kind {
        3 => TaskView {
            title: "Import wine.csv".into(),
            stage: "done".into(),
            done: 11_157,
            total: Some(11_157),
            seconds: 0.4,
            seconds_left: None,
            state: TaskState::Finished,
            can_cancel: false,
            ..import
        },
        4 => TaskView {
            title: "Import notes.txt".into(),
            stage: "reading".into(),
            done: 0,
            total: Some(2_048),
            seconds: 0.1,
            seconds_left: None,
            state: TaskState::Failed(
                "notes.txt holds no table: no line has the same number of fields as another".into(),
            ),
            can_cancel: false,
            ..import
        },
        _ => TaskView {
            title: "Backup to cellar-november.millrace".into(),
            stage: "copying objects".into(),
            done: 88_000_000,
            total: Some(310_000_000),
            seconds: 2.0,
            seconds_left: None,
            state: TaskState::Cancelled,
            can_cancel: false,
            ..import
        },
    }
}

/// A notice of this level.
pub fn notice(id: u64, level: NoticeLevel) -> Notice {
    let (title, detail, hint) = match level {
        NoticeLevel::Done => ("Imported wine.csv as wine@2", None, None),
        NoticeLevel::Info => (
            "iris.csv was imported before as iris@1",
            Some("The file has the same bytes"),
            None,
        ),
        NoticeLevel::Warning => (
            "41 rows of messpunkte.csv were rejected",
            Some("Line 212 has 7 fields where 6 are expected"),
            Some("Look at the rejected rows, or choose another delimiter and import again"),
        ),
        NoticeLevel::Error => (
            "notes.txt could not be imported",
            Some("It holds no table: no line has the same number of fields as another"),
            Some("Choose a CSV, JSON, Parquet or Excel file"),
        ),
    };
    Notice {
        id,
        at: ago(id * 60 + 20),
        level,
        title: title.into(),
        detail: detail.map(Into::into),
        hint: hint.map(Into::into),
        refused: None,
    }
}

/// The first `count` facts of the road, each a few minutes after the one before; at most 40.
pub fn facts(count: usize) -> Vec<FactRecord> {
    let mut facts = vec![Fact::ProjectCreated {
        project: ProjectId::from_random(0x51_2f0c_9a77),
        name: "Wine cellar".into(),
        format: 1,
    }];
    for version in [wine(), iris(), wine_second_version()] {
        facts.push(Fact::DataVersionAdded {
            version: Box::new(version),
        });
    }
    facts.push(Fact::DataVersionRecognised {
        version: iris().id,
        path: PathBuf::from("/home/ada/Downloads/iris (1).csv"),
    });
    let finished = run(1, &wine(), RunState::Finished);
    facts.push(Fact::RunStarted {
        run: finished.id.clone(),
        recipe: Box::new(finished.recipe.clone()),
        device: finished.device.clone(),
    });
    for epoch in 1..=24 {
        facts.push(Fact::CheckpointSaved {
            run: finished.id.clone(),
            epoch,
        });
    }
    if let (Some(report), Some(package)) = (&finished.report, &finished.package) {
        facts.push(Fact::RunFinished {
            run: finished.id.clone(),
            stopped: false,
            seconds: finished.seconds,
            report: Box::new((**report).clone()),
            package: package.clone(),
            series: Some(digest(4_004)),
        });
    }
    facts.extend(served_facts(&finished));
    facts.truncate(count);
    chained(facts)
}

/// From the registered model on, and what went wrong beside it.
fn served_facts(finished: &Run) -> Vec<Fact> {
    let model = model_version(&ModelName::new("wine"), 1, finished);
    let failed = run(4, &iris(), RunState::Failed);
    vec![
        Fact::ModelRegistered {
            version: Box::new(model.clone()),
        },
        Fact::AliasSet {
            version: model.id.clone(),
            alias: "champion".into(),
        },
        Fact::EndpointStarted {
            version: model.id.clone(),
        },
        Fact::RunStarted {
            run: failed.id.clone(),
            recipe: Box::new(failed.recipe.clone()),
            device: failed.device.clone(),
        },
        Fact::RunFailed {
            run: failed.id.clone(),
            seconds: failed.seconds,
            error: failed.error.clone().unwrap_or_default(),
        },
        Fact::FolderWatched {
            path: PathBuf::from("/home/ada/data/incoming"),
        },
        Fact::JournalVerified { facts: 36 },
        Fact::RunInterrupted {
            run: run(5, &wine_second_version(), RunState::Interrupted).id,
        },
    ]
}

fn chained(facts: Vec<Fact>) -> Vec<FactRecord> {
    let count = facts.len() as u64;
    let mut prev = Digest::new("0".repeat(64));
    facts
        .into_iter()
        .zip(1_u64..)
        .map(|(fact, seq)| {
            let hash = digest(seq + 50_000);
            let actor = match &fact {
                Fact::CheckpointSaved { .. } | Fact::RunFinished { .. } => "host",
                _ => "ada",
            };
            FactRecord {
                seq,
                at: ago((count - seq) * 340),
                actor: actor.into(),
                prev: std::mem::replace(&mut prev, hash.clone()),
                fact,
                hash,
            }
        })
        .collect()
}

/// From the two wine files to the endpoint, with a run that led nowhere.
pub fn lineage() -> LineageGraph {
    let source = digest(125);
    let first = run(1, &wine(), RunState::Finished);
    let second = run(2, &wine(), RunState::Stopped);
    let third = run(3, &wine_second_version(), RunState::Finished);
    let file = format!("source:{source}");
    let newer_file = format!("source:{}", digest(126));
    let runs = [first.id.as_str(), second.id.as_str(), third.id.as_str()];
    let nodes = lineage_nodes([&file, &newer_file], runs);
    let edge = |from: &str, to: &str| -> (Arc<str>, Arc<str>) { (from.into(), to.into()) };
    LineageGraph {
        of: "model:wine@1".into(),
        edges: vec![
            edge(&file, "wine@1"),
            edge(&newer_file, "wine@2"),
            edge("wine@1", first.id.as_str()),
            edge("wine@1", second.id.as_str()),
            edge("wine@2", third.id.as_str()),
            edge(first.id.as_str(), "model:wine@1"),
            edge("model:wine@1", "endpoint:wine"),
        ],
        nodes,
    }
}

/// Two files, what was read and learned from them, and what serves it.
fn lineage_nodes(files: [&str; 2], runs: [&str; 3]) -> Vec<LineageNode> {
    let node = |id: &str, kind, label: &str, detail: &str, seq: u64| LineageNode {
        id: id.into(),
        kind,
        label: label.into(),
        detail: detail.into(),
        at: Timestamp {
            unix_millis: ago(13_000).unix_millis + i64::try_from(seq).unwrap_or(0) * 340_000,
        },
        seq,
    };
    vec![
        node(files[0], LineageKind::Source, "wine.csv", "11.2 kB", 2),
        node(files[1], LineageKind::Source, "wine.csv", "10.1 kB", 4),
        node("wine@1", LineageKind::DataVersion, "wine@1", "178 rows", 2),
        node("wine@2", LineageKind::DataVersion, "wine@2", "160 rows", 4),
        node(runs[0], LineageKind::Run, "Run 1", "accuracy 0.962", 31),
        node(runs[1], LineageKind::Run, "Run 2", "accuracy 0.923", 32),
        node(runs[2], LineageKind::Run, "Run 3", "accuracy 0.958", 33),
        node(
            "model:wine@1",
            LineageKind::ModelVersion,
            "wine@1",
            "champion",
            34,
        ),
        node(
            "endpoint:wine",
            LineageKind::Endpoint,
            "wine",
            "serves wine@1",
            36,
        ),
    ]
}
