//! The lineage tables: a node for each thing, an edge from each thing to what was made of it.

use contract::{
    DataVersion, Digest, FactRecord, ModelName, ModelVersion, ModelVersionRef, Recipe, RunId,
    Timestamp,
};
use duckdb::{Connection, params};

use super::tables::execute;
use crate::CatalogError;
use crate::connection::appender;

/// A node that is about to be added.
struct Node<'a> {
    id: &'a str,
    kind: &'a str,
    label: &'a str,
    detail: &'a str,
    at: Timestamp,
    seq: u64,
}

impl Node<'_> {
    fn add(&self, connection: &Connection) -> Result<(), CatalogError> {
        execute(
            connection,
            "INSERT INTO lineage_node VALUES (?, ?, ?, ?, ?, ?)",
            params![
                self.id,
                self.kind,
                self.label,
                self.detail,
                self.at.unix_millis,
                self.seq
            ],
        )?;
        Ok(())
    }
}

pub(super) fn add_data_version(
    connection: &Connection,
    version: &DataVersion,
    seq: u64,
) -> Result<(), CatalogError> {
    let id = version.id.to_string();
    let node = Node {
        id: &id,
        kind: "data_version",
        label: &id,
        detail: &format!(
            "{}, {}",
            counted(version.rows, "row"),
            counted(version.columns.len() as u64, "column")
        ),
        at: version.created,
        seq,
    };
    node.add(connection)?;
    add_digests(connection, &id, [&version.object], seq)?;
    add_digests(connection, &id, &version.rejects, seq)?;
    for source in &version.sources {
        let source_id = format!("source:{}", source.digest);
        if !exists(connection, &source_id)? {
            let name = source.path.file_name().unwrap_or(source.path.as_os_str());
            let node = Node {
                id: &source_id,
                kind: "source",
                label: &name.to_string_lossy(),
                detail: &format!(
                    "{}, {}",
                    source.path.display(),
                    counted(source.bytes, "byte")
                ),
                at: version.created,
                seq,
            };
            node.add(connection)?;
            add_digests(connection, &source_id, [&source.digest], seq)?;
        }
        add_edge(connection, &source_id, &id, seq)?;
    }
    Ok(())
}

pub(super) fn add_run(
    connection: &Connection,
    record: &FactRecord,
    run: &RunId,
    recipe: &Recipe,
    number: u64,
) -> Result<(), CatalogError> {
    let node = Node {
        id: run.as_str(),
        kind: "run",
        label: &format!("Run {number}"),
        detail: &format!("{} of {}, running", recipe.task.word(), recipe.target),
        at: record.at,
        seq: record.seq,
    };
    node.add(connection)?;
    add_edge(
        connection,
        &recipe.data.to_string(),
        run.as_str(),
        record.seq,
    )
}

/// The state is the last word of a run's detail.
pub(super) fn set_run_state(
    connection: &Connection,
    run: &RunId,
    state: &str,
) -> Result<(), CatalogError> {
    execute(
        connection,
        "UPDATE lineage_node SET detail = regexp_replace(detail, '[a-z]+$', ?) WHERE id = ?",
        params![state, run.as_str()],
    )?;
    Ok(())
}

pub(super) fn add_model_version(
    connection: &Connection,
    version: &ModelVersion,
    seq: u64,
) -> Result<(), CatalogError> {
    let id = format!("model:{}", version.id);
    let node = Node {
        id: &id,
        kind: "model_version",
        label: &version.id.to_string(),
        detail: &format!(
            "{} of {}",
            version.signature.task.word(),
            version.signature.target
        ),
        at: version.created,
        seq,
    };
    node.add(connection)?;
    add_digests(connection, &id, version.package.files.values(), seq)?;
    add_edge(connection, version.run.as_str(), &id, seq)
}

/// An endpoint's node is one, whatever it serves; its edge comes from the version that it served last.
pub(super) fn start_endpoint(
    connection: &Connection,
    record: &FactRecord,
    version: &ModelVersionRef,
) -> Result<(), CatalogError> {
    let id = format!("endpoint:{}", version.model);
    execute(
        connection,
        "DELETE FROM lineage_node WHERE id = ?",
        params![id],
    )?;
    execute(
        connection,
        "DELETE FROM lineage_edge WHERE to_id = ?",
        params![id],
    )?;
    let node = Node {
        id: &id,
        kind: "endpoint",
        label: version.model.as_str(),
        detail: &format!("serves {version}"),
        at: record.at,
        seq: record.seq,
    };
    node.add(connection)?;
    add_edge(connection, &format!("model:{version}"), &id, record.seq)
}

pub(super) fn stop_endpoint(
    connection: &Connection,
    model: &ModelName,
) -> Result<(), CatalogError> {
    execute(
        connection,
        "UPDATE lineage_node SET detail = regexp_replace(detail, '^serves', 'stopped, served')
         WHERE id = ?",
        params![format!("endpoint:{model}")],
    )?;
    Ok(())
}

pub(super) fn add_digests<'a>(
    connection: &Connection,
    id: &str,
    digests: impl IntoIterator<Item = &'a Digest>,
    seq: u64,
) -> Result<(), CatalogError> {
    let mut rows = appender(connection, "lineage_digest")?;
    for digest in digests {
        rows.append_row(params![digest.as_str(), id, seq])?;
    }
    Ok(rows.flush()?)
}

fn add_edge(connection: &Connection, from: &str, to: &str, seq: u64) -> Result<(), CatalogError> {
    execute(
        connection,
        "INSERT INTO lineage_edge VALUES (?, ?, ?)",
        params![from, to, seq],
    )?;
    Ok(())
}

fn exists(connection: &Connection, id: &str) -> Result<bool, CatalogError> {
    let mut statement =
        connection.prepare_cached("SELECT count(*) > 0 FROM lineage_node WHERE id = ?")?;
    Ok(statement.query_row([id], |row| row.get(0))?)
}

/// “1 row”, “2 rows”.
fn counted(number: u64, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
