//! Serving: endpoints, the request log, and what clients are told.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{ModelName, ModelVersionRef, RequestId, Timestamp};

/// A served model. All endpoints of a project share one address and one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Endpoint {
    pub name: ModelName,
    pub version: ModelVersionRef,
    pub started: Timestamp,
}

/// Where the server listens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerAddress {
    /// Such as `http://127.0.0.1:41234`.
    pub url: String,
    pub key: String,
}

/// One answered request, for the live log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestLine {
    pub id: RequestId,
    pub at: Timestamp,
    pub method: Arc<str>,
    pub path: Arc<str>,
    pub status: u16,
    pub rows: u32,
    pub micros: u64,
    pub model: Option<ModelVersionRef>,
    pub error: Option<String>,
}

/// One prediction that was given. `inputs` are in the order of the signature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    pub request: RequestId,
    /// Position in the request.
    pub row: u32,
    pub at: Timestamp,
    pub model: ModelVersionRef,
    pub inputs: Vec<Cell>,
    pub output: PredictedOutput,
}

/// A value of one column in one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    Missing,
    Number(f64),
    Text(Arc<str>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PredictedOutput {
    /// The class's index in the signature's `classes`, and every class's probability in that order.
    Class {
        index: usize,
        probabilities: Vec<f32>,
    },
    Value(f64),
}

/// Live figures of one endpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EndpointFigures {
    pub requests: u64,
    pub errors: u64,
    pub predictions: u64,
    /// Requests in each of the last 60 seconds, oldest first.
    pub per_second: Vec<u32>,
    /// Over the last 1 000 requests, in milliseconds.
    pub p50_millis: f64,
    pub p99_millis: f64,
}
