//! Recognises graphs that the kernels can run: columns prepared element by element, embeddings, dense layers, a softmax or a scaled value.
//!
//! Whatever is not understood completely is left to tract; nothing is approximated.

mod elements;
mod layers;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use contract::Signature;
use tract_onnx::pb::NodeProto;
use tract_onnx::pb::tensor_proto::DataType;

use crate::constant::Constant;
use crate::dense::{Head, Network};
use crate::expression::{Expression, Program, Unary};
use crate::features::Part;
use crate::graph::{Feed, Graph};

use elements::{Kind, constant_at, integer, operation, unary};

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
