//! What happened, on its way to the sink: collected by the handlers, handed over in batches by one thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contract::{
    Cell, Frame, ModelVersionRef, Predicted, PredictedOutput, Prediction, RequestId, RequestLine,
    Timestamp, Values,
};

use crate::Sink;
use crate::answer::most_probable;
use crate::options::MOST_WAITING_ROWS;
use crate::refusal::Refusal;

/// A live log needs no more; a batch this long goes at once.
const FLUSH_AFTER: Duration = Duration::from_millis(100);
const FLUSH_ENTRIES: usize = 4_096;
/// Request lines that may wait; they are small, and one more than this means that the sink hangs.
const MOST_WAITING_LINES: usize = 65_536;

/// The predictions of one answered request, with the room that they take.
pub(crate) struct AnsweredRows {
    pub(crate) predictions: Vec<Prediction>,
    pub(crate) room: Room,
}

pub(crate) struct Log {
    waiting: Mutex<Waiting>,
    filled: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<RequestLine>,
    lost_lines: u64,
    answered: Vec<AnsweredRows>,
    /// Rows in `answered`, with the sink, or being predicted.
    rows: usize,
    is_closed: bool,
}

/// Room in the log for the rows of a request; given back when it is dropped.
pub(crate) struct Room {
    log: Arc<Log>,
    rows: usize,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self {
            waiting: Mutex::new(Waiting::default()),
            filled: Condvar::new(),
        }
    }

    /// Makes sure that the predictions of a request can be kept before they are made.
    pub(crate) fn room(self: &Arc<Self>, rows: usize) -> Result<Room, Refusal> {
        let mut waiting = self.lock();
        // A request that alone is larger than the bound may go when nothing waits.
        if waiting.rows > 0 && waiting.rows + rows > MOST_WAITING_ROWS {
            return Err(Refusal::busy(
                "The record of predictions is behind; this request was not predicted",
            ));
        }
        waiting.rows += rows;
        Ok(Room {
            log: self.clone(),
            rows,
        })
    }

    pub(crate) fn push(&self, line: Option<RequestLine>, answered: Option<AnsweredRows>) {
        let mut waiting = self.lock();
        let was_empty = waiting.entries() == 0;
        if let Some(line) = line {
            if waiting.lines.len() < MOST_WAITING_LINES {
                waiting.lines.push(line);
            } else {
                waiting.lost_lines += 1;
            }
        }
        waiting.answered.extend(answered);
        let entries = waiting.entries();
        drop(waiting);
        if was_empty || entries == FLUSH_ENTRIES {
            self.filled.notify_one();
        }
    }

    /// Lets [`Log::run`] hand over what is left and return.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.filled.notify_one();
    }

    /// The flusher's loop.
    pub(crate) fn run(&self, sink: &dyn Sink) {
        loop {
            let waiting = self.lock();
            let waiting = self
                .filled
                .wait_while(waiting, |waiting| {
                    waiting.entries() == 0 && !waiting.is_closed
                })
                .unwrap_or_else(PoisonError::into_inner);
            let (mut waiting, _) = self
                .filled
                .wait_timeout_while(waiting, FLUSH_AFTER, |waiting| {
                    waiting.entries() < FLUSH_ENTRIES && !waiting.is_closed
                })
                .unwrap_or_else(PoisonError::into_inner);
            if waiting.is_closed && waiting.entries() == 0 {
                return;
            }
            let lines = std::mem::take(&mut waiting.lines);
            let lost_lines = std::mem::take(&mut waiting.lost_lines);
            let mut answered = std::mem::take(&mut waiting.answered);
            drop(waiting);

            if lost_lines > 0 {
                tracing::warn!(lost_lines, "the request log fell behind");
            }
            // The rooms are given back together, once the sink has the rows.
            let rows: usize = answered
                .iter_mut()
                .map(|answered| answered.room.take())
                .sum();
            // A panic of the sink must not stop the log: the server would fill up and refuse everything.
            let handed_over = catch_unwind(AssertUnwindSafe(|| {
                if !lines.is_empty() {
                    sink.requests(lines);
                }
                if rows > 0 {
                    let rows = answered.into_iter().flat_map(|rows| rows.predictions);
                    sink.predictions(rows.collect());
                }
            }));
            if handed_over.is_err() {
                tracing::error!(rows, "the record of predictions failed");
            }
            self.lock().rows -= rows;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn entries(&self) -> usize {
        self.lines.len() + self.answered.len()
    }
}

impl Room {
    /// The rows, which the caller gives back.
    fn take(&mut self) -> usize {
        std::mem::take(&mut self.rows)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if self.rows > 0 {
            self.log.lock().rows -= self.rows;
        }
    }
}

/// Columns to rows. Done by the thread that predicted, so that the frame is freed where it was made.
pub(crate) fn predictions(
    (request, at): (&RequestId, Timestamp),
    model: &ModelVersionRef,
    frame: &Frame,
    predicted: &Predicted,
) -> Vec<Prediction> {
    (0..frame.rows)
        .map(|row| Prediction {
            request: request.clone(),
            row: row as u32,
            at,
            model: model.clone(),
            inputs: frame
                .columns
                .iter()
                .map(|column| cell(&column.values, row))
                .collect(),
            output: output(predicted, row),
        })
        .collect()
}

fn cell(values: &Values, row: usize) -> Cell {
    match values {
        Values::Number(values) if values[row].is_nan() => Cell::Missing,
        Values::Number(values) => Cell::Number(values[row]),
        Values::Text(values) => values[row].clone().map_or(Cell::Missing, Cell::Text),
    }
}

fn output(predicted: &Predicted, row: usize) -> PredictedOutput {
    match predicted {
        Predicted::Values(values) => PredictedOutput::Value(values[row]),
        Predicted::Classes {
            probabilities,
            class_count,
        } => {
            let own = &probabilities[row * class_count..(row + 1) * class_count];
            PredictedOutput::Class {
                index: most_probable(own),
                probabilities: own.to_vec(),
            }
        }
    }
}
