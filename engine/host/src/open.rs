//! Opening: the journal is the truth, the catalog catches up with it, and what a crash left is tidied with a visible note.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use catalog::{Catalog, Objects, TakenOver};
use contract::{Fact, JournalHead, NoticeLevel, ProjectInfo, Refusal, Run, RunId};
use journal::Journal;

use crate::backup;
use crate::board::Board;
use crate::catalog_thread::{CatalogThread, Tell, catch_up, open_or_rebuild};
use crate::curves::CurveBook;
use crate::error::{HostError, sentence};
use crate::folders::FolderWatch;
use crate::project::Layout;
use crate::reader::ReaderThread;
use crate::room::{Input, Room, Wake};
use crate::series;
use crate::state::State;
use crate::tasks::Tasks;

/// What the room is reached and seen by.
type Outside = (SyncSender<Input>, Arc<Board>);

/// Builds the room from what is on disk. Repairs are noted, and become facts in [`mend`].
pub(crate) fn open_room(
    layout: &Layout,
    project: Arc<ProjectInfo>,
    outside: Outside,
    wake: Wake,
) -> Result<Room, HostError> {
    let (inbox, board) = outside;
    for folder in [layout.inbox(), layout.runs()] {
        std::fs::create_dir_all(&folder).map_err(|source| HostError::Files {
            what: "create",
            path: folder.clone(),
            source,
        })?;
    }
    backup::clean_up(layout);
    let Stores {
        journal,
        mut catalog,
        is_rebuilt,
        notes,
    } = open_stores(layout)?;
    let mut state = State::default();
    for record in journal::read_after(&layout.journal(), 0)? {
        state.fold(&record?);
    }
    // What a killed program had noted and not yet given to the catalog; a new catalog knows of no run.
    let is_unnoted =
        |run: &&Arc<Run>| run.state.is_active() || (is_rebuilt && run.report.is_none());
    let unnoted = state.runs.iter().filter(is_unnoted);
    let unnoted: Vec<RunId> = unnoted.map(|run| run.id.clone()).collect();
    if let Err(error) = series::replay_notes(&mut catalog, layout, &unnoted) {
        tracing::warn!(
            "the last metric points of a killed run come when it is resumed: {}",
            sentence(&error)
        );
    }
    series::show_last_values(&mut state, &catalog)?;
    let objects = Arc::new(Objects::open(&layout.objects())?);
    let tell = catalog_trouble(inbox.clone());
    let mut room = Room {
        layout: layout.clone(),
        project,
        inbox,
        journal,
        state,
        catalog: CatalogThread::start(catalog, layout.clone(), tell)?,
        reader: ReaderThread::start()?,
        objects,
        tasks: Tasks::default(),
        imports: crate::imports::Imports::default(),
        runs: crate::runs::Runs::default(),
        curves: CurveBook::default(),
        serving: crate::serving::Serving::default(),
        vigil: crate::vigil::Vigil::default(),
        views: crate::views::Views::default(),
        folders: None,
        has_looked_around: false,
        devices: Vec::new(),
        notices: Vec::new(),
        next_notice: 0,
        published: board.newest.clone(),
        board,
        wake,
        dirty: true,
        is_closing: Arc::default(),
    };
    tell_repairs(&mut room, notes)?;
    Ok(room)
}

/// Has the loop tell people what the catalog did not take. A busy one does without: it is in the log too.
fn catalog_trouble(inbox: SyncSender<Input>) -> Tell {
    Box::new(move |title, refusal| {
        let tell = move |room: &mut Room| {
            let Refusal { error, hint } = refusal;
            room.tell(NoticeLevel::Error, &title, Some(error), hint);
        };
        let _busy = inbox.try_send(Input::Found(Box::new(tell)));
    })
}

/// The journal and the catalog, agreeing with each other.
struct Stores {
    journal: Journal,
    catalog: Catalog,
    /// The catalog was lost or did not fit, and was made anew.
    is_rebuilt: bool,
    /// What was mended, a sentence each.
    notes: Vec<String>,
}

fn open_stores(layout: &Layout) -> Result<Stores, HostError> {
    let (mut journal, repairs) = Journal::open(&layout.journal())?;
    let mut notes: Vec<String> = repairs.into_iter().map(|note| note.sentence).collect();
    let is_new = !layout.catalog().exists();
    let (catalog, note) = open_or_rebuild(layout)?;
    let is_lost = is_new && journal.head().is_some_and(|head| head.seq > 1);
    if is_lost {
        notes.push("The catalog was missing; it was made anew from the journal".into());
    }
    let was_broken = note.is_some();
    notes.extend(note);
    notes.extend(restore_lost_facts(&mut journal, &catalog)?);
    let (mut catalog, caught_up) = catch_up_or_rebuild(catalog, layout, &mut notes)?;
    notes.extend(load_predictions(&mut catalog, layout));
    let is_rebuilt = is_new || was_broken || caught_up.is_none();
    let caught_up = caught_up.unwrap_or(0);
    if caught_up > 0 && !is_rebuilt {
        notes.push(format!(
            "The catalog was {caught_up} facts behind the journal and has caught up"
        ));
    }
    Ok(Stores {
        journal,
        catalog,
        is_rebuilt,
        notes,
    })
}

