//! What Serving says: the endpoints, what could be served, the form of a request, the log, the snippets.

use std::collections::BTreeMap;
use std::sync::Arc;

use contract::{
    Cell, ColumnType, EndpointView, InputSpec, LearningTask, Model, ModelName, ModelVersionRef,
    PredictedOutput, RequestLine, ServerAddress, Signature, Snapshot, TriedPrediction,
    VersionSelector,
};
use look::{Tone, format};

/// One card.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EndpointCard {
    pub name: ModelName,
    pub version: ModelVersionRef,
    pub tone: Tone,
    /// What the light says.
    pub light: &'static str,
    pub url: String,
    pub rate: String,
    pub p50: String,
    pub p99: String,
    pub requests: String,
    pub errors: String,
    pub error_share: f64,
    pub per_second: Vec<f32>,
}

/// The method under which the engine logs what the form tries.
const TRIED: &str = "TRY";

/// A share of failed requests above which the light turns amber.
const ERRORS_WARN: f64 = 0.01;

impl EndpointCard {
    pub(crate) fn new(view: &EndpointView, server: Option<&ServerAddress>) -> Self {
        let figures = &view.figures;
        let error_share = if figures.requests == 0 {
            0.0
        } else {
            figures.errors as f64 / figures.requests as f64
        };
        let (tone, light) = match (server, figures.requests) {
            (None, _) => (Tone::Fail, "The server does not listen"),
            (Some(_), 0) => (Tone::Done, "Ready, not asked yet"),
            (Some(_), _) if error_share > ERRORS_WARN => (Tone::Warn, "Answers, with errors"),
            (Some(_), _) => (Tone::Done, "Answers"),
        };
        let name = &view.endpoint.name;
        Self {
            name: name.clone(),
            version: view.endpoint.version.clone(),
            tone,
            light,
            url: server.map_or_else(String::new, |server| {
                format!("{}/predict/{name}", server.url)
            }),
            rate: format::number(rate(&figures.per_second)),
            p50: millis(figures.p50_millis, figures.requests),
            p99: millis(figures.p99_millis, figures.requests),
            requests: format::count(figures.requests),
            errors: if figures.errors == 0 {
                "0".to_owned()
            } else {
                format!(
                    "{} ({})",
                    format::count(figures.errors),
                    format::percent(error_share)
                )
            },
            error_share,
            per_second: figures
                .per_second
                .iter()
                .map(|count| *count as f32)
                .collect(),
        }
    }
}

/// A model of the registry that has no endpoint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Servable {
    pub model: ModelName,
    pub version: ModelVersionRef,
    /// `champion`, or `newest` where there is no such alias.
    pub why: &'static str,
}

pub(crate) fn servables(snapshot: &Snapshot) -> Vec<Servable> {
    let is_served = |model: &Model| {
        snapshot
            .endpoints
            .iter()
            .any(|view| view.endpoint.name == model.name)
    };
    snapshot
        .models
        .iter()
        .filter(|model| !is_served(model))
        .filter_map(|model| {
            let version = model.select(&VersionSelector::ChampionOrNewest)?;
            Some(Servable {
                model: model.name.clone(),
                version: version.id.clone(),
                why: if model.aliases.contains_key("champion") {
                    "champion"
                } else {
                    "newest"
                },
            })
        })
        .collect()
}

/// Requests a second over the last ten seconds, steadier than the last one alone.
pub(crate) fn rate(per_second: &[u32]) -> f64 {
    let last = &per_second[per_second.len().saturating_sub(10)..];
    if last.is_empty() {
        return 0.0;
    }
    last.iter().map(|count| f64::from(*count)).sum::<f64>() / last.len() as f64
}

fn millis(millis: f64, requests: u64) -> String {
    if requests == 0 {
        format::MISSING.to_owned()
    } else {
        format::duration(millis / 1_000.0)
    }
}

/// The p99 of each of the last `slots` stretches of `seconds` seconds, from the request log; a stretch without requests is a gap.
pub(crate) fn p99_history(
    requests: &[Arc<RequestLine>],
    model: &ModelName,
    slots: usize,
) -> Vec<f32> {
    let own: Vec<&Arc<RequestLine>> = requests
        .iter()
        .filter(|line| {
            // The form is tried by hand, and counts nowhere else either.
            let is_of_a_client = *line.method != *TRIED;
            let of = line.model.as_ref();
            is_of_a_client && of.is_some_and(|version| version.model == *model)
        })
        .collect();
    if own.len() < 2 || slots == 0 {
        return Vec::new();
    }
    own.chunks(own.len().div_ceil(slots))
        .map(|chunk| {
            let mut micros: Vec<u64> = chunk.iter().map(|line| line.micros).collect();
            micros.sort_unstable();
            let place = ((micros.len() - 1) as f64 * 0.99).round() as usize;
            micros[place] as f32 / 1_000.0
        })
        .collect()
}

/// What a person has written into the form, column by column.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TryForm {
    pub model: Option<ModelVersionRef>,
    pub fields: BTreeMap<Arc<str>, String>,
}

impl TryForm {
    /// Starts over with the typical values when another version is shown.
    pub(crate) fn follow(&mut self, version: &ModelVersionRef, signature: &Signature) {
        if self.model.as_ref() == Some(version) {
            return;
        }
        self.model = Some(version.clone());
        self.fields = signature
            .inputs
            .iter()
            .map(|input| (input.name.clone(), typical(input)))
            .collect();
    }

