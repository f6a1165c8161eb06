//! The catalog's one connection to DuckDB: opened with its settings, opened anew when DuckDB gives up on it.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

use duckdb::{Appender, Config, Connection};

use crate::CatalogError;
use crate::migrate::{MIGRATIONS, Migration, migrate};

/// The name under which the file is attached.
pub(crate) const DATABASE: &str = "millrace";
/// Files stay readable for DuckDB 1.5 until the format of 2.0 has settled.
pub(crate) const STORAGE_VERSION: &str = "v1.5.0";
/// The catalog is small; the machine's memory is for training. Sorting more than this goes to the disk.
const MEMORY_LIMIT: &str = "1GiB";
/// What a sort may put on the disk before it is an error instead of a full disk.
const SPILL_LIMIT: &str = "4GiB";
/// Queries are short; the cores are for training.
const THREADS: i64 = 2;
/// Every statement of the projection, so that none is prepared twice.
const PREPARED_STATEMENTS: usize = 64;

/// The projection of the journal, with the series and predictions that are too many for facts. It lives on one thread.
pub struct Catalog {
    path: PathBuf,
    connection: RefCell<Option<Connection>>,
    /// The id of the next prediction; `None` until the newest was looked up.
    pub(crate) next_prediction: Cell<Option<u64>>,
}

impl Catalog {
    /// Opens a catalog, making or migrating it where that is needed.
    ///
    /// # Errors
    /// When the file is damaged or foreign ([`CatalogError::can_be_rebuilt`]), was written by a newer version, is held by another
    /// process, or the disk refuses.
    pub fn open(path: &Path) -> Result<Self, CatalogError> {
        let catalog = Self {
            path: path.to_path_buf(),
            connection: RefCell::new(None),
            next_prediction: Cell::new(None),
        };
        catalog.run("open", |_| Ok(()))?;
        Ok(catalog)
    }

    /// Moves everything from the write-ahead log into the file itself.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn checkpoint(&mut self) -> Result<(), CatalogError> {
        self.run("checkpoint", checkpoint)
    }

    /// Does some work on the connection, and says in an error what it was. When DuckDB has given up on the file, as after a full
    /// disk, the next work opens it anew: what was committed is there.
    pub(crate) fn run<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, CatalogError>,
    ) -> Result<T, CatalogError> {
        let mut slot = self.connection.borrow_mut();
        let connection = match slot.take() {
            Some(connection) => slot.insert(connection),
            None => slot.insert(connect(&self.path, MIGRATIONS)?),
        };
        let result = work(connection).map_err(|error| match error {
            CatalogError::Database { source, .. } => CatalogError::Database { doing, source },
            other => other,
        });
        if let Err(error) = &result
            && error.invalidates_the_connection()
        {
            tracing::warn!(%error, "the catalog will be opened anew");
            *slot = None;
            self.next_prediction.set(None);
        }
        result
    }

    /// The same, in one transaction: all of it, or nothing.
    pub(crate) fn run_whole<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, CatalogError>,
    ) -> Result<T, CatalogError> {
        self.run(doing, |connection| whole(connection, work))
    }
}

/// Does some work in one transaction.
pub(crate) fn whole<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, CatalogError>,
) -> Result<T, CatalogError> {
    let transaction = connection.unchecked_transaction()?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

pub(crate) fn checkpoint(connection: &Connection) -> Result<(), CatalogError> {
    Ok(connection.execute_batch(&format!("CHECKPOINT {DATABASE}"))?)
}

/// An appender for a table of the catalog. Flush it: dropping it hides errors.
pub(crate) fn appender<'connection>(
    connection: &'connection Connection,
    table: &str,
) -> Result<Appender<'connection>, CatalogError> {
    Ok(connection.appender_to_catalog_and_db(table, DATABASE, "main")?)
}

/// A text as SQL writes it, for the statements that take no parameters.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A path as SQL writes it.
pub(crate) fn quoted_path(path: &Path) -> Result<String, CatalogError> {
    let text = path.to_str().ok_or_else(|| CatalogError::PathNotUtf8 {
        path: path.to_path_buf(),
    })?;
    Ok(quoted(text))
}

/// Opens the file with the catalog's settings and brings it to the newest of `migrations`.
pub(crate) fn connect(path: &Path, migrations: &[Migration]) -> Result<Connection, CatalogError> {
    let file = quoted_path(path)?;
    let spill = quoted_path(&path.with_extension("spill"))?;
    let open_failed = |source| CatalogError::Open {
        source,
        path: path.to_path_buf(),
    };
    let config = || {
        Config::default()
            .with("autoinstall_known_extensions", "false")?
            .with("autoload_known_extensions", "false")?
            .threads(THREADS)?
            .max_memory(MEMORY_LIMIT)
    };
    let connection = config()
        .and_then(Connection::open_in_memory_with_flags)
        .map_err(open_failed)?;
    connection
        .execute_batch(&format!(
            "SET temp_directory = {spill};
             SET max_temp_directory_size = '{SPILL_LIMIT}';
             ATTACH {file} AS {DATABASE} (STORAGE_VERSION '{STORAGE_VERSION}');
             USE {DATABASE};
             SET lock_configuration = true;"
        ))
        .map_err(open_failed)?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    migrate(&connection, migrations).map_err(|error| match error {
        CatalogError::Database { source, .. } => open_failed(source),
        other => other,
    })?;
    Ok(connection)
}