fn tell_repairs(room: &mut Room, notes: Vec<String>) -> Result<(), HostError> {
    for note in notes {
        room.commit(
            &"millrace".into(),
            vec![Fact::ProjectRepaired { note: note.clone() }],
        )
        .map_err(|refusal| HostError::NotNoted { refusal })?;
        room.tell(
            NoticeLevel::Warning,
            "The project was repaired",
            Some(note),
            None,
        );
    }
    Ok(())
}

/// Runs and endpoints of a program that ended without saying so.
pub(crate) fn mend(room: &mut Room) -> Result<(), HostError> {
    let interrupted = room.state.runs.iter().filter(|run| run.state.is_active());
    let mut facts: Vec<Fact> = interrupted
        .map(|run| Fact::RunInterrupted {
            run: run.id.clone(),
        })
        .collect();
    facts.extend(
        room.state
            .endpoints
            .iter()
            .map(|endpoint| Fact::EndpointStopped {
                model: endpoint.name.clone(),
            }),
    );
    if facts.is_empty() {
        return Ok(());
    }
    for fact in &facts {
        if let Fact::RunInterrupted { run } = fact {
            let title = format!("{run} was interrupted");
            room.tell(
                NoticeLevel::Warning,
                &title,
                None,
                Some("Resume takes it up from its last checkpoint".into()),
            );
        }
    }
    room.commit(&"millrace".into(), facts)
        .map(drop)
        .map_err(|refusal| HostError::NotNoted { refusal })
}

/// What only a window needs, once: curves, and devices without making the first frame wait. It watches folders too.
pub(crate) fn look_around(room: &mut Room) {
    watch_folders(room);
    if std::mem::replace(&mut room.has_looked_around, true) {
        return;
    }
    room.load_curves();
    let inbox = room.inbox.clone();
    let look = move || {
        let _closing = inbox.send(Input::Devices(learn::devices()));
    };
    if let Err(error) = std::thread::Builder::new()
        .name("devices".into())
        .spawn(look)
    {
        tracing::warn!("devices are not listed: {error}");
    }
}

/// What whoever stays does: a file that is put into the inbox or another watched folder is imported.
pub(crate) fn watch_folders(room: &mut Room) {
    if room.folders.is_some() {
        return;
    }
    match FolderWatch::start(room.inbox.clone()) {
        Ok(mut folders) => {
            let watched = std::iter::once(room.layout.inbox())
                .chain(room.state.watched_folders.iter().cloned());
            for folder in watched.collect::<Vec<_>>() {
                if let Err(reason) = folders.add(&folder) {
                    room.tell_unwatched(&folder, reason);
                }
            }
            room.folders = Some(folders);
        }
        Err(error) => room.tell(
            NoticeLevel::Warning,
            "No folder is watched",
            Some(sentence(&error)),
            error.hint().map(str::to_owned),
        ),
    }
}

/// The catalog has every fact as it was written. Facts that the journal lost at its end come back from there.
pub(crate) fn restore_lost_facts(
    journal: &mut Journal,
    catalog: &Catalog,
) -> Result<Option<String>, HostError> {
    let Some(applied) = catalog.applied()? else {
        return Ok(None);
    };
    let head = journal.head().unwrap_or_else(|| JournalHead {
        seq: 0,
        hash: contract::Digest::new("0".repeat(64)),
    });
    if applied.seq <= head.seq {
        return Ok(None);
    }
    let count = u32::try_from(applied.seq - head.seq).unwrap_or(u32::MAX);
    let lost = catalog.facts(head.seq + 1, count)?;
    if lost
        .first()
        .is_none_or(|record| record.seq != head.seq + 1 || record.prev != head.hash)
    {
        return Ok(Some(format!(
            "The journal ends at fact {} but the catalog knows fact {}, and the two do not fit together: the journal was cut or replaced",
            head.seq, applied.seq
        )));
    }
    for record in &lost {
        if !journal.restore(record)? {
            return Ok(Some(format!(
                "Fact {} could not be restored exactly; the journal was cut there",
                record.seq
            )));
        }
    }
    Ok(Some(match lost.len() {
        1 => "The journal had lost its last fact; it was restored from the catalog".into(),
        many => format!(
            "The journal had lost its last {many} facts; they were restored from the catalog"
        ),
    }))
}

