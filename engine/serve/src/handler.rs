//! One request from its head to its answer: guard, action, log.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::extract::{RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use contract::{RequestId, RequestLine, Timestamp};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::json;

use crate::answer::{self, Answer};
use crate::dialect::{Dialect, Encoding};
use crate::log::{self, AnsweredRows};
use crate::metrics;
use crate::openapi;
use crate::refusal::Refusal;
use crate::routes::{Action, Permission, Route};
use crate::served::Served;
use crate::shared::Shared;

/// A body up to this size is read and predicted on the thread that received it; a larger one would keep others waiting.
const LARGEST_INLINE_BYTES: usize = 32 << 10;
/// Of a path, in the log.
const LONGEST_LOGGED_PATH: usize = 200;
const RETRY_AFTER_SECONDS: &str = "1";

const REQUEST: HeaderName = HeaderName::from_static("x-millrace-request");
const MODEL: HeaderName = HeaderName::from_static("x-millrace-model");
const JSON_BYTES: HeaderName = HeaderName::from_static("inference-header-content-length");

/// What the router found.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    Route(&'static Route),
    Unknown,
    WrongMethod,
}

/// What is known of a request while it is handled.
struct Exchange {
    id: RequestId,
    at: Timestamp,
    started: Instant,
    served: Option<Arc<Served>>,
    answered: Option<AnsweredRows>,
}

/// An answer that is not a refusal.
struct Success {
    answer: Answer,
    content_type: &'static str,
}

pub(crate) async fn answer(
    shared: Arc<Shared>,
    target: Target,
    params: Option<RawPathParams>,
    request: Request,
) -> Response {
    let mut exchange = Exchange {
        id: shared.ids.next(),
        at: now(),
        started: Instant::now(),
        served: None,
        answered: None,
    };
    let (parts, body) = request.into_parts();
    let permission = match target {
        Target::Route(route) => route.permission,
        Target::Unknown | Target::WrongMethod => Permission::Key,
    };
    let outcome = match shared.guard.check(&parts, permission) {
        Err(refusal) => Err(refusal),
        Ok(()) => match target {
            Target::Route(route) => {
                act(&shared, &mut exchange, route, params, (&parts, body)).await
            }
            Target::Unknown => Err(unknown_path(&parts)),
            Target::WrongMethod => Err(Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                format!("{} is not how this path is called", parts.method),
            )),
        },
    };
    finish(&shared, exchange, &parts, target, outcome)
}

fn unknown_path(parts: &Parts) -> Refusal {
    Refusal::new(
        StatusCode::NOT_FOUND,
        format!("There is nothing at {}", shortened(parts.uri.path())),
    )
    .hint("/openapi.json lists what there is")
}

async fn act(
    shared: &Arc<Shared>,
    exchange: &mut Exchange,
    route: &Route,
    params: Option<RawPathParams>,
    request: (&Parts, Body),
) -> Result<Success, Refusal> {
    let mut served = || {
        let param = |wanted| {
            let found = params.iter().flatten().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| value)
        };
        if route.path.contains('{') && param("model").is_none() {
            return Err(unknown_path(request.0));
        }
        let served = shared.served(param("model"), param("version"))?;
        exchange.served = Some(served.clone());
        Ok(served)
    };
    match route.action {
        Action::Live => Ok(Success::json(&json!({"live": true}))),
        Action::Ready if shared.is_draining.load(Ordering::Relaxed) => {
            Err(Refusal::busy("The server is shutting down"))
        }
        Action::Ready => Ok(Success::json(&json!({"ready": true}))),
        Action::Ping => {
            shared.served(None, None)?;
            Ok(Success::json(&json!({})))
        }
        Action::ServerMetadata => Ok(Success::json(&openapi::server_metadata())),
        Action::ModelMetadata => Ok(Success::json(&openapi::model_metadata(&*served()?))),
        Action::ModelReady => {
            let served = served()?;
            Ok(Success::json(
                &json!({"name": served.version.model, "ready": true}),
            ))
        }
        Action::Predict(dialect) => {
            let served = served()?;
            predict(shared, exchange, served, dialect, request).await
        }
        Action::Metrics => metrics_text(shared),
        Action::OpenApi => Ok(Success::json(&openapi::document(
            &shared.url,
            &shared.models(),
        ))),
    }
}

