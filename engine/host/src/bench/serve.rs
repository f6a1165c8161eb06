//! `serve` at 32 connections beside an axum handler that parses the same JSON and answers a constant.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::infer::Predictor;
use ::serve::{Predict, Server, ServerOptions, Sink};
use contract::{
    Frame, ModelName, ModelVersionRef, Predicted, Prediction, Refusal, RequestLine, ServerAddress,
    Signature,
};

use super::{Bound, Measure, median};
use crate::error::{refuse, sentence};

const CONNECTIONS: usize = 32;
const SECONDS: f64 = 2.0;
/// The two servers take turns, so that what else happens on the machine meets both.
const ROUNDS: usize = 3;

struct Bench {
    version: ModelVersionRef,
    signature: Signature,
    predictor: Predictor,
}

impl Predict for Bench {
    fn version(&self) -> &ModelVersionRef {
        &self.version
    }
    fn signature(&self) -> &Signature {
        &self.signature
    }
    fn predict(&self, frame: &Frame) -> Result<Predicted, String> {
        self.predictor
            .predict(frame)
            .map_err(|error| sentence(&error))
    }
}

struct Nowhere;

impl Sink for Nowhere {
    fn requests(&self, _: Vec<RequestLine>) {}
    fn predictions(&self, _: Vec<Prediction>) {}
}

/// # Errors
/// When a server cannot be started or a request fails.
pub fn serve(onnx: &[u8], signature: &Signature) -> Result<Vec<Measure>, Refusal> {
    let predictor =
        Predictor::load(onnx, signature).map_err(|error| refuse(&error, error.hint()))?;
    let version = ModelVersionRef {
        model: ModelName::new("bench"),
        version: 1,
    };
    let server = Server::start(ServerOptions::default(), Arc::new(Nowhere))
        .map_err(|error| refuse(&error, error.hint()))?;
    server.put(Arc::new(Bench {
        version,
        signature: signature.clone(),
        predictor,
    }));
    let row: Vec<String> = signature
        .inputs
        .iter()
        .map(|input| {
            format!(
                "\"{}\":{}",
                input.name,
                input
                    .range
                    .map_or(0.5, |(low, high)| f64::midpoint(low, high))
            )
        })
        .collect();
    let body = format!("{{\"records\":[{{{}}}]}}", row.join(","));
    let constant =
        ::serve::yardstick::Yardstick::start(0).map_err(|error| refuse(&error, error.hint()))?;
    let (mut constants, mut owns) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        constants.push(load(constant.address(), "/predict/bench", &body, None)?.rate);
        owns.push(load(server.address(), "/predict/bench", &body, None)?.rate);
    }
    let (yardstick, own) = (median(constants), median(owns));
    let half = load(server.address(), "/predict/bench", &body, Some(own / 2.0))?;
    server.shut_down(Duration::from_secs(2));
    Ok(vec![
        Measure::new(
            "serve, 32 connections, one row a request",
            (own, "requests/s"),
            ("axum handler that parses and answers a constant", yardstick),
            Bound::AtLeast(0.7, "at least 0.7"),
        ),
        Measure::new(
            "p99 at half that load",
            (half.p99_millis, "ms"),
            ("5 ms", 5.0),
            Bound::AtMost(1.0, "at most 1"),
        ),
    ])
}

struct Load {
    rate: f64,
    p99_millis: f64,
}

/// Keeps every connection busy, or at the given rate of all together.
fn load(
    address: &ServerAddress,
    path: &str,
    body: &str,
    rate: Option<f64>,
) -> Result<Load, Refusal> {
    let host = address.url.trim_start_matches("http://").to_owned();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        address.key,
        body.len()
    );
    let pause = rate.map(|rate| Duration::from_secs_f64(CONNECTIONS as f64 / rate));
    let started = Instant::now();
    let mut latencies = Vec::new();
    let mut failure = None;
    std::thread::scope(|scope| {
        let spawn = |_| {
            std::thread::Builder::new()
                .name("load".into())
                .spawn_scoped(scope, || connection(&host, &request, pause))
        };
        let threads: Vec<_> = (0..CONNECTIONS).map(spawn).collect();
        for thread in threads {
            match thread.map(|thread| thread.join()) {
                Ok(Ok(Ok(micros))) => latencies.extend(micros),
                Ok(Ok(Err(error))) => failure = Some(refuse(&error, None)),
                _ => failure = Some(Refusal::new("a load thread did not run")),
            }
        }
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    let seconds = started.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let p99 = latencies
        .get(latencies.len() * 99 / 100)
        .copied()
        .unwrap_or(0);
    Ok(Load {
        rate: latencies.len() as f64 / seconds,
        p99_millis: f64::from(p99) / 1e3,
    })
}

/// Microseconds of every request on one kept-alive connection.
fn connection(host: &str, request: &str, pause: Option<Duration>) -> std::io::Result<Vec<u32>> {
    let stream = TcpStream::connect(host)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(&stream);
    let mut micros = Vec::new();
    let started = Instant::now();
    let mut due = started;
    while started.elapsed().as_secs_f64() < SECONDS {
        if let Some(pause) = pause {
            due += pause;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        let sent = Instant::now();
        (&stream).write_all(request.as_bytes())?;
        read_answer(&mut reader)?;
        micros.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok(micros)
}

fn read_answer(reader: &mut BufReader<&TcpStream>) -> std::io::Result<()> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    if !line.starts_with("HTTP/1.1 200") {
        return Err(std::io::Error::other(format!(
            "the server answered {}",
            line.trim()
        )));
    }
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).map(drop)
}
