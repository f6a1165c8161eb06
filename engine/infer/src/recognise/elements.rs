//! Element-wise operators: one node over operands that are expressions already.

use tract_onnx::pb::NodeProto;
use tract_onnx::pb::tensor_proto::DataType;

use crate::constant::{Constant, ConstantValues};
use crate::expression::{Binary, Expression, Unary};

/// What the values of an expression are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Single,
    Double,
    Truth,
}

pub(super) fn constant_at(constant: &Constant, column: usize) -> Option<(Expression, Kind)> {
    let at = |len: usize| if len == 1 { 0 } else { column };
    let (value, kind) = match &constant.values {
        ConstantValues::Single(values) => (f64::from(*values.get(at(values.len()))?), Kind::Single),
        ConstantValues::Double(values) => (*values.get(at(values.len()))?, Kind::Double),
        ConstantValues::Integer(_) | ConstantValues::Other => return None,
    };
    Some((Expression::Constant(value), kind))
}

pub(super) fn unary(operation: Unary, value: Expression) -> Expression {
    Expression::Unary(operation, Box::new(value))
}

fn binary(operation: Binary, left: Expression, right: Expression) -> Expression {
    Expression::Binary(operation, Box::new(left), Box::new(right))
}

type Operand = Option<(Expression, Kind)>;

/// An element-wise node over operands that are expressions already.
pub(super) fn operation(
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

pub(super) fn integer(node: &NodeProto, name: &str) -> Option<i64> {
    let found = node.attribute.iter().find(|found| found.name == name);
    found.map(|attribute| attribute.i)
}

pub(super) fn float(node: &NodeProto, name: &str) -> Option<f32> {
    let found = node.attribute.iter().find(|found| found.name == name);
    found.map(|attribute| attribute.f)
}
