//! Opening: the journal is the truth, the catalog catches up with it, and what a crash left is tidied with a visible note.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use catalog::{Catalog, Objects, TakenOver};
use contract::{Fact, FactRecord, JournalHead, NoticeLevel, ProjectInfo, Run, RunId};
use journal::{Draft, Journal};

use crate::backup;
use crate::board::Board;
use crate::catalog_thread::{CatalogThread, catch_up, open_or_rebuild};
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
    let mut room = Room {
        layout: layout.clone(),
        project,
        inbox,
        journal,
        state,
        catalog: CatalogThread::start(catalog, layout.clone())?,
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
        .map_err(|refusal| HostError::Files {
            what: "write to",
            path: room.layout.journal(),
            source: std::io::Error::other(refusal.error),
        })?;
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
        .map_err(|refusal| HostError::Files {
            what: "write to",
            path: room.layout.journal(),
            source: std::io::Error::other(refusal.error),
        })
}

/// What only a window does: watch folders, and find devices without making the first frame wait.
pub(crate) fn look_around(room: &mut Room) {
    if room.folders.is_some() {
        return;
    }
    room.load_curves();
    match FolderWatch::start(room.inbox.clone()) {
        Ok(mut folders) => {
            let watched = std::iter::once(room.layout.inbox())
                .chain(room.state.watched_folders.iter().cloned());
            for folder in watched.collect::<Vec<_>>() {
                if let Err(reason) = folders.add(&folder) {
                    room.tell(
                        NoticeLevel::Warning,
                        &format!("{} cannot be watched", folder.display()),
                        Some(reason),
                        None,
                    );
                }
            }
            room.folders = Some(folders);
        }
        Err(error) => room.tell(
            NoticeLevel::Warning,
            "No folder is watched",
            Some(sentence(&error)),
            None,
        ),
    }
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

/// The catalog has every fact as it was written. Facts that the journal lost at its end come back from there.
fn restore_lost_facts(
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
        let draft = Draft {
            at: record.at,
            actor: record.actor.clone(),
            fact: record.fact.clone(),
        };
        let written: Vec<FactRecord> = journal.append(&[draft])?;
        if written
            .first()
            .is_none_or(|written| written.hash != record.hash)
        {
            return Ok(Some(format!(
                "Fact {} could not be restored exactly; the journal was cut there",
                record.seq
            )));
        }
    }
    Ok(Some(format!(
        "The journal had lost its last {} facts; they were restored from the catalog",
        lost.len()
    )))
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
    let mut catalog = Catalog::open(&layout.catalog())?;
    catch_up(&mut catalog, &layout.journal())?;
    notes.extend(take_over(&mut catalog, old.as_deref()).1);
    catalog.checkpoint()?;
    Ok((catalog, None))
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
