//! Rejected rows read back: any page of any number of them, and all of them in a file.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use contract::RejectedRow;

use super::Case;
use crate::{Control, DataError, RejectsFile, export_rejects};

const RAGGED: &str = "a,b,c\n1,2,3\n4,5\n\n6,\"7\n7\",8\n9,10,11,12\n13,14,15\n\"16\"x,17,18\n19,20,\"never closed\n21,22,23\n";

fn lines(rows: &[RejectedRow]) -> Vec<u64> {
    rows.iter().map(|row| row.line).collect()
}

#[test]
fn a_page_is_what_was_kept() {
    let imported = Case::new("a.csv", RAGGED).imported();
    let path = imported.rejects.clone().expect("rejects");
    let mut file = RejectsFile::new(&path);
    let page = file.page(0, 10).expect("a page");
    assert_eq!((page.first, lines(&page.rows)), (0, vec![3, 7, 9, 10]));
    assert_eq!(page.rows[0].column.as_deref(), Some("c"));
    assert_eq!(&*page.rows[0].error, "Too few fields: 2 instead of 3");
    assert_eq!(&*page.rows[3].text, "19,20,\"never closed\n21,22,23\n");
    assert!(page.rows.iter().all(|row| !row.is_cut));
    assert_eq!(lines(&file.page(2, 1).expect("a page").rows), [9]);
    assert_eq!(lines(&file.page(3, 10).expect("the end").rows), [10]);
    assert_eq!(file.page(4, 10).expect("beyond").rows, []);
    assert_eq!(file.page(u64::MAX, 10).expect("far beyond").rows, []);
}

#[test]
fn three_million_rejects_are_paged_without_reading_them_all() {
    const COUNT: u64 = 3_000_000;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rejects.jsonl");
    let mut text = String::new();
    for number in 0..COUNT {
        let _ = writeln!(
            text,
            r#"{{"line":{},"column":null,"error":"Too few fields: 1 instead of 3","text":"{number}"}}"#,
            number + 2
        );
    }
    fs::write(&path, text).expect("the rejects");
    let mut file = RejectsFile::new(&path);
    let page = |file: &mut RejectsFile, first: u64| {
        let begun = Instant::now();
        let page = file.page(first, 30).expect("a page");
        (lines(&page.rows), begun.elapsed())
    };
    let (first, begin) = page(&mut file, 0);
    assert_eq!(first, (2..32).collect::<Vec<u64>>());
    let (last, end) = page(&mut file, COUNT - 2);
    assert_eq!(last, [COUNT, COUNT + 1]);
    // 255, 256 and 257 lie on either side of a remembered place.
    for row in [255, 256, 257, 1_234_567] {
        assert_eq!(page(&mut file, row).0[0], row + 2);
    }
    let (_, again) = page(&mut file, 2_777_777);
    assert!(begin.as_millis() < 100, "the first page took {begin:?}");
    assert!(end.as_millis() < 3_000, "the way to the end took {end:?}");
    assert!(again.as_millis() < 100, "a known place took {again:?}");
}

