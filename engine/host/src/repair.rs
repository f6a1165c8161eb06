//! Repair: the catalog is made anew from the journal, and what only the old one had comes along.

use std::path::Path;

use catalog::{Catalog, Objects};
use contract::{Fact, RunId};
use journal::{Draft, Journal, JournalError, RepairNote};

use crate::catalog_thread::catch_up;
use crate::error::HostError;
use crate::open::{load_predictions, set_aside, take_over};
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
        Err(JournalError::Broken { .. }) => open_mended(&layout)?,
        opened => opened?,
    };
    let mut notes: Vec<String> = mended.into_iter().map(|note| note.sentence).collect();
    let facts = journal::verify(&layout.journal())?.facts;

    let old = set_aside(&layout, "before-repair")?;
    let mut catalog = Catalog::open(&layout.catalog())?;
    catch_up(&mut catalog, &layout.journal())?;
    let (taken, lost) = take_over(&mut catalog, old.as_deref());
    notes.extend(lost);
    notes.extend(load_predictions(&mut catalog, &layout));
    let predictions = catalog.count_predictions()?;

    let mut state = State::default();
    for record in journal::read_after(&layout.journal(), 0)? {
        state.fold(&record?);
    }
    let unfinished = state.runs.iter().filter(|run| run.report.is_none());
    let unfinished: Vec<RunId> = unfinished.map(|run| run.id.clone()).collect();
    let noted = series::replay_notes(&mut catalog, &layout, &unfinished)?;
    let objects = Objects::open(&layout.objects())?;
    match series::restore_sealed(&mut catalog, &objects, &state) {
        Ok(0) => {}
        Ok(runs) => notes.push(format!(
            "The curves of {runs} runs came back from their objects"
        )),
        Err(error) => notes.push(format!(
            "The curves of some runs could not be restored: {error}"
        )),
    }

    let mut note = format!("The catalog was rebuilt; {predictions} logged predictions were kept");
    for more in &notes {
        note.push_str(". ");
        note.push_str(more);
    }
    journal.append(&[Draft {
        at: clock::now(),
        actor: "person".into(),
        fact: Fact::ProjectRepaired { note },
    }])?;
    catch_up(&mut catalog, &layout.journal())?;
    catalog.checkpoint()?;
    drop(catalog);
    drop(lock);
    Ok(Repaired {
        facts,
        predictions,
        points: taken.points.max(noted),
        notes,
    })
}

/// The catalog has every fact as it was written, and the chain says whether it is the one that was changed.
fn open_mended(layout: &Layout) -> Result<(Journal, Vec<RepairNote>), HostError> {
    let catalog = Catalog::open(&layout.catalog())?;
    let known = |seq| catalog.facts(seq, 1).ok()?.pop();
    let mut notes = journal::mend(&layout.journal(), &known)?;
    let (journal, more) = Journal::open(&layout.journal())?;
    notes.extend(more);
    Ok((journal, notes))
}
