//! Serving from inside one process: watched without being asked, tried from the form, and found where it was.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use contract::{Cell, ServerAddress};

use super::*;
use crate::Kept;

fn serve(engine: &Engine) -> ServerAddress {
    let selector = ModelSelector::parse("flower").expect("a selector");
    let start = Command::StartEndpoint { selector, port: 0 };
    let Ok(Answer::Server(Some(address))) = command(engine, start) else {
        panic!("a server")
    };
    address
}

fn with_flower(engine: &Engine) {
    let version = import(engine, &iris()).expect("iris");
    let run = train(engine, recipe(&version, "species", 3)).expect("a run");
    let register = Command::RegisterRun {
        run: run.id.clone(),
        name: ModelName::new("flower"),
    };
    command(engine, register).expect("a model");
}

const ROW: &str = r#"{"records":[{"sepal_length_cm":5.1,"sepal_width_cm":3.5,"petal_length_cm":1.4,"petal_width_cm":0.2}]}"#;

fn ask(address: &ServerAddress) {
    ureq::post(format!("{}/predict/flower", address.url))
        .header("Authorization", format!("Bearer {}", address.key))
        .header("Content-Type", "application/json")
        .send(ROW)
        .expect("an answer");
}

/// How many predictions are seen.
fn logged(engine: &Engine) -> u64 {
    let measure = Command::MeasureDrift {
        model: ModelName::new("flower"),
        window: 100,
    };
    let Ok(Answer::Drift(report)) = command(engine, measure) else {
        panic!("drift")
    };
    report.window
}

/// A request in flight: the server has its head and waits for the row.
struct Pending(TcpStream);

impl Pending {
    fn begin(address: &ServerAddress) -> Self {
        let host = address.url.strip_prefix("http://").expect("a URL");
        let mut stream = TcpStream::connect(host).expect("a connection");
        let head = format!(
            "POST /predict/flower HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\
             Connection: close\r\n\r\n",
            address.key,
            ROW.len()
        );
        stream.write_all(head.as_bytes()).expect("a head");
        let mut said = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut said).expect("the body is asked for");
        assert!(said.starts_with(b"HTTP/1.1 100"));
        Self(stream)
    }

    fn finish(mut self) {
        self.0.write_all(ROW.as_bytes()).expect("a row");
        let mut answer = String::new();
        self.0.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[test]
fn an_endpoint_with_predictions_is_watched_without_being_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    with_flower(&engine);
    let address = serve(&engine);
    for _ in 0..3 {
        ask(&address);
    }
    engine.close();

    let engine = Engine::open(&path, Arc::new(|| {})).expect("the project");
    assert!(engine.snapshot().drift.is_empty());
    assert_eq!(serve(&engine), address, "clients find it where it was");
    let flower = ModelName::new("flower");
    let seen = wait_for(&engine, "drift was measured", |snapshot| {
        snapshot.drift.contains_key(&flower)
    });
    assert_eq!(seen.drift[&flower].window, 3);
    engine.close();
}

#[test]
fn what_the_form_tries_is_seen_in_the_log_and_is_no_prediction() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_path, engine) = new_engine(folder.path());
    with_flower(&engine);
    serve(&engine);
    let flower = ModelName::new("flower");
    let inputs: BTreeMap<Arc<str>, Cell> = [("sepal_length_cm".into(), Cell::Number(5.1))].into();
    let tried = Command::TryPrediction {
        model: flower.clone(),
        inputs,
    };
    command(&engine, tried).expect("an answer");
    let seen = wait_for(&engine, "the log has it", |snapshot| {
        !snapshot.requests.is_empty()
    });
    assert_eq!(
        (&*seen.requests[0].path, seen.requests[0].status),
        ("the form", 200)
    );
    let measure = Command::MeasureDrift {
        model: flower,
        window: 10,
    };
    let Ok(Answer::Drift(report)) = command(&engine, measure) else {
        panic!("drift")
    };
    assert_eq!(report.window, 0);
    engine.close();
}

#[test]
fn an_endpoint_stops_when_its_last_program_leaves_and_no_backup_has_the_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    with_flower(&engine);
    let Connection::Other(other) = Connection::for_errand(&path).expect("the holder") else {
        panic!("somebody else holds it")
    };
    let selectors = [ModelSelector::parse("flower").expect("a selector")];
    let is_served = || {
        let server = other.ask(Ask::Query(Query::Server), &mut |_| {});
        matches!(server, Ok(Answer::Server(Some(_))))
    };
    let (address, first) = other.keep(&selectors, 0).expect("served");
    let (again, second) = other.keep(&selectors, 0).expect("served");
    assert_eq!(address, again);
    first.end().expect("it has ended");
    assert!(is_served(), "the second is there");
    second.end().expect("it has ended");
    assert!(!is_served(), "nobody is there");

    let (_, stopped) = other.keep(&selectors, 0).expect("served");
    assert_eq!(stopped.look(), Kept::Served);
    let model = ModelName::new("flower");
    command(&engine, Command::StopEndpoint { model }).expect("stopped here");
    assert_eq!(stopped.look(), Kept::Stopped, "it is not started again");

    // One that was started here is stopped here only.
    serve(&engine);
    let (_, third) = other.keep(&selectors, 0).expect("served");
    third.end().expect("it has ended");
    assert!(is_served());

    let to = folder.path().join("garden.tar");
    command(&engine, Command::WriteBackup { path: to.clone() }).expect("a backup");
    let archive = std::fs::read(&to).expect("the backup");
    let has_key = archive
        .windows(address.key.len())
        .any(|window| window == address.key.as_bytes());
    assert!(!has_key);
    engine.close();
}

#[test]
fn a_program_that_leaves_waits_until_its_last_request_is_logged() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    with_flower(&engine);
    let Connection::Other(other) = Connection::for_errand(&path).expect("the holder") else {
        panic!("somebody else holds it")
    };
    let selectors = [ModelSelector::parse("flower").expect("a selector")];
    let (address, keeping) = other.keep(&selectors, 0).expect("served");
    let pending = Pending::begin(&address);
    std::thread::scope(|scope| {
        let leaving = scope.spawn(move || keeping.end());
        wait_for(&engine, "the endpoint has stopped", |snapshot| {
            snapshot.endpoints.is_empty()
        });
        // Time enough to be told too early.
        std::thread::sleep(Duration::from_millis(300));
        assert!(!leaving.is_finished(), "a request is still in flight");
        pending.finish();
        let ended = leaving.join().expect("no panic");
        ended.expect("it has ended");
    });
    assert_eq!(logged(&engine), 1);
    engine.close();
}

#[test]
fn what_a_server_that_drains_has_answered_is_counted_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_path, engine) = new_engine(folder.path());
    with_flower(&engine);
    let address = serve(&engine);
    let (first, second) = (Pending::begin(&address), Pending::begin(&address));
    let model = ModelName::new("flower");
    command(&engine, Command::StopEndpoint { model }).expect("stopped");
    let again = serve(&engine);
    first.finish();
    assert_eq!(logged(&engine), 1, "answered by the server before");
    ask(&again);
    second.finish();
    assert_eq!(logged(&engine), 3, "answered by both");
    engine.close();
}
