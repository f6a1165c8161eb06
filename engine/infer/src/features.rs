//! From raw columns to the first layer's inputs: prepared numbers and embedded categories, block by block.

use contract::{Frame, Signature, Values};
use tract_onnx::pb::tensor_proto::DataType;

use crate::InferError;
use crate::expression::{Program, Stack};
use crate::graph::Feed;

/// A run of features that come from one place.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// One feature, computed from columns.
    Number(Program),
    /// The row of `table`, `[categories, width]`, that a code names.
    Embedding {
        /// Which of the graph's feeds has the code.
        feed: usize,
        table: Vec<f32>,
        width: usize,
    },
}

impl Part {
    pub(crate) fn width(&self) -> usize {
        match self {
            Self::Number(_) => 1,
            Self::Embedding { width, .. } => *width,
        }
    }
}

/// The columns of a frame, in the order of the signature, checked.
pub(crate) struct Columns<'f>(Vec<&'f Values>);

impl<'f> Columns<'f> {
    pub(crate) fn bind(frame: &'f Frame, signature: &Signature) -> Result<Self, InferError> {
        let mut columns = Vec::with_capacity(signature.inputs.len());
        for (place, input) in signature.inputs.iter().enumerate() {
            let values = match frame.columns.get(place) {
                Some(column) if column.name == input.name => Some(&column.values),
                _ => frame.column(&input.name),
            };
            let values = values.ok_or_else(|| InferError::MissingColumn {
                column: input.name.to_string(),
            })?;
            if values.len() != frame.rows {
                return Err(InferError::WrongLength {
                    column: input.name.to_string(),
                    found: values.len(),
                    rows: frame.rows,
                });
            }
            let wants_text = input.column_type == contract::ColumnType::Text;
            if wants_text != matches!(values, Values::Text(_)) {
                let (wanted, found) = match wants_text {
                    true => ("text", "numbers"),
                    false => ("numbers", "text"),
                };
                return Err(InferError::WrongType {
                    column: input.name.to_string(),
                    found,
                    wanted,
                });
            }
            columns.push(values);
        }
        Ok(Self(columns))
    }

    /// The numbers of the column at `place`; empty for text.
    pub(crate) fn numbers(&self, place: usize) -> &'f [f64] {
        match self.0[place] {
            Values::Number(values) => values,
            Values::Text(_) => &[],
        }
    }

    /// The codes that a feed gives its text column; empty for numbers.
    pub(crate) fn codes(&self, feed: &Feed) -> Vec<i64> {
        match feed {
            Feed::Code(place, encoder) => match self.0[*place] {
                Values::Text(values) => values
                    .iter()
                    .map(|text| encoder.code(text.as_deref()))
                    .collect(),
                Values::Number(_) => Vec::new(),
            },
            Feed::Number(_) | Feed::Matrix => Vec::new(),
        }
    }
}

/// What of a graph's feeds the features need, for the rows of one frame.
pub(crate) struct Sources<'f> {
    columns: Columns<'f>,
    /// Per feed, the codes of its rows.
    codes: Vec<Vec<i64>>,
}

impl<'f> Sources<'f> {
    pub(crate) fn new(columns: Columns<'f>, feeds: &[(String, Feed, DataType)]) -> Self {
        let codes = feeds
            .iter()
            .map(|(_, feed, _)| columns.codes(feed))
            .collect();
        Self { columns, codes }
    }

    /// Writes the features of rows `start..start + rows` into `out`, `[features, stride]`.
    pub(crate) fn fill(
        &self,
        parts: &[Part],
        (start, rows): (usize, usize),
        stack: &mut Stack,
        (out, stride): (&mut [f32], usize),
    ) {
        let mut feature = 0;
        for part in parts {
            let out = &mut out[feature * stride..];
            match part {
                Part::Number(program) => {
                    let values = program.run(stack, rows, |place, into| {
                        into.copy_from_slice(&self.columns.numbers(place)[start..start + rows]);
                    });
                    for (out, value) in out.iter_mut().zip(values) {
                        *out = *value as f32;
                    }
                }
                Part::Embedding { feed, table, width } => {
                    let codes = &self.codes[*feed][start..start + rows];
                    for (row, &code) in codes.iter().enumerate() {
                        let from = wrapped(code, table.len() / width) * width;
                        for (step, value) in table[from..from + width].iter().enumerate() {
                            out[step * stride + row] = *value;
                        }
                    }
                }
            }
            feature += part.width();
        }
    }
}

/// Codes below zero count from the end, as ONNX's Gather takes them; the recogniser made sure that none is out of range.
fn wrapped(code: i64, categories: usize) -> usize {
    let place = if code < 0 {
        code + categories as i64
    } else {
        code
    };
    place as usize
}
