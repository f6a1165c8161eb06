//! What a disk, a second program or a careless hand can do to a project: each is told in a sentence, and nothing is lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::disks::{ReadOnly, SmallDisk};
use crate::program::{
    Project, Running, field, fixture, list, millctl, number, program, text, word,
};
use crate::server::Server;

#[test]
fn everybody_is_answered_while_one_trains() {
    let project = with_iris();
    let mut running = project.start(&long_training("1500"));
    let run = wait_for_run(&project, &mut running);
    let asked = Instant::now();
    assert_eq!(field(&project.ok(&["data", "show", "iris"]), "rows"), 150);
    let file = project.file("second.csv", "x,y\n1,2\n3,4\n");
    assert_eq!(field(&project.ok(&["data", "add", text(&file)]), "rows"), 2);
    assert!(
        !project
            .ok(&["runs", "metrics", &run])
            .as_array()
            .expect("points")
            .is_empty()
    );
    assert!(!running.has_ended(), "the training went on meanwhile");
    assert!(
        asked.elapsed() < Duration::from_secs(20),
        "nobody waits for the training: {:?}",
        asked.elapsed()
    );
    let beside = project.ok(&long_training("3"));
    assert_eq!(word(&beside, "state"), "finished", "two runs at once");
    let ended = running.wait().json();
    assert_eq!(word(&ended, "run"), run);
    assert_eq!(word(&ended, "state"), "finished");
    assert_eq!(field(&project.ok(&["data", "show", "second"]), "rows"), 2);
}

#[test]
fn a_crowd_of_short_commands_disturbs_nobody() {
    let project = with_iris();
    std::thread::scope(|scope| {
        let trained = scope.spawn(|| project.ok(&long_training("60")));
        for name in ["a", "b", "c"] {
            let project = &project;
            scope.spawn(move || {
                for round in 0..6 {
                    let file = project.file(
                        &format!("{name}{round}.csv"),
                        format!("n,{name}\n{round},1\n2,2\n"),
                    );
                    let added = project.ok(&["data", "add", text(&file), "--name", name]);
                    assert_eq!(field(&added, "version"), round + 1);
                    project.ok(&["runs", "list"]);
                }
            });
        }
        let trained = trained.join().expect("the training is not disturbed");
        assert_eq!(word(&trained, "state"), "finished");
    });
    let datasets = project.ok(&["data", "list"]);
    let names: Vec<&str> = datasets
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| word(row, "dataset"))
        .collect();
    assert_eq!(names.len(), 4, "{names:?}");
    project.ok(&["audit", "verify"]);
}

#[test]
fn a_read_only_project_says_so() {
    let project = with_iris();
    let place = ReadOnly::new(&project);
    let refused = millctl(&[
        "-p",
        text(&place.dir),
        "data",
        "add",
        text(&fixture("iris.csv")),
    ])
    .refused();
    assert!(refused.error.contains("could not"), "{refused:?}");
    assert!(refused.hint.expect("what to do").contains("read-only"));
    drop(place);
    assert_eq!(field(&project.ok(&["data", "show", "iris"]), "rows"), 150);
}

#[test]
fn a_flipped_bit_is_found_and_named() {
    let project = with_iris();
    let digest = word(&project.ok(&["data", "show", "iris"]), "digest").to_owned();
    project.ok(&["audit", "verify"]);
    let object = object(&project, &digest);
    let whole = fs::read(&object).expect("the object");
    let mut broken = whole.clone();
    let middle = broken.len() / 2;
    broken[middle] ^= 1;
    replace(&object, &broken);
    let refused = project.refused(&["audit", "verify"]);
    assert!(refused.error.contains(&digest[..10]), "{refused:?}");
    assert!(refused.hint.is_some(), "{refused:?}");
    let trained = project.refused(&[
        "train", "--data", "iris", "--target", "species", "--epochs", "2", "--device", "cpu",
    ]);
    assert!(
        trained.error.contains(&digest[..10]),
        "damaged data is never trained on: {trained:?}"
    );
    replace(&object, &whole);
    project.ok(&["audit", "verify"]);
    project.ok(&[
        "train", "--data", "iris", "--target", "species", "--epochs", "2", "--device", "cpu",
    ]);

    fs::remove_file(&object).expect("the object goes");
    let gone = project.refused(&["audit", "verify"]);
    assert!(
        gone.error.contains(&digest[..10]),
        "a missing object is named too: {gone:?}"
    );
}

