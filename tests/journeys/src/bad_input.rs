//! Files that are not what they should be, data that cannot be learned, requests that cannot be answered.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::program::{Project, field, list, number, text, word};
use crate::server::Server;

/// A refusal may take this long; a good import of the same size takes longer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);
const LONG_LINE_BYTES: usize = 300 << 20;

/// What becomes of a file.
enum Becomes {
    /// Refused, with these words in the error.
    Refused(&'static str),
    /// So many rows, and so many that are kept aside.
    Rows(u64, u64),
}

use Becomes::{Refused, Rows};

fn files() -> Vec<(&'static str, Vec<u8>, Becomes)> {
    let wide = |cell: &dyn Fn(usize) -> String| (0..10_000).map(cell).collect::<Vec<_>>().join(",");
    let names = wide(&|place| format!("c{place}"));
    let numbers = wide(&|place| place.to_string());
    let utf16 = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect()
    };
    vec![
        ("empty.csv", vec![], Refused("is empty")),
        ("header_only.csv", b"a,b\n".to_vec(), Refused("no rows")),
        ("one_column.csv", b"a\n1\n2\n3\n".to_vec(), Rows(3, 0)),
        (
            "ragged.csv",
            b"a,b\n1,2\n3,4\n5\n6,7,8\n9,10\n".to_vec(),
            Rows(3, 2),
        ),
        (
            "wide.csv",
            format!("{names}\n{numbers}\n{numbers}\n").into_bytes(),
            Rows(2, 0),
        ),
        ("twins.csv", b"a,a,A\n1,2,3\n4,5,6\n".to_vec(), Rows(2, 0)),
        (
            "mixed.csv",
            b"a,b\n1,x\n2,y\nthree,z\n4,w\n".to_vec(),
            Rows(4, 0),
        ),
        (
            "latin1.csv",
            b"gr\xf6\xdfe;name\n1,5;M\xfcller\n2,5;J\xf6rg\n".to_vec(),
            Rows(2, 0),
        ),
        ("utf16.csv", utf16("name,größe\nzoë,1\nana,2\n"), Rows(2, 0)),
        ("nul.csv", b"a,b\n1,2\n3,\0\n".to_vec(), Refused("NUL byte")),
        (
            "huge_number.csv",
            b"a,b\n1e400,1\n2,2\n-1e400,3\n".to_vec(),
            Rows(3, 0),
        ),
        (
            "days.csv",
            b"day;when\n13.01.2024;05.02.2024 9:05\n1.2.2024;6.2.2024 10:00\n".to_vec(),
            Rows(2, 0),
        ),
        (
            "unclear.csv",
            b"day,n\n03/04/2024,1\n05/06/2024,2\n".to_vec(),
            Rows(2, 0),
        ),
        ("nan.csv", b"a,b\nNaN,1\n2,2\n,3\n".to_vec(), Rows(3, 0)),
        (
            "open_quote.csv",
            [b"a,b\n1,\"never closed\n".to_vec(), b"2,3\n".repeat(50)].concat(),
            Refused(""),
        ),
        (
            "noise.parquet",
            (0..4_000_u32)
                .map(|place| (place.wrapping_mul(2_654_435_761) >> 24) as u8)
                .collect(),
            Refused(""),
        ),
        ("cut.json", b"[{\"a\": 1}, {\"a\": 2}".to_vec(), Refused("")),
        ("scalar.json", b"42".to_vec(), Refused("")),
        (
            "noise.xlsx",
            b"PK\x03\x04 and then nothing".to_vec(),
            Refused(""),
        ),
        (
            "picture.csv",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
            Refused(""),
        ),
    ]
}

#[test]
fn every_bad_file_is_answered_and_nothing_is_lost() {
    let project = Project::new();
    let good = project.file("good.csv", "a,b\n1,2\n3,4\n");
    project.ok(&["data", "add", text(&good)]);
    let mut imported = 1;
    for (name, bytes, becomes) in files() {
        let path = project.file(name, bytes);
        let ended = project.run(&["data", "add", text(&path)]);
        match becomes {
            Refused(words) => {
                let refused = ended.refused();
                assert!(refused.error.contains(words), "{name}: {refused:?}");
                assert!(refused.error.contains(name), "{name} is named: {refused:?}");
                assert!(
                    refused.hint.is_some(),
                    "{name}: there is a next step: {refused:?}"
                );
            }
            Rows(rows, rejected) => {
                let added = ended.json();
                assert_eq!(
                    (field(&added, "rows"), field(&added, "rejected_rows")),
                    (&json!(rows), &json!(rejected)),
                    "{name}"
                );
                looks_right(name, &added);
                imported += 1;
            }
        }
    }
    let folder = project.beside("no_data");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("readme.md"), "nothing here").expect("a file");
    let refused = project.refused(&["data", "add", text(&folder)]);
    assert!(refused.error.contains("no data files"), "{refused:?}");
    let datasets = project.ok(&["data", "list"]);
    assert_eq!(datasets.as_array().map(Vec::len), Some(imported));
    assert_eq!(field(&project.ok(&["data", "show", "good"]), "rows"), 2);
    project.ok(&["audit", "verify"]);
}

