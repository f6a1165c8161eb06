//! Splits delimited text into records and fields, one at a time, and says of each record what is wrong with it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::ops::Range;

use super::dialect::Dialect;
use crate::files::BLOCK_BYTES;

/// Reads record after record. Quotes are followed as RFC 4180 says; beyond it, spaces may stand around a quoted field, and empty fields may
/// follow the last one.
pub(crate) struct Splitter<R> {
    reader: BufReader<R>,
    record: Record,
}

impl<R: Read> Splitter<R> {
    pub(crate) fn new(source: R, dialect: &Dialect) -> Self {
        Self {
            reader: BufReader::with_capacity(BLOCK_BYTES, source),
            record: Record::new(dialect),
        }
    }

    /// The next record, blank ones too; `None` at the end of the file.
    pub(crate) fn next_record(&mut self) -> io::Result<Option<&Record>> {
        self.record.begin();
        loop {
            let block = self.reader.fill_buf()?;
            if block.is_empty() {
                return Ok(self.record.end_of_file().then_some(&self.record));
            }
            let (used, is_whole) = self.record.take(block);
            self.reader.consume(used);
            if is_whole {
                return Ok(Some(&self.record));
            }
        }
    }
}

/// What is wrong with a record. Fields are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    TooFewFields {
        found: usize,
    },
    TooManyFields {
        found: usize,
    },
    /// A quote is closed before its field ends.
    BrokenQuote {
        field: usize,
    },
    /// A quote is never closed; the file ends inside it.
    OpenQuote {
        field: usize,
    },
    NotUtf8 {
        field: usize,
    },
}

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

/// One record, and the splitter's state between two of them.
pub(crate) struct Record {
    delimiter: u8,
    /// A byte that cannot occur in UTF-8 when nothing quotes.
    quote: u8,
    width: usize,
    place: Place,
    /// The record before ended with `\r`, which a `\n` may follow.
    return_pending: bool,
    is_first: bool,
    next_line: u64,
    /// Where the current field begins in `raw`.
    start: usize,
    fault: Option<Fault>,
    /// Spaces stand around a quoted field.
    is_spaced: bool,
    fields: Vec<Range<usize>>,
    /// The record as it stands in the file, without its line end.
    pub(crate) raw: Vec<u8>,
    /// Its first line, counted from 1.
    pub(crate) line: u64,
}

impl Record {
    fn new(dialect: &Dialect) -> Self {
        Self {
            delimiter: dialect.delimiter,
            quote: dialect.quote.unwrap_or(0xff),
            width: dialect.width,
            place: Place::Start,
            return_pending: false,
            is_first: true,
            next_line: 1,
            start: 0,
            fault: None,
            is_spaced: false,
            fields: Vec::new(),
            raw: Vec::new(),
            line: 1,
        }
    }

