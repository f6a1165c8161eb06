//! Applying the journal's facts and giving them back.

use std::sync::Arc;

use contract::{Digest, FactRecord, JournalHead, Timestamp};
use duckdb::arrow::array::{ArrayRef, Int64Array, StringArray, UInt64Array};
use duckdb::arrow::record_batch::RecordBatch;
use duckdb::{Connection, OptionalExt, params};
use serde::Deserialize;

use crate::connection::appender;
use crate::projection;
use crate::{Catalog, CatalogError};

impl Catalog {
    /// The newest fact that was applied. Behind the journal's head, the facts after it are missing here; another hash at the same
    /// number means that this is another journal's catalog.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn applied(&self) -> Result<Option<JournalHead>, CatalogError> {
        self.run("read", applied)
    }

    /// Applies facts in one transaction. Those that were applied already are skipped.
    ///
    /// # Errors
    /// When the first new one does not follow the newest applied one, or the disk refuses; nothing is applied then.
    pub fn apply(&mut self, records: &[FactRecord]) -> Result<(), CatalogError> {
        self.run_whole("add facts to", |connection| {
            let fresh = fresh_facts(records, applied(connection)?)?;
            append_facts(connection, fresh)?;
            for record in fresh {
                projection::project(connection, record)?;
            }
            Ok(())
        })
    }

    /// At most `count` facts from number `first_seq` on, in order.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn facts(&self, first_seq: u64, count: u32) -> Result<Vec<FactRecord>, CatalogError> {
        self.run("read", |connection| {
            stored_facts(connection, first_seq, count)
        })
    }
}

pub(crate) fn applied(connection: &Connection) -> Result<Option<JournalHead>, CatalogError> {
    let newest = connection
        .prepare_cached("SELECT seq, hash FROM fact ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| {
            Ok(JournalHead {
                seq: row.get(0)?,
                hash: Digest::new(row.get::<_, String>(1)?),
            })
        })
        .optional()?;
    Ok(newest)
}

/// The facts after `applied`, if they continue it.
fn fresh_facts(
    records: &[FactRecord],
    applied: Option<JournalHead>,
) -> Result<&[FactRecord], CatalogError> {
    let mut newest = applied.map_or((0, None), |head| (head.seq, Some(head.hash)));
    let known = records.iter().take_while(|record| record.seq <= newest.0);
    let fresh = &records[known.count()..];
    if let Some(same) = records.iter().find(|record| record.seq == newest.0)
        && Some(&same.hash) != newest.1.as_ref()
    {
        return Err(CatalogError::Diverged { seq: same.seq });
    }
    for record in fresh {
        if record.seq != newest.0 + 1 {
            return Err(CatalogError::Gap {
                applied: newest.0,
                offered: record.seq,
            });
        }
        if newest.1.is_some_and(|hash| hash != record.prev) {
            return Err(CatalogError::Diverged { seq: newest.0 });
        }
        newest = (record.seq, Some(record.hash.clone()));
    }
    Ok(fresh)
}

/// The word that a fact's JSON begins with.
#[derive(Deserialize)]
struct Tag {
    #[serde(rename = "type")]
    word: String,
}

pub(crate) fn append_facts(
    connection: &Connection,
    records: &[FactRecord],
) -> Result<(), CatalogError> {
    if records.is_empty() {
        return Ok(());
    }
    let unreadable = |source| CatalogError::Unreadable {
        what: "a fact",
        source,
    };
    let mut facts = Vec::with_capacity(records.len());
    let mut words = Vec::with_capacity(records.len());
    for record in records {
        let text = serde_json::to_string(&record.fact).map_err(unreadable)?;
        let tag: Tag = serde_json::from_str(&text).map_err(unreadable)?;
        words.push(tag.word);
        facts.push(text);
    }
    let texts = |text: fn(&FactRecord) -> &str| {
        Arc::new(StringArray::from_iter_values(records.iter().map(text))) as ArrayRef
    };
    let numbers = records.iter().map(|record| record.seq);
    let millis = records.iter().map(|record| record.at.unix_millis);
    let batch = RecordBatch::try_from_iter([
        (
            "seq",
            Arc::new(UInt64Array::from_iter_values(numbers)) as ArrayRef,
        ),
        (
            "unix_millis",
            Arc::new(Int64Array::from_iter_values(millis)),
        ),
        ("actor", texts(|record| &record.actor)),
        ("type", Arc::new(StringArray::from(words))),
        ("fact", Arc::new(StringArray::from(facts))),
        ("prev", texts(|record| record.prev.as_str())),
        ("hash", texts(|record| record.hash.as_str())),
    ])?;
    let mut appender = appender(connection, "fact")?;
    appender.append_record_batch(batch)?;
    Ok(appender.flush()?)
}

pub(crate) fn stored_facts(
    connection: &Connection,
    first_seq: u64,
    count: u32,
) -> Result<Vec<FactRecord>, CatalogError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, unix_millis, actor, prev, hash, fact FROM fact
         WHERE seq >= ? ORDER BY seq LIMIT ?",
    )?;
    let mut rows = statement.query(params![first_seq, count])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        let text = row.get_ref(5)?;
        let text = text.as_str().map_err(duckdb::Error::from)?;
        records.push(FactRecord {
            seq: row.get(0)?,
            at: Timestamp {
                unix_millis: row.get(1)?,
            },
            actor: row.get::<_, String>(2)?.into(),
            prev: Digest::new(row.get::<_, String>(3)?),
            hash: Digest::new(row.get::<_, String>(4)?),
            fact: serde_json::from_str(text).map_err(|source| CatalogError::Unreadable {
                what: "a fact",
                source,
            })?,
        });
    }
    Ok(records)
}
