//! Large, slow and many requests: each has its limit, and others are answered meanwhile.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Client, TestSink, price, read_raw, single, start, start_with};
use crate::ServerOptions;

/// The head of a request with the key, without its end.
fn head(client: &Client, path: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n",
        client.host(),
        client.key
    )
}

#[test]
fn large_bodies_are_refused() {
    let options = ServerOptions {
        largest_body_bytes: 1_000,
        ..ServerOptions::default()
    };
    let served = start_with(options, TestSink::default(), vec![price(1)]);
    let client = &served.client;
    // Said in the head: nothing of the body is waited for.
    let request = format!(
        "{}content-length: 1001\r\n\r\n",
        head(client, "/predict/price")
    );
    let (status, text) = client.raw(request.as_bytes());
    assert_eq!(status, 413, "{text}");
    assert!(
        text.contains("A request may have at most 1000 bytes"),
        "{text}"
    );
    // Not said in the head.
    let mut request = format!(
        "{}transfer-encoding: chunked\r\n\r\n",
        head(client, "/predict/price")
    );
    for _ in 0..20 {
        request.push_str("64\r\n");
        request.push_str(&" ".repeat(100));
        request.push_str("\r\n");
    }
    let (status, text) = client.raw(request.as_bytes());
    assert_eq!(status, 413, "{text}");
    assert_eq!(client.get("/v2").status, 200);
}

#[test]
fn many_rows_are_refused() {
    let served = start(vec![single(1)]);
    let rows = |count: usize| json!({"instances": vec![1; count]});
    assert_eq!(
        served.client.post("/invocations", &rows(10_000)).status,
        200
    );
    let answer = served.client.post("/invocations", &rows(10_001));
    assert_eq!(
        answer.error(),
        (413, "A request may have at most 10000 rows".to_owned())
    );
}

#[test]
fn large_heads_are_refused() {
    let served = start(vec![]);
    let client = &served.client;
    let request = format!(
        "{}x-long: {}\r\n\r\n",
        head(client, "/v2"),
        "x".repeat(40_000)
    );
    assert_eq!(client.raw(request.as_bytes()).0, 431);
    let many: String = (0..5_000)
        .map(|place| format!("x-{place}: y\r\n"))
        .collect();
    let request = format!("{}{many}\r\n", head(client, "/v2"));
    assert_eq!(client.raw(request.as_bytes()).0, 431);
    assert_eq!(client.get("/v2").status, 200);
}

#[test]
fn slow_bodies_and_heads_are_cut_off() {
    let options = ServerOptions {
        read_timeout: Duration::from_millis(300),
        ..ServerOptions::default()
    };
    let served = start_with(options, TestSink::default(), vec![price(1)]);
    let client = &served.client;
    let started = Instant::now();
    let mut slow = client.connect();
    let request = format!(
        "{}content-length: 100\r\n\r\n{{",
        head(client, "/predict/price")
    );
    slow.write_all(request.as_bytes()).expect("a part is sent");
    let (status, text) = read_raw(&mut slow);
    assert_eq!(status, 408, "{text}");
    assert!(
        text.contains("The body did not arrive within 0.3 seconds"),
        "{text}"
    );

    let mut slow = client.connect();
    slow.write_all(b"GET /v2 HT").expect("a part is sent");
    let (_, text) = read_raw(&mut slow);
    assert!(!text.contains("200 OK"), "{text}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

/// A hundred connections that say nothing do not keep a healthy one waiting.
#[test]
fn idle_connections_harm_nobody() {
    let served = start(vec![price(1)]);
    let idle: Vec<_> = (0..100).map(|_| served.client.connect()).collect();
    let started = Instant::now();
    let answer = served.client.post(
        "/predict/price",
        &json!({"records": [{"alcohol": 1, "age": 1}]}),
    );
    assert_eq!(answer.status, 200);
    assert!(started.elapsed() < Duration::from_secs(2));
    drop(idle);
}

#[test]
fn too_many_at_once_are_told_to_come_again() {
    let mut slow = single(1);
    slow.delay = Duration::from_millis(700);
    let options = ServerOptions {
        most_concurrent: 1,
        ..ServerOptions::default()
    };
    let served = start_with(options, TestSink::default(), vec![slow]);
    // Larger than what is predicted on the thread that received it.
    let body = json!({"instances": vec![1.25; 8_000]});
    let first = {
        let client = served.client.clone();
        let body = body.clone();
        thread::Builder::new()
            .spawn(move || client.post("/invocations", &body).status)
            .expect("a thread")
    };
    thread::sleep(Duration::from_millis(300));
    let answer = served.client.post("/invocations", &body);
    assert_eq!(
        answer.error(),
        (503, "The server is at its limit of requests".to_owned())
    );
    assert_eq!(answer.header("retry-after"), "1");
    // What needs no turn is answered.
    assert_eq!(served.client.get("/v2/health/ready").status, 200);
    assert_eq!(first.join().expect("an answer"), 200);
    assert_eq!(served.client.post("/invocations", &body).status, 200);
}

/// While the sink hangs, predictions wait up to a bound; then requests are refused, and none is lost.
#[test]
fn a_hanging_sink_refuses_instead_of_losing() {
    let sink = TestSink {
        delay: Duration::from_millis(1_500),
        ..TestSink::default()
    };
    let served = start_with(ServerOptions::default(), sink, vec![single(1)]);
    let body = json!({"instances": vec![1; 10_000]});
    let mut answered = 0;
    let mut refused = 0;
    for _ in 0..10 {
        let answer = served.client.post("/invocations", &body);
        match answer.status {
            200 => answered += 1,
            503 => {
                refused += 1;
                assert!(
                    answer
                        .text()
                        .contains("The record of predictions is behind")
                );
            }
            other => panic!("{other}"),
        }
    }
    assert!(refused > 0, "{answered} answered");
    let sink = served.sink.clone();
    served.server.shut_down(Duration::from_secs(5));
    assert_eq!(
        sink.predictions.lock().expect("predictions").len(),
        answered * 10_000
    );
}
