//! Parsed values on their way into a frame: each is checked against the signature as it arrives.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use contract::{ColumnType, Frame, FrameColumn, InputSpec, Signature, Values};

use crate::refusal::{Refusal, listed, quoted};

/// Frames that wait to be filled again, about one for every request that is worked on at a time.
const MOST_SPARE_FRAMES: usize = 8;
/// A frame that grew larger is not kept.
const MOST_SPARE_ROWS: usize = 256;

/// A value as JSON or CSV has it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scalar<'a> {
    Null,
    Boolean(bool),
    Number(f64),
    Text(&'a str),
}

/// The inputs of a model, ready for quick checks.
pub(crate) struct Schema {
    pub(crate) inputs: Vec<Input>,
    /// The tensors that come out.
    pub(crate) outputs: &'static [&'static str],
    places: HashMap<Arc<str>, usize>,
    /// Emptied frames: making one takes longer than parsing a row into it.
    spare: Mutex<Vec<Frame>>,
}

pub(crate) struct Input {
    pub(crate) name: Arc<str>,
    pub(crate) column_type: ColumnType,
    categories: Vec<Arc<str>>,
    /// The same, for look-ups; empty where any text is allowed.
    known: HashSet<Arc<str>>,
}

impl Schema {
    pub(crate) fn new(signature: &Signature) -> Self {
        let inputs: Vec<Input> = signature.inputs.iter().map(Input::new).collect();
        let places = inputs
            .iter()
            .enumerate()
            .map(|(place, input)| (input.name.clone(), place))
            .collect();
        let outputs: &[&str] = match signature.task.is_classification() {
            true => &["label", "probabilities"],
            false => &["prediction"],
        };
        Self {
            inputs,
            outputs,
            places,
            spare: Mutex::default(),
        }
    }

    /// An empty frame with the columns of the signature.
    fn frame(&self) -> Frame {
        if let Some(frame) = self.spare().pop() {
            return frame;
        }
        let column = |input: &Input| FrameColumn {
            name: input.name.clone(),
            values: match input.is_text() {
                true => Values::Text(Vec::new()),
                false => Values::Number(Vec::new()),
            },
        };
        Frame {
            rows: 0,
            columns: self.inputs.iter().map(column).collect(),
        }
    }

    /// Takes back a frame that [`ColumnsBuilder::finish`] gave.
    pub(crate) fn give_back(&self, mut frame: Frame) {
        if frame.rows > MOST_SPARE_ROWS {
            return;
        }
        frame.rows = 0;
        for column in &mut frame.columns {
            match &mut column.values {
                Values::Number(values) => values.clear(),
                Values::Text(values) => values.clear(),
            }
        }
        let mut spare = self.spare();
        if spare.len() < MOST_SPARE_FRAMES {
            spare.push(frame);
        }
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Frame>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn place(&self, name: &str) -> Result<usize, Refusal> {
        self.places.get(name).copied().ok_or_else(|| {
            Refusal::unfit(format!("The model has no column {}", quoted(name)))
                .hint(format!("its columns are {}", self.names()))
        })
    }

    /// The place of a column; keys usually come in the order of the signature, so `expected` is tried first.
    pub(crate) fn place_near(&self, name: &str, expected: usize) -> Result<usize, Refusal> {
        match self.inputs.get(expected) {
            Some(input) if *input.name == *name => Ok(expected),
            _ => self.place(name),
        }
    }

    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.inputs.iter().map(|input| &*input.name).collect();
        listed(&names)
    }
}

impl Input {
    fn new(spec: &InputSpec) -> Self {
        Self {
            name: spec.name.clone(),
            column_type: spec.column_type,
            categories: spec.categories.clone(),
            known: spec.categories.iter().cloned().collect(),
        }
    }

    pub(crate) fn is_text(&self) -> bool {
        self.column_type == ColumnType::Text
    }

