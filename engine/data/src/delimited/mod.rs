//! CSV, TSV and other delimited text: sniffed, counted, read by DuckDB, and no row lost on the way.

pub(crate) mod clean;
pub(crate) mod dialect;
pub(crate) mod evidence;
mod plan;
pub(crate) mod read;
pub(crate) mod records;
pub(crate) mod rejects;
mod sample;
pub(crate) mod splitter;
pub(crate) mod times;

use std::path::{Path, PathBuf};

use contract::{DateOrder, FileFormat, ReaderOptions};

use self::dialect::Dialect;
use self::read::{Table, read};
use self::records::{LONGEST_RECORD_BYTES, RecordScan};
use self::rejects::{Reject, RejectWriter};
use self::sample::Sample;
use crate::loaded::{Job, Loaded, MOST_COLUMNS};
use crate::text::TextFile;
use crate::{DataError, names};

/// What `load` would read the file with, from its head alone.
pub(crate) fn detect(path: &Path, options: &ReaderOptions) -> Result<ReaderOptions, DataError> {
    let sample = Sample::of(path, options)?;
    let dialect = dialect::detect(&sample.text, options, path)?;
    let encoding = sample.encoding.name().to_ascii_lowercase();
    let told = || evidence::told(&clean::judge_sample(&sample.text, &dialect)).order();
    let date_order = options.date_order.or_else(told);
    Ok(in_force(&dialect, encoding, date_order))
}

/// The encoding of a text file, as far as its head tells.
pub(crate) fn encoding_of(path: &Path, options: &ReaderOptions) -> Result<String, DataError> {
    Ok(Sample::of(path, options)?
        .encoding
        .name()
        .to_ascii_lowercase())
}

/// Reads a delimited file into a Parquet file.
pub(crate) fn load(job: &Job<'_>) -> Result<Loaded, DataError> {
    let (file, dialect, scan, sample) = open(job)?;
    if dialect.width > MOST_COLUMNS {
        return Err(DataError::TooManyColumns {
            path: job.source.to_owned(),
            limit: MOST_COLUMNS,
        });
    }
    if let Some(range) = scan.too_long() {
        return Err(DataError::LongLine {
            path: job.source.to_owned(),
            line: records::line_of(&file.path, *range.start())?,
            limit_bytes: LONGEST_RECORD_BYTES,
        });
    }
    let names = column_names(&dialect);
    let mut rejects = RejectWriter::new(job.rejects());
    for (line, text) in &dialect.notes {
        rejects.add(&Reject {
            line: *line,
            column: None,
            error: "Above the table".to_owned(),
            text,
        })?;
    }
    let mut table = Table {
        path: file.path.clone(),
        expected: expected(&scan, &dialect),
        evidence: clean::judge_sample(&sample.text, &dialect),
        is_evidence_whole: sample.is_whole,
        line_end: scan.ends.escaped(),
        is_clean: false,
        dialect,
    };
    // The reader knows one kind of line end a file, and none of the spaces that some put before a quote.
    if scan.ends.are_mixed() || scan.spaced > 0 {
        table.clean(&names, &mut rejects, job)?;
    }
    if table.expected == 0 {
        return Err(nothing_read(job.source, &table.dialect, &rejects));
    }
    let done = read(&mut table, &names, &mut rejects, job)?;
    if done.rows == 0 {
        return Err(nothing_read(job.source, &table.dialect, &rejects));
    }
    Ok(Loaded {
        options: in_force(&table.dialect, file.encoding_label(), done.date_order),
        digest: file.digest,
        names,
        types: done.types,
        rows: done.rows,
        rejected: rejects.count,
        rejects: rejects.finish()?,
    })
}

/// Finds out how the file is written while it is hashed and checked. If its encoding turns out to be another than the head said, all but
/// the hash is done again on the text.
fn open(job: &Job<'_>) -> Result<(TextFile, Dialect, RecordScan, Sample), DataError> {
    let sample = Sample::of(job.source, job.options)?;
    let dialect = dialect::detect(&sample.text, job.options, job.source)?;
    let mut scan = RecordScan::new(dialect.delimiter, dialect.quote);
    let label = job.options.encoding.as_deref();
    let file = TextFile::open(job.source, label, job.scratch, job.control, |block| {
        scan.feed(block);
        Ok(())
    })?;
    if file.is_visited {
        scan.finish();
        return Ok((file, dialect, scan, sample));
    }
    let as_utf8 = ReaderOptions {
        encoding: Some("utf-8".to_owned()),
        ..job.options.clone()
    };
    let sample = Sample::of(&file.path, &as_utf8)?;
    let dialect = dialect::detect(&sample.text, job.options, job.source)?;
    let mut scan = RecordScan::new(dialect.delimiter, dialect.quote);
    crate::files::read_blocks(&file.path, job.control, |block| {
        scan.feed(block);
        Ok(())
    })?;
    scan.finish();
    Ok((file, dialect, scan, sample))
}

/// Rows that have to be read or rejected. In a table of one column a blank line is a missing value; in others it is nothing.
fn expected(scan: &RecordScan, dialect: &Dialect) -> u64 {
    let records = scan.records.saturating_sub(dialect.skipped.records);
    let blank = scan.blank.saturating_sub(dialect.skipped.blank);
    if dialect.width == 1 {
        records
    } else {
        records.saturating_sub(blank)
    }
}

pub(crate) fn column_names(dialect: &Dialect) -> Vec<std::sync::Arc<str>> {
    let unnamed = vec![String::new(); dialect.width];
    let header = if dialect.has_header {
        &dialect.header
    } else {
        &unnamed
    };
    names::tidy(header.iter().map(String::as_str))
}

pub(crate) fn nothing_read(source: &Path, dialect: &Dialect, rejects: &RejectWriter) -> DataError {
    let path: PathBuf = source.to_owned();
    match &rejects.first {
        Some(first) => DataError::EveryRowRejected {
            path,
            rejected: rejects.count,
            first: first.clone(),
        },
        None if dialect.has_header && dialect.width > 0 => DataError::HeaderOnly { path },
        None => DataError::Empty { path },
    }
}

fn in_force(dialect: &Dialect, encoding: String, date_order: Option<DateOrder>) -> ReaderOptions {
    ReaderOptions {
        format: Some(FileFormat::Csv),
        delimiter: Some(char::from(dialect.delimiter)),
        quote: Some(dialect.quote.map_or('\0', char::from)),
        has_header: Some(dialect.has_header),
        encoding: Some(encoding),
        decimal_separator: Some(char::from(dialect.decimal)),
        date_order,
        sheet: None,
    }
}
