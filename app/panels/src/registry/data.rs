//! The view model of the registry: a model's versions as rows, its flags, and what the parity figure says.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use contract::{
    Endpoint, Model, ModelName, ModelVersion, ModelVersionRef, RunId, Snapshot, Timestamp,
};
use look::{Tone, format};

/// A version as a row of the timeline, newest first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct VersionRow {
    pub id: ModelVersionRef,
    pub created: Timestamp,
    /// Aliases that point here, `champion` first.
    pub flags: Vec<Arc<str>>,
    /// Such as `accuracy`, and its value on the test split.
    pub metric: &'static str,
    pub value: Option<f64>,
    /// How much better than the version before; negative is worse.
    pub change: Option<f64>,
    pub is_served: bool,
    pub run: RunId,
    pub run_number: Option<u64>,
}

/// The alias that serving and retraining mean when none is named.
pub(crate) const CHAMPION: &str = "champion";

pub(crate) fn version_rows(model: &Model, snapshot: &Snapshot) -> Vec<VersionRow> {
    let numbers: HashMap<&RunId, u64> = snapshot
        .runs
        .iter()
        .map(|run| (&run.id, run.number))
        .collect();
    let served: HashSet<&ModelVersionRef> = snapshot
        .endpoints
        .iter()
        .map(|view| &view.endpoint.version)
        .collect();
    let mut rows: Vec<VersionRow> = Vec::with_capacity(model.versions.len());
    let mut before: Option<f64> = None;
    for version in &model.versions {
        let metric = version.signature.task.main_metric();
        let value = test_metric(version, metric);
        let change = value.zip(before).map(|(value, before)| {
            if crate::experiments::lower_is_better(metric) {
                before - value
            } else {
                value - before
            }
        });
        before = value.or(before);
        rows.push(VersionRow {
            id: version.id.clone(),
            created: version.created,
            flags: flags(model, version.id.version),
            metric,
            value,
            change,
            is_served: served.contains(&version.id),
            run: version.run.clone(),
            run_number: numbers.get(&version.run).copied(),
        });
    }
    rows.reverse();
    rows
}

/// The aliases of a version, `champion` first.
pub(crate) fn flags(model: &Model, version: u32) -> Vec<Arc<str>> {
    let mut flags: Vec<Arc<str>> = model
        .aliases
        .iter()
        .filter(|(_, number)| **number == version)
        .map(|(alias, _)| alias.clone())
        .collect();
    flags.sort_by_key(|alias| &**alias != CHAMPION);
    flags
}

pub(crate) fn test_metric(version: &ModelVersion, metric: &str) -> Option<f64> {
    version
        .metrics
        .get(format!("test/{metric}").as_str())
        .or_else(|| version.metrics.get(metric))
        .copied()
        .filter(|value| value.is_finite())
}

/// The endpoint that serves a model, whichever version.
pub(crate) fn endpoint_of<'a>(snapshot: &'a Snapshot, model: &ModelName) -> Option<&'a Endpoint> {
    snapshot
        .endpoints
        .iter()
        .map(|view| &view.endpoint)
        .find(|endpoint| endpoint.version.model == *model)
}

/// What the parity figure means for a person who has not met it before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parity {
    pub figure: String,
    pub sentence: String,
    pub tone: Tone,
}

/// Single precision keeps seven digits; a network's sums lose one or two of them.
const ROUNDING: f64 = 1e-5;
/// A person would see a difference of this size in a probability of three digits.
const VISIBLE: f64 = 1e-3;

pub(crate) fn parity(version: &ModelVersion) -> Parity {
    let difference = version.onnx_max_abs_diff;
    let rows = format::counted(version.onnx_compared_rows, "held-out row", "held-out rows");
    let what = if version.signature.task.is_classification() {
        "any probability"
    } else {
        "any value, in the target's standard deviations"
    };
    if version.onnx_compared_rows == 0 || !difference.is_finite() {
        return Parity {
            figure: format::MISSING.into(),
            sentence: "The ONNX model was not compared with the trainer".into(),
            tone: Tone::Warn,
        };
    }
    let (verdict, tone) = match difference {
        d if d <= ROUNDING => ("rounding alone", Tone::Done),
        d if d <= VISIBLE => ("too small to be seen in an answer", Tone::Done),
        _ => ("more than rounding explains", Tone::Warn),
    };
    Parity {
        figure: format::number(difference),
        sentence: format!(
            "Largest difference of {what} between the trainer and the ONNX model on {rows}: {verdict}"
        ),
        tone,
    }
}

/// Why an alias cannot have this name, if it cannot.
pub(crate) fn alias_complaint(alias: &str) -> Option<&'static str> {
    let alias = alias.trim();
    if alias.is_empty() {
        return Some("An alias needs a name");
    }
    if alias.contains('@') || alias.contains(char::is_whitespace) {
        return Some("An alias has neither spaces nor @");
    }
    let number = alias.trim_start_matches('v');
    if !number.is_empty() && number.chars().all(|letter| letter.is_ascii_digit()) {
        return Some("A number would be read as a version");
    }
    None
}

/// Letters of a model's name at most; the engine takes no longer one.
pub(crate) const LONGEST_NAME: usize = 64;

/// Why a model cannot have this name, if it cannot.
pub(crate) fn name_complaint(name: &str) -> Option<&'static str> {
    let name = name.trim();
    if name.is_empty() {
        return Some("A model needs a name");
    }
    if name.len() > LONGEST_NAME {
        return Some("At most 64 letters");
    }
    if name.starts_with('.') {
        return Some("A model's name does not start with a dot");
    }
    let is_plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if !name.chars().all(is_plain) {
        return Some(
            "Plain letters, digits, - _ and . only, as the name stands in the endpoint's address",
        );
    }
    None
}
