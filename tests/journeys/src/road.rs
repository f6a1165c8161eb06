//! The main road: a file becomes a dataset, a run, a registered model, a served model, and something that is watched.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::{Project, field, fixture, list, millctl, number, text, word};
use crate::samples::{csv, homes, record};
use crate::server::Server;

const SPLITS: [&str; 3] = ["train", "validation", "test"];
const CLASS_METRICS: [&str; 5] = [
    "accuracy",
    "balanced_accuracy",
    "f1_macro",
    "roc_auc",
    "log_loss",
];
const VALUE_METRICS: [&str; 3] = ["mae", "rmse", "r2"];
const PACKAGE: [&str; 6] = [
    "holdout.json",
    "model.onnx",
    "reference.json",
    "report.json",
    "signature.json",
    "weights.safetensors",
];

/// The whole road in one story, because each step needs the one before.
#[test]
fn a_dropped_file_becomes_a_served_watched_model() {
    let project = Project::new();
    import(&project);
    let run = train(&project);
    register(&project, &run);
    export(&project);
    serve(&project, &run);
    lineage(&project, &run);
    keep(&project);
}

#[test]
fn numbers_are_learned_and_served_as_values() {
    let project = Project::new();
    let homes = homes(240);
    let file = project.file("homes.csv", csv(&homes));
    let added = project.ok(&[
        "data",
        "add",
        text(&file),
        "--role",
        "row=id",
        "--role",
        "grade=ignore",
    ]);
    assert_eq!(number(&added, "rows"), 240.0);
    let trained = project.ok(&[
        "train",
        "--data",
        "homes",
        "--target",
        "price",
        "--epochs",
        "60",
        "--seed",
        "3",
        "--device",
        "cpu",
        "--set",
        "learning_rate=0.01",
    ]);
    for split in SPLITS {
        for metric in VALUE_METRICS {
            number(field(&trained, "metrics"), &format!("{split}/{metric}"));
        }
    }
    let run = word(&trained, "run");
    let shown = project.ok(&["runs", "show", run]);
    let report = field(&shown, "report");
    let better = number(field(&trained, "metrics"), "test/rmse");
    let baseline = number(field(report, "baseline"), "test/rmse");
    assert!(
        better < baseline,
        "{better} is better than the mean's {baseline}"
    );
    let registered = project.ok(&["models", "register", run, "--name", "price"]);
    assert!(number(&registered, "onnx_max_abs_diff") < 1e-3);

    let server = Server::start(&project, &["price"]);
    let row = record(&homes[0]);
    let predicted = |row: &Value| {
        let answer = server.predict("price", row).json();
        let prediction = &list(&answer, "predictions")[0];
        assert!(prediction.get("label").is_none(), "a value has no label");
        number(prediction, "value")
    };
    let mut changed = row.clone();
    changed["size"] = Value::Null;
    assert!(
        predicted(&changed).is_finite(),
        "a missing number is imputed as in training"
    );
    changed["size"] = json!(150.0);
    assert!(
        predicted(&changed) > predicted(&row),
        "a larger home is dearer"
    );
}