/// Facts that DuckDB's own log had and lost come back from the journal.
#[test]
fn a_damaged_catalog_catches_up_with_the_journal() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 5] = [
        ("log cut in half", |dir| {
            cut(&dir.join("catalog.duckdb.wal"), 2)
        }),
        ("log cut to a stump", |dir| {
            cut(&dir.join("catalog.duckdb.wal"), 50)
        }),
        ("log deleted", |dir| {
            fs::remove_file(dir.join("catalog.duckdb.wal")).expect("the log goes")
        }),
        ("catalog deleted", |dir| {
            fs::remove_file(dir.join("catalog.duckdb")).expect("the catalog goes");
            fs::remove_file(dir.join("catalog.duckdb.wal")).expect("the log goes");
        }),
        ("catalog overwritten", |dir| {
            fs::write(dir.join("catalog.duckdb"), [7; 4_096]).expect("rubbish is written")
        }),
    ];
    for (what, damage) in damages {
        let project = with_iris();
        let run = killed_with_a_log(&project);
        let log = project.dir.join("catalog.duckdb.wal");
        assert!(
            log.metadata().is_ok_and(|log| log.len() > 0),
            "a killed holder leaves DuckDB's log behind"
        );
        damage(&project.dir);
        let versions: Vec<Value> = (1..=3)
            .map(|version| project.ok(&["data", "show", &format!("late@{version}")]))
            .collect();
        assert!(
            versions.iter().all(|version| field(version, "rows") == 2),
            "{what}"
        );
        assert_eq!(
            word(&project.ok(&["runs", "show", &run]), "state"),
            "finished",
            "{what}"
        );
        assert!(
            !project
                .ok(&["runs", "metrics", &run])
                .as_array()
                .expect("points")
                .is_empty(),
            "{what}: the curves come back"
        );
        let graph = project.ok(&["lineage", "iris@1"]);
        assert!(
            list(&graph, "nodes")
                .iter()
                .any(|node| word(node, "id") == run),
            "{what}: {graph}"
        );
        project.ok(&["audit", "verify"]);
    }
}

#[test]
fn a_damaged_journal_is_told_apart() {
    // A torn last line is what a power cut leaves: it is mended, with a note that stays.
    let project = with_iris();
    let segment = newest_segment(&project);
    let whole = fs::read_to_string(&segment).expect("the journal is text");
    fs::write(&segment, format!("{whole}{{\"seq\":99,\"at\"")).expect("a torn line");
    project.ok(&["data", "list"]);
    let mended = fs::read_to_string(&segment).expect("the journal is text");
    assert!(mended.starts_with(&whole), "no whole fact was touched");
    assert!(
        mended.contains("project_repaired"),
        "the note is a fact: {mended}"
    );
    project.ok(&["audit", "verify"]);
    let mended = fs::read_to_string(&segment).expect("the journal is text");

    // An edited line is not a crash but a hand: it is found, and opening mends nothing over it.
    let edited = mended.replacen("\"rows\":150", "\"rows\":151", 1);
    assert_ne!(edited, mended, "the import is in the journal");
    fs::write(&segment, &edited).expect("an edited line");
    let refused = project.run(&["audit", "verify"]).refused();
    assert!(
        refused.error.contains("fact") || refused.error.contains("journal"),
        "{refused:?}"
    );
    assert_eq!(fs::read_to_string(&segment).expect("the journal"), edited);

    // A repair that is asked for has the fact from the catalog, where its hash proves it. It says so, and the evidence stays.
    let repaired = project.ok(&["repair"]).to_string();
    assert!(
        repaired.contains("was changed in the journal"),
        "{repaired}"
    );
    let restored = fs::read_to_string(&segment).expect("the journal");
    assert!(restored.starts_with(&mended), "the line is as it was");
    let kept = segment.with_extension("changed");
    assert_eq!(fs::read_to_string(kept).expect("the evidence"), edited);
    project.ok(&["audit", "verify"]);
}

