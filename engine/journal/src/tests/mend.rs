//! A changed line comes back exactly as it was, or nothing is touched.

use std::fs;

use super::written;
use crate::{Journal, JournalError, mend, verify};

#[test]
fn every_changed_byte_is_mended_exactly_or_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("journal");
    let records = written(&dir, 6);
    let segment = dir.join("000001.jsonl");
    let whole = fs::read(&segment).expect("a segment");
    let known = |seq: u64| records.get(seq as usize - 1).cloned();
    let mut mended = 0;
    for place in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        fs::write(&segment, &bytes).expect("a changed byte");
        let _ = fs::remove_file(dir.join("000001.changed"));
        match mend(&dir, &known) {
            Ok(notes) => {
                assert_eq!(notes.len(), 1);
                assert_eq!(fs::read(&segment).expect("a segment"), whole);
                assert_eq!(fs::read(dir.join("000001.changed")).expect("kept"), bytes);
                verify(&dir).expect("a whole journal");
                mended += 1;
            }
            Err(_) => assert_eq!(fs::read(&segment).expect("a segment"), bytes),
        }
    }
    assert!(mended > whole.len() / 7 - 6, "{mended}");
}

#[test]
fn another_fact_is_not_put_in_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("journal");
    let records = written(&dir, 6);
    let segment = dir.join("000001.jsonl");
    let mut bytes = fs::read(&segment).expect("a segment");
    bytes[20] ^= 1;
    fs::write(&segment, &bytes).expect("a changed byte");
    let mut forged = records[0].clone();
    forged.actor = "mallory".into();
    let refused = mend(&dir, &|_| Some(forged.clone()));
    assert!(
        matches!(refused, Err(JournalError::Broken { .. })),
        "{refused:?}"
    );
    mend(&dir, &|_| None).expect_err("nobody knows");
    assert_eq!(fs::read(&segment).expect("a segment"), bytes);
    Journal::open(&dir).expect_err("still broken");
}
