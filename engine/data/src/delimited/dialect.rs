//! How a delimited file is written: delimiter, quote, header and decimal sign, found out from its first records.
//!
//! What a person chose is kept; the rest is detected and shown, so that nothing is guessed silently.

use std::collections::HashSet;
use std::path::Path;

use contract::ReaderOptions;
use csv::ByteRecord;

use super::evidence::{self, Field};
use super::records::RecordScan;
use crate::DataError;

/// Delimiters that are looked for, the likelier first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// What ASCII has for the purpose, and no text has in it.
const UNIT_SEPARATOR: u8 = 0x1f;
/// Records that the delimiter is chosen by.
const JUDGED_RECORDS: usize = 500;
/// Fields of a record that are looked at for their type; the first hundreds tell as much as ten thousand.
const JUDGED_FIELDS: usize = 256;
/// A title or a note above the table is at most so long.
const MOST_RECORDS_BEFORE_HEADER: usize = 20;

/// How a file is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    /// `None`: quotes are letters like any other.
    pub(crate) quote: Option<u8>,
    pub(crate) decimal: u8,
    pub(crate) has_header: bool,
    /// Records above the table: `sep=;`, a title. Blank lines are not counted here.
    pub(crate) preamble: usize,
    /// The preamble's lines and their text, but for an announced delimiter.
    pub(crate) notes: Vec<(u64, String)>,
    /// Everything above the first row of data: preamble, header and blank lines.
    pub(crate) skipped: Skipped,
    /// As they are written in the header; empty without one.
    pub(crate) header: Vec<String>,
    /// Fields of a record.
    pub(crate) width: usize,
}

/// What stands above the data, counted as the reader counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub(crate) records: u64,
    pub(crate) blank: u64,
}

impl Dialect {
    /// How this program writes: comma, double quotes, point, a header.
    pub(crate) fn canonical(header: Vec<String>) -> Self {
        Self {
            delimiter: b',',
            quote: Some(b'"'),
            decimal: b'.',
            has_header: true,
            preamble: 0,
            notes: Vec::new(),
            skipped: Skipped {
                records: 1,
                blank: 0,
            },
            width: header.len(),
            header,
        }
    }

    /// Records above the data that are not blank: the preamble and the header.
    pub(crate) fn records_before_data(&self) -> usize {
        self.preamble + usize::from(self.has_header)
    }

    pub(crate) fn splitter(&self) -> csv::ReaderBuilder {
        splitter(self.delimiter, self.quote)
    }
}

/// Finds out how `sample` is written. `sample` ends with a whole record.
pub(crate) fn detect(
    sample: &str,
    options: &ReaderOptions,
    path: &Path,
) -> Result<Dialect, DataError> {
    let announced = announced_delimiter(sample);
    let delimiter = match options.delimiter {
        Some(delimiter) => Some(plain(delimiter, "delimiter")?),
        None => announced,
    };
    let quote = options.quote.map(quote_option).transpose()?;
    let decimal = options.decimal_separator.map(decimal_option).transpose()?;
    let reading = best_reading(sample, delimiter, quote);
    if reading.records.is_empty() {
        return Err(DataError::Empty {
            path: path.to_owned(),
        });
    }
    let preamble = reading.preamble(announced.is_some());
    let table = reading.records.get(preamble..).unwrap_or_default();
    let decimal = decimal.unwrap_or_else(|| decimal_sign(table, reading.delimiter));
    let has_header = options
        .has_header
        .unwrap_or_else(|| has_header(table, decimal));
    let (header, width) = header_and_width(table, has_header, reading.usual_width);
    let mut dialect = Dialect {
        delimiter: reading.delimiter,
        quote: reading.quote,
        decimal,
        has_header,
        preamble,
        notes: reading.notes(usize::from(announced.is_some()), preamble),
        skipped: Skipped::default(),
        header,
        width,
    };
    dialect.skipped = skipped(sample, &dialect);
    Ok(dialect)
}

