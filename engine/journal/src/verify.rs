//! Checking a whole journal, also one that is being written to.

use std::path::Path;
use std::thread;
use std::time::Duration;

use contract::JournalHead;

use crate::JournalError;
use crate::mark::{Marked, read_mark};
use crate::segment::{list_segments, walk};

/// A check that finds trouble while somebody writes is made again; a second is far longer than any append takes.
const MOST_CHECKS: u32 = 20;
const PAUSE_BETWEEN_CHECKS: Duration = Duration::from_millis(50);

/// What a whole and unchanged journal holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    pub facts: u64,
    pub segments: u64,
    pub bytes: u64,
    pub head: Option<JournalHead>,
}

/// Reads every byte of the journal and checks every hash, the chain, the numbers, the segments and the mark.
///
/// # Errors
/// The first thing that is wrong, with its segment and line. A torn tail counts as wrong here; opening the journal mends it.
pub fn verify(dir: &Path) -> Result<Verification, JournalError> {
    let mut state = state_of(dir);
    for _ in 1..MOST_CHECKS {
        let Err(error) = verify_once(dir) else { break };
        thread::sleep(PAUSE_BETWEEN_CHECKS);
        let state_after = state_of(dir);
        if state_after == state {
            return Err(error);
        }
        state = state_after;
    }
    verify_once(dir)
}

/// One pass; trouble may be an append that is under way.
pub(crate) fn verify_once(dir: &Path) -> Result<Verification, JournalError> {
    // The mark comes first: facts that are appended meanwhile only add to what it names.
    let marked = read_mark(dir)?;
    let segments = list_segments(dir)?;
    let mark = match marked {
        Marked::At(link) => link,
        Marked::Missing if segments.is_empty() => {
            return Err(JournalError::NotAJournal { path: dir.into() });
        }
        Marked::Missing => return Err(JournalError::MarkUnusable { is_missing: true }),
        Marked::Damaged => return Err(JournalError::MarkUnusable { is_missing: false }),
    };
    let walk = walk(&segments, mark.seq)?;
    if let Some(trouble) = walk.trouble {
        return Err(trouble.into_error());
    }
    if mark.seq > walk.link.seq {
        return Err(JournalError::FactsMissing {
            marked: mark.seq,
            found: walk.link.seq,
        });
    }
    let hash_at_mark = walk
        .hash_at_mark
        .unwrap_or_else(|| crate::line::Link::before_the_first().hash);
    if hash_at_mark != mark.hash {
        return Err(JournalError::MarkDisagrees { seq: mark.seq });
    }
    Ok(Verification {
        facts: walk.link.seq,
        segments: segments.len() as u64,
        bytes: walk.bytes,
        head: walk.link.head(),
    })
}

/// Changes whenever somebody appends: the mark, and the size of the newest segment.
fn state_of(dir: &Path) -> (Option<Marked>, Option<u64>) {
    let newest = list_segments(dir).ok().and_then(|mut all| all.pop());
    let size = newest.and_then(|segment| std::fs::metadata(segment.path).ok());
    (read_mark(dir).ok(), size.map(|size| size.len()))
}
