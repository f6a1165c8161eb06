//! What `/metrics` tells Prometheus: requests, errors, predictions and latency, per model.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use crate::figures::{BUCKETS, Totals};
use crate::served::Served;

pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The counts of these models, in OpenMetrics' text form.
pub(crate) fn text(models: &[Arc<Served>]) -> Result<String, fmt::Error> {
    let counted = models
        .iter()
        .map(|served| (served.version.model.to_string(), served.counters.totals()))
        .collect();
    let mut registry = Registry::with_prefix("millrace");
    registry.register_collector(Box::new(Counted(counted)));
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

/// Model names and their counts at one moment.
#[derive(Debug)]
struct Counted(Vec<(String, Totals)>);

impl Collector for Counted {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.counter(
            &mut encoder,
            ("requests", "Prediction requests answered"),
            |totals| totals.requests,
        )?;
        self.counter(
            &mut encoder,
            (
                "request_errors",
                "Prediction requests answered with an error",
            ),
            |totals| totals.errors,
        )?;
        self.counter(&mut encoder, ("predictions", "Rows predicted"), |totals| {
            totals.predictions
        })?;
        let mut metric = encoder.encode_descriptor(
            "request_duration",
            "Time from the head of a prediction request to its answer",
            Some(&Unit::Seconds),
            MetricType::Histogram,
        )?;
        for (model, totals) in &self.0 {
            let buckets: Vec<(f64, u64)> = BUCKETS.into_iter().zip(totals.by_latency).collect();
            metric
                .encode_family(&[("model", &**model)])?
                .encode_histogram::<NoLabelSet>(totals.seconds, totals.requests, &buckets, None)?;
        }
        Ok(())
    }
}

impl Counted {
    fn counter(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        (name, help): (&str, &str),
        count: fn(&Totals) -> u64,
    ) -> fmt::Result {
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (model, totals) in &self.0 {
            metric
                .encode_family(&[("model", &**model)])?
                .encode_counter::<NoLabelSet, u64, u64>(&count(totals), None)?;
        }
        Ok(())
    }
}
