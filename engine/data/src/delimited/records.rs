//! Counts the records of a delimited file without splitting them, fast enough to check every byte of every import.

use std::ops::RangeInclusive;
use std::path::Path;

use crate::DataError;

/// A longer record is nearly always a quote that is never closed. 10 000 columns of long numbers stay under 1 MB.
pub(crate) const LONGEST_RECORD_BYTES: u64 = 8 << 20;

/// How our own files end their lines, as the reader is told of it.
pub(crate) const LINE_FEED: &str = r"\n";

/// How lines end, outside of quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LineEnds {
    pub(crate) line_feeds: u64,
    pub(crate) returns_and_line_feeds: u64,
    pub(crate) returns: u64,
}

impl LineEnds {
    /// The only kind, as the reader is told of it.
    pub(crate) fn escaped(self) -> &'static str {
        if self.returns > 0 {
            r"\r"
        } else if self.returns_and_line_feeds > 0 {
            r"\r\n"
        } else {
            LINE_FEED
        }
    }

    /// More than one kind in one file; the reader needs one.
    pub(crate) fn are_mixed(self) -> bool {
        let kinds = [self.line_feeds, self.returns_and_line_feeds, self.returns];
        kinds.into_iter().filter(|count| *count > 0).count() > 1
    }
}

/// Follows quotes as RFC 4180 does: one opens a field only at its start, two inside are one letter.
#[derive(Debug)]
pub(crate) struct RecordScan {
    delimiter: u8,
    /// A byte that cannot occur in UTF-8 when nothing quotes.
    quote: u8,
    in_quotes: bool,
    /// The block ended with a quote that may be the first of two.
    quote_pending: bool,
    /// The block ended with `\r`, which a `\n` may follow.
    return_pending: bool,
    /// The last byte that was not a space: says whether a field starts here.
    last_visible: u8,
    position: u64,
    record_start: u64,
    /// Records, blank ones included.
    pub(crate) records: u64,
    /// Records without a single byte.
    pub(crate) blank: u64,
    pub(crate) ends: LineEnds,
    /// Quoted fields with spaces before them, which DuckDB reads in two ways.
    pub(crate) spaced: u64,
    longest: u64,
    longest_start: u64,
}

impl RecordScan {
    pub(crate) fn new(delimiter: u8, quote: Option<u8>) -> Self {
        Self {
            delimiter,
            quote: quote.unwrap_or(0xff),
            in_quotes: false,
            quote_pending: false,
            return_pending: false,
            last_visible: b'\n',
            position: 0,
            record_start: 0,
            records: 0,
            blank: 0,
            ends: LineEnds::default(),
            spaced: 0,
            longest: 0,
            longest_start: 0,
        }
    }

    pub(crate) fn feed(&mut self, block: &[u8]) {
        let mut at = self.begin(block);
        while at < block.len() {
            at = if self.in_quotes {
                self.inside(block, at)
            } else {
                self.outside(block, at)
            };
        }
        if let Some(visible) = block.iter().rev().find(|byte| **byte != b' ') {
            self.last_visible = *visible;
        }
        self.position += block.len() as u64;
        self.measure(self.position);
    }

    /// Call once, after the last block: a last record may lack its line end.
    pub(crate) fn finish(&mut self) {
        if self.position > self.record_start {
            self.records += 1;
        }
    }

    /// The byte range of a record that is too long to be one.
    pub(crate) fn too_long(&self) -> Option<RangeInclusive<u64>> {
        (self.longest > LONGEST_RECORD_BYTES)
            .then(|| self.longest_start..=self.longest_start + self.longest)
    }

    /// What the end of the block before left open. Returns where to go on.
    fn begin(&mut self, block: &[u8]) -> usize {
        let first = block.first().copied();
        if self.quote_pending && first.is_some() {
            self.quote_pending = false;
            if first == Some(self.quote) {
                return 1;
            }
            self.in_quotes = false;
        }
        if self.return_pending && first.is_some() {
            self.return_pending = false;
            if first == Some(b'\n') {
                self.ends.returns -= 1;
                self.ends.returns_and_line_feeds += 1;
                self.record_start += 1;
                return 1;
            }
        }
        let mark = b"\xef\xbb\xbf";
        if self.position == 0 && block.starts_with(mark) {
            self.record_start = mark.len() as u64;
            return mark.len();
        }
        0
    }

    fn inside(&mut self, block: &[u8], at: usize) -> usize {
        let rest = block.get(at..).unwrap_or_default();
        let Some(found) = memchr::memchr(self.quote, rest).map(|found| at + found) else {
            return block.len();
        };
        match block.get(found + 1) {
            Some(next) if *next == self.quote => found + 2,
            Some(_) => {
                self.in_quotes = false;
                found + 1
            }
            None => {
                self.quote_pending = true;
                block.len()
            }
        }
    }

    fn outside(&mut self, block: &[u8], at: usize) -> usize {
        let rest = block.get(at..).unwrap_or_default();
        let Some(found) = memchr::memchr3(self.quote, b'\n', b'\r', rest).map(|found| at + found)
        else {
            return block.len();
        };
        match block.get(found) {
            Some(b'\n') => {
                self.ends.line_feeds += 1;
                self.end_record(found, found + 1)
            }
            Some(b'\r') if block.get(found + 1) == Some(&b'\n') => {
                self.ends.returns_and_line_feeds += 1;
                self.end_record(found, found + 2)
            }
            Some(b'\r') => {
                self.return_pending = found + 1 == block.len();
                self.ends.returns += 1;
                self.end_record(found, found + 1)
            }
            _ => {
                let before = block.get(..found).unwrap_or_default();
                self.in_quotes = self.starts_field(before);
                let is_spaced = self.in_quotes && before.last() == Some(&b' ');
                self.spaced += u64::from(is_spaced);
                found + 1
            }
        }
    }

    fn starts_field(&self, before: &[u8]) -> bool {
        let marked = if self.position == 0 {
            before.strip_prefix(b"\xef\xbb\xbf")
        } else {
            None
        };
        let last = marked
            .unwrap_or(before)
            .iter()
            .rev()
            .find(|byte| **byte != b' ')
            .unwrap_or(&self.last_visible);
        *last == self.delimiter || matches!(last, b'\n' | b'\r')
    }

    fn end_record(&mut self, end: usize, next: usize) -> usize {
        let end = self.position + end as u64;
        self.measure(end);
        self.records += 1;
        self.blank += u64::from(end == self.record_start);
        self.record_start = self.position + next as u64;
        next
    }

    fn measure(&mut self, end: u64) {
        let length = end.saturating_sub(self.record_start);
        if length > self.longest {
            self.longest = length;
            self.longest_start = self.record_start;
        }
    }
}

/// The line (counted from 1) that holds the byte at `position`.
pub(crate) fn line_of(path: &Path, position: u64) -> Result<u64, DataError> {
    let mut line = 1;
    let mut seen = 0_u64;
    crate::files::read_blocks(path, &crate::Control::unattended(), |block| {
        let wanted = position.saturating_sub(seen).min(block.len() as u64) as usize;
        line += memchr::memchr_iter(b'\n', block.get(..wanted).unwrap_or_default()).count() as u64;
        seen += block.len() as u64;
        Ok(())
    })?;
    Ok(line)
}
