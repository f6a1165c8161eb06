//! The model as ONNX: raw columns in, predictions out, with the whole preparation inside.
//!
//! Inputs are one `[rows, 1]` tensor a column, `double` for numbers (NaN is missing) and `string` for text (empty is missing).
//! Outputs are `probabilities` (`float [rows, classes]`) and `label` (`string [rows]`), or `prediction` (`double [rows, 1]`).
//! Only operators that ONNX Runtime and tract both know for these types are used; missing is found by comparing a magnitude with the
//! largest double, because not every runtime has `IsNaN` for doubles.

mod graph;
mod message;

use contract::{Recipe, Signature};
use prost::Message;

use crate::net::{Dense, Folded};
use crate::prepare::{
    CategoryColumn, LARGEST_STANDARDISED, NumberColumn, Preparation, PreparedColumn, Target,
    TargetKind,
};
use graph::{GraphBuilder, ML_DOMAIN, int, ints, string, strings};
pub(crate) use message::ModelProto;
#[cfg(test)]
pub(crate) use message::ValueInfoProto;
use message::{OperatorSetIdProto, StringStringEntryProto, data_type};

const IR_VERSION: i64 = 8;
const OPSET: i64 = 18;
const ML_OPSET: i64 = 3;

/// Everything that the graph is made of.
pub(crate) struct Parts<'a> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) signature: &'a Signature,
    pub(crate) preparation: &'a Preparation,
    pub(crate) target: &'a Target,
    pub(crate) folded: &'a Folded,
}

/// The bytes of `model.onnx`.
pub(crate) fn encode(parts: &Parts<'_>, recipe_json: &str) -> Vec<u8> {
    model(parts, recipe_json).encode_to_vec()
}

fn model(parts: &Parts<'_>, recipe_json: &str) -> ModelProto {
    let mut builder = GraphBuilder::default();
    let inputs = declare_inputs(&mut builder, parts);
    let mut hidden = Vec::new();
    hidden.extend(numbers(&mut builder, parts, &inputs));
    hidden.extend(embeddings(&mut builder, parts, &inputs));
    let features = concat(&mut builder, &hidden, "features");
    let output = layers(&mut builder, &parts.folded.layers, features);
    outputs(&mut builder, parts.target, output);

    let mut graph = builder.graph;
    graph.name = Some(parts.recipe.target.to_string());
    let about = format!(
        "A multi-layer perceptron that predicts “{}” ({}) from {} columns of {}.",
        parts.recipe.target,
        parts.signature.task.word(),
        parts.signature.inputs.len(),
        parts.recipe.data,
    );
    graph.doc_string = Some(about.clone());
    let opset = |domain: &str, version| OperatorSetIdProto {
        domain: Some(domain.into()),
        version: Some(version),
    };
    let entry = |key: &str, value: &str| StringStringEntryProto {
        key: Some(key.into()),
        value: Some(value.into()),
    };
    ModelProto {
        ir_version: Some(IR_VERSION),
        producer_name: Some("millrace".into()),
        producer_version: Some(env!("CARGO_PKG_VERSION").into()),
        model_version: Some(1),
        doc_string: Some(about),
        graph: Some(graph),
        opset_import: vec![opset("", OPSET), opset(ML_DOMAIN, ML_OPSET)],
        metadata_props: vec![
            entry("millrace.recipe", recipe_json),
            entry("millrace.task", parts.signature.task.word()),
            entry("millrace.target", &parts.recipe.target),
        ],
    }
}

/// One input a column, in the recipe's order, used or not: what a client sends does not depend on what training found useful.
fn declare_inputs(builder: &mut GraphBuilder, parts: &Parts<'_>) -> Vec<String> {
    parts
        .recipe
        .features
        .iter()
        .map(|feature| {
            let (element, note) = if feature.is_category() {
                (
                    data_type::STRING,
                    "text; an empty string is a missing value".to_string(),
                )
            } else {
                let word = feature.column_type.word();
                (
                    data_type::DOUBLE,
                    format!("{word} as a number; NaN is a missing value"),
                )
            };
            builder.input(&feature.name, element, &note)
        })
        .collect()
}

