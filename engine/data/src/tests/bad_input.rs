//! Every kind of bad input is a clear sentence, and loses nothing.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use contract::{ColumnRole, ReaderOptions};
use expect_test::expect;

use super::{Case, check, told};
use crate::{Control, DataError, Progress, find_files};

#[test]
fn an_empty_file() {
    check(
        "a.csv",
        "",
        expect![[r#"
        error: The file is empty
        hint: Check that the program that wrote the file had finished
    "#]],
    );
    check(
        "a.csv",
        "\n\n  \n",
        expect![[r#"
        error: The file is empty
        hint: Check that the program that wrote the file had finished
    "#]],
    );
}

#[test]
fn a_header_only() {
    check(
        "a.csv",
        "a,b,c\n",
        expect![[r#"
        error: The file has column names but no rows
        hint: Check that the program that wrote the file had finished
    "#]],
    );
}

#[test]
fn one_row_of_numbers_is_a_row() {
    check(
        "a.csv",
        "1,2,3\n",
        expect![[r#"
        column_1 integer feature, column_2 integer feature, column_3 integer feature
        1 | 2 | 3
    "#]],
    );
}

#[test]
fn one_column() {
    check(
        "a.csv",
        "x\n1\n\n3\n",
        expect![[r#"
        x integer feature
        1
        ·
        3
    "#]],
    );
    check(
        "a.txt",
        "text\nHello, world\nno, not; at | all,\tyes\nplain\n",
        expect![[r#"
            text text feature
            Hello, world
            no, not; at | all,\tyes
            plain
        "#]],
    );
    check(
        "a.txt",
        "Hello, world\nplain\nOne, two, three\n",
        expect![[r#"
            Hello, world text feature
            plain
            One, two, three
        "#]],
    );
}

#[test]
fn ragged_rows_are_kept_and_counted() {
    check(
        "a.csv",
        "a,b,c\n1,2,3\n4,5\n\n6,\"7\n7\",8\n9,10,11,12\n13,14,15\n\"16\"x,17,18\n19,20,\"never closed\n21,22,23\n",
        expect![[r#"
            a integer feature, b text feature, c integer feature
            1 | 2 | 3
            6 | 7\n7 | 8
            13 | 14 | 15
            4 rejected
            {"line":3,"column":"c","error":"Too few fields: 2 instead of 3","text":"4,5"}
            {"line":7,"column":null,"error":"Too many fields: 4 instead of 3","text":"9,10,11,12"}
            {"line":9,"column":"a","error":"A quote is closed before its field ends","text":"\"16\"x,17,18"}
            {"line":10,"column":"c","error":"A quote is never closed; the next line went with it","text":"19,20,\"never closed\n21,22,23\n"}
        "#]],
    );
}

#[test]
fn rows_that_are_not_utf_8_are_kept_and_counted() {
    let mut text = "word,n\n".as_bytes().to_vec();
    for number in 0..40 {
        text.extend(format!("Zürich,{number}\n").bytes());
    }
    text.extend(b"bro\xffken,40\n");
    let imported = Case::new("a.csv", text).imported();
    assert_eq!(imported.source.options.encoding.as_deref(), Some("utf-8"));
    assert_eq!((imported.rows, imported.rejected_rows), (40, 1));
    let rejects =
        fs::read_to_string(imported.rejects.as_ref().expect("a reject")).expect("readable");
    expect![[r#"
        {"line":42,"column":"word","error":"Some bytes are not UTF-8","text":"bro�ken,40"}
    "#]]
    .assert_eq(&rejects);
}

#[test]
fn no_row_that_can_be_read() {
    let options = ReaderOptions {
        has_header: Some(true),
        delimiter: Some(','),
        ..ReaderOptions::default()
    };
    let case = Case::new("a.csv", "a,b\n1\n2\n3,4,5\n").options(options);
    expect![[r#"
        error: None of the 3 rows could be read
        hint: Line 2: Too few fields: 1 instead of 2
    "#]]
    .assert_eq(&case.show());
}

#[test]
fn nul_bytes() {
    check(
        "a.csv",
        b"a,b\n1,x\0y\n",
        expect![[r#"
        error: The file has a NUL byte at position 7
        hint: It may be binary, or damaged; if it is text in UTF-16, choose that encoding
    "#]],
    );
}

#[test]
fn ten_thousand_columns() {
    let names: Vec<String> = (0..10_000).map(|column| format!("c{column}")).collect();
    let mut text = names.join(",") + "\n";
    for row in 0..3 {
        let values: Vec<String> = (0..10_000)
            .map(|column| format!("{}", row * column))
            .collect();
        text += &(values.join(",") + "\n");
    }
    let imported = Case::new("wide.csv", text).imported();
    assert_eq!((imported.rows, imported.columns.len()), (3, 10_000));
    assert_eq!(imported.profile[9_999].max, Some(19_998.0));
}

#[test]
fn too_many_columns() {
    let text = ",".repeat(60_000) + "\n" + &"1,".repeat(60_000) + "1\n";
    check(
        "a.csv",
        text,
        expect![[r#"
        error: There are more than 50000 columns
        hint: Check the delimiter, or turn columns into rows
    "#]],
    );
}

#[test]
fn a_single_line_of_300_megabytes() {
    let case = Case::new("a.csv", "");
    let block = vec![b'x'; 1 << 20];
    let mut file = fs::File::create(&case.request.path).expect("a file");
    for _ in 0..300 {
        file.write_all(&block).expect("written");
    }
    let begun = Instant::now();
    expect![[r#"
        error: Line 1 is longer than 8 MB
        hint: Look there for a quote that is never closed, or choose another quote character
    "#]]
    .assert_eq(&case.show());
    assert!(begun.elapsed().as_secs_f64() < 3.0, "{:?}", begun.elapsed());
}

#[test]
fn a_quote_that_is_never_closed_far_below() {
    let mut text = "a,b\n".repeat(10) + "1,\"open\n";
    text += &"2,closed\n".repeat(1_000_000);
    check(
        "a.csv",
        text,
        expect![[r#"
        error: Line 11 is longer than 8 MB
        hint: Look there for a quote that is never closed, or choose another quote character
    "#]],
    );
}

/// DuckDB reads blocks of 8 MB side by side, and what stands in quotes here looks like rows wherever a block begins.
#[test]
fn rows_inside_quotes_are_not_taken_for_rows() {
    let mut text = String::from("n,text\n");
    let inside = "1,x\n2,y\n3,\"\"z\"\"\n".repeat(2000);
    for row in 0..800 {
        text += &format!("{row},\"{inside}\"\n");
    }
    assert!(text.len() > 24 << 20, "several blocks");
    let imported = Case::new("a.csv", text).imported();
    assert_eq!((imported.rows, imported.rejected_rows), (800, 0));
    assert_eq!(imported.profile[0].distinct, 800);
    assert_eq!(imported.profile[1].distinct, 1);
}

#[test]
fn a_folder_without_data() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("notes.md"), "# Notes").expect("written");
    fs::write(folder.path().join(".hidden.csv"), "a\n1\n").expect("written");
    let error = find_files(folder.path()).expect_err("nothing to import");
    expect![[r#"
        error: The folder holds no data files
        hint: Millrace reads CSV, TSV, JSON, JSON lines, Parquet and Excel files
    "#]]
    .assert_eq(&told(&error));
}

#[test]
fn a_file_that_is_not_there_or_is_a_folder() {
    let case = Case::new("a.csv", "");
    fs::remove_file(&case.request.path).expect("removed");
    let error = case.import().expect_err("nothing there");
    assert!(matches!(error, DataError::NotFound { .. }), "{error}");
    fs::create_dir(&case.request.path).expect("a folder");
    expect![[r#"
        error: This is a folder, not a table
        hint: Choose a file
    "#]]
    .assert_eq(&case.show());
}

#[test]
fn what_is_no_table_is_refused_by_its_first_bytes() {
    check(
        "a.csv",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        expect![[r#"
        error: This is a PNG image, not a table
        hint: Images are not tables: choose a CSV, JSON, Parquet or Excel file
    "#]],
    );
    check(
        "model.csv",
        b"\x80\x04\x95\x10\0\0\0",
        expect![[r#"
        error: This is a Python pickle, not a table
        hint: A pickle can run code when it is opened, so it is refused; save it with df.to_parquet(…) or df.to_csv(…)
    "#]],
    );
    check(
        "a.parquet",
        "a,b\n1,2\n",
        expect![[r#"
            error: The content of the file is not what its name says
            hint: Rename it, or save it again in that format
        "#]],
    );
    check(
        "a.csv.gz",
        b"\x1f\x8b\x08\0",
        expect![[r#"
        error: This is a gzip archive, not a table
        hint: Unpack it first
    "#]],
    );
}

#[test]
fn a_damaged_parquet_file() {
    let bytes = Case::fixture("types.parquet");
    let bytes = fs::read(&bytes.request.path).expect("bytes");
    let cut = Case::new("a.parquet", &bytes[..bytes.len() / 2]);
    expect![[r#"
        error: The data cannot be read
        hint: The file may be damaged
    "#]]
    .assert_eq(&cut.show());
}

/// Imports a file and calls `change` on it in the moment when its reading begins.
fn changed_while_read(text: &str, change: fn(&Path)) -> String {
    let case = Case::new("a.csv", text);
    let has_changed = AtomicBool::new(false);
    let watch = |progress: Progress| {
        if progress.stage == "reading" && !has_changed.swap(true, Ordering::SeqCst) {
            change(&case.request.path);
        }
    };
    let never = AtomicBool::new(false);
    let control = Control {
        cancel: &never,
        progress: &watch,
    };
    let error = case.import_under(&control).expect_err("it changed");
    assert!(has_changed.load(Ordering::SeqCst));
    assert_eq!(case.left_behind(), Vec::<String>::new());
    told(&error)
}

#[test]
fn a_file_that_changes_is_refused() {
    let text = "a,b\n1,2\n3,4\n";
    let grown = changed_while_read(text, |path| {
        let mut file = OpenOptions::new()
            .append(true)
            .open(path)
            .expect("the source");
        file.write_all(b"5,6\n").expect("written");
    });
    expect![[r#"
        error: The file changed while it was read
        hint: Import it again when nothing writes to it any more
    "#]]
    .assert_eq(&grown);
    // As many bytes and rows as before, and within the same tick of the clock.
    let rewritten = changed_while_read(text, |path| {
        let before = fs::metadata(path)
            .and_then(|about| about.modified())
            .expect("a time");
        fs::write(path, "a,b\n1,2\n3,5\n").expect("written");
        let file = OpenOptions::new()
            .append(true)
            .open(path)
            .expect("the source");
        file.set_modified(before).expect("the same time");
    });
    assert_eq!(rewritten, grown);
    let removed = changed_while_read(text, |path| fs::remove_file(path).expect("removed"));
    assert_eq!(removed, grown);
}

#[test]
fn a_role_for_a_column_that_is_not_there() {
    let case = Case::new("a.csv", "a,b\n1,2\n").with(|request| {
        request.roles.insert("c".into(), ColumnRole::Target);
    });
    expect![[r#"
        error: There is no column “c”; the columns are: a, b
        hint: Names are compared letter by letter
    "#]]
    .assert_eq(&case.show());
}

#[test]
fn two_targets() {
    let case = Case::new("a.csv", "a,b\n1,2\n").with(|request| {
        request.roles.insert("a".into(), ColumnRole::Target);
        request.roles.insert("b".into(), ColumnRole::Target);
    });
    expect![[r#"
        error: More than one column is marked as the target: a, b
        hint: Mark one column as the target
    "#]]
    .assert_eq(&case.show());
}

#[test]
fn options_that_cannot_be() {
    let with = |options: ReaderOptions| Case::new("a.csv", "a,b\n1,2\n").options(options).show();
    let encoding = ReaderOptions {
        encoding: Some("klingon".into()),
        ..ReaderOptions::default()
    };
    let delimiter = ReaderOptions {
        delimiter: Some('→'),
        ..ReaderOptions::default()
    };
    let wrong = ReaderOptions {
        encoding: Some("shift_jis".into()),
        ..ReaderOptions::default()
    };
    expect![[r#"
        error: “klingon” is not an encoding that is known
        hint: Use a name such as utf-8, windows-1252 or utf-16le
    "#]]
    .assert_eq(&with(encoding));
    expect![[r#"
        error: “\u{2192}” cannot be the delimiter
        hint: Use one plain character, such as , or ; or a tab
    "#]]
    .assert_eq(&with(delimiter));
    let latin = Case::new("a.csv", b"a,b\nx\xffy,1\n").options(wrong);
    expect![[r#"
        error: The file is not shift_jis at byte 5
        hint: Choose another encoding
    "#]]
    .assert_eq(&latin.show());
}

#[test]
fn workbooks_that_cannot_be_read() {
    expect![[r#"
        error: The workbook is protected by a password
        hint: Save a copy without the password and import that
    "#]]
    .assert_eq(&Case::fixture("locked.xlsx").show());
    expect![[r#"
        error: No sheet of the workbook has data
        hint: Put a table on one of its sheets
    "#]]
    .assert_eq(&Case::fixture("blank.xlsx").show());
    let unknown = Case::fixture("book.xlsx").with(|request| {
        request.options.sheet = Some("Sheet9".into());
    });
    expect![[r#"
        error: The workbook has the sheets Notes, Data, Other, but no “Sheet9”
        hint: Choose one of the sheets
    "#]]
    .assert_eq(&unknown.show());
    check(
        "a.xlsx",
        b"PK\x03\x04 not really",
        expect![[r#"
        error: The workbook is damaged or is not a workbook
        hint: Open it in a spreadsheet program and save it again
    "#]],
    );
}

#[test]
fn json_that_is_no_table() {
    check(
        "a.json",
        "{\n \"a\": 1\n}\n",
        expect![[r#"
        error: The JSON holds one object, not records
        hint: Write an array of objects, or one object a line
    "#]],
    );
    check(
        "a.json",
        "[1, 2, 3]",
        expect![[r#"
        error: None of the 3 rows could be read
        hint: Line 1: Invalid type: integer `1`, expected an object at letter 1
    "#]],
    );
    check(
        "a.json",
        "[{\"a\": 1}, {\"a\": 2}",
        expect![[r#"
        error: The JSON array is never closed
        hint: Check that the file is complete
    "#]],
    );
    check(
        "a.json",
        "[]",
        expect![[r#"
            error: The file is empty
            hint: Check that the program that wrote the file had finished
        "#]],
    );
}

#[cfg(unix)]
#[test]
fn a_device_or_a_pipe_is_refused_before_it_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe.csv");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    for path in [pipe.as_path(), Path::new("/dev/zero")] {
        let found = find_files(path);
        assert!(
            matches!(&found, Err(DataError::NotAFile { .. })),
            "{found:?}"
        );
        let hashed = crate::hash_file(path, &Control::unattended());
        assert!(
            matches!(&hashed, Err(DataError::NotAFile { .. })),
            "{hashed:?}"
        );
    }
}
