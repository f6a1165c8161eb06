//! What is not loaded, and what the person reads about it.

use contract::Signature;
use proptest::prelude::*;
use prost::Message;
use tract_onnx::pb::tensor_proto::DataLocation;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, StringStringEntryProto};

use super::{flat, matrix, mixed, sigmoid};
use crate::{InferError, Predictor};

fn refusal(onnx: &[u8], signature: &Signature) -> InferError {
    match Predictor::load(onnx, signature) {
        Ok(_) => panic!("it was loaded"),
        Err(error) => error,
    }
}

/// Changes a fixture's graph and says how it is refused.
fn changed(change: impl FnOnce(&mut GraphProto)) -> String {
    let fixture = mixed();
    let mut model = ModelProto::decode(fixture.onnx).expect("a model");
    change(model.graph.as_mut().expect("a graph"));
    refusal(&model.encode_to_vec(), &fixture.signature).to_string()
}

#[test]
fn other_files_are_named() {
    let signature = mixed().signature;
    let check = |bytes: &[u8], expected: &str| {
        let error = refusal(bytes, &signature);
        assert!(error.to_string().contains(expected), "{error}");
        assert!(error.hint().is_some());
    };
    // import pickle; pickle.dumps({"a": 1}, protocol=4)
    let pickle = b"\x80\x04\x95\x0a\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x01a\x94K\x01s.";
    check(pickle, "a Python pickle");
    check(b"", "it is empty");
    check(b"PK\x03\x04rest", "a zip archive");
    check(b"\x89HDF\r\n\x1a\n", "an HDF5 file");
    check(b"a,b\n1,2\n", "not a protobuf message");
    check(&[0; 64], "not a protobuf message");
}

#[test]
fn weights_outside_are_refused() {
    let error = changed(|graph| {
        let tensor = &mut graph.initializer[0];
        tensor.raw_data.clear();
        tensor.data_location = Some(DataLocation::External as i32);
        tensor.external_data = vec![StringStringEntryProto {
            key: "location".into(),
            value: "../../etc/passwd".into(),
        }];
    });
    assert_eq!(
        error,
        "the model keeps its weights in another file, “../../etc/passwd”"
    );
}

#[test]
fn unknown_operators_are_listed() {
    let rename = |from: &'static str, to: &'static str| {
        changed(move |graph| {
            for node in graph.node.iter_mut().filter(|node| node.op_type == from) {
                node.op_type = to.into();
            }
        })
    };
    assert_eq!(
        rename("Relu", "Frobnicate"),
        "the model uses operators that are not run here: Frobnicate"
    );
    // It could make a tensor of any size.
    assert_eq!(
        rename("Relu", "Expand"),
        "the model uses operators that are not run here: Expand"
    );
    assert_eq!(
        rename("LabelEncoder", "StringNormalizer"),
        "the model uses operators that are not run here: StringNormalizer on text"
    );
    let error = changed(|graph| {
        for node in &mut graph.node {
            node.domain = "com.example".into();
        }
    });
    assert!(error.contains("operators that are not run here"), "{error}");
}

#[test]
fn damaged_graphs_are_refused() {
    let cycle = changed(|graph| graph.node.swap(0, 5));
    assert!(cycle.contains("is used before it is made"), "{cycle}");

    let twice = changed(|graph| {
        let copy = graph.node[3].clone();
        graph.node.push(copy);
    });
    assert!(twice.contains("is made twice"), "{twice}");

    let liar = changed(|graph| graph.initializer[0].dims = vec![1_000_000, 1_000_000]);
    assert!(liar.contains("has another size than it says"), "{liar}");
    let huge = changed(|graph| graph.initializer[0].dims = vec![i64::MAX, i64::MAX]);
    assert!(huge.contains("is larger than any memory"), "{huge}");
    let negative = changed(|graph| graph.initializer[0].dims = vec![-1]);
    assert!(negative.contains("has a negative size"), "{negative}");

    let deep = changed(|graph| {
        let mut last = "probabilities".to_owned();
        for step in 0..10_000 {
            let next = format!("deep.{step}");
            graph.node.push(NodeProto {
                input: vec![last],
                output: vec![next.clone()],
                op_type: "Identity".into(),
                ..NodeProto::default()
            });
            last = next;
        }
    });
    assert!(deep.contains("nodes, more than"), "{deep}");

    let keys = changed(|graph| {
        let encoders = graph
            .node
            .iter_mut()
            .filter(|node| node.op_type == "LabelEncoder");
        for node in encoders {
            for attribute in &mut node.attribute {
                attribute.ints.pop();
            }
        }
    });
    assert!(keys.contains("not as many values as keys"), "{keys}");
}