    /// The fields without the quotes around them; doubled quotes inside stay doubled.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &[u8]> {
        self.fields
            .iter()
            .take(self.width)
            .map(|field| self.raw.get(field.clone()).unwrap_or_default())
    }

    /// Writes the record, without spaces around quoted fields.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        if !self.is_spaced {
            return out.write_all(&self.raw);
        }
        for (index, field) in self.fields.iter().enumerate() {
            if index > 0 {
                out.write_all(&[self.delimiter])?;
            }
            let bytes = self.raw.get(field.clone()).unwrap_or_default();
            if self.is_quoted(field) {
                out.write_all(&[self.quote])?;
                out.write_all(bytes)?;
                out.write_all(&[self.quote])?;
            } else {
                out.write_all(bytes)?;
            }
        }
        Ok(())
    }

    /// The values of the fields; an empty one is missing.
    #[cfg(test)]
    pub(crate) fn cells(&self) -> impl Iterator<Item = Option<String>> {
        self.fields.iter().take(self.width).map(|field| {
            let text = String::from_utf8_lossy(self.raw.get(field.clone())?);
            let quote = char::from(self.quote);
            let value = match self.is_quoted(field) {
                true => text.replace(&format!("{quote}{quote}"), &quote.to_string()),
                false => text.into_owned(),
            };
            (!value.is_empty()).then_some(value)
        })
    }

    fn is_quoted(&self, field: &Range<usize>) -> bool {
        let before = field.start.checked_sub(1).and_then(|at| self.raw.get(at));
        before == Some(&self.quote)
    }

    /// Why the record is no row of the table, if it is none.
    pub(crate) fn fault(&self) -> Option<Fault> {
        let found = self.fields.len();
        let is_empty = |field: &Range<usize>| field.is_empty();
        let extra = self.fields.get(self.width..).unwrap_or_default();
        if self.fault.is_some() {
            self.fault
        } else if found < self.width {
            Some(Fault::TooFewFields { found })
        } else if !extra.iter().all(is_empty) {
            Some(Fault::TooManyFields { found })
        } else {
            let error = std::str::from_utf8(&self.raw).err()?;
            let is_before = |field: &&Range<usize>| field.end <= error.valid_up_to();
            let field = self.fields.iter().filter(is_before).count();
            Some(Fault::NotUtf8 { field })
        }
    }

    fn begin(&mut self) {
        self.raw.clear();
        self.fields.clear();
        self.fault = None;
        self.is_spaced = false;
        self.place = Place::Start;
        self.start = 0;
        self.line = self.next_line;
    }

    /// Takes bytes up to the end of the record or of the block. Returns how many, and whether the record is whole.
    fn take(&mut self, block: &[u8]) -> (usize, bool) {
        let mut at = 0;
        if std::mem::take(&mut self.return_pending) && block.first() == Some(&b'\n') {
            at = 1;
        }
        if std::mem::take(&mut self.is_first) && block.starts_with(b"\xef\xbb\xbf") {
            at = 3;
        }
        while let Some(byte) = block.get(at) {
            at += 1;
            let is_line_end = matches!(byte, b'\n' | b'\r');
            if self.place != Place::Quoted && is_line_end {
                self.return_pending = *byte == b'\r';
                self.next_line += 1;
                self.end_field();
                return (at, true);
            }
            self.raw.push(*byte);
            self.step(*byte);
            let rest = block.get(at..).unwrap_or_default();
            let plain = self.uneventful(rest);
            self.raw
                .extend_from_slice(rest.get(..plain).unwrap_or_default());
            at += plain;
        }
        (at, false)
    }

    /// Bytes that change nothing where the splitter is now.
    fn uneventful(&self, rest: &[u8]) -> usize {
        match self.place {
            Place::Plain => memchr::memchr3(self.delimiter, b'\n', b'\r', rest),
            Place::Quoted => memchr::memchr2(self.quote, b'\n', rest),
            _ => return 0,
        }
        .unwrap_or(rest.len())
    }

    /// Follows one byte that is already in `raw` and ends no record.
    fn step(&mut self, byte: u8) {
        if self.place == Place::Quoted {
            if byte == self.quote {
                self.place = Place::Quote;
            }
            self.next_line += u64::from(byte == b'\n');
            return;
        }
        if byte == self.delimiter {
            let end = self.raw.len() - 1;
            self.end_field_at(end);
            return;
        }
        let is_quote = byte == self.quote;
        self.place = match self.place {
            Place::Start if is_quote => {
                self.is_spaced |= self.raw.len() - 1 > self.start;
                self.start = self.raw.len();
                Place::Quoted
            }
            Place::Start if byte == b' ' => Place::Start,
            Place::Start | Place::Plain => Place::Plain,
            Place::Quote if is_quote => Place::Quoted,
            Place::Quote | Place::Closed if byte == b' ' => {
                self.is_spaced = true;
                Place::Closed
            }
            Place::Quote | Place::Closed | Place::Quoted => {
                let field = self.fields.len();
                self.fault.get_or_insert(Fault::BrokenQuote { field });
                Place::Plain
            }
        };
    }

    fn end_field(&mut self) {
        let end = self.raw.len();
        self.end_field_at(end);
    }

    /// The delimiter or the line end stands at `end`.
    fn end_field_at(&mut self, end: usize) {
        let is_quoted = matches!(self.place, Place::Quote | Place::Closed);
        let inside = self.raw.get(self.start..end).unwrap_or_default();
        let end = match memchr::memrchr(self.quote, inside) {
            Some(closing) if is_quoted => self.start + closing,
            _ => end,
        };
        self.fields.push(self.start..end);
        self.start = self.raw.len();
        self.place = Place::Start;
    }

    /// A last record may lack its line end. False if there is none.
    fn end_of_file(&mut self) -> bool {
        if self.raw.is_empty() {
            return false;
        }
        if self.place == Place::Quoted {
            let field = self.fields.len();
            self.fault.get_or_insert(Fault::OpenQuote { field });
        }
        self.end_field();
        true
    }
}
