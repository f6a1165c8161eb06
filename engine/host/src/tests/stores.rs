//! What is on the disk survives: a backup of a project that goes on, a repair, a lost catalog.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

/// What is in an archive, and the project that it unpacks to.
fn restored(file: &Path, to: &Path) -> PathBuf {
    tar::Archive::new(std::fs::File::open(file).expect("the backup"))
        .unpack(to)
        .expect("a whole archive");
    to.join("garden.millrace")
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into()
        })
        .collect()
}

fn write_backup(engine: &Engine, path: &Path) -> Result<Answer, Refusal> {
    command(engine, Command::WriteBackup { path: path.into() })
}

fn long_run(engine: &Engine, version: &DataVersion) -> RunId {
    let mut long = recipe(version, "species", 1_000_000);
    long.training.patience = 0;
    let start = Command::StartRun {
        recipe: Box::new(long),
    };
    engine.submit(start).expect("a started run");
    let snapshot = wait_for(engine, "some epochs have passed", |snapshot| {
        let mut curves = snapshot.curves.values();
        curves.any(|curves| curves.series[0].points.len() > 20)
    });
    snapshot.runs[0].id.clone()
}

#[test]
fn a_backup_of_a_project_that_goes_on_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let version = import(&engine, &iris()).expect("iris");
    let run = long_run(&engine, &version);
    let is_over = AtomicBool::new(false);
    let mut left = Vec::new();
    let files: Vec<PathBuf> = std::thread::scope(|scope| {
        // The journal and the objects grow all the while.
        scope.spawn(|| {
            for number in 0.. {
                if is_over.load(Ordering::Acquire) {
                    break;
                }
                let csv = folder.path().join("growing.csv");
                std::fs::write(&csv, format!("a,b\n1,{number}\n2,3\n")).expect("a file");
                import(&engine, &csv).expect("one more version");
            }
        });
        let files = (0..6).map(|number| {
            let file = folder.path().join(format!("backup-{number}.tar"));
            write_backup(&engine, &file).expect("a backup");
            // Whoever has the answer may end the program at once.
            let beside = [names(folder.path()), names(&path)].into_iter().flatten();
            left.extend(beside.filter(|name| name.starts_with(".millrace-backup")));
            file
        });
        let files = files.collect();
        is_over.store(true, Ordering::Release);
        files
    });
    engine.close();
    assert!(left.is_empty(), "nothing is left of a backup: {left:?}");
    for (number, file) in files.iter().enumerate() {
        let path = restored(file, &folder.path().join(format!("restored-{number}")));
        assert!(
            names(&path.join("objects"))
                .iter()
                .all(|name| name.len() == 2)
        );
        journal::verify(&path.join("journal")).expect("a whole journal");
        let again = Engine::open(&path, Arc::new(|| {})).expect("the restored project");
        command(&again, Command::VerifyJournal).expect("every fact and every object");
        let snapshot = again.snapshot();
        assert_eq!(snapshot.runs[0].state, RunState::Interrupted);
        assert!(
            snapshot
                .notices
                .iter()
                .all(|notice| !notice.title.contains("repaired")),
            "{:?}",
            snapshot.notices
        );
        if number == 0 {
            resumes_where_it_was(&again, &run);
        }
        again.close();
    }
}

/// Not from the beginning, and every epoch once.
fn resumes_where_it_was(engine: &Engine, run: &RunId) {
    let resume = Command::ResumeRun {
        run: run.clone(),
        device: None,
    };
    engine.submit(resume).expect("a resumed run");
    let steps = |snapshot: &Snapshot| -> Vec<f64> {
        let curves = snapshot.curves.get(run);
        let points = curves.map_or(&[] as &[_], |curves| &curves.series[0].points);
        points.iter().map(|point| point[0]).collect()
    };
    let resumed_from = |snapshot: &Snapshot| {
        let facts = Ask::Command(Command::ShowFacts {
            first_seq: 1,
            count: 2_000,
        });
        let Ok(Answer::Facts(facts)) = engine.ask(facts, &mut |_| {}) else {
            panic!("facts")
        };
        let from = facts.iter().rev().find_map(|record| match &record.fact {
            Fact::RunResumed { from_epoch, .. } => Some(*from_epoch),
            _ => None,
        });
        (from.unwrap_or(0), steps(snapshot).len())
    };
    let snapshot = wait_for(engine, "the run goes on", |snapshot| {
        let run = snapshot.runs.iter().find(|other| other.id == *run);
        run.is_some_and(|run| run.state == RunState::Running) && steps(snapshot).len() > 30
    });
    let (from, _) = resumed_from(&snapshot);
    assert!(from >= 10, "resumed from epoch {from}");
    let steps = steps(&snapshot);
    assert!(
        steps.windows(2).all(|pair| pair[1] == pair[0] + 1.0),
        "every epoch once: {steps:?}"
    );
}

