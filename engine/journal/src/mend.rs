//! Mending a changed line from somebody who knows its fact: the chain itself proves that it is the fact that stood there.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use contract::FactRecord;

use crate::line::{Link, check_line, write_line};
use crate::mark::{Marked, read_mark};
use crate::segment::{Segment, lines, list_segments, sync_folder};
use crate::{Draft, JournalError, RepairNote};

/// Where a line does not hold, the fact of its number is asked for and written in its place, if that gives the hash that the fact had
/// and the lines after it then hold too. A segment as it was is kept under another name.
///
/// # Errors
/// When a line cannot be mended so; then nothing is changed.
pub fn mend(
    dir: &Path,
    known: &dyn Fn(u64) -> Option<FactRecord>,
) -> Result<Vec<RepairNote>, JournalError> {
    let mut link = Link::before_the_first();
    let (mut mended, mut numbers) = (Vec::new(), Vec::new());
    for segment in list_segments(dir)? {
        let before = numbers.len();
        let bytes = mended_bytes(&segment, &mut link, known, &mut numbers)?;
        if numbers.len() > before {
            mended.push((segment, bytes));
        }
    }
    if let Marked::At(mark) = read_mark(dir)?
        && (mark.seq > link.seq || (mark.seq == link.seq && mark.hash != link.hash))
    {
        return Err(JournalError::FactsMissing {
            marked: mark.seq,
            found: link.seq,
        });
    }
    for (segment, bytes) in mended {
        replace(dir, &segment, &bytes)?;
    }
    let note = |number: u64| RepairNote {
        sentence: format!(
            "Fact {number} was changed in the journal; it was restored from the catalog, and the changed segment is kept"
        ),
    };
    Ok(numbers.into_iter().map(note).collect())
}

/// The segment as it was written; the numbers of facts that had to be asked for are added to `numbers`.
fn mended_bytes(
    segment: &Segment,
    link: &mut Link,
    known: &dyn Fn(u64) -> Option<FactRecord>,
    numbers: &mut Vec<u64>,
) -> Result<Vec<u8>, JournalError> {
    let bytes = segment.read()?;
    let mut mended = Vec::with_capacity(bytes.len());
    for line in lines(&bytes) {
        if !line.is_whole {
            // A torn tail is for the next opening.
            mended.extend_from_slice(line.bytes);
            break;
        }
        let flaw = match check_line(line.bytes, Some(link)) {
            Ok(next) => {
                *link = next;
                mended.extend_from_slice(line.bytes);
                mended.push(b'\n');
                continue;
            }
            Err(flaw) => flaw,
        };
        let broken = || segment.broken(line.number, flaw.clone());
        let record = known(link.seq + 1).ok_or_else(broken)?;
        let draft = Draft {
            at: record.at,
            actor: record.actor,
            fact: record.fact,
        };
        let written = write_line(&mut mended, link, &draft)?;
        if written.hash != record.hash {
            return Err(broken());
        }
        *link = Link {
            seq: written.seq,
            hash: written.hash.0,
        };
        numbers.push(link.seq);
    }
    Ok(mended)
}

fn replace(dir: &Path, segment: &Segment, bytes: &[u8]) -> Result<(), JournalError> {
    let stem = format!("{:06}.changed", segment.number);
    let names = std::iter::once(stem.clone()).chain((2..).map(|n: u32| format!("{stem}-{n}")));
    let mut free = names.filter(|name| !dir.join(name).exists());
    let kept = dir.join(free.next().unwrap_or(stem));
    let part = dir.join(format!("{:06}.part", segment.number));
    let write = || {
        fs::copy(&segment.path, &kept)?;
        let mut file = File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, &segment.path)
    };
    write().map_err(|source| JournalError::Write {
        source,
        path: segment.path.clone(),
    })?;
    sync_folder(dir)
}
