//! A model's graph, made safe and small: checked, cut down to what its predictions need, its text look-ups taken out.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use contract::Signature;
use prost::Message;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::type_proto::Value;
use tract_onnx::pb::{
    GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TypeProto, ValueInfoProto,
};

use crate::InferError;
use crate::constant::Constant;

/// Operators that can make a tensor of any size out of a few bytes; tabular models do without them.
const BOUNDLESS_OPERATORS: [&str; 13] = [
    "ConstantOfShape",
    "ConstantLike",
    "Expand",
    "EyeLike",
    "If",
    "OneHot",
    "Pad",
    "RandomNormal",
    "RandomUniform",
    "Range",
    "Resize",
    "Scan",
    "Tile",
];
/// Deeper graphs are not tabular models, and would exhaust a recursive optimiser.
const MOST_NODES: usize = 2_000;

/// A text column's values as the integers that its encoder gives them.
#[derive(Clone, Debug)]
pub(crate) struct TextEncoder {
    codes: HashMap<Arc<str>, i64>,
    default: i64,
}

impl TextEncoder {
    /// Missing text is the empty text.
    pub(crate) fn code(&self, text: Option<&str>) -> i64 {
        let code = self.codes.get(text.unwrap_or_default());
        code.copied().unwrap_or(self.default)
    }

    /// Every code that can come out.
    pub(crate) fn codes(&self) -> impl Iterator<Item = i64> {
        self.codes.values().copied().chain([self.default])
    }
}

/// What a graph input is filled with.
#[derive(Clone, Debug)]
pub(crate) enum Feed {
    /// The signature's column at this place, `double [rows, 1]` or `float [rows, 1]`.
    Number(usize),
    /// The column's codes, `int64 [rows, 1]`.
    Code(usize, Arc<TextEncoder>),
    /// All columns, `[rows, columns]`.
    Matrix,
}

/// The checked graph.
pub(crate) struct Graph {
    /// Only what the wanted output needs. Its inputs are `feeds`' names, its one output is `output`.
    pub(crate) model: ModelProto,
    pub(crate) feeds: Vec<(String, Feed, DataType)>,
    pub(crate) output: String,
    pub(crate) constants: HashMap<String, Constant>,
    /// Version of the default operator set.
    pub(crate) opset: i64,
}

impl Graph {
    pub(crate) fn read(onnx: &[u8], signature: &Signature) -> Result<Self, InferError> {
        let mut model = decode(onnx)?;
        let mut graph = model.graph.take().ok_or(InferError::NotOnnx {
            what: "it has no graph",
        })?;
        check_size(&model, &graph)?;
        check_order(&graph)?;
        let declared: Vec<(String, DataType)> = declared_inputs(&graph);
        let output = wanted_output(&mut graph, signature)?;
        prune(&mut graph, &output);
        let feeds = feeds(&mut graph, &declared, signature)?;
        let constants = constants(&graph)?;
        check_operators(&graph)?;
        let opset = opset(&model.opset_import);
        model.graph = Some(graph);
        Ok(Self {
            model,
            feeds,
            output,
            constants,
            opset,
        })
    }

    pub(crate) fn nodes(&self) -> &[NodeProto] {
        self.model.graph.as_ref().map_or(&[], |graph| &graph.node)
    }
}

fn decode(onnx: &[u8]) -> Result<ModelProto, InferError> {
    let not_onnx = |what| Err(InferError::NotOnnx { what });
    if onnx.is_empty() {
        return not_onnx("it is empty");
    }
    // Protocol 2 and later begin with 0x80 and the protocol's number; joblib and torch wrap theirs in zlib or zip.
    if onnx[0] == 0x80 && onnx.get(1).is_some_and(|&protocol| protocol <= 5) {
        return Err(InferError::Pickle);
    }
    if onnx.starts_with(b"PK\x03\x04") {
        return not_onnx("it is a zip archive, as PyTorch and Keras write them");
    }
    if onnx.starts_with(b"\x89HDF") {
        return not_onnx("it is an HDF5 file, as Keras writes them");
    }
    let model = ModelProto::decode(onnx).map_err(|_| InferError::NotOnnx {
        what: "its bytes are not a protobuf message of that kind",
    })?;
    if model.graph.is_none() || model.ir_version <= 0 {
        return not_onnx("it has no graph");
    }
    Ok(model)
}

fn check_size(model: &ModelProto, graph: &GraphProto) -> Result<(), InferError> {
    let damaged = |what: String| Err(InferError::DamagedGraph { what });
    if graph.node.len() > MOST_NODES {
        return damaged(format!(
            "it has {} nodes, more than the {MOST_NODES} that are allowed",
            graph.node.len()
        ));
    }
    if !model.functions.is_empty() {
        return Err(InferError::UnknownOperators {
            operators: model
                .functions
                .iter()
                .map(|function| function.name.clone().unwrap_or_default())
                .collect(),
        });
    }
    if !graph.sparse_initializer.is_empty() {
        return damaged("it has sparse constants".into());
    }
    Ok(())
}

