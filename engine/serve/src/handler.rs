//! One request from its head to its answer: guard, action, log.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::extract::{RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use contract::{RequestId, Timestamp};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::json;

use crate::answer::{self, Answer};
use crate::dialect::{Dialect, Encoding};
use crate::metrics;
use crate::openapi;
use crate::record::{Answered, Entry, Line};
use crate::refusal::{Refusal, quoted};
use crate::routes::{Action, Permission, Route};
use crate::served::Served;
use crate::shared::Shared;

/// A body up to this size is read and predicted on the thread that received it; a larger one would keep others waiting.
const LARGEST_INLINE_BYTES: usize = 32 << 10;
/// Of a path, in the log.
const LONGEST_LOGGED_PATH: usize = 200;
/// How often a body is looked at before it counts as one that lets the server wait.
const FREE_LOOKS: u32 = 3;
/// Headers of an ordinary answer, with the length that axum adds.
const MOST_HEADERS: usize = 6;

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
    answered: Option<Answered>,
}

/// An answer that is not a refusal.
struct Success {
    answer: Answer,
    content_type: &'static str,
}

pub(crate) fn answer(
    shared: Arc<Shared>,
    target: Target,
    params: Option<RawPathParams>,
    request: Request,
) -> impl Future<Output = Response> {
    let mut exchange = Exchange {
        id: shared.ids.next(),
        at: now(),
        started: Instant::now(),
        served: None,
        answered: None,
    };
    // Taken apart out here, so that the future, which is moved about, holds the request once.
    let (parts, body) = request.into_parts();
    async move {
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
    let text = metrics::text(&shared.models()).map_err(|_| {
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
    let Some(_turn) = shared.turns.take() else {
        return Err(Refusal::busy("The server is at its limit of requests"));
    };
    let body = read_body(shared, body).await?;
    let work = Work {
        id: exchange.id.clone(),
        dialect,
        encoding,
        body,
    };
    let (answer, answered) = if work.body.len() > LARGEST_INLINE_BYTES {
        let shared = shared.clone();
        tokio::task::spawn_blocking(move || work.run(&shared, &served))
            .await
            .map_err(|_| {
                Refusal::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "The prediction broke off",
                )
            })??
    } else {
        work.run(shared, &served)?
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
    id: RequestId,
    dialect: Dialect,
    encoding: Encoding,
    body: Bytes,
}

impl Work {
    fn run(self, shared: &Shared, served: &Served) -> Result<(Answer, Answered), Refusal> {
        let most_rows = shared.options.most_rows;
        let asked = self
            .dialect
            .read(&served.schema, self.encoding, &self.body, most_rows)?;
        shared.log.check_room()?;
        let predicted = served.predict(&asked.frame)?;
        let answer = answer::write(self.dialect, served, &self.id, &asked.wishes, &predicted);
        let answered = Answered {
            frame: asked.frame,
            predicted,
        };
        Ok((answer, answered))
    }
}

fn encoding(dialect: Dialect, headers: &HeaderMap) -> Result<Encoding, Refusal> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(packed) = headers.get(header::CONTENT_ENCODING)
        && packed != "identity"
    {
        let packed = quoted(&String::from_utf8_lossy(packed.as_bytes()));
        let refusal = Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("This server does not unpack bodies of the Content-Encoding {packed}"),
        );
        return Err(refusal.hint("send the body as it is"));
    }
    let mime = text(&header::CONTENT_TYPE).map(|value| {
        let (mime, _parameters) = value.split_once(';').unwrap_or((value, ""));
        mime.trim()
    });
    let is = |known: &str| mime.is_some_and(|mime| mime.eq_ignore_ascii_case(known));
    let is_json = mime.is_none() || is("application/json");
    if dialect == Dialect::Inference
        && headers.contains_key(JSON_BYTES)
        && (is_json || is("application/octet-stream"))
    {
        return text(&JSON_BYTES)
            .and_then(|value| value.trim().parse().ok())
            .map(|json_bytes| Encoding::Binary { json_bytes })
            .ok_or_else(|| Refusal::malformed("Inference-Header-Content-Length is not a number"));
    }
    if is_json {
        return Ok(Encoding::Json);
    }
    if dialect == Dialect::Mlflow && is("text/csv") {
        return Ok(Encoding::Csv);
    }
    let takes = match dialect {
        Dialect::Mlflow => "application/json or text/csv",
        Dialect::Plain | Dialect::Inference => "application/json",
    };
    let refusal = Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!(
            "This route takes {takes}, not {}",
            mime.unwrap_or_default().to_ascii_lowercase()
        ),
    );
    Err(refusal.hint("set the header Content-Type, with curl -H 'Content-Type: application/json'"))
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
    let mut whole = pin!(Limited::new(body, limit).collect());
    // Most bodies come with their head, and need no timer.
    let whole = match at_hand(whole.as_mut()).await {
        Some(whole) => Ok(whole),
        None => Box::pin(tokio::time::timeout(shared.options.read_timeout, whole)).await,
    };
    match whole {
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

/// The output of work that ends within a few looks of the scheduler. (A body takes more than one: it is read when it is asked for.)
async fn at_hand<F: Future>(mut work: Pin<&mut F>) -> Option<F::Output> {
    let mut looks = 0;
    poll_fn(|context| {
        looks += 1;
        match work.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if looks < FREE_LOOKS => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Pending => Poll::Ready(None),
        }
    })
    .await
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
    let error = outcome.as_ref().err().map(|refusal| refusal.error.clone());
    let response = response(&exchange, status, outcome);
    let Exchange {
        id,
        at,
        started,
        served,
        answered,
    } = exchange;
    let ended = Instant::now();
    if let (Some(served), true) = (&served, is_prediction) {
        let rows = answered.as_ref().map_or(0, |answered| answered.frame.rows);
        let is_error = !status.is_success();
        served
            .counters
            .count(rows as u64, (started, ended), is_error);
    }
    if route_permission == Permission::Health {
        return response;
    }
    let took = ended.saturating_duration_since(started);
    let line = Line {
        method: parts.method.clone(),
        status: status.as_u16(),
        micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        error,
    };
    let entry = Entry {
        id,
        at,
        served: served.clone(),
        line: Some(line),
    };
    let path = shortened(parts.uri.path());
    shared.log.push(entry, path, answered.as_ref());
    if let (Some(served), Some(answered)) = (served, answered) {
        served.schema.give_back(answered.frame);
    }
    response
}

fn response(
    exchange: &Exchange,
    status: StatusCode,
    outcome: Result<Success, Refusal>,
) -> Response {
    let retry_after = match &outcome {
        Ok(_) => None,
        Err(refusal) => refusal.retry_after_secs,
    };
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
    headers.reserve(MOST_HEADERS);
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
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    match status {
        StatusCode::UNAUTHORIZED => {
            let bearer = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, bearer);
        }
        // What is left of the body is not worth reading; who guesses keys connects again for each.
        StatusCode::REQUEST_TIMEOUT
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::TOO_MANY_REQUESTS => {
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