fn skipped(sample: &str, dialect: &Dialect) -> Skipped {
    let mut reader = dialect.splitter().from_reader(sample.as_bytes());
    let mut record = ByteRecord::new();
    for _ in 0..dialect.records_before_data() {
        if !matches!(reader.read_byte_record(&mut record), Ok(true)) {
            break;
        }
    }
    let above = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
    let mut scan = RecordScan::new(dialect.delimiter, dialect.quote);
    scan.feed(sample.as_bytes().get(..above).unwrap_or_default());
    scan.finish();
    Skipped {
        records: scan.records,
        blank: scan.blank,
    }
}

fn plain(letter: char, option: &'static str) -> Result<u8, DataError> {
    u8::try_from(letter)
        .ok()
        .filter(|byte| byte.is_ascii() && !matches!(byte, b'\n' | b'\r'))
        .ok_or_else(|| DataError::BadOption {
            option,
            value: letter.escape_default().to_string(),
        })
}

/// NUL stands for “nothing quotes”.
fn quote_option(letter: char) -> Result<Option<u8>, DataError> {
    if letter == '\0' {
        return Ok(None);
    }
    plain(letter, "quote").map(Some)
}

fn decimal_option(letter: char) -> Result<u8, DataError> {
    match letter {
        '.' | ',' => plain(letter, "decimal separator"),
        _ => Err(DataError::BadOption {
            option: "decimal separator",
            value: letter.to_string(),
        }),
    }
}

/// Excel's first line `sep=;` names the delimiter.
fn announced_delimiter(sample: &str) -> Option<u8> {
    let line = sample.lines().next()?.trim_end();
    match line.as_bytes() {
        [b's', b'e', b'p', b'=', delimiter] => Some(*delimiter),
        _ => None,
    }
}

/// The sample as one delimiter and one quote split it.
struct Reading {
    delimiter: u8,
    quote: Option<u8>,
    records: Vec<ByteRecord>,
    /// The most frequent number of fields.
    usual_width: usize,
    /// How well it fits: shares of usual records, of typed fields, of fields without another delimiter.
    fit: (f64, f64, f64),
}

