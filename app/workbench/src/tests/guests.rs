//! The real window on a project that another process holds: live, obeyed, and its holder's heir.

use std::path::{Path, PathBuf};
use std::process::{Child, Command as Program, Output, Stdio};
use std::sync::Arc;

use contract::{Command, RunState};
use egui_kittest::kittest::Queryable;
use host::{Engine, Holder};
use look::Tone;
use panels::{Place, Selection, states};

use super::road::until;
use super::{TestWindow, folders};
use crate::action::Action;
use crate::app::{App, Options};
use crate::closing::{Closing, at_work};
use crate::handover::{Handover, Holding};

/// A window that is started on this project.
fn window_on(path: &Path) -> TestWindow {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = Options {
        folders: folders(&folder),
        start: Some(path.to_owned()),
        began: std::time::Instant::now(),
    };
    let harness = egui_kittest::Harness::builder()
        .with_size([1320.0, 860.0])
        .build_eframe(|cc| App::new(cc, options).expect("a window"));
    let mut window = TestWindow { harness, folder };
    until(&mut window, "the project", |app| {
        app.snapshot_of_test().project.is_some()
    });
    window
}

fn holding(app: &App) -> Option<Holding> {
    app.project_link().and_then(crate::engine::Link::holding)
}

fn act(window: &mut TestWindow, action: Action) {
    let ctx = window.harness.ctx.clone();
    window.harness.state_mut().act_of_test(&ctx, action);
    window.harness.step();
}

fn iris() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/samples/iris.csv")
}

