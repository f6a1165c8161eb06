//! Windows on a project that another process holds: they see it live, are obeyed, and take over when the holder ends.

use std::path::{Path, PathBuf};
use std::process::{Child, Command as Program, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::*;

use super::{import, iris, new_engine, recipe};
use crate::bench::{Crowd, crowded_project};
use crate::{Connection, Engine, Guest, HostError, Opened};

/// Where the other process finds its project.
const PROJECT: &str = "MILLRACE_TEST_PROJECT";

fn guest(path: &Path) -> Guest {
    match Opened::open(path, Arc::new(|| {})) {
        Ok(Opened::Guest(guest)) => *guest,
        Ok(Opened::Own(_)) => panic!("nobody held the project"),
        Err(error) => panic!("the holder does not answer: {error}"),
    }
}

/// Waits until it is so, as long as a slow machine may take.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "waited in vain until {what}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn import_command(path: PathBuf) -> Command {
    Command::ImportFiles {
        paths: vec![path],
        name: None,
        options: ReaderOptions::default(),
        roles: Default::default(),
    }
}

fn rows_of(version: &DataVersion, first_row: u64) -> Command {
    Command::ShowRows {
        version: version.id.clone(),
        first_row,
        count: 5,
        columns: None,
    }
}

fn first_row(snapshot: &Snapshot) -> Option<u64> {
    let page = snapshot.rows.as_ref()?.page.as_ref().ok()?;
    Some(page.first_row)
}

#[test]
fn a_guest_sees_what_happens_and_is_obeyed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let guest = guest(&path);
    assert_eq!(guest.holder().program, "another window");
    assert_eq!(guest.holder().pid, std::process::id());
    let project = guest.snapshot().project.clone().expect("a project");
    assert_eq!(project.name, "garden");

    let version = import(&engine, &iris()).expect("iris");
    until("the guest sees the dataset", || {
        guest
            .snapshot()
            .datasets
            .iter()
            .any(|dataset| *dataset.versions[0] == *version)
    });
    let csv = folder.path().join("second.csv");
    std::fs::write(&csv, "x,y\n1,2\n3,4\n").expect("a file");
    guest.submit(import_command(csv)).expect("not busy");
    until("the holder has imported it, and the guest sees it", || {
        engine.snapshot().datasets.len() == 2 && guest.snapshot().datasets.len() == 2
    });
    guest
        .submit(Command::StartRun {
            recipe: Box::new(recipe(&version, "species", 5)),
        })
        .expect("not busy");
    until("the run has ended", || {
        let snapshot = guest.snapshot();
        let is_done = |run: &Arc<Run>| run.state == RunState::Finished && run.report.is_some();
        snapshot.runs.iter().any(is_done)
    });
    let (seen, own) = (guest.snapshot(), engine.snapshot());
    let run = &own.runs[0];
    assert_eq!(seen.runs[0], *run);
    assert_eq!(seen.curves[&run.id], own.curves[&run.id]);
    until("nothing is on its way any more", || {
        guest.leftovers().commands.is_empty()
    });
    assert!(!guest.has_ended());
    engine.close();
}

#[test]
fn two_windows_do_not_turn_each_others_pages() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let version = import(&engine, &iris()).expect("iris");
    let (left, right) = (guest(&path), guest(&path));
    engine.submit(rows_of(&version, 100)).expect("not busy");
    left.submit(rows_of(&version, 10)).expect("not busy");
    right.submit(rows_of(&version, 20)).expect("not busy");
    until("each has its page", || {
        first_row(&left.snapshot()) == Some(10)
            && first_row(&right.snapshot()) == Some(20)
            && first_row(&engine.snapshot()) == Some(100)
    });
    let pause = Command::PauseRun {
        run: RunId::new("run-nothing0"),
    };
    left.submit(pause.clone()).expect("not busy");
    until("the one who asked is told of the refusal", || {
        left.snapshot().notices.len() == 1
    });
    let notice = left.snapshot().notices[0].clone();
    assert_eq!(notice.level, NoticeLevel::Error);
    assert_eq!(notice.refused.as_deref(), Some(&pause), "it says of what");
    assert!(right.snapshot().notices.is_empty() && engine.snapshot().notices.is_empty());
    left.submit(Command::DismissNotice { notice: notice.id })
        .expect("not busy");
    until("it is dismissed", || left.snapshot().notices.is_empty());
    // A script that asks for a lineage leaves the windows alone too.
    let script = Connection::for_errand(&path).expect("the holder answers");
    let of = "iris@1".into();
    script
        .ask(Ask::Query(Query::Lineage { of }), &mut |_| {})
        .expect("a lineage");
    assert!(engine.snapshot().lineage.is_none());
    engine.close();
}

