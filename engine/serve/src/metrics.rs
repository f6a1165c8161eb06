//! What `/metrics` tells Prometheus: requests, errors, predictions and latency, per model.

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper ends in seconds: a prediction takes tens of microseconds, a large batch tens of milliseconds.
const BUCKETS: [f64; 14] = [
    25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1, 0.5, 2.5,
];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ModelLabel {
    model: String,
}

pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<ModelLabel, Counter>,
    errors: Family<ModelLabel, Counter>,
    predictions: Family<ModelLabel, Counter>,
    seconds: Family<ModelLabel, Histogram, fn() -> Histogram>,
}

/// The metrics of one model.
pub(crate) struct EndpointMetrics {
    requests: Counter,
    errors: Counter,
    predictions: Counter,
    seconds: Histogram,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("millrace");
        let requests = Family::default();
        let errors = Family::default();
        let predictions = Family::default();
        let seconds: Family<ModelLabel, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(BUCKETS));
        registry.register("requests", "Prediction requests answered", requests.clone());
        registry.register(
            "request_errors",
            "Prediction requests answered with an error",
            errors.clone(),
        );
        registry.register("predictions", "Rows predicted", predictions.clone());
        registry.register_with_unit(
            "request_duration",
            "Time from the head of a prediction request to its answer",
            Unit::Seconds,
            seconds.clone(),
        );
        Self {
            registry,
            requests,
            errors,
            predictions,
            seconds,
        }
    }

    pub(crate) fn endpoint(&self, model: &str) -> EndpointMetrics {
        let label = ModelLabel {
            model: model.to_owned(),
        };
        EndpointMetrics {
            requests: self.requests.get_or_create_owned(&label),
            errors: self.errors.get_or_create_owned(&label),
            predictions: self.predictions.get_or_create_owned(&label),
            seconds: self.seconds.get_or_create_owned(&label),
        }
    }

    pub(crate) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl EndpointMetrics {
    pub(crate) fn count(&self, rows: u64, took: Duration, is_error: bool) {
        self.requests.inc();
        self.predictions.inc_by(rows);
        if is_error {
            self.errors.inc();
        }
        self.seconds.observe(took.as_secs_f64());
    }
}
