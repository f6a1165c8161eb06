//! A graph being built: nodes, constants, and names that never collide with a column's.

use std::collections::HashSet;

use super::message::{
    AttributeProto, Dimension, DimensionProto, GraphProto, NodeProto, TensorProto,
    TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto, attribute_type, data_type,
};

/// The symbolic first dimension of every input and output.
pub(crate) const ROWS: &str = "rows";

/// The domain of `LabelEncoder`.
pub(crate) const ML_DOMAIN: &str = "ai.onnx.ml";

/// Inputs are declared first, so that later names can avoid theirs.
#[derive(Default)]
pub(crate) struct GraphBuilder {
    pub(crate) graph: GraphProto,
    taken: HashSet<String>,
}

impl GraphBuilder {
    /// A graph input of shape `[rows, 1]`.
    pub(crate) fn input(&mut self, name: &str, element: i32, note: &str) -> String {
        self.taken.insert(name.into());
        let mut info = value_info(name, element, &[1]);
        info.doc_string = Some(note.into());
        self.graph.input.push(info);
        name.into()
    }

    /// A node with one output, whose name is `wish` or near to it.
    pub(crate) fn node(
        &mut self,
        op: &str,
        inputs: &[&str],
        wish: &str,
        attributes: Vec<AttributeProto>,
    ) -> String {
        let output = self.unused(wish);
        let is_ml = op == "LabelEncoder";
        self.graph.node.push(NodeProto {
            input: inputs.iter().map(|name| (*name).to_string()).collect(),
            output: vec![output.clone()],
            name: Some(format!("{op}:{output}")),
            op_type: Some(op.into()),
            attribute: attributes,
            domain: is_ml.then(|| ML_DOMAIN.into()),
        });
        output
    }

    /// Declares a value as a graph output of shape `[rows, shape…]` (`[rows]` if `shape` is empty).
    pub(crate) fn output(&mut self, name: &str, element: i32, shape: &[usize]) {
        self.graph.output.push(value_info(name, element, shape));
    }

    pub(crate) fn floats(&mut self, wish: &str, values: &[f32], shape: &[usize]) -> String {
        let bytes = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.constant(wish, data_type::FLOAT, bytes, shape)
    }

    pub(crate) fn doubles(&mut self, wish: &str, values: &[f64], shape: &[usize]) -> String {
        let bytes = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        self.constant(wish, data_type::DOUBLE, bytes, shape)
    }

    fn constant(&mut self, wish: &str, element: i32, bytes: Vec<u8>, shape: &[usize]) -> String {
        let name = self.unused(wish);
        self.graph.initializer.push(TensorProto {
            dims: shape.iter().map(|size| *size as i64).collect(),
            data_type: Some(element),
            name: Some(name.clone()),
            raw_data: Some(bytes),
        });
        name
    }

    /// `wish`, or `wish_`, or `wish__`…: no two values of a graph may share a name, and a column may be called anything.
    fn unused(&mut self, wish: &str) -> String {
        let mut name = wish.to_string();
        while !self.taken.insert(name.clone()) {
            name.push('_');
        }
        name
    }
}

pub(crate) fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: Some(name.into()),
        i: Some(value),
        r#type: Some(attribute_type::INT),
        ..AttributeProto::default()
    }
}

pub(crate) fn ints(name: &str, values: Vec<i64>) -> AttributeProto {
    AttributeProto {
        name: Some(name.into()),
        ints: values,
        r#type: Some(attribute_type::INTS),
        ..AttributeProto::default()
    }
}

pub(crate) fn string(name: &str, value: &str) -> AttributeProto {
    AttributeProto {
        name: Some(name.into()),
        s: Some(value.into()),
        r#type: Some(attribute_type::STRING),
        ..AttributeProto::default()
    }
}

pub(crate) fn strings<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> AttributeProto {
    AttributeProto {
        name: Some(name.into()),
        strings: values.map(|value| value.as_bytes().to_vec()).collect(),
        r#type: Some(attribute_type::STRINGS),
        ..AttributeProto::default()
    }
}

fn value_info(name: &str, element: i32, shape: &[usize]) -> ValueInfoProto {
    let rows = Dimension::Parameter(ROWS.into());
    let rest = shape.iter().map(|size| Dimension::Value(*size as i64));
    let dim = std::iter::once(rows)
        .chain(rest)
        .map(|value| DimensionProto { value: Some(value) })
        .collect();
    ValueInfoProto {
        name: Some(name.into()),
        r#type: Some(TypeProto {
            tensor_type: Some(TensorTypeProto {
                elem_type: Some(element),
                shape: Some(TensorShapeProto { dim }),
            }),
        }),
        doc_string: None,
    }
}
