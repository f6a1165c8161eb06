//! The chain of dense layers, from the last back to the first.

use tract_onnx::pb::NodeProto;

use super::Reader;
use super::elements::{float, integer};
use crate::kernel::Layer;

impl<'g> Reader<'g> {
    /// The dense layers that end in `name`, and the name of what goes into the first.
    pub(super) fn layers(&self, name: &'g str) -> Option<(Vec<Layer>, &'g str)> {
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
    pub(super) fn dense(&self, node: &'g NodeProto) -> Option<Dense<'g>> {
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
}

/// A dense layer as it was found.
pub(super) struct Dense<'g> {
    from: &'g str,
    inputs: usize,
    outputs: usize,
    /// `[inputs, outputs]`
    weights: Vec<f32>,
    bias: Vec<f32>,
}
