//! Sketches: what is kept of a training column so that drift can be measured without the data.

use std::collections::HashMap;
use std::sync::Arc;

use contract::{
    ColumnSketch, ColumnType, Frame, Predicted, Reference, Signature, SketchShape, Values,
};

/// Values kept of a numeric column. At 4 096 the sample's distribution function is within 0.025 of the column's with
/// 99 % confidence (Dvoretzky-Kiefer-Wolfowitz), and the sketch is 32 KB.
pub const LARGEST_SAMPLE: usize = 4_096;

/// Sketches a numeric column: `values` of shape `[rows]`. NaN and infinities count as missing.
pub fn sketch_numbers(name: &str, values: &[f64]) -> ColumnSketch {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
    let missing = (values.len() - sorted.len()) as u64;
    sorted.sort_unstable_by(f64::total_cmp);
    if sorted.len() > LARGEST_SAMPLE {
        let last = (sorted.len() - 1) as f64;
        let step = last / (LARGEST_SAMPLE - 1) as f64;
        sorted = (0..LARGEST_SAMPLE)
            .map(|rank| sorted[(rank as f64 * step).round().min(last) as usize])
            .collect();
    }
    ColumnSketch {
        name: name.into(),
        missing,
        shape: SketchShape::Numeric {
            sorted_sample: sorted,
        },
    }
}

/// Sketches a column of categories, `[rows]`; `None` is missing. Categories of equal count stand in alphabetical order.
pub fn sketch_labels<'a>(
    name: &str,
    values: impl Iterator<Item = Option<&'a str>>,
) -> ColumnSketch {
    let mut missing = 0;
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for value in values {
        match value {
            Some(value) => *counts.entry(value).or_default() += 1,
            None => missing += 1,
        }
    }
    let mut counts: Vec<(Arc<str>, u64)> = counts
        .into_iter()
        .map(|(label, count)| (Arc::from(label), count))
        .collect();
    counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    ColumnSketch {
        name: name.into(),
        missing,
        shape: SketchShape::Categorical { counts },
    }
}

/// The reference of a model: a sketch of every feature over the training `rows` of `frame`, and one of `predicted`, the model's own
/// predictions on rows it was not trained on. A signature input that the frame lacks has no sketch.
pub fn reference(
    signature: &Signature,
    frame: &Frame,
    rows: &[usize],
    predicted: &Predicted,
) -> Reference {
    let features = signature
        .inputs
        .iter()
        .filter_map(|input| {
            let values = frame.column(&input.name)?;
            Some(sketch_rows(&input.name, input.column_type, values, rows))
        })
        .collect();
    Reference {
        rows: rows.len() as u64,
        features,
        prediction: sketch_predictions(signature, predicted),
    }
}

fn sketch_rows(
    name: &str,
    column_type: ColumnType,
    values: &Values,
    rows: &[usize],
) -> ColumnSketch {
    match values {
        Values::Number(values) if column_type == ColumnType::Boolean => sketch_labels(
            name,
            rows.iter()
                .map(|&row| values.get(row).and_then(|&value| boolean_label(value))),
        ),
        Values::Number(values) => {
            let chosen: Vec<f64> = rows
                .iter()
                .map(|&row| values.get(row).copied().unwrap_or(f64::NAN))
                .collect();
            sketch_numbers(name, &chosen)
        }
        Values::Text(values) => sketch_labels(
            name,
            rows.iter()
                .map(|&row| values.get(row).and_then(|value| value.as_deref())),
        ),
    }
}

fn sketch_predictions(signature: &Signature, predicted: &Predicted) -> ColumnSketch {
    match predicted {
        Predicted::Values(values) => sketch_numbers(&signature.target, values),
        Predicted::Classes {
            probabilities,
            class_count,
        } => sketch_labels(
            &signature.target,
            probabilities
                .chunks_exact((*class_count).max(1))
                .map(|row| {
                    most_probable(row)
                        .and_then(|index| signature.classes.get(index))
                        .map(|label| &**label)
                }),
        ),
    }
}

/// Booleans are compared as categories; frames hold them as 0 and 1.
pub(crate) fn boolean_label(value: f64) -> Option<&'static str> {
    match value {
        0.0 => Some("false"),
        1.0 => Some("true"),
        _ => None,
    }
}

/// The first of the largest probabilities, as every framework's argmax.
fn most_probable(probabilities: &[f32]) -> Option<usize> {
    let mut best: Option<(usize, f32)> = None;
    for (index, &probability) in probabilities.iter().enumerate() {
        if best.is_none_or(|(_, largest)| probability > largest) {
            best = Some((index, probability));
        }
    }
    best.map(|(index, _)| index)
}
