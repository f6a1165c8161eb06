//! Open Inference Protocol v2 over REST: named tensors in, with Triton's extension for raw ones.
//!
//! A tensor a column, `[n]` or `[n, 1]`; or a single tensor `[n, features]` in the order of the signature.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};

use crate::columns::{ColumnsBuilder, Scalar};
use crate::refusal::{Refusal, quoted};

/// What the answer should carry.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    /// The client's own id, echoed.
    pub(crate) id: Option<String>,
    /// Every output, if none is named.
    pub(crate) outputs: Option<Vec<OutputWish>>,
    pub(crate) is_binary: bool,
}

#[derive(Debug)]
pub(crate) struct OutputWish {
    pub(crate) name: &'static str,
    pub(crate) is_binary: bool,
}

#[derive(Deserialize)]
struct Request<'a> {
    id: Option<String>,
    #[serde(default)]
    parameters: RequestParameters,
    #[serde(borrow)]
    inputs: Vec<Tensor<'a>>,
    #[serde(borrow)]
    outputs: Option<Vec<Output<'a>>>,
}

#[derive(Default, Deserialize)]
struct RequestParameters {
    #[serde(default)]
    binary_data_output: bool,
}

#[derive(Deserialize)]
struct Output<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(default)]
    parameters: OutputParameters,
}

#[derive(Default, Deserialize)]
struct OutputParameters {
    binary_data: Option<bool>,
    // Triton's extensions that would make the answer another than the one that is given here.
    classification: Option<IgnoredAny>,
    shared_memory_region: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Tensor<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    shape: Vec<usize>,
    #[serde(borrow)]
    datatype: Cow<'a, str>,
    #[serde(default)]
    parameters: TensorParameters,
    #[serde(borrow)]
    data: Option<Items<'a>>,
}

#[derive(Default, Deserialize)]
struct TensorParameters {
    binary_data_size: Option<usize>,
    shared_memory_region: Option<IgnoredAny>,
}

/// Reads a request whose first `json_bytes` are JSON and whose rest are raw tensors.
pub(super) fn read(
    builder: &mut ColumnsBuilder<'_>,
    body: &[u8],
    json_bytes: usize,
) -> Result<Wishes, Refusal> {
    let (json, raw) = body.split_at_checked(json_bytes).ok_or_else(|| {
        Refusal::malformed(format!(
            "Inference-Header-Content-Length says {json_bytes} bytes, but the body has {}",
            body.len()
        ))
    })?;
    let request: Request<'_> =
        serde_json::from_slice(json).map_err(|error| Refusal::json(&error))?;
    let wishes = wishes(builder, &request)?;
    let is_single = request.inputs.len() == 1;
    let mut raw = raw;
    for mut tensor in request.inputs {
        let items = items(&mut tensor, &mut raw)?;
        put(builder, &tensor, &items, is_single)?;
    }
    if !raw.is_empty() {
        return Err(Refusal::malformed(format!(
            "{} bytes follow the last tensor",
            raw.len()
        )));
    }
    Ok(wishes)
}

fn wishes(builder: &ColumnsBuilder<'_>, request: &Request<'_>) -> Result<Wishes, Refusal> {
    let is_binary = request.parameters.binary_data_output;
    let known = builder.schema.outputs;
    let find = |output: &Output<'_>| {
        let name = known.iter().find(|name| **name == output.name);
        let name = name.ok_or_else(|| {
            Refusal::malformed(format!("The model has no output {}", quoted(&output.name)))
                .hint(format!("its outputs are {}", known.join(", ")))
        })?;
        if output.parameters.classification.is_some() {
            return Err(Refusal::malformed(format!(
                "The output {name} is given as it is, not as a classification"
            ))
            .hint("leave class_count out; label is the most probable class"));
        }
        if output.parameters.shared_memory_region.is_some() {
            return Err(shared_memory("output", name));
        }
        Ok(OutputWish {
            name,
            is_binary: output.parameters.binary_data.unwrap_or(is_binary),
        })
    };
    Ok(Wishes {
        id: request.id.clone(),
        outputs: request
            .outputs
            .as_ref()
            .filter(|outputs| !outputs.is_empty())
            .map(|outputs| outputs.iter().map(find).collect::<Result<_, Refusal>>())
            .transpose()?,
        is_binary,
    })
}

