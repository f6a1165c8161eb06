//! Imports: one at a time, each a dropped file that becomes a version, a recognised version, or a clear error.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::{
    Answer, ColumnRole, DataVersion, DataVersionRef, DatasetName, Digest, Fact, NoticeLevel,
    ReaderOptions, Refusal, TaskId, TaskState,
};
use data::{ImportRequest, Imported};

use crate::asker::Asker;
use crate::clock;
use crate::error::{HostError, failed, guarded, refuse};
use crate::room::{Input, Room};

mod edit;
mod job;

use job::ImportJob;

/// What one command asked for: several files end in one answer.
struct Order {
    asker: Asker,
    name: Option<DatasetName>,
    options: ReaderOptions,
    roles: BTreeMap<Arc<str>, ColumnRole>,
    waiting: VecDeque<PathBuf>,
    made: Vec<Arc<DataVersion>>,
    /// Why files of it were not imported, for one who waits for the whole.
    failed: Vec<Refusal>,
    /// From a watched folder: what is known already is not worth a fact.
    is_watched: bool,
}

impl Order {
    /// One bad file costs nobody what the others made.
    fn answer(mut self) -> Result<Answer, Refusal> {
        match (self.made.is_empty(), self.failed.len()) {
            (_, 0) => Ok(Answer::DataVersions(self.made)),
            (false, _) => Ok(Answer::PartlyImported {
                versions: self.made,
                refusals: self.failed,
            }),
            (true, 1) => Err(self.failed.swap_remove(0)),
            (true, several) => {
                let first = self.failed.swap_remove(0);
                Err(Refusal {
                    error: format!(
                        "none of {several} files was imported, the first because: {}",
                        first.error
                    ),
                    hint: first.hint,
                })
            }
        }
    }
}

#[derive(Default)]
pub(crate) struct Imports {
    orders: VecDeque<Order>,
    is_busy: bool,
}

/// What the import thread sends back.
pub(crate) struct ImportEnded {
    task: TaskId,
    path: PathBuf,
    outcome: Outcome,
}

enum Outcome {
    /// These bytes were read before.
    Known(DataVersionRef),
    Read {
        imported: Box<Imported>,
        object: Digest,
        bytes: u64,
        rejects: Option<Digest>,
    },
    Cancelled,
    Failed(Refusal),
}

impl Room {
    pub(crate) fn import(
        &mut self,
        paths: &[PathBuf],
        name: Option<DatasetName>,
        (options, roles): (ReaderOptions, BTreeMap<Arc<str>, ColumnRole>),
        asker: &Asker,
    ) {
        if let Some(Err(refusal)) = name.as_ref().map(check_name) {
            return self.conclude(asker, Err(refusal));
        }
        let mut waiting = VecDeque::new();
        for path in paths {
            match data::find_files(path) {
                Ok(files) => waiting.extend(files),
                Err(error) => return self.conclude(asker, Err(refuse(&error, error.hint()))),
            }
        }
        if waiting.is_empty() {
            let refusal = Refusal::with_hint(
                "there is nothing to import",
                "name a CSV, JSON, Parquet or Excel file, or a folder of them",
            );
            return self.conclude(asker, Err(refusal));
        }
        let order = Order {
            asker: asker.clone(),
            name,
            options,
            roles,
            waiting,
            made: Vec::new(),
            failed: Vec::new(),
            is_watched: false,
        };
        self.imports.orders.push_back(order);
        self.next_import();
    }

    /// Files that came to rest in a watched folder.
    pub(crate) fn import_settled(&mut self, paths: Vec<PathBuf>) {
        let order = Order {
            asker: Asker::engine(),
            name: None,
            options: ReaderOptions::default(),
            roles: BTreeMap::new(),
            waiting: paths.into(),
            made: Vec::new(),
            failed: Vec::new(),
            is_watched: true,
        };
        self.imports.orders.push_back(order);
        self.next_import();
    }