#[test]
fn of_a_long_row_a_page_holds_the_beginning() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rejects.jsonl");
    let row = |line: u64, column: &str, text: &str| {
        let row = RejectedRow {
            line,
            column: Some(column.into()),
            error: "Too few fields: 1 instead of 3".into(),
            text: text.into(),
            is_cut: false,
        };
        let mut written = serde_json::to_value(row).expect("JSON");
        written.as_object_mut().expect("an object").remove("is_cut");
        // The order in which rejects are written: the text comes last.
        format!(
            r#"{{"line":{},"column":{},"error":{},"text":{}}}"#,
            written["line"], written["column"], written["error"], written["text"]
        ) + "\n"
    };
    // Escapes, letters of several bytes and plain ones, so that the cut falls into each of them.
    for letters in ["x", "\"", "\u{1}", "ü", "漢", "🦆", "a\u{7}é\\"] {
        for shift in 0..8 {
            let long = "-".repeat(shift) + &letters.repeat(200_000);
            fs::write(&path, row(7, "a", &long) + &row(8, "b", "short")).expect("written");
            let page = RejectsFile::new(&path).page(0, 10).expect("a page");
            assert_eq!(lines(&page.rows), [7, 8]);
            let (cut, whole) = (&page.rows[0], &page.rows[1]);
            assert!(cut.is_cut && cut.text.len() > 1_000 && cut.text.len() <= 16 << 10);
            assert!(long.starts_with(&*cut.text), "{letters:?} {shift}");
            assert_eq!((&*whole.text, whole.is_cut), ("short", false));
        }
    }
    fs::write(&path, row(7, &"n".repeat(1 << 20), "short")).expect("written");
    let page = RejectsFile::new(&path).page(0, 1).expect("a page");
    assert_eq!((&*page.rows[0].text, page.rows[0].is_cut), ("short", false));
    assert!(page.rows[0].column.as_ref().expect("a column").len() <= 16 << 10);
}

#[test]
fn what_is_no_reject_is_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rejects.jsonl");
    fs::write(
        &path,
        "{\"line\":1,\"column\":null,\"error\":\"e\",\"text\":\"t\"}\nnothing of the kind\n",
    )
    .expect("written");
    let error = RejectsFile::new(&path).page(0, 5).expect_err("damaged");
    assert!(
        error
            .to_string()
            .starts_with("The rejected row 2 is not as it was kept"),
        "{error}"
    );
    assert!(error.hint().is_some());
    let gone = RejectsFile::new(&folder.path().join("gone"));
    assert!(matches!(
        { gone }.page(0, 1),
        Err(DataError::NotFound { .. })
    ));
}

#[test]
fn all_of_them_are_exported_as_csv_or_as_json_lines() {
    let case = Case::new("a.csv", RAGGED);
    let imported = case.imported();
    let path = imported.rejects.clone().expect("rejects");
    let export = |name: &str| {
        let to = case.folder.path().join(name);
        export_rejects(&path, &to, &Control::unattended()).expect("exported");
        fs::read_to_string(to).expect("the file")
    };
    assert_eq!(
        export("out.jsonl"),
        fs::read_to_string(&path).expect("the rejects")
    );
    expect_test::expect![[r#"
        line,column,error,text
        3,c,Too few fields: 2 instead of 3,"4,5"
        7,,Too many fields: 4 instead of 3,"9,10,11,12"
        9,a,A quote is closed before its field ends,"""16""x,17,18"
        10,c,A quote is never closed; the next line went with it,"19,20,""never closed
        21,22,23
        "
    "#]]
    .assert_eq(&export("out.csv"));
}

#[test]
fn an_export_that_fails_leaves_nothing() {
    let case = Case::new("a.csv", RAGGED);
    let imported = case.imported();
    let path = imported.rejects.clone().expect("rejects");
    let out = case.folder.path().join("out");
    fs::create_dir(&out).expect("a folder");
    let to = out.join("kept.jsonl");
    fs::write(&to, "what stood there").expect("a file");
    let stop = AtomicBool::new(true);
    let control = Control {
        cancel: &stop,
        progress: &|_| {},
    };
    let error = export_rejects(&path, &to, &control).expect_err("cancelled");
    assert!(matches!(error, DataError::Cancelled), "{error}");
    let left: Vec<_> = fs::read_dir(&out).expect("the folder").collect();
    assert_eq!(left.len(), 1);
    assert_eq!(
        fs::read_to_string(&to).expect("the file"),
        "what stood there"
    );
    let nowhere = Path::new("/nowhere/at/all.csv");
    let error = export_rejects(&path, nowhere, &Control::unattended()).expect_err("no folder");
    assert!(
        error.hint().is_some() || matches!(error, DataError::NotFound { .. }),
        "{error}"
    );
}
