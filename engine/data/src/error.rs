//! Why data could not be read, in sentences, each with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Everything that can go wrong between a file and its version.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("The work was cancelled")]
    Cancelled,
    #[error("There is no file or folder at {}", path.display())]
    NotFound { path: PathBuf },
    #[error("This is a pipe or a device, not a file: {}", path.display())]
    NotAFile { path: PathBuf },
    #[error("The file cannot be read: {}", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("The result cannot be written to {}", path.display())]
    Unwritable {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("The disk is full while writing to {}", path.display())]
    DiskFull { path: PathBuf },
    #[error("There is not enough memory to read {}", path.display())]
    OutOfMemory { path: PathBuf },
    #[error("The folder holds no data files: {}", path.display())]
    NoDataFiles { path: PathBuf },
    #[error("The folder holds more than {limit} data files: {}", path.display())]
    TooManyFiles { path: PathBuf, limit: usize },
    #[error("The path is not valid Unicode: {}", path.display())]
    PathNotUnicode { path: PathBuf },
    #[error("The file is empty: {}", path.display())]
    Empty { path: PathBuf },
    #[error("The file has column names but no rows: {}", path.display())]
    HeaderOnly { path: PathBuf },
    #[error("None of the {rejected} rows could be read: {}", path.display())]
    EveryRowRejected {
        path: PathBuf,
        rejected: u64,
        /// What was wrong with the first.
        first: String,
    },
    #[error("This is {what}, not a table: {}", path.display())]
    NotATable {
        path: PathBuf,
        what: &'static str,
        hint: &'static str,
    },
    #[error("The content of the file is not what its name says: {}", path.display())]
    Mislabelled { path: PathBuf },
    #[error(
        "Line {line} is longer than {} MB: {}",
        limit_bytes >> 20,
        path.display()
    )]
    LongLine {
        path: PathBuf,
        line: u64,
        limit_bytes: u64,
    },
    #[error("The file has a NUL byte at position {position}: {}", path.display())]
    NulByte { path: PathBuf, position: u64 },
    #[error("The file changed while it was read: {}", path.display())]
    Changed { path: PathBuf },
    #[error("“{label}” is not an encoding that is known")]
    UnknownEncoding { label: String },
    #[error("The file is not {encoding} at byte {position}: {}", path.display())]
    WrongEncoding {
        path: PathBuf,
        encoding: String,
        position: u64,
    },
    #[error("“{value}” cannot be the {option}")]
    BadOption { option: &'static str, value: String },
    #[error(
        "The workbook has the sheets {}, but no “{sheet}”: {}",
        sheets.join(", "),
        path.display()
    )]
    UnknownSheet {
        path: PathBuf,
        sheet: String,
        sheets: Vec<String>,
    },
    #[error("No sheet of the workbook has data: {}", path.display())]
    EmptyWorkbook { path: PathBuf },
    #[error("The workbook is protected by a password: {}", path.display())]
    PasswordProtected { path: PathBuf },
    #[error("The workbook is damaged or is not a workbook: {}", path.display())]
    DamagedWorkbook {
        path: PathBuf,
        #[source]
        source: Box<calamine::Error>,
    },
    #[error("The JSON holds {what}, not records: {}", path.display())]
    JsonWithoutRecords { path: PathBuf, what: &'static str },
    #[error("The JSON array is never closed: {}", path.display())]
    UnclosedJson { path: PathBuf },
    #[error("There are more than {limit} columns: {}", path.display())]
    TooManyColumns { path: PathBuf, limit: usize },
    #[error(
        "There is no column {}; the columns are: {}",
        quoted(unknown),
        listed(columns)
    )]
    UnknownColumns {
        unknown: Vec<String>,
        columns: Vec<String>,
    },
    #[error("More than one column is marked as the target: {}", names.join(", "))]
    SeveralTargets { names: Vec<String> },
    #[error(
        "The file has {records} rows, but {rows} were read: {}",
        path.display()
    )]
    RowsLost {
        path: PathBuf,
        records: u64,
        rows: u64,
    },
    #[error("The rejected row {number} is not as it was kept: {}", path.display())]
    DamagedRejects {
        path: PathBuf,
        number: u64,
        #[source]
        source: serde_json::Error,
    },
    #[error("The data cannot be read: {}", path.display())]
    Reader {
        path: PathBuf,
        #[source]
        source: Box<duckdb::Error>,
    },
    #[error("The data engine does not start")]
    Engine(#[source] Box<duckdb::Error>),
}

