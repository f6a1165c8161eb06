//! The table of routes, from which the router and the OpenAPI document are made: a route cannot exist without its permission.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::routing::{MethodFilter, on};

use crate::dialect::Dialect;
use crate::handler::{Target, answer};
use crate::shared::Shared;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Anybody on this machine: says that the server lives, and nothing else.
    Health,
    /// Whoever has the key.
    Key,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
}

/// What a route does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Live,
    Ready,
    Ping,
    ServerMetadata,
    ModelMetadata,
    ModelReady,
    Predict(Dialect),
    Metrics,
    OpenApi,
}

#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) verb: Verb,
    pub(crate) path: &'static str,
    pub(crate) permission: Permission,
    pub(crate) action: Action,
    pub(crate) summary: &'static str,
}

const fn health(path: &'static str, action: Action, summary: &'static str) -> Route {
    Route {
        verb: Verb::Get,
        path,
        permission: Permission::Health,
        action,
        summary,
    }
}

const fn get(path: &'static str, action: Action, summary: &'static str) -> Route {
    Route {
        verb: Verb::Get,
        path,
        permission: Permission::Key,
        action,
        summary,
    }
}

const fn post(path: &'static str, dialect: Dialect, summary: &'static str) -> Route {
    Route {
        verb: Verb::Post,
        path,
        permission: Permission::Key,
        action: Action::Predict(dialect),
        summary,
    }
}

pub(crate) const ROUTES: &[Route] = &[
    health("/v2/health/live", Action::Live, "Whether the server runs"),
    health(
        "/v2/health/ready",
        Action::Ready,
        "Whether the server takes requests",
    ),
    health("/ping", Action::Ping, "Whether a model is served"),
    get("/v2", Action::ServerMetadata, "What the server is"),
    get(
        "/v2/models/{model}",
        Action::ModelMetadata,
        "A model's inputs and outputs",
    ),
    get(
        "/v2/models/{model}/versions/{version}",
        Action::ModelMetadata,
        "A version's inputs and outputs",
    ),
    get(
        "/v2/models/{model}/ready",
        Action::ModelReady,
        "Whether a model is served",
    ),
    get(
        "/v2/models/{model}/versions/{version}/ready",
        Action::ModelReady,
        "Whether a version is served",
    ),
    post(
        "/v2/models/{model}/infer",
        Dialect::Inference,
        "Predict, in the Open Inference Protocol v2",
    ),
    post(
        "/v2/models/{model}/versions/{version}/infer",
        Dialect::Inference,
        "Predict with a version, in the Open Inference Protocol v2",
    ),
    post(
        "/invocations",
        Dialect::Mlflow,
        "Predict with the first model, in MLflow's scoring protocol",
    ),
    post(
        "/endpoints/{model}/invocations",
        Dialect::Mlflow,
        "Predict, in MLflow's scoring protocol",
    ),
    post("/predict/{model}", Dialect::Plain, "Predict rows"),
    get(
        "/metrics",
        Action::Metrics,
        "Counts and latencies for Prometheus",
    ),
    get("/openapi.json", Action::OpenApi, "This description"),
];

impl Verb {
    fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
        }
    }
}

type PathParams = Result<RawPathParams, RawPathParamsRejection>;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        router = router.route(
            route.path,
            on(
                route.verb.filter(),
                move |State(shared): State<Arc<Shared>>, params: PathParams, request: Request| {
                    answer(shared, Target::Route(route), params.ok(), request)
                },
            ),
        );
    }
    router
        .fallback(|State(shared): State<Arc<Shared>>, request: Request| {
            answer(shared, Target::Unknown, None, request)
        })
        .method_not_allowed_fallback(|State(shared): State<Arc<Shared>>, request: Request| {
            answer(shared, Target::WrongMethod, None, request)
        })
        .with_state(shared)
}