/// The real `millctl`, beside this test in the target folder.
fn millctl(project: &Path, arguments: &[&str]) -> Program {
    let test = std::env::current_exe().expect("this test has a path");
    let folder = test.parent().and_then(Path::parent).expect("target/debug");
    let program = folder.join(format!("millctl{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.is_file(),
        "{} is not there: build it with `cargo build --workspace --bins`",
        program.display()
    );
    let mut command = Program::new(program);
    command
        .args(["--json", "-p"])
        .arg(project)
        .args(arguments)
        .env_remove("MILLRACE_PROJECT")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Killed when the test fails in the middle.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended by itself where all went well.
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

#[test]
fn a_window_shows_what_another_holds_and_asks_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("held.millrace");
    let holder = Engine::create(&path, Arc::new(|| {})).expect("a project");
    let mut window = window_on(&path);
    window.harness.run_ok();
    window.harness.get_by_label("Held by another window");

    act(&mut window, Action::VerifyJournal);
    until(&mut window, "a verified journal", |app| {
        app.snapshot_of_test().journal.verified.is_some()
    });
    assert!(
        holder.snapshot().journal.verified.is_some(),
        "it was done there"
    );
    let import = Command::ImportFiles {
        paths: vec![iris()],
        name: None,
        options: contract::ReaderOptions::default(),
        roles: Default::default(),
    };
    holder.submit(import).expect("not busy");
    until(&mut window, "what happens there", |app| {
        !app.snapshot_of_test().datasets.is_empty()
    });
    window
        .harness
        .get_by_role_and_label(egui::Role::Tab, "Datasets")
        .click();
    window.harness.run_ok();
    assert_eq!(window.harness.state().place(), Place::Datasets);
    window
        .harness
        .get_by_role_and_label(egui::Role::Tab, "Rows")
        .click();
    until(&mut window, "the rows that it asked for", |app| {
        app.snapshot_of_test().rows.is_some()
    });
    assert!(
        holder.snapshot().rows.is_none(),
        "the other window has its own page"
    );

    std::thread::spawn(move || holder.close());
    until(&mut window, "the project itself", |app| {
        holding(app).is_none()
    });
    window.harness.run_ok();
    window
        .harness
        .get_by_label("Dismiss “This window holds the project now”");
    assert!(
        window
            .harness
            .query_by_label("Held by another window")
            .is_none()
    );
    let app = window.harness.state();
    assert_eq!(app.place(), Place::Datasets, "the window stays as it was");
    until(&mut window, "the same rows again", |app| {
        app.snapshot_of_test().rows.is_some()
    });
}

#[test]
fn a_window_on_a_training_of_millctl_steers_it_and_inherits_the_project() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trained.millrace");
    host::create_project(&path).expect("a project");
    let data = iris();
    let added = millctl(&path, &["data", "add", data.to_str().expect("UTF-8")])
        .output()
        .expect("millctl runs");
    said(&added);
    let train = "train --data iris --target species --device cpu --epochs 500000 --set patience=0 --set hidden=8";
    let words: Vec<&str> = train.split(' ').collect();
    let mut training = Running(millctl(&path, &words).spawn().expect("millctl runs"));
    let session = path.join("session.json");
    for _ in 0..3_000 {
        if session.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }

    let mut window = window_on(&path);
    let held = Holding::Elsewhere(Holder {
        pid: training.0.id(),
        program: "millctl train".to_owned(),
    });
    assert_eq!(holding(window.harness.state()), Some(held));
    until(&mut window, "live curves", |app| {
        let mut curves = app.snapshot_of_test().curves.values();
        curves.any(|curves| curves.series[0].points.len() > 20)
    });
    window.harness.get_by_label("Held by millctl train");
    assert!(at_work(window.harness.state().snapshot_of_test()).is_some());

    // Another window comes and goes, and nobody is asked whether to stop anything.
    let mut second = window_on(&path);
    act(&mut second, Action::CloseProject);
    assert_ne!(second.harness.state().closing_of_test(), Closing::Asking);
    until(&mut second, "the welcome screen", |app| {
        app.snapshot_of_test().project.is_none()
    });

    let run = window.harness.state().snapshot_of_test().runs[0].id.clone();
    window
        .harness
        .state_mut()
        .select_of_test(Selection::Run(run.clone()));
    act(&mut window, Action::PauseRun);
    until(&mut window, "a paused run", |app| {
        app.snapshot_of_test().runs[0].state == RunState::Paused
    });
    assert!(training.0.try_wait().expect("a child").is_none());
    act(&mut window, Action::StopRun);
    until(&mut window, "a stopped run", |app| {
        app.snapshot_of_test().runs[0].state == RunState::Stopped
    });
    until(&mut window, "the project itself", |app| {
        holding(app).is_none()
    });
    assert!(training.0.wait().expect("it has ended").success());
    let app = window.harness.state();
    assert_eq!(
        app.snapshot_of_test().runs[0].id,
        run,
        "nothing is lost on the way"
    );
    assert_eq!(app.selection_of_test(), Some(Selection::Run(run)));
    // The next `millctl` asks this window.
    let listed = millctl(&path, &["runs", "list"])
        .output()
        .expect("millctl runs");
    assert!(said(&listed).contains("stopped"));
}

#[test]
fn a_window_survives_the_kill_of_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("served.millrace");
    host::create_project(&path).expect("a project");
    let data = iris();
    for words in [
        vec!["data", "add", data.to_str().expect("UTF-8")],
        "train --data iris --target species --device cpu --epochs 3"
            .split(' ')
            .collect(),
        "models register 1 --name flower".split(' ').collect(),
    ] {
        said(&millctl(&path, &words).output().expect("millctl runs"));
    }
    let mut server = Running(
        millctl(&path, &["serve", "flower"])
            .spawn()
            .expect("millctl runs"),
    );
    let mut line = String::new();
    let stdout = server.0.stdout.take().expect("a pipe");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line)
        .expect("the address");
    assert!(line.contains("http://"), "{line}");

    let mut window = window_on(&path);
    window.harness.run_ok();
    window.harness.get_by_label("Held by millctl serve");
    window.harness.get_by_label("1 endpoint");
    server.0.kill().expect("it still ran");
    until(&mut window, "the project itself", |app| {
        holding(app).is_none()
    });
    let snapshot = window.harness.state().snapshot_of_test();
    assert!(snapshot.endpoints.is_empty(), "it ended with its server");
    assert_eq!(snapshot.models.len(), 1);
    act(&mut window, Action::VerifyJournal);
    until(&mut window, "a verified journal", |app| {
        app.snapshot_of_test().journal.verified.is_some()
    });
}