/// All used number columns at once: impute, standardise, and indicate what was missing. `float [rows, width]`.
fn numbers(builder: &mut GraphBuilder, parts: &Parts<'_>, inputs: &[String]) -> Vec<String> {
    let columns: Vec<(&str, &NumberColumn)> = inputs
        .iter()
        .zip(&parts.preparation.columns)
        .filter_map(|(input, column)| match column {
            PreparedColumn::Number(column) => Some((input.as_str(), column)),
            PreparedColumn::Category(_) => None,
        })
        .collect();
    let with_value: Vec<_> = columns
        .iter()
        .filter(|(_, column)| column.value_place.is_some())
        .collect();
    let with_indicator: Vec<_> = columns
        .iter()
        .filter(|(_, column)| column.indicator_place.is_some())
        .collect();
    let largest = builder.doubles("largest_double", &[f64::MAX], &[1]);

    let mut made = Vec::new();
    if !with_value.is_empty() {
        let raw: Vec<String> = with_value
            .iter()
            .map(|(input, _)| (*input).to_string())
            .collect();
        let raw = concat(builder, &raw, "raw");
        let is_present = is_present(builder, &raw, &largest, "is_present");
        let list = |of: fn(&NumberColumn) -> f64| -> Vec<f64> {
            with_value.iter().map(|(_, column)| of(column)).collect()
        };
        let count = with_value.len();
        let median = builder.doubles("median", &list(|column| column.median), &[count]);
        let mean = builder.doubles("mean", &list(|column| column.mean), &[count]);
        let deviation = builder.doubles("deviation", &list(|column| column.deviation), &[count]);
        let imputed = builder.node("Where", &[&is_present, &raw, &median], "imputed", vec![]);
        let centred = builder.node("Sub", &[&imputed, &mean], "centred", vec![]);
        let scaled = builder.node("Div", &[&centred, &deviation], "scaled", vec![]);
        let single = cast(builder, &scaled, data_type::FLOAT, "single");
        let low = builder.floats("smallest_standardised", &[-LARGEST_STANDARDISED], &[]);
        let high = builder.floats("largest_standardised", &[LARGEST_STANDARDISED], &[]);
        made.push(builder.node("Clip", &[&single, &low, &high], "standardised", vec![]));
    }
    if !with_indicator.is_empty() {
        let raw: Vec<String> = with_indicator
            .iter()
            .map(|(input, _)| (*input).to_string())
            .collect();
        let raw = concat(builder, &raw, "raw_with_missing");
        let is_present = is_present(builder, &raw, &largest, "is_indicated_present");
        let is_missing = builder.node("Not", &[&is_present], "is_missing", vec![]);
        made.push(cast(builder, &is_missing, data_type::FLOAT, "indicators"));
    }
    made
}

/// True where a double is a finite number: no comparison with NaN holds.
fn is_present(builder: &mut GraphBuilder, raw: &str, largest: &str, wish: &str) -> String {
    let magnitude = builder.node("Abs", &[raw], &format!("{wish}_magnitude"), vec![]);
    builder.node("LessOrEqual", &[&magnitude, largest], wish, vec![])
}

