//! The `catalog` thread: the only place that writes the catalog. It follows the journal and never leads it.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use catalog::Catalog;
use contract::{FactRecord, MetricPoint, Prediction, RunId};

use crate::error::{HostError, sentence};

/// Jobs that may wait; the host loop then waits too, which slows the source of the jobs instead of filling memory.
const QUEUE: usize = 1_024;

type Work = Box<dyn FnOnce(&mut Catalog) + Send>;

enum Job {
    Apply(Vec<FactRecord>),
    Work(Work),
    Stop,
}

/// A handle that anybody in host may clone.
#[derive(Clone)]
pub(crate) struct CatalogDesk {
    jobs: SyncSender<Job>,
}

pub(crate) struct CatalogThread {
    pub desk: CatalogDesk,
    thread: JoinHandle<()>,
}

impl CatalogThread {
    pub(crate) fn start(catalog: Catalog, journal_folder: PathBuf) -> Result<Self, HostError> {
        let (jobs, inbox) = sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("catalog".into())
            .spawn(move || serve(catalog, &journal_folder, &inbox))
            .map_err(HostError::Threads)?;
        Ok(Self {
            desk: CatalogDesk { jobs },
            thread,
        })
    }

    /// Finishes what is queued, checkpoints and closes the file.
    pub(crate) fn stop(self) {
        if self.desk.jobs.send(Job::Stop).is_ok() && self.thread.join().is_err() {
            tracing::error!(
                "the catalog thread panicked while it closed; the journal has every fact"
            );
        }
    }
}

impl CatalogDesk {
    pub(crate) fn apply(&self, records: Vec<FactRecord>) {
        self.send(Job::Apply(records));
    }

    pub(crate) fn points(&self, run: RunId, points: Vec<MetricPoint>) {
        self.work(move |catalog| log(catalog.append_points(&run, &points), "metric points"));
    }

    pub(crate) fn predictions(&self, predictions: Vec<Prediction>) {
        self.work(move |catalog| log(catalog.append_predictions(&predictions), "predictions"));
    }

    /// Runs on the catalog thread, after everything that was asked before.
    pub(crate) fn work(&self, work: impl FnOnce(&mut Catalog) + Send + 'static) {
        self.send(Job::Work(Box::new(work)));
    }

    fn send(&self, job: Job) {
        if self.jobs.send(job).is_err() {
            tracing::error!(
                "the catalog thread has ended; the catalog is caught up from the journal at the next start"
            );
        }
    }
}

fn serve(mut catalog: Catalog, journal_folder: &std::path::Path, inbox: &Receiver<Job>) {
    while let Ok(job) = inbox.recv() {
        match job {
            Job::Apply(records) => {
                if let Err(error) = catalog.apply(&records) {
                    tracing::warn!(
                        "the catalog fell behind and catches up: {}",
                        sentence(&error)
                    );
                    log(catch_up(&mut catalog, journal_folder), "facts");
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
    log(catalog.checkpoint(), "checkpoint");
}

/// Applies every fact that the journal has and the catalog has not. Returns how many there were.
pub(crate) fn catch_up(
    catalog: &mut Catalog,
    journal_folder: &std::path::Path,
) -> Result<u64, HostError> {
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
pub(crate) fn open_or_rebuild(
    path: &std::path::Path,
) -> Result<(Catalog, Option<String>), HostError> {
    let error = match Catalog::open(path) {
        Ok(catalog) => return Ok((catalog, None)),
        Err(error) => error,
    };
    if !path.exists() || !error.can_be_rebuilt() {
        return Err(error.into());
    }
    let mut aside = Vec::new();
    for suffix in ["", ".wal"] {
        let mut from = path.as_os_str().to_owned();
        from.push(suffix);
        let from = PathBuf::from(from);
        if !from.exists() {
            continue;
        }
        let mut to = path.as_os_str().to_owned();
        to.push(format!(
            ".broken-{}{suffix}",
            crate::clock::now().unix_millis
        ));
        let to = PathBuf::from(to);
        std::fs::rename(&from, &to).map_err(|source| HostError::Files {
            what: "set aside",
            path: from,
            source,
        })?;
        aside.push(to);
    }
    let catalog = Catalog::open(path)?;
    let kept = aside
        .first()
        .and_then(|path| path.file_name())
        .map(|name| name.to_string_lossy().into_owned());
    let note = format!(
        "The catalog could not be opened ({}); it was rebuilt from the journal, and the old file is kept as {}",
        sentence(&error),
        kept.unwrap_or_default()
    );
    Ok((catalog, Some(note)))
}
