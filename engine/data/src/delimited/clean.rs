//! A second, slower look at a file that the reader stumbles over: every record is judged, the rows are copied, the rest is kept apart.
//!
//! What the copy holds has the right number of fields, closed quotes, UTF-8 and one kind of line end, so the reader has nothing left to
//! forgive, skip or guess.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dialect::Dialect;
use super::evidence::Evidence;
use super::rejects::{Reject, RejectWriter};
use super::splitter::{Fault, Record, Splitter};
use crate::files::BLOCK_BYTES;
use crate::loaded::Job;
use crate::{Control, DataError};

/// What the look at all records found.
pub(crate) struct Cleaned {
    pub(crate) path: PathBuf,
    pub(crate) rows: u64,
    /// From every row, `[columns]`.
    pub(crate) evidence: Vec<Evidence>,
}

/// Copies the rows of `source` into the scratch folder, without anything above them.
pub(crate) fn clean(
    source: &Path,
    dialect: &Dialect,
    names: &[Arc<str>],
    rejects: &mut RejectWriter,
    job: &Job<'_>,
) -> Result<Cleaned, DataError> {
    let path = job.scratch.join("clean.csv");
    let target = File::create(&path).map_err(DataError::writing(&path))?;
    let mut target = BufWriter::with_capacity(BLOCK_BYTES, target);
    let mut evidence = vec![Evidence::default(); dialect.width];
    let mut rows = 0;
    for_each_row(source, dialect, job.control, |record| {
        if let Some(fault) = record.fault() {
            return reject(record, fault, names, rejects);
        }
        rows += 1;
        add(&mut evidence, record, dialect);
        record
            .write(&mut target)
            .and_then(|()| target.write_all(b"\n"))
            .map_err(DataError::writing(&path))
    })?;
    target.flush().map_err(DataError::writing(&path))?;
    Ok(Cleaned {
        path,
        rows,
        evidence,
    })
}

/// The evidence of all rows of a file, `[columns]`; records that are no rows say nothing.
pub(crate) fn judge(
    source: &Path,
    dialect: &Dialect,
    control: &Control<'_>,
) -> Result<Vec<Evidence>, DataError> {
    let mut evidence = vec![Evidence::default(); dialect.width];
    for_each_row(source, dialect, control, |record| {
        if record.fault().is_none() {
            add(&mut evidence, record, dialect);
        }
        Ok(())
    })?;
    Ok(evidence)
}

/// The evidence of a part of a file that ends with a line, `[columns]`. A record that the end cuts has an open quote and says nothing.
pub(crate) fn judge_sample(sample: &str, dialect: &Dialect) -> Vec<Evidence> {
    let mut evidence = vec![Evidence::default(); dialect.width];
    let mut splitter = Splitter::new(sample.as_bytes(), dialect);
    let mut above = dialect.skipped.records;
    while let Ok(Some(record)) = splitter.next_record() {
        if above > 0 {
            above -= 1;
        } else if record.fault().is_none() {
            add(&mut evidence, record, dialect);
        }
    }
    evidence
}

/// Hands every record below the header to `visit`. Blank ones are rows only in a table of one column.
fn for_each_row(
    source: &Path,
    dialect: &Dialect,
    control: &Control<'_>,
    mut visit: impl FnMut(&Record) -> Result<(), DataError>,
) -> Result<(), DataError> {
    /// Cancelling is looked at once in so many records.
    const CHECK_EVERY: u64 = 4096;
    let file = File::open(source).map_err(DataError::reading(source))?;
    let total = file.metadata().map_or(0, |about| about.len());
    let mut splitter = Splitter::new(file, dialect);
    let (mut count, mut bytes) = (0_u64, 0_u64);
    while let Some(record) = splitter.next_record().map_err(DataError::reading(source))? {
        count += 1;
        bytes += record.raw.len() as u64 + 1;
        if count.is_multiple_of(CHECK_EVERY) {
            control.check()?;
            control.bytes("checking", bytes.min(total), total);
        }
        let is_above = count <= dialect.skipped.records;
        let is_nothing = record.raw.is_empty() && dialect.width > 1;
        if !is_above && !is_nothing {
            visit(record)?;
        }
    }
    control.check()
}

fn add(evidence: &mut [Evidence], record: &Record, dialect: &Dialect) {
    for (column, field) in evidence.iter_mut().zip(record.fields()) {
        column.add(field, dialect.decimal);
    }
}

fn reject(
    record: &Record,
    fault: Fault,
    names: &[Arc<str>],
    rejects: &mut RejectWriter,
) -> Result<(), DataError> {
    let (field, error) = match fault {
        Fault::TooFewFields { found } => (
            Some(found),
            format!("Too few fields: {found} instead of {}", names.len()),
        ),
        Fault::TooManyFields { found } => (
            None,
            format!("Too many fields: {found} instead of {}", names.len()),
        ),
        Fault::BrokenQuote { field } => (
            Some(field),
            "A quote is closed before its field ends".to_owned(),
        ),
        Fault::OpenQuote { field } => (Some(field), open_quote(&record.raw)),
        Fault::NotUtf8 { field } => (Some(field), "Some bytes are not UTF-8".to_owned()),
    };
    let column = field.and_then(|field| names.get(field));
    rejects.add(&Reject {
        line: record.line,
        column: column.map(|name| &**name),
        error,
        text: &String::from_utf8_lossy(&record.raw),
    })
}

fn open_quote(raw: &[u8]) -> String {
    let lines = memchr::memchr_iter(b'\n', raw.trim_ascii_end()).count();
    match lines {
        0 => "A quote is never closed".to_owned(),
        1 => "A quote is never closed; the next line went with it".to_owned(),
        _ => format!("A quote is never closed; the next {lines} lines went with it"),
    }
}