/// Each embedded column: text to index to vector. `float [rows, dimension]` each.
fn embeddings(builder: &mut GraphBuilder, parts: &Parts<'_>, inputs: &[String]) -> Vec<String> {
    let columns: Vec<(&str, &CategoryColumn)> = inputs
        .iter()
        .zip(&parts.preparation.columns)
        .filter_map(|(input, column)| match column {
            PreparedColumn::Category(column) if column.dimension > 0 => {
                Some((input.as_str(), column))
            }
            _ => None,
        })
        .collect();
    let mut made = Vec::new();
    for (index, ((input, column), table)) in
        columns.iter().zip(&parts.folded.embeddings).enumerate()
    {
        let encoded = builder.node(
            "LabelEncoder",
            &[input],
            &format!("index.{index}"),
            vec![
                strings(
                    "keys_strings",
                    column.vocabulary.iter().map(|category| &**category),
                ),
                ints(
                    "values_int64s",
                    (1..=column.vocabulary.len() as i64).collect(),
                ),
                int("default_int64", 0),
            ],
        );
        let table = dense(builder, table, &format!("embedding.{index}.weight"));
        let gathered = builder.node(
            "Gather",
            &[&table, &encoded],
            &format!("gathered.{index}"),
            vec![int("axis", 0)],
        );
        // `[rows, 1, dimension]` to `[rows, dimension]`.
        made.push(builder.node(
            "Flatten",
            &[&gathered],
            &format!("embedded.{index}"),
            vec![int("axis", 1)],
        ));
    }
    made
}

fn layers(builder: &mut GraphBuilder, layers: &[(Dense, Vec<f32>)], features: String) -> String {
    let mut hidden = features;
    for (index, (weight, bias)) in layers.iter().enumerate() {
        let weight = dense(builder, weight, &format!("layer.{index}.weight"));
        let bias = builder.floats(&format!("layer.{index}.bias"), bias, &[bias.len()]);
        hidden = builder.node(
            "Gemm",
            &[&hidden, &weight, &bias],
            &format!("layer.{index}"),
            vec![],
        );
        if index + 1 < layers.len() {
            hidden = builder.node("Relu", &[&hidden], &format!("layer.{index}.relu"), vec![]);
        }
    }
    hidden
}

fn outputs(builder: &mut GraphBuilder, target: &Target, output: String) {
    match &target.kind {
        TargetKind::Classes { labels, .. } => {
            let probabilities =
                builder.node("Softmax", &[&output], "probabilities", vec![int("axis", 1)]);
            let class = builder.node(
                "ArgMax",
                &[&probabilities],
                "class",
                vec![int("axis", 1), int("keepdims", 0)],
            );
            let label = builder.node(
                "LabelEncoder",
                &[&class],
                "label",
                vec![
                    ints("keys_int64s", (0..labels.len() as i64).collect()),
                    strings("values_strings", labels.iter().map(|label| &**label)),
                    string("default_string", ""),
                ],
            );
            builder.output(&probabilities, data_type::FLOAT, &[labels.len()]);
            builder.output(&label, data_type::STRING, &[]);
        }
        TargetKind::Number { mean, deviation } => {
            let double = cast(
                builder,
                &output,
                data_type::DOUBLE,
                "standardised_prediction",
            );
            let deviation = builder.doubles("target_deviation", &[*deviation], &[1]);
            let mean = builder.doubles("target_mean", &[*mean], &[1]);
            let scaled = builder.node("Mul", &[&double, &deviation], "scaled_prediction", vec![]);
            let prediction = builder.node("Add", &[&scaled, &mean], "prediction", vec![]);
            builder.output(&prediction, data_type::DOUBLE, &[1]);
        }
    }
}

fn concat(builder: &mut GraphBuilder, parts: &[String], wish: &str) -> String {
    match parts {
        [one] => one.clone(),
        many => {
            let names: Vec<&str> = many.iter().map(String::as_str).collect();
            builder.node("Concat", &names, wish, vec![int("axis", 1)])
        }
    }
}

fn cast(builder: &mut GraphBuilder, value: &str, to: i32, wish: &str) -> String {
    builder.node("Cast", &[value], wish, vec![int("to", i64::from(to))])
}

fn dense(builder: &mut GraphBuilder, dense: &Dense, wish: &str) -> String {
    builder.floats(wish, &dense.values, &[dense.rows, dense.columns])
}
