//! A table of another format written as the one CSV that needs no detecting, so that all formats share one way of typing columns.

use std::fs::File;
use std::path::{Path, PathBuf};

use contract::{Digest, ReaderOptions};

use crate::DataError;
use crate::delimited::dialect::Dialect;
use crate::delimited::read::{Table, read};
use crate::delimited::records::LINE_FEED;
use crate::delimited::rejects::RejectWriter;
use crate::delimited::{clean, column_names, nothing_read};
use crate::loaded::{Job, Loaded};

/// Writes rows of text; a missing field is an empty one.
pub(crate) struct CanonicalWriter {
    writer: csv::Writer<File>,
    path: PathBuf,
    header: Vec<String>,
    rows: u64,
}

impl CanonicalWriter {
    pub(crate) fn create(scratch: &Path, header: Vec<String>) -> Result<Self, DataError> {
        let path = scratch.join("canonical.csv");
        let file = File::create(&path).map_err(DataError::writing(&path))?;
        let mut canonical = Self {
            writer: csv::WriterBuilder::new()
                .buffer_capacity(1 << 20)
                .from_writer(file),
            path,
            header: Vec::new(),
            rows: 0,
        };
        canonical.write(&header)?;
        canonical.rows = 0;
        canonical.header = header;
        Ok(canonical)
    }

    pub(crate) fn write<T: AsRef<[u8]>>(
        &mut self,
        fields: impl IntoIterator<Item = T>,
    ) -> Result<(), DataError> {
        self.rows += 1;
        self.writer
            .write_record(fields)
            .map_err(|error| DataError::writing(&self.path)(error.into()))
    }

    /// Reads what was written into the job's Parquet file.
    pub(crate) fn load(
        mut self,
        mut rejects: RejectWriter,
        digest: Digest,
        options: ReaderOptions,
        job: &Job<'_>,
    ) -> Result<Loaded, DataError> {
        self.writer
            .flush()
            .map_err(DataError::writing(&self.path))?;
        let dialect = Dialect::canonical(self.header);
        if self.rows == 0 {
            return Err(nothing_read(job.source, &dialect, &rejects));
        }
        let names = column_names(&dialect);
        let mut table = Table {
            evidence: clean::judge(&self.path, &dialect, job.control)?,
            is_evidence_whole: true,
            line_end: LINE_FEED,
            is_clean: true,
            path: self.path,
            dialect,
            expected: self.rows,
        };
        let done = read(&mut table, &names, &mut rejects, job)?;
        Ok(Loaded {
            options: ReaderOptions {
                date_order: done.date_order,
                ..options
            },
            digest,
            names,
            types: done.types,
            rows: done.rows,
            rejected: rejects.count,
            rejects: rejects.finish()?,
        })
    }
}
