//! Preparation: what the training split teaches about each column, and the matrix that the network sees.
//!
//! Numbers are imputed with the training median and standardised with the training mean and standard deviation, in double precision.
//! A column that has missing values in training also gets an indicator (1 where missing). Categories are looked up in the training
//! vocabulary, where 0 means missing, rare or never seen. A column that has only one value in training tells nothing and is left out.

mod category;
mod number;
mod target;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use contract::{ColumnType, Frame, Recipe, Values};
use rayon::prelude::*;

use crate::LearnError;
pub(crate) use category::CategoryColumn;
pub(crate) use number::{LARGEST_STANDARDISED, NumberColumn};
pub(crate) use target::{Target, TargetKind};

/// Rows that one task encodes at a time.
const ENCODED_ROWS: usize = 1024;

/// What was learned on the training split.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Preparation {
    /// One a feature, in the recipe's order.
    pub(crate) columns: Vec<PreparedColumn>,
    /// Columns of the matrix: values first, then indicators.
    pub(crate) width: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PreparedColumn {
    Number(NumberColumn),
    Category(CategoryColumn),
}

/// Rows as the network sees them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Encoded {
    pub(crate) rows: usize,
    pub(crate) width: usize,
    /// Row after row, `[rows, width]`.
    pub(crate) numbers: Vec<f32>,
    /// One list of `[rows]` indices for each embedded column.
    pub(crate) categories: Vec<Vec<i32>>,
}

/// The frame's columns of the recipe's features, in their order.
pub(crate) fn feature_columns<'a>(
    recipe: &Recipe,
    frame: &'a Frame,
) -> Result<Vec<&'a Values>, LearnError> {
    if recipe.features.is_empty() {
        return Err(LearnError::NoFeatures);
    }
    let by_name: HashMap<&Arc<str>, &Values> = frame
        .columns
        .iter()
        .map(|column| (&column.name, &column.values))
        .collect();
    let mut names = HashSet::from([&recipe.target]);
    let mut columns = Vec::with_capacity(recipe.features.len());
    for feature in &recipe.features {
        if !names.insert(&feature.name) {
            return Err(LearnError::SameName(feature.name.to_string()));
        }
        let values = by_name
            .get(&feature.name)
            .ok_or_else(|| LearnError::NoColumn(feature.name.to_string()))?;
        let expected = match (values, feature.is_category()) {
            (Values::Number(_), true) => ColumnType::Text.word(),
            (Values::Text(_), false) => "a number",
            _ => {
                columns.push(*values);
                continue;
            }
        };
        return Err(LearnError::WrongType {
            name: feature.name.to_string(),
            expected,
        });
    }
    Ok(columns)
}

impl Preparation {
    /// Learns from the `training` rows of the features' columns alone.
    pub(crate) fn learn(
        recipe: &Recipe,
        values: &[&Values],
        training: &[usize],
    ) -> Result<Self, LearnError> {
        let mut columns: Vec<PreparedColumn> = recipe
            .features
            .par_iter()
            .zip(values)
            .map(|(feature, values)| match values {
                Values::Number(values) => PreparedColumn::Number(NumberColumn::learn(
                    values,
                    training,
                    feature.column_type,
                )),
                Values::Text(values) => {
                    PreparedColumn::Category(CategoryColumn::learn(values, training))
                }
            })
            .collect();
        let width = place(&mut columns);
        let preparation = Self { columns, width };
        if width == 0 && preparation.embedded().next().is_none() {
            return Err(LearnError::NothingToLearn);
        }
        Ok(preparation)
    }

    /// The columns that are embedded, in the order of `Encoded::categories`.
    pub(crate) fn embedded(&self) -> impl Iterator<Item = &CategoryColumn> {
        self.columns.iter().filter_map(|column| match column {
            PreparedColumn::Category(column) if column.dimension > 0 => Some(column),
            _ => None,
        })
    }

    /// The chosen rows of the features' columns as the network sees them.
    pub(crate) fn encode(&self, values: &[&Values], rows: &[usize]) -> Result<Encoded, LearnError> {
        let width = self.width;
        let mut numbers = zeros(rows.len(), width)?;
        let mut sources = Vec::new();
        let mut categories = Vec::new();
        for (column, values) in self.columns.iter().zip(values) {
            match (column, values) {
                (PreparedColumn::Number(column), Values::Number(values)) => {
                    sources.push((column, values));
                }
                (PreparedColumn::Category(column), Values::Text(values))
                    if column.dimension > 0 =>
                {
                    categories.push(column.encode(values, rows));
                }
                _ => {}
            }
        }
        if width > 0 {
            numbers
                .par_chunks_mut(width * ENCODED_ROWS)
                .zip(rows.par_chunks(ENCODED_ROWS))
                .for_each(|(matrix, rows)| {
                    for (column, values) in &sources {
                        column.encode(values, rows, matrix, width);
                    }
                });
        }
        Ok(Encoded {
            rows: rows.len(),
            width,
            numbers,
            categories,
        })
    }
}

/// Gives every used column its place in the matrix; says how wide the matrix is.
fn place(columns: &mut [PreparedColumn]) -> usize {
    let mut width = 0;
    let mut next = |place: &mut Option<usize>| {
        if place.is_some() {
            *place = Some(width);
            width += 1;
        }
    };
    for column in columns.iter_mut() {
        if let PreparedColumn::Number(column) = column {
            next(&mut column.value_place);
        }
    }
    for column in columns.iter_mut() {
        if let PreparedColumn::Number(column) = column {
            next(&mut column.indicator_place);
        }
    }
    width
}

/// A matrix of zeros, or an error where an allocation would end the program.
fn zeros(rows: usize, width: usize) -> Result<Vec<f32>, LearnError> {
    let too_large = || LearnError::TooLarge {
        needed_bytes: rows as u128 * width as u128 * 4,
    };
    let length = rows.checked_mul(width).ok_or_else(too_large)?;
    let mut matrix = Vec::new();
    matrix.try_reserve_exact(length).map_err(|_| too_large())?;
    matrix.resize(length, 0.0);
    Ok(matrix)
}
