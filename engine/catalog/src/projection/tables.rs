//! The typed tables that people query.

use std::path::Path;
use std::sync::Arc;

use contract::{
    ColumnProfile, ColumnSpec, DataVersion, DataVersionRef, FactRecord, ModelName, ModelPackage,
    ModelVersion, ModelVersionRef, Recipe, RunId, RunReport,
};
use duckdb::{Connection, ToSql, params};

use crate::CatalogError;
use crate::connection::appender;

/// One statement, prepared once in the life of the connection.
pub(super) fn execute(
    connection: &Connection,
    sql: &str,
    params: &[&dyn ToSql],
) -> Result<usize, CatalogError> {
    Ok(connection.prepare_cached(sql)?.execute(params)?)
}

pub(super) fn add_data_version(
    connection: &Connection,
    version: &DataVersion,
    seq: u64,
) -> Result<(), CatalogError> {
    let (dataset, number) = (version.id.dataset.as_str(), version.id.version);
    execute(
        connection,
        "INSERT INTO data_version VALUES (?, ?, ?, ?, ?, ?, try(make_timestamp_ms(?)), ?)",
        params![
            dataset,
            number,
            version.object.as_str(),
            version.bytes,
            version.rows,
            version.rejected_rows,
            version.created.unix_millis,
            seq
        ],
    )?;
    let mut sources = appender(connection, "data_source")?;
    for (source, position) in version.sources.iter().zip(0_u32..) {
        let path = source.path.to_string_lossy();
        sources.append_row(params![
            dataset,
            number,
            position,
            &*path,
            source.bytes,
            source.digest.as_str()
        ])?;
    }
    sources.flush()?;
    add_columns(connection, &version.id, &version.columns, &version.profile)
}

pub(super) fn replace_columns(
    connection: &Connection,
    version: &DataVersionRef,
    columns: &[ColumnSpec],
    profile: &[ColumnProfile],
) -> Result<(), CatalogError> {
    execute(
        connection,
        "DELETE FROM data_column WHERE dataset = ? AND version = ?",
        params![version.dataset.as_str(), version.version],
    )?;
    add_columns(connection, version, columns, profile)
}

/// By appender: there may be ten thousand.
fn add_columns(
    connection: &Connection,
    version: &DataVersionRef,
    columns: &[ColumnSpec],
    profile: &[ColumnProfile],
) -> Result<(), CatalogError> {
    let mut rows = appender(connection, "data_column")?;
    let profiles: std::collections::HashMap<&str, &ColumnProfile> = profile
        .iter()
        .map(|column| (&*column.name, column))
        .collect();
    for (column, position) in columns.iter().zip(0_u32..) {
        let profile = profiles.get(&*column.name);
        rows.append_row(params![
            version.dataset.as_str(),
            version.version,
            position,
            &*column.name,
            column.column_type.word(),
            column.role.word(),
            profile.map(|profile| profile.missing),
            profile.map(|profile| profile.distinct),
            profile.and_then(|profile| profile.min),
            profile.and_then(|profile| profile.max),
            profile.and_then(|profile| profile.mean),
            profile.and_then(|profile| profile.std)
        ])?;
    }
    Ok(rows.flush()?)
}

/// Returns the run's number: 1, 2, 3 in the order of starting.
pub(super) fn start_run(
    connection: &Connection,
    record: &FactRecord,
    run: &RunId,
    recipe: &Recipe,
    device: &str,
) -> Result<u64, CatalogError> {
    let number: u64 = connection
        .prepare_cached("SELECT count(*) + 1 FROM run")?
        .query_row([], |row| row.get(0))?;
    let recipe_text = serde_json::to_string(recipe).map_err(|source| CatalogError::Unreadable {
        what: "a recipe",
        source,
    })?;
    execute(
        connection,
        "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running',
            try(make_timestamp_ms(?)), NULL, NULL, NULL, ?)",
        params![
            run.as_str(),
            number,
            recipe.data.dataset.as_str(),
            recipe.data.version,
            &*recipe.target,
            recipe.task.word(),
            &*recipe.experiment,
            device,
            recipe.seed,
            recipe_text,
            record.at.unix_millis,
            record.seq
        ],
    )?;
    Ok(number)
}

pub(super) fn set_run_state(
    connection: &Connection,
    run: &RunId,
    state: &str,
) -> Result<(), CatalogError> {
    execute(
        connection,
        "UPDATE run SET state = ? WHERE run = ?",
        params![state, run.as_str()],
    )?;
    Ok(())
}

pub(super) fn set_run_device(
    connection: &Connection,
    run: &RunId,
    device: &str,
) -> Result<(), CatalogError> {
    execute(
        connection,
        "UPDATE run SET device = ? WHERE run = ?",
        params![device, run.as_str()],
    )?;
    Ok(())
}