fn best_reading(sample: &str, delimiter: Option<u8>, quote: Option<Option<u8>>) -> Reading {
    let delimiters = delimiter.map_or_else(|| DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
    let quotes = quote.map_or_else(|| likely_quotes(sample), |quote| vec![quote]);
    let is_chosen = delimiter.is_some();
    let mut best: Option<Reading> = None;
    for delimiter in delimiters {
        for quote in &quotes {
            let reading = Reading::new(sample, delimiter, *quote);
            let is_viable = is_chosen || reading.is_a_table();
            if is_viable && best.as_ref().is_none_or(|best| reading.fit > best.fit) {
                best = Some(reading);
            }
        }
    }
    // No delimiter makes a table of it: one column, whose values must not be cut.
    best.unwrap_or_else(|| {
        let absent = DELIMITERS
            .into_iter()
            .find(|delimiter| !sample.as_bytes().contains(delimiter));
        let quote = quotes.first().copied().flatten();
        Reading::new(sample, absent.unwrap_or(UNIT_SEPARATOR), quote)
    })
}

/// Single quotes are believed only where they wrap fields and no double quote does.
fn likely_quotes(sample: &str) -> Vec<Option<u8>> {
    let wraps = |quote: char| {
        let starts = |delimiter: char| sample.contains(&format!("{delimiter}{quote}"));
        ['\n', ',', ';', '\t', '|'].into_iter().any(starts) || sample.starts_with(quote)
    };
    if wraps('\'') && !wraps('"') {
        return vec![Some(b'\''), Some(b'"')];
    }
    vec![Some(b'"')]
}

impl Reading {
    fn new(sample: &str, delimiter: u8, quote: Option<u8>) -> Self {
        let mut reader = splitter(delimiter, quote).from_reader(sample.as_bytes());
        let records: Vec<ByteRecord> = reader
            .byte_records()
            .take(JUDGED_RECORDS)
            .map_while(Result::ok)
            .collect();
        let usual_width = usual_width(&records);
        let fit = fit(&records, usual_width, delimiter);
        Self {
            delimiter,
            quote,
            records,
            usual_width,
            fit,
        }
    }

    /// Several columns in the first record, or in nearly all; but sentences with commas are one column.
    fn is_a_table(&self) -> bool {
        let first = self.records.first().map_or(0, ByteRecord::len);
        self.usual_width > 1 && (self.fit.0 >= 0.8 || (first > 1 && !self.is_prose()))
    }

    /// After each delimiter comes a space, and the records are of all widths.
    fn is_prose(&self) -> bool {
        let starts_with_space = |field: &[u8]| field.starts_with(b" ");
        self.fit.0 < 0.8
            && self
                .records
                .iter()
                .flat_map(|record| record.iter().skip(1))
                .all(starts_with_space)
    }

    /// Records of another width above the first usual one, if nearly all others are usual.
    fn preamble(&self, is_announced: bool) -> usize {
        let announced = usize::from(is_announced);
        if self.fit.0 < 0.8 {
            return announced;
        }
        let first_usual = self
            .records
            .iter()
            .position(|record| record.len() == self.usual_width);
        match first_usual {
            Some(above) if above <= MOST_RECORDS_BEFORE_HEADER && !self.header_is_short() => {
                above.max(announced)
            }
            _ => announced,
        }
    }

    fn notes(&self, from: usize, to: usize) -> Vec<(u64, String)> {
        let note = |record: &ByteRecord| {
            let line = record.position().map_or(1, csv::Position::line);
            let fields: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
            (line, fields.join(&char::from(self.delimiter).to_string()))
        };
        let notes = self.records.get(from..to).unwrap_or_default();
        notes.iter().map(note).collect()
    }

    /// A first record of names that lacks just the last: rows end with a delimiter that the header does not have.
    fn header_is_short(&self) -> bool {
        let Some((first, rows)) = self.records.split_first() else {
            return false;
        };
        first.len() + 1 == self.usual_width
            && rows
                .iter()
                .filter(|row| row.len() == self.usual_width)
                .all(|row| row.iter().next_back().is_some_and(<[u8]>::is_empty))
    }
}

pub(crate) fn splitter(delimiter: u8, quote: Option<u8>) -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(quote.is_some())
        .quote(quote.unwrap_or(b'"'));
    builder
}

/// The most frequent width; of two equally frequent the one that comes first, which is the header's.
fn usual_width(records: &[ByteRecord]) -> usize {
    let mut widths: Vec<(usize, usize)> = Vec::new();
    for record in records {
        match widths.iter_mut().find(|(width, _)| *width == record.len()) {
            Some((_, count)) => *count += 1,
            None => widths.push((record.len(), 1)),
        }
    }
    let most = widths.iter().map(|(_, count)| *count).max();
    widths
        .iter()
        .find(|(_, count)| Some(*count) == most)
        .map_or(1, |(width, _)| *width)
}

fn fit(records: &[ByteRecord], usual_width: usize, delimiter: u8) -> (f64, f64, f64) {
    let usual: Vec<&ByteRecord> = records
        .iter()
        .filter(|record| record.len() == usual_width)
        .collect();
    let (mut fields, mut typed, mut clean) = (0_u32, 0_u32, 0_u32);
    for record in &usual {
        for field in record.iter().take(JUDGED_FIELDS) {
            fields += 1;
            typed += u32::from(is_typed(field));
            let has_other = |byte: &u8| DELIMITERS.contains(byte) && *byte != delimiter;
            clean += u32::from(!field.iter().any(has_other));
        }
    }
    let share = |count: u32| f64::from(count) / f64::from(fields.max(1));
    let usual_share = usual.len() as f64 / records.len().max(1) as f64;
    // A few damaged rows must not decide between two delimiters.
    let rounded = (usual_share * 20.0).round() / 20.0;
    (rounded, share(typed), share(clean))
}

