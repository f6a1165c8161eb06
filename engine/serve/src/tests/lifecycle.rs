//! Starting, swapping under load, draining, ending.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use contract::ModelName;
use serde_json::json;

use super::{TestServer, TestSink, price, single, start};
use crate::{ServeError, Server, ServerOptions};

#[test]
fn listens_on_loopback_only() {
    let served = start(vec![]);
    let port = served.client.port();
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok());
    // With a wildcard socket the whole of 127/8 would be taken, and would answer.
    #[cfg(target_os = "linux")]
    {
        assert!(TcpStream::connect(("127.0.0.2", port)).is_err());
        assert!(TcpListener::bind(("127.0.0.2", port)).is_ok());
    }
}

#[test]
fn a_taken_port_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let options = ServerOptions {
        port,
        ..ServerOptions::default()
    };
    let Err(error) = Server::start(options, Arc::new(TestSink::default())) else {
        panic!("it started")
    };
    assert!(matches!(error, ServeError::PortInUse { .. }));
    assert_eq!(error.to_string(), format!("port {port} is already in use"));
    assert_eq!(
        error.hint(),
        Some("choose another port, or 0 for a free one")
    );
}

#[test]
fn models_come_and_go() {
    let served = start(vec![]);
    let name = ModelName::new("price");
    let body = json!({"records": [{"alcohol": 1, "age": 1}]});
    assert_eq!(served.client.post("/predict/price", &body).status, 404);
    assert!(!served.server.remove(&name));
    served.server.put(Arc::new(price(1)));
    served.server.put(Arc::new(single(1)));
    assert_eq!(served.client.post("/predict/price", &body).status, 200);
    served.server.put(Arc::new(price(2)));
    // A new version keeps its place: the first model is still the first.
    let answer = served
        .client
        .post("/invocations", &json!({"instances": [[1, 1]]}));
    assert_eq!(answer.header("x-millrace-model"), "price@2");
    assert_eq!(served.server.figures(&name).requests, 2);
    assert!(served.server.remove(&name));
    assert_eq!(served.client.post("/predict/price", &body).status, 404);
    assert_eq!(served.server.figures(&name), Default::default());
    let answer = served
        .client
        .post("/invocations", &json!({"instances": [1]}));
    assert_eq!(answer.header("x-millrace-model"), "single@1");
}

#[test]
fn a_swap_under_load_loses_nothing() {
    let version = |number: u32| {
        let mut model = price(number);
        model.constant = Some(f64::from(number));
        Arc::new(model)
    };
    let TestServer {
        server,
        sink,
        client,
    } = start(vec![]);
    server.put(version(1));
    let is_over = AtomicBool::new(false);
    let sent = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let body = json!({"records": [{"alcohol": 1, "age": 1}]});
                let mut newest = 0;
                while !is_over.load(Ordering::Relaxed) {
                    let answer = client.post("/predict/price", &body);
                    sent.fetch_add(1, Ordering::Relaxed);
                    assert_eq!(answer.status, 200, "{}", answer.text());
                    let json = answer.json();
                    let version = json["version"].as_u64().expect("a version");
                    // Header, body and the value that only this version gives agree.
                    assert_eq!(
                        answer.header("x-millrace-model"),
                        format!("price@{version}")
                    );
                    assert_eq!(json["predictions"][0]["value"], version as f64);
                    assert!(version >= newest, "{version} after {newest}");
                    newest = version;
                }
            });
        }
        for number in 2..=50 {
            thread::sleep(Duration::from_millis(10));
            server.put(version(number));
        }
        thread::sleep(Duration::from_millis(50));
        is_over.store(true, Ordering::Relaxed);
    });
    let sent = sent.into_inner();
    let figures = server.figures(&ModelName::new("price"));
    assert_eq!((figures.requests, figures.errors), (u64::from(sent), 0));
    server.shut_down(Duration::from_secs(5));
    let predictions = sink.predictions.lock().expect("predictions");
    assert_eq!(predictions.len(), sent as usize);
    let mut ids: Vec<&str> = predictions.iter().map(|p| p.request.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), sent as usize, "every request has its own id");
    assert_eq!(sink.lines.lock().expect("lines").len(), sent as usize);
}

