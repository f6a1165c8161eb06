//! The engine room as a specification: real rooms, real files, no window.

mod deltas;
mod faults;
mod floods;
mod guests;
mod imports;
mod names;
mod pages;
mod repairs;
mod serving;
mod stores;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::*;

use crate::{Connection, Engine};

fn iris() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/samples/iris.csv")
}

fn new_engine(folder: &Path) -> (PathBuf, Engine) {
    let path = folder.join("garden.millrace");
    let engine = Engine::create(&path, Arc::new(|| {})).expect("a new project");
    (path, engine)
}

fn command(engine: &Engine, command: Command) -> Result<Answer, Refusal> {
    engine.ask(Ask::Command(command), &mut |_| {})
}

fn import(engine: &Engine, path: &Path) -> Result<Arc<DataVersion>, Refusal> {
    let import = Command::ImportFiles {
        paths: vec![path.to_owned()],
        name: None,
        options: ReaderOptions::default(),
        roles: Default::default(),
    };
    match command(engine, import)? {
        Answer::DataVersions(versions) => Ok(versions[0].clone()),
        other => panic!("an import answered {other:?}"),
    }
}

fn recipe(version: &DataVersion, target: &str, epochs: u32) -> Recipe {
    let mut recipe = Recipe::propose(version, target).expect("a recipe");
    recipe.device = DeviceChoice::Cpu;
    recipe.training.epochs = epochs;
    recipe
}

fn train(engine: &Engine, recipe: Recipe) -> Result<Arc<Run>, Refusal> {
    match command(
        engine,
        Command::StartRun {
            recipe: Box::new(recipe),
        },
    )? {
        Answer::Runs(runs) => Ok(runs[0].clone()),
        other => panic!("a run answered {other:?}"),
    }
}

/// Waits until the snapshot is as it should be.
fn wait_for(engine: &Engine, what: &str, is_so: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(30) {
        let snapshot = engine.snapshot();
        if is_so(&snapshot) {
            return snapshot;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("waited in vain until {what}");
}

/// What a crash leaves: the files as they are while the engine still runs.
fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    let entries = std::fs::read_dir(from).expect("a readable folder");
    let mut entries: Vec<_> = entries.map(|entry| entry.expect("an entry")).collect();
    // What is written first is copied first, as a crash would have it: the journal's mark, a checkpoint before its newer points.
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

#[test]
fn the_main_road_from_a_file_to_drift() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_path, engine) = new_engine(folder.path());
    let version = import(&engine, &iris()).expect("iris");
    assert_eq!((version.rows, version.rejected_rows), (150, 0));
    let run = train(&engine, recipe(&version, "species", 30)).expect("a run");
    assert_eq!(run.state, RunState::Finished);
    assert!(run.metrics["test/accuracy"] > 0.8, "{:?}", run.metrics);
    let register = Command::RegisterRun {
        run: run.id.clone(),
        name: ModelName::new("flower"),
    };
    let Ok(Answer::ModelVersion(model)) = command(&engine, register) else {
        panic!("a model version")
    };
    assert!(
        model.onnx_max_abs_diff < 1e-4,
        "{}",
        model.onnx_max_abs_diff
    );
    assert!(
        model.file_bytes.keys().eq(model.package.files.keys())
            && model.file_bytes.values().all(|bytes| *bytes > 0),
        "{:?}",
        model.file_bytes
    );
    command(
        &engine,
        Command::SetAlias {
            version: model.id.clone(),
            alias: "champion".into(),
        },
    )
    .expect("an alias");
    let selector = ModelSelector::parse("flower@champion").expect("a selector");
    let Ok(Answer::Server(Some(address))) =
        command(&engine, Command::StartEndpoint { selector, port: 0 })
    else {
        panic!("a server")
    };
    let row = r#"{"records":[{"sepal_length_cm":5.1,"sepal_width_cm":3.5,"petal_length_cm":1.4,"petal_width_cm":0.2}]}"#;
    for _ in 0..40 {
        let answer = ureq::post(format!("{}/predict/flower", address.url))
            .header("Authorization", format!("Bearer {}", address.key))
            .header("Content-Type", "application/json")
            .send(row)
            .expect("an answer");
        let answer: serde_json::Value =
            serde_json::from_reader(answer.into_body().into_reader()).expect("JSON");
        assert_eq!(answer["predictions"][0]["label"], "setosa", "{answer}");
    }
    let drift = || match command(
        &engine,
        Command::MeasureDrift {
            model: ModelName::new("flower"),
            window: 1_000,
        },
    ) {
        Ok(Answer::Drift(report)) => report,
        other => panic!("drift answered {other:?}"),
    };
    // Asked at once, it counts every prediction that was answered.
    let report = drift();
    assert_eq!(report.window, 40);
    // Forty times the same flower is nothing like the training data.
    assert!(
        report
            .columns
            .iter()
            .any(|column| column.verdict == DriftVerdict::Drifted),
        "{report:?}"
    );
    let Ok(Answer::Lineage(graph)) = engine.ask(
        Ask::Query(Query::Lineage {
            of: "endpoint:flower".into(),
        }),
        &mut |_| {},
    ) else {
        panic!("a lineage")
    };
    let kinds: std::collections::BTreeSet<_> = graph.nodes.iter().map(|node| node.kind).collect();
    assert_eq!(kinds.len(), 5, "{graph:?}");
    let Ok(Answer::Verified { facts, objects }) = command(&engine, Command::VerifyJournal) else {
        panic!("a verification")
    };
    assert!(facts >= 6 && objects >= 7, "{facts} {objects}");
    engine.close();
}

