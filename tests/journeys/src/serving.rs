//! Serving that outlives a signal, another holder and a second server: no answered prediction is lost, and clients keep their address.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::{Project, fixture, number, text, word};
use crate::server::{Server, agent};

#[test]
fn a_signal_loses_no_answered_prediction() {
    let project = served_project();
    let server = Server::start(&project, &["iris"]);
    let is_over = Arc::new(AtomicBool::new(false));
    let askers: Vec<_> = (0..4)
        .map(|_| {
            let (url, key, is_over) = (server.url.clone(), server.key.clone(), is_over.clone());
            thread::spawn(move || ask_until(&is_over, &url, &key))
        })
        .collect();
    thread::sleep(Duration::from_secs(1));
    server.running.terminate();
    let ended = server.running.wait();
    is_over.store(true, Ordering::Release);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    let answered: u64 = askers
        .into_iter()
        .map(|asker| asker.join().expect("only 200 and 503 are answered"))
        .sum();
    assert!(answered > 50, "{answered} were answered");
    let drift = project.ok(&["drift", "iris", "--window", "100000"]);
    assert!(
        number(&drift, "window") >= answered as f64,
        "{answered} were answered, {drift} is kept"
    );
}

#[test]
fn predictions_of_a_killed_server_are_there_after_the_next_start() {
    const ASKED: u32 = 200;
    let project = served_project();
    let mut server = Server::start(&project, &["iris"]);
    for _ in 0..ASKED {
        assert_eq!(server.predict("iris", &row()).status, 200);
    }
    let kept = || {
        number(
            &project.ok(&["drift", "iris", "--window", "100000"]),
            "window",
        )
    };
    wait_until("all predictions are logged", || kept() == f64::from(ASKED));
    server.running.kill();
    assert_eq!(kept(), f64::from(ASKED), "whoever opens it next has them");
    let again = Server::start(&project, &["iris"]);
    assert_eq!(again.predict("iris", &row()).status, 200);
    again.running.terminate();
    assert_eq!(again.running.wait().status.code(), Some(0));
    assert_eq!(
        kept(),
        f64::from(ASKED + 1),
        "and they are followed by others"
    );
}

/// Asks as fast as it is answered; gives how often it was.
fn ask_until(is_over: &AtomicBool, url: &str, key: &str) -> u64 {
    let agent = agent();
    let mut answered = 0;
    while !is_over.load(Ordering::Acquire) {
        let call = agent
            .post(format!("{url}/predict/iris"))
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", "application/json");
        let Ok(mut response) = call.send(json!({ "records": [row()] }).to_string()) else {
            continue;
        };
        match response.status().as_u16() {
            200 if response.body_mut().read_to_string().is_ok() => answered += 1,
            200 | 503 => {}
            status => panic!("a server that ends answers {status}"),
        }
    }
    answered
}

#[test]
fn a_server_outlives_the_program_that_held_the_project() {
    let project = served_project();
    let mut holder = project.start(&[
        "train",
        "--data",
        "iris",
        "--target",
        "species",
        "--device",
        "cpu",
        "--epochs",
        "1000000",
        "--set",
        "patience=0",
    ]);
    wait_until("the training holds the project", || {
        let runs = project.ok(&["runs", "list"]);
        runs.as_array().is_some_and(|runs| runs.len() == 2)
    });
    let mut server = Server::start(&project, &["iris"]);
    assert_eq!(server.predict("iris", &row()).status, 200);
    holder.kill();
    wait_until("the server has taken over", || answers(&server));
    assert!(!server.is_over());
    server.running.terminate();
    let ended = server.running.wait();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout, "", "the address did not change");
}

#[test]
fn who_serves_second_ends_nothing_of_the_first() {
    let project = served_project();
    let first = Server::start(&project, &["iris"]);
    let second = Server::start(&project, &["iris"]);
    assert_eq!((&first.url, &first.key), (&second.url, &second.key));
    let elsewhere = project.run(&["serve", "iris", "--port", "1"]).refused();
    assert!(elsewhere.error.contains("served already"), "{elsewhere:?}");
    second.running.terminate();
    assert_eq!(second.running.wait().status.code(), Some(0));
    assert_eq!(first.predict("iris", &row()).status, 200);

    let third = Server::start(&project, &["iris"]);
    first.running.terminate();
    assert_eq!(first.running.wait().status.code(), Some(0));
    wait_until("the third has taken over", || answers(&third));
}

#[test]
fn a_project_is_served_where_it_was_before() {
    let project = served_project();
    let address = || {
        let server = Server::start(&project, &["iris"]);
        server.running.terminate();
        let address = (server.url.clone(), server.key.clone());
        let ended = server.running.wait();
        assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
        (address, ended.stderr)
    };
    let (first, _) = address();
    assert_eq!(address().0, first);

    let file = project.beside("story.millrace").join("server.json");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file)
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "the key is its owner's");
    }
    let port = first.0.rsplit(':').next().expect("a port");
    let taken = TcpListener::bind(format!("127.0.0.1:{port}")).expect("the port is free again");
    let (other, said) = address();
    assert_ne!(other.0, first.0);
    assert_eq!(other.1, first.1, "the key is the same");
    assert!(said.contains("is taken"), "it is said: {said}");
    drop(taken);
}

/// False also while nobody listens.
fn answers(server: &Server) -> bool {
    let body = json!({ "records": [row()] }).to_string();
    let json = [("content-type", "application/json")];
    server
        .post_with("/predict/iris", &body, &json)
        .is_some_and(|answer| answer.status == 200)
}

#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(Instant::now() < until, "it never came that {what}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// A project with a registered model “iris”.
fn served_project() -> Project {
    let project = Project::new();
    project.ok(&["data", "add", text(&fixture("iris.csv"))]);
    let trained = project.ok(&[
        "train", "--data", "iris", "--target", "species", "--device", "cpu", "--epochs", "3",
    ]);
    let run = word(&trained, "run");
    project.ok(&["models", "register", run, "--name", "iris"]);
    project
}

fn row() -> Value {
    json!({ "sepal_length_cm": 5.1, "sepal_width_cm": 3.5, "petal_length_cm": 1.4, "petal_width_cm": 0.2 })
}
