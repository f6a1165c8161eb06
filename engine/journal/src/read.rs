//! Reading facts back, one segment in memory at a time.

use std::collections::VecDeque;
use std::path::Path;

use contract::FactRecord;

use crate::line::{Link, check_line};
use crate::segment::{Segment, lines, list_segments};
use crate::{Flaw, JournalError};

/// Facts in order. After an error it ends.
#[derive(Debug)]
pub struct Facts {
    segments: VecDeque<Segment>,
    current: Option<Current>,
    /// `None` before the first line of a reading that does not start at fact 1.
    link: Option<Link>,
    after: u64,
}

#[derive(Debug)]
struct Current {
    segment: Segment,
    bytes: Vec<u8>,
    offset: usize,
    line: u64,
}

/// The facts after number `seq`, each checked against its hash and the one before it; `seq` 0 reads all.
///
/// A last line without its newline is one that is being written, or was when the program ended: the reading stops before it.
///
/// # Errors
/// When the folder cannot be read or a segment is missing. Errors of single facts come out of the iterator, which ends with them.
pub fn read_after(dir: &Path, seq: u64) -> Result<Facts, JournalError> {
    let segments = list_segments(dir)?;
    let skipped = skippable(&segments, seq)?;
    Ok(Facts {
        segments: segments.into_iter().skip(skipped).collect(),
        current: None,
        link: (skipped == 0).then(Link::before_the_first),
        after: seq,
    })
}

/// How many segments end at or before fact `seq`: all before the last one that starts at or before `seq + 1`.
fn skippable(segments: &[Segment], seq: u64) -> Result<usize, JournalError> {
    let mut start = 0;
    let mut end = segments.len();
    while end - start > 1 {
        let middle = start.midpoint(end);
        match first_seq(&segments[middle])? {
            Some(first) if first <= seq.saturating_add(1) => start = middle,
            _ => end = middle,
        }
    }
    Ok(start)
}

fn first_seq(segment: &Segment) -> Result<Option<u64>, JournalError> {
    let bytes = segment.read()?;
    let first = lines(&bytes).next().filter(|line| line.is_whole);
    first
        .map(|line| check_line(line.bytes, None).map(|link| link.seq))
        .transpose()
        .map_err(|flaw| segment.broken(1, flaw))
}

impl Facts {
    fn read_next(&mut self) -> Result<Option<FactRecord>, JournalError> {
        loop {
            let Some(current) = &mut self.current else {
                let Some(segment) = self.segments.pop_front() else {
                    return Ok(None);
                };
                self.current = Some(Current {
                    bytes: segment.read()?,
                    segment,
                    offset: 0,
                    line: 0,
                });
                continue;
            };
            let Some(line) = lines(&current.bytes[current.offset..]).next() else {
                self.current = None;
                continue;
            };
            current.line += 1;
            let broken = |flaw| current.segment.broken(current.line, flaw);
            if !line.is_whole {
                return match self.segments.is_empty() {
                    true => Ok(None),
                    false => Err(broken(Flaw::Torn)),
                };
            }
            let link = check_line(line.bytes, self.link.as_ref()).map_err(broken)?;
            let is_wanted = link.seq > self.after;
            self.link = Some(link);
            let record = is_wanted.then(|| serde_json::from_slice(line.bytes));
            current.offset += line.bytes.len() + 1;
            if let Some(record) = record {
                return record
                    .map(Some)
                    .map_err(|source| JournalError::UnknownFact {
                        segment: current.segment.number,
                        line: current.line,
                        source,
                    });
            }
        }
    }
}

impl Iterator for Facts {
    type Item = Result<FactRecord, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.read_next();
        if !matches!(next, Ok(Some(_))) {
            self.segments.clear();
            self.current = None;
        }
        next.transpose()
    }
}