fn is_typed(field: &[u8]) -> bool {
    let value = field.trim_ascii();
    let with_point = evidence::classify(value, b'.');
    !matches!(with_point, Field::Text | Field::Empty)
        || matches!(evidence::classify(value, b','), Field::Float)
}

/// A comma, if more columns are numbers with a comma than with a point.
fn decimal_sign(table: &[ByteRecord], delimiter: u8) -> u8 {
    if delimiter == b',' {
        return b'.';
    }
    let width = table.first().map_or(0, ByteRecord::len).min(JUDGED_FIELDS);
    let floats = |decimal: u8| {
        (0..width)
            .filter(|column| is_float_column(table, *column, decimal))
            .count()
    };
    if floats(b',') > floats(b'.') {
        b','
    } else {
        b'.'
    }
}

/// The first record is left out: it may be the header.
fn is_float_column(table: &[ByteRecord], column: usize, decimal: u8) -> bool {
    let mut floats = 0_u32;
    for record in table.iter().skip(1) {
        let value = record.get(column).unwrap_or_default().trim_ascii();
        match evidence::classify(value, decimal) {
            Field::Float => floats += 1,
            Field::Integer | Field::Empty | Field::MissingWord => {}
            _ => return false,
        }
    }
    floats > 0
}

/// Names are text, or days above numbers, and no value of a table of text repeats its column's name.
pub(crate) fn has_header(table: &[ByteRecord], decimal: u8) -> bool {
    let Some((first, rows)) = table.split_first() else {
        return false;
    };
    let kind = |field: &[u8]| evidence::classify(field.trim_ascii(), decimal);
    let is_name =
        |field: &[u8]| matches!(kind(field), Field::Text | Field::Empty | Field::MissingWord);
    let is_time = |kind: Field| matches!(kind, Field::Time | Field::Date(_));
    // A table with a column for each day has its days in the header.
    let is_day = |column: usize, field: &[u8]| {
        let below = || {
            let fields = rows.iter().filter_map(move |row| row.get(column));
            fields.map(kind)
        };
        let is_number = |kind: Field| matches!(kind, Field::Integer | Field::Float);
        is_time(kind(field)) && below().any(is_number) && !below().any(is_time)
    };
    let mut names = first.iter().enumerate();
    if !names.all(|(column, field)| is_name(field) || is_day(column, field))
        || first.iter().all(<[u8]>::is_empty)
    {
        return false;
    }
    let is_typed = |row: &ByteRecord| row.iter().any(|field| !is_name(field));
    if rows.is_empty() || rows.iter().any(is_typed) {
        return true;
    }
    let distinct: HashSet<&[u8]> = first.iter().collect();
    let repeats = rows.iter().any(|row| {
        let mut pairs = row.iter().zip(first.iter());
        pairs.any(|(value, name)| value == name && !name.is_empty())
    });
    distinct.len() == first.len() && !repeats
}

/// A header may be one name short (rows end with a delimiter) or one too long (it ends with a delimiter itself).
fn header_and_width(
    table: &[ByteRecord],
    has_header: bool,
    usual_width: usize,
) -> (Vec<String>, usize) {
    if !has_header {
        return (Vec::new(), usual_width);
    }
    let mut header: Vec<String> = table
        .first()
        .into_iter()
        .flatten()
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    let ends_empty = header.last().is_some_and(|name| name.trim().is_empty());
    if header.len() == usual_width + 1 && ends_empty {
        header.pop();
    }
    if header.len() + 1 == usual_width {
        header.push(String::new());
    }
    // The header says how wide a row has to be; rows of another width are rejected, and counted.
    let width = header.len();
    (header, width)
}