#[test]
fn an_idle_guest_is_sent_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let guest = guest(&path);
    // Devices are found a moment after the start.
    until("nothing moves", || {
        let before = engine.snapshot().revision;
        std::thread::sleep(Duration::from_millis(700));
        engine.snapshot().revision == before
    });
    let before = guest.snapshot();
    std::thread::sleep(Duration::from_millis(500));
    assert!(Arc::ptr_eq(&guest.snapshot(), &before));
    engine.close();
}

#[test]
fn a_wrong_token_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let session = path.join("session.json");
    let text = std::fs::read_to_string(&session).expect("a session");
    let mut forged: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    forged["token"] = "0".repeat(64).into();
    std::fs::write(&session, forged.to_string()).expect("a forged session");
    match Opened::open(&path, Arc::new(|| {})) {
        Err(error @ HostError::TurnedAway { .. }) => {
            assert!(error.to_string().contains("token is wrong"), "{error}")
        }
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("a stranger was let in"),
    }
    let script = Connection::for_errand(&path).expect("somebody is there");
    let refused = script.ask(Ask::Query(Query::Datasets), &mut |_| {});
    assert_eq!(refused.expect_err("a stranger").error, "the token is wrong");
    forged["version"] = "0.0.1".into();
    std::fs::write(&session, forged.to_string()).expect("another version");
    let refused = Opened::open(&path, Arc::new(|| {}));
    assert!(matches!(refused, Err(HostError::OtherVersion { .. })));
    engine.close();
}

#[test]
fn a_guest_takes_over_when_the_holder_closes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let version = import(&engine, &iris()).expect("iris");
    let guest = guest(&path);
    guest.submit(rows_of(&version, 10)).expect("not busy");
    until("it has its page", || {
        first_row(&guest.snapshot()) == Some(10)
    });
    engine.close();
    until("the end is noticed", || guest.has_ended());
    let csv = folder.path().join("late.csv");
    std::fs::write(&csv, "x,y\n1,2\n3,4\n").expect("a file");
    guest.submit(import_command(csv.clone())).expect("not busy");
    let left = guest.leftovers();
    assert_eq!(
        left.commands,
        [rows_of(&version, 10), import_command(csv)],
        "what was seen is shown again, and what came too late is not lost"
    );
    assert_eq!(left.doubtful, 0);
    let Ok(Opened::Own(own)) = Opened::take_over(&path, Arc::new(|| {})) else {
        panic!("the window holds the project now")
    };
    for command in left.commands {
        own.submit(command).expect("not busy");
    }
    until("it goes on", || {
        own.snapshot().datasets.len() == 2 && first_row(&own.snapshot()) == Some(10)
    });
    own.close();
}

#[test]
fn a_window_that_leaves_disturbs_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let version = import(&engine, &iris()).expect("iris");
    for _ in 0..20 {
        // More come and go than may look on at the same time; each is gone at once.
        let guest = guest(&path);
        guest.submit(rows_of(&version, 3)).expect("not busy");
        drop(guest);
        std::thread::sleep(Duration::from_millis(30));
    }
    let guest = guest(&path);
    let mut long = recipe(&version, "species", 200);
    long.training.patience = 0;
    guest
        .submit(Command::StartRun {
            recipe: Box::new(long),
        })
        .expect("not busy");
    until("the run has begun", || !engine.snapshot().runs.is_empty());
    drop(guest);
    until("the run goes on to its end", || {
        engine.snapshot().runs[0].state == RunState::Finished
    });
    engine.close();
}

#[test]
fn a_window_waits_for_an_errand() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    engine.close();
    let errand = Connection::for_errand(&path).expect("an errand");
    let waiting = std::thread::scope(|scope| {
        let window = scope.spawn(|| Opened::open(&path, Arc::new(|| {})));
        std::thread::sleep(Duration::from_millis(300));
        errand.close();
        window.join().expect("no panic")
    });
    assert!(matches!(waiting, Ok(Opened::Own(_))));
}

#[test]
fn work_that_a_window_asked_for_is_finished_before_the_holder_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    let version = import(&engine, &iris()).expect("iris");
    engine.close();
    let work = Connection::for_work(&path, "millctl train").expect("a holder");
    let guest = guest(&path);
    assert_eq!(guest.holder().program, "millctl train");
    let mut long = recipe(&version, "species", 1_000_000);
    long.training.patience = 0;
    guest
        .submit(Command::StartRun {
            recipe: Box::new(long),
        })
        .expect("not busy");
    until("the run has begun", || !guest.snapshot().runs.is_empty());
    std::thread::scope(|scope| {
        scope.spawn(move || work.close());
        std::thread::sleep(Duration::from_millis(150));
        let script = Connection::for_errand(&path).expect("others are answered meanwhile");
        assert!(matches!(script, Connection::Other(_)));
        script.close();
        assert!(!guest.has_ended(), "the holder waits for the run");
        let run = guest.snapshot().runs[0].id.clone();
        guest.submit(Command::StopRun { run }).expect("not busy");
        until("the holder has gone", || guest.has_ended());
    });
    let run = guest.snapshot().runs[0].clone();
    assert!(run.report.is_some(), "its end was waited for: {run:?}");
}