/// A catalog that does not fit the journal is made anew: it is only a projection. Returns how many facts it was behind, unless it was
/// made anew.
fn catch_up_or_rebuild(
    mut catalog: Catalog,
    layout: &Layout,
    notes: &mut Vec<String>,
) -> Result<(Catalog, Option<u64>), HostError> {
    if fits(&catalog, layout)?
        && let Ok(count) = catch_up(&mut catalog, &layout.journal())
    {
        return Ok((catalog, Some(count)));
    }
    notes.push("The catalog did not fit the journal; it was rebuilt from it".into());
    // Only DuckDB may have the file open, so the handle goes before the file moves.
    drop(catalog);
    let old = set_aside(layout, "broken")?;
    match rebuilt(layout, old.as_deref()) {
        Ok((catalog, lost)) => {
            notes.extend(lost);
            Ok((catalog, None))
        }
        Err(error) => {
            // The next opening is to find what only the old one has.
            put_back(layout, old.as_deref())?;
            Err(error)
        }
    }
}

/// A catalog made anew from the journal, with what only the old one had. The note says so when that is lost.
fn rebuilt(layout: &Layout, old: Option<&Path>) -> Result<(Catalog, Option<String>), HostError> {
    let mut catalog = Catalog::open(&layout.catalog())?;
    catch_up(&mut catalog, &layout.journal())?;
    let (_, lost) = take_over(&mut catalog, old);
    catalog.checkpoint()?;
    Ok((catalog, lost))
}

/// Predictions that a lost catalog had, from their sealed files.
pub(crate) fn load_predictions(catalog: &mut Catalog, layout: &Layout) -> Option<String> {
    match catalog.load_predictions(&layout.predictions()) {
        Ok(0) => None,
        Ok(count) => Some(format!(
            "{count} logged predictions came back from their sealed files; those that were logged last may be missing"
        )),
        Err(error) => Some(format!(
            "The sealed predictions could not be read: {}",
            sentence(&error)
        )),
    }
}

/// Predictions and metric points are in no journal. The note says so when they are lost.
pub(crate) fn take_over(catalog: &mut Catalog, old: Option<&Path>) -> (TakenOver, Option<String>) {
    let Some(old) = old else {
        return (TakenOver::default(), None);
    };
    match catalog.take_over(old) {
        Ok(taken) => (taken, None),
        Err(error) => {
            let note = format!(
                "The logged predictions of the old catalog could not be read ({}); those that were sealed are kept",
                sentence(&error)
            );
            (TakenOver::default(), Some(note))
        }
    }
}

/// True if the catalog's newest fact is the journal's fact of that number.
fn fits(catalog: &Catalog, layout: &Layout) -> Result<bool, HostError> {
    let Some(applied) = catalog.applied()? else {
        return Ok(true);
    };
    let written = journal::read_after(&layout.journal(), applied.seq.saturating_sub(1))?
        .next()
        .transpose()?;
    Ok(written.is_some_and(|record| record.hash == applied.hash))
}

/// Moves the catalog and its log aside under a name that was never used, and returns it; DuckDB finds the log beside the file.
pub(crate) fn set_aside(layout: &Layout, why: &str) -> Result<Option<PathBuf>, HostError> {
    let from = layout.catalog();
    if !from.exists() {
        return Ok(None);
    }
    let stem = format!("catalog.duckdb.{why}-{}", crate::clock::now().unix_millis);
    let names = std::iter::once(stem.clone()).chain((2..).map(|n: u32| format!("{stem}-{n}")));
    let mut free = names
        .map(|name| layout.root.join(name))
        .filter(|path| !path.exists());
    let to = free.next().unwrap_or_else(|| layout.root.join(stem));
    rename(&with_wal(&from), &with_wal(&to))?;
    rename(&from, &to)?;
    Ok(Some(to))
}

/// Takes away what was begun in the catalog's place, and puts back the one that was set aside.
pub(crate) fn put_back(layout: &Layout, old: Option<&Path>) -> Result<(), HostError> {
    let begun = layout.catalog();
    for file in [with_wal(&begun), begun.clone()] {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(HostError::Files {
                    what: "remove",
                    path: file,
                    source: error,
                });
            }
            _ => {}
        }
    }
    if let Some(old) = old {
        rename(&with_wal(old), &with_wal(&begun))?;
        rename(old, &begun)?;
    }
    Ok(())
}

fn with_wal(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".wal");
    name.into()
}

fn rename(from: &Path, to: &Path) -> Result<(), HostError> {
    if from.exists() {
        std::fs::rename(from, to).map_err(|source| HostError::Files {
            what: "set aside",
            path: from.to_owned(),
            source,
        })?;
    }
    Ok(())
}
