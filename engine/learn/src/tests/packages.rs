//! Packages: every file is there and readable, the graph is sound, and ONNX Runtime agrees with the trainer.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

use contract::{Cell, Frame, Holdout, LearningTask, RunReport, Signature, Values};
use prost::Message;
use safetensors::SafeTensors;

use super::support::{frame, job, mixed_for, recipe, run};
use crate::Outcome;
use crate::onnx::ModelProto;

const FLOAT: i32 = 1;
const STRING: i32 = 8;
const DOUBLE: i32 = 11;

struct Packed {
    folder: tempfile::TempDir,
    outcome: Outcome,
}

impl Packed {
    fn new(data: Frame, target: &str, task: LearningTask) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut recipe = recipe(&data, target, task);
        recipe.training.epochs = 4;
        let outcome = run(&job(data, recipe, folder.path())).expect("a run");
        Self { folder, outcome }
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(&self.outcome.files[name]).expect("a file")
    }

    fn json<T: serde::de::DeserializeOwned>(&self, name: &str) -> T {
        serde_json::from_slice(&self.bytes(name)).expect("the contract's type")
    }

    fn model(&self) -> ModelProto {
        ModelProto::decode(self.bytes("model.onnx").as_slice()).expect("a model")
    }
}

fn both() -> [Packed; 2] {
    [
        Packed::new(
            mixed_for("class", 300, 9),
            "class",
            LearningTask::MultiClassClassification,
        ),
        Packed::new(
            mixed_for("price", 300, 9),
            "price",
            LearningTask::Regression,
        ),
    ]
}

#[test]
fn every_file_of_the_package_is_there_and_readable() {
    for packed in both() {
        let names: Vec<&str> = packed.outcome.files.keys().map(|name| &**name).collect();
        assert_eq!(
            names,
            [
                "holdout.json",
                "model.onnx",
                "report.json",
                "signature.json",
                "weights.safetensors"
            ]
        );
        assert_eq!(
            packed.json::<RunReport>("report.json"),
            packed.outcome.report
        );

        let bytes = packed.bytes("weights.safetensors");
        let weights = SafeTensors::deserialize(&bytes).expect("tensors");
        let parameters: usize = weights
            .iter()
            .filter(|(name, _)| !name.contains("running"))
            .map(|(_, tensor)| tensor.shape().iter().product::<usize>())
            .sum();
        assert_eq!(parameters as u64, packed.outcome.report.parameters);
        assert!(weights.tensor("block.1.norm.running_variance").is_ok());
    }
}

#[test]
fn the_signature_and_the_hold_out_describe_the_raw_columns() {
    for packed in both() {
        let signature: Signature = packed.json("signature.json");
        let names: Vec<&str> = signature.inputs.iter().map(|input| &*input.name).collect();
        assert_eq!(
            names,
            ["weight", "size", "time", "constant", "nothing", "colour"]
        );
        let colour = &signature.inputs[5];
        let is_seen = |wanted: &str| {
            colour
                .categories
                .iter()
                .any(|category| &**category == wanted)
        };
        assert!(is_seen("red") && colour.example.as_deref().is_some_and(is_seen));
        let weight = &signature.inputs[0];
        let (low, high) = weight.range.expect("a range");
        let example: f64 = weight
            .example
            .as_ref()
            .expect("an example")
            .parse()
            .expect("a number");
        assert!((1e6..example).contains(&low) && (example..1.0001e6 + 1.0).contains(&high));
        assert_eq!(
            (&signature.inputs[4].example, signature.inputs[4].range),
            (&None, None)
        );

        let holdout: Holdout = packed.json("holdout.json");
        assert_eq!(holdout.columns.len(), signature.inputs.len());
        assert!(
            holdout
                .columns
                .iter()
                .all(|column| column.len() == holdout.predictions.len())
        );
        assert_eq!(
            holdout.predictions.len() as u64,
            packed.outcome.report.rows.test
        );
        let width = signature.classes.len().max(1);
        assert!(holdout.predictions.iter().all(|row| row.len() == width));
        assert!(holdout.columns[4].iter().all(|cell| *cell == Cell::Missing));
    }
}

#[test]
fn the_graph_takes_raw_columns_and_is_sound() {
    for (packed, outputs) in both().iter().zip([
        vec![("probabilities", FLOAT), ("label", STRING)],
        vec![("prediction", DOUBLE)],
    ]) {
        let model = packed.model();
        assert_eq!(model.ir_version, Some(8));
        let opsets: Vec<_> = model
            .opset_import
            .iter()
            .map(|opset| (opset.domain.as_deref(), opset.version))
            .collect();
        assert_eq!(
            opsets,
            [(Some(""), Some(18)), (Some("ai.onnx.ml"), Some(3))]
        );
        assert!(
            model
                .metadata_props
                .iter()
                .any(|entry| entry.key.as_deref() == Some("millrace.recipe"))
        );
        check_graph(&model, &outputs);

        let graph = model.graph.expect("a graph");
        let inputs: Vec<_> = graph
            .input
            .iter()
            .map(|input| (input.name.as_deref().unwrap_or(""), element(input)))
            .collect();
        assert_eq!(
            inputs,
            [
                ("weight", DOUBLE),
                ("size", DOUBLE),
                ("time", DOUBLE),
                ("constant", DOUBLE),
                ("nothing", DOUBLE),
                ("colour", STRING)
            ]
        );
    }
}