/// What a reader of the profile should find.
fn looks_right(name: &str, added: &Value) {
    let columns = list(added, "columns");
    let names: Vec<&str> = columns.iter().map(|column| word(column, "name")).collect();
    match name {
        "wide.csv" => assert_eq!(columns.len(), 10_000),
        "twins.csv" => {
            let mut distinct: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
            distinct.sort();
            distinct.dedup();
            assert_eq!(
                distinct.len(),
                3,
                "each column has a name of its own: {names:?}"
            );
        }
        "mixed.csv" => {
            assert_eq!(word(&columns[0], "type"), "text", "{added}");
            let warnings = list(&columns[0], "warnings");
            assert!(
                warnings
                    .iter()
                    .any(|warning| word(warning, "kind") == "mixed_types"
                        || word(warning, "kind") == "MixedTypes"),
                "{added}"
            );
        }
        "latin1.csv" => {
            assert_eq!(names, ["größe", "name"]);
            assert_eq!(
                word(&columns[0], "type"),
                "float",
                "a decimal comma: {added}"
            );
            assert_eq!(number(&columns[0], "mean"), 2.0);
        }
        "utf16.csv" => assert_eq!(names, ["name", "größe"]),
        "huge_number.csv" => {
            assert_eq!(word(&columns[0], "type"), "float");
            assert!(
                number(&columns[0], "max").is_finite(),
                "infinite values are read as missing: {added}"
            );
            assert_eq!(field(&columns[0], "missing"), 2);
        }
        "days.csv" => {
            let types: Vec<&str> = columns.iter().map(|column| word(column, "type")).collect();
            assert_eq!(types, ["timestamp", "timestamp"], "{added}");
            let options = field(field(added, "source"), "options");
            assert_eq!(word(options, "date_order"), "day_first");
        }
        "unclear.csv" => {
            assert_eq!(
                word(&columns[0], "type"),
                "text",
                "nobody is guessing: {added}"
            );
            let warnings = list(&columns[0], "warnings");
            assert_eq!(word(&warnings[0], "kind"), "unclear_dates", "{added}");
        }
        "nan.csv" => {
            assert_eq!(field(&columns[0], "missing"), 2, "{added}");
            assert_eq!(number(&columns[0], "mean"), 2.0);
        }
        _ => {}
    }
}

#[test]
fn a_line_of_300_megabytes_is_refused_in_time() {
    let project = Project::new();
    let path = project.beside("long.csv");
    let mut file = std::io::BufWriter::new(fs::File::create(&path).expect("a file"));
    file.write_all(b"a,b\n1,").expect("a start");
    let block = vec![b'x'; 1 << 20];
    for _ in 0..LONG_LINE_BYTES >> 20 {
        file.write_all(&block).expect("room for it");
    }
    file.flush().expect("room for it");
    let ended = project.run(&["data", "add", text(&path)]);
    assert!(ended.took < ANSWERS_WITHIN, "{:?}", ended.took);
    let refused = ended.refused();
    assert!(
        refused.error.contains("ine 2"),
        "the line is named: {refused:?}"
    );
}

#[test]
fn a_file_that_changes_is_read_whole_or_refused() {
    let project = Project::new();
    let path = project.file("growing.csv", "a,b\n");
    let writer = Writer::start(path.clone());
    for _ in 0..6 {
        let ended = project.run(&["data", "add", text(&path)]);
        match ended.status.code() {
            // Between two writes it is a file like any other.
            Some(0) => assert_eq!(
                number(&ended.json(), "rows") as u64 % ROWS_A_WRITE,
                0,
                "no row is cut"
            ),
            _ => {
                let error = ended.refused().error;
                assert!(
                    error.contains("changed") || error.contains("no rows"),
                    "{error}"
                );
            }
        }
    }
    drop(writer);
    let after = project.ok(&["data", "add", text(&path)]);
    let lines = fs::read_to_string(&path).expect("the file").lines().count() as u64 - 1;
    assert_eq!(
        field(&after, "rows"),
        &json!(lines),
        "once it rests, it is read whole"
    );
    assert_eq!(field(&after, "rejected_rows"), 0);
}

const ROWS_A_WRITE: u64 = 200;

