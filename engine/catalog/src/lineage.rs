//! Lineage: everything that a thing was made of, and everything that was made of it.

use std::sync::Arc;

use contract::{Digest, LineageGraph, LineageKind, LineageNode, Timestamp};
use duckdb::{Connection, OptionalExt, ToSql, params};

use crate::{Catalog, CatalogError};

/// Fewer digits than this are taken for a name, never for the beginning of a digest.
const SHORTEST_DIGEST_PREFIX: usize = 6;

const ANCESTORS_AND_DESCENDANTS: &str = "
    WITH RECURSIVE
    up(id) AS (
        SELECT ?1 UNION SELECT edge.from_id FROM lineage_edge AS edge JOIN up ON edge.to_id = up.id),
    down(id) AS (
        SELECT ?1 UNION SELECT edge.to_id FROM lineage_edge AS edge JOIN down ON edge.from_id = down.id)";

impl Catalog {
    /// The ancestors and descendants of a node. `of` is a node's written id, or what people say for it: a dataset or model
    /// (its newest version), `wine@2`, `wine@champion`, a run, a served model as `endpoint:wine`, a digest or its beginning.
    /// `None` when nothing has that name.
    ///
    /// # Errors
    /// When the beginning of a digest fits several, or the file cannot be read.
    pub fn lineage(&self, of: &str) -> Result<Option<LineageGraph>, CatalogError> {
        self.run("read", |connection| {
            let Some(id) = resolve(connection, of.trim())? else {
                return Ok(None);
            };
            Ok(Some(LineageGraph {
                nodes: nodes_around(connection, &id)?,
                edges: edges_around(connection, &id)?,
                of: id.into(),
            }))
        })
    }
}

/// The id of the node that a person means.
fn resolve(connection: &Connection, of: &str) -> Result<Option<String>, CatalogError> {
    if let Some(id) = one_text(
        connection,
        "SELECT id FROM lineage_node WHERE id = ? LIMIT 1",
        params![of],
    )? {
        return Ok(Some(id));
    }
    let (wants_model, name) = match of.strip_prefix("model:") {
        Some(name) => (true, name),
        None => (false, of),
    };
    if !wants_model && let Some(id) = resolve_dataset(connection, name)? {
        return Ok(Some(id));
    }
    if let Some(id) = resolve_model(connection, name)? {
        return Ok(Some(id));
    }
    resolve_digest(connection, of.strip_prefix("source:").unwrap_or(of))
}

fn resolve_dataset(connection: &Connection, text: &str) -> Result<Option<String>, CatalogError> {
    const NEWEST: &str = "SELECT dataset || '@' || version FROM data_version
         WHERE dataset = ?1 AND (?2 IS NULL OR version = ?2) ORDER BY version DESC LIMIT 1";
    let whole = one_text(connection, NEWEST, params![text, None::<u32>])?;
    match (whole, split_version(text)) {
        (None, Some((name, Ok(number)))) => {
            one_text(connection, NEWEST, params![name, Some(number)])
        }
        (whole, _) => Ok(whole),
    }
}

fn resolve_model(connection: &Connection, text: &str) -> Result<Option<String>, CatalogError> {
    const NEWEST: &str = "SELECT 'model:' || model || '@' || version FROM model_version
         WHERE model = ?1 AND (?2 IS NULL OR version = ?2) ORDER BY version DESC LIMIT 1";
    const BY_ALIAS: &str = "SELECT 'model:' || model || '@' || version FROM model_alias
         WHERE model = ? AND alias = ? LIMIT 1";
    let whole = one_text(connection, NEWEST, params![text, None::<u32>])?;
    match (whole, split_version(text)) {
        (None, Some((name, Ok(number)))) => {
            one_text(connection, NEWEST, params![name, Some(number)])
        }
        (None, Some((name, Err(alias)))) => one_text(connection, BY_ALIAS, params![name, alias]),
        (whole, _) => Ok(whole),
    }
}

/// The node that this content belongs to; where it belongs to several, as a model's file does, the one that made it.
fn resolve_digest(connection: &Connection, text: &str) -> Result<Option<String>, CatalogError> {
    let prefix = text.to_ascii_lowercase();
    let is_digits = prefix.bytes().all(|byte| byte.is_ascii_hexdigit());
    if prefix.len() < SHORTEST_DIGEST_PREFIX || !is_digits {
        return Ok(None);
    }
    let mut statement = connection.prepare(
        "SELECT digest, arg_min(id, seq) FROM lineage_digest
         WHERE starts_with(digest, ?) GROUP BY digest ORDER BY digest LIMIT 2",
    )?;
    let rows = statement.query_map([&prefix], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut found: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
    match (found.pop(), found.pop()) {
        (Some((second, _)), Some((first, _))) => Err(CatalogError::Ambiguous {
            of: text.to_owned(),
            first: Digest::new(first),
            second: Digest::new(second),
        }),
        (only, _) => Ok(only.map(|(_, id)| id)),
    }
}

/// `wine@2` and `wine@v2` have a number after the name, `wine@champion` an alias.
fn split_version(text: &str) -> Option<(&str, Result<u32, &str>)> {
    let (name, version) = text.rsplit_once('@')?;
    let digits = version.strip_prefix('v').unwrap_or(version);
    Some((name, digits.parse().map_err(|_| version)))
}

fn nodes_around(connection: &Connection, id: &str) -> Result<Vec<LineageNode>, CatalogError> {
    let mut statement = connection.prepare(&format!(
        "{ANCESTORS_AND_DESCENDANTS}
         SELECT node.id, kind, label, detail, unix_millis, seq FROM lineage_node AS node
         WHERE node.id IN (SELECT id FROM up UNION SELECT id FROM down) ORDER BY seq, node.id"
    ))?;
    let mut rows = statement.query([id])?;
    let mut nodes = Vec::new();
    while let Some(row) = rows.next()? {
        let kind: String = row.get(1)?;
        nodes.push(LineageNode {
            id: row.get::<_, String>(0)?.into(),
            kind: kind_of(&kind)?,
            label: row.get(2)?,
            detail: row.get(3)?,
            at: Timestamp {
                unix_millis: row.get(4)?,
            },
            seq: row.get(5)?,
        });
    }
    nodes.sort_by_key(|node| node.kind);
    Ok(nodes)
}

fn kind_of(word: &str) -> Result<LineageKind, CatalogError> {
    serde_json::from_value(word.into()).map_err(|source| CatalogError::Unreadable {
        what: "a lineage node",
        source,
    })
}

type Edge = (Arc<str>, Arc<str>);

fn edges_around(connection: &Connection, id: &str) -> Result<Vec<Edge>, CatalogError> {
    let mut statement = connection.prepare(&format!(
        "{ANCESTORS_AND_DESCENDANTS}
         SELECT from_id, to_id, min(seq) AS first_seq FROM lineage_edge
         WHERE (from_id IN (SELECT id FROM up) AND to_id IN (SELECT id FROM up))
            OR (from_id IN (SELECT id FROM down) AND to_id IN (SELECT id FROM down))
         GROUP BY ALL ORDER BY first_seq, from_id, to_id"
    ))?;
    let mut rows = statement.query([id])?;
    let mut edges = Vec::new();
    while let Some(row) = rows.next()? {
        let (from, to): (String, String) = (row.get(0)?, row.get(1)?);
        edges.push((from.into(), to.into()));
    }
    Ok(edges)
}

fn one_text(
    connection: &Connection,
    sql: &str,
    params: &[&dyn ToSql],
) -> Result<Option<String>, CatalogError> {
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row(params, |row| row.get(0)).optional()?)
}
