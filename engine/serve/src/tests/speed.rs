//! How many requests a second, measured when MILLRACE_TEST_SPEED is set.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use contract::{ColumnType, LearningTask, ServerAddress, Signature};

use super::{TestModel, input, model};
use crate::yardstick::Yardstick;
use crate::{Server, ServerOptions, Sink};

const CONNECTIONS: usize = 32;
const SECONDS: u64 = 4;

struct Nowhere;

impl Sink for Nowhere {
    fn requests(&self, _: Vec<contract::RequestLine>) {}
    fn predictions(&self, _: Vec<contract::Prediction>) {}
}

fn thirteen() -> TestModel {
    let names: Vec<String> = std::iter::once("alcohol".to_owned())
        .chain((1..13).map(|place| format!("column_{place}")))
        .collect();
    let signature = Signature {
        task: LearningTask::MultiClassClassification,
        target: "class".into(),
        inputs: names
            .iter()
            .map(|name| input(name, ColumnType::Float, &[]))
            .collect(),
        classes: vec!["1".into(), "2".into()],
    };
    model("wine", 1, signature)
}

/// Requests a second over some connections that each wait for their answer, and microseconds of processor time a request (client and
/// server together), which say more where other programs run.
fn requests_a_second(address: &ServerAddress) -> (f64, f64) {
    let record: Vec<String> = thirteen()
        .signature
        .inputs
        .iter()
        .map(|input| format!("\"{}\": 13.25", input.name))
        .collect();
    let body = format!("{{\"records\": [{{{}}}]}}", record.join(", "));
    let host = address.url.strip_prefix("http://").expect("an address");
    let request = format!(
        "POST /predict/wine HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        address.key,
        body.len()
    );
    let before = processor_seconds();
    let until = Instant::now() + Duration::from_secs(SECONDS);
    let answered: usize = thread::scope(|scope| {
        let connections: Vec<_> = (0..CONNECTIONS)
            .map(|_| scope.spawn(|| one_connection(host, request.as_bytes(), until)))
            .collect();
        let counts = connections.into_iter().map(|thread| thread.join());
        counts.map(|count| count.expect("a count")).sum()
    });
    let micros = (processor_seconds() - before) * 1e6 / answered as f64;
    (answered as f64 / SECONDS as f64, micros)
}

/// Of this process, from `/proc/self/stat` (in hundredths of a second); 0 where there is none.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let (_, after_name) = stat.rsplit_once(')').unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

fn one_connection(host: &str, request: &[u8], until: Instant) -> usize {
    let mut stream = TcpStream::connect(host).expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    let mut answered = 0;
    let mut buffer = [0; 4_096];
    while Instant::now() < until {
        stream.write_all(request).expect("a request");
        // Answers are small and come in one piece.
        let read = stream.read(&mut buffer).expect("an answer");
        assert!(buffer[..read].starts_with(b"HTTP/1.1 200"));
        answered += 1;
    }
    answered
}

/// At least 0.7 of an axum handler that parses the same JSON and answers a constant.
#[test]
fn the_server_keeps_pace_with_a_constant_handler() {
    if std::env::var_os("MILLRACE_TEST_SPEED").is_none() {
        return;
    }
    let server = Server::start(ServerOptions::default(), Arc::new(Nowhere)).expect("a server");
    server.put(Arc::new(thirteen()));
    let yardstick = Yardstick::start(0).expect("a yardstick");
    let mut best: f64 = 0.0;
    for _ in 0..3 {
        let (constant, constant_micros) = requests_a_second(yardstick.address());
        let (own, own_micros) = requests_a_second(server.address());
        eprintln!(
            "{own:>9.0} requests/s, constant {constant:>9.0}, ratio {:.2}; {own_micros:.1} us of processor, constant \
             {constant_micros:.1}, ratio {:.2}",
            own / constant,
            constant_micros / own_micros
        );
        best = best.max(own / constant);
    }
    let figures = server.figures(&contract::ModelName::new("wine"));
    eprintln!(
        "p50 {} ms, p99 {} ms",
        figures.p50_millis, figures.p99_millis
    );
    assert!(best >= 0.7, "{best:.2} of a constant handler");
}