/// On a small disk of its own: what was acknowledged stays, the rest is refused with a sentence, and all goes on when there is room.
#[test]
fn a_full_disk_loses_nothing() {
    let disk = SmallDisk::new(48);
    let project = Project::new_in(&disk.dir);
    let ballast = disk.dir.join("ballast");
    fs::write(&ballast, vec![0_u8; 16 << 20]).expect("ballast");
    let source = tempfile::tempdir().expect("a temporary folder");
    let mut added = 0_u32;
    let refused = loop {
        let file = source.path().join("grow.csv");
        fs::write(&file, random_csv(30_000, added)).expect("a file on another disk");
        let ended = project.run(&["data", "add", text(&file), "--name", "grow"]);
        if ended.status.code() != Some(0) {
            break ended.refused();
        }
        assert_eq!(field(&ended.json(), "version"), added + 1);
        added += 1;
        assert!(added < 200, "a disk of 48 MB is never full");
    };
    assert!(added > 0, "the first file fits: {refused:?}");
    let all = format!("{} {}", refused.error, refused.hint.unwrap_or_default()).to_lowercase();
    assert!(
        all.contains("space"),
        "it says that the disk is full: {all}"
    );
    fs::remove_file(&ballast).expect("room again");
    for version in 1..=added {
        assert_eq!(
            field(
                &project.ok(&["data", "show", &format!("grow@{version}")]),
                "rows"
            ),
            30_000
        );
    }
    let file = source.path().join("grow.csv");
    assert_eq!(
        field(
            &project.ok(&["data", "add", text(&file), "--name", "grow"]),
            "version"
        ),
        added + 1,
        "it goes on where it was refused"
    );
    project.ok(&["audit", "verify"]);
}

#[test]
fn two_servers_share_one_project() {
    let project = with_iris();
    let trained = project.ok(&long_training("5"));
    for name in ["first", "second"] {
        project.ok(&["models", "register", word(&trained, "run"), "--name", name]);
    }
    let first = Server::start(&project, &["first"]);
    let second = Server::start(&project, &["second"]);
    assert_eq!(first.url, second.url, "the holder serves for both");
    let row = serde_json::json!({ "sepal_length_cm": 5.1, "sepal_width_cm": 3.5, "petal_length_cm": 1.4, "petal_width_cm": 0.2 });
    for name in ["first", "second"] {
        assert_eq!(word(&first.predict(name, &row).json(), "model"), name);
    }
    second.running.terminate();
    assert_eq!(second.running.wait().status.code(), Some(0));
    assert_eq!(
        first.predict("second", &row).status,
        404,
        "its endpoint ended with it"
    );
    assert_eq!(first.predict("first", &row).status, 200);
}

/// Graphics drivers miss a desktop where there is none, and shall not say so as an error.
#[test]
fn a_machine_without_a_desktop_hears_of_no_error() {
    let mut doctor = Command::new(program("millctl"));
    doctor
        .args(["--json", "doctor"])
        .env_remove("XDG_RUNTIME_DIR");
    let ended = Running::start(&mut doctor).wait();
    let devices = list(&ended.json(), "devices").len();
    assert!(devices >= 1, "the CPU is always there");
    assert_eq!(ended.stderr, "", "nothing is wrong");
}