/// `outcome` is the state, the seconds, and the error if there was one.
pub(super) fn end_run(
    connection: &Connection,
    record: &FactRecord,
    run: &RunId,
    outcome: (&str, f64, Option<&str>),
) -> Result<(), CatalogError> {
    let (state, seconds, error) = outcome;
    execute(
        connection,
        "UPDATE run SET state = ?, seconds = ?, error = ?, ended = try(make_timestamp_ms(?))
         WHERE run = ?",
        params![state, seconds, error, record.at.unix_millis, run.as_str()],
    )?;
    Ok(())
}

/// A run that was stopped and resumed ends twice; its last report counts.
pub(super) fn replace_report(
    connection: &Connection,
    run: &RunId,
    report: &RunReport,
) -> Result<(), CatalogError> {
    execute(
        connection,
        "DELETE FROM run_metric WHERE run = ?",
        params![run.as_str()],
    )?;
    let mut rows = appender(connection, "run_metric")?;
    for (key, value) in &report.metrics {
        let baseline = report.baseline.get(key);
        rows.append_row(params![run.as_str(), &**key, value, baseline])?;
    }
    Ok(rows.flush()?)
}

pub(super) fn replace_package(
    connection: &Connection,
    run: &RunId,
    package: &ModelPackage,
) -> Result<(), CatalogError> {
    execute(
        connection,
        "DELETE FROM run_file WHERE run = ?",
        params![run.as_str()],
    )?;
    let mut rows = appender(connection, "run_file")?;
    for (name, digest) in &package.files {
        rows.append_row(params![run.as_str(), &**name, digest.as_str()])?;
    }
    Ok(rows.flush()?)
}

pub(super) fn add_model_version(
    connection: &Connection,
    version: &ModelVersion,
    seq: u64,
) -> Result<(), CatalogError> {
    execute(
        connection,
        "INSERT INTO model_version VALUES (?, ?, ?, ?, ?, try(make_timestamp_ms(?)), ?)",
        params![
            version.id.model.as_str(),
            version.id.version,
            version.run.as_str(),
            version.onnx_max_abs_diff,
            version.onnx_compared_rows,
            version.created.unix_millis,
            seq
        ],
    )?;
    Ok(())
}

pub(super) fn set_alias(
    connection: &Connection,
    version: &ModelVersionRef,
    alias: &Arc<str>,
    seq: u64,
) -> Result<(), CatalogError> {
    remove_alias(connection, &version.model, alias)?;
    execute(
        connection,
        "INSERT INTO model_alias VALUES (?, ?, ?, ?)",
        params![version.model.as_str(), &**alias, version.version, seq],
    )?;
    Ok(())
}

pub(super) fn remove_alias(
    connection: &Connection,
    model: &ModelName,
    alias: &Arc<str>,
) -> Result<(), CatalogError> {
    execute(
        connection,
        "DELETE FROM model_alias WHERE model = ? AND alias = ?",
        params![model.as_str(), &**alias],
    )?;
    Ok(())
}

/// Starting a served model again, with another version or the same, ends what was served before.
pub(super) fn start_endpoint(
    connection: &Connection,
    record: &FactRecord,
    version: &ModelVersionRef,
) -> Result<(), CatalogError> {
    stop_endpoint(connection, record, &version.model)?;
    execute(
        connection,
        "INSERT INTO endpoint VALUES (?, ?, try(make_timestamp_ms(?)), NULL, ?)",
        params![
            version.model.as_str(),
            version.version,
            record.at.unix_millis,
            record.seq
        ],
    )?;
    Ok(())
}

pub(super) fn stop_endpoint(
    connection: &Connection,
    record: &FactRecord,
    model: &ModelName,
) -> Result<(), CatalogError> {
    execute(
        connection,
        "UPDATE endpoint SET stopped = try(make_timestamp_ms(?))
         WHERE model = ? AND stopped IS NULL",
        params![record.at.unix_millis, model.as_str()],
    )?;
    Ok(())
}

pub(super) fn watch_folder(
    connection: &Connection,
    path: &Path,
    seq: u64,
) -> Result<(), CatalogError> {
    forget_folder(connection, path)?;
    execute(
        connection,
        "INSERT INTO watched_folder VALUES (?, ?)",
        params![&*path.to_string_lossy(), seq],
    )?;
    Ok(())
}

pub(super) fn forget_folder(connection: &Connection, path: &Path) -> Result<(), CatalogError> {
    execute(
        connection,
        "DELETE FROM watched_folder WHERE path = ?",
        params![&*path.to_string_lossy()],
    )?;
    Ok(())
}
