//! The server over real HTTP: what it answers, what it refuses, how it lives and ends.

mod answers;
mod figures;
mod lifecycle;
mod limits;
mod record;
mod refusals;
mod security;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use contract::{
    ColumnType, Frame, InputSpec, LearningTask, ModelName, ModelVersionRef, Predicted, Prediction,
    RequestLine, Signature, Values,
};
use serde_json::Value;

use crate::{Predict, Server, ServerOptions, Sink};

/// A model whose answers can be worked out by hand: the second class has probability `alcohol / 20`; a value is `alcohol`.
pub(crate) struct TestModel {
    version: ModelVersionRef,
    signature: Signature,
    pub(crate) delay: Duration,
    pub(crate) fails: Option<&'static str>,
    /// Instead of the alcohol.
    pub(crate) constant: Option<f64>,
}

impl Predict for TestModel {
    fn version(&self) -> &ModelVersionRef {
        &self.version
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn predict(&self, frame: &Frame) -> Result<Predicted, String> {
        thread::sleep(self.delay);
        if let Some(why) = self.fails {
            return match why {
                "panic" => panic!("the model is broken"),
                why => Err(why.to_owned()),
            };
        }
        let Some(Values::Number(alcohol)) = frame.column("alcohol") else {
            return Err("no alcohol".into());
        };
        assert_eq!(frame.columns.len(), self.signature.inputs.len());
        if self.signature.classes.is_empty() {
            let value = |alcohol: &f64| self.constant.unwrap_or(*alcohol);
            return Ok(Predicted::Values(alcohol.iter().map(value).collect()));
        }
        let second = |alcohol: f64| {
            if alcohol.is_nan() {
                0.25
            } else {
                (alcohol / 20.0) as f32
            }
        };
        Ok(Predicted::Classes {
            probabilities: alcohol
                .iter()
                .flat_map(|&alcohol| [1.0 - second(alcohol), second(alcohol)])
                .collect(),
            class_count: 2,
        })
    }
}

fn input(name: &str, column_type: ColumnType, categories: &[&str]) -> InputSpec {
    InputSpec {
        name: name.into(),
        column_type,
        categories: categories.iter().map(|&text| text.into()).collect(),
        example: None,
        range: None,
    }
}

fn model(name: &str, version: u32, signature: Signature) -> TestModel {
    TestModel {
        version: ModelVersionRef {
            model: ModelName::new(name),
            version,
        },
        signature,
        delay: Duration::ZERO,
        fails: None,
        constant: None,
    }
}

/// A classifier with a column of every type.
pub(crate) fn wine(version: u32) -> TestModel {
    let signature = Signature {
        task: LearningTask::BinaryClassification,
        target: "quality".into(),
        inputs: vec![
            input("alcohol", ColumnType::Float, &[]),
            input("colour", ColumnType::Text, &["red", "white"]),
            input("age", ColumnType::Integer, &[]),
            input("organic", ColumnType::Boolean, &[]),
            input("bottled", ColumnType::Timestamp, &[]),
        ],
        classes: vec!["bad".into(), "good \"enough\"".into()],
    };
    model("wine", version, signature)
}

/// A regressor of numbers only.
pub(crate) fn price(version: u32) -> TestModel {
    let signature = Signature {
        task: LearningTask::Regression,
        target: "price".into(),
        inputs: vec![
            input("alcohol", ColumnType::Float, &[]),
            input("age", ColumnType::Integer, &[]),
        ],
        classes: Vec::new(),
    };
    model("price", version, signature)
}

/// A regressor of one number, for large requests.
pub(crate) fn single(version: u32) -> TestModel {
    let signature = Signature {
        task: LearningTask::Regression,
        target: "y".into(),
        inputs: vec![input("alcohol", ColumnType::Float, &[])],
        classes: Vec::new(),
    };
    model("single", version, signature)
}

/// Remembers everything it is told.
#[derive(Default)]
pub(crate) struct TestSink {
    pub(crate) lines: Mutex<Vec<RequestLine>>,
    pub(crate) predictions: Mutex<Vec<Prediction>>,
    /// How long it takes over a batch of predictions.
    pub(crate) delay: Duration,
}

impl Sink for TestSink {
    fn requests(&self, lines: Vec<RequestLine>) {
        self.lines.lock().expect("lines").extend(lines);
    }

    fn predictions(&self, batch: Vec<Prediction>) {
        thread::sleep(self.delay);
        self.predictions.lock().expect("predictions").extend(batch);
    }
}

/// A server with its sink, and the means to talk to it.
pub(crate) struct TestServer {
    pub(crate) server: Server,
    pub(crate) sink: Arc<TestSink>,
    pub(crate) client: Client,
}

/// Talks to a server over keep-alive connections.
#[derive(Clone)]
pub(crate) struct Client {
    agent: ureq::Agent,
    pub(crate) url: String,
    pub(crate) key: String,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: ureq::http::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str());
        value.and_then(Result::ok).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("JSON")
    }

    /// Status and sentence of a refusal.
    pub(crate) fn error(&self) -> (u16, String) {
        let error = self.json()["error"].as_str().map(str::to_owned);
        (self.status, error.unwrap_or_default())
    }
}

pub(crate) fn start(models: Vec<TestModel>) -> TestServer {
    start_with(ServerOptions::default(), TestSink::default(), models)
}

pub(crate) fn start_with(
    options: ServerOptions,
    sink: TestSink,
    models: Vec<TestModel>,
) -> TestServer {
    let sink = Arc::new(sink);
    let server = Server::start(options, sink.clone()).expect("a server");
    for model in models {
        server.put(Arc::new(model));
    }
    let client = Client::new(server.address());
    TestServer {
        server,
        sink,
        client,
    }
}

impl Client {
    fn new(address: &contract::ServerAddress) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .build();
        Self {
            agent: config.into(),
            url: address.url.clone(),
            key: address.key.clone(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let request = self.agent.get(format!("{}{path}", self.url));
        let response = request.header("authorization", format!("Bearer {}", self.key));
        read(response.call())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(
            path,
            &[("content-type", "application/json")],
            body.to_string().as_bytes(),
        )
    }

    pub(crate) fn send(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.key));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send(body))
    }

    /// Sends bytes as they are, and gives the status line's number and everything that came back.
    pub(crate) fn raw(&self, request: &[u8]) -> (u16, String) {
        let mut stream = self.connect();
        stream.write_all(request).expect("a request is sent");
        read_raw(&mut stream)
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let address = self.url.strip_prefix("http://").expect("an address");
        let stream = TcpStream::connect(address).expect("a connection");
        let timeout = Some(Duration::from_secs(20));
        stream.set_read_timeout(timeout).expect("a timeout");
        stream
    }

    /// `127.0.0.1:PORT`
    pub(crate) fn host(&self) -> &str {
        self.url.strip_prefix("http://").expect("an address")
    }

    pub(crate) fn port(&self) -> u16 {
        let (_, port) = self.host().rsplit_once(':').expect("a port");
        port.parse().expect("a number")
    }
}

fn read(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = response.expect("an answer");
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        bytes: response.body_mut().read_to_vec().expect("a body"),
    }
}

/// Reads until the server closes.
pub(crate) fn read_raw(stream: &mut TcpStream) -> (u16, String) {
    let mut bytes = Vec::new();
    // A reset after the answer is no matter.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let status = text
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    (status.unwrap_or(0), text)
}