#[test]
fn rows_without_a_target_are_told() {
    let project = Project::new();
    let rows: String = (0..60)
        .map(|row| match row % 6 {
            0 => format!("{row},\n"),
            1 | 3 => format!("{row},odd\n"),
            _ => format!("{row},even\n"),
        })
        .collect();
    let file = project.file("gaps.csv", format!("n,parity\n{rows}"));
    project.ok(&["data", "add", text(&file)]);
    let trained = project.ok(&[
        "train", "--data", "gaps", "--target", "parity", "--epochs", "2", "--device", "cpu",
    ]);
    let run = word(&trained, "run").to_owned();
    let shown = project.ok(&["runs", "show", &run]);
    let rows = field(field(&shown, "report"), "rows");
    assert_eq!(number(rows, "without_target"), 10.0);
    let used = number(rows, "train") + number(rows, "validation") + number(rows, "test");
    assert_eq!(used, 50.0);
    let said = millctl(&["-p", text(&project.dir), "runs", "show", &run]).stdout;
    assert!(said.contains("10 rows have no target"), "{said}");

    // The seconds of training are an axis beside the metrics.
    let points = project.ok(&["runs", "metrics", &run, "--key", "time/seconds"]);
    assert_eq!(points.as_array().expect("points").len(), 2);
    assert!(field(&shown, "metrics").get("time/seconds").is_none());
}

fn with_iris() -> Project {
    let project = Project::new();
    project.ok(&["data", "add", text(&fixture("iris.csv"))]);
    project
}

fn long_training(epochs: &str) -> [&str; 13] {
    [
        "train",
        "--data",
        "iris",
        "--target",
        "species",
        "--device",
        "cpu",
        "--epochs",
        epochs,
        "--set",
        "patience=0",
        "--set",
        "hidden=8",
    ]
}

/// The id of a run that has begun and has curves.
fn wait_for_run(project: &Project, running: &mut Running) -> String {
    let until = Instant::now() + Duration::from_secs(60);
    while Instant::now() < until {
        assert!(!running.has_ended(), "the training ended at once");
        let runs = project.ok(&["runs", "list"]);
        if let Some(run) = runs.as_array().and_then(|runs| runs.first()) {
            let id = word(run, "run").to_owned();
            if !project
                .ok(&["runs", "metrics", &id])
                .as_array()
                .expect("points")
                .is_empty()
            {
                return id;
            }
        }
    }
    panic!("the run never began");
}

/// A project whose holder was killed after it had acknowledged three imports and a run. Gives the run.
fn killed_with_a_log(project: &Project) -> String {
    let trained = project.ok(&long_training("5"));
    project.ok(&[
        "models",
        "register",
        word(&trained, "run"),
        "--name",
        "iris",
    ]);
    let mut server = Server::start(project, &["iris"]);
    for version in 1..=3 {
        let file = project.file("late.csv", format!("x,y\n1,{version}\n3,4\n"));
        assert_eq!(
            field(&project.ok(&["data", "add", text(&file)]), "version"),
            version
        );
    }
    let run = word(&project.ok(&long_training("4")), "run").to_owned();
    assert!(!server.is_over());
    server.running.kill();
    run
}

fn object(project: &Project, digest: &str) -> PathBuf {
    let path = project
        .dir
        .join("objects")
        .join(&digest[..2])
        .join(&digest[2..]);
    assert!(
        path.is_file(),
        "{} is where the object lies",
        path.display()
    );
    path
}

/// Objects are read-only files, which a careless hand can still replace.
fn replace(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).expect("the old bytes go");
    fs::write(path, bytes).expect("other bytes come");
}

fn cut(path: &Path, parts: u64) {
    let file = fs::OpenOptions::new()
        .write(true)
        .open(path)
        .expect("the log opens");
    let length = file.metadata().expect("the log has a length").len();
    file.set_len(length / parts).expect("the log is cut");
}

fn newest_segment(project: &Project) -> PathBuf {
    let mut segments: Vec<PathBuf> = fs::read_dir(project.dir.join("journal"))
        .expect("the journal is a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    segments.sort();
    segments.pop().expect("a segment")
}

/// Numbers that do not compress.
fn random_csv(rows: u32, seed: u32) -> String {
    let mut state = u64::from(seed) + 88_172_645_463_325_252;
    let mut csv = String::from("a,b,c,d\n");
    for _ in 0..rows {
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        csv.push_str(&format!("{},{},{},{}\n", next(), next(), next(), next()));
    }
    csv
}