/// Another program that keeps adding rows to a file until it is dropped.
struct Writer {
    stop: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Writer {
    fn start(path: PathBuf) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = thread::spawn(move || {
            let mut file = fs::OpenOptions::new()
                .append(true)
                .open(&path)
                .expect("the file");
            let rows: String = (0..ROWS_A_WRITE).map(|row| format!("{row},7\n")).collect();
            while !stopped.load(Ordering::Relaxed) {
                file.write_all(rows.as_bytes()).expect("it grows");
                thread::sleep(Duration::from_millis(2));
            }
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // Its panic would hide the one that this drop may come from.
            let _grown = thread.join();
        }
    }
}

#[test]
fn what_cannot_be_learned_is_said() {
    let project = Project::new();
    let add = |name: &str, csv: String| {
        let path = project.file(&format!("{name}.csv"), csv);
        project.ok(&["data", "add", text(&path)]);
    };
    let rows = |last: &dyn Fn(u32) -> String| {
        let body: String = (0..60)
            .map(|row| format!("{},{},{}\n", row * 7 % 13, row % 5, last(row)))
            .collect();
        format!("a,b,t\n{body}")
    };
    let train = |name: &str| {
        project.run(&[
            "train", "--data", name, "--target", "t", "--device", "cpu", "--epochs", "3",
        ])
    };
    add("same", rows(&|_| "always".into()));
    let refused = train("same").refused();
    assert!(
        refused.error.contains('t') && refused.hint.is_some(),
        "a target with one class: {refused:?}"
    );
    add("void", rows(&|_| String::new()));
    let refused = train("void").refused();
    assert!(
        refused.error.contains('t'),
        "a target without a value: {refused:?}"
    );

    add(
        "lone",
        rows(&|row| {
            if row == 7 {
                "rare"
            } else if row % 2 == 0 {
                "even"
            } else {
                "odd"
            }
            .into()
        }),
    );
    assert_eq!(
        word(&train("lone").json(), "state"),
        "finished",
        "a class with one row is learned from"
    );
    let hollow: String = (0..60)
        .map(|row| {
            format!(
                "{},,{}\n",
                row % 7,
                if row % 7 < 3 { "low" } else { "high" }
            )
        })
        .collect();
    add("hollow", format!("a,nothing,t\n{hollow}"));
    assert_eq!(
        word(&train("hollow").json(), "state"),
        "finished",
        "a column without a value teaches nothing, and harms nothing"
    );
    let few: String = (0..3)
        .map(|row| format!("{row},{row},{}\n", row % 2))
        .collect();
    add("few", format!("a,b,t\n{few}"));
    assert_eq!(word(&train("few").json(), "state"), "finished");
    let runs = project.ok(&["runs", "list"]);
    for run in runs.as_array().expect("a list of runs") {
        assert!(matches!(word(run, "state"), "finished" | "failed"), "{run}");
    }
    project.ok(&["audit", "verify"]);
}

#[test]
fn an_unseen_category_is_named() {
    let project = Project::new();
    let body: String = (0..90)
        .map(|row| {
            format!(
                "{},{},{}\n",
                row % 9,
                ["red", "green", "blue"][row % 3],
                ["yes", "no", "no"][row % 3]
            )
        })
        .collect();
    let path = project.file("paint.csv", format!("size,colour,sells\n{body}"));
    project.ok(&["data", "add", text(&path)]);
    let trained = project.ok(&[
        "train", "--data", "paint", "--target", "sells", "--device", "cpu", "--epochs", "5",
    ]);
    project.ok(&[
        "models",
        "register",
        word(&trained, "run"),
        "--name",
        "paint",
    ]);
    let server = Server::start(&project, &["paint"]);
    let ask = |colour: Value| server.predict("paint", &json!({ "size": 4, "colour": colour }));
    assert_eq!(ask(json!("red")).status, 200);
    assert_eq!(
        ask(Value::Null).status,
        200,
        "missing is a category that training knows of"
    );
    let unseen = ask(json!("ultraviolet")).complaint();
    assert!(
        unseen.contains("colour") && unseen.contains("ultraviolet"),
        "{unseen}"
    );
    let wrong = ask(json!({ "r": 1 })).complaint();
    assert!(wrong.contains("colour"), "{wrong}");
}

#[test]
fn a_bad_file_among_good_ones_costs_nobody_the_rest() {
    let project = Project::new();
    let table = "a,b\n1,x\n2,y\n3,x\n";
    let files = [
        project.file("first.csv", table),
        project.file("empty.csv", ""),
        project.file("last.csv", table.replace('3', "4")),
    ];
    let mut arguments = vec!["data", "add"];
    arguments.extend(files.iter().map(|path| text(path)));
    let ended = project.run(&arguments);
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(
        ended.stderr.contains("error: empty.csv was not imported"),
        "{ended:?}"
    );
    let made: Value = serde_json::from_str(&ended.stdout).expect("one document");
    let names: Vec<&str> = made
        .as_array()
        .expect("two versions")
        .iter()
        .map(|version| word(version, "dataset"))
        .collect();
    assert_eq!(names, ["first", "last"]);
}
