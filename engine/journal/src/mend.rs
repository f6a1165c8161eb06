//! Mending changed and lost lines from somebody who knows their facts: the chain itself proves that they are the facts that stood there.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use contract::FactRecord;

use crate::line::{Link, check_line, write_line};
use crate::mark::{Marked, read_mark};
use crate::segment::{Line, SEGMENT_BYTES, Segment, lines, list_segments, sync_folder};
use crate::{Draft, Flaw, JournalError, RepairNote};

/// Where a line does not hold or is missing, the fact of its number is asked for and written in its place, if that gives the hash that
/// the fact had and the lines after it then hold too. So do the facts up to the marked one where the journal ends before it. A segment as
/// it was is kept under another name.
///
/// # Errors
/// When a line cannot be mended so; then nothing is changed.
pub fn mend(
    dir: &Path,
    known: &dyn Fn(u64) -> Option<FactRecord>,
) -> Result<Vec<RepairNote>, JournalError> {
    let mut mending = Mending {
        link: Link::before_the_first(),
        mark: match read_mark(dir)? {
            Marked::At(link) => Some(link),
            Marked::Missing | Marked::Damaged => None,
        },
        known,
        changed: Vec::new(),
    };
    let segments = list_segments(dir)?;
    let mut mended = Vec::new();
    for segment in &segments {
        let before = mending.changed.len();
        let bytes = mending.mend_lines(segment, Some(segment) == segments.last())?;
        if mending.changed.len() > before {
            mended.push((segment.clone(), bytes));
        }
    }
    let lost = mending.lost();
    if lost > 0 {
        let newest = match mended.pop_if(|(segment, _)| Some(&*segment) == segments.last()) {
            Some(newest) => newest,
            None => match segments.last() {
                Some(segment) => (segment.clone(), segment.read()?),
                None => (Segment::new(dir, 1), Vec::new()),
            },
        };
        mended.extend(mending.restore_tail(dir, newest)?);
    }
    for (segment, bytes) in mended {
        replace(dir, &segment, &bytes)?;
    }
    let sentences = [changed_sentence(&mending.changed), lost_sentence(lost)];
    let notes = sentences.into_iter().flatten();
    Ok(notes.map(|sentence| RepairNote { sentence }).collect())
}

fn changed_sentence(changed: &[u64]) -> Option<String> {
    match changed {
        [] => None,
        [one] => Some(format!(
            "Fact {one} was changed in the journal or missing; it was restored from the catalog, and the journal as it was is kept"
        )),
        [first, .., last] => Some(format!(
            "{} facts from {first} to {last} were changed in the journal or missing; they were restored from the catalog, and the journal as it was is kept",
            changed.len()
        )),
    }
}

fn lost_sentence(lost: u64) -> Option<String> {
    match lost {
        0 => None,
        1 => Some("The journal had lost its last fact; it was restored from the catalog".into()),
        many => Some(format!(
            "The journal had lost its last {many} facts; they were restored from the catalog"
        )),
    }
}

/// One pass over the journal, which says what its segments should be.
struct Mending<'a> {
    link: Link,
    /// The newest fact that was acknowledged, if there is a mark.
    mark: Option<Link>,
    known: &'a dyn Fn(u64) -> Option<FactRecord>,
    /// Numbers of the facts that had to be asked for in the middle.
    changed: Vec<u64>,
}

impl Mending<'_> {
    /// The segment as it was written.
    fn mend_lines(&mut self, segment: &Segment, is_newest: bool) -> Result<Vec<u8>, JournalError> {
        let bytes = segment.read()?;
        let mut mended = Vec::with_capacity(bytes.len());
        for line in lines(&bytes) {
            if !line.is_whole && is_newest {
                // A torn tail is for the next opening.
                mended.extend_from_slice(line.bytes);
                break;
            }
            loop {
                let flaw = match self.check(&line) {
                    Ok(next) => {
                        self.take(next)?;
                        mended.extend_from_slice(line.bytes);
                        mended.push(b'\n');
                        break;
                    }
                    Err(flaw) => flaw,
                };
                // The line itself may hold, with others missing before it.
                let is_later = matches!(flaw, Flaw::WrongNumber { found, due } if found > due);
                if !self.restore_next(&mut mended)? {
                    return Err(segment.broken(line.number, flaw));
                }
                self.changed.push(self.link.seq);
                if !is_later {
                    break;
                }
            }
        }
        Ok(mended)
    }

    fn check(&self, line: &Line<'_>) -> Result<Link, Flaw> {
        match line.is_whole {
            true => check_line(line.bytes, Some(&self.link)),
            false => Err(Flaw::Torn),
        }
    }

    /// Goes on to a fact, unless the mark names another one of that number.
    fn take(&mut self, next: Link) -> Result<(), JournalError> {
        if let Some(mark) = &self.mark
            && mark.seq == next.seq
            && mark.hash != next.hash
        {
            return Err(JournalError::MarkDisagrees { seq: next.seq });
        }
        self.link = next;
        Ok(())
    }

    /// Adds the line of the next fact to `bytes`; false if nobody knows it as it was.
    fn restore_next(&mut self, bytes: &mut Vec<u8>) -> Result<bool, JournalError> {
        let Some(record) = (self.known)(self.link.seq + 1) else {
            return Ok(false);
        };
        let length = bytes.len();
        let written = write_line(bytes, &self.link, &Draft::of(&record))?;
        if written.hash != record.hash {
            bytes.truncate(length);
            return Ok(false);
        }
        self.take(Link {
            seq: written.seq,
            hash: written.hash.0,
        })?;
        Ok(true)
    }

    /// How many acknowledged facts are missing at the end.
    fn lost(&self) -> u64 {
        let marked = self.mark.as_ref().map_or(0, |mark| mark.seq);
        marked.saturating_sub(self.link.seq)
    }

    /// The newest segment with the lost facts behind it, and further ones where it gets full.
    fn restore_tail(
        &mut self,
        dir: &Path,
        (mut segment, mut bytes): (Segment, Vec<u8>),
    ) -> Result<Vec<(Segment, Vec<u8>)>, JournalError> {
        let found = self.link.seq;
        // Half a line is one of those that are lost.
        let last = bytes.iter().rposition(|byte| *byte == b'\n');
        bytes.truncate(last.map_or(0, |last| last + 1));
        let mut parts = Vec::new();
        while self.lost() > 0 {
            if bytes.len() as u64 >= SEGMENT_BYTES {
                let next = Segment::new(dir, segment.number + 1);
                let full = std::mem::replace(&mut segment, next);
                parts.push((full, std::mem::take(&mut bytes)));
            }
            if !self.restore_next(&mut bytes)? {
                let marked = self.link.seq + self.lost();
                return Err(JournalError::FactsMissing { marked, found });
            }
        }
        parts.push((segment, bytes));
        Ok(parts)
    }
}

fn replace(dir: &Path, segment: &Segment, bytes: &[u8]) -> Result<(), JournalError> {
    let stem = format!("{:06}.changed", segment.number);
    let names = std::iter::once(stem.clone()).chain((2..).map(|n: u32| format!("{stem}-{n}")));
    let mut free = names.filter(|name| !dir.join(name).exists());
    let kept = dir.join(free.next().unwrap_or(stem));
    let part = dir.join(format!("{:06}.part", segment.number));
    let write = || {
        if segment.path.exists() {
            fs::copy(&segment.path, &kept)?;
        }
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
