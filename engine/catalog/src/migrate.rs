//! The numbered steps of the catalog's format: each done once, all of those missing in one transaction.

use duckdb::{Connection, params};

use crate::CatalogError;
use crate::connection::{checkpoint, whole};
use crate::projection;

/// One step of the format. A published step is never edited: its checksum is recorded, and a new step follows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

/// In order; the format's number is how many there are.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "facts",
        sql: include_str!("migrations/0001_facts.sql"),
    },
    Migration {
        name: "lineage",
        sql: include_str!("migrations/0002_lineage.sql"),
    },
    Migration {
        name: "series",
        sql: include_str!("migrations/0003_series.sql"),
    },
];

/// Brings the catalog to the newest of `migrations`.
///
/// # Errors
/// When the catalog is newer, was migrated by other steps, or a step fails; it is then as it was before.
pub(crate) fn migrate(
    connection: &Connection,
    migrations: &[Migration],
) -> Result<(), CatalogError> {
    let done = done_migrations(connection)?;
    let known = migrations.len() as u32;
    for (number, checksum) in &done {
        let Some(migration) = migrations.get(*number as usize - 1) else {
            return Err(CatalogError::NewerFormat {
                found: done.len() as u32,
                known,
            });
        };
        if *checksum != migration.checksum() {
            return Err(CatalogError::ForeignFormat { number: *number });
        }
    }
    let missing = &migrations[done.len()..];
    if missing.is_empty() {
        return Ok(());
    }
    whole(connection, |connection| {
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS migration (
                number INTEGER NOT NULL, name VARCHAR NOT NULL, checksum VARCHAR NOT NULL)",
        )?;
        for (migration, number) in missing.iter().zip(done.len() as u32 + 1..) {
            connection.execute_batch(migration.sql)?;
            connection.execute(
                "INSERT INTO migration VALUES (?, ?, ?)",
                params![number, migration.name, migration.checksum()],
            )?;
        }
        projection::rebuild(connection)
    })?;
    // DuckDB's replay of changed tables has had faults: nothing of a migration stays in the write-ahead log.
    checkpoint(connection)
}

impl Migration {
    pub(crate) fn checksum(&self) -> String {
        blake3::hash(self.sql.as_bytes()).to_hex().to_string()
    }
}

/// Numbers, counted from 1 without gaps, and checksums of what was done.
fn done_migrations(connection: &Connection) -> Result<Vec<(u32, String)>, CatalogError> {
    let exists: bool = connection.query_row(
        "SELECT count(*) > 0 FROM duckdb_tables()
         WHERE database_name = current_database() AND table_name = 'migration'",
        [],
        |row| row.get(0),
    )?;
    if !exists {
        return Ok(Vec::new());
    }
    let mut statement =
        connection.prepare("SELECT number, checksum FROM migration ORDER BY number")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let done: Vec<(u32, String)> = rows.collect::<Result<_, _>>()?;
    for ((number, _), due) in done.iter().zip(1..) {
        if *number != due {
            return Err(CatalogError::ForeignFormat { number: *number });
        }
    }
    Ok(done)
}
