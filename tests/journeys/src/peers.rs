//! Peers from the field, in Python: each computes the same thing in its own way, and must get the same.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::program::{Project, field, fixture, list, number, text, word};
use crate::samples::{csv, homes, record};
use crate::server::Server;

/// Single precision inside the model; ONNX Runtime and tract may round in another order.
const SAME_MODEL: f64 = 1e-5;
const SAME_METRIC: f64 = 1e-6;
const HOMES: u32 = 600;
/// Rows that are asked of the server.
const ASKED: usize = 90;

#[test]
fn onnx_runtime_predicts_what_is_served() {
    for target in ["grade", "price"] {
        let story = Story::of_homes(target);
        let said = story.ask("onnx_runtime.py");
        assert_eq!(number(&said, "rows"), ASKED as f64);
        assert!(number(&said, "held_out") > 50.0, "{said}");
        assert!(number(&said, "largest") < SAME_MODEL, "{target}: {said}");
        assert!(number(&said, "trainer") < 1e-4, "{target}: {said}");
        assert_eq!(field(&said, "different_labels"), 0, "{target}: {said}");
    }
}

#[test]
fn scikit_learn_measures_the_same() {
    for (story, metrics) in [
        (Story::of_homes("grade"), 5.0),
        (Story::of_homes("price"), 3.0),
        (Story::of_iris(), 5.0),
    ] {
        let said = story.ask("metrics.py");
        assert_eq!(number(&said, "metrics"), metrics);
        assert!(number(&said, "largest") < SAME_METRIC, "{said}");
    }
}

#[test]
fn tritons_client_is_answered() {
    for (story, answers) in [
        (Story::of_homes("grade"), 2),
        (Story::of_homes("price"), 2),
        (Story::of_iris(), 3),
    ] {
        let said = story.ask_about_whole_rows("triton.py");
        assert_eq!(field(&said, "answers"), answers, "{said}");
        assert!(number(&said, "rows") > 30.0, "{said}");
        let refused = field(&said, "refused");
        for (asked, expected) in [
            ("nobody", ["404", "No model"]),
            ("one column", ["422", "column"]),
            ("classified", ["400", "classification"]),
            ("packed", ["415", "gzip"]),
        ] {
            let refused = word(refused, asked);
            for expected in expected {
                assert!(refused.contains(expected), "{asked}: {said}");
            }
        }
    }
}

#[test]
fn mlflows_formats_are_scored() {
    for story in [Story::of_homes("grade"), Story::of_homes("price")] {
        let said = story.ask("mlflow_scoring.py");
        assert_eq!(field(&said, "asked"), 18, "{said}");
    }
}

#[test]
fn scipy_finds_the_same_drift() {
    for target in ["grade", "price"] {
        let story = Story::of_homes(target);
        let said = story.ask("drift.py");
        assert_eq!(
            field(&said, "compared"),
            18,
            "five features and the prediction, three figures each: {said}"
        );
    }
}

/// A trained, exported and served model, and the rows that it is asked.
struct Story {
    project: Project,
    server: Server,
    case: Value,
}

impl Story {
    fn of_homes(target: &str) -> Self {
        let project = Project::new();
        let homes = homes(HOMES);
        let file = project.file("homes.csv", csv(&homes));
        let ignored = format!(
            "{}=ignore",
            if target == "grade" { "price" } else { "grade" }
        );
        project.ok(&[
            "data",
            "add",
            text(&file),
            "--role",
            "row=id",
            "--role",
            &ignored,
        ]);
        // What is asked drifts a little: every sixth home, and the oldest of them twice.
        let rows: Vec<Value> = homes.iter().step_by(6).map(record).collect();
        let rows = rows.iter().skip(20).chain(&rows[90..]).cloned().collect();
        Self::of(project, "homes", target, file, rows)
    }