/// Two operands that are one value, sixty times over: two to the sixtieth paths, and an answer at once.
#[test]
fn doubling_graphs_are_answered_at_once() {
    let fixture = matrix();
    let mut model = ModelProto::decode(fixture.onnx).expect("a model");
    let graph = model.graph.as_mut().expect("a graph");
    let mut last = "input".to_owned();
    let mut nodes = Vec::new();
    for step in 0..60 {
        let next = format!("double.{step}");
        nodes.push(NodeProto {
            input: vec![last.clone(), last],
            output: vec![next.clone()],
            op_type: "Add".into(),
            ..NodeProto::default()
        });
        last = next;
    }
    for node in &mut graph.node {
        for input in node.input.iter_mut().filter(|input| **input == "input") {
            input.clone_from(&last);
        }
    }
    nodes.append(&mut graph.node);
    graph.node = nodes;
    let started = std::time::Instant::now();
    let loaded = Predictor::load(&model.encode_to_vec(), &fixture.signature);
    assert!(loaded.is_ok_and(|predictor| !predictor.is_on_kernels()));
    assert!(started.elapsed().as_secs() < 5);
}

#[test]
fn signatures_must_fit() {
    let check = |change: fn(&mut Signature), expected: &str| {
        let fixture = mixed();
        let mut signature = fixture.signature.clone();
        change(&mut signature);
        let error = refusal(fixture.onnx, &signature);
        let text = error.to_string();
        let end = text.strip_prefix("the model does not fit its signature: ");
        assert_eq!(end, Some(expected));
    };
    check(
        |signature| signature.inputs[0].name = "years".into(),
        "it has no input “years”",
    );
    check(
        |signature| drop(signature.inputs.remove(2)),
        "it wants the input “income”, which the signature lacks",
    );
    check(
        |signature| signature.inputs[1].column_type = contract::ColumnType::Float,
        "its input “colour” takes text, but the signature says numbers",
    );
    check(
        |signature| signature.inputs[0].column_type = contract::ColumnType::Text,
        "its input “age” takes numbers, but the signature says text",
    );

    let fixture = matrix();
    let mut signature = fixture.signature.clone();
    signature.inputs[3].column_type = contract::ColumnType::Text;
    let error = refusal(fixture.onnx, &signature).to_string();
    assert!(
        error.ends_with("it takes one tensor of numbers, but the column “d” is text"),
        "{error}"
    );
}

#[test]
fn scores_are_not_taken_for_probabilities() {
    let fixture = sigmoid();
    let mut model = ModelProto::decode(fixture.onnx).expect("a model");
    let graph = model.graph.as_mut().expect("a graph");
    graph.node.retain(|node| node.op_type != "Sigmoid");
    graph.output[0].name = "logit".into();
    let predictor =
        Predictor::load(&model.encode_to_vec(), &fixture.signature).expect("a sound graph");
    let error = predictor
        .predict(&fixture.frame)
        .expect_err("logits")
        .to_string();
    assert!(
        error.contains("its outputs are not probabilities"),
        "{error}"
    );
}

/// Weights that overflow give no prediction rather than a wrong one, on kernels and on tract.
#[test]
fn predictions_that_are_no_numbers_are_errors() {
    let fixture = super::regressor();
    let mut model = ModelProto::decode(fixture.onnx).expect("a model");
    let graph = model.graph.as_mut().expect("a graph");
    let constants = graph.initializer.iter_mut();
    for constant in constants.filter(|constant| constant.name == "layer.1.bias") {
        constant.raw_data = f32::INFINITY.to_le_bytes().to_vec();
    }
    let onnx = model.encode_to_vec();
    let signature = &fixture.signature;
    for predictor in [
        Predictor::load(&onnx, signature),
        Predictor::load_general(&onnx, signature),
    ] {
        let error = predictor
            .expect("a sound graph")
            .predict(&fixture.frame)
            .expect_err("infinity");
        assert!(
            matches!(error, InferError::NotANumber { row: 0 }),
            "{error}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// A damaged file is refused, or runs: it never panics, and never takes long.
    #[test]
    fn damaged_files_are_refused_or_run(
        place in any::<prop::sample::Index>(),
        bit in 0..8_u8,
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let fixture = mixed();
        let mut bytes = fixture.onnx.to_vec();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        if is_cut {
            bytes.truncate(cut.index(fixture.onnx.len()));
        }
        if let Ok(predictor) = Predictor::load(&bytes, &fixture.signature)
            && let Ok(predicted) = predictor.predict(&fixture.frame)
        {
            prop_assert_eq!(flat(&predicted).len(), 60 * 3);
        }
    }
}
