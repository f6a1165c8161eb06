//! Recognises graphs that the kernels can run: columns prepared element by element, embeddings, dense layers, a softmax or a scaled value.
//!
//! Whatever is not understood completely is left to tract; nothing is approximated.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use contract::Signature;
use tract_onnx::pb::NodeProto;
use tract_onnx::pb::tensor_proto::DataType;

use crate::constant::{Constant, ConstantValues};
use crate::dense::{Head, Network};
use crate::expression::{Binary, Expression, Program, Unary};
use crate::features::Part;
use crate::graph::{Feed, Graph};
use crate::kernel::Layer;

/// Steps that recognition may take: ten thousand prepared columns need some hundred thousand.
const MOST_STEPS: u32 = 4_000_000;
/// Nested operations of a column; real preparations have some ten.
const DEEPEST: u32 = 64;

/// The network of a graph, if it is one.
pub(crate) fn recognise(graph: &Graph, signature: &Signature) -> Option<Network> {
    let mut reader = Reader::new(graph, signature);
    let is_classification = signature.task.is_classification();
    let last = match is_classification {
        true => reader.softmax_input()?,
        false => reader.value_input()?,
    };
    let (layers, features) = reader.layers(last)?;
    let outputs = layers.last()?.outputs;
    let head = if is_classification {
        (outputs == signature.classes.len()).then_some(Head::Softmax)?
    } else {
        if outputs != 1 {
            return None;
        }
        reader.network_output = Some(last);
        let (value, _) = reader.column(&graph.output, 0, DEEPEST)?;
        reader.network_output = None;
        Head::Value(Program::compile(&value)?)
    };
    let parts = reader.parts(features, DEEPEST)?;
    let width: usize = parts.iter().map(Part::width).sum();
    (width == layers.first()?.inputs).then_some(Network {
        parts,
        layers,
        head,
    })
}

/// What the values of an expression are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Single,
    Double,
    Truth,
}

struct Reader<'g> {
    graph: &'g Graph,
    signature: &'g Signature,
    makers: HashMap<&'g str, &'g NodeProto>,
    /// Where each part of a concatenation ends.
    ends: RefCell<HashMap<&'g str, Rc<[usize]>>>,
    steps: Cell<u32>,
    /// While the head is read, the last layer's output stands for `Input(0)`.
    network_output: Option<&'g str>,
}

impl<'g> Reader<'g> {
    fn new(graph: &'g Graph, signature: &'g Signature) -> Self {
        let makers = graph
            .nodes()
            .iter()
            .flat_map(|node| node.output.iter().map(move |name| (&**name, node)))
            .collect();
        Self {
            graph,
            signature,
            makers,
            ends: RefCell::default(),
            steps: Cell::new(MOST_STEPS),
            network_output: None,
        }
    }

