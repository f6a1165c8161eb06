//! A changed or lost line comes back exactly as it was, or nothing is touched.

use std::fs;

use super::{
    mark, quick_folder, read, read_all, segment, write, written, written_in_three_segments,
};
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

#[test]
fn a_journal_that_was_cut_is_restored_exactly_or_left() {
    let folder = quick_folder();
    let dir = folder.path().join("journal");
    let records = written(&dir, 6);
    let whole = read(&segment(&dir, 1));
    let known = |seq: u64| records.get(seq as usize - 1).cloned();
    for length in (0..whole.len()).step_by(5) {
        write(&segment(&dir, 1), &whole[..length]);
        let refused = mend(&dir, &|_| None).expect_err("nobody knows");
        assert!(
            matches!(refused, JournalError::FactsMissing { marked: 6, .. }),
            "{refused}"
        );
        assert!(refused.hint().is_some());
        assert_eq!(read(&segment(&dir, 1)), whole[..length]);
        let notes = mend(&dir, &known).expect("restored");
        assert_eq!(read(&segment(&dir, 1)), whole, "cut at {length}");
        verify(&dir).expect("a whole journal");
        assert!(
            notes.len() == 1 && notes[0].sentence.contains("had lost its last"),
            "{notes:?}"
        );
    }
}

#[test]
fn a_removed_line_and_a_removed_segment_come_back() {
    let folder = quick_folder();
    let dir = folder.path().join("journal");
    let records = written(&dir, 6);
    let whole = read(&segment(&dir, 1));
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    write(
        &segment(&dir, 1),
        [&lines[..2], &lines[3..]].concat().concat(),
    );
    let known = |seq: u64| records.get(seq as usize - 1).cloned();
    let notes = mend(&dir, &known).expect("mended");
    assert!(notes[0].sentence.starts_with("Fact 3 "), "{notes:?}");
    assert_eq!(read(&segment(&dir, 1)), whole);

    let dir = folder.path().join("long");
    let records = written_in_three_segments(&dir);
    fs::remove_file(segment(&dir, 3)).expect("removed");
    let known = |seq: u64| records.get(seq as usize - 1).cloned();
    mend(&dir, &known).expect("mended");
    assert_eq!(read_all(&dir), records);
    verify(&dir).expect("a whole journal");
}

#[test]
fn a_mark_that_names_another_fact_is_believed() {
    let folder = quick_folder();
    let dir = folder.path().join("journal");
    let records = written(&dir, 6);
    write(&mark(&dir), format!("{:020} {}\n", 6, "ab".repeat(32)));
    let mut bytes = read(&segment(&dir, 1));
    bytes[20] ^= 1;
    write(&segment(&dir, 1), &bytes);
    let known = |seq: u64| records.get(seq as usize - 1).cloned();
    let refused = mend(&dir, &known).expect_err("another fact was acknowledged");
    assert!(
        matches!(refused, JournalError::MarkDisagrees { seq: 6 }),
        "{refused}"
    );
    assert!(refused.hint().is_some());
    assert_eq!(read(&segment(&dir, 1)), bytes, "nothing was touched");
}

#[test]
fn a_fact_that_does_not_fit_is_not_appended() {
    let folder = quick_folder();
    let (dir, short) = (folder.path().join("journal"), folder.path().join("short"));
    let records = written(&dir, 4);
    let mut journal = Journal::create(&short).expect("created");
    let restored: Vec<bool> = [0, 1, 3, 2, 3]
        .map(|place: usize| journal.restore(&records[place]).expect("the disk is well"))
        .into();
    assert_eq!(restored, [true, true, false, true, true]);
    assert_eq!(read(&segment(&short, 1)), read(&segment(&dir, 1)));
    assert_eq!(read(&mark(&short)), read(&mark(&dir)));
}