fn import(project: &Project) {
    let iris = fixture("iris.csv");
    let added = project.ok(&[
        "data",
        "add",
        text(&iris),
        "--name",
        "iris",
        "--role",
        "species=target",
    ]);
    assert_eq!(word(&added, "dataset"), "iris");
    assert_eq!(field(&added, "version"), 1);
    assert_eq!(field(&added, "rows"), 150);
    assert_eq!(field(&added, "rejected_rows"), 0);
    let digest = word(&added, "digest");
    assert!(
        digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{digest} is a BLAKE3"
    );
    let columns = list(&added, "columns");
    assert_eq!(columns.len(), 5);
    let length = &columns[0];
    assert_eq!(word(length, "name"), "sepal_length_cm");
    assert_eq!(word(length, "type"), "float");
    assert_eq!(word(length, "role"), "feature");
    assert_eq!(field(length, "missing"), 0);
    assert_eq!(field(length, "distinct"), 35);
    // Fisher's figures, as NumPy gives them for this file.
    for (name, expected) in [
        ("min", 4.3),
        ("max", 7.9),
        ("mean", 5.843_333_333_333_334),
        ("std", 0.828_066_127_977_863),
    ] {
        let is = number(length, name);
        assert!(
            (is - expected).abs() < 1e-9,
            "{name} is {is}, not {expected}"
        );
    }
    let species = &columns[4];
    assert_eq!(word(species, "type"), "text");
    assert_eq!(word(species, "role"), "target");
    assert_eq!(field(species, "distinct"), 3);
    assert!(field(species, "mean").is_null(), "a text has no mean");

    // The same bytes are recognised, under any path.
    let copy = project.file("iris.csv", std::fs::read(&iris).expect("the fixture"));
    let again = project.ok(&["data", "add", text(&copy)]);
    assert_eq!(field(&again, "version"), 1);
    assert_eq!(word(&again, "digest"), digest);
    assert_eq!(field(&added, "recognised"), false);
    assert_eq!(field(&again, "recognised"), true);
    // Changed ones are the next version.
    let more = std::fs::read_to_string(&iris).expect("the fixture") + "5.0,3.4,1.5,0.2,setosa\n";
    let changed = project.file("iris.csv", more);
    let second = project.ok(&["data", "add", text(&changed)]);
    assert_eq!(field(&second, "version"), 2);
    assert_eq!(field(&second, "rows"), 151);
    // What an older version has does not become the newest by being added again.
    let older = project.ok(&["data", "add", text(&iris)]);
    assert_eq!(field(&older, "version"), 1);
    assert_eq!(field(&older, "recognised"), true);
    assert_eq!(field(&older, "newest"), 2);

    let all = project.ok(&["data", "list"]);
    let all = all.as_array().expect("a list of datasets");
    assert_eq!(all.len(), 1, "two versions of one dataset");
    assert_eq!(word(&all[0], "dataset"), "iris");
    assert_eq!(field(&project.ok(&["data", "show", "iris@1"]), "rows"), 150);
    assert_eq!(field(&project.ok(&["data", "show", "iris"]), "rows"), 151);
}

const TRAIN: [&str; 17] = [
    "train",
    "--data",
    "iris@1",
    "--target",
    "species",
    "--model",
    "mlp",
    "--epochs",
    "40",
    "--seed",
    "7",
    "--device",
    "cpu",
    "--experiment",
    "flowers",
    "--set",
    "hidden=16,16",
];

/// Gives the run.
fn train(project: &Project) -> String {
    let trained = project.ok(&TRAIN);
    let run = word(&trained, "run").to_owned();
    assert_eq!(word(&trained, "state"), "finished");
    assert!(!word(&trained, "device").is_empty());
    assert!(number(&trained, "seconds") > 0.0);
    let metrics = field(&trained, "metrics");
    for split in SPLITS {
        for metric in CLASS_METRICS {
            let value = number(metrics, &format!("{split}/{metric}"));
            assert!(
                value >= 0.0 && (metric == "log_loss" || value <= 1.0),
                "{split}/{metric} is {value}"
            );
        }
    }
    assert!(
        number(metrics, "test/accuracy") > 0.7,
        "iris is easy: {metrics}"
    );

    let again = project.ok(&TRAIN);
    assert_ne!(word(&again, "run"), run);
    assert_eq!(
        field(&again, "metrics"),
        metrics,
        "the same recipe, seed and device give the same numbers"
    );

    let runs = project.ok(&["runs", "list"]);
    let ids: Vec<&str> = runs
        .as_array()
        .expect("a list of runs")
        .iter()
        .map(|run| word(run, "run"))
        .collect();
    assert_eq!(
        ids,
        [run.as_str(), word(&again, "run")],
        "in the order of starting"
    );
    let shown = project.ok(&["runs", "show", &run]);
    assert_eq!(word(&shown, "run"), run);
    assert_eq!(field(&shown, "metrics"), metrics);
    let report = field(&shown, "report");
    let test_rows = number(field(report, "rows"), "test");
    let counted: f64 = list(report, "confusion")
        .iter()
        .flat_map(|row| row.as_array().expect("a row of counts"))
        .filter_map(Value::as_f64)
        .sum();
    assert_eq!(
        counted, test_rows,
        "the confusion matrix counts every held-out row"
    );
    assert!(number(field(report, "baseline"), "test/accuracy") < number(metrics, "test/accuracy"));
    assert_eq!(list(report, "importance").len(), 4);

    let points = project.ok(&["runs", "metrics", &run]);
    let points = points.as_array().expect("a list of points");
    let key = word(&points[0], "key");
    let of_key = points
        .iter()
        .filter(|point| word(point, "key") == key)
        .count();
    let only = project.ok(&["runs", "metrics", &run, "--key", key]);
    let only = only.as_array().expect("a list of points");
    assert_eq!(only.len(), of_key);
    let steps: Vec<f64> = only.iter().map(|point| number(point, "step")).collect();
    let epochs = number(report, "epochs_run");
    assert_eq!(steps.len() as f64, epochs, "one point an epoch");
    assert!(steps.is_sorted() && steps[0] == 1.0, "{steps:?}");
    run
}