    fn maker(&self, name: &str) -> Option<&'g NodeProto> {
        self.makers.get(name).copied()
    }

    fn constant(&self, name: &str) -> Option<&'g Constant> {
        self.graph.constants.get(name)
    }

    fn softmax_input(&self) -> Option<&'g str> {
        let node = self.maker(&self.graph.output)?;
        // The last axis is the default since operator set 13.
        let default = if self.graph.opset >= 13 { -1 } else { 1 };
        let axis = integer(node, "axis").unwrap_or(default);
        (node.op_type == "Softmax" && matches!(axis, 1 | -1)).then(|| &*node.input[0])
    }

    /// Follows the head of a regression back to the last layer.
    fn value_input(&self) -> Option<&'g str> {
        let mut name = &*self.graph.output;
        for _ in 0..DEEPEST {
            let node = self.maker(name)?;
            if self.dense(node).is_some() {
                return Some(name);
            }
            let mut inputs = node
                .input
                .iter()
                .filter(|input| !input.is_empty() && self.constant(input).is_none());
            name = inputs.next()?;
            if inputs.next().is_some() {
                return None;
            }
        }
        None
    }

    /// The dense layers that end in `name`, and the name of what goes into the first.
    fn layers(&self, name: &'g str) -> Option<(Vec<Layer>, &'g str)> {
        let mut layers = Vec::new();
        let mut name = name;
        while let Some(node) = self.maker(name) {
            if matches!(&*node.op_type, "Identity" | "Dropout") {
                name = node.input.first()?;
                continue;
            }
            let has_relu = node.op_type == "Relu";
            let dense = match has_relu {
                true => self
                    .maker(node.input.first()?)
                    .and_then(|node| self.dense(node)),
                false => self.dense(node),
            };
            let Some(dense) = dense else {
                break;
            };
            layers.push(Layer::new(
                dense.inputs,
                &dense.weights,
                &dense.bias,
                has_relu,
            ));
            name = dense.from;
        }
        layers.reverse();
        (!layers.is_empty()).then_some((layers, name))
    }

    /// A Gemm, a MatMul, or a MatMul with an Add, by constant weights.
    fn dense(&self, node: &'g NodeProto) -> Option<Dense<'g>> {
        match &*node.op_type {
            "Gemm" => {
                let is_plain = float(node, "alpha").unwrap_or(1.0) == 1.0
                    && float(node, "beta").unwrap_or(1.0) == 1.0
                    && integer(node, "transA").unwrap_or(0) == 0;
                if !is_plain {
                    return None;
                }
                let transposed = integer(node, "transB").unwrap_or(0) != 0;
                let weights = self.matrix(node.input.get(1)?, transposed)?;
                let bias = match node.input.get(2).filter(|name| !name.is_empty()) {
                    Some(name) => self.bias(name, weights.outputs)?,
                    None => vec![0.0; weights.outputs],
                };
                Some(Dense {
                    from: node.input.first()?,
                    bias,
                    ..weights
                })
            }
            "MatMul" => Some(Dense {
                from: node.input.first()?,
                ..self.matrix(node.input.get(1)?, false)?
            }),
            "Add" => {
                let [left, right] = &node.input[..] else {
                    return None;
                };
                let (product, bias) = match self.constant(right) {
                    Some(_) => (left, right),
                    None => (right, left),
                };
                let product = self
                    .maker(product)
                    .filter(|node| node.op_type == "MatMul")?;
                let dense = self.dense(product)?;
                let bias = self.bias(bias, dense.outputs)?;
                Some(Dense { bias, ..dense })
            }
            _ => None,
        }
    }

    /// Constant weights as `[inputs, outputs]`; the bias is zero and `from` empty.
    fn matrix(&self, name: &str, transposed: bool) -> Option<Dense<'g>> {
        let constant = self.constant(name)?;
        let values = constant.singles()?;
        let [rows, columns] = constant.shape[..] else {
            return None;
        };
        if rows == 0 || columns == 0 {
            return None;
        }
        let (inputs, outputs, weights) = if transposed {
            let turned = (0..columns)
                .flat_map(|column| values[column..].iter().step_by(columns).copied())
                .collect();
            (columns, rows, turned)
        } else {
            (rows, columns, values.to_vec())
        };
        Some(Dense {
            from: "",
            inputs,
            outputs,
            weights,
            bias: vec![0.0; outputs],
        })
    }

    fn bias(&self, name: &str, outputs: usize) -> Option<Vec<f32>> {
        let constant = self.constant(name)?;
        let values = constant.singles()?;
        let leading = constant
            .shape
            .split_last()
            .map_or(&[][..], |(_, rest)| rest);
        match values {
            [one] => Some(vec![*one; outputs]),
            values if values.len() == outputs && leading.iter().all(|&size| size == 1) => {
                Some(values.to_vec())
            }
            _ => None,
        }
    }

    /// The features that go into the first layer.
    fn parts(&self, name: &'g str, depth: u32) -> Option<Vec<Part>> {
        let depth = depth.checked_sub(1)?;
        if let Some(node) = self.maker(name) {
            if node.op_type == "Concat" && matches!(integer(node, "axis"), Some(1 | -1)) {
                let mut parts = Vec::new();
                for input in &node.input {
                    parts.extend(self.parts(input, depth)?);
                }
                return Some(parts);
            }
            if let Some(embedding) = self.embedding(node) {
                return Some(vec![embedding]);
            }
        }
        (0..self.width(name, depth)?)
            .map(|column| {
                let (value, kind) = self.column(name, column, depth)?;
                // Layers take floats; anything else would not be a valid graph.
                (kind == Kind::Single).then_some(())?;
                Some(Part::Number(Program::compile(&value)?))
            })
            .collect()
    }

    /// A Gather from a constant table by a text column's codes, however its result is brought into the shape `[rows, width]`.
    fn embedding(&self, node: &'g NodeProto) -> Option<Part> {
        let mut node = node;
        let mut shapings = 0;
        while self.is_flattening(node) {
            node = self.maker(node.input.first()?)?;
            shapings += 1;
            (shapings < DEEPEST).then_some(())?;
        }
        if node.op_type != "Gather" || integer(node, "axis").unwrap_or(0) != 0 {
            return None;
        }
        let [table, code] = &node.input[..] else {
            return None;
        };
        let table = self.constant(table)?;
        let [categories, width] = table.shape[..] else {
            return None;
        };
        let mut code = &**code;
        while let Some(node) = self.maker(code) {
            (self.is_flattening(node) && shapings < DEEPEST).then_some(())?;
            code = node.input.first()?;
            shapings += 1;
        }
        let mut feeds = self.graph.feeds.iter();
        let feed = feeds.position(|(name, _, _)| name == code)?;
        let Feed::Code(_, encoder) = &self.graph.feeds[feed].1 else {
            return None;
        };
        let range = -(categories as i64)..categories as i64;
        let fits = width > 0 && encoder.codes().all(|code| range.contains(&code));
        Some(Part::Embedding {
            feed,
            table: fits.then(|| table.singles())??.to_vec(),
            width,
        })
    }

    /// Drops dimensions of size one, or joins all but the first; keeps the order of values.
    fn is_flattening(&self, node: &NodeProto) -> bool {
        match &*node.op_type {
            "Identity" | "Squeeze" => true,
            "Flatten" => integer(node, "axis").unwrap_or(1) == 1,
            "Reshape" => node
                .input
                .get(1)
                .and_then(|shape| self.constant(shape)?.integers())
                .is_some_and(|shape| matches!(shape, [-1 | 0, _] | [-1])),
            _ => false,
        }
    }

    fn step(&self, depth: u32) -> Option<u32> {
        self.steps.set(self.steps.get().checked_sub(1)?);
        depth.checked_sub(1)
    }

    /// Columns of a value `[rows, columns]`, or of a constant that is spread over the rows.
    fn width(&self, name: &'g str, depth: u32) -> Option<usize> {
        let depth = self.step(depth)?;
        if Some(name) == self.network_output {
            return Some(1);
        }
        if let Some(constant) = self.constant(name) {
            let (last, leading) = match constant.shape.split_last() {
                Some((last, leading)) => (*last, leading),
                None => (1, &[][..]),
            };
            let is_row = leading.len() <= 1 && leading.iter().all(|&size| size == 1);
            return is_row.then_some(last);
        }
        if let Some((_, feed, _)) = self.feed(name) {
            return match feed {
                Feed::Number(_) => Some(1),
                Feed::Matrix => Some(self.signature.inputs.len()),
                Feed::Code(..) => None,
            };
        }
        let node = self.maker(name)?;
        if node.op_type == "Concat" {
            return self.ends(name, node, depth)?.last().copied();
        }
        let mut widest = 1;
        for input in node.input.iter().filter(|input| !input.is_empty()) {
            let width = self.width(input, depth)?;
            if width != 1 && widest != 1 && width != widest {
                return None;
            }
            widest = widest.max(width);
        }
        Some(widest)
    }

    fn feed(&self, name: &str) -> Option<&'g (String, Feed, DataType)> {
        self.graph.feeds.iter().find(|(feed, _, _)| feed == name)
    }

    /// Where each part of a concatenation ends.
    fn ends(&self, name: &'g str, node: &'g NodeProto, depth: u32) -> Option<Rc<[usize]>> {
        if let Some(ends) = self.ends.borrow().get(name) {
            return Some(ends.clone());
        }
        if !matches!(integer(node, "axis"), Some(1 | -1)) {
            return None;
        }
        let mut end = 0;
        let mut ends = Vec::new();
        for input in &node.input {
            end += self.width(input, depth)?;
            ends.push(end);
        }
        let ends: Rc<[usize]> = ends.into();
        self.ends.borrow_mut().insert(name, ends.clone());
        Some(ends)
    }

    /// One column of a value as an expression of the raw columns.
    fn column(&self, name: &'g str, column: usize, depth: u32) -> Option<(Expression, Kind)> {
        let depth = self.step(depth)?;
        if Some(name) == self.network_output {
            return Some((Expression::Input(0), Kind::Single));
        }
        if let Some(constant) = self.constant(name) {
            return constant_at(constant, column);
        }
        if let Some((_, feed, data_type)) = self.feed(name) {
            let place = match feed {
                Feed::Number(place) => *place,
                Feed::Matrix => column,
                Feed::Code(..) => return None,
            };
            let input = Expression::Input(place);
            return match data_type {
                DataType::Double => Some((input, Kind::Double)),
                DataType::Float => Some((unary(Unary::RoundToSingle, input), Kind::Single)),
                _ => None,
            };
        }
        let node = self.maker(name)?;
        if node.op_type == "Concat" {
            let ends = self.ends(name, node, depth)?;
            let part = ends.partition_point(|&end| end <= column);
            let start = match part {
                0 => 0,
                part => ends[part - 1],
            };
            return self.column(node.input.get(part)?, column - start, depth);
        }
        let operands = node
            .input
            .iter()
            .map(|input| {
                if input.is_empty() {
                    return Some(None);
                }
                let column = if self.width(input, depth)? == 1 {
                    0
                } else {
                    column
                };
                Some(Some(self.column(input, column, depth)?))
            })
            .collect::<Option<Vec<Option<(Expression, Kind)>>>>()?;
        operation(node, operands, self.graph.opset)
    }
}

