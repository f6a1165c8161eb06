//! Parquet sources: every type is brought to one of ours, and written anew in our own layout.

use std::path::Path;

use contract::{ColumnType, FileFormat, ReaderOptions};

use crate::engine::{self, Engine, Stage};
use crate::loaded::{Job, Loaded};
use crate::{DataError, files, names};

/// Reads a Parquet file into our own.
pub(crate) fn load(job: &Job<'_>) -> Result<Loaded, DataError> {
    let (digest, _) = files::hash_file(job.source, job.control)?;
    let source = format!(
        "read_parquet({}, hive_partitioning = false)",
        engine::source(job.source)?
    );
    let columns = describe(job.engine, &source, job.source)?;
    let names = names::tidy(columns.iter().map(|(name, _)| name.as_str()));
    let limits = integer_limits(&source, &columns, job)?;
    let mut types = Vec::with_capacity(columns.len());
    let mut values = Vec::with_capacity(columns.len());
    for (((raw, sql_type), name), fits) in columns.iter().zip(&names).zip(limits) {
        let (column_type, value) = convert(&engine::name(raw), sql_type, fits);
        types.push(column_type);
        values.push(format!("{value} AS {}", engine::name(name)));
    }
    let sql = format!(
        "COPY (SELECT {} FROM {source}) TO {} {}",
        values.join(", "),
        engine::target(&job.parquet())?,
        engine::parquet_options(names.len()),
    );
    let stage = Stage {
        name: "reading",
        total_bytes: job.source_bytes,
    };
    let rows: i64 = job
        .engine
        .watched(job.control, job.source, Some(stage), |connection| {
            connection.query_row(&sql, [], |row| row.get(0))
        })?;
    if rows == 0 {
        return Err(DataError::HeaderOnly {
            path: job.source.to_owned(),
        });
    }
    Ok(Loaded {
        options: options(),
        digest,
        names,
        types,
        rows: rows.unsigned_abs(),
        rejected: 0,
        rejects: None,
    })
}

/// A Parquet file says itself how it is to be read.
pub(crate) fn options() -> ReaderOptions {
    ReaderOptions {
        format: Some(FileFormat::Parquet),
        ..ReaderOptions::default()
    }
}

fn describe(
    engine: &Engine,
    source: &str,
    path: &Path,
) -> Result<Vec<(String, String)>, DataError> {
    let describe = || {
        let sql = format!("DESCRIBE SELECT * FROM {source}");
        let mut statement = engine.connection().prepare(&sql)?;
        let columns = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        columns.collect::<duckdb::Result<Vec<_>>>()
    };
    describe().map_err(|error| engine::failed(path, error))
}

/// Whether the integers of a column wider than 64 bits all fit, `[columns]`; true for all other columns.
fn integer_limits(
    source: &str,
    columns: &[(String, String)],
    job: &Job<'_>,
) -> Result<Vec<bool>, DataError> {
    let is_wide = |sql_type: &str| matches!(sql_type, "UBIGINT" | "HUGEINT" | "UHUGEINT");
    let mut fits = vec![true; columns.len()];
    for ((name, sql_type), fits) in columns.iter().zip(&mut fits) {
        if is_wide(sql_type) {
            let name = engine::name(name);
            let sql = format!(
                "SELECT count(*) = 0 FROM {source} WHERE {name} IS NOT NULL AND TRY_CAST({name} AS BIGINT) IS NULL"
            );
            *fits = job
                .engine
                .watched(job.control, job.source, None, |connection| {
                    connection.query_row(&sql, [], |row| row.get(0))
                })?;
        }
    }
    Ok(fits)
}

/// What a column becomes, and the SQL that makes it so. Lists, structs and bytes become their text.
fn convert(column: &str, sql_type: &str, fits: bool) -> (ColumnType, String) {
    let kind = sql_type.split('(').next().unwrap_or(sql_type);
    match kind {
        "BIGINT" => (ColumnType::Integer, column.to_owned()),
        "TINYINT" | "SMALLINT" | "INTEGER" | "UTINYINT" | "USMALLINT" | "UINTEGER" => {
            (ColumnType::Integer, format!("CAST({column} AS BIGINT)"))
        }
        "UBIGINT" | "HUGEINT" | "UHUGEINT" if fits => {
            (ColumnType::Integer, format!("CAST({column} AS BIGINT)"))
        }
        "DOUBLE" => (ColumnType::Float, column.to_owned()),
        "FLOAT" | "DECIMAL" if !sql_type.ends_with("[]") => {
            (ColumnType::Float, format!("CAST({column} AS DOUBLE)"))
        }
        "BOOLEAN" => (ColumnType::Boolean, column.to_owned()),
        "TIMESTAMP" => (ColumnType::Timestamp, column.to_owned()),
        "DATE" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" => (
            ColumnType::Timestamp,
            format!("CAST({column} AS TIMESTAMP)"),
        ),
        // Kept in UTC. (A cast would need a calendar of time zones, which the bundled engine leaves out.)
        "TIMESTAMP WITH TIME ZONE" => (
            ColumnType::Timestamp,
            format!("make_timestamp(epoch_us({column}))"),
        ),
        "VARCHAR" => (ColumnType::Text, format!("NULLIF({column}, '')")),
        _ => (ColumnType::Text, format!("CAST({column} AS VARCHAR)")),
    }
}