#[test]
fn a_guest_takes_over_from_a_holder_that_was_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    import(&engine, &iris()).expect("iris");
    engine.close();
    let mut other = start_other(&path);
    // Opened before, the project would be this window's.
    until("the other process holds the project", || {
        path.join("session.json").exists()
    });
    let guest = guest(&path);
    assert_eq!(
        (guest.holder().pid, guest.holder().program.as_str()),
        (other.id(), "millctl train")
    );
    until("its run has curves here", || {
        guest
            .snapshot()
            .curves
            .values()
            .any(|curves| curves.series[0].points.len() > 3)
    });
    let run = guest.snapshot().runs[0].id.clone();
    other.kill().expect("it still ran");
    other.wait().expect("it has ended");
    until("the end is noticed", || guest.has_ended());
    let Ok(Opened::Own(own)) = Opened::take_over(&path, Arc::new(|| {})) else {
        panic!("the window holds the project now")
    };
    let snapshot = own.snapshot();
    assert_eq!(snapshot.runs[0].state, RunState::Interrupted);
    until("the curves are back", || {
        let count = |snapshot: &Snapshot| Some(snapshot.curves.get(&run)?.series.len());
        count(&own.snapshot()) == count(&guest.snapshot())
    });
    let is_told = |notice: &Arc<Notice>| notice.title.contains("interrupted");
    assert!(snapshot.notices.iter().any(is_told), "{snapshot:?}");
    own.close();
}

#[test]
fn a_guest_of_many_runs_costs_little() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("crowd.millrace");
    let crowd = Crowd {
        csv: iris(),
        target: "species".into(),
        runs: 100,
        points: 1_000,
    };
    crowded_project(&path, &crowd).expect("a crowded project");
    let engine = Engine::open(&path, Arc::new(|| {})).expect("the project");
    let began = Instant::now();
    let guest = guest(&path);
    let first = began.elapsed();
    assert_eq!(guest.snapshot().runs.len(), 100);
    until("all curves are there", || {
        guest.snapshot().curves.len() == 100
    });
    let whole = began.elapsed();

    let idle = cpu_millis();
    std::thread::sleep(Duration::from_secs(1));
    let idle = cpu_millis() - idle;
    let version = engine.snapshot().datasets[0].versions[0].clone();
    let mut long = recipe(&version, "species", 400);
    long.training.patience = 0;
    let (began, busy) = (Instant::now(), cpu_millis());
    super::train(&engine, long).expect("a run");
    until("the run is seen to have ended", || {
        guest
            .snapshot()
            .runs
            .last()
            .is_some_and(|run| run.report.is_some())
    });
    let share = (cpu_millis() - busy) as f64 / began.elapsed().as_millis() as f64;
    eprintln!(
        "first picture after {first:?}, whole after {whole:?}; idle {idle} ms of CPU a second, {:.1} % of a core while one run trains",
        share * 100.0
    );
    assert!(first < Duration::from_secs(2), "{first:?}");
    assert!(whole < Duration::from_secs(10), "{whole:?}");
    assert!(idle <= 20, "an idle guest costs {idle} ms of CPU a second");
    assert!(share < 0.5, "a guest costs {share} of a core");
    engine.close();
}

/// What the threads on both sides of the socket have worked so far; 0 where the system does not tell.
fn cpu_millis() -> u64 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else {
        return 0;
    };
    let ticks = |thread: std::fs::DirEntry| -> Option<u64> {
        let stat = std::fs::read_to_string(thread.path().join("stat")).ok()?;
        let (name, numbers) = stat.rsplit_once(')')?;
        let is_ours = name.contains("(asker") || name.contains("(guest");
        let mut numbers = numbers.split_whitespace().skip(11);
        let user: u64 = numbers.next()?.parse().ok()?;
        let system: u64 = numbers.next()?.parse().ok()?;
        is_ours.then_some((user + system) * 10)
    };
    threads.flatten().filter_map(ticks).sum()
}

fn start_other(path: &Path) -> Child {
    Program::new(std::env::current_exe().expect("this program"))
        .args([
            "--ignored",
            "--exact",
            "tests::guests::hold_and_train_until_killed",
        ])
        .env(PROJECT, path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("this program can be started again")
}

#[test]
#[ignore = "the other process of a_guest_takes_over_from_a_holder_that_was_killed"]
fn hold_and_train_until_killed() {
    let Some(path) = std::env::var_os(PROJECT) else {
        return;
    };
    let connection =
        Connection::for_work(Path::new(&path), "millctl train").expect("the project is free");
    let Connection::Own(engine) = &connection else {
        panic!("somebody else holds the project")
    };
    let engine: &Engine = engine;
    let version = engine.snapshot().datasets[0].versions[0].clone();
    let mut long = recipe(&version, "species", 1_000_000);
    long.training.patience = 0;
    let _killed = super::train(engine, long);
}
