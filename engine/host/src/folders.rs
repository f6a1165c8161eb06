//! Watched folders: a file that came to rest in one is imported as a new version.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant, SystemTime};

use contract::NoticeLevel;
use notify::{RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};

use crate::error::HostError;
use crate::room::{Input, Room};

/// Events of one file within this time are one event.
const DEBOUNCE: Duration = Duration::from_millis(400);
/// A file that has not grown for this long is complete.
const AT_REST: Duration = Duration::from_millis(1_200);
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Paths that may wait for the watcher's thread; more than a person drops at once.
const QUEUE: usize = 4_096;
/// What a watched folder is searched for; a person can still drop any other file by hand.
const EXTENSIONS: [&str; 11] = [
    "csv", "tsv", "txt", "json", "jsonl", "ndjson", "parquet", "xlsx", "xls", "xlsb", "ods",
];

/// Watches until it is dropped.
pub(crate) struct FolderWatch {
    debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
    seen: SyncSender<PathBuf>,
}

impl FolderWatch {
    pub(crate) fn start(inbox: SyncSender<Input>) -> Result<Self, HostError> {
        let (seen, paths) = sync_channel(QUEUE);
        std::thread::Builder::new()
            .name("folders".into())
            .spawn(move || wait_for_rest(&paths, &inbox))
            .map_err(HostError::Threads)?;
        let events = seen.clone();
        let debouncer =
            new_debouncer(
                DEBOUNCE,
                None,
                move |result: DebounceEventResult| match result {
                    Ok(batch) => {
                        let interesting = batch
                            .iter()
                            .filter(|event| !event.kind.is_access() && !event.kind.is_remove());
                        for path in interesting.flat_map(|event| event.paths.iter()) {
                            if events.try_send(path.clone()).is_err() {
                                tracing::warn!(
                                    "{} was not noticed: too many files at once",
                                    path.display()
                                );
                            }
                        }
                    }
                    Err(errors) => errors
                        .iter()
                        .for_each(|error| tracing::warn!("a watched folder: {error}")),
                },
            )
            .map_err(|error| HostError::Files {
                what: "watch",
                path: PathBuf::from("folders"),
                source: std::io::Error::other(error),
            })?;
        Ok(Self { debouncer, seen })
    }

    /// Watches a folder and looks at what lies in it already.
    pub(crate) fn add(&mut self, folder: &Path) -> Result<(), String> {
        self.debouncer
            .watch(folder, RecursiveMode::NonRecursive)
            .map_err(|error| error.to_string())?;
        let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
        for entry in entries.flatten() {
            if self.seen.try_send(entry.path()).is_err() {
                return Err("it has too many files to look at at once".into());
            }
        }
        Ok(())
    }

    pub(crate) fn remove(&mut self, folder: &Path) {
        if let Err(error) = self.debouncer.unwatch(folder) {
            tracing::debug!("{} was not watched: {error}", folder.display());
        }
    }
}

impl Room {
    /// A folder on a disk that is away, or more of them than the system watches.
    pub(crate) fn tell_unwatched(&mut self, folder: &Path, reason: String) {
        let title = format!("{} cannot be watched", folder.display());
        let hint = "drop its files on the window, or add them with `millctl data add`; it is tried again when the project is opened";
        self.tell(
            NoticeLevel::Warning,
            &title,
            Some(reason),
            Some(hint.into()),
        );
    }
}

#[derive(PartialEq, Clone, Copy)]
struct Shape {
    bytes: u64,
    modified: Option<SystemTime>,
}

fn wait_for_rest(paths: &Receiver<PathBuf>, inbox: &SyncSender<Input>) {
    let mut growing: HashMap<PathBuf, (Shape, Instant)> = HashMap::new();
    // What was handed over before, so that a mere touch of the folder does not import it again.
    let mut done: HashMap<PathBuf, Shape> = HashMap::new();
    loop {
        let next = if growing.is_empty() {
            paths.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            paths.recv_timeout(LOOK_EVERY)
        };
        match next {
            Ok(path) => {
                if is_candidate(&path)
                    && let Some(shape) = shape_of(&path)
                    && done.get(&path) != Some(&shape)
                {
                    growing.entry(path).or_insert((shape, Instant::now()));
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let settled = take_settled(&mut growing);
        if settled.is_empty() {
            continue;
        }
        done.extend(settled.iter().cloned());
        let paths = settled.into_iter().map(|(path, _)| path).collect();
        if inbox.send(Input::FilesSettled(paths)).is_err() {
            return;
        }
    }
}

fn take_settled(growing: &mut HashMap<PathBuf, (Shape, Instant)>) -> Vec<(PathBuf, Shape)> {
    let mut settled = Vec::new();
    growing.retain(|path, (shape, since)| {
        let Some(now) = shape_of(path) else {
            return false;
        };
        if now != *shape {
            (*shape, *since) = (now, Instant::now());
            return true;
        }
        let at_rest = since.elapsed() >= AT_REST && now.bytes > 0;
        if at_rest {
            settled.push((path.clone(), now));
        }
        !at_rest
    });
    settled.sort_by(|left, right| left.0.cmp(&right.0));
    settled
}

fn shape_of(path: &Path) -> Option<Shape> {
    let meta = std::fs::metadata(path)
        .ok()
        .filter(std::fs::Metadata::is_file)?;
    Some(Shape {
        bytes: meta.len(),
        modified: meta.modified().ok(),
    })
}

fn is_candidate(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_none_or(|name| name.to_string_lossy().starts_with(['.', '~']));
    let extension = path
        .extension()
        .map(|extension| extension.to_string_lossy().to_lowercase());
    !hidden && extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}