#[test]
fn what_was_acknowledged_is_there_after_a_crash() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let version = import(&engine, &iris()).expect("iris");
    let crashed = folder.path().join("crashed.millrace");
    copy_folder(&path, &crashed);
    let again = Engine::open(&crashed, Arc::new(|| {})).expect("the crashed project");
    let snapshot = wait_for(&again, "the dataset is there", |snapshot| {
        !snapshot.datasets.is_empty()
    });
    assert_eq!(snapshot.datasets[0].versions[0], version);
    again.close();
    engine.close();
}

#[test]
fn a_lost_catalog_is_rebuilt() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let version = import(&engine, &iris()).expect("iris");
    let run = train(&engine, recipe(&version, "species", 3)).expect("a run");
    let before = wait_for(&engine, "there are curves", |snapshot| {
        snapshot.curves.contains_key(&run.id)
    })
    .curves[&run.id]
        .clone();
    engine.close();
    std::fs::remove_file(path.join("catalog.duckdb")).expect("a catalog to lose");
    let again = Engine::open(&path, Arc::new(|| {})).expect("the project");
    let after = wait_for(&again, "the curves are back", |snapshot| {
        snapshot.curves.contains_key(&run.id)
    })
    .curves[&run.id]
        .clone();
    assert_eq!(after.series.len(), before.series.len());
    let Ok(Answer::Lineage(graph)) = again.ask(
        Ask::Query(Query::Lineage {
            of: run.id.as_str().into(),
        }),
        &mut |_| {},
    ) else {
        panic!("a lineage")
    };
    assert!(graph.nodes.len() >= 3, "{graph:?}");
    again.close();
}

#[test]
fn a_damaged_catalog_is_set_aside_and_rebuilt() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    import(&engine, &iris()).expect("iris");
    engine.close();
    std::fs::write(path.join("catalog.duckdb"), vec![7_u8; 40_000]).expect("damage");
    let again = Engine::open(&path, Arc::new(|| {})).expect("the project");
    let snapshot = wait_for(&again, "the dataset is there", |snapshot| {
        !snapshot.datasets.is_empty()
    });
    assert!(
        snapshot
            .notices
            .iter()
            .any(|notice| notice.title.contains("repaired")),
        "{:?}",
        snapshot.notices
    );
    again.close();
}

