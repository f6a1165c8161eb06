//! What there is to see of a dataset: pages of rows and of rejected rows, the points of a chart, and rejected rows to take away.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use catalog::Objects;
use contract::{
    Answer, DataVersion, DataVersionRef, Digest, NoticeLevel, PointsQuery, PointsView, Refusal,
    RejectsPage, RejectsView, RowsView, TaskState,
};
use data::{Control, Progress, RejectsFile};

use crate::asker::Asker;
use crate::error::{HostError, failed, guarded, refuse};
use crate::room::{Input, Room};
use crate::tasks::Meter;
use crate::views::MOST_AT_ONCE;

/// Cells that one look may ask for: some 20 MB of text, and every row that may be asked for of a table of 200 columns.
const MOST_CELLS: usize = 400_000;
/// Points of one chart: as many as a screen has pixels, some 16 MB.
const MOST_POINTS: u64 = 1_000_000;

/// The file of rejects that was looked at last, with the places of its lines: scrolling does not look for them again.
pub(crate) type OpenRejects = Mutex<Option<(Digest, RejectsFile)>>;

/// What a page of rows is made of.
pub(crate) struct RowsWanted {
    pub first_row: u64,
    pub count: u32,
    pub columns: Option<Range<usize>>,
}

impl Room {
    pub(crate) fn show_rows(&mut self, id: DataVersionRef, wanted: RowsWanted, asker: &Asker) {
        let Some(version) = self.version_to_show(&id, asker) else {
            return;
        };
        let asking = asker.clone();
        let work = move |objects: &Objects| {
            let path = object(objects, &version.object)?;
            let all = 0..version.columns.len();
            let columns = wanted.columns.unwrap_or(all.clone());
            let columns = columns.start.min(all.end)..columns.end.min(all.end);
            let specs = version.columns.get(columns.clone()).unwrap_or_default();
            let most = (MOST_CELLS / specs.len().max(1)).max(1);
            let count = wanted.count.min(MOST_AT_ONCE).min(most as u32);
            let mut page = data::read_rows(&path, specs, wanted.first_row, count)
                .map_err(|error| refuse(&error, error.hint()))?;
            page.columns = columns;
            Ok(page)
        };
        self.look(asker, work, move |room, page| {
            let answer = done(&page);
            let view = Arc::new(RowsView { version: id, page });
            room.show(&asking, |views| views.rows = Some(view));
            asking.answer(answer);
        });
    }

    pub(crate) fn show_rejects(
        &mut self,
        id: DataVersionRef,
        (first, count): (u64, u32),
        asker: &Asker,
    ) {
        let Some(work) = self.rejects_work(&id, (first, count), asker) else {
            return;
        };
        let asking = asker.clone();
        self.look(asker, work, move |room, page| {
            let answer = done(&page);
            let view = Arc::new(RejectsView { version: id, page });
            room.show(&asking, |views| views.rejects = Some(view));
            asking.answer(answer);
        });
    }

    /// The same for somebody else than the window, whose page stays as it is.
    pub(crate) fn answer_rejects(
        &mut self,
        id: &DataVersionRef,
        (first, count): (u64, u32),
        asker: &Asker,
    ) {
        let Some(work) = self.rejects_work(id, (first, count), asker) else {
            return;
        };
        let asking = asker.clone();
        self.look(asker, work, move |_, page| {
            asking.answer(page.map(Answer::Rejects));
        });
    }

    fn rejects_work(
        &mut self,
        id: &DataVersionRef,
        (first, count): (u64, u32),
        asker: &Asker,
    ) -> Option<impl FnOnce(&Objects) -> Result<RejectsPage, Refusal> + Send + use<>> {
        let version = self.version_to_show(id, asker)?;
        let opened = self.views.rejects_file.clone();
        Some(move |objects: &Objects| {
            let Some(digest) = &version.rejects else {
                return Ok(RejectsPage {
                    first,
                    rows: Vec::new(),
                });
            };
            let path = object(objects, digest)?;
            let mut opened = opened.lock().unwrap_or_else(PoisonError::into_inner);
            let file = match &mut *opened {
                Some((known, file)) if known == digest => file,
                other => &mut other.insert((digest.clone(), RejectsFile::new(&path))).1,
            };
            file.page(first, count.min(MOST_AT_ONCE))
                .map_err(|error| refuse(&error, error.hint()))
        })
    }

