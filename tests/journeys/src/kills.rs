//! Killed at any moment: what was acknowledged is there, the project opens at once, a run goes on where it was.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::{
    Project, Running, field, fixture, list, millctl, number, program, text, word,
};
use crate::server::Server;

/// Kills in all, over the workers.
const KILLS: u32 = 200;
/// Projects that are tortured side by side.
const WORKERS: u32 = 4;
/// A project opens this fast after a kill.
const OPENS_WITHIN: Duration = Duration::from_secs(3);
/// Every run that was cut off can be resumed; of every so many it is done.
const RESUME_EVERY: u32 = 8;

/// Everything that a worker was told has happened.
#[derive(Default)]
struct Acknowledged {
    /// `dataset@version` and digest.
    data: BTreeSet<(String, String)>,
    runs: BTreeSet<String>,
    models: BTreeSet<(String, u64)>,
}

struct Worker {
    project: Project,
    /// The state of its random numbers.
    random: u64,
    told: Acknowledged,
    finished_run: String,
    slowest_open: Duration,
    /// Runs that were found interrupted.
    interrupted: u32,
    resumed: u32,
    files: u32,
}

#[test]
fn two_hundred_kills_lose_nothing() {
    let done = AtomicU32::new(0);
    let workers: Vec<Worker> = thread::scope(|scope| {
        let threads: Vec<_> = (0..WORKERS)
            .map(|number| {
                let done = &done;
                scope.spawn(move || {
                    let mut worker = Worker::new(u64::from(number) + 1);
                    for kill in 0..KILLS / WORKERS {
                        match (kill + number) % 4 {
                            0 => worker.kill_an_import(),
                            1 => worker.kill_a_training(),
                            2 => worker.kill_a_registration(),
                            _ => worker.kill_a_server(),
                        }
                        worker.check(kill);
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    worker
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a worker's promises hold"))
            .collect()
    });
    assert_eq!(done.load(Ordering::Relaxed), KILLS);
    let sum = |of: fn(&Worker) -> usize| workers.iter().map(of).sum::<usize>();
    let slowest = workers
        .iter()
        .map(|worker| worker.slowest_open)
        .max()
        .unwrap_or_default();
    let interrupted = sum(|worker| worker.interrupted as usize);
    eprintln!(
        "{KILLS} kills: {} versions, {} runs and {} model versions acknowledged, none lost; \
         {interrupted} runs were interrupted, {} of them resumed; the slowest opening took {slowest:?}",
        sum(|worker| worker.told.data.len()),
        sum(|worker| worker.told.runs.len()),
        sum(|worker| worker.told.models.len()),
        sum(|worker| worker.resumed as usize),
    );
    assert!(
        slowest < OPENS_WITHIN,
        "opening after a kill took {slowest:?}"
    );
    assert!(
        interrupted > 10,
        "only {interrupted} of the runs were cut off in the middle: the kills came at the wrong time"
    );
    for worker in &workers {
        worker.project.ok(&["audit", "verify"]);
    }
}

impl Worker {
    fn new(seed: u64) -> Self {
        let project = Project::new();
        let added = project.ok(&["data", "add", text(&fixture("iris.csv"))]);
        let trained = project.ok(&train("5"));
        let finished_run = word(&trained, "run").to_owned();
        let mut told = Acknowledged::default();
        told.note_data(&added);
        told.runs.insert(finished_run.clone());
        let mut worker = Self {
            project,
            random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            told,
            finished_run,
            slowest_open: Duration::ZERO,
            interrupted: 0,
            resumed: 0,
            files: 0,
        };
        let registered = worker.project.ok(&worker.register());
        worker.told.note_model(&registered);
        worker
    }

    fn kill_an_import(&mut self) {
        let file = self.next_file();
        let running = self
            .project
            .start(&["data", "add", text(&file), "--name", "stream"]);
        if let Some(answer) = self.kill_within(running, 600) {
            self.told.note_data(&answer);
        }
    }

    fn kill_a_training(&mut self) {
        let running = self.project.start(&train("6000"));
        if let Some(answer) = self.kill_within(running, 1_500) {
            self.told.runs.insert(word(&answer, "run").to_owned());
        }
    }

    fn kill_a_registration(&mut self) {
        let running = self.project.start(&self.register());
        if let Some(answer) = self.kill_within(running, 600) {
            self.told.note_model(&answer);
        }
    }

    /// While it serves, others are answered by it: predictions over HTTP, an import and a registration over the local socket.
    fn kill_a_server(&mut self) {
        let mut server = Server::start(&self.project, &["iris"]);
        let file = self.next_file();
        let import = self
            .project
            .start(&["data", "add", text(&file), "--name", "stream"]);
        let register = self.project.start(&self.register());
        let until = Instant::now() + self.pause(700);
        let body = json!({ "records": [{ "sepal_length_cm": 5.1, "sepal_width_cm": 3.5, "petal_length_cm": 1.4, "petal_width_cm": 0.2 }] });
        while Instant::now() < until {
            let answer = server.post("/predict/iris", &body).json();
            assert_eq!(list(&answer, "predictions").len(), 1);
        }
        server.running.kill();
        // An asker whose holder dies is told so, or takes over; either way it says what happened.
        if let Some(answer) = answered(import) {
            self.told.note_data(&answer);
        }
        if let Some(answer) = answered(register) {
            self.told.note_model(&answer);
        }
    }

    /// Opens the project again and compares it with what was acknowledged.
    fn check(&mut self, kill: u32) {
        let opened = self.project.run(&["runs", "list"]);
        self.slowest_open = self.slowest_open.max(opened.took);
        let runs = opened.json();
        let runs = runs.as_array().expect("a list of runs");
        for told in &self.told.runs {
            let run = runs.iter().find(|run| word(run, "run") == told);
            let run = run
                .unwrap_or_else(|| panic!("{told} was acknowledged and is lost after kill {kill}"));
            assert_eq!(word(run, "state"), "finished");
        }
        for run in runs {
            let state = word(run, "state");
            assert!(
                matches!(state, "finished" | "interrupted"),
                "nobody trains {run}"
            );
        }
        self.check_data(kill);
        self.check_models(kill);
        self.resume(runs);
    }

    fn check_data(&self, kill: u32) {
        if kill.is_multiple_of(10) {
            for (version, digest) in &self.told.data {
                assert_eq!(
                    word(&self.project.ok(&["data", "show", version]), "digest"),
                    digest
                );
            }
        }
        let newest = self.project.ok(&["data", "list"]);
        let versions_of = |name: &str| {
            let found = newest
                .as_array()
                .expect("a list")
                .iter()
                .find(|row| word(row, "dataset") == name);
            found.map_or(0.0, |row| number(row, "version"))
        };
        for (version, _) in &self.told.data {
            let (name, told) = version.split_once('@').expect("NAME@V");
            let told: f64 = told.parse().expect("a version is a number");
            assert!(
                versions_of(name) >= told,
                "{version} was acknowledged and is lost after kill {kill}"
            );
        }
    }

    fn check_models(&self, kill: u32) {
        let models = self.project.ok(&["models", "list"]);
        let known: BTreeSet<(String, u64)> = models
            .as_array()
            .expect("a list of models")
            .iter()
            .flat_map(|model| list(model, "versions"))
            .map(|version| {
                (
                    word(version, "model").to_owned(),
                    number(version, "version") as u64,
                )
            })
            .collect();
        for told in &self.told.models {
            assert!(
                known.contains(told),
                "{told:?} was acknowledged and is lost after kill {kill}"
            );
        }
    }

    fn resume(&mut self, runs: &[Value]) {
        let Some(cut) = runs
            .iter()
            .rev()
            .find(|run| word(run, "state") == "interrupted")
        else {
            return;
        };
        let run = word(cut, "run").to_owned();
        let are_cut = runs
            .iter()
            .filter(|run| word(run, "state") == "interrupted")
            .count() as u32;
        let before = std::mem::replace(&mut self.interrupted, are_cut + self.resumed);
        if self.interrupted > before && self.interrupted.is_multiple_of(RESUME_EVERY) {
            let resumed = self.project.ok(&["runs", "resume", &run]);
            assert_eq!(word(&resumed, "run"), run);
            assert_eq!(word(&resumed, "state"), "finished");
            self.told.runs.insert(run);
            self.resumed += 1;
        }
    }

    fn register(&self) -> [&str; 5] {
        ["models", "register", &self.finished_run, "--name", "iris"]
    }

    /// Gives the answer if there was one before the kill.
    fn kill_within(&mut self, mut running: Running, most_millis: u64) -> Option<Value> {
        let until = Instant::now() + self.pause(most_millis);
        while Instant::now() < until && !running.has_ended() {
            thread::sleep(Duration::from_millis(1));
        }
        running.kill();
        answered(running)
    }

    fn pause(&mut self, most_millis: u64) -> Duration {
        // Marsaglia's xorshift: a seed decides every pause, so a failure can be looked at again.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        Duration::from_micros(self.random % (most_millis * 1_000))
    }

    fn next_file(&mut self) -> std::path::PathBuf {
        self.files += 1;
        let rows: String = (0..400)
            .map(|row| format!("{row},{}\n", (row * 31 + self.files) % 97))
            .collect();
        self.project.file(
            &format!("stream-{}.csv", self.files),
            format!("row,value\n{rows}"),
        )
    }
}

impl Acknowledged {
    fn note_data(&mut self, answer: &Value) {
        let version = format!("{}@{}", word(answer, "dataset"), field(answer, "version"));
        self.data
            .insert((version, word(answer, "digest").to_owned()));
    }

    fn note_model(&mut self, answer: &Value) {
        self.models.insert((
            word(answer, "model").to_owned(),
            number(answer, "version") as u64,
        ));
    }
}

/// The JSON of a program that succeeded before it was killed, or in spite of it.
fn answered(running: Running) -> Option<Value> {
    let ended = running.wait();
    let said_all = ended.status.code() == Some(0) || ended.stdout.ends_with('\n');
    if !said_all {
        return None;
    }
    serde_json::from_str(&ended.stdout).ok()
}

/// No early stop, so that it takes as long as its epochs.
fn train(epochs: &str) -> Vec<&str> {
    vec![
        "train",
        "--data",
        "iris@1",
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

/// A run is resumed at its last checkpoint and ends as if nothing had happened.
#[test]
fn a_killed_run_ends_like_an_uninterrupted_one() {
    let project = Project::new();
    project.ok(&["data", "add", text(&fixture("iris.csv"))]);
    let mut seeded = train("300");
    seeded.extend(["--seed", "11"]);
    let whole = project.ok(&seeded);
    let mut running = project.start(&seeded);
    // Somebody else watches the run through the local socket, and so knows that it has begun.
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let runs = project.ok(&["runs", "list"]);
        let last = runs
            .as_array()
            .and_then(|runs| runs.last())
            .expect("a run")
            .clone();
        if word(&last, "state") == "running" {
            let points = project.ok(&["runs", "metrics", word(&last, "run")]);
            if points.as_array().is_some_and(|points| !points.is_empty()) {
                break;
            }
        }
        assert!(
            !running.has_ended(),
            "the run was over before it could be killed"
        );
        assert!(Instant::now() < until, "the run never began");
    }
    running.kill();
    let runs = project.ok(&["runs", "list"]);
    let cut = runs
        .as_array()
        .and_then(|runs| runs.last())
        .expect("a run")
        .clone();
    assert_eq!(word(&cut, "state"), "interrupted");
    let resumed = project.ok(&["runs", "resume", word(&cut, "run")]);
    assert_eq!(word(&resumed, "state"), "finished");
    assert_eq!(
        field(&resumed, "metrics"),
        field(&whole, "metrics"),
        "nothing shows that it was killed"
    );
    let again = project.refused(&["runs", "resume", word(&cut, "run")]);
    assert!(again.error.contains("finished"), "{again:?}");
}

/// The folder of a project that is being made appears whole or not at all.
#[test]
fn a_killed_new_leaves_a_whole_project_or_none() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let first = home.path().join("first.millrace");
    let took = millctl(&["new", text(&first), "--json"]).took;
    let mut whole = 0;
    for kill in 0..20 {
        let dir = home.path().join(format!("{kill}.millrace"));
        let mut running =
            Running::start(Command::new(program("millctl")).args(["new", text(&dir)]));
        // From at once to twice as long as it takes.
        thread::sleep(took * kill / 10);
        running.kill();
        if dir.exists() {
            whole += 1;
            millctl(&["--json", "-p", text(&dir), "audit", "verify"]).json();
        } else {
            millctl(&["new", text(&dir), "--json"]).json();
        }
    }
    assert!(
        (1..20).contains(&whole),
        "{whole} of 20 projects were made: the kills came at the wrong time"
    );
}
