//! The journal keeps what it acknowledged, and says so when it cannot.

use std::fs;
use std::path::{Path, PathBuf};

use contract::{Fact, FactRecord, RunId, Timestamp};

use crate::{Draft, Journal, read_after};

mod child;
mod copy;
mod disk;
mod faults;
mod lock;
mod mend;
mod speed;
mod tamper;
mod torn;
mod trip;

/// Facts of different lengths, with characters of one to four bytes.
fn drafts(count: u64) -> Vec<Draft> {
    let draft = |number: u64| Draft {
        at: Timestamp {
            unix_millis: 1_790_000_000_000 + number as i64,
        },
        actor: ["ann", "millctl", "Zoë 🌊"][number as usize % 3].into(),
        fact: match number % 3 {
            0 => Fact::RunInterrupted {
                run: RunId::from_random(number),
            },
            1 => Fact::CheckpointSaved {
                run: RunId::from_random(number),
                epoch: number as u32,
            },
            _ => Fact::RunFailed {
                run: RunId::from_random(number),
                seconds: number as f64 / 7.0,
                error: "the loss is “NaN”\n\tat epoch 3".repeat(number as usize % 4),
            },
        },
    };
    (0..count).map(draft).collect()
}

/// A fact as long as this, to fill segments.
fn long_draft(bytes: usize) -> Draft {
    Draft {
        at: Timestamp::default(),
        actor: "ann".into(),
        fact: Fact::ProjectRepaired {
            note: "x".repeat(bytes),
        },
    }
}

/// A journal of `count` facts, one group each, closed again.
fn written(dir: &Path, count: u64) -> Vec<FactRecord> {
    let mut journal = Journal::create(dir).expect("an empty folder takes a journal");
    let mut records = Vec::new();
    for draft in drafts(count) {
        records.extend(journal.append(&[draft]).expect("the disk is well"));
    }
    records
}

/// A journal of three segments, closed again.
fn written_in_three_segments(dir: &Path) -> Vec<FactRecord> {
    let mut journal = Journal::create(dir).expect("an empty folder takes a journal");
    let mut records = Vec::new();
    for _ in 0..20 {
        let group = [long_draft(1 << 20), long_draft(10)];
        records.extend(journal.append(&group).expect("the disk is well"));
    }
    assert!(segment(dir, 3).exists() && !segment(dir, 4).exists());
    records
}

fn read_all(dir: &Path) -> Vec<FactRecord> {
    read_after(dir, 0)
        .expect("the folder can be read")
        .collect::<Result<_, _>>()
        .expect("every fact can be read")
}

fn segment(dir: &Path, number: u32) -> PathBuf {
    dir.join(format!("{number:06}.jsonl"))
}

fn mark(dir: &Path) -> PathBuf {
    dir.join("000000.mark")
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).expect("the file can be read")
}

fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::write(path, bytes).expect("the file can be written");
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// In memory where the system has that: for thousands of cases whose fsyncs do not matter.
fn quick_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| folder())
}
