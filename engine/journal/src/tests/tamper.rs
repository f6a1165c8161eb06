//! Whoever changes the journal from outside is found out.

use std::fs;
use std::path::Path;

use expect_test::expect;

use super::{drafts, mark, quick_folder, read, segment, write, written, written_in_three_segments};
use crate::verify::verify_once;
use crate::{Journal, JournalError, verify};

/// Both the check and the opening must refuse.
fn is_found(dir: &Path, what: &str) {
    assert!(verify_once(dir).is_err(), "verify overlooks {what}");
    assert!(Journal::open(dir).is_err(), "open overlooks {what}");
}

/// A segment of `count` facts as lines with their newlines.
fn lines_of(dir: &Path) -> Vec<Vec<u8>> {
    let bytes = read(&segment(dir, 1));
    bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect()
}

#[test]
fn every_single_byte_edit_is_found() {
    let dir = quick_folder();
    written(dir.path(), 9);
    let path = segment(dir.path(), 1);
    let whole = read(&path);
    for offset in 0..whole.len() {
        for flip in [0x01, 0x20, 0x80] {
            let mut edited = whole.clone();
            edited[offset] ^= flip;
            write(&path, &edited);
            is_found(dir.path(), &format!("bits {flip:#x} at byte {offset}"));
        }
    }
    write(&path, &whole);
    assert_eq!(verify(dir.path()).expect("whole again").facts, 9);
}

#[test]
fn every_inserted_or_removed_byte_is_found() {
    let dir = quick_folder();
    written(dir.path(), 6);
    let path = segment(dir.path(), 1);
    let whole = read(&path);
    for offset in 0..whole.len() {
        let mut shorter = whole.clone();
        shorter.remove(offset);
        write(&path, &shorter);
        is_found(dir.path(), &format!("a byte removed at {offset}"));
        for inserted in [b' ', b'\n', b'0'] {
            let mut longer = whole.clone();
            longer.insert(offset, inserted);
            if longer.starts_with(&whole) {
                continue; // bytes after the end: see below
            }
            write(&path, &longer);
            is_found(dir.path(), &format!("{inserted} inserted at {offset}"));
        }
    }
}

#[test]
fn bytes_after_the_end_are_found() {
    let dir = quick_folder();
    written(dir.path(), 3);
    let path = segment(dir.path(), 1);
    let whole = read(&path);
    for added in [&b"\n"[..], b" ", b"{}\n", &whole] {
        write(&path, [&whole, added].concat());
        assert!(verify_once(dir.path()).is_err());
    }
}

#[test]
fn other_writings_of_the_same_json_are_found() {
    let dir = quick_folder();
    written(dir.path(), 6);
    let path = segment(dir.path(), 1);
    let whole = String::from_utf8(read(&path)).expect("JSON is text");
    for (from, to) in [
        ("\"seq\":3", "\"seq\":3.0"),
        ("\"seq\":3", "\"seq\": 3"),
        ("\"epoch\":4", "\"epoch\":4e0"),
        ("\"actor\":\"ann\"", "\"actor\":\"\\u0061nn\""),
        (",\"hash\":", ", \"hash\":"),
        ("\"}\n", "\"} \n"),
        ("\n", "\r\n"),
    ] {
        assert!(whole.contains(from), "{from}");
        write(&path, whole.replacen(from, to, 1));
        is_found(dir.path(), to);
    }
    let upper: String = whole
        .lines()
        .map(|line| {
            let (body, hash) = line.rsplit_once(":\"").expect("a hash");
            format!("{body}:\"{}\n", hash.to_ascii_uppercase())
        })
        .collect();
    write(&path, upper);
    is_found(dir.path(), "an upper-case hash");
}

#[test]
fn every_removed_line_is_found() {
    let dir = quick_folder();
    written(dir.path(), 12);
    let lines = lines_of(dir.path());
    for removed in 0..lines.len() {
        let mut kept = lines.clone();
        kept.remove(removed);
        write(&segment(dir.path(), 1), kept.concat());
        is_found(dir.path(), &format!("line {} removed", removed + 1));
    }
}

#[test]
fn every_doubled_or_swapped_pair_of_lines_is_found() {
    let dir = quick_folder();
    written(dir.path(), 7);
    let lines = lines_of(dir.path());
    for first in 0..lines.len() {
        for second in 0..first {
            let mut swapped = lines.clone();
            swapped.swap(first, second);
            write(&segment(dir.path(), 1), swapped.concat());
            is_found(dir.path(), &format!("lines {first} and {second} swapped"));
        }
        let mut doubled = lines.clone();
        doubled.insert(first, lines[first].clone());
        write(&segment(dir.path(), 1), doubled.concat());
        assert!(verify_once(dir.path()).is_err(), "line {first} doubled");
    }
}

#[test]
fn a_tail_cut_at_any_byte_is_found() {
    let dir = quick_folder();
    written(dir.path(), 5);
    let path = segment(dir.path(), 1);
    let whole = read(&path);
    for length in 0..whole.len() {
        write(&path, &whole[..length]);
        is_found(dir.path(), &format!("a cut at {length}"));
    }
}

