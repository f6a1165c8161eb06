//! `millctl serve` and a client of it, over real HTTP.

use serde_json::{Value, json};

use crate::program::{Project, Running, word};

/// A server that runs until it is told to end.
pub(crate) struct Server {
    pub(crate) running: Running,
    pub(crate) url: String,
    pub(crate) key: String,
    agent: ureq::Agent,
}

/// An answer over HTTP, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("the body is not JSON ({error}): {}", self.body))
    }

    /// The sentence of a 4xx.
    #[track_caller]
    pub(crate) fn complaint(&self) -> String {
        assert!(
            (400..500).contains(&self.status),
            "{} {}",
            self.status,
            self.body
        );
        let body: Value = serde_json::from_str(&self.body).expect("a refusal is JSON");
        word(&body, "error").to_owned()
    }
}

impl Server {
    /// Serves `models` on a free port, and waits for the line that says it is ready.
    #[track_caller]
    pub(crate) fn start(project: &Project, models: &[&str]) -> Self {
        let mut arguments = vec!["serve", "--port", "0"];
        arguments.extend(models);
        let mut running = project.start(&arguments);
        let line = running.line();
        let ready: Value = serde_json::from_str(&line).expect("the ready line is JSON");
        Self {
            running,
            url: word(&ready, "url").to_owned(),
            key: word(&ready, "key").to_owned(),
            agent: agent(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let call = self.agent.get(self.at(path));
        read(call.header("authorization", self.bearer()).call())
    }

    pub(crate) fn get_without_key(&self, path: &str) -> Answer {
        read(self.agent.get(self.at(path)).call())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_as(path, "application/json", &body.to_string())
    }

    pub(crate) fn post_as(&self, path: &str, content_type: &str, body: &str) -> Answer {
        self.post_with(path, body, &[("content-type", content_type)])
            .expect("the server answers")
    }

    /// `None` when the server has gone in the middle.
    pub(crate) fn post_with(
        &self,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Option<Answer> {
        let mut call = self
            .agent
            .post(self.at(path))
            .header("authorization", self.bearer());
        for (name, value) in headers {
            call = call.header(*name, *value);
        }
        call.send(body).ok().map(|response| read(Ok(response)))
    }

    /// One row, as `{column: value}`.
    pub(crate) fn predict(&self, model: &str, row: &Value) -> Answer {
        self.post(&format!("/predict/{model}"), &json!({ "records": [row] }))
    }

    pub(crate) fn is_over(&mut self) -> bool {
        self.running.has_ended()
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.key)
    }
}

/// A client to whom every status is an answer.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into()
}

#[track_caller]
fn read(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = response.expect("the server answers");
    Answer {
        status: response.status().as_u16(),
        body: response
            .body_mut()
            .read_to_string()
            .expect("a body that is text"),
    }
}
