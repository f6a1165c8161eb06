//! Repair: the catalog is made anew from the journal, and what only the old one had comes along.

use std::path::Path;

use catalog::{Catalog, Objects};
use contract::{Fact, RunId};
use journal::{Draft, Journal, JournalError, RepairNote};

use crate::catalog_thread::catch_up;
use crate::error::{HostError, sentence};
use crate::open::{load_predictions, put_back, restore_lost_facts, set_aside, take_over};
use crate::project::{self, Layout};
use crate::state::State;
use crate::{clock, series};

/// What a repair did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    pub facts: u64,
    /// Logged predictions that the new catalog has.
    pub predictions: u64,
    /// Metric points that came from the old catalog or from the notes of unfinished runs.
    pub points: u64,
    /// What a person should know, a sentence each.
    pub notes: Vec<String>,
}

/// Rebuilds the catalog from the journal and the objects, after checking the whole journal. Predictions and points of unfinished runs
/// come from the old catalog, which is kept under another name. For a project that nobody holds.
///
/// # Errors
/// When the journal was changed and the catalog does not know what stood there, or the project is in use.
pub fn repair(path: &Path) -> Result<Repaired, HostError> {
    let (layout, _info) = project::locate(path)?;
    project::check_writable(&layout)?;
    let lock = journal::ProjectLock::acquire(&layout.lock())?.ok_or_else(|| HostError::InUse {
        path: layout.root.clone(),
    })?;
    // Opening mends a torn tail, so that the check sees whole lines.
    let (mut journal, mended) = match Journal::open(&layout.journal()) {
        Err(JournalError::Broken { .. } | JournalError::FactsMissing { .. }) => {
            open_mended(&layout)?
        }
        opened => opened?,
    };
    let mut notes: Vec<String> = mended.into_iter().map(|note| note.sentence).collect();
    notes.extend(restore_unmarked(&mut journal, &layout)?);
    let facts = journal::verify(&layout.journal())?.facts;

    let old = set_aside(&layout, "before-repair")?;
    let rebuilt = rebuild(&layout, &mut journal, old.as_deref(), &mut notes);
    let (predictions, points) = match rebuilt {
        Ok(rebuilt) => rebuilt,
        Err(error) => {
            // Half a catalog would be worse than the one that was there.
            put_back(&layout, old.as_deref())?;
            return Err(error);
        }
    };
    drop(lock);
    Ok(Repaired {
        facts,
        predictions,
        points,
        notes,
    })
}

/// Makes the catalog anew and notes that it was. Returns how many predictions and metric points came along.
fn rebuild(
    layout: &Layout,
    journal: &mut Journal,
    old: Option<&Path>,
    notes: &mut Vec<String>,
) -> Result<(u64, u64), HostError> {
    let mut catalog = Catalog::open(&layout.catalog())?;
    catch_up(&mut catalog, &layout.journal())?;
    let (taken, lost) = take_over(&mut catalog, old);
    notes.extend(lost);
    notes.extend(load_predictions(&mut catalog, layout));
    let predictions = catalog.count_predictions()?;

    let mut state = State::default();
    for record in journal::read_after(&layout.journal(), 0)? {
        state.fold(&record?);
    }
    let unfinished = state.runs.iter().filter(|run| run.report.is_none());
    let unfinished: Vec<RunId> = unfinished.map(|run| run.id.clone()).collect();
    let noted = series::replay_notes(&mut catalog, layout, &unfinished)?;
    let objects = Objects::open(&layout.objects())?;
    match series::restore_sealed(&mut catalog, &objects, &state) {
        Ok(0) => {}
        Ok(runs) => notes.push(format!(
            "The curves of {runs} runs came back from their objects"
        )),
        Err(error) => notes.push(format!(
            "The curves of some runs could not be restored: {}",
            sentence(&error)
        )),
    }

    let mut note = format!("The catalog was rebuilt; {predictions} logged predictions were kept");
    for more in notes.iter() {
        note.push_str(". ");
        note.push_str(more);
    }
    // On the disk before the fact that says so.
    catalog.checkpoint()?;
    journal.append(&[Draft {
        at: clock::now(),
        actor: "person".into(),
        fact: Fact::ProjectRepaired { note },
    }])?;
    catch_up(&mut catalog, &layout.journal())?;
    catalog.checkpoint()?;
    Ok((predictions, taken.points.max(noted)))
}

/// The catalog as it is, if it can be read: what it knows is a help, and it is made anew in any case.
fn old_catalog(layout: &Layout) -> Option<Catalog> {
    let path = layout.catalog();
    // Opening makes one where there is none.
    path.exists().then(|| Catalog::open(&path).ok()).flatten()
}

/// The end of a journal without a mark may have been cut without a trace; the old catalog, which is about to go, may know more.
fn restore_unmarked(journal: &mut Journal, layout: &Layout) -> Result<Option<String>, HostError> {
    let Some(catalog) = old_catalog(layout) else {
        return Ok(None);
    };
    match restore_lost_facts(journal, &catalog) {
        Err(HostError::Catalog(error)) => {
            tracing::warn!("the old catalog gives no facts: {}", sentence(&error));
            Ok(None)
        }
        restored => restored,
    }
}

/// The catalog has every fact as it was written, and the chain says whether it is the one that was changed or is missing.
fn open_mended(layout: &Layout) -> Result<(Journal, Vec<RepairNote>), HostError> {
    let catalog = old_catalog(layout);
    let known = |seq| catalog.as_ref()?.facts(seq, 1).ok()?.pop();
    let mut notes = journal::mend(&layout.journal(), &known)?;
    let (journal, more) = Journal::open(&layout.journal())?;
    notes.extend(more);
    Ok((journal, notes))
}