    pub(crate) fn show_points(&mut self, id: DataVersionRef, query: PointsQuery, asker: &Asker) {
        let Some(version) = self.version_to_show(&id, asker) else {
            return;
        };
        let (asking, asked) = (asker.clone(), query.clone());
        let work = move |objects: &Objects| {
            let path = object(objects, &version.object)?;
            let query = PointsQuery {
                most: asked.most.min(MOST_POINTS),
                ..asked
            };
            data::read_points(&path, &version.columns, &query)
                .map_err(|error| refuse(&error, error.hint()))
        };
        self.look(asker, work, move |room, page| {
            let answer = done(&page);
            let view = Arc::new(PointsView {
                version: id,
                query,
                page,
            });
            room.show(&asking, |views| views.points = Some(view));
            asking.answer(answer);
        });
    }

    pub(crate) fn export_rejects(&mut self, id: DataVersionRef, path: PathBuf, asker: &Asker) {
        let Some(version) = self.version_to_show(&id, asker) else {
            return;
        };
        let Some(digest) = version.rejects.clone() else {
            let refusal = Refusal::new(format!("no row of {id} was rejected"));
            return self.conclude(asker, Err(refusal));
        };
        let title = format!("Export the rejected rows of {id}");
        let (task, meter) = self.tasks.start(title, None, asker);
        let (objects, inbox) = (self.objects.clone(), self.inbox.clone());
        let (asking, ending) = (asker.clone(), task.clone());
        let work = move || {
            let written = guarded("the export", || {
                write_rejects(&objects, (&digest, &path), &meter)
            });
            let found = move |room: &mut Room| {
                let state = match &written {
                    Ok(()) => TaskState::Finished,
                    Err(refusal) => failed(refusal),
                };
                room.tasks.end(&ending, state);
                if written.is_ok() && !asking.is_waiting() {
                    let said = format!("Wrote the rejected rows of {id}");
                    let file = path.display().to_string();
                    room.tell(NoticeLevel::Done, &said, Some(file), None);
                }
                room.conclude(&asking, written.map(|()| Answer::Path(path)));
            };
            let _closing = inbox.send(Input::Found(Box::new(found)));
        };
        let spawned = std::thread::Builder::new()
            .name("export".into())
            .spawn(work);
        if let Err(error) = spawned {
            let refusal = HostError::Threads(error).refusal();
            self.tasks.end(&task, failed(&refusal));
            self.conclude(asker, Err(refusal));
        }
        self.dirty = true;
    }

    fn version_to_show(&mut self, id: &DataVersionRef, asker: &Asker) -> Option<Arc<DataVersion>> {
        match self.state.data_version(&id.dataset, Some(id.version)) {
            Ok(version) => Some(version.clone()),
            Err(refusal) => {
                self.conclude(asker, Err(refusal));
                None
            }
        }
    }

    /// Does `work` on the reader's thread and hands what it found to `then`, back on the loop. What could not be read is shown in its
    /// place, so that it is no notice.
    fn look<T: Send + 'static>(
        &mut self,
        asker: &Asker,
        work: impl FnOnce(&Objects) -> Result<T, Refusal> + Send + 'static,
        then: impl FnOnce(&mut Room, Result<T, Refusal>) + Send + 'static,
    ) {
        let (objects, inbox) = (self.objects.clone(), self.inbox.clone());
        let looked = self.reader.ask(move || {
            let found = guarded("the look into the file", || work(&objects));
            let found = move |room: &mut Room| then(room, found);
            let _closing = inbox.send(Input::Found(Box::new(found)));
        });
        if !looked {
            tracing::debug!("a page was skipped: newer ones are asked for");
            let busy = Refusal::with_hint("too many look-ups wait", "try again in a moment");
            asker.answer(Err(busy));
        }
    }
}

/// The page itself stands in the snapshot.
fn done<T>(page: &Result<T, Refusal>) -> Result<Answer, Refusal> {
    match page {
        Ok(_) => Ok(Answer::Done),
        Err(refusal) => Err(refusal.clone()),
    }
}

fn object(objects: &Objects, digest: &Digest) -> Result<PathBuf, Refusal> {
    objects
        .path(digest)
        .map_err(|error| refuse(&error, error.hint()))
}

fn write_rejects(
    objects: &Objects,
    (digest, to): (&Digest, &std::path::Path),
    meter: &Meter,
) -> Result<(), Refusal> {
    let report = |progress: Progress| {
        meter.set(progress.stage, progress.done, progress.total, progress.unit);
    };
    let control = Control {
        cancel: meter.cancel_flag(),
        progress: &report,
    };
    let rejects = object(objects, digest)?;
    data::export_rejects(&rejects, to, &control).map_err(|error| refuse(&error, error.hint()))
}
