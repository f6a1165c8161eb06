//! A copy of a journal holds what was acknowledged, also while somebody writes.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{drafts, written};
use crate::{Journal, JournalError, copy, read_after, verify};

#[test]
fn a_copy_of_a_growing_journal_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, is_over) = (folder.path().join("from"), AtomicBool::new(false));
    let mut journal = Journal::create(&from).expect("a journal");
    journal.append(&drafts(20)).expect("facts");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                journal.append(&drafts(7)).expect("more facts");
            }
        });
        for number in 0..20 {
            let to = folder.path().join(format!("copy-{number}"));
            let head = copy(&from, &to).expect("a copy").expect("facts");
            let verified = verify(&to).expect("a whole journal");
            assert_eq!(verified.head, Some(head));
        }
        is_over.store(true, Ordering::Release);
    });
}

#[test]
fn bytes_that_were_not_acknowledged_are_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    let records = written(&from, 5);
    let segment = from.join("000001.jsonl");
    let mut bytes = fs::read(&segment).expect("a segment");
    bytes.extend_from_slice(b"{\"seq\":6,\"at\":");
    fs::write(&segment, bytes).expect("a torn line");
    copy(&from, &to).expect("a copy");
    let copied: Vec<_> = read_after(&to, 0)
        .expect("a journal")
        .collect::<Result<_, _>>()
        .expect("whole facts");
    assert_eq!(copied, records);
}

#[test]
fn a_changed_byte_is_not_copied() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = folder.path().join("from");
    written(&from, 5);
    let segment = from.join("000001.jsonl");
    let mut bytes = fs::read(&segment).expect("a segment");
    bytes[10] ^= 1;
    fs::write(&segment, bytes).expect("a changed byte");
    let copied = copy(&from, &folder.path().join("to"));
    assert!(
        matches!(copied, Err(JournalError::Broken { .. })),
        "{copied:?}"
    );
}