#[test]
fn a_second_process_is_answered_by_the_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    import(&engine, &iris()).expect("iris");
    let other = Connection::for_errand(&path).expect("the holder answers");
    assert!(matches!(other, Connection::Other(_)));
    let Ok(Answer::DataVersions(versions)) = other.ask(Ask::Query(Query::Datasets), &mut |_| {})
    else {
        panic!("datasets")
    };
    assert_eq!(versions[0].id.to_string(), "iris@1");
    let refused = other.ask(
        Ask::Query(Query::Run {
            run: RunId::new("run-nothing0"),
        }),
        &mut |_| {},
    );
    assert!(refused.expect_err("no such run").hint.is_some());
    other.close();
    engine.close();
}

#[test]
fn a_failing_run_is_a_failed_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_path, engine) = new_engine(folder.path());
    let csv = folder.path().join("one_class.csv");
    let rows: String = (0..40)
        .map(|row| format!("{row}.5,{},yes\n", row * 3))
        .collect();
    std::fs::write(&csv, format!("a,b,answer\n{rows}")).expect("a file");
    let version = import(&engine, &csv).expect("the file");
    let refusal =
        train(&engine, recipe(&version, "answer", 2)).expect_err("one class cannot be learned");
    assert!(refusal.hint.is_some(), "{refusal:?}");
    let snapshot = wait_for(&engine, "the run has failed", |snapshot| {
        snapshot
            .runs
            .iter()
            .any(|run| run.state == RunState::Failed)
    });
    assert!(snapshot.runs[0].error.is_some());
    import(&engine, &iris()).expect("the engine goes on");
    engine.close();
}

#[test]
fn a_panic_in_a_run_ends_that_run_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_path, engine) = new_engine(folder.path());
    let version = import(&engine, &iris()).expect("iris");
    let mut long = recipe(&version, "species", 600);
    long.training.patience = 0;
    std::thread::scope(|scope| {
        let other = scope.spawn(|| train(&engine, long));
        for doing in ["reading", "training"] {
            let mut broken = recipe(&version, "species", 8);
            broken.training.patience = 0;
            broken.experiment = format!("broken while {doing}").into();
            let refusal = train(&engine, broken).expect_err("the program has a fault");
            assert!(
                refusal.error.contains("an index is 3 and the length is 2"),
                "{refusal:?}"
            );
            let hint = refusal.hint.expect("a next step");
            assert!(hint.contains("last checkpoint"), "{hint}");
            let is_broken =
                |run: &&Arc<Run>| *run.recipe.experiment == *format!("broken while {doing}");
            let snapshot = wait_for(&engine, "the run has failed", |snapshot| {
                let run = snapshot.runs.iter().find(is_broken);
                run.is_some_and(|run| run.state == RunState::Failed)
            });
            let run = snapshot.runs.iter().find(is_broken).expect("the run");
            assert!(
                run.error
                    .as_ref()
                    .is_some_and(|error| error.contains(&hint))
            );
            let resume = Command::ResumeRun {
                run: run.id.clone(),
                device: Some(DeviceChoice::Cpu),
            };
            let Ok(Answer::Runs(resumed)) = command(&engine, resume) else {
                panic!("the run goes on")
            };
            assert_eq!(resumed[0].state, RunState::Finished);
            wait_for(&engine, "every epoch is there once", |snapshot| {
                let points = &snapshot.curves[&run.id].series[0].points;
                points.iter().map(|point| point[0] as u32).eq(1..=8)
            });
        }
        let other = other.join().expect("no panic").expect("the other run");
        assert_eq!(other.state, RunState::Finished);
        assert_eq!(other.report.as_ref().expect("a report").epochs_run, 600);
    });
    engine.close();
}

#[test]
fn the_same_file_is_recognised() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_path, engine) = new_engine(folder.path());
    let first = import(&engine, &iris()).expect("iris");
    let copy = folder.path().join("iris.csv");
    std::fs::copy(iris(), &copy).expect("a copy");
    assert_eq!(import(&engine, &copy).expect("the copy").id, first.id);
    let text = std::fs::read_to_string(&copy).expect("text");
    std::fs::write(&copy, format!("{text}5.0,3.0,1.5,0.3,setosa\n")).expect("a longer file");
    let second = import(&engine, &copy).expect("the longer file");
    assert_eq!((second.id.version, second.rows), (2, 151));
    engine.close();
}

