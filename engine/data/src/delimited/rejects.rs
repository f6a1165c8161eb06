//! Rows that could not be read: counted, and kept as JSON lines where a person can see them.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use serde::Serialize;

use crate::DataError;

/// One rejected row, a line of the file of rejects.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Reject<'a> {
    pub(crate) line: u64,
    pub(crate) column: Option<&'a str>,
    pub(crate) error: String,
    pub(crate) text: &'a str,
}

/// Writes rejects as they come; the file exists only if there was one.
pub(crate) struct RejectWriter {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    pub(crate) count: u64,
    /// The first one's sentence, for an error that has no room for more.
    pub(crate) first: Option<String>,
}

impl RejectWriter {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            file: None,
            count: 0,
            first: None,
        }
    }

    pub(crate) fn add(&mut self, reject: &Reject<'_>) -> Result<(), DataError> {
        if self.first.is_none() {
            self.first = Some(format!("Line {}: {}", reject.line, reject.error));
        }
        self.count += 1;
        let written = match &mut self.file {
            Some(file) => write_line(file, reject),
            None => File::create(&self.path).and_then(|file| {
                let file = self.file.insert(BufWriter::new(file));
                write_line(file, reject)
            }),
        };
        written.map_err(DataError::writing(&self.path))
    }

    /// Where the rejects are, if there are any.
    pub(crate) fn finish(self) -> Result<Option<PathBuf>, DataError> {
        let Some(mut file) = self.file else {
            return Ok(None);
        };
        file.flush().map_err(DataError::writing(&self.path))?;
        Ok(Some(self.path))
    }
}

fn write_line(file: &mut BufWriter<File>, reject: &Reject<'_>) -> std::io::Result<()> {
    serde_json::to_writer(&mut *file, reject)?;
    file.write_all(b"\n")
}