fn register(project: &Project, run: &str) {
    let registered = project.ok(&["models", "register", run, "--name", "iris"]);
    assert_eq!(word(&registered, "model"), "iris");
    assert_eq!(field(&registered, "version"), 1);
    let diff = number(&registered, "onnx_max_abs_diff");
    assert!(
        (0.0..1e-4).contains(&diff),
        "the ONNX answers like the trainer: {diff}"
    );
    assert_eq!(
        field(
            &project.ok(&["models", "register", run, "--name", "iris"]),
            "version"
        ),
        2
    );

    project.ok(&["models", "alias", "iris", "champion", "1"]);
    let models = project.ok(&["models", "list"]);
    let model = &models.as_array().expect("a list of models")[0];
    assert_eq!(word(model, "model"), "iris");
    assert_eq!(list(model, "versions").len(), 2);
    assert_eq!(field(field(model, "aliases"), "champion"), 1);
    for (name, version) in [("iris", 1), ("iris@champion", 1), ("iris@2", 2)] {
        let shown = project.ok(&["models", "show", name]);
        assert_eq!(field(&shown, "version"), version, "{name}");
        assert_eq!(word(&shown, "run"), run);
        assert_eq!(list(field(&shown, "signature"), "inputs").len(), 4);
    }
}

fn export(project: &Project) {
    let dir = project.beside("exported");
    let exported = project.ok(&["models", "export", "iris@champion", text(&dir)]);
    assert_eq!(field(&exported, "version"), 1);
    let mut names: Vec<String> = std::fs::read_dir(&dir)
        .expect("the folder was made")
        .map(|entry| {
            entry
                .expect("a file")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert_eq!(names, PACKAGE);
    assert_eq!(list(&exported, "files").len(), PACKAGE.len());
}

fn serve(project: &Project, run: &str) {
    let server = Server::start(project, &["iris@champion"]);
    assert!(
        server.url.starts_with("http://127.0.0.1:"),
        "{}",
        server.url
    );
    crate::dialects::every_dialect_agrees(&server);
    crate::dialects::strangers_and_bad_requests_are_refused(&server);

    // Whoever holds the project answers the others.
    assert_eq!(
        word(&project.ok(&["runs", "show", run]), "state"),
        "finished"
    );

    let row = json!({ "sepal_length_cm": 5.0, "sepal_width_cm": 3.4, "petal_length_cm": 1.5, "petal_width_cm": 0.2 });
    let records = vec![row; 60];
    for _ in 0..3 {
        let answer = server
            .post("/predict/iris", &json!({ "records": records }))
            .json();
        assert_eq!(list(&answer, "predictions").len(), 60);
    }
    let drift = drift_of(project, "iris", 120);
    assert_eq!(word(&drift, "model"), "iris");
    assert_eq!(field(&drift, "version"), 1);
    assert_eq!(field(&drift, "window"), 120);
    let columns = list(&drift, "columns");
    assert_eq!(columns.len(), 5, "four features and the prediction");
    for column in &columns[..4] {
        assert_eq!(
            word(column, "verdict"),
            "drifted",
            "one flower over and over is not the training data: {column}"
        );
        assert!(number(column, "psi") > 0.25);
        let ks = number(field(column, "statistics"), "ks");
        assert!(ks > 0.4 && ks <= 1.0, "{column}");
    }

    server.running.terminate();
    let ended = server.running.wait();
    assert_eq!(
        ended.status.code(),
        Some(0),
        "SIGTERM drains and ends well: {}",
        ended.stderr
    );
    let after = project.ok(&["drift", "iris", "--window", "120"]);
    assert_eq!(
        list(&after, "columns").len(),
        5,
        "predictions outlive the server"
    );
}

/// Predictions are written in batches, so the newest may take a moment.
fn drift_of(project: &Project, model: &str, window: u64) -> Value {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let drift = project.ok(&["drift", model, "--window", &window.to_string()]);
        if number(&drift, "window") >= window as f64 || Instant::now() > until {
            return drift;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn lineage(project: &Project, run: &str) {
    for id in ["iris@1", run, "model:iris@1", "endpoint:iris"] {
        let graph = project.ok(&["lineage", id]);
        let nodes = list(&graph, "nodes");
        let kinds: Vec<&str> = nodes.iter().map(|node| word(node, "kind")).collect();
        for kind in ["source", "data_version", "run", "model_version", "endpoint"] {
            assert!(
                kinds.contains(&kind),
                "the lineage of {id} has a {kind}: {graph}"
            );
        }
        let names: Vec<&str> = nodes.iter().map(|node| word(node, "id")).collect();
        assert!(names.contains(&id), "{id} is in its own lineage: {names:?}");
        let edges = list(&graph, "edges");
        for (from, to) in [
            ("iris@1", run),
            (run, "model:iris@1"),
            ("model:iris@1", "endpoint:iris"),
        ] {
            assert!(
                edges.contains(&json!([from, to])),
                "{from} -> {to} is an edge of {id}'s lineage"
            );
        }
    }
    let dot = project.run(&["lineage", "iris@1", "--format", "dot"]);
    assert_eq!(dot.status.code(), Some(0));
    assert!(dot.stdout.starts_with("digraph"), "{}", dot.stdout);
    assert!(
        dot.stdout.contains(&format!("\"iris@1\" -> \"{run}\"")),
        "{}",
        dot.stdout
    );
}

fn keep(project: &Project) {
    let verified = project.ok(&["audit", "verify"]);
    let facts = number(&verified, "facts");
    assert!(facts >= 10.0, "every step left a fact: {verified}");
    assert!(number(&verified, "objects") >= 8.0, "{verified}");

    let backup = project.beside("backup.tar");
    project.ok(&["backup", text(&backup)]);
    let place = project.beside("restored");
    std::fs::create_dir(&place).expect("a folder");
    let unpacked = Command::new("tar")
        .args(["-xf", text(&backup), "-C", text(&place)])
        .status()
        .expect("tar is a program of every Unix");
    assert!(unpacked.success());
    let restored = place.join("story.millrace");
    let list_of = |dir: &std::path::Path, arguments: &[&str]| {
        let mut all = vec!["--json", "-p", text(dir)];
        all.extend(arguments);
        millctl(&all).json()
    };
    for question in [["data", "list"], ["runs", "list"], ["models", "list"]] {
        assert_eq!(
            list_of(&restored, &question),
            list_of(&project.dir, &question),
            "the backup answers {question:?} alike"
        );
    }
    list_of(&restored, &["audit", "verify"]);

    let repaired = project.ok(&["repair"]);
    assert!(
        number(&repaired, "facts") > facts,
        "what was verified and backed up are facts too"
    );
    assert_eq!(
        list(
            &project.ok(&["models", "list"]).as_array().expect("a list")[0],
            "versions"
        )
        .len(),
        2
    );

    let doctor = millctl(&["doctor", "--json"]).json();
    assert!(!word(&doctor, "version").is_empty());
    assert!(field(&doctor, "limits").is_object());
    let devices = list(&doctor, "devices");
    assert!(
        devices
            .iter()
            .any(|device| field(device, "is_gpu") == false),
        "a CPU can always train: {doctor}"
    );
}