#[test]
fn a_file_put_into_the_inbox_is_imported() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    std::fs::copy(iris(), path.join("inbox/iris.csv")).expect("a copy");
    let snapshot = wait_for(&engine, "the inbox was noticed", |snapshot| {
        !snapshot.datasets.is_empty()
    });
    assert_eq!(snapshot.datasets[0].name.as_str(), "iris");
    engine.close();
}

#[test]
fn a_run_that_was_cut_off_is_interrupted_and_resumes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let version = import(&engine, &iris()).expect("iris");
    let mut long = recipe(&version, "species", 100_000);
    long.training.patience = 0;
    engine
        .submit(Command::StartRun {
            recipe: Box::new(long),
        })
        .expect("a started run");
    wait_for(&engine, "some epochs have passed", |snapshot| {
        snapshot
            .curves
            .values()
            .any(|curves| curves.series.iter().any(|series| series.points.len() > 5))
    });
    let crashed = folder.path().join("crashed.millrace");
    copy_folder(&path, &crashed);
    engine.close();
    let again = Engine::open(&crashed, Arc::new(|| {})).expect("the crashed project");
    let snapshot = wait_for(&again, "the run is known", |snapshot| {
        !snapshot.runs.is_empty()
    });
    assert_eq!(snapshot.runs[0].state, RunState::Interrupted);
    let run = snapshot.runs[0].id.clone();
    let passed = |snapshot: &Snapshot| {
        snapshot
            .curves
            .get(&run)
            .map_or(0, |curves| curves.series[0].points.len())
    };
    let before = passed(&snapshot);
    again
        .submit(Command::ResumeRun {
            run: run.clone(),
            device: None,
        })
        .expect("a resumed run");
    let snapshot = wait_for(&again, "more epochs have passed", |snapshot| {
        passed(snapshot) > before + 3
    });
    let steps: Vec<f64> = snapshot.curves[&run].series[0]
        .points
        .iter()
        .map(|point| point[0])
        .collect();
    assert!(
        steps.windows(2).all(|pair| pair[1] == pair[0] + 1.0),
        "every epoch once: {steps:?}"
    );
    again
        .submit(Command::StopRun { run: run.clone() })
        .expect("a stop");
    let snapshot = wait_for(&again, "the run has stopped", |snapshot| {
        snapshot.runs[0].state == RunState::Stopped
    });
    assert!(snapshot.runs[0].report.is_some());
    again.close();
}

#[test]
fn a_backup_unpacks_to_the_same_project() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_path, engine) = new_engine(folder.path());
    let version = import(&engine, &iris()).expect("iris");
    let file = folder.path().join("garden.tar");
    command(&engine, Command::WriteBackup { path: file.clone() }).expect("a backup");
    engine.close();
    let restored = folder.path().join("restored");
    tar::Archive::new(std::fs::File::open(file).expect("the backup"))
        .unpack(&restored)
        .expect("an archive");
    let again = Engine::open(&restored.join("garden.millrace"), Arc::new(|| {}))
        .expect("the restored project");
    let snapshot = wait_for(&again, "the dataset is there", |snapshot| {
        !snapshot.datasets.is_empty()
    });
    assert_eq!(snapshot.datasets[0].versions[0].object, version.object);
    again.close();
}

#[test]
fn a_broken_file_is_a_sentence_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_path, engine) = new_engine(folder.path());
    let broken = folder.path().join("broken.parquet");
    std::fs::write(&broken, b"PAR1 and then nothing of the kind").expect("a file");
    let refusal = import(&engine, &broken).expect_err("no Parquet file");
    assert!(refusal.error.contains("broken.parquet"), "{refusal:?}");
    assert!(engine.snapshot().datasets.is_empty());
    engine.close();
}