fn shared_memory(what: &str, name: &str) -> Refusal {
    Refusal::malformed(format!(
        "The {what} {name} is in shared memory, which this server does not read or write"
    ))
    .hint("send and take values with the request, as JSON or raw")
}

/// The values of a tensor, from JSON or from the raw bytes, checked against its shape.
fn items<'a>(tensor: &mut Tensor<'a>, raw: &mut &'a [u8]) -> Result<Vec<Item<'a>>, Refusal> {
    let name = quoted(&tensor.name);
    let datatype = Datatype::parse(&tensor.datatype).ok_or_else(|| {
        Refusal::malformed(format!(
            "The tensor {name} has the unknown datatype {}",
            quoted(&tensor.datatype)
        ))
        .hint("use FP64, FP32, INT64, INT32, BOOL or BYTES")
    })?;
    if tensor.parameters.shared_memory_region.is_some() {
        return Err(shared_memory("tensor", &name));
    }
    let items = match (tensor.data.take(), tensor.parameters.binary_data_size) {
        (Some(items), None) => items.0,
        (None, Some(bytes)) => {
            let (own, rest) = raw.split_at_checked(bytes).ok_or_else(|| {
                Refusal::malformed(format!(
                    "The tensor {name} says {bytes} raw bytes, but {} are left",
                    raw.len()
                ))
            })?;
            *raw = rest;
            datatype.decode(own).ok_or_else(|| {
                Refusal::malformed(format!(
                    "The raw bytes of the tensor {name} are not {}",
                    tensor.datatype
                ))
                .hint("send it as JSON data, or as FP64, FP32, INT64, INT32, BOOL or BYTES")
            })?
        }
        _ => {
            return Err(Refusal::malformed(format!(
                "The tensor {name} needs either data or binary_data_size"
            )));
        }
    };
    let elements = tensor
        .shape
        .iter()
        .try_fold(1_usize, |product, &size| product.checked_mul(size));
    if elements != Some(items.len()) || tensor.shape.is_empty() {
        return Err(Refusal::malformed(format!(
            "The tensor {name} has the shape {:?} but {} values",
            tensor.shape,
            items.len()
        )));
    }
    if datatype.is_integer() {
        let fraction = items.iter().find_map(|item| match item {
            Item::Number(value) if value.fract() != 0.0 => Some(value),
            _ => None,
        });
        if let Some(value) = fraction {
            return Err(Refusal::malformed(format!(
                "The tensor {name} is {}, but has the value {value}",
                tensor.datatype
            )));
        }
    }
    Ok(items)
}

