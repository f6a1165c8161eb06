//! DuckDB in memory over files: opened with limits, watched for cancelling, and its errors turned into sentences.

use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use duckdb::{Config, Connection};

use crate::{Control, DataError};

/// What DuckDB may hold in memory; beyond it works on disk. With its unaccounted buffers an import stays well under 2 GB.
const MEMORY_LIMIT: &str = "1200MB";
/// Pages of rows and frames need little and run beside an import.
const READER_MEMORY_LIMIT: &str = "600MB";
/// How often cancelling is looked at and progress is told while DuckDB works.
const WATCH_EVERY: Duration = Duration::from_millis(50);

/// A DuckDB of our own. `spill` is where it may put what does not fit into memory.
pub(crate) struct Engine {
    connection: Connection,
}

/// What is told while DuckDB works.
#[derive(Clone, Copy)]
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) total_bytes: u64,
}

impl Engine {
    pub(crate) fn open(spill: &Path) -> Result<Self, DataError> {
        let connection = open(MEMORY_LIMIT, spill)?;
        connection
            .set_query_progress_tracking(true)
            .map_err(|error| DataError::Engine(Box::new(error)))?;
        Ok(Self { connection })
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Runs `work` on `file` while a thread of its own looks at `control`: it stops DuckDB within a moment of cancelling.
    pub(crate) fn watched<T>(
        &self,
        control: &Control<'_>,
        file: &Path,
        stage: Option<Stage>,
        work: impl FnOnce(&Connection) -> duckdb::Result<T>,
    ) -> Result<T, DataError> {
        control.check()?;
        if let Some(stage) = stage {
            control.bytes(stage.name, 0, stage.total_bytes);
        }
        let interrupt = self.connection.interrupt_handle();
        let progress = self.connection.progress_handle();
        let (finished, waiting) = mpsc::sync_channel::<()>(0);
        let watch = move || {
            while waiting.recv_timeout(WATCH_EVERY) == Err(RecvTimeoutError::Timeout) {
                if control.is_cancelled() {
                    interrupt.interrupt();
                } else if let Some(stage) = stage
                    && let Some(percentage) = progress.query_progress().percentage()
                {
                    let done = stage.total_bytes as f64 * percentage.clamp(0.0, 100.0) / 100.0;
                    control.bytes(stage.name, done as u64, stage.total_bytes);
                }
            }
        };
        let result = thread::scope(|scope| {
            let watcher = thread::Builder::new()
                .name("data-watch".into())
                .spawn_scoped(scope, watch);
            if let Err(error) = watcher {
                // The work still ends by itself; it only cannot be stopped on the way.
                tracing::warn!(%error, "no thread to watch for cancelling");
            }
            let result = work(&self.connection);
            drop(finished);
            result
        });
        control.check()?;
        result.map_err(|error| failed(file, error))
    }
}

fn open(memory_limit: &str, spill: &Path) -> Result<Connection, DataError> {
    let open = || -> duckdb::Result<Connection> {
        let config = Config::default()
            .with("autoinstall_known_extensions", "false")?
            .with("autoload_known_extensions", "false")?
            .with("preserve_insertion_order", "true")?
            .with("temp_directory", spill.to_string_lossy())?
            .max_memory(memory_limit)?;
        let connection = Connection::open_in_memory_with_flags(config)?;
        // The footer of a table of 10 000 columns takes longer to read than a page of its rows.
        connection.execute_batch("SET GLOBAL parquet_metadata_cache = true")?;
        Ok(connection)
    };
    open().map_err(|error| DataError::Engine(Box::new(error)))
}

/// A connection for short reads. All of them share one DuckDB, because starting one takes longer than reading a page of rows.
pub(crate) fn reader() -> Result<Connection, DataError> {
    static SHARED: Mutex<Option<Connection>> = Mutex::new(None);
    let mut shared = SHARED
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(connection) = &*shared
        && let Ok(clone) = connection.try_clone()
    {
        return Ok(clone);
    }
    let connection = open(READER_MEMORY_LIMIT, &std::env::temp_dir())?;
    let clone = connection
        .try_clone()
        .map_err(|error| DataError::Engine(Box::new(error)))?;
    *shared = Some(connection);
    Ok(clone)
}

/// What DuckDB said of `file`, as an error of ours.
pub(crate) fn failed(file: &Path, error: duckdb::Error) -> DataError {
    let message = error.to_string();
    let path = file.to_owned();
    if message.contains("No space left") || message.contains("max_temp_directory_size") {
        return DataError::DiskFull { path };
    }
    if message.contains("Out of Memory Error") {
        return DataError::OutOfMemory { path };
    }
    DataError::Reader {
        path,
        source: Box::new(error),
    }
}

/// A name in SQL.
pub(crate) fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in SQL.
pub(crate) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A path that DuckDB reads from, in SQL. What would be a wildcard is taken as the letter itself.
pub(crate) fn source(path: &Path) -> Result<String, DataError> {
    let path = absolute(path)?;
    let mut literal = String::with_capacity(path.len() + 8);
    for letter in path.chars() {
        match letter {
            '[' | '*' | '?' => literal.extend(['[', letter, ']']),
            _ => literal.push(letter),
        }
    }
    Ok(text(&literal))
}

/// A path that DuckDB writes to, in SQL.
pub(crate) fn target(path: &Path) -> Result<String, DataError> {
    absolute(path).map(|path| text(&path))
}

fn absolute(path: &Path) -> Result<String, DataError> {
    std::path::absolute(path)
        .map_err(DataError::reading(path))?
        .into_os_string()
        .into_string()
        .map_err(|path| DataError::PathNotUnicode { path: path.into() })
}

/// `COPY` options of every version: zstd over the encodings of Parquet 2 (written and read faster than those of 1), and row groups small
/// enough that a table of many columns is written in bounded memory.
pub(crate) fn parquet_options(columns: usize) -> String {
    /// DuckDB's own size of a row group.
    const MOST_ROWS: usize = 122_880;
    /// DuckDB's vector: a row group is never smaller.
    const LEAST_ROWS: usize = 2_048;
    /// Values of one row group over all columns, some 100 MB while it is written.
    const VALUES: usize = 12_000_000;
    let rows = (VALUES / columns.max(1)).clamp(LEAST_ROWS, MOST_ROWS);
    format!("(FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, ROW_GROUP_SIZE {rows})")
}
