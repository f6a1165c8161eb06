//! The `catalog` thread: the only place that writes the catalog. It follows the journal and never leads it.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use catalog::Catalog;
use contract::{FactRecord, MetricPoint, Prediction, RunId};

use crate::error::{HostError, sentence};
use crate::open::set_aside;
use crate::project::Layout;

/// Jobs that may wait before predictions wait too, which slows the server down instead of filling memory. The loop of the engine room
/// never waits: what it adds is one fsync a fact, or merged into one job.
const QUEUE: usize = 1_024;
/// Metric points are written together: one transaction for all epochs of this time.
const POINTS_EVERY: Duration = Duration::from_millis(250);
/// Facts of a crowd of small commands that one transaction takes.
const MOST_FACTS: usize = 4_096;
/// Predictions that only the catalog has; more are sealed beside it.
const MOST_UNSEALED: u64 = 1 << 16;

type Work = Box<dyn FnOnce(&mut Catalog) + Send>;

enum Job {
    Apply(Vec<FactRecord>),
    Points(Vec<(RunId, Vec<MetricPoint>)>),
    Predictions(Vec<Prediction>),
    Work(Work),
    Stop,
}

/// What waits for the thread.
#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    /// Points that came after every job; they become one themselves when their time is up, or before the next work.
    points: Vec<(RunId, Vec<MetricPoint>)>,
    points_since: Option<Instant>,
    is_over: bool,
}

#[derive(Default)]
struct Line {
    waiting: Mutex<Waiting>,
    /// Rings when there is something to do.
    more: Condvar,
    /// Rings when there is room again, or the end has come.
    less: Condvar,
}

/// A handle that anybody in host may clone.
#[derive(Clone)]
pub(crate) struct CatalogDesk {
    line: Arc<Line>,
}

pub(crate) struct CatalogThread {
    pub desk: CatalogDesk,
    thread: JoinHandle<()>,
}

impl CatalogThread {
    pub(crate) fn start(catalog: Catalog, layout: Layout) -> Result<Self, HostError> {
        let line = Arc::new(Line::default());
        let desk = CatalogDesk { line: line.clone() };
        let thread = std::thread::Builder::new()
            .name("catalog".into())
            .spawn(move || {
                let line = EndOfLine(line);
                serve(catalog, &layout, &line.0);
            })
            .map_err(HostError::Threads)?;
        Ok(Self { desk, thread })
    }

    /// Finishes what is queued, checkpoints and closes the file.
    pub(crate) fn stop(self) {
        self.desk.put(Job::Stop);
        if self.thread.join().is_err() {
            tracing::error!(
                "the catalog thread panicked while it closed; the journal has every fact"
            );
        }
    }
}

impl CatalogDesk {
    pub(crate) fn apply(&self, records: Vec<FactRecord>) {
        self.put(Job::Apply(records));
    }

    /// Keeps them until their time is up, together with those that came before.
    pub(crate) fn points(&self, run: RunId, points: Vec<MetricPoint>) {
        let mut waiting = self.line.lock();
        if waiting.points_since.is_none() {
            waiting.points_since = Some(Instant::now());
            self.line.more.notify_one();
        }
        match waiting.points.iter_mut().find(|(other, _)| *other == run) {
            Some((_, kept)) => kept.extend(points),
            None => waiting.points.push((run, points)),
        }
    }

    /// Waits while too much is queued: for the server's threads, not for the loop.
    pub(crate) fn predictions(&self, predictions: Vec<Prediction>) {
        let is_full = |waiting: &mut Waiting| waiting.jobs.len() >= QUEUE && !waiting.is_over;
        let waiting = self.line.less.wait_while(self.line.lock(), is_full);
        drop(waiting.unwrap_or_else(PoisonError::into_inner));
        self.put(Job::Predictions(predictions));
    }

    /// Runs on the catalog thread, after everything that was asked before.
    pub(crate) fn work(&self, work: impl FnOnce(&mut Catalog) + Send + 'static) {
        self.put(Job::Work(Box::new(work)));
    }

    fn put(&self, job: Job) {
        let mut waiting = self.line.lock();
        if waiting.is_over {
            tracing::error!(
                "the catalog thread has ended; the catalog is caught up from the journal at the next start"
            );
            return;
        }
        // What is asked of the catalog sees the points that came before it.
        if !matches!(job, Job::Apply(_)) {
            waiting.queue_points();
        }
        waiting.jobs.push_back(job);
        self.line.more.notify_one();
    }
}

