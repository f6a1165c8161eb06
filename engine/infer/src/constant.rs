//! Constant tensors of a graph, decoded and checked against their declared size.

use tract_onnx::pb::TensorProto;
use tract_onnx::pb::tensor_proto::{DataLocation, DataType};

use crate::InferError;

/// The shape and values of a constant; kinds that the kernels have no use for are left to tract.
#[derive(Clone, Debug)]
pub(crate) struct Constant {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: ConstantValues,
}

#[derive(Clone, Debug)]
pub(crate) enum ConstantValues {
    Single(Vec<f32>),
    Double(Vec<f64>),
    Integer(Vec<i64>),
    Other,
}

impl Constant {
    /// # Errors
    /// When the tensor lies in another file, or has another size than it says.
    pub(crate) fn decode(tensor: &TensorProto) -> Result<Self, InferError> {
        let is_external = tensor.data_location == Some(DataLocation::External as i32);
        if is_external || !tensor.external_data.is_empty() {
            let location = tensor
                .external_data
                .iter()
                .find(|entry| entry.key == "location")
                .map_or_else(String::new, |entry| entry.value.clone());
            return Err(InferError::ExternalData { location });
        }
        let damaged = |what: &str| InferError::DamagedGraph {
            what: format!("the constant “{}” {what}", tensor.name),
        };
        let shape = tensor
            .dims
            .iter()
            .map(|&size| usize::try_from(size))
            .collect::<Result<Vec<usize>, _>>()
            .map_err(|_| damaged("has a negative size"))?;
        let elements = shape
            .iter()
            .try_fold(1_usize, |product, &size| product.checked_mul(size))
            .ok_or_else(|| damaged("is larger than any memory"))?;
        let (values, found) = values(tensor).ok_or_else(|| damaged("has a broken value"))?;
        if found != elements {
            return Err(damaged("has another size than it says"));
        }
        Ok(Self { shape, values })
    }

    pub(crate) fn singles(&self) -> Option<&[f32]> {
        match &self.values {
            ConstantValues::Single(values) => Some(values),
            _ => None,
        }
    }

    pub(crate) fn integers(&self) -> Option<&[i64]> {
        match &self.values {
            ConstantValues::Integer(values) => Some(values),
            _ => None,
        }
    }
}

/// The values, and how many there are.
fn values(tensor: &TensorProto) -> Option<(ConstantValues, usize)> {
    let raw = &tensor.raw_data;
    let kind = DataType::try_from(tensor.data_type).ok()?;
    let values = match kind {
        DataType::Float if raw.is_empty() => ConstantValues::Single(tensor.float_data.clone()),
        DataType::Float => ConstantValues::Single(from_raw(raw, f32::from_le_bytes)?),
        DataType::Double if raw.is_empty() => ConstantValues::Double(tensor.double_data.clone()),
        DataType::Double => ConstantValues::Double(from_raw(raw, f64::from_le_bytes)?),
        DataType::Int64 if raw.is_empty() => ConstantValues::Integer(tensor.int64_data.clone()),
        DataType::Int64 => ConstantValues::Integer(from_raw(raw, i64::from_le_bytes)?),
        _ => return Some((ConstantValues::Other, other_len(tensor, kind)?)),
    };
    let found = match &values {
        ConstantValues::Single(values) => values.len(),
        ConstantValues::Double(values) => values.len(),
        ConstantValues::Integer(values) => values.len(),
        ConstantValues::Other => 0,
    };
    Some((values, found))
}

fn from_raw<const SIZE: usize, T>(raw: &[u8], decode: fn([u8; SIZE]) -> T) -> Option<Vec<T>> {
    let (chunks, rest) = raw.as_chunks::<SIZE>();
    rest.is_empty()
        .then(|| chunks.iter().map(|chunk| decode(*chunk)).collect())
}

/// How many values a tensor of a kind that is not decoded here has.
fn other_len(tensor: &TensorProto, kind: DataType) -> Option<usize> {
    let size = match kind {
        DataType::Bool | DataType::Int8 | DataType::Uint8 => 1,
        DataType::Int16 | DataType::Uint16 | DataType::Float16 | DataType::Bfloat16 => 2,
        DataType::Int32 | DataType::Uint32 => 4,
        DataType::Uint64 => 8,
        DataType::String => return Some(tensor.string_data.len()),
        _ => return None,
    };
    if tensor.raw_data.is_empty() {
        return Some(tensor.int32_data.len().max(tensor.uint64_data.len()));
    }
    tensor
        .raw_data
        .len()
        .is_multiple_of(size)
        .then_some(tensor.raw_data.len() / size)
}