#[test]
fn columns_may_have_the_names_of_outputs_and_of_inner_values() {
    let mut data = mixed_for("class", 100, 2);
    for (column, name) in
        data.columns
            .iter_mut()
            .zip(["label", "probabilities", "features", "raw", "median"])
    {
        column.name = name.into();
    }
    let packed = Packed::new(data, "class", LearningTask::MultiClassClassification);
    check_graph(
        &packed.model(),
        &[("probabilities_", FLOAT), ("label_", STRING)],
    );
}

#[test]
fn a_model_of_categories_alone_and_one_of_numbers_alone_are_sound() {
    let mut data = mixed_for("class", 100, 2);
    data.columns
        .retain(|column| matches!(&*column.name, "colour" | "class"));
    let packed = Packed::new(data, "class", LearningTask::MultiClassClassification);
    check_graph(
        &packed.model(),
        &[("probabilities", FLOAT), ("label", STRING)],
    );
    onnx_runtime_agrees(&packed);

    let mut data = mixed_for("price", 100, 2);
    data.columns
        .retain(|column| matches!(&*column.name, "size" | "price"));
    let packed = Packed::new(data, "price", LearningTask::Regression);
    check_graph(&packed.model(), &[("prediction", DOUBLE)]);
    onnx_runtime_agrees(&packed);
}

/// With `MILLRACE_PYTHON` naming a Python that has onnxruntime and numpy; without it there is nothing to compare with.
#[test]
fn onnx_runtime_agrees_with_the_trainer() {
    for packed in both() {
        onnx_runtime_agrees(&packed);
    }
    let flags = Values::Text(
        (0..90)
            .map(|row| Some(if row % 3 == 0 { "yes" } else { "no" }.into()))
            .collect(),
    );
    let data = frame(vec![
        (
            "ones",
            Values::Number((0..90).map(|row| f64::from(row % 2)).collect()),
        ),
        (
            "huge",
            Values::Number(
                (0..90)
                    .map(|row| if row == 3 { 1e300 } else { f64::from(row) })
                    .collect(),
            ),
        ),
        ("flag", flags),
    ]);
    onnx_runtime_agrees(&Packed::new(
        data,
        "flag",
        LearningTask::BinaryClassification,
    ));
}

fn onnx_runtime_agrees(packed: &Packed) {
    let Some(python) = std::env::var_os("MILLRACE_PYTHON") else {
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/compare.py");
    let output = Command::new(python)
        .arg(script)
        .arg(packed.folder.path())
        .output()
        .expect("Python runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let difference: f64 = said.trim().parse().expect("a difference");
    assert!(difference < 1e-5, "the largest difference is {difference}");
}

/// Every value is made once, before it is used, and the outputs are the expected ones.
#[track_caller]
fn check_graph(model: &ModelProto, outputs: &[(&str, i32)]) {
    let graph = model.graph.as_ref().expect("a graph");
    let mut made = HashSet::new();
    for input in &graph.input {
        assert!(
            made.insert(input.name.clone().expect("a name")),
            "two inputs of one name"
        );
        let shape = input
            .r#type
            .as_ref()
            .and_then(|kind| kind.tensor_type.as_ref()?.shape.clone());
        assert_eq!(shape.expect("a shape").dim.len(), 2);
    }
    for constant in &graph.initializer {
        assert!(
            made.insert(constant.name.clone().expect("a name")),
            "{:?} is made twice",
            constant.name
        );
        let elements: i64 = constant.dims.iter().product();
        let size = if constant.data_type == Some(DOUBLE) {
            8
        } else {
            4
        };
        assert_eq!(
            constant.raw_data.as_ref().map(Vec::len),
            Some(elements as usize * size)
        );
    }
    for node in &graph.node {
        for input in &node.input {
            assert!(made.contains(input), "{input} is used before it is made");
        }
        for output in &node.output {
            assert!(made.insert(output.clone()), "{output} is made twice");
        }
    }
    let found: Vec<_> = graph
        .output
        .iter()
        .map(|output| (output.name.as_deref().unwrap_or(""), element(output)))
        .collect();
    assert_eq!(found, outputs);
    assert!(outputs.iter().all(|(name, _)| made.contains(*name)));
}

fn element(info: &crate::onnx::ValueInfoProto) -> i32 {
    info.r#type
        .as_ref()
        .and_then(|kind| kind.tensor_type.as_ref()?.elem_type)
        .expect("an element type")
}