fn metrics_text(shared: &Shared) -> Result<Success, Refusal> {
    let text = shared.metrics.text().map_err(|_| {
        Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The metrics could not be written",
        )
    })?;
    Ok(Success {
        answer: Answer {
            bytes: text.into_bytes(),
            json_bytes: None,
        },
        content_type: metrics::CONTENT_TYPE,
    })
}

async fn predict(
    shared: &Arc<Shared>,
    exchange: &mut Exchange,
    served: Arc<Served>,
    dialect: Dialect,
    (parts, body): (&Parts, Body),
) -> Result<Success, Refusal> {
    let encoding = encoding(dialect, &parts.headers)?;
    let Ok(_turn) = shared.turns.try_acquire() else {
        return Err(Refusal::busy("The server is at its limit of requests"));
    };
    let body = read_body(shared, body).await?;
    let is_large = body.len() > LARGEST_INLINE_BYTES;
    let work = Work {
        shared: shared.clone(),
        served,
        id: exchange.id.clone(),
        at: exchange.at,
        dialect,
        encoding,
        body,
    };
    let (answer, answered) = if is_large {
        tokio::task::spawn_blocking(move || work.run())
            .await
            .map_err(|_| {
                Refusal::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "The prediction broke off",
                )
            })??
    } else {
        work.run()?
    };
    exchange.answered = Some(answered);
    let content_type = match answer.json_bytes {
        Some(_) => "application/octet-stream",
        None => "application/json",
    };
    Ok(Success {
        answer,
        content_type,
    })
}

/// Everything about a prediction that needs no waiting.
struct Work {
    shared: Arc<Shared>,
    served: Arc<Served>,
    id: RequestId,
    at: Timestamp,
    dialect: Dialect,
    encoding: Encoding,
    body: Bytes,
}

impl Work {
    fn run(self) -> Result<(Answer, AnsweredRows), Refusal> {
        let asked = self.dialect.read(
            &self.served.schema,
            self.encoding,
            &self.body,
            self.shared.options.most_rows,
        )?;
        let room = self.shared.log.room(asked.frame.rows)?;
        let predicted = self.served.predict(&asked.frame)?;
        let answer = answer::write(
            self.dialect,
            &self.served,
            &self.id,
            &asked.wishes,
            &predicted,
        );
        let predictions = log::predictions(
            (&self.id, self.at),
            &self.served.version,
            &asked.frame,
            &predicted,
        );
        let answered = AnsweredRows { predictions, room };
        Ok((answer, answered))
    }
}

fn encoding(dialect: Dialect, headers: &HeaderMap) -> Result<Encoding, Refusal> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let mime = text(&header::CONTENT_TYPE).map(|value| {
        let end = value.find(';').unwrap_or(value.len());
        value[..end].trim().to_ascii_lowercase()
    });
    let is_raw = dialect == Dialect::Inference && headers.contains_key(JSON_BYTES);
    match mime.as_deref() {
        None | Some("application/json" | "application/octet-stream") if is_raw => text(&JSON_BYTES)
            .and_then(|value| value.trim().parse().ok())
            .map(|json_bytes| Encoding::Binary { json_bytes })
            .ok_or_else(|| Refusal::malformed("Inference-Header-Content-Length is not a number")),
        None | Some("application/json") => Ok(Encoding::Json),
        Some("text/csv") if dialect == Dialect::Mlflow => Ok(Encoding::Csv),
        Some(other) => {
            let takes = match dialect {
                Dialect::Mlflow => "application/json or text/csv",
                Dialect::Plain | Dialect::Inference => "application/json",
            };
            Err(Refusal::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                format!("This route takes {takes}, not {other}"),
            )
            .hint("set the header Content-Type, with curl -H 'Content-Type: application/json'"))
        }
    }
}

