//! What happened, in a few long lists: a thread that answers adds to them without a piece of memory for each request.
//!
//! Predictions come by the ten thousands a second. Were each kept as values of its own, the threads that answer would spend their time on
//! memory that they take and the log's thread gives back.

use std::sync::Arc;

use axum::http::Method;
use contract::{
    Cell, Frame, Predicted, PredictedOutput, Prediction, RequestId, RequestLine, Timestamp, Values,
};

use crate::answer::most_probable;
use crate::served::Served;

/// Room for values that the lists keep when they are empty; what a flood took is given back.
const MOST_KEPT: usize = 1 << 20;

/// One answered request.
pub(crate) struct Entry {
    pub(crate) id: RequestId,
    pub(crate) at: Timestamp,
    pub(crate) served: Option<Arc<Served>>,
    /// What the live log says of it; nothing of health checks.
    pub(crate) line: Option<Line>,
}

/// A line of the live log, without what the entry says already.
pub(crate) struct Line {
    pub(crate) method: Method,
    pub(crate) status: u16,
    pub(crate) micros: u64,
    pub(crate) error: Option<String>,
}

/// The rows of an answered prediction request, and what the model said.
pub(crate) struct Answered {
    pub(crate) frame: Frame,
    pub(crate) predicted: Predicted,
}

/// What the sink is told.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) lines: Vec<RequestLine>,
    pub(crate) predictions: Vec<Prediction>,
}

/// Entries in the order of the answers; the lists hold their parts in the same order.
#[derive(Default)]
pub(crate) struct Record {
    entries: Vec<Kept>,
    paths: String,
    /// Row after row.
    cells: Vec<Cell>,
    probabilities: Vec<f32>,
    values: Vec<f64>,
    rows: usize,
}

struct Kept {
    entry: Entry,
    path_bytes: usize,
    rows: usize,
    columns: usize,
    /// 0 where the model gives values.
    classes: usize,
}

impl Record {
    /// Entries.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Predicted rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Values of those rows.
    pub(crate) fn cells(&self) -> usize {
        self.cells.len()
    }

    pub(crate) fn add(&mut self, entry: Entry, path: &str, answered: Option<&Answered>) {
        let mut kept = Kept {
            entry,
            path_bytes: path.len(),
            rows: 0,
            columns: 0,
            classes: 0,
        };
        self.paths.push_str(path);
        if let Some(Answered { frame, predicted }) = answered {
            kept.rows = frame.rows;
            kept.columns = frame.columns.len();
            self.rows += frame.rows;
            self.cells.reserve(kept.rows * kept.columns);
            for row in 0..frame.rows {
                let columns = frame.columns.iter();
                self.cells
                    .extend(columns.map(|column| cell(&column.values, row)));
            }
            match predicted {
                Predicted::Values(values) => self.values.extend_from_slice(values),
                Predicted::Classes {
                    probabilities,
                    class_count,
                } => {
                    kept.classes = *class_count;
                    self.probabilities.extend_from_slice(probabilities);
                }
            }
        }
        self.entries.push(kept);
    }

    /// Takes everything out, as the sink is told it.
    pub(crate) fn take(&mut self) -> Told {
        let mut told = Told {
            lines: Vec::with_capacity(self.entries.len()),
            predictions: Vec::with_capacity(self.rows),
        };
        let mut paths = &*self.paths;
        let mut cells = self.cells.drain(..);
        let mut probabilities = &*self.probabilities;
        let mut values = self.values.iter();
        for kept in self.entries.drain(..) {
            let (path, rest) = paths.split_at(kept.path_bytes);
            paths = rest;
            if let Some(served) = &kept.entry.served {
                for row in 0..kept.rows {
                    let inputs = cells.by_ref().take(kept.columns).collect();
                    let (own, rest) = probabilities.split_at(kept.classes);
                    probabilities = rest;
                    told.predictions.push(Prediction {
                        request: kept.entry.id.clone(),
                        row: row as u32,
                        at: kept.entry.at,
                        model: served.version.clone(),
                        inputs,
                        output: match kept.classes {
                            0 => PredictedOutput::Value(values.next().copied().unwrap_or(f64::NAN)),
                            _ => PredictedOutput::Class {
                                index: most_probable(own),
                                probabilities: own.to_vec(),
                            },
                        },
                    });
                }
            }
            let line = line(kept, path, told.lines.last());
            told.lines.extend(line);
        }
        drop(cells);
        self.empty();
        told
    }

    fn empty(&mut self) {
        self.rows = 0;
        self.paths.clear();
        self.probabilities.clear();
        self.values.clear();
        if self.cells.capacity() > MOST_KEPT || self.probabilities.capacity() > MOST_KEPT {
            *self = Self::default();
        }
    }
}

/// The same words as in the line before are not written again.
fn line(kept: Kept, path: &str, before: Option<&RequestLine>) -> Option<RequestLine> {
    let Entry {
        id,
        at,
        served,
        line,
    } = kept.entry;
    let line = line?;
    let again = |word: &str, last: Option<&Arc<str>>| match last {
        Some(last) if **last == *word => last.clone(),
        _ => word.into(),
    };
    Some(RequestLine {
        id,
        at,
        method: again(line.method.as_str(), before.map(|line| &line.method)),
        path: again(path, before.map(|line| &line.path)),
        status: line.status,
        rows: u32::try_from(kept.rows).unwrap_or(u32::MAX),
        micros: line.micros,
        model: served.map(|served| served.version.clone()),
        error: line.error,
    })
}

fn cell(values: &Values, row: usize) -> Cell {
    match values {
        Values::Number(values) if values[row].is_nan() => Cell::Missing,
        Values::Number(values) => Cell::Number(values[row]),
        Values::Text(values) => values[row].clone().map_or(Cell::Missing, Cell::Text),
    }
}
