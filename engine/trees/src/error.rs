//! What can be wrong with data, settings or a saved state, as sentences with a next step.

use std::fmt;

/// Everything this crate refuses. Bad input is one of these, never a panic.
#[derive(Clone, Debug, PartialEq)]
pub enum TreesError {
    NoColumns,
    NoRows,
    TooManyRows {
        rows: usize,
        most: usize,
    },
    ColumnLength {
        column: String,
        rows: usize,
        expected: usize,
    },
    TargetLength {
        targets: usize,
        rows: usize,
    },
    WeightLength {
        weights: usize,
        rows: usize,
    },
    TargetNotFinite {
        row: usize,
        value: f64,
    },
    TargetNotClass {
        row: usize,
        value: f64,
        classes: usize,
    },
    TargetNegative {
        row: usize,
        value: f64,
    },
    TargetsAllZero,
    OneClass {
        class: usize,
    },
    Weight {
        row: usize,
        value: f64,
    },
    WeightsAllZero,
    Setting {
        name: &'static str,
        value: String,
        allowed: &'static str,
    },
    ConstraintOnCategories {
        column: String,
    },
    ColumnCount {
        columns: usize,
        expected: usize,
    },
    ColumnKind {
        column: String,
        expected: &'static str,
    },
    ForeignState {
        reason: &'static str,
    },
    MalformedTree {
        tree: usize,
        reason: &'static str,
    },
}

impl fmt::Display for TreesError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoColumns => write!(formatter, "the table has no columns"),
            Self::NoRows => write!(formatter, "the table has no rows"),
            Self::TooManyRows { rows, most } => write!(
                formatter,
                "the table has {rows} rows, more than the {most} that fit a histogram"
            ),
            Self::ColumnLength {
                column,
                rows,
                expected,
            } => write!(
                formatter,
                "the column “{column}” has {rows} rows where the first column has {expected}"
            ),
            Self::TargetLength { targets, rows } => {
                write!(formatter, "there are {targets} targets for {rows} rows")
            }
            Self::WeightLength { weights, rows } => {
                write!(formatter, "there are {weights} weights for {rows} rows")
            }
            Self::TargetNotFinite { row, value } => {
                write!(formatter, "the target of row {row} is {value}")
            }
            Self::TargetNotClass {
                row,
                value,
                classes,
            } => write!(
                formatter,
                "the target of row {row} is {value}, which is no class from 0 to {}",
                classes.saturating_sub(1)
            ),
            Self::TargetNegative { row, value } => write!(
                formatter,
                "the target of row {row} is {value}, and a Poisson count is never negative"
            ),
            Self::TargetsAllZero => write!(formatter, "every target is zero"),
            Self::OneClass { class } => {
                write!(formatter, "every row has the class {class}")
            }
            _ => self.write_use(formatter),
        }
    }
}

impl std::error::Error for TreesError {}

impl TreesError {
    /// The sentences about weights, settings, models and states.
    fn write_use(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weight { row, value } => write!(formatter, "the weight of row {row} is {value}"),
            Self::WeightsAllZero => write!(formatter, "every weight is zero"),
            Self::Setting {
                name,
                value,
                allowed,
            } => {
                write!(formatter, "{name} is {value}, and must be {allowed}")
            }
            Self::ConstraintOnCategories { column } => write!(
                formatter,
                "the column “{column}” holds categories, which have no order to constrain"
            ),
            Self::ColumnCount { columns, expected } => write!(
                formatter,
                "the table has {columns} columns where {expected} are expected"
            ),
            Self::ColumnKind { column, expected } => {
                write!(formatter, "the column “{column}” does not hold {expected}")
            }
            Self::ForeignState { reason } => {
                write!(
                    formatter,
                    "the saved state does not fit this training: {reason}"
                )
            }
            Self::MalformedTree { tree, reason } => {
                write!(formatter, "tree {tree} of the model is malformed: {reason}")
            }
            _ => Ok(()),
        }
    }

    /// What the reader can do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::NoColumns => Some("Give at least one column to learn from."),
            Self::NoRows => Some("Check the filter and the split that led here."),
            Self::TooManyRows { .. } => Some("Train on a sample of the rows."),
            Self::ColumnLength { .. } | Self::TargetLength { .. } | Self::WeightLength { .. } => {
                Some("Take all columns, targets and weights from the same rows.")
            }
            Self::TargetNotFinite { .. } => Some("Leave out rows without a finite target."),
            Self::TargetNotClass { .. } => {
                Some("Number the classes from 0, or choose a regression objective.")
            }
            Self::TargetNegative { .. } => {
                Some("Choose squared error, or leave out negative targets.")
            }
            Self::TargetsAllZero => Some("There is no rate to learn; check the target column."),
            Self::OneClass { .. } => {
                Some("Check the filter: learning needs rows of at least two classes.")
            }
            Self::Weight { .. } => Some("Weights are finite and not negative."),
            Self::WeightsAllZero => Some("Give at least one row a weight above zero."),
            Self::Setting { .. } => Some("Change the setting."),
            Self::ConstraintOnCategories { .. } => {
                Some("Constrain numeric columns only, or encode the categories as numbers.")
            }
            Self::ColumnCount { .. } | Self::ColumnKind { .. } => {
                Some("Give the columns that the model was trained on, in the same order.")
            }
            Self::ForeignState { .. } => {
                Some("Resume with the settings and the data that the state was saved with.")
            }
            Self::MalformedTree { .. } => {
                Some("The model file is damaged; train or fetch it again.")
            }
        }
    }
}
