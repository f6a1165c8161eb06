//! What reading a source comes to, whatever its format.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::{ColumnSpec, ColumnType, Digest, ReaderOptions};

use crate::Control;
use crate::engine::Engine;

/// More are a mistake (a wrong delimiter, ids as keys) and would take minutes to say so.
pub(crate) const MOST_COLUMNS: usize = 50_000;

/// One source to read, and where its parts go.
pub(crate) struct Job<'a> {
    pub(crate) source: &'a Path,
    pub(crate) source_bytes: u64,
    pub(crate) options: &'a ReaderOptions,
    /// The columns of the version before.
    pub(crate) previous: &'a [ColumnSpec],
    /// For what is not kept.
    pub(crate) scratch: &'a Path,
    pub(crate) control: &'a Control<'a>,
    /// One for the whole import: of a folder of small files, starting it takes longer than all that it does.
    pub(crate) engine: &'a Engine,
}

impl Job<'_> {
    pub(crate) fn parquet(&self) -> PathBuf {
        self.scratch.join("data.parquet")
    }

    pub(crate) fn rejects(&self) -> PathBuf {
        self.scratch.join("rejects.jsonl")
    }

    /// Whether the version before held this column as text.
    pub(crate) fn was_text(&self, name: &str) -> bool {
        self.previous
            .iter()
            .any(|spec| *spec.name == *name && spec.column_type == ColumnType::Text)
    }
}

/// A source that was read into `Job::parquet`.
pub(crate) struct Loaded {
    /// All in force, none left at “detect”.
    pub(crate) options: ReaderOptions,
    pub(crate) digest: Digest,
    pub(crate) names: Vec<Arc<str>>,
    /// What the columns hold; the Parquet file may hold a column as text that turned out to be all numbers.
    pub(crate) types: Vec<ColumnType>,
    pub(crate) rows: u64,
    pub(crate) rejected: u64,
    pub(crate) rejects: Option<PathBuf>,
}
