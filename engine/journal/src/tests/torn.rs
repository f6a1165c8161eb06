//! A program that ends in the middle of a write leaves a torn tail; opening mends that, and only that.

use std::fs;

use expect_test::expect;

use super::{drafts, mark, quick_folder, read, read_all, segment, write, written};
use crate::{Journal, JournalError, verify};

#[test]
fn a_torn_tail_at_every_offset_is_repaired() {
    let dir = quick_folder();
    let path = segment(dir.path(), 1);
    let mut journal = Journal::create(dir.path()).expect("created");
    let acknowledged = journal.append(&drafts(4)).expect("appended");
    let (acknowledged_bytes, acknowledged_mark) = (read(&path), read(&mark(dir.path())));
    journal.append(&drafts(3)).expect("appended");
    drop(journal);
    let whole = read(&path);

    for length in acknowledged_bytes.len()..whole.len() {
        write(&path, &whole[..length]);
        write(&mark(dir.path()), &acknowledged_mark);
        let (mut journal, notes) = Journal::open(dir.path()).expect("mended");
        let kept = journal.head().expect("facts").seq as usize;
        assert!(kept >= acknowledged.len(), "a fact was lost at {length}");
        assert_eq!(read_all(dir.path())[..4], acknowledged);
        // Whole lines of the group stay; what is not whole is in a file of its own, byte for byte.
        let kept_bytes = read(&path).len();
        assert_eq!(notes.is_empty(), kept_bytes == length);
        if kept_bytes < length {
            let aside = dir.path().join(format!("000001.torn-{kept_bytes}"));
            assert_eq!(read(&aside), whole[kept_bytes..length]);
            fs::remove_file(aside).expect("removed");
        }
        let next = journal.append(&drafts(1)).expect("appended");
        assert_eq!(next[0].seq as usize, kept + 1);
        verify(dir.path()).expect("whole again");
    }
}

#[test]
fn the_note_says_what_was_mended() {
    let dir = quick_folder();
    written(dir.path(), 2);
    let path = segment(dir.path(), 1);
    let whole = read(&path);
    for _ in 0..2 {
        write(&path, [&whole[..], b"{\"seq\":3,\"at\":17"].concat());
        let (_, notes) = Journal::open(dir.path()).expect("mended");
        assert_eq!(notes.len(), 1);
    }
    write(&path, [&whole[..], &[0; 4096]].concat());
    let (_, notes) = Journal::open(dir.path()).expect("mended");
    let mut names: Vec<String> = fs::read_dir(dir.path())
        .expect("readable")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .to_string_lossy()
                .into()
        })
        .collect();
    names.sort();
    expect![[r#"
        (
            [
                RepairNote {
                    sentence: "The last 4096 bytes of journal segment 000001 were half-written when the program ended and were moved to 000001.torn-507-3",
                },
            ],
            [
                "000000.mark",
                "000001.jsonl",
                "000001.torn-507",
                "000001.torn-507-2",
                "000001.torn-507-3",
            ],
        )
    "#]]
    .assert_debug_eq(&(notes, names));
    assert_eq!(read(&path), whole);
}

#[test]
fn damage_to_an_acknowledged_fact_is_never_repaired() {
    let dir = quick_folder();
    written(dir.path(), 5);
    let path = segment(dir.path(), 1);
    let whole = read(&path);
    for offset in [10, whole.len() / 2, whole.len() - 100, whole.len() - 1] {
        let mut edited = whole.clone();
        edited[offset] ^= 0x01;
        write(&path, &edited);
        let error = Journal::open(dir.path()).expect_err("damaged");
        assert!(matches!(error, JournalError::Broken { .. }), "{error}");
        assert!(error.hint().is_some());
        assert_eq!(read(&path), edited, "nothing was touched");
    }
    write(&path, &whole[..whole.len() / 2]);
    Journal::open(dir.path()).expect_err("half of it is gone");
}

#[test]
fn without_a_mark_later_facts_tell_damage_from_a_torn_tail() {
    let dir = quick_folder();
    written(dir.path(), 5);
    let path = segment(dir.path(), 1);
    let whole = read(&path);
    fs::remove_file(mark(dir.path())).expect("removed");
    let mut edited = whole.clone();
    edited[whole.len() / 2] ^= 0x01;
    write(&path, edited);
    Journal::open(dir.path()).expect_err("facts stand behind the damage");

    write(&path, &whole[..whole.len() - 7]);
    let (journal, notes) = Journal::open(dir.path()).expect("mended");
    assert_eq!(journal.head().expect("facts").seq, 4);
    assert_eq!(notes.len(), 2);
}

#[test]
fn a_mark_behind_the_facts_is_moved_up() {
    let dir = quick_folder();
    let mut journal = Journal::create(dir.path()).expect("created");
    journal.append(&drafts(2)).expect("appended");
    let behind = read(&mark(dir.path()));
    journal.append(&drafts(2)).expect("appended");
    drop(journal);
    let newest = read(&mark(dir.path()));
    write(&mark(dir.path()), behind);
    verify(dir.path()).expect("a power cut may leave the mark behind");
    let (_, notes) = Journal::open(dir.path()).expect("opened");
    assert_eq!(notes, []);
    assert_eq!(read(&mark(dir.path())), newest);
}