/// ONNX promises that a value is made before it is used; a cycle would never end.
fn check_order(graph: &GraphProto) -> Result<(), InferError> {
    let mut known: HashSet<&str> = graph
        .input
        .iter()
        .map(|input| &*input.name)
        .chain(graph.initializer.iter().map(|constant| &*constant.name))
        .collect();
    for node in &graph.node {
        for input in node.input.iter().filter(|input| !input.is_empty()) {
            if !known.contains(&**input) {
                return Err(InferError::DamagedGraph {
                    what: format!("“{input}” is used before it is made"),
                });
            }
        }
        for output in node.output.iter().filter(|output| !output.is_empty()) {
            if !known.insert(output) {
                return Err(InferError::DamagedGraph {
                    what: format!("“{output}” is made twice"),
                });
            }
        }
    }
    Ok(())
}

/// Names and types of the inputs that a caller must fill.
fn declared_inputs(graph: &GraphProto) -> Vec<(String, DataType)> {
    let constants: HashSet<&str> = graph
        .initializer
        .iter()
        .map(|constant| &*constant.name)
        .collect();
    graph
        .input
        .iter()
        .filter(|input| !constants.contains(&*input.name))
        .map(|input| (input.name.clone(), element_type(input.r#type.as_ref())))
        .collect()
}

fn element_type(value: Option<&TypeProto>) -> DataType {
    match value.and_then(|value| value.value.as_ref()) {
        Some(Value::TensorType(tensor)) => {
            DataType::try_from(tensor.elem_type).unwrap_or(DataType::Undefined)
        }
        None => DataType::Undefined,
    }
}

/// Finds the output with probabilities or values, makes it the graph's only one, and looks behind a ZipMap (which only renames).
fn wanted_output(graph: &mut GraphProto, signature: &Signature) -> Result<String, InferError> {
    let wanted: &[&str] = match signature.task.is_classification() {
        true => &["probabilities", "output_probability", "output"],
        false => &["prediction", "variable", "output"],
    };
    let labels = ["label", "output_label"];
    let named = wanted
        .iter()
        .find_map(|name| graph.output.iter().find(|output| output.name == *name));
    let only = graph
        .output
        .iter()
        .find(|output| !labels.contains(&&*output.name));
    let Some(output) = named.or(only) else {
        return Err(InferError::SignatureMismatch {
            what: "it has no output with predictions".into(),
        });
    };
    let mut name = output.name.clone();
    let maker = graph.node.iter().find(|node| node.output.contains(&name));
    if let Some(node) = maker
        && node.op_type == "ZipMap"
        && let Some(inner) = node.input.first()
    {
        name = inner.clone();
    }
    graph.output = vec![ValueInfoProto {
        name: name.clone(),
        ..ValueInfoProto::default()
    }];
    Ok(name)
}

/// Drops every node, constant and input that the output does not need.
fn prune(graph: &mut GraphProto, output: &str) {
    let mut needed: HashSet<String> = HashSet::from([output.to_owned()]);
    let mut kept: Vec<NodeProto> = Vec::new();
    for node in std::mem::take(&mut graph.node).into_iter().rev() {
        if node.output.iter().any(|output| needed.contains(output)) {
            needed.extend(node.input.iter().cloned());
            kept.push(node);
        }
    }
    kept.reverse();
    graph.node = kept;
    graph
        .initializer
        .retain(|constant| needed.contains(&constant.name));
    graph.input.retain(|input| needed.contains(&input.name));
    // Types of inner values are only hints, and text must not be among them.
    graph.value_info.clear();
    graph.doc_string.clear();
}

/// What every remaining input is filled with; text inputs give way to the codes of their encoders.
fn feeds(
    graph: &mut GraphProto,
    declared: &[(String, DataType)],
    signature: &Signature,
) -> Result<Vec<(String, Feed, DataType)>, InferError> {
    let mismatch = |what: String| InferError::SignatureMismatch { what };
    let place = |name: &str| {
        let mut inputs = signature.inputs.iter();
        inputs.position(|input| *input.name == *name)
    };
    if let [(name, kind)] = declared
        && place(name).is_none()
    {
        if let Some(input) = signature.inputs.iter().find(|input| is_text(input)) {
            return Err(mismatch(format!(
                "it takes one tensor of numbers, but the column “{}” is text",
                input.name
            )));
        }
        return Ok(vec![(name.clone(), Feed::Matrix, *kind)]);
    }
    for input in &signature.inputs {
        if !declared.iter().any(|(name, _)| *name == *input.name) {
            return Err(mismatch(format!("it has no input “{}”", input.name)));
        }
    }
    let mut feeds = Vec::new();
    for input in std::mem::take(&mut graph.input) {
        let kind = element_type(input.r#type.as_ref());
        let Some(place) = place(&input.name) else {
            // An input that is also a constant is only a default.
            if graph
                .initializer
                .iter()
                .any(|known| known.name == input.name)
            {
                continue;
            }
            return Err(mismatch(format!(
                "it wants the input “{}”, which the signature lacks",
                input.name
            )));
        };
        let wants_text = kind == DataType::String;
        if wants_text != is_text(&signature.inputs[place]) {
            let (model, signature) = match wants_text {
                true => ("text", "numbers"),
                false => ("numbers", "text"),
            };
            return Err(mismatch(format!(
                "its input “{}” takes {model}, but the signature says {signature}",
                input.name
            )));
        }
        if wants_text {
            feeds.extend(take_encoders(graph, &input.name, place)?);
        } else {
            feeds.push((input.name, Feed::Number(place), kind));
        }
    }
    Ok(feeds)
}

fn is_text(input: &contract::InputSpec) -> bool {
    input.column_type == contract::ColumnType::Text
}

/// Removes the LabelEncoders of a text input; their outputs become inputs.
fn take_encoders(
    graph: &mut GraphProto,
    input: &str,
    place: usize,
) -> Result<Vec<(String, Feed, DataType)>, InferError> {
    let mut feeds = Vec::new();
    let mut kept = Vec::new();
    for node in std::mem::take(&mut graph.node) {
        if !node.input.iter().any(|name| name == input) {
            kept.push(node);
            continue;
        }
        if node.op_type != "LabelEncoder" {
            return Err(InferError::UnknownOperators {
                operators: vec![format!("{} on text", node.op_type)],
            });
        }
        let encoder = Arc::new(encoder(&node)?);
        let output = node.output.into_iter().next().unwrap_or_default();
        feeds.push((output, Feed::Code(place, encoder), DataType::Int64));
    }
    graph.node = kept;
    Ok(feeds)
}

fn encoder(node: &NodeProto) -> Result<TextEncoder, InferError> {
    let attribute = |name: &str| node.attribute.iter().find(|found| found.name == name);
    let keys = attribute("keys_strings").map(|attribute| &attribute.strings);
    let values = attribute("values_int64s").map(|attribute| &attribute.ints);
    let (Some(keys), Some(values)) = (keys, values) else {
        return Err(InferError::UnknownOperators {
            operators: vec!["LabelEncoder other than from text to integers".into()],
        });
    };
    let damaged = |what: &str| InferError::DamagedGraph {
        what: format!("the encoder “{}” {what}", node.name),
    };
    if keys.len() != values.len() {
        return Err(damaged("has not as many values as keys"));
    }
    let codes = keys
        .iter()
        .zip(values)
        .map(|(key, &value)| {
            let key = std::str::from_utf8(key).map_err(|_| damaged("has a key that is no text"))?;
            Ok((Arc::from(key), value))
        })
        .collect::<Result<_, InferError>>()?;
    Ok(TextEncoder {
        codes,
        default: attribute("default_int64").map_or(-1, |attribute| attribute.i),
    })
}

fn constants(graph: &GraphProto) -> Result<HashMap<String, Constant>, InferError> {
    let mut constants = HashMap::new();
    for tensor in &graph.initializer {
        constants.insert(tensor.name.clone(), Constant::decode(tensor)?);
    }
    for node in &graph.node {
        let tensors = node.attribute.iter().flat_map(|attribute| &attribute.t);
        for tensor in tensors {
            let constant = Constant::decode(tensor)?;
            if let ("Constant", Some(output)) = (&*node.op_type, node.output.first()) {
                constants.insert(output.clone(), constant);
            }
        }
    }
    Ok(constants)
}

fn check_operators(graph: &GraphProto) -> Result<(), InferError> {
    let known = tract_onnx::onnx().op_register.0;
    let mut operators: Vec<String> = graph
        .node
        .iter()
        .filter(|node| {
            let name = &*node.op_type;
            let domain = matches!(&*node.domain, "" | "ai.onnx" | "ai.onnx.ml");
            !domain || !known.contains_key(name) || BOUNDLESS_OPERATORS.contains(&name)
        })
        .map(|node| node.op_type.clone())
        .collect();
    operators.sort_unstable();
    operators.dedup();
    if operators.is_empty() {
        Ok(())
    } else {
        Err(InferError::UnknownOperators { operators })
    }
}

fn opset(imports: &[OperatorSetIdProto]) -> i64 {
    imports
        .iter()
        .find(|import| matches!(&*import.domain, "" | "ai.onnx"))
        .map_or(0, |import| import.version)
}