    /// What this column takes, for sentences.
    fn wants(&self) -> &'static str {
        match self.column_type {
            ColumnType::Integer => "an integer",
            ColumnType::Float => "a number",
            ColumnType::Boolean => "true or false",
            ColumnType::Text => "text",
            ColumnType::Timestamp => "a time",
        }
    }

    fn wrong(&self, row: usize, got: &str) -> Refusal {
        let refusal = Refusal::unfit(format!(
            "Row {row}: column {} takes {}, not {got}",
            quoted(&self.name),
            self.wants()
        ));
        match self.column_type {
            ColumnType::Timestamp => refusal.hint(
                "write times like 2026-01-31T12:00:00Z, or as seconds since 1970; null where one is missing",
            ),
            ColumnType::Text => refusal.hint("write text in quotes; null where it is missing"),
            _ => refusal.hint("send null where a value is missing"),
        }
    }

    /// The value of a numeric column; NaN is missing.
    pub(crate) fn number(&self, row: usize, scalar: Scalar<'_>) -> Result<f64, Refusal> {
        let value = match scalar {
            Scalar::Null => return Ok(f64::NAN),
            Scalar::Boolean(value) if self.column_type == ColumnType::Boolean => {
                return Ok(f64::from(u8::from(value)));
            }
            Scalar::Boolean(value) => return Err(self.wrong(row, &value.to_string())),
            Scalar::Text(text) if self.column_type == ColumnType::Timestamp => {
                return seconds_since_1970(text)
                    .ok_or_else(|| self.wrong(row, &format!("the text {}", quoted(text))));
            }
            Scalar::Text(text) => {
                return Err(self.wrong(row, &format!("the text {}", quoted(text))));
            }
            Scalar::Number(value) => value,
        };
        let fits = match self.column_type {
            ColumnType::Integer => value.fract() == 0.0 || value.is_nan(),
            ColumnType::Boolean => value == 0.0 || value == 1.0 || value.is_nan(),
            _ => !value.is_infinite(),
        };
        if fits {
            Ok(value)
        } else {
            Err(self.wrong(row, &value.to_string()))
        }
    }

    /// The value of a text column; `None` is missing, and so is the empty text where it is no category.
    pub(crate) fn text(&self, row: usize, scalar: Scalar<'_>) -> Result<Option<Arc<str>>, Refusal> {
        let text = match scalar {
            Scalar::Null => return Ok(None),
            Scalar::Text(text) => text,
            Scalar::Boolean(value) => return Err(self.wrong(row, &value.to_string())),
            Scalar::Number(value) => {
                return Err(self.wrong(row, &format!("the number {value}")));
            }
        };
        if let Some(category) = self.known.get(text) {
            return Ok(Some(category.clone()));
        }
        if text.is_empty() {
            return Ok(None);
        }
        if self.known.is_empty() {
            return Ok(Some(text.into()));
        }
        Err(Refusal::unfit(format!(
            "Row {row}: column {} has no category {}",
            quoted(&self.name),
            quoted(text)
        ))
        .hint(format!("training saw {}", listed(&self.categories))))
    }
}

/// Takes RFC 3339 times, and dates and times without a zone as UTC, as the readers of data do.
fn seconds_since_1970(text: &str) -> Option<f64> {
    let time = match text.parse::<jiff::Timestamp>() {
        Ok(time) => time,
        Err(_) => jiff::tz::TimeZone::UTC
            .to_timestamp(text.parse().ok()?)
            .ok()?,
    };
    Some(time.as_microsecond() as f64 / 1e6)
}

/// Collects checked values, column by column or row by row, into a frame in the order of the signature.
pub(crate) struct ColumnsBuilder<'a> {
    pub(crate) schema: &'a Schema,
    frame: Frame,
    most_rows: usize,
    /// Whole rows, when rows are pushed.
    rows: usize,
    /// A parser can only say that it failed; this says why.
    pub(crate) problem: Option<Refusal>,
}

impl<'a> ColumnsBuilder<'a> {
    pub(crate) fn new(schema: &'a Schema, most_rows: usize) -> Self {
        Self {
            schema,
            frame: schema.frame(),
            most_rows,
            rows: 0,
            problem: None,
        }
    }

    /// Rows that are whole.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn column_len(&self, place: usize) -> usize {
        self.frame.columns[place].values.len()
    }

    /// Puts a value under a column.
    pub(crate) fn push(&mut self, place: usize, scalar: Scalar<'_>) -> Result<(), Refusal> {
        let input = &self.schema.inputs[place];
        match &mut self.frame.columns[place].values {
            Values::Number(values) => {
                check_row_limit(values.len(), self.most_rows)?;
                values.push(input.number(values.len(), scalar)?);
            }
            Values::Text(values) => {
                check_row_limit(values.len(), self.most_rows)?;
                values.push(input.text(values.len(), scalar)?);
            }
        }
        Ok(())
    }

    /// Puts a value under a column of the row that is being read.
    pub(crate) fn push_in_row(&mut self, place: usize, scalar: Scalar<'_>) -> Result<(), Refusal> {
        if self.column_len(place) > self.rows {
            return Err(Refusal::malformed(format!(
                "Row {} gives the column {} twice",
                self.rows,
                quoted(&self.schema.inputs[place].name)
            )));
        }
        self.push(place, scalar)
    }

    /// Ends the row that is being read.
    pub(crate) fn end_row(&mut self) -> Result<(), Refusal> {
        for column in &self.frame.columns {
            if column.values.len() == self.rows {
                return Err(Refusal::unfit(format!(
                    "Row {} lacks the column {}",
                    self.rows,
                    quoted(&column.name)
                ))
                .hint("send null where a value is missing"));
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// The frame; every column must have been filled to the same length.
    pub(crate) fn finish(mut self) -> Result<Frame, Refusal> {
        let lengths = self.frame.columns.iter().map(|column| column.values.len());
        let rows = lengths.max().unwrap_or(0);
        for FrameColumn { name, values } in &self.frame.columns {
            if values.is_empty() && rows > 0 {
                return Err(
                    Refusal::unfit(format!("The column {} is missing", quoted(name)))
                        .hint(format!("the model takes {}", self.schema.names())),
                );
            }
            if values.len() != rows {
                return Err(Refusal::unfit(format!(
                    "The column {} has {} values where others have {rows}",
                    quoted(name),
                    values.len()
                )));
            }
        }
        self.frame.rows = rows;
        Ok(self.frame)
    }
}

fn check_row_limit(rows: usize, most_rows: usize) -> Result<(), Refusal> {
    if rows < most_rows {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("A request may have at most {most_rows} rows"),
    )
    .hint("split it into several requests"))
}