#[test]
fn a_line_with_a_hash_made_anew_is_found() {
    let dir = quick_folder();
    written(dir.path(), 4);
    let path = segment(dir.path(), 1);
    for forged in 0..4 {
        let whole = read(&path);
        let mut lines = lines_of(dir.path());
        let text = String::from_utf8(lines[forged].clone()).expect("text");
        let (body, _) = text.split_once(",\"hash\"").expect("a hash");
        let body = body.replacen("\"actor\":\"", "\"actor\":\"not ", 1);
        let hash = blake3::hash(format!("{body}}}").as_bytes());
        lines[forged] = format!("{body},\"hash\":\"{hash}\"}}\n").into_bytes();
        write(&path, lines.concat());
        is_found(dir.path(), &format!("line {forged} forged"));
        write(&path, whole);
    }
}

#[test]
fn a_number_left_out_is_found_even_with_hash_and_mark_made_anew() {
    let dir = quick_folder();
    written(dir.path(), 4);
    let mut lines = lines_of(dir.path());
    let text = String::from_utf8(lines[3].clone()).expect("text");
    let (body, _) = text.split_once(",\"hash\"").expect("a hash");
    let body = body.replacen("\"seq\":4", "\"seq\":5", 1);
    let hash = blake3::hash(format!("{body}}}").as_bytes());
    lines[3] = format!("{body},\"hash\":\"{hash}\"}}\n").into_bytes();
    write(&segment(dir.path(), 1), lines.concat());
    write(&mark(dir.path()), format!("{:020} {hash}\n", 5));
    is_found(dir.path(), "a number left out");
    let error = verify(dir.path()).expect_err("found");
    expect!["journal segment 000001, line 4: fact 5 stands where fact 4 is due"]
        .assert_eq(&error.to_string());
}

#[test]
fn a_missing_or_exchanged_segment_is_found() {
    let dir = quick_folder();
    written_in_three_segments(dir.path());
    let aside = dir.path().join("aside");
    let refusals = |path: &Path| {
        let sentence = |error: JournalError| {
            assert!(error.hint().is_some());
            error.to_string()
        };
        (
            sentence(verify_once(path).expect_err("found by verify")),
            sentence(Journal::open(path).expect_err("found by open")),
        )
    };
    let mut sentences = Vec::new();
    for number in 1..=3 {
        fs::rename(segment(dir.path(), number), &aside).expect("moved away");
        let (verified, opened) = refusals(dir.path());
        assert_eq!(verified, opened);
        sentences.push(verified);
        fs::rename(&aside, segment(dir.path(), number)).expect("moved back");
    }
    expect![[r#"
        [
            "journal segment 000001 is missing",
            "journal segment 000002 is missing",
            "the journal ends at fact 32, but fact 40 was acknowledged",
        ]
    "#]]
    .assert_debug_eq(&sentences);

    let second = read(&segment(dir.path(), 2));
    let third = read(&segment(dir.path(), 3));
    write(&segment(dir.path(), 2), third);
    write(&segment(dir.path(), 3), second);
    is_found(dir.path(), "two segments exchanged");
}

#[test]
fn every_edit_of_the_mark_is_found() {
    let dir = quick_folder();
    written(dir.path(), 5);
    let whole = read(&mark(dir.path()));
    for offset in 0..whole.len() {
        let mut edited = whole.clone();
        edited[offset] ^= 0x01;
        write(&mark(dir.path()), &edited);
        assert!(
            verify_once(dir.path()).is_err(),
            "byte {offset} of the mark"
        );
    }
    fs::remove_file(mark(dir.path())).expect("removed");
    let error = verify(dir.path()).expect_err("no mark");
    expect!["the mark of the newest fact is missing, so removed facts could not be noticed"]
        .assert_eq(&error.to_string());

    let (_, notes) = Journal::open(dir.path()).expect("the facts are whole");
    expect![[r#"
        [
            RepairNote {
                sentence: "The mark of the newest fact was missing or damaged and was made anew at fact 5; facts after it that were removed before could not be noticed",
            },
        ]
    "#]]
    .assert_debug_eq(&notes);
    assert_eq!(verify(dir.path()).expect("whole again").facts, 5);
}

#[test]
fn the_error_names_segment_line_and_reason() {
    let dir = quick_folder();
    written_in_three_segments(dir.path());
    let path = segment(dir.path(), 2);
    let mut bytes = read(&path);
    let place = bytes
        .windows(4)
        .position(|window| window == b"xxxx")
        .expect("a long note");
    bytes[place] = b'y';
    write(&path, &bytes);
    let error = verify(dir.path()).expect_err("edited");
    expect!["journal segment 000002, line 1: the line does not match its hash"]
        .assert_eq(&error.to_string());
}

#[test]
fn a_journal_that_is_being_written_is_not_called_broken() {
    let dir = quick_folder();
    let path = dir.path().join("journal");
    let mut journal = Journal::create(&path).expect("created");
    let writer = std::thread::Builder::new()
        .name("writer".into())
        .spawn(move || {
            for draft in drafts(300) {
                journal.append(&[draft]).expect("appended");
            }
        })
        .expect("a thread");
    let mut seen = 0;
    while !writer.is_finished() {
        let facts = verify(&path).expect("whole at every moment").facts;
        assert!(facts >= seen);
        seen = facts;
    }
    writer.join().expect("the writer did well");
    assert_eq!(verify(&path).expect("whole").facts, 300);
}