#[test]
fn a_backup_into_the_project_itself_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    import(&engine, &iris()).expect("iris");
    let before = (names(&path), names(&path.join("objects")));
    for inside in [
        "backup.tar",
        "objects/backup.tar",
        "journal/backup.tar",
        "inbox/../runs/b.tar",
    ] {
        let refusal = write_backup(&engine, &path.join(inside)).expect_err("it would hold itself");
        assert!(
            refusal.error.contains("in the project itself"),
            "{refusal:?}"
        );
        assert!(refusal.hint.is_some());
    }
    assert_eq!((names(&path), names(&path.join("objects"))), before);
    engine.close();
}

#[test]
fn what_a_killed_backup_left_goes_at_the_next_opening() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    engine.close();
    let note = |name: &str, of: &Path| {
        std::fs::write(path.join(name), of.to_str().expect("UTF-8")).expect("a note");
    };
    let half = folder.path().join(".millrace-backup-abc");
    std::fs::create_dir_all(half.join("journal")).expect("half a backup");
    note(".millrace-backup-abc", &half);
    let foreign = folder.path().join("foreign");
    std::fs::create_dir_all(&foreign).expect("a folder of somebody");
    note(".millrace-backup-def", &foreign);
    let again = Engine::open(&path, Arc::new(|| {})).expect("the project");
    assert!(!half.exists() && foreign.exists());
    assert!(
        names(&path)
            .iter()
            .all(|name| !name.starts_with(".millrace-backup"))
    );
    again.close();
}

/// A served model that has answered `count` times.
fn serve_and_ask(engine: &Engine, count: usize) {
    let version = import(engine, &iris()).expect("iris");
    let run = train(engine, recipe(&version, "species", 3)).expect("a run");
    let register = Command::RegisterRun {
        run: run.id.clone(),
        name: ModelName::new("flower"),
    };
    command(engine, register).expect("a model");
    let selector = ModelSelector::parse("flower").expect("a selector");
    let start = Command::StartEndpoint { selector, port: 0 };
    let Ok(Answer::Server(Some(address))) = command(engine, start) else {
        panic!("a server")
    };
    let row = r#"{"records":[{"sepal_length_cm":5.1,"sepal_width_cm":3.5,"petal_length_cm":1.4,"petal_width_cm":0.2}]}"#;
    for _ in 0..count {
        ureq::post(format!("{}/predict/flower", address.url))
            .header("Authorization", format!("Bearer {}", address.key))
            .header("Content-Type", "application/json")
            .send(row)
            .expect("an answer");
    }
}

fn predictions_seen(path: &Path) -> u64 {
    let engine = Engine::open(path, Arc::new(|| {})).expect("the project");
    let drift = Command::MeasureDrift {
        model: ModelName::new("flower"),
        window: 1_000,
    };
    let Ok(Answer::Drift(report)) = command(&engine, drift) else {
        panic!("drift")
    };
    engine.close();
    report.window
}

#[test]
fn a_repair_and_a_lost_catalog_cost_no_prediction() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    serve_and_ask(&engine, 25);
    engine.close();
    for times in 1..=2 {
        let repaired = crate::repair(&path).expect("a repaired project");
        assert_eq!(repaired.predictions, 25, "{repaired:?}");
        let is_aside = |name: &&String| name.contains("before-repair") && !name.ends_with(".wal");
        assert_eq!(names(&path).iter().filter(is_aside).count(), times);
    }
    assert_eq!(predictions_seen(&path), 25);

    std::fs::remove_file(path.join("catalog.duckdb")).expect("a catalog to lose");
    assert_eq!(predictions_seen(&path), 25);

    std::fs::write(path.join("catalog.duckdb"), vec![7_u8; 40_000]).expect("damage");
    assert_eq!(predictions_seen(&path), 25);
}

#[test]
fn what_a_killed_program_logged_is_sealed_by_the_next_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    serve_and_ask(&engine, 5);
    let drift = || Command::MeasureDrift {
        model: ModelName::new("flower"),
        window: 1_000,
    };
    command(&engine, drift()).expect("drift, which waits for what was logged");
    let copy = folder.path().join("killed.millrace");
    copy_folder(&path, &copy);
    engine.close();
    assert!(!copy.join("predictions").exists(), "nothing was sealed yet");
    let again = Engine::open(&copy, Arc::new(|| {})).expect("the copy");
    command(&again, drift()).expect("drift, which the catalog gives");
    // Before it ends, for it may be killed too.
    assert_eq!(names(&copy.join("predictions")).len(), 1);
    again.close();
    assert_eq!(names(&copy.join("predictions")).len(), 1, "and once");
}