    fn next_import(&mut self) {
        if self.imports.is_busy {
            return;
        }
        let Some(order) = self.imports.orders.front_mut() else {
            return;
        };
        let Some(path) = order.waiting.pop_front() else {
            if let Some(order) = self.imports.orders.pop_front() {
                let asker = order.asker.clone();
                asker.answer(order.answer());
            }
            return self.next_import();
        };
        let known_as = order.name.clone();
        let name = known_as.clone().unwrap_or_else(|| dataset_name(&path));
        let previous = self
            .state
            .data_version(&name, None)
            .ok()
            .map(|version| version.columns.clone());
        let title = format!("Import {}", file_name(&path));
        let (task, meter) = self.tasks.start(title, None, &order.asker);
        let job = ImportJob {
            task: task.clone(),
            request: ImportRequest {
                path,
                options: order.options.clone(),
                roles: order.roles.clone(),
                previous,
            },
            known: self.known_sources(known_as.as_ref()),
            objects: self.objects.clone(),
            meter,
        };
        let inbox = self.inbox.clone();
        let spawned = std::thread::Builder::new()
            .name("import".into())
            .spawn(move || {
                let (task, path) = (job.task.clone(), job.request.path.clone());
                let what = format!("the import of {}", file_name(&path));
                let outcome = guarded(&what, || Ok(job.run())).unwrap_or_else(Outcome::Failed);
                // A closed inbox means that the engine is closing: the import never happened.
                let _closing = inbox.send(Input::ImportEnded(Box::new(ImportEnded {
                    task,
                    path,
                    outcome,
                })));
            });
        match spawned {
            Ok(_detached) => {
                self.imports.is_busy = true;
                self.dirty = true;
            }
            Err(error) => {
                let refusal = HostError::Threads(error).refusal();
                self.tasks.end(&task, failed(&refusal));
                self.give_up_order(refusal);
            }
        }
    }

    /// Digests of all sources, with the version that each made; where a name was asked for, only of the dataset that has it.
    fn known_sources(
        &self,
        name: Option<&DatasetName>,
    ) -> BTreeMap<Digest, (DataVersionRef, ReaderOptions)> {
        let versions = self
            .state
            .datasets
            .iter()
            .filter(|dataset| name.is_none_or(|name| dataset.name == *name))
            .flat_map(|dataset| dataset.versions.iter());
        let sources = versions.flat_map(|version| {
            version
                .sources
                .iter()
                .map(move |source| (source, &version.id))
        });
        sources
            .map(|(source, id)| (source.digest.clone(), (id.clone(), source.options.clone())))
            .collect()
    }

    pub(crate) fn end_import(&mut self, ended: ImportEnded) {
        self.imports.is_busy = false;
        self.dirty = true;
        let Some(order) = self.imports.orders.front() else {
            return;
        };
        let (asker, is_watched, name) = (order.asker.clone(), order.is_watched, order.name.clone());
        let is_cancelled = matches!(ended.outcome, Outcome::Cancelled);
        let result = match ended.outcome {
            Outcome::Known(id) => self.recognise(&ended.path, &id, &asker, is_watched),
            Outcome::Read {
                imported,
                object,
                bytes,
                rejects,
            } => {
                let name = name.unwrap_or_else(|| dataset_name(&ended.path));
                self.add_version(name, *imported, (object, bytes, rejects), &asker)
            }
            Outcome::Cancelled => Err(Refusal::new(format!(
                "the import of {} was cancelled",
                file_name(&ended.path)
            ))),
            Outcome::Failed(refusal) => {
                let fact = Fact::DataImportFailed {
                    path: ended.path.clone(),
                    error: refusal.error.clone(),
                };
                if let Err(second) = self.commit(&asker.actor, vec![fact]) {
                    tracing::error!("the failed import could not be recorded: {}", second.error);
                }
                Err(refusal)
            }
        };
        match result {
            Ok(version) => {
                self.tasks.end(&ended.task, TaskState::Finished);
                if let Some(order) = self.imports.orders.front_mut() {
                    order.made.push(version);
                }
            }
            Err(refusal) => {
                self.tasks.end(&ended.task, failed(&refusal));
                self.note_failure(&asker, refusal, (is_watched, is_cancelled));
            }
        }
        self.next_import();
    }

    /// One bad file does not keep the others out; who cancels means all that were asked for together and have not been read yet.
    fn note_failure(
        &mut self,
        asker: &Asker,
        refusal: Refusal,
        (is_watched, is_cancelled): (bool, bool),
    ) {
        if is_cancelled && !is_watched {
            self.give_up_order(refusal);
        } else if is_watched {
            self.tell(NoticeLevel::Error, &refusal.error, None, refusal.hint);
        } else if !asker.is_waiting() {
            self.conclude(asker, Err(refusal));
        } else if let Some(order) = self.imports.orders.front_mut() {
            order.failed.push(refusal);
        }
    }