async fn read_body(shared: &Shared, body: Body) -> Result<Bytes, Refusal> {
    let limit = shared.options.largest_body_bytes;
    let too_large = || {
        Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("A request may have at most {limit} bytes"),
        )
        .hint("split it into several requests")
    };
    if hyper::body::Body::size_hint(&body).lower() > limit as u64 {
        return Err(too_large());
    }
    let whole = Limited::new(body, limit).collect();
    match tokio::time::timeout(shared.options.read_timeout, whole).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Refusal::malformed("The body broke off")),
        Err(_) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            format!(
                "The body did not arrive within {} seconds",
                shared.options.read_timeout.as_secs_f64()
            ),
        )),
    }
}

impl Success {
    fn json(value: &serde_json::Value) -> Self {
        Self {
            answer: Answer {
                bytes: value.to_string().into_bytes(),
                json_bytes: None,
            },
            content_type: "application/json",
        }
    }
}

/// Writes the response and what is remembered of it.
fn finish(
    shared: &Shared,
    exchange: Exchange,
    parts: &Parts,
    target: Target,
    outcome: Result<Success, Refusal>,
) -> Response {
    let (route_permission, is_prediction) = match target {
        Target::Route(route) => (route.permission, matches!(route.action, Action::Predict(_))),
        Target::Unknown | Target::WrongMethod => (Permission::Key, false),
    };
    let status = match &outcome {
        Ok(_) => StatusCode::OK,
        Err(refusal) => refusal.status,
    };
    let rows = exchange
        .answered
        .as_ref()
        .map_or(0, |answered| answered.predictions.len());
    let took = exchange.started.elapsed();
    if let (Some(served), true) = (&exchange.served, is_prediction) {
        served
            .counters
            .count(rows as u64, took, !status.is_success());
    }
    let line = (route_permission != Permission::Health).then(|| RequestLine {
        id: exchange.id.clone(),
        at: exchange.at,
        method: parts.method.as_str().into(),
        path: shortened(parts.uri.path()).into(),
        status: status.as_u16(),
        rows: u32::try_from(rows).unwrap_or(u32::MAX),
        micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        model: exchange
            .served
            .as_ref()
            .map(|served| served.version.clone()),
        error: outcome.as_ref().err().map(|refusal| refusal.error.clone()),
    });
    let response = response(&exchange, status, outcome);
    shared.log.push(line, exchange.answered);
    response
}

fn response(
    exchange: &Exchange,
    status: StatusCode,
    outcome: Result<Success, Refusal>,
) -> Response {
    let (bytes, content_type, json_bytes) = match outcome {
        Ok(Success {
            answer,
            content_type,
        }) => (answer.bytes, content_type, answer.json_bytes),
        Err(refusal) => (refusal.to_json(), "application/json", None),
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Ok(id) = HeaderValue::from_str(exchange.id.as_str()) {
        headers.insert(REQUEST, id);
    }
    if let Some(served) = &exchange.served {
        headers.insert(MODEL, served.header.clone());
    }
    if let Some(json_bytes) = json_bytes {
        headers.insert(JSON_BYTES, HeaderValue::from(json_bytes));
    }
    match status {
        StatusCode::UNAUTHORIZED => {
            let bearer = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, bearer);
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            let seconds = HeaderValue::from_static(RETRY_AFTER_SECONDS);
            headers.insert(header::RETRY_AFTER, seconds);
        }
        // What is left of the body is not worth reading.
        StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE => {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        _ => {}
    }
    response
}

fn shortened(path: &str) -> &str {
    &path[..path.floor_char_boundary(LONGEST_LOGGED_PATH)]
}

/// The one clock of this room.
#[expect(
    clippy::disallowed_methods,
    reason = "requests come from outside; the moment of their arrival is read here and nowhere else"
)]
fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    Timestamp {
        unix_millis: i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
    }
}