/// A dense layer as it was found.
struct Dense<'g> {
    from: &'g str,
    inputs: usize,
    outputs: usize,
    /// `[inputs, outputs]`
    weights: Vec<f32>,
    bias: Vec<f32>,
}

fn constant_at(constant: &Constant, column: usize) -> Option<(Expression, Kind)> {
    let at = |len: usize| if len == 1 { 0 } else { column };
    let (value, kind) = match &constant.values {
        ConstantValues::Single(values) => (f64::from(*values.get(at(values.len()))?), Kind::Single),
        ConstantValues::Double(values) => (*values.get(at(values.len()))?, Kind::Double),
        ConstantValues::Integer(_) | ConstantValues::Other => return None,
    };
    Some((Expression::Constant(value), kind))
}

fn unary(operation: Unary, value: Expression) -> Expression {
    Expression::Unary(operation, Box::new(value))
}

fn binary(operation: Binary, left: Expression, right: Expression) -> Expression {
    Expression::Binary(operation, Box::new(left), Box::new(right))
}

type Operand = Option<(Expression, Kind)>;

/// An element-wise node over operands that are expressions already.
fn operation(
    node: &NodeProto,
    mut operands: Vec<Operand>,
    opset: i64,
) -> Option<(Expression, Kind)> {
    let name = &*node.op_type;
    let mut take = |place: usize| operands.get_mut(place).and_then(Option::take);
    let (first, kind) = take(0)?;
    let is_number = kind != Kind::Truth;
    if let Some(operation) = two_operands(name) {
        let (second, _) = take(1).filter(|(_, other)| is_number && *other == kind)?;
        let result = binary(operation, first, second);
        return Some(match operation {
            Binary::Add | Binary::Subtract | Binary::Multiply | Binary::Divide => {
                (rounded(result, kind), kind)
            }
            _ => (result, Kind::Truth),
        });
    }
    match name {
        "Identity" => Some((first, kind)),
        "Abs" if is_number => Some((unary(Unary::Absolute, first), kind)),
        "Neg" if is_number => Some((unary(Unary::Negate, first), kind)),
        "Relu" if is_number => {
            let zero = Expression::Constant(0.0);
            Some((binary(Binary::Largest, first, zero), kind))
        }
        "IsNaN" if is_number => Some((unary(Unary::IsNan, first), Kind::Truth)),
        "Not" if !is_number => Some((unary(Unary::Not, first), kind)),
        "Cast" => cast(integer(node, "to")?, first, kind),
        "Where" if !is_number => {
            let (then, kind) = take(1)?;
            let (otherwise, _) = take(2).filter(|(_, other)| *other == kind)?;
            let branches = (Box::new(then), Box::new(otherwise));
            let chosen = Expression::Choose(Box::new(first), branches.0, branches.1);
            Some((chosen, kind))
        }
        // Before, the bounds were attributes.
        "Clip" if is_number && opset >= 11 => {
            let mut clipped = first;
            for (place, operation) in [(1, Binary::Largest), (2, Binary::Smallest)] {
                if let Some((bound, other)) = take(place) {
                    (other == kind).then_some(())?;
                    clipped = binary(operation, clipped, bound);
                }
            }
            Some((clipped, kind))
        }
        _ => None,
    }
}

