//! What each fact means for the typed tables and for lineage.

mod graph;
mod tables;

use contract::{Fact, FactRecord, RunId};
use duckdb::Connection;

use crate::CatalogError;
use crate::facts::stored_facts;

/// Facts that are in memory at once while the tables are filled anew.
const REBUILD_BATCH: u32 = 1_000;

/// Every table that is made from facts alone.
const PROJECTED: [&str; 13] = [
    "data_version",
    "data_source",
    "data_column",
    "run",
    "run_metric",
    "run_file",
    "model_version",
    "model_alias",
    "endpoint",
    "watched_folder",
    "lineage_node",
    "lineage_edge",
    "lineage_digest",
];

/// Brings the typed tables up to one more fact.
pub(crate) fn project(connection: &Connection, record: &FactRecord) -> Result<(), CatalogError> {
    let seq = record.seq;
    match &record.fact {
        Fact::DataVersionAdded { version } => {
            tables::add_data_version(connection, version, seq)?;
            graph::add_data_version(connection, version, seq)
        }
        Fact::ColumnsEdited {
            version,
            columns,
            profile,
        } => tables::replace_columns(connection, version, columns, profile),
        Fact::RunStarted {
            run,
            recipe,
            device,
        } => {
            let number = tables::start_run(connection, record, run, recipe, device)?;
            graph::add_run(connection, record, run, recipe, number)
        }
        Fact::RunPaused { run } => set_run_state(connection, run, "paused"),
        Fact::RunResumed { run, device, .. } => resume_run(connection, run, device.as_deref()),
        Fact::RunInterrupted { run } => set_run_state(connection, run, "interrupted"),
        Fact::RunFinished {
            run,
            stopped,
            seconds,
            report,
            package,
            series,
        } => {
            let state = if *stopped { "stopped" } else { "finished" };
            tables::end_run(connection, record, run, (state, *seconds, None))?;
            tables::replace_report(connection, run, report)?;
            tables::replace_package(connection, run, package)?;
            graph::set_run_state(connection, run, state)?;
            graph::add_digests(connection, run.as_str(), package.files.values(), seq)?;
            graph::add_digests(connection, run.as_str(), series, seq)
        }
        Fact::RunFailed {
            run,
            seconds,
            error,
        } => fail_run(connection, record, run, (*seconds, error)),
        Fact::ModelRegistered { version } => {
            tables::add_model_version(connection, version, seq)?;
            graph::add_model_version(connection, version, seq)
        }
        Fact::AliasSet { version, alias } => tables::set_alias(connection, version, alias, seq),
        Fact::AliasRemoved { model, alias } => tables::remove_alias(connection, model, alias),
        Fact::EndpointStarted { version } => {
            tables::start_endpoint(connection, record, version)?;
            graph::start_endpoint(connection, record, version)
        }
        Fact::EndpointStopped { model } => {
            tables::stop_endpoint(connection, record, model)?;
            graph::stop_endpoint(connection, model)
        }
        Fact::FolderWatched { path } => tables::watch_folder(connection, path, seq),
        Fact::FolderForgotten { path } => tables::forget_folder(connection, path),
        // Milestones that are in `fact` and change no table.
        Fact::ProjectCreated { .. }
        | Fact::ProjectRepaired { .. }
        | Fact::DataVersionRecognised { .. }
        | Fact::DataImportFailed { .. }
        | Fact::CheckpointSaved { .. }
        | Fact::JournalVerified { .. }
        | Fact::BackupWritten { .. } => Ok(()),
    }
}

fn fail_run(
    connection: &Connection,
    record: &FactRecord,
    run: &RunId,
    (seconds, error): (f64, &str),
) -> Result<(), CatalogError> {
    tables::end_run(connection, record, run, ("failed", seconds, Some(error)))?;
    graph::set_run_state(connection, run, "failed")
}

fn set_run_state(connection: &Connection, run: &RunId, state: &str) -> Result<(), CatalogError> {
    tables::set_run_state(connection, run, state)?;
    graph::set_run_state(connection, run, state)
}

fn resume_run(
    connection: &Connection,
    run: &RunId,
    device: Option<&str>,
) -> Result<(), CatalogError> {
    if let Some(device) = device {
        tables::set_run_device(connection, run, device)?;
    }
    set_run_state(connection, run, "running")
}

/// Fills the typed tables anew from the stored facts.
pub(crate) fn rebuild(connection: &Connection) -> Result<(), CatalogError> {
    for table in PROJECTED {
        // A list of steps that ends early, as in the tests, has not made all of them.
        let exists: bool = connection.query_row(
            "SELECT count(*) > 0 FROM duckdb_tables()
             WHERE database_name = current_database() AND table_name = ?",
            [table],
            |row| row.get(0),
        )?;
        if !exists {
            return Ok(());
        }
        connection.execute_batch(&format!("DELETE FROM {table}"))?;
    }
    let mut next_seq = 1;
    loop {
        let records = stored_facts(connection, next_seq, REBUILD_BATCH)?;
        let Some(last) = records.last() else {
            return Ok(());
        };
        next_seq = last.seq + 1;
        for record in &records {
            project(connection, record)?;
        }
    }
}
