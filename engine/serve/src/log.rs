//! What happened, on its way to the sink: collected by the handlers, handed over in batches by one thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::Sink;
use crate::options::{MOST_WAITING_CELLS, MOST_WAITING_ROWS};
use crate::record::{Answered, Entry, Record};
use crate::refusal::Refusal;

/// A live log needs no more; a batch this long goes at once.
const FLUSH_AFTER: Duration = Duration::from_millis(100);
const FLUSH_ENTRIES: usize = 4_096;
/// Entries that may have a line; more than this means that the sink hangs.
const MOST_WAITING_LINES: usize = 65_536;

/// Work that comes after the log.
type Work = Box<dyn FnOnce() + Send>;

pub(crate) struct Log {
    waiting: Mutex<Waiting>,
    filled: Condvar,
}

#[derive(Default)]
struct Waiting {
    record: Record,
    lost_lines: u64,
    /// Rows and values that the sink is being given.
    given_rows: usize,
    given_cells: usize,
    /// What asked for a flush.
    afterwards: Vec<Work>,
    is_closed: bool,
    /// Everything was handed over, and nothing comes any more.
    is_over: bool,
}

/// What is handed over at once, beside the record.
struct Turn {
    lost_lines: u64,
    afterwards: Vec<Work>,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self {
            waiting: Mutex::new(Waiting::default()),
            filled: Condvar::new(),
        }
    }

    /// Refuses when so much waits for the sink that predictions could not be kept. What is being predicted meanwhile may go beyond the
    /// bound: there are only so many requests at a time.
    pub(crate) fn check_room(&self) -> Result<(), Refusal> {
        let waiting = self.lock();
        let rows = waiting.record.rows() + waiting.given_rows;
        let cells = waiting.record.cells() + waiting.given_cells;
        drop(waiting);
        if rows < MOST_WAITING_ROWS && cells < MOST_WAITING_CELLS {
            return Ok(());
        }
        Err(Refusal::busy(
            "The record of predictions is behind; this request was not predicted",
        ))
    }

    pub(crate) fn push(&self, mut entry: Entry, path: &str, answered: Option<&Answered>) {
        let mut waiting = self.lock();
        let was_empty = waiting.record.is_empty();
        if waiting.record.len() >= MOST_WAITING_LINES && entry.line.take().is_some() {
            waiting.lost_lines += 1;
        }
        // An answer without rows leaves nothing to keep but its line.
        if entry.line.is_some() || answered.is_some_and(|answered| answered.frame.rows > 0) {
            waiting.record.add(entry, path, answered);
        }
        let entries = waiting.record.len();
        drop(waiting);
        if (was_empty && entries > 0) || entries == FLUSH_ENTRIES {
            self.filled.notify_one();
        }
    }

    /// Has the sink told at once what happened up to now, and then does `work` on the log's thread; on this one if the log is over.
    pub(crate) fn afterwards(&self, work: Work) {
        let mut waiting = self.lock();
        if waiting.is_over {
            drop(waiting);
            return work();
        }
        waiting.afterwards.push(work);
        drop(waiting);
        self.filled.notify_one();
    }

    /// Lets [`Log::run`] hand over what is left and return.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.filled.notify_one();
    }

    /// The loop of the log's thread.
    pub(crate) fn run(&self, sink: &dyn Sink) {
        let mut record = Record::default();
        while let Some(turn) = self.next(&mut record) {
            if turn.lost_lines > 0 {
                tracing::warn!(turn.lost_lines, "the request log fell behind");
            }
            // A panic of the sink must not stop the log: the server would fill up and refuse everything.
            let handed_over = catch_unwind(AssertUnwindSafe(|| {
                let told = record.take();
                if !told.lines.is_empty() {
                    sink.requests(told.lines);
                }
                if !told.predictions.is_empty() {
                    sink.predictions(told.predictions);
                }
            }));
            if handed_over.is_err() {
                tracing::error!("the record of predictions failed");
                record = Record::default();
            }
            let mut waiting = self.lock();
            (waiting.given_rows, waiting.given_cells) = (0, 0);
            drop(waiting);
            for work in turn.afterwards {
                if catch_unwind(AssertUnwindSafe(work)).is_err() {
                    tracing::error!("what should follow the record of predictions failed");
                }
            }
        }
    }

    /// Waits for something to hand over, and puts it into the empty `record`. `None` once the log is closed and all is handed over.
    fn next(&self, record: &mut Record) -> Option<Turn> {
        let waiting = self
            .filled
            .wait_while(self.lock(), |waiting| {
                waiting.record.is_empty() && !waiting.is_urgent()
            })
            .unwrap_or_else(PoisonError::into_inner);
        let (mut waiting, _) = self
            .filled
            .wait_timeout_while(waiting, FLUSH_AFTER, |waiting| {
                waiting.record.len() < FLUSH_ENTRIES && !waiting.is_urgent()
            })
            .unwrap_or_else(PoisonError::into_inner);
        if waiting.is_closed && waiting.record.is_empty() && waiting.afterwards.is_empty() {
            waiting.is_over = true;
            return None;
        }
        std::mem::swap(&mut waiting.record, record);
        (waiting.given_rows, waiting.given_cells) = (record.rows(), record.cells());
        Some(Turn {
            lost_lines: std::mem::take(&mut waiting.lost_lines),
            afterwards: std::mem::take(&mut waiting.afterwards),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Whether somebody waits for the flush.
    fn is_urgent(&self) -> bool {
        self.is_closed || !self.afterwards.is_empty()
    }
}