fn two_operands(name: &str) -> Option<Binary> {
    Some(match name {
        "Add" => Binary::Add,
        "Sub" => Binary::Subtract,
        "Mul" => Binary::Multiply,
        "Div" => Binary::Divide,
        "Less" => Binary::Less,
        "LessOrEqual" => Binary::LessOrEqual,
        "Greater" => Binary::Greater,
        "GreaterOrEqual" => Binary::GreaterOrEqual,
        "Equal" => Binary::Equal,
        _ => return None,
    })
}

fn rounded(value: Expression, kind: Kind) -> Expression {
    match kind {
        Kind::Single => unary(Unary::RoundToSingle, value),
        Kind::Double | Kind::Truth => value,
    }
}

/// `to` is a `TensorProto.DataType`.
fn cast(to: i64, value: Expression, kind: Kind) -> Option<(Expression, Kind)> {
    let to = DataType::try_from(i32::try_from(to).ok()?).ok()?;
    Some(match (to, kind) {
        (DataType::Float, Kind::Double) => (unary(Unary::RoundToSingle, value), Kind::Single),
        (DataType::Float, Kind::Single | Kind::Truth) => (value, Kind::Single),
        (DataType::Double, _) => (value, Kind::Double),
        (DataType::Bool, _) => (unary(Unary::IsNonZero, value), Kind::Truth),
        _ => return None,
    })
}

fn integer(node: &NodeProto, name: &str) -> Option<i64> {
    let found = node.attribute.iter().find(|found| found.name == name);
    found.map(|attribute| attribute.i)
}

fn float(node: &NodeProto, name: &str) -> Option<f32> {
    let found = node.attribute.iter().find(|found| found.name == name);
    found.map(|attribute| attribute.f)
}
