//! The segments of a journal folder: finding them, and walking the chain through all of them.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::line::{Link, check_line};
use crate::{Flaw, JournalError};

/// A segment that reached this size is followed by a new one: small enough to read whole, large enough to be few.
pub(crate) const SEGMENT_BYTES: u64 = 8 * 1024 * 1024;
/// The most that one append may add: ten thousand columns with their profiles are about a fifth of it.
pub(crate) const GROUP_BYTES: usize = 64 * 1024 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) number: u32,
    pub(crate) path: PathBuf,
}

impl Segment {
    pub(crate) fn new(dir: &Path, number: u32) -> Self {
        Self {
            number,
            path: dir.join(format!("{number:06}.jsonl")),
        }
    }

    /// The whole segment; its size is bounded by what an append may write.
    pub(crate) fn read(&self) -> Result<Vec<u8>, JournalError> {
        let failed = |source| JournalError::Read {
            source,
            path: self.path.clone(),
        };
        let bytes = fs::metadata(&self.path).map_err(failed)?.len();
        if bytes > SEGMENT_BYTES + GROUP_BYTES as u64 {
            return Err(JournalError::SegmentTooLarge {
                segment: self.number,
                bytes,
            });
        }
        fs::read(&self.path).map_err(failed)
    }

    pub(crate) fn broken(&self, line: u64, flaw: Flaw) -> JournalError {
        JournalError::Broken {
            segment: self.number,
            line,
            flaw,
        }
    }
}

/// All segments in order, counted from 1 without a gap. Other files are none of our business.
pub(crate) fn list_segments(dir: &Path) -> Result<Vec<Segment>, JournalError> {
    let failed = |source| JournalError::Read {
        source,
        path: dir.to_path_buf(),
    };
    let mut numbers = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        numbers.extend(name.to_str().and_then(segment_number));
    }
    numbers.sort_unstable();
    for (number, due) in numbers.iter().zip(1..) {
        if *number != due {
            return Err(JournalError::SegmentMissing { segment: due });
        }
    }
    Ok(numbers
        .into_iter()
        .map(|number| Segment::new(dir, number))
        .collect())
}

fn segment_number(name: &str) -> Option<u32> {
    let number = name.strip_suffix(".jsonl")?.parse().ok()?;
    (number > 0 && format!("{number:06}.jsonl") == name).then_some(number)
}

/// A line and where it stands. `is_whole` is false for a last line without its newline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) bytes: &'a [u8],
    /// Counts from 1.
    pub(crate) number: u64,
    pub(crate) offset: usize,
    pub(crate) is_whole: bool,
}

/// Splits a segment at its newlines.
pub(crate) fn lines(segment: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut offset = 0;
    segment
        .split_inclusive(|byte| *byte == b'\n')
        .zip(1..)
        .map(move |(bytes, number)| {
            let start = offset;
            offset += bytes.len();
            let whole = bytes.strip_suffix(b"\n");
            Line {
                bytes: whole.unwrap_or(bytes),
                number,
                offset: start,
                is_whole: whole.is_some(),
            }
        })
}

/// How far the chain holds.
#[derive(Debug)]
pub(crate) struct Walk {
    pub(crate) link: Link,
    /// Bytes that hold.
    pub(crate) bytes: u64,
    /// Bytes of the last segment that hold.
    pub(crate) last_segment_bytes: u64,
    /// The hash of the fact that the mark names, once the walk has passed it.
    pub(crate) hash_at_mark: Option<std::sync::Arc<str>>,
    pub(crate) trouble: Option<Trouble>,
}

/// The first line that does not hold.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) segment: Segment,
    pub(crate) line: u64,
    pub(crate) flaw: Flaw,
    pub(crate) is_in_last_segment: bool,
    /// A later line of the segment is whole and matches its own hash: this is no torn tail.
    pub(crate) is_followed_by_facts: bool,
}

impl Trouble {
    pub(crate) fn into_error(self) -> JournalError {
        self.segment.broken(self.line, self.flaw)
    }
}

/// Checks every line of every segment up to the first that does not hold. `marked_seq` 0 means that there is no mark.
pub(crate) fn walk(segments: &[Segment], marked_seq: u64) -> Result<Walk, JournalError> {
    let mut walk = Walk {
        link: Link::before_the_first(),
        bytes: 0,
        last_segment_bytes: 0,
        hash_at_mark: None,
        trouble: None,
    };
    for (index, segment) in segments.iter().enumerate() {
        let bytes = segment.read()?;
        walk.last_segment_bytes = 0;
        for line in lines(&bytes) {
            let checked = match line.is_whole {
                true => check_line(line.bytes, Some(&walk.link)),
                false => Err(Flaw::Torn),
            };
            match checked {
                Ok(link) => walk.link = link,
                Err(flaw) => {
                    let rest = &bytes[line.offset..];
                    walk.trouble = Some(Trouble {
                        segment: segment.clone(),
                        line: line.number,
                        flaw,
                        is_in_last_segment: index + 1 == segments.len(),
                        is_followed_by_facts: lines(rest)
                            .any(|line| line.is_whole && check_line(line.bytes, None).is_ok()),
                    });
                    return Ok(walk);
                }
            }
            if walk.link.seq == marked_seq {
                walk.hash_at_mark = Some(walk.link.hash.clone());
            }
            let length = line.bytes.len() as u64 + 1;
            walk.bytes += length;
            walk.last_segment_bytes += length;
        }
    }
    Ok(walk)
}

/// Makes created, renamed and removed names durable. Windows does this by itself and cannot open a folder.
pub(crate) fn sync_folder(dir: &Path) -> Result<(), JournalError> {
    if cfg!(windows) {
        return Ok(());
    }
    let synced = File::open(dir).and_then(|folder| folder.sync_all());
    synced.map_err(|source: io::Error| JournalError::Sync {
        source,
        path: dir.to_path_buf(),
    })
}