    fn of_iris() -> Self {
        let project = Project::new();
        let file = fixture("iris.csv");
        project.ok(&["data", "add", text(&file)]);
        let source = std::fs::read_to_string(&file).expect("the fixture");
        let mut lines = source.lines();
        let names: Vec<&str> = lines.next().expect("a header").split(',').collect();
        let row = |line: &str| {
            let cells = names.iter().zip(line.split(',')).take(4);
            let cells = cells.map(|(name, cell)| {
                (
                    (*name).to_owned(),
                    json!(cell.parse::<f64>().expect("a number")),
                )
            });
            Value::Object(cells.collect())
        };
        let rows = lines.step_by(2).map(row).collect();
        Self::of(project, "iris", "species", file, rows)
    }

    fn of(project: Project, data: &str, target: &str, file: PathBuf, rows: Vec<Value>) -> Self {
        let trained = project.ok(&[
            "train", "--data", data, "--target", target, "--device", "cpu", "--epochs", "25",
            "--seed", "5",
        ]);
        let run = word(&trained, "run");
        project.ok(&["models", "register", run, "--name", "peer"]);
        let export = project.beside("export");
        project.ok(&["models", "export", "peer", text(&export)]);
        let shown = project.ok(&["runs", "show", run]);
        let server = Server::start(&project, &["peer"]);
        let answer = server
            .post("/predict/peer", &json!({ "records": rows }))
            .json();
        let case = json!({
            "url": server.url,
            "key": server.key,
            "model": "peer",
            "export": export,
            "csv": file,
            "run": shown,
            "rows": rows,
            "predictions": list(&answer, "predictions"),
        });
        Self {
            project,
            server,
            case,
        }
    }

    #[track_caller]
    fn ask(mut self, script: &str) -> Value {
        if script == "drift.py" {
            self.case["drift"] = self.drift();
        }
        self.run(script)
    }

    /// A protocol without missing values is asked about rows that have none.
    #[track_caller]
    fn ask_about_whole_rows(mut self, script: &str) -> Value {
        let is_whole = |row: &Value| {
            row.as_object()
                .is_some_and(|row| row.values().all(|cell| !cell.is_null()))
        };
        let rows: Vec<Value> = list(&self.case, "rows")
            .iter()
            .filter(|row| is_whole(row))
            .cloned()
            .collect();
        let answer = self
            .server
            .post("/predict/peer", &json!({ "records": rows }))
            .json();
        self.case["predictions"] = field(&answer, "predictions").clone();
        self.case["rows"] = json!(rows);
        self.run(script)
    }

    /// Asked right after the predictions were answered, the report counts every one of them.
    fn drift(&self) -> Value {
        let asked = list(&self.case, "rows").len();
        let window = asked.to_string();
        let drift = self.project.ok(&["drift", "peer", "--window", &window]);
        assert_eq!(number(&drift, "window"), asked as f64, "{drift}");
        drift
    }

    #[track_caller]
    fn run(&self, script: &str) -> Value {
        let case = self.project.file("case.json", self.case.to_string());
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("peers")
            .join(script);
        let output = Command::new(python())
            .arg(&path)
            .arg(&case)
            .output()
            .expect("Python starts");
        assert!(
            output.status.success(),
            "{script} disagrees: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        let stdout = String::from_utf8_lossy(&output.stdout);
        let said: Value = serde_json::from_str(&stdout)
            .unwrap_or_else(|error| panic!("{script} says no JSON ({error}): {stdout}"));
        eprintln!("{script}: {said}");
        said
    }
}

/// The Python with the peers: the one that is named, or the one that the set-up script made.
fn python() -> PathBuf {
    let cache = || {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))
    };
    let named = std::env::var_os("MILLRACE_PYTHON").map(PathBuf::from);
    let python = named.or_else(|| Some(cache()?.join("millrace/venv/bin/python")));
    let python = python.unwrap_or_default();
    assert!(
        python.is_file(),
        "there is no Python with the peers at {}: run `bash packaging/dev.sh test`, which makes one, or set MILLRACE_PYTHON",
        python.display()
    );
    python
}