impl DataError {
    /// What the reader can do about it.
    pub fn hint(&self) -> Option<&str> {
        Some(match self {
            Self::Cancelled | Self::NotFound { .. } => return None,
            Self::NotAFile { .. } => "Write what it gives into a file, and import that",
            Self::Unreadable { .. } => "Check that the file may be read and that its disk is there",
            Self::Unwritable { .. } => "Check that the folder may be written to",
            Self::DiskFull { .. } => "Free some space: an import needs up to the size of its file",
            Self::OutOfMemory { .. } => "Close other programs, or read fewer columns",
            Self::NoDataFiles { .. } => {
                "Millrace reads CSV, TSV, JSON, JSON lines, Parquet and Excel files"
            }
            Self::TooManyFiles { .. } => "Choose a smaller folder",
            Self::PathNotUnicode { .. } => "Rename the file",
            Self::Empty { .. } | Self::HeaderOnly { .. } => {
                "Check that the program that wrote the file had finished"
            }
            Self::EveryRowRejected { first, .. } => first,
            Self::NotATable { hint, .. } => hint,
            Self::Mislabelled { .. } => "Rename it, or save it again in that format",
            Self::LongLine { .. } => {
                "Look there for a quote that is never closed, or choose another quote character"
            }
            Self::NulByte { .. } => {
                "It may be binary, or damaged; if it is text in UTF-16, choose that encoding"
            }
            Self::Changed { .. } => "Import it again when nothing writes to it any more",
            Self::UnknownEncoding { .. } => "Use a name such as utf-8, windows-1252 or utf-16le",
            Self::WrongEncoding { .. } => "Choose another encoding",
            Self::BadOption { .. } => "Use one plain character, such as , or ; or a tab",
            Self::UnknownSheet { .. } => "Choose one of the sheets",
            Self::EmptyWorkbook { .. } => "Put a table on one of its sheets",
            Self::PasswordProtected { .. } => "Save a copy without the password and import that",
            Self::DamagedWorkbook { .. } => "Open it in a spreadsheet program and save it again",
            Self::JsonWithoutRecords { .. } => "Write an array of objects, or one object a line",
            Self::UnclosedJson { .. } => "Check that the file is complete",
            Self::TooManyColumns { .. } => "Check the delimiter, or turn columns into rows",
            Self::UnknownColumns { .. } => "Names are compared letter by letter",
            Self::SeveralTargets { .. } => "Mark one column as the target",
            Self::RowsLost { .. } => {
                "Check the quotes of the file, or choose another quote character"
            }
            Self::DamagedRejects { .. } => "Import the source again; its rows are not touched",
            Self::Reader { .. } => "The file may be damaged",
            Self::Engine(_) => "Check how much memory is free",
        })
    }

    /// Wraps what went wrong while a file was read.
    pub(crate) fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound {
                path: path.to_owned(),
            },
            _ => Self::Unreadable {
                path: path.to_owned(),
                source,
            },
        }
    }

    /// Wraps what went wrong while a result was written.
    pub(crate) fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull => Self::DiskFull {
                path: path.to_owned(),
            },
            _ => Self::Unwritable {
                path: path.to_owned(),
                source,
            },
        }
    }
}

/// A message names at most this many columns: more would hide the sentence.
const LISTED_NAMES: usize = 20;

fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .take(LISTED_NAMES)
        .map(|name| format!("“{name}”"))
        .collect();
    quoted.join(", ")
}

fn listed(names: &[String]) -> String {
    let shown = names.len().min(LISTED_NAMES);
    let more = names.len() - shown;
    let mut text = names.get(..shown).unwrap_or_default().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}
