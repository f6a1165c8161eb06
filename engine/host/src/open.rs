//! Opening: the journal is the truth, the catalog catches up with it, and what a crash left is tidied with a visible note.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use arc_swap::ArcSwap;
use catalog::{Catalog, Objects};
use contract::{Fact, FactRecord, JournalHead, NoticeLevel, ProjectInfo, Snapshot};
use journal::{Draft, Journal};

use crate::catalog_thread::{CatalogThread, catch_up, open_or_rebuild};
use crate::curves::CurveBook;
use crate::error::{HostError, sentence};
use crate::folders::FolderWatch;
use crate::project::{self, Layout};
use crate::reader::ReaderThread;
use crate::room::{Input, Room, Wake};
use crate::state::State;
use crate::tasks::Tasks;

type Outside = (SyncSender<Input>, Arc<ArcSwap<Snapshot>>);

/// Builds the room from what is on disk. Repairs are noted, and become facts in [`mend`].
pub(crate) fn open_room(
    layout: &Layout,
    project: Arc<ProjectInfo>,
    outside: Outside,
    wake: Wake,
) -> Result<Room, HostError> {
    let (inbox, published) = outside;
    for folder in [layout.inbox(), layout.runs()] {
        std::fs::create_dir_all(&folder).map_err(|source| HostError::Files {
            what: "create",
            path: folder.clone(),
            source,
        })?;
    }
    let Stores {
        journal,
        catalog,
        notes,
    } = open_stores(layout)?;
    let mut state = State::default();
    for record in journal::read_after(&layout.journal(), 0)? {
        state.fold(&record?);
    }
    let mut curves = CurveBook::default();
    curves.load(catalog.all_points()?);
    for run in state
        .runs
        .iter()
        .filter(|run| run.report.is_none())
        .map(|run| run.id.clone())
        .collect::<Vec<_>>()
    {
        let metrics = curves.last_values(&run);
        state.edit_run(&run, |run| run.metrics = metrics);
    }
    let objects = Arc::new(Objects::open(&layout.objects())?);
    let mut room = Room {
        layout: layout.clone(),
        project,
        inbox,
        journal,
        state,
        catalog: CatalogThread::start(catalog, layout.journal())?,
        reader: ReaderThread::start()?,
        objects,
        tasks: Tasks::default(),
        imports: crate::imports::Imports::default(),
        runs: crate::runs::Runs::default(),
        curves,
        serving: crate::serving::Serving::default(),
        views: crate::views::Views::default(),
        folders: None,
        devices: Vec::new(),
        notices: Vec::new(),
        next_notice: 0,
        published,
        wake,
        dirty: true,
    };
    tell_repairs(&mut room, notes)?;
    room.restore_series();
    Ok(room)
}

/// The journal and the catalog, agreeing with each other.
struct Stores {
    journal: Journal,
    catalog: Catalog,
    /// What was mended, a sentence each.
    notes: Vec<String>,
}

fn open_stores(layout: &Layout) -> Result<Stores, HostError> {
    let (mut journal, repairs) = Journal::open(&layout.journal())?;
    let mut notes: Vec<String> = repairs.into_iter().map(|note| note.sentence).collect();
    let is_new = !layout.catalog().exists();
    let (catalog, note) = open_or_rebuild(&layout.catalog())?;
    let is_rebuilt = note.is_some();
    notes.extend(note);
    notes.extend(restore_lost_facts(&mut journal, &catalog)?);
    let (catalog, caught_up) = catch_up_or_rebuild(catalog, layout, &mut notes)?;
    if caught_up > 0 && !is_new && !is_rebuilt {
        notes.push(format!(
            "The catalog was {caught_up} facts behind the journal and has caught up"
        ));
    }
    Ok(Stores {
        journal,
        catalog,
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

/// A catalog that does not fit the journal is made anew: it is only a projection.
fn catch_up_or_rebuild(
    mut catalog: Catalog,
    layout: &Layout,
    notes: &mut Vec<String>,
) -> Result<(Catalog, u64), HostError> {
    if fits(&catalog, layout)?
        && let Ok(count) = catch_up(&mut catalog, &layout.journal())
    {
        return Ok((catalog, count));
    }
    notes.push("The catalog did not fit the journal; it was rebuilt from it".into());
    // Only DuckDB may have the file open, so the handle goes before the file moves.
    drop(catalog);
    set_aside(
        layout,
        &format!("broken-{}", crate::clock::now().unix_millis),
    )?;
    let mut catalog = Catalog::open(&layout.catalog())?;
    catch_up(&mut catalog, &layout.journal())?;
    catalog.checkpoint()?;
    Ok((catalog, 0))
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

fn set_aside(layout: &Layout, suffix: &str) -> Result<(), HostError> {
    for name in ["catalog.duckdb", "catalog.duckdb.wal"] {
        rename(
            &layout.root.join(name),
            &layout.root.join(format!("{name}.{suffix}")),
        )?;
    }
    Ok(())
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

/// Rebuilds the catalog from the journal and the objects, after checking the whole journal. For a project that nobody holds.
///
/// # Errors
/// When the journal itself was tampered with, or the project is in use.
pub fn repair(path: &Path) -> Result<u64, HostError> {
    let (layout, _info) = project::locate(path)?;
    project::check_writable(&layout)?;
    let lock = journal::ProjectLock::acquire(&layout.lock())?.ok_or_else(|| HostError::InUse {
        path: layout.root.clone(),
    })?;
    // Opening mends a torn tail, so that the check sees whole lines.
    drop(Journal::open(&layout.journal())?);
    let verified = journal::verify(&layout.journal())?;
    set_aside(&layout, "before-repair")?;
    let mut catalog = Catalog::open(&layout.catalog())?;
    catch_up(&mut catalog, &layout.journal())?;
    catalog.checkpoint()?;
    drop(catalog);
    drop(lock);
    Ok(verified.facts)
}