/// Puts a tensor under its column, or under all of them.
fn put(
    builder: &mut ColumnsBuilder<'_>,
    tensor: &Tensor<'_>,
    items: &[Item<'_>],
    is_single: bool,
) -> Result<(), Refusal> {
    let columns = builder.schema.inputs.len();
    let width: usize = tensor.shape.iter().skip(1).product();
    let named = builder.schema.place(&tensor.name);
    if is_single && (named.is_err() || width > 1) {
        if tensor.shape.len() != 2 || width != columns {
            return Err(Refusal::unfit(format!(
                "The tensor {} has the shape {:?}; the model takes [n, {columns}]",
                quoted(&tensor.name),
                tensor.shape
            ))
            .hint(format!("the columns are {}", builder.schema.names())));
        }
        for row in items.chunks_exact(columns) {
            for (place, item) in row.iter().enumerate() {
                builder.push(place, item.scalar())?;
            }
        }
        return Ok(());
    }
    let place = named?;
    if width != 1 || tensor.shape.len() > 2 {
        return Err(Refusal::unfit(format!(
            "The tensor {} has the shape {:?}; a column takes [n] or [n, 1]",
            quoted(&tensor.name),
            tensor.shape
        )));
    }
    if builder.column_len(place) > 0 {
        return Err(Refusal::malformed(format!(
            "The tensor {} is given twice",
            quoted(&tensor.name)
        )));
    }
    let input = &builder.schema.inputs[place];
    if input.is_text() != (tensor.datatype == "BYTES") {
        return Err(Refusal::unfit(format!(
            "The column {} takes {}, not {}",
            quoted(&tensor.name),
            crate::answer::datatype(input.column_type),
            tensor.datatype
        )));
    }
    for item in items {
        builder.push(place, item.scalar())?;
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Datatype {
    Boolean,
    Signed(usize),
    Unsigned(usize),
    Half,
    Single,
    Double,
    Bytes,
}

impl Datatype {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "BOOL" => Self::Boolean,
            "INT8" => Self::Signed(1),
            "INT16" => Self::Signed(2),
            "INT32" => Self::Signed(4),
            "INT64" => Self::Signed(8),
            "UINT8" => Self::Unsigned(1),
            "UINT16" => Self::Unsigned(2),
            "UINT32" => Self::Unsigned(4),
            "UINT64" => Self::Unsigned(8),
            "FP16" => Self::Half,
            "FP32" => Self::Single,
            "FP64" => Self::Double,
            "BYTES" => Self::Bytes,
            _ => return None,
        })
    }

    fn is_integer(self) -> bool {
        matches!(self, Self::Signed(_) | Self::Unsigned(_))
    }

    /// Little-endian values side by side; texts each after their length. Half precision only comes as JSON.
    fn decode(self, raw: &[u8]) -> Option<Vec<Item<'_>>> {
        let numbers = |size: usize, number: fn(&[u8]) -> f64| {
            let chunks = raw.chunks_exact(size);
            chunks
                .remainder()
                .is_empty()
                .then(|| chunks.map(|chunk| Item::Number(number(chunk))).collect())
        };
        match self {
            Self::Boolean => Some(raw.iter().map(|&byte| Item::Boolean(byte != 0)).collect()),
            Self::Signed(size) => numbers(size, signed),
            Self::Unsigned(size) => numbers(size, unsigned),
            Self::Single => numbers(4, |chunk| {
                chunk
                    .try_into()
                    .map_or(f64::NAN, |four| f64::from(f32::from_le_bytes(four)))
            }),
            Self::Double => numbers(8, |chunk| {
                chunk.try_into().map_or(f64::NAN, f64::from_le_bytes)
            }),
            Self::Half => None,
            Self::Bytes => texts(raw),
        }
    }
}

fn unsigned(chunk: &[u8]) -> f64 {
    let bits = chunk
        .iter()
        .rev()
        .fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
    bits as f64
}

fn signed(chunk: &[u8]) -> f64 {
    let unused = 64 - 8 * chunk.len() as u32;
    let bits = chunk
        .iter()
        .rev()
        .fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
    // Shifting up and down again extends the sign.
    ((bits << unused) as i64 >> unused) as f64
}

fn texts(mut raw: &[u8]) -> Option<Vec<Item<'_>>> {
    let mut items = Vec::new();
    while let Some((length, rest)) = raw.split_first_chunk() {
        let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        items.push(Item::Text(Cow::Borrowed(std::str::from_utf8(text).ok()?)));
        raw = rest;
    }
    raw.is_empty().then_some(items)
}

#[derive(Clone, Debug)]
enum Item<'a> {
    Null,
    Boolean(bool),
    Number(f64),
    Text(Cow<'a, str>),
}

impl Item<'_> {
    fn scalar(&self) -> Scalar<'_> {
        match self {
            Self::Null => Scalar::Null,
            Self::Boolean(value) => Scalar::Boolean(*value),
            Self::Number(value) => Scalar::Number(*value),
            Self::Text(text) => Scalar::Text(text),
        }
    }
}

/// A tensor's data as JSON: flat, or nested by its shape; either way in the order of rows.
struct Items<'a>(Vec<Item<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Items<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut items = Vec::new();
        deserializer.deserialize_seq(Nested(&mut items))?;
        Ok(Self(items))
    }
}

struct Nested<'v, 'a>(&'v mut Vec<Item<'a>>);

impl<'de: 'a, 'a> DeserializeSeed<'de> for Nested<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de: 'a, 'a> Visitor<'de> for Nested<'_, 'a> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        while values.next_element_seed(Nested(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.0.push(Item::Boolean(value));
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.0.push(Item::Number(value as f64));
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.0.push(Item::Number(value as f64));
        Ok(())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.0.push(Item::Number(value));
        Ok(())
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<(), E> {
        self.0.push(Item::Text(Cow::Borrowed(value)));
        Ok(())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.0.push(Item::Text(Cow::Owned(value.to_owned())));
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.push(Item::Null);
        Ok(())
    }
}
