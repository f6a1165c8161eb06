//! Columns in memory: what `data` reads, `learn` trains on, `infer` predicts from and `serve` parses into.

use std::sync::Arc;

/// Named columns of equal length. Shape: [rows, columns.len()].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    pub rows: usize,
    pub columns: Vec<FrameColumn>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FrameColumn {
    pub name: Arc<str>,
    pub values: Values,
}

/// The values of one column, `[rows]`.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Integers (exact up to 2^53), floats, booleans as 0 and 1, times as seconds since 1970. Missing is NaN.
    Number(Vec<f64>),
    /// Categories and text. Missing is `None`.
    Text(Vec<Option<Arc<str>>>),
}

impl Values {
    #[inline]
    pub fn len(&self) -> usize {
        match self {
            Self::Number(values) => values.len(),
            Self::Text(values) => values.len(),
        }
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Frame {
    /// The column of this name, if there is one.
    pub fn column(&self, name: &str) -> Option<&Values> {
        self.columns
            .iter()
            .find(|column| &*column.name == name)
            .map(|column| &column.values)
    }
}

/// What a model says of a frame's rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicted {
    /// Row after row, `[rows, class_count]`; classes in the order of the signature.
    Classes {
        probabilities: Vec<f32>,
        class_count: usize,
    },
    /// `[rows]`, in the target's own unit.
    Values(Vec<f64>),
}