    /// Nothing more of the first order is read. The window sees by itself what it made; who waits is told.
    fn give_up_order(&mut self, refusal: Refusal) {
        let Some(mut order) = self.imports.orders.pop_front() else {
            return;
        };
        let asker = order.asker.clone();
        let answer = match asker.is_waiting() {
            true => {
                order.failed.push(refusal);
                order.answer()
            }
            false => Err(refusal),
        };
        self.conclude(&asker, answer);
    }

    fn recognise(
        &mut self,
        path: &Path,
        id: &DataVersionRef,
        asker: &Asker,
        is_watched: bool,
    ) -> Result<Arc<DataVersion>, Refusal> {
        let version = self
            .state
            .data_version(&id.dataset, Some(id.version))?
            .clone();
        if !is_watched {
            let fact = Fact::DataVersionRecognised {
                version: id.clone(),
                path: path.to_owned(),
            };
            self.commit(&asker.actor, vec![fact])?;
            if !asker.is_waiting() {
                let title = format!("{} is already here as {id}", file_name(path));
                let (detail, hint) = self.what_stays(id);
                self.tell(NoticeLevel::Info, &title, detail, hint);
            }
        }
        Ok(version)
    }

    /// Nobody is to believe that the content of an older version has become the newest.
    fn what_stays(&self, id: &DataVersionRef) -> (Option<String>, Option<String>) {
        match self.state.data_version(&id.dataset, None) {
            Ok(newest) if newest.id != *id => (
                Some(format!(
                    "no version was made: {} stays the newest",
                    newest.id
                )),
                Some(format!("choose {id} where you want this content")),
            ),
            _ => (Some("no version was made".into()), None),
        }
    }

    fn add_version(
        &mut self,
        name: DatasetName,
        imported: Imported,
        (object, bytes, rejects): (Digest, u64, Option<Digest>),
        asker: &Asker,
    ) -> Result<Arc<DataVersion>, Refusal> {
        let newest = self.state.data_version(&name, None).ok();
        let id = DataVersionRef {
            dataset: name,
            version: newest.map_or(1, |version| version.id.version + 1),
        };
        let version = DataVersion {
            id: id.clone(),
            created: clock::now(),
            sources: vec![imported.source],
            object,
            bytes,
            rows: imported.rows,
            rejected_rows: imported.rejected_rows,
            rejects,
            columns: imported.columns,
            profile: imported.profile,
        };
        let (rows, rejected) = (version.rows, version.rejected_rows);
        self.commit(
            &asker.actor,
            vec![Fact::DataVersionAdded {
                version: Box::new(version),
            }],
        )?;
        if !asker.is_waiting() {
            let detail = format!("{rows} rows");
            let hint = (rejected > 0)
                .then(|| format!("{rejected} rows could not be read; see them under Rejected"));
            let level = if rejected > 0 {
                NoticeLevel::Warning
            } else {
                NoticeLevel::Done
            };
            self.tell(level, &format!("Imported {id}"), Some(detail), hint);
        }
        self.state
            .data_version(&id.dataset, Some(id.version))
            .cloned()
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// Letters of a dataset's name at most.
const LONGEST_NAME: usize = 128;

/// A name stands before `@` and in tables, and may become a file's name.
fn check_name(name: &DatasetName) -> Result<(), Refusal> {
    let text = name.as_str();
    let fits = |letter: char| letter != '@' && !letter.is_control();
    let is_a_place = matches!(text, "." | "..");
    let is_name = !text.is_empty() && text.trim() == text && text.chars().all(fits) && !is_a_place;
    if is_name && text.chars().count() <= LONGEST_NAME {
        return Ok(());
    }
    let shown: String = text.escape_debug().take(40).collect();
    Err(Refusal::with_hint(
        format!("“{shown}” cannot be a dataset's name"),
        "use at most 128 letters, no “@”, and no blank at either end, for example wine",
    ))
}

/// A dataset's name from its file: the stem, with `@` and blanks replaced, since both mean something in `name@version`.
fn dataset_name(path: &Path) -> DatasetName {
    let stem = path
        .file_stem()
        .map_or_else(|| "data".into(), |stem| stem.to_string_lossy());
    let name: String = stem
        .trim()
        .chars()
        .map(|letter| {
            if letter == '@' || letter.is_whitespace() || letter.is_control() {
                '_'
            } else {
                letter
            }
        })
        .take(LONGEST_NAME)
        .collect();
    DatasetName::new(if matches!(name.as_str(), "" | "." | "..") {
        "data".to_owned()
    } else {
        name
    })
}
