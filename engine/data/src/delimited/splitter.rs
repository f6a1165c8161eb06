//! Splits delimited text into records and fields, one at a time, and says of each record whether it is whole.

use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;

use super::dialect::Dialect;
use crate::files::BLOCK_BYTES;

/// Where in a field the splitter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Nothing but spaces so far.
    Start,
    Plain,
    Quoted,
    /// After a quote inside quotes: the closing one, or the first of two.
    Quote,
    /// Spaces after the closing quote.
    Closed,
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    TooFewFields { found: usize },
    TooManyFields { found: usize },
    /// In this field a quote is closed before the field ends, or never.
    BrokenQuote { field: usize },
    NotUtf8 { field: usize },
}

/// Reads record after record. Quotes are followed as RFC 4180 says; beyond it, spaces may stand around a quoted field, and empty fields may
/// follow the last one.
pub(crate) struct Splitter<R> {
    reader: BufReader<R>,
    delimiter: u8,
    /// A byte that cannot occur in UTF-8 when nothing quotes.
    quote: u8,
    width: usize,
    place: Place,
    /// The last record ended with `\r`, which a `\n` may follow.
    return_pending: bool,
    is_first: bool,
    next_line: u64,
    /// Where the field began in `raw`.
    start: usize,
    broken: Option<usize>,
    fields: Vec<Range<usize>>,
    /// The record as it stands in the file, without its line end.
    pub(crate) raw: Vec<u8>,
    /// Its first line, counted from 1.
    pub(crate) line: u64,
}

impl<R: Read> Splitter<R> {
    pub(crate) fn new(source: R, dialect: &Dialect) -> Self {
        Self {
            reader: BufReader::with_capacity(BLOCK_BYTES, source),
            delimiter: dialect.delimiter,
            quote: dialect.quote.unwrap_or(0xff),
            width: dialect.width,
            place: Place::Start,
            return_pending: false,
            is_first: true,
            next_line: 1,
            start: 0,
            broken: None,
            fields: Vec::new(),
            raw: Vec::new(),
            line: 1,
        }
    }

    /// Reads the next record, blank ones too. False at the end of the file.
    pub(crate) fn next(&mut self) -> io::Result<bool> {
        self.raw.clear();
        self.fields.clear();
        self.broken = None;
        self.begin_field();
        self.line = self.next_line;
        loop {
            let block = self.reader.fill_buf()?;
            if block.is_empty() {
                return Ok(self.end_of_file());
            }
            // The block stands in the reader's own buffer, so it is taken out for the time that it is looked at.
            let (used, is_whole) = {
                let mut record = Cursor {
                    delimiter: self.delimiter,
                    quote: self.quote,
                    place: &mut self.place,
                    return_pending: &mut self.return_pending,
                    is_first: &mut self.is_first,
                    next_line: &mut self.next_line,
                    start: &mut self.start,
                    broken: &mut self.broken,
                    fields: &mut self.fields,
                    raw: &mut self.raw,
                };
                record.take(block)
            };
            self.reader.consume(used);
            if is_whole {
                return Ok(true);
            }
        }
    }
}