#[test]
fn a_shutdown_drains_and_flushes() {
    let mut slow = price(1);
    slow.delay = Duration::from_millis(500);
    let TestServer {
        server,
        sink,
        client,
    } = start(vec![slow]);
    let waiting = {
        let client = client.clone();
        thread::Builder::new()
            .spawn(move || {
                let body = json!({"records": [{"alcohol": 4, "age": 1}]});
                client.post("/predict/price", &body).json()
            })
            .expect("a thread")
    };
    thread::sleep(Duration::from_millis(200));
    server.shut_down(Duration::from_secs(5));
    assert_eq!(
        waiting.join().expect("an answer")["predictions"][0]["value"],
        4.0
    );
    assert_eq!(sink.predictions.lock().expect("predictions").len(), 1);
    assert!(TcpStream::connect(client.host()).is_err());
}

#[test]
fn a_shutdown_does_not_wait_for_idle_connections() {
    let served = start(vec![]);
    let idle = served.client.connect();
    assert_eq!(served.client.get("/v2").status, 200);
    let started = std::time::Instant::now();
    served.server.shut_down(Duration::from_secs(10));
    assert!(started.elapsed() < Duration::from_secs(5));
    drop(idle);
}

/// Long before the log would be flushed by itself.
#[test]
fn what_follows_the_log_sees_every_answer() {
    let TestServer {
        server,
        sink,
        client,
    } = start(vec![price(1)]);
    let afterwards = server.afterwards();
    let seen = |sink: &Arc<TestSink>| {
        let (told, asked) = std::sync::mpsc::sync_channel(1);
        let sink = sink.clone();
        afterwards.run(move || {
            let count = sink.predictions.lock().expect("predictions").len();
            told.send(count).expect("somebody asks");
        });
        asked
            .recv_timeout(Duration::from_secs(10))
            .expect("an answer")
    };
    assert_eq!(seen(&sink), 0);
    let rows = |count: usize| json!({"records": vec![json!({"alcohol": 4, "age": 1}); count]});
    for answered in 1..=100 {
        assert_eq!(client.post("/predict/price", &rows(1)).status, 200);
        assert_eq!(seen(&sink), answered);
    }
    assert_eq!(client.post("/predict/price", &rows(1_000)).status, 200);
    assert_eq!(seen(&sink), 1_100);
    assert_eq!(client.post("/predict/price", &rows(1)).status, 200);
    server.shut_down(Duration::from_secs(5));
    assert_eq!(seen(&sink), 1_101);
}

/// What follows a log of answers that its sink did not take is done all the same.
#[test]
fn what_follows_the_log_survives_panics() {
    struct Broken;
    impl crate::Sink for Broken {
        fn requests(&self, _: Vec<contract::RequestLine>) {}
        fn predictions(&self, _: Vec<contract::Prediction>) {
            panic!("the disk is full")
        }
    }
    let server = Server::start(ServerOptions::default(), Arc::new(Broken)).expect("a server");
    server.put(Arc::new(price(1)));
    let client = super::Client::new(server.address());
    let body = json!({"records": [{"alcohol": 4, "age": 1}]});
    for _ in 0..3 {
        assert_eq!(client.post("/predict/price", &body).status, 200);
        server.afterwards().run(|| panic!("what follows is broken"));
        let (told, asked) = std::sync::mpsc::sync_channel(1);
        server
            .afterwards()
            .run(move || told.send(()).expect("somebody asks"));
        asked
            .recv_timeout(Duration::from_secs(10))
            .expect("it is done");
    }
    server.shut_down(Duration::from_secs(5));
}

/// A sink that panics costs what it was given, not the server.
#[test]
fn a_panic_of_the_sink_is_survived() {
    struct Broken;
    impl crate::Sink for Broken {
        fn requests(&self, _: Vec<contract::RequestLine>) {
            panic!("the log is broken")
        }
        fn predictions(&self, _: Vec<contract::Prediction>) {}
    }
    let server = Server::start(ServerOptions::default(), Arc::new(Broken)).expect("a server");
    server.put(Arc::new(price(1)));
    let client = super::Client::new(server.address());
    for _ in 0..3 {
        let body = json!({"records": [{"alcohol": 4, "age": 1}]});
        assert_eq!(client.post("/predict/price", &body).status, 200);
        thread::sleep(Duration::from_millis(150));
    }
    server.shut_down(Duration::from_secs(5));
}
