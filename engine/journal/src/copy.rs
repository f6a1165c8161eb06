//! A copy of a journal that is being written to: exactly the acknowledged facts, and a mark that agrees with them.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use contract::JournalHead;

use crate::line::{Link, check_line};
use crate::mark::{Mark, Marked, read_mark};
use crate::segment::{Segment, lines, list_segments, sync_folder};
use crate::{Flaw, JournalError};

/// One rewrite of the mark takes microseconds; a mark that stays unreadable is damaged.
const MOST_LOOKS: u32 = 100;

/// Copies the acknowledged facts of a journal to a new or empty folder and returns the newest of them. Each line is checked on the
/// way; facts that are appended meanwhile are left out.
///
/// # Errors
/// When the journal is broken or has no mark, the other folder is not empty, or the disk refuses.
pub fn copy(from: &Path, to: &Path) -> Result<Option<JournalHead>, JournalError> {
    let failed = |source| JournalError::Write {
        source,
        path: to.to_path_buf(),
    };
    fs::create_dir_all(to).map_err(failed)?;
    if fs::read_dir(to).map_err(failed)?.next().is_some() {
        return Err(JournalError::NotEmpty { path: to.into() });
    }
    // The mark comes first: what it names is in the segments already.
    let marked = match settled_mark(from)? {
        Marked::At(link) => link,
        Marked::Missing => return Err(JournalError::MarkUnusable { is_missing: true }),
        Marked::Damaged => return Err(JournalError::MarkUnusable { is_missing: false }),
    };
    let mut link = Link::before_the_first();
    for segment in list_segments(from)? {
        if link.seq == marked.seq {
            break;
        }
        let bytes = segment.read()?;
        let length = acknowledged(&segment, &bytes, (&mut link, &marked))?;
        let path = Segment::new(to, segment.number).path;
        let written = File::create(&path).and_then(|mut file| {
            file.write_all(&bytes[..length])?;
            file.sync_all()
        });
        written.map_err(|source| JournalError::Write { source, path })?;
    }
    if link.seq < marked.seq {
        return Err(JournalError::FactsMissing {
            marked: marked.seq,
            found: link.seq,
        });
    }
    if link.hash != marked.hash {
        return Err(JournalError::MarkDisagrees { seq: marked.seq });
    }
    let mut mark = Mark::open(to)?;
    mark.set(&link).and_then(|()| mark.sync()).map_err(failed)?;
    sync_folder(to)?;
    Ok(link.head())
}

/// A mark that is just being overwritten may read as half of each; then it reads otherwise the next time.
fn settled_mark(dir: &Path) -> Result<Marked, JournalError> {
    let mut mark = read_mark(dir)?;
    for _ in 0..MOST_LOOKS {
        let again = read_mark(dir)?;
        if again == mark && mark != Marked::Damaged {
            break;
        }
        mark = again;
    }
    Ok(mark)
}

/// How many bytes of a segment hold facts up to the marked one; `link` goes along.
fn acknowledged(
    segment: &Segment,
    bytes: &[u8],
    (link, marked): (&mut Link, &Link),
) -> Result<usize, JournalError> {
    let mut length = 0;
    for line in lines(bytes) {
        if link.seq == marked.seq {
            break;
        }
        let checked = match line.is_whole {
            true => check_line(line.bytes, Some(link)),
            false => Err(Flaw::Torn),
        };
        *link = checked.map_err(|flaw| segment.broken(line.number, flaw))?;
        length += line.bytes.len() + 1;
    }
    Ok(length)
}