#[test]
fn a_repair_that_fails_leaves_the_catalog_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    import(&engine, &iris()).expect("iris");
    engine.close();
    let before = std::fs::read(path.join("catalog.duckdb")).expect("the catalog");
    let (objects, away) = (path.join("objects"), path.join("objects-away"));
    std::fs::rename(&objects, &away).expect("moved away");
    std::fs::write(&objects, "no folder").expect("a file in its place");
    crate::repair(&path).expect_err("objects cannot be read");
    let after = std::fs::read(path.join("catalog.duckdb")).expect("the catalog");
    assert!(before == after, "the catalog is the one that was there");
    let set_aside = names(&path);
    assert!(
        set_aside.iter().all(|name| !name.contains("before-repair")),
        "{set_aside:?}"
    );
    std::fs::remove_file(&objects).expect("removed");
    std::fs::rename(&away, &objects).expect("moved back");
    crate::repair(&path).expect("a repair");
}

#[test]
fn an_interrupted_run_keeps_its_curves_through_a_repair_and_a_lost_catalog() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let version = import(&engine, &iris()).expect("iris");
    let run = long_run(&engine, &version);
    engine.close();
    let seen = || {
        let engine = Engine::open(&path, Arc::new(|| {})).expect("the project");
        let snapshot = wait_for(&engine, "the curves are there", |snapshot| {
            snapshot.curves.contains_key(&run)
        });
        engine.close();
        let state = snapshot.runs[0].state;
        assert_eq!(state, RunState::Interrupted);
        assert!(snapshot.runs[0].metrics.contains_key("train/loss"));
        snapshot.curves[&run].series[0].points.len()
    };
    let before = seen();
    // The run's thread may have noted one epoch more than it could tell.
    let is_kept = |seen: usize| seen >= before && seen <= before + 2;
    assert!(before > 20, "{before}");
    crate::repair(&path).expect("a repaired project");
    assert!(is_kept(seen()));
    std::fs::remove_file(path.join("catalog.duckdb")).expect("a catalog to lose");
    assert!(is_kept(seen()));
}

#[test]
fn an_errand_loads_no_curves_and_answers_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let version = import(&engine, &iris()).expect("iris");
    let run = train(&engine, recipe(&version, "species", 5)).expect("a run");
    engine.close();
    // Also the points that a lost catalog must fetch from the sealed series.
    std::fs::remove_file(path.join("catalog.duckdb")).expect("a catalog to lose");
    let errand = Connection::for_errand(&path).expect("the project");
    let metrics = Query::Metrics {
        run: run.id.clone(),
        key: Some("train/loss".into()),
    };
    let Ok(Answer::Metrics(points)) = errand.ask(Ask::Query(metrics), &mut |_| {}) else {
        panic!("metrics")
    };
    assert_eq!(points.len(), 5);
    let Ok(Answer::Runs(runs)) = errand.ask(Ask::Query(Query::Runs), &mut |_| {}) else {
        panic!("runs")
    };
    assert_eq!(runs[0].metrics, run.metrics);
    let Connection::Own(engine) = &errand else {
        panic!("nobody else holds it")
    };
    assert!(engine.snapshot().curves.is_empty());
    errand.close();
}

#[test]
fn a_repair_restores_a_changed_fact_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    import(&engine, &iris()).expect("iris");
    engine.close();
    let segment = path.join("journal/000001.jsonl");
    let whole = std::fs::read(&segment).expect("a segment");
    let text = String::from_utf8_lossy(&whole);
    let place = text.find("garden").expect("the project's name");
    let mut bytes = whole.clone();
    bytes[place] = b'G';
    std::fs::write(&segment, &bytes).expect("a changed byte");
    assert!(Engine::open(&path, Arc::new(|| {})).is_err());
    let repaired = crate::repair(&path).expect("a repaired project");
    assert!(
        repaired
            .notes
            .iter()
            .any(|note| note.contains("Fact 1 was changed")),
        "{repaired:?}"
    );
    let mended = std::fs::read(&segment).expect("a segment");
    assert_eq!(mended[..whole.len()], whole);
    let again = Engine::open(&path, Arc::new(|| {})).expect("the project");
    command(&again, Command::VerifyJournal).expect("every fact");
    again.close();
}
