//! The table to learn from and to predict on: borrowed columns of numbers or categories.

use crate::error::TreesError;

/// The code of a missing category. A missing number is NaN.
pub const MISSING_CATEGORY: u32 = u32::MAX;

/// The values of one column, one per row.
///
/// Numbers are compared as `f32` everywhere (training, prediction, ONNX), so that all three branch alike; an `f64` beyond the
/// range of `f32` counts as infinite. Infinite numbers are ordinary values at the ends of the order.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    Single(&'a [f32]),
    Double(&'a [f64]),
    /// Codes of categories; [`MISSING_CATEGORY`] is missing.
    Categories(&'a [u32]),
}

impl Values<'_> {
    /// Rows in the column.
    pub fn len(&self) -> usize {
        match self {
            Self::Single(values) => values.len(),
            Self::Double(values) => values.len(),
            Self::Categories(codes) => codes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn kind(&self) -> ColumnKind {
        match self {
            Self::Single(_) | Self::Double(_) => ColumnKind::Numeric,
            Self::Categories(_) => ColumnKind::Categories,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    Numeric,
    Categories,
}

impl ColumnKind {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Numeric => "numbers",
            Self::Categories => "categories",
        }
    }
}

/// A named column.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    pub name: String,
    pub values: Values<'a>,
}

/// Columns of equal length, at least one, with at least one row.
#[derive(Clone, Debug)]
pub struct Table<'a> {
    columns: Vec<Column<'a>>,
    rows: usize,
}

impl<'a> Table<'a> {
    /// Errors: no columns, no rows, columns of unequal length.
    pub fn new(columns: Vec<Column<'a>>) -> Result<Self, TreesError> {
        let rows = columns.first().ok_or(TreesError::NoColumns)?.values.len();
        if let Some(odd) = columns.iter().find(|column| column.values.len() != rows) {
            return Err(TreesError::ColumnLength {
                column: odd.name.clone(),
                rows: odd.values.len(),
                expected: rows,
            });
        }
        if rows == 0 {
            return Err(TreesError::NoRows);
        }
        Ok(Self { columns, rows })
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn columns(&self) -> &[Column<'a>] {
        &self.columns
    }
}

/// Rows with what is to be learned from them.
#[derive(Clone, Copy, Debug)]
pub struct Labelled<'a> {
    pub table: &'a Table<'a>,
    /// `[rows]`; class numbers from 0 where the objective has classes.
    pub targets: &'a [f64],
    /// `[rows]`, finite and not negative.
    pub weights: Option<&'a [f64]>,
}
