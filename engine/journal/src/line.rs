//! One line of the journal: how it is written, and how its bytes are checked without trusting any of them.

use std::sync::Arc;

use contract::{Digest, Fact, FactRecord, JournalHead, Timestamp};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::{Flaw, JournalError};

const HASH_DIGITS: usize = blake3::OUT_LEN * 2;
const HASH_OPENING: &[u8] = b",\"hash\":\"";
const HASH_CLOSING: &[u8] = b"\"}";
const HASH_MEMBER: usize = HASH_OPENING.len() + HASH_DIGITS + HASH_CLOSING.len();

/// The last link of the chain so far: number 0 and 64 zeros before the first fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) seq: u64,
    pub(crate) hash: Arc<str>,
}

impl Link {
    pub(crate) fn before_the_first() -> Self {
        Self {
            seq: 0,
            hash: "0".repeat(HASH_DIGITS).into(),
        }
    }

    pub(crate) fn head(&self) -> Option<JournalHead> {
        (self.seq > 0).then(|| JournalHead {
            seq: self.seq,
            hash: Digest(self.hash.clone()),
        })
    }
}

/// Everything that is hashed, in the order of the line.
#[derive(Serialize)]
struct Body<'a> {
    seq: u64,
    at: Timestamp,
    actor: &'a str,
    prev: &'a str,
    fact: &'a Fact,
}

/// What a check needs of a line; the fact itself is only skipped over.
#[derive(Deserialize)]
struct Envelope {
    seq: u64,
    prev: Arc<str>,
    #[serde(rename = "fact")]
    _fact: IgnoredAny,
}

/// Adds the line that follows `link` to `bytes`, newline included, and returns the record as it reads back.
///
/// # Errors
/// When the fact does not survive being written, such as a NaN, which JSON has no word for.
pub(crate) fn write_line(
    bytes: &mut Vec<u8>,
    link: &Link,
    draft: &crate::Draft,
) -> Result<FactRecord, JournalError> {
    let unwritable = |source| JournalError::Unwritable { source };
    let start = bytes.len();
    let body = Body {
        seq: link.seq + 1,
        at: draft.at,
        actor: &draft.actor,
        prev: &link.hash,
        fact: &draft.fact,
    };
    serde_json::to_writer(&mut *bytes, &body).map_err(unwritable)?;
    let hash = blake3::hash(&bytes[start..]).to_hex();
    bytes.pop(); // the closing brace comes back after the hash
    bytes.extend_from_slice(HASH_OPENING);
    bytes.extend_from_slice(hash.as_bytes());
    bytes.extend_from_slice(HASH_CLOSING);
    let record = serde_json::from_slice(&bytes[start..]).map_err(unwritable)?;
    bytes.push(b'\n');
    Ok(record)
}

/// Checks a line (without its newline) against the link before it; `None` takes the line's own word for what came before.
pub(crate) fn check_line(line: &[u8], before: Option<&Link>) -> Result<Link, Flaw> {
    let body_length = line.len().checked_sub(HASH_MEMBER).ok_or(Flaw::NotAFact)?;
    let (body, member) = line.split_at(body_length);
    let hash = blake3::Hasher::new()
        .update(body)
        .update(b"}")
        .finalize()
        .to_hex();
    let digits = member
        .strip_prefix(HASH_OPENING)
        .and_then(|rest| rest.strip_suffix(HASH_CLOSING))
        .ok_or(Flaw::NotAFact)?;
    if digits != hash.as_bytes() {
        return Err(Flaw::HashDiffers);
    }
    let envelope: Envelope = serde_json::from_slice(line).map_err(|_| Flaw::NotAFact)?;
    if let Some(before) = before {
        if envelope.seq != before.seq + 1 {
            return Err(Flaw::WrongNumber {
                found: envelope.seq,
                due: before.seq + 1,
            });
        }
        if envelope.prev != before.hash {
            return Err(Flaw::ChainDiffers);
        }
    }
    Ok(Link {
        seq: envelope.seq,
        hash: hash.as_str().into(),
    })
}