impl Waiting {
    fn queue_points(&mut self) {
        self.points_since = None;
        if !self.points.is_empty() {
            let points = std::mem::take(&mut self.points);
            self.jobs.push_back(Job::Points(points));
        }
    }
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job; sleeps until there is one.
    fn next(&self) -> Job {
        let mut waiting = self.lock();
        loop {
            let since = waiting.points_since.map(|since| since.elapsed());
            if since.is_some_and(|since| since >= POINTS_EVERY) {
                waiting.queue_points();
            }
            if let Some(job) = waiting.jobs.pop_front() {
                self.less.notify_one();
                return merged(job, &mut waiting.jobs);
            }
            waiting = match since {
                Some(since) => {
                    let left = POINTS_EVERY.saturating_sub(since);
                    let waited = self.more.wait_timeout(waiting, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let waited = self.more.wait(waiting);
                    waited.unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
    }
}

/// Facts that wait behind facts go into the same transaction.
fn merged(job: Job, jobs: &mut VecDeque<Job>) -> Job {
    let Job::Apply(mut records) = job else {
        return job;
    };
    while records.len() < MOST_FACTS
        && let Some(Job::Apply(more)) = jobs.front_mut()
    {
        records.append(more);
        jobs.pop_front();
    }
    Job::Apply(records)
}

/// Whoever waits for room is let go, however the thread ends.
struct EndOfLine(Arc<Line>);

impl Drop for EndOfLine {
    fn drop(&mut self) {
        self.0.lock().is_over = true;
        self.0.less.notify_all();
    }
}

fn serve(mut catalog: Catalog, layout: &Layout, line: &Line) {
    let mut unsealed = 0;
    loop {
        match line.next() {
            Job::Apply(records) => {
                if let Err(error) = catalog.apply(&records) {
                    tracing::warn!(
                        "the catalog fell behind and catches up: {}",
                        sentence(&error)
                    );
                    log(catch_up(&mut catalog, &layout.journal()), "facts");
                }
            }
            Job::Points(runs) => {
                for (run, points) in runs {
                    log(catalog.append_points(&run, &points), "metric points");
                }
            }
            Job::Predictions(predictions) => {
                log(catalog.append_predictions(&predictions), "predictions");
                unsealed += predictions.len() as u64;
                if unsealed >= MOST_UNSEALED {
                    log(catalog.seal_predictions(&layout.predictions()), "a seal");
                    unsealed = 0;
                }
            }
            Job::Work(work) => {
                // A panic in one job is that job's failure; the catalog itself is transactional.
                let outcome =
                    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&mut catalog)));
                if outcome.is_err() {
                    tracing::error!("a job on the catalog panicked");
                }
            }
            Job::Stop => break,
        }
    }
    if unsealed > 0 {
        log(catalog.seal_predictions(&layout.predictions()), "a seal");
    }
    log(catalog.checkpoint(), "checkpoint");
}

/// Applies every fact that the journal has and the catalog has not. Returns how many there were.
pub(crate) fn catch_up(catalog: &mut Catalog, journal_folder: &Path) -> Result<u64, HostError> {
    const BATCH: usize = 512;
    let applied = catalog.applied()?.map_or(0, |head| head.seq);
    let mut batch = Vec::with_capacity(BATCH);
    let mut count = 0;
    for record in journal::read_after(journal_folder, applied)? {
        batch.push(record?);
        count += 1;
        if batch.len() == BATCH {
            catalog.apply(&batch)?;
            batch.clear();
        }
    }
    if !batch.is_empty() {
        catalog.apply(&batch)?;
    }
    Ok(count)
}

fn log<T, E: std::error::Error>(result: Result<T, E>, what: &str) {
    if let Err(error) = result {
        tracing::error!("the catalog did not take {what}: {}", sentence(&error));
    }
}

/// Opens the catalog, or sets a broken one aside and makes a new one. The note says so.
pub(crate) fn open_or_rebuild(layout: &Layout) -> Result<(Catalog, Option<String>), HostError> {
    let path = layout.catalog();
    let error = match Catalog::open(&path) {
        Ok(catalog) => return Ok((catalog, None)),
        Err(error) => error,
    };
    if !path.exists() || !error.can_be_rebuilt() {
        return Err(error.into());
    }
    let kept = set_aside(layout, "broken")?;
    let catalog = Catalog::open(&path)?;
    let kept = kept.as_deref().and_then(Path::file_name);
    let note = format!(
        "The catalog could not be opened ({}); it was rebuilt from the journal, and the old file is kept as {}",
        sentence(&error),
        kept.unwrap_or_default().to_string_lossy()
    );
    Ok((catalog, Some(note)))
}