#[test]
fn a_change_of_the_holder_is_told_once_and_quietly() {
    let holder = |program: &str| Holder {
        pid: 7,
        program: program.to_owned(),
    };
    let road = states::road();
    let told = |from: &str, doubtful, next: Option<&Holder>| {
        let handover = Handover::of_test(holder(from), Arc::new(road.clone()), doubtful);
        handover.told(next, &road)
    };
    let quiet = told("another window", 0, None);
    assert_eq!(
        (quiet.tone, quiet.title.as_str(), quiet.detail.as_str()),
        (
            Tone::Accent,
            "This window holds the project now",
            "Another window let it go"
        )
    );
    assert_eq!(quiet.hint, None);
    let mut silent = road.clone();
    silent.endpoints.clear();
    let handover = Handover::of_test(holder("millctl serve"), Arc::new(road.clone()), 0);
    let ended = handover.told(None, &silent);
    let name = &road.endpoints[0].endpoint.name;
    assert!(ended.detail.contains(name.as_str()), "{ended:?}");
    assert!(ended.detail.ends_with("no longer served"), "{ended:?}");
    let next = holder("millctl serve");
    let passed_on = told("millctl train", 0, Some(&next));
    assert_eq!(
        (passed_on.title.as_str(), passed_on.detail.as_str()),
        (
            "The project is held by millctl serve now",
            "millctl train let it go"
        )
    );
    let cut_off = told("millctl train", 2, None);
    assert_eq!(cut_off.tone, Tone::Warn);
    assert!(
        cut_off.hint.is_some_and(|hint| hint.contains("2 things")),
        "what may be lost is said"
    );
}

/// A project, a picture of it, and a folder that it could watch.
fn left_project(folder: &tempfile::TempDir) -> (PathBuf, Handover, PathBuf) {
    let path = folder.path().join("left.millrace");
    let engine = Engine::create(&path, Arc::new(|| {})).expect("a project");
    let snapshot = engine.snapshot();
    engine.close();
    let holder = Holder {
        pid: 7,
        program: "millctl train".to_owned(),
    };
    let inbox = folder.path().join("inbox");
    std::fs::create_dir(&inbox).expect("a folder");
    let inbox = inbox.canonicalize().expect("it is there");
    (path, Handover::of_test(holder, snapshot, 0), inbox)
}

#[test]
fn what_was_asked_between_two_holders_is_done_before_the_project_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, left, inbox) = left_project(&folder);
    let mut window = TestWindow::new();
    window.harness.run();
    let app = window.harness.state_mut();
    app.change_holder_of_test(&path, left);
    app.ask_of_test(Command::WatchFolder {
        path: inbox.clone(),
    });
    act(&mut window, Action::CloseProject);
    until(&mut window, "the welcome screen", |app| {
        app.snapshot_of_test().project.is_none()
    });
    let window = window_on(&path);
    let watched = &window.harness.state().snapshot_of_test().watched_folders;
    assert_eq!(*watched, [inbox]);
}

#[test]
fn what_waited_for_a_holder_that_never_came_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, left, inbox) = left_project(&folder);
    std::fs::remove_dir_all(&path).expect("removed");
    let mut window = TestWindow::new();
    window.harness.run();
    let app = window.harness.state_mut();
    app.change_holder_of_test(&path, left);
    app.ask_of_test(Command::WatchFolder { path: inbox });
    act(&mut window, Action::CloseProject);
    until(&mut window, "the welcome screen", |app| {
        app.snapshot_of_test().project.is_none()
    });
    window.harness.run();
    window
        .harness
        .get_by_label_contains("1 thing that you asked for came to nothing");
}
