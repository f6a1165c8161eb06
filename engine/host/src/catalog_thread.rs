//! The `catalog` thread: the only place that writes the catalog. It follows the journal and never leads it.

use std::collections::{HashSet, VecDeque};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use catalog::{Catalog, CatalogError};
use contract::{FactRecord, MetricPoint, Prediction, Refusal, RunId};

use crate::error::{HostError, guarded, refuse, sentence};
use crate::open::{put_back, set_aside};
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

/// Told what the catalog did not take: a title, and why with what to do.
pub(crate) type Tell = Box<dyn Fn(String, Refusal) + Send>;

/// Dropped, it finishes what is queued, checkpoints and closes the file: nothing else may open it before.
pub(crate) struct CatalogThread {
    pub desk: CatalogDesk,
    thread: Option<JoinHandle<()>>,
}

impl CatalogThread {
    pub(crate) fn start(catalog: Catalog, layout: Layout, tell: Tell) -> Result<Self, HostError> {
        let line = Arc::new(Line::default());
        let desk = CatalogDesk { line: line.clone() };
        let thread = std::thread::Builder::new()
            .name("catalog".into())
            .spawn(move || {
                let line = EndOfLine(line);
                serve(catalog, &layout, (&*line.0, &tell));
            })
            .map_err(HostError::Threads)?;
        Ok(Self {
            desk,
            thread: Some(thread),
        })
    }

    /// Waits until the file is closed.
    pub(crate) fn stop(self) {
        drop(self);
    }
}

impl Drop for CatalogThread {
    fn drop(&mut self) {
        self.desk.put(Job::Stop);
        let thread = self.thread.take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
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

/// Whoever waits for room or for an answer is let go, however the thread ends: work that is dropped drops the way its answer would take.
struct EndOfLine(Arc<Line>);

impl Drop for EndOfLine {
    fn drop(&mut self) {
        let mut waiting = self.0.lock();
        waiting.is_over = true;
        let jobs = std::mem::take(&mut waiting.jobs);
        drop(waiting);
        self.0.less.notify_all();
        drop(jobs);
    }
}

/// What the thread works on.
struct Desk<'a> {
    catalog: Catalog,
    layout: &'a Layout,
    tell: &'a Tell,
    /// What was told and has not succeeded since: a full disk is told once.
    told: HashSet<&'static str>,
    /// Predictions that came since the newest seal.
    unsealed: u64,
}

fn serve(catalog: Catalog, layout: &Layout, (line, tell): (&Line, &Tell)) {
    let mut desk = Desk {
        catalog,
        layout,
        tell,
        told: HashSet::new(),
        unsealed: 0,
    };
    // What a killed program had logged, before the next one is killed too.
    desk.guarded(Desk::seal);
    loop {
        let job = line.next();
        if matches!(job, Job::Stop) {
            break;
        }
        if !desk.guarded(|desk| desk.do_job(job)) {
            desk.guarded(Desk::catch_up);
        }
    }
    desk.guarded(Desk::seal);
    let checkpointed = desk.catalog.checkpoint();
    desk.log(checkpointed.map_err(refused), "a checkpoint");
}

impl Desk<'_> {
    /// A panic in one job is that job's failure; the catalog itself is transactional. False after one.
    fn guarded(&mut self, work: impl FnOnce(&mut Self)) -> bool {
        let done = guarded("its work", || {
            work(self);
            Ok(())
        });
        let is_done = done.is_ok();
        self.log(done, "everything that came");
        is_done
    }

    fn do_job(&mut self, job: Job) {
        match job {
            Job::Apply(records) => {
                if let Err(error) = self.catalog.apply(&records) {
                    tracing::warn!(
                        "the catalog fell behind and catches up: {}",
                        sentence(&error)
                    );
                    self.catch_up();
                }
            }
            Job::Points(runs) => {
                for (run, points) in runs {
                    let added = self.catalog.append_points(&run, &points);
                    self.log(added.map_err(refused), "metric points");
                }
            }
            Job::Predictions(predictions) => {
                let added = self.catalog.append_predictions(&predictions);
                self.log(added.map_err(refused), "logged predictions");
                self.unsealed += predictions.len() as u64;
                if self.unsealed >= MOST_UNSEALED {
                    self.seal();
                }
            }
            Job::Work(work) => work(&mut self.catalog),
            Job::Stop => {}
        }
    }

    fn catch_up(&mut self) {
        let caught_up = catch_up(&mut self.catalog, &self.layout.journal());
        self.log(caught_up.map_err(|error| error.refusal()), "facts");
    }

    fn seal(&mut self) {
        let sealed = self.catalog.seal_predictions(&self.layout.predictions());
        self.log(sealed.map_err(refused), "a seal of its predictions");
        self.unsealed = 0;
    }

    fn log<T>(&mut self, result: Result<T, Refusal>, what: &'static str) {
        match result {
            Ok(_) => {
                self.told.remove(what);
            }
            Err(refusal) => {
                tracing::error!("the catalog did not take {what}: {}", refusal.error);
                if self.told.insert(what) {
                    (self.tell)(format!("The catalog did not take {what}"), refusal);
                }
            }
        }
    }
}

fn refused(error: CatalogError) -> Refusal {
    refuse(&error, error.hint())
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
    let catalog = match Catalog::open(&path) {
        Ok(catalog) => catalog,
        Err(second) => {
            // It was not the file that is to blame.
            put_back(layout, kept.as_deref())?;
            return Err(second.into());
        }
    };
    let kept = kept.as_deref().and_then(Path::file_name);
    let note = format!(
        "The catalog could not be opened ({}); it was rebuilt from the journal, and the old file is kept as {}",
        sentence(&error),
        kept.unwrap_or_default().to_string_lossy()
    );
    Ok((catalog, Some(note)))
}