    /// The cells of the request, or the first field that cannot be read.
    pub(crate) fn cells(&self, signature: &Signature) -> Result<BTreeMap<Arc<str>, Cell>, String> {
        signature
            .inputs
            .iter()
            .map(|input| {
                let text = self.fields.get(&input.name).map_or("", |text| text.trim());
                Ok((input.name.clone(), cell(input, text)?))
            })
            .collect()
    }
}

/// The example as a person would write it: models see booleans and times as numbers.
pub(crate) fn typical(input: &InputSpec) -> String {
    let example = input.example.clone().unwrap_or_default();
    let number = example.parse::<f64>().ok();
    match (input.column_type, number) {
        (ColumnType::Boolean, Some(number)) => (number >= 0.5).to_string(),
        (ColumnType::Timestamp, Some(seconds)) => {
            match jiff::Timestamp::from_second(seconds as i64) {
                Ok(moment) => moment.strftime("%Y-%m-%d %H:%M:%S").to_string(),
                Err(_) => example,
            }
        }
        _ => example,
    }
}

/// Why a field cannot be sent; empty means missing and can.
pub(crate) fn field_problem(input: &InputSpec, text: &str) -> Option<String> {
    cell(input, text.trim()).err()
}

/// A number far outside of what training saw is allowed, and said.
pub(crate) fn field_remark(input: &InputSpec, text: &str) -> Option<String> {
    let (low, high) = input.range?;
    let value: f64 = text.trim().parse().ok()?;
    (value < low || value > high).then(|| {
        format!(
            "Training saw {} to {}",
            format::number(low),
            format::number(high)
        )
    })
}

/// The cell of a request that a person means by this text.
pub(super) fn cell(input: &InputSpec, text: &str) -> Result<Cell, String> {
    if text.is_empty() {
        return Ok(Cell::Missing);
    }
    match input.column_type {
        ColumnType::Text => Ok(Cell::Text(text.into())),
        ColumnType::Boolean => match text {
            "true" | "1" => Ok(Cell::Number(1.0)),
            "false" | "0" => Ok(Cell::Number(0.0)),
            _ => Err(format!("{} is true or false", input.name)),
        },
        ColumnType::Integer => match text.parse::<f64>() {
            Ok(value) if value.is_finite() && value.fract() == 0.0 => Ok(Cell::Number(value)),
            _ => Err(format!("{} needs a whole number", input.name)),
        },
        ColumnType::Float => match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Cell::Number(value)),
            _ => Err(format!("{} needs a number", input.name)),
        },
        ColumnType::Timestamp => seconds(text)
            .map(Cell::Number)
            .ok_or_else(|| format!("{} needs a time such as 2026-11-18 14:00:00", input.name)),
    }
}

/// Seconds since 1970, from a number or from a date with or without a time, in UTC.
fn seconds(text: &str) -> Option<f64> {
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    let moment: jiff::civil::DateTime = text
        .parse()
        .or_else(|_| text.parse::<jiff::civil::Date>().map(Into::into))
        .ok()?;
    let zoned = moment.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_second() as f64)
}

/// The answer of the form.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TriedAnswer {
    Classes {
        label: String,
        /// Every class with its probability, most probable first.
        probabilities: Vec<(String, f32)>,
    },
    Value {
        target: String,
        value: String,
    },
    Refused(String),
}

impl TriedAnswer {
    pub(crate) fn new(tried: &TriedPrediction, signature: &Signature) -> Self {
        match &tried.answer {
            Err(error) => Self::Refused(error.clone()),
            Ok(PredictedOutput::Value(value)) => Self::Value {
                target: signature.target.to_string(),
                value: format::number(*value),
            },
            Ok(PredictedOutput::Class {
                index,
                probabilities,
            }) => {
                let class = |index: usize| {
                    signature
                        .classes
                        .get(index)
                        .map_or_else(|| format!("class {index}"), ToString::to_string)
                };
                let mut all: Vec<(String, f32)> = probabilities
                    .iter()
                    .enumerate()
                    .map(|(place, share)| (class(place), *share))
                    .collect();
                all.sort_by(|left, right| right.1.total_cmp(&left.1));
                Self::Classes {
                    label: class(*index),
                    probabilities: all,
                }
            }
        }
    }
}

/// One line of the log, newest first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LogRow {
    pub id: String,
    pub at: contract::Timestamp,
    pub request: String,
    pub status: u16,
    pub tone: Tone,
    pub rows: String,
    pub duration: String,
    pub model: String,
    pub error: String,
}

/// The lines of a model, or all of them; requests that reached no model belong to everybody.
pub(crate) fn log_rows(requests: &[Arc<RequestLine>], model: Option<&ModelName>) -> Vec<LogRow> {
    requests
        .iter()
        .rev()
        .filter(|line| match (&line.model, model) {
            (Some(version), Some(model)) => version.model == *model,
            _ => true,
        })
        .map(|line| LogRow {
            id: line.id.to_string(),
            at: line.at,
            request: format!("{} {}", line.method, line.path),
            status: line.status,
            tone: match line.status {
                0..400 => Tone::Done,
                400..500 => Tone::Warn,
                _ => Tone::Fail,
            },
            rows: format::count(u64::from(line.rows)),
            duration: format::micros(line.micros),
            model: line
                .model
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            error: line.error.clone().unwrap_or_default(),
        })
        .collect()
}

/// What the model does, in words: “13 columns in, one of 3 classes of cultivar out”.
pub(crate) fn contract_in_words(signature: &Signature) -> String {
    let inputs = format::counted(signature.inputs.len() as u64, "column", "columns");
    match signature.task {
        LearningTask::Regression => format!("{inputs} in, a value of {} out", signature.target),
        _ => format!(
            "{inputs} in, one of {} classes of {} out",
            signature.classes.len(),
            signature.target
        ),
    }
}
