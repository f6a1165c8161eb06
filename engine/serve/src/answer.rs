//! Answers, written straight into bytes in the dialect that was asked in.

use contract::{ColumnType, Predicted, RequestId};
use serde::Serialize;

use crate::dialect::{Dialect, Wishes};
use crate::served::Served;

pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
    /// Where raw tensors begin, if there are any.
    pub(crate) json_bytes: Option<usize>,
}

pub(crate) fn write(
    dialect: Dialect,
    served: &Served,
    request: &RequestId,
    wishes: &Wishes,
    predicted: &Predicted,
) -> Answer {
    match dialect {
        Dialect::Plain => plain(served, request, predicted),
        Dialect::Mlflow => mlflow(served, predicted),
        Dialect::Inference => inference(served, request, wishes, predicted),
    }
}

/// The tensor datatype of a column.
pub(crate) fn datatype(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Integer => "INT64",
        ColumnType::Float | ColumnType::Timestamp => "FP64",
        ColumnType::Boolean => "BOOL",
        ColumnType::Text => "BYTES",
    }
}

/// The place of the first of the largest probabilities.
pub(crate) fn most_probable(probabilities: &[f32]) -> usize {
    let mut best = 0;
    for (place, probability) in probabilities.iter().enumerate() {
        if *probability > probabilities[best] {
            best = place;
        }
    }
    best
}

fn plain(served: &Served, request: &RequestId, predicted: &Predicted) -> Answer {
    let mut out = Vec::with_capacity(64 + served.row_bytes * rows(predicted));
    out.extend(b"{\"model\":");
    out.extend(&served.name_json);
    out.extend(b",\"version\":");
    push(&mut out, &served.version.version);
    out.extend(b",\"predictions\":");
    list(&mut out, 0..rows(predicted), |out, row| {
        out.extend(b"{\"id\":\"");
        out.extend(request.as_str().as_bytes());
        out.push(b':');
        push(out, &row);
        out.push(b'"');
        match predicted {
            Predicted::Values(values) => {
                out.extend(b",\"value\":");
                push(out, &values[row]);
            }
            Predicted::Classes {
                probabilities,
                class_count,
            } => {
                let own = &probabilities[row * class_count..(row + 1) * class_count];
                out.extend(b",\"label\":");
                out.extend(&served.classes_json[most_probable(own)]);
                out.extend(b",\"probabilities\":{");
                for (place, (label, probability)) in served.classes_json.iter().zip(own).enumerate()
                {
                    if place > 0 {
                        out.push(b',');
                    }
                    out.extend(label);
                    out.push(b':');
                    push(out, probability);
                }
                out.push(b'}');
            }
        }
        out.push(b'}');
    });
    out.push(b'}');
    Answer {
        bytes: out,
        json_bytes: None,
    }
}

fn mlflow(served: &Served, predicted: &Predicted) -> Answer {
    let mut out = Vec::with_capacity(32 + 16 * rows(predicted));
    out.extend(b"{\"predictions\":");
    labels_or_values(&mut out, served, predicted);
    out.push(b'}');
    Answer {
        bytes: out,
        json_bytes: None,
    }
}

fn labels_or_values(out: &mut Vec<u8>, served: &Served, predicted: &Predicted) {
    match predicted {
        Predicted::Values(values) => list(out, values, push),
        Predicted::Classes { .. } => list(out, winners(predicted), |out, class| {
            out.extend(&served.classes_json[class]);
        }),
    }
}

fn inference(
    served: &Served,
    request: &RequestId,
    wishes: &Wishes,
    predicted: &Predicted,
) -> Answer {
    let mut json = Vec::with_capacity(256 + 32 * rows(predicted));
    let mut raw = Vec::new();
    json.extend(b"{\"model_name\":");
    json.extend(&served.name_json);
    json.extend(b",\"model_version\":\"");
    push(&mut json, &served.version.version);
    json.extend(b"\",\"id\":");
    push(&mut json, wishes.id.as_deref().unwrap_or(request.as_str()));
    json.extend(b",\"parameters\":{\"request\":");
    push(&mut json, request.as_str());
    json.extend(b"},\"outputs\":");
    let every = |name: &&'static str| (*name, wishes.is_binary);
    let outputs: Vec<(&'static str, bool)> = match &wishes.outputs {
        None => served.schema.outputs.iter().map(every).collect(),
        Some(outputs) => outputs
            .iter()
            .map(|output| (output.name, output.is_binary))
            .collect(),
    };
    list(&mut json, outputs, |json, (name, is_binary)| {
        tensor(json, is_binary.then_some(&mut raw), name, served, predicted);
    });
    json.push(b'}');
    let json_bytes = (!raw.is_empty()).then_some(json.len());
    json.extend(raw);
    Answer {
        bytes: json,
        json_bytes,
    }
}

/// One output tensor, its data as JSON or after it.
fn tensor(
    json: &mut Vec<u8>,
    raw: Option<&mut Vec<u8>>,
    name: &str,
    served: &Served,
    predicted: &Predicted,
) {
    let rows = rows(predicted);
    json.extend(b"{\"name\":");
    push(json, name);
    json.extend(b",\"datatype\":");
    let datatype = match name {
        "label" => "BYTES",
        "probabilities" => "FP32",
        _ => "FP64",
    };
    push(json, datatype);
    json.extend(b",\"shape\":");
    match (name, predicted) {
        ("probabilities", Predicted::Classes { class_count, .. }) => {
            push(json, &[rows, *class_count]);
        }
        _ => push(json, &[rows]),
    }
    let Some(raw) = raw else {
        json.extend(b",\"data\":");
        match (name, predicted) {
            ("probabilities", Predicted::Classes { probabilities, .. }) => {
                list(json, probabilities, push);
            }
            _ => labels_or_values(json, served, predicted),
        }
        json.push(b'}');
        return;
    };
    let before = raw.len();
    match (name, predicted) {
        ("probabilities", Predicted::Classes { probabilities, .. }) => {
            raw.extend(probabilities.iter().flat_map(|value| value.to_le_bytes()));
        }
        (_, Predicted::Values(values)) => {
            raw.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        }
        _ => {
            let classes = &served.signature().classes;
            for class in winners(predicted) {
                let label = classes[class].as_bytes();
                raw.extend((label.len() as u32).to_le_bytes());
                raw.extend(label);
            }
        }
    }
    json.extend(b",\"parameters\":{\"binary_data_size\":");
    push(json, &(raw.len() - before));
    json.extend(b"}}");
}

fn rows(predicted: &Predicted) -> usize {
    match predicted {
        Predicted::Values(values) => values.len(),
        Predicted::Classes {
            probabilities,
            class_count,
        } => probabilities.len() / (*class_count).max(1),
    }
}

/// The most probable class of every row.
fn winners(predicted: &Predicted) -> impl Iterator<Item = usize> {
    let (probabilities, class_count) = match predicted {
        Predicted::Values(_) => (&[][..], 1),
        Predicted::Classes {
            probabilities,
            class_count,
        } => (&probabilities[..], (*class_count).max(1)),
    };
    probabilities.chunks_exact(class_count).map(most_probable)
}

fn list<T>(
    out: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// Numbers and texts as JSON; NaN becomes null.
fn push<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    // Writing into memory cannot fail.
    serde_json::to_writer(&mut *out, value).unwrap_or_default();
}
