//! An import as a whole: digests, roles, what carries over, progress and cancelling.

use std::fmt::Write;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use contract::{ColumnRole, ColumnSpec, ColumnType};
use expect_test::expect;

use super::{Case, shown};
use crate::{Control, DataError, Progress, bare_copy, find_files, hash_file};

#[test]
fn the_digest_is_that_of_the_bytes() {
    let case = Case::sample("iris.csv");
    let imported = case.imported();
    let (digest, bytes) = hash_file(&case.request.path, &Control::unattended()).expect("hashed");
    let whole = blake3::hash(&fs::read(&case.request.path).expect("bytes"));
    assert_eq!(digest.as_str(), whole.to_hex().as_str());
    assert_eq!(imported.source.digest, digest);
    assert_eq!(imported.source.bytes, bytes);
    assert_eq!(case.left_behind(), ["data.parquet"]);
}

#[test]
fn paths_may_look_like_wildcards_and_sql() {
    let name = "it's [1] what?* {x}=y.csv";
    let imported = Case::new(name, "a,b\n1,2\n").imported();
    assert!(imported.source.path.ends_with(name));
    assert_eq!(imported.rows, 1);
}

#[test]
fn roles_are_proposed() {
    let roles = |case: Case| -> Vec<(String, ColumnRole)> {
        let columns = case.imported().columns.clone();
        columns
            .iter()
            .filter(|spec| spec.role != ColumnRole::Feature)
            .map(|spec| (spec.name.to_string(), spec.role))
            .collect()
    };
    let target = |name: &str| vec![(name.to_owned(), ColumnRole::Target)];
    assert_eq!(roles(Case::sample("iris.csv")), target("species"));
    assert_eq!(roles(Case::sample("wine.csv")), target("cultivar"));
    assert_eq!(roles(Case::sample("digits.csv")), target("digit"));
    let text = "customer_id,Label,seen,grid,last\n1,a,2024-01-05,1,x\n2,b,2024-01-06,2,x\n3,a,2024-01-07,3,y\n4,b,2024-01-08,4,y\n";
    assert_eq!(
        roles(Case::new("a.csv", text)),
        [
            ("customer_id".to_owned(), ColumnRole::Id),
            ("Label".to_owned(), ColumnRole::Target),
            ("seen".to_owned(), ColumnRole::Time),
        ]
    );
    assert_eq!(roles(Case::new("a.csv", "x,y2\n1.5,2.5\n3.5,4.5\n")), []);
}

#[test]
fn a_chosen_target_replaces_the_proposed_one() {
    let case = Case::sample("iris.csv").with(|request| {
        request
            .roles
            .insert("petal_width_cm".into(), ColumnRole::Target);
        request
            .roles
            .insert("sepal_width_cm".into(), ColumnRole::Ignore);
    });
    let words: Vec<&str> = case
        .imported()
        .columns
        .iter()
        .map(|spec| spec.role.word())
        .collect();
    assert_eq!(words, ["feature", "ignore", "feature", "target", "feature"]);
}

#[test]
fn roles_and_fitting_types_carry_over() {
    let spec = |name: &str, column_type, role| ColumnSpec {
        name: name.into(),
        column_type,
        role,
    };
    let previous = vec![
        spec("zip", ColumnType::Text, ColumnRole::Ignore),
        spec("n", ColumnType::Float, ColumnRole::Target),
        spec("half", ColumnType::Integer, ColumnRole::Feature),
        spec("code", ColumnType::Boolean, ColumnRole::Feature),
        spec("gone", ColumnType::Integer, ColumnRole::Feature),
    ];
    let case = Case::new(
        "a.csv",
        "zip,n,half,code,class\n1234,1,1.5,0,a\n2345,2,2,1,b\n",
    )
    .with(|request| request.previous = Some(previous));
    expect![[r#"
        zip text ignore, n float target, half float feature, code boolean feature, class text feature
        1234 | 1.0 | 1.5 | false | a
        2345 | 2.0 | 2.0 | true | b
    "#]].assert_eq(&shown(&case.imported()));
}

#[test]
fn files_of_a_folder_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).expect("a folder");
    for name in ["b.CSV", "a.parquet", "inner/c.jsonl", "notes.md", ".a.csv"] {
        fs::write(folder.path().join(name), "x").expect("written");
    }
    let names: Vec<String> = find_files(folder.path())
        .expect("files")
        .iter()
        .map(|path| {
            path.strip_prefix(folder.path())
                .expect("inside")
                .display()
                .to_string()
        })
        .collect();
    assert_eq!(names, ["a.parquet", "b.CSV", "inner/c.jsonl"]);
    let single = inner.join("c.jsonl");
    assert_eq!(find_files(&single).expect("itself"), [single]);
}

/// Some megabytes of numbers and text.
fn large() -> Case {
    let mut text = String::from("id,x,word\n");
    for number in 0..1_500_000_u64 {
        let _ = writeln!(
            text,
            "{number},{}.{:03},word{}",
            number % 977,
            number % 1000,
            number % 7
        );
    }
    Case::new("large.csv", text)
}

#[test]
fn progress_goes_through_the_stages() {
    let case = large();
    let seen: Mutex<Vec<Progress>> = Mutex::default();
    let never = AtomicBool::new(false);
    let note = |progress| seen.lock().expect("not poisoned").push(progress);
    let control = Control {
        cancel: &never,
        progress: &note,
    };
    let imported = case.import_under(&control).expect("imported");
    let seen = seen.into_inner().expect("not poisoned");
    let mut stages: Vec<&str> = seen.iter().map(|progress| progress.stage).collect();
    stages.dedup();
    assert_eq!(stages, ["checking", "reading", "profiling"]);
    let is_within = |progress: &Progress| progress.total.is_none_or(|total| progress.done <= total);
    assert!(seen.iter().all(is_within));
    assert_eq!(seen.last().and_then(|last| last.total), Some(3), "columns");
    assert_eq!(imported.rows, 1_500_000);
}

/// A text in UTF-16 is hashed and brought to UTF-8 before its rows are looked at, which takes a while.
#[test]
fn a_text_that_is_converted_shows_how_far_it_is() {
    let mut bytes = vec![0xff, 0xfe];
    for number in 0..600_000_u32 {
        let line = format!("{},{number:08}\n", number + 100_000);
        bytes.extend(line.encode_utf16().flat_map(u16::to_le_bytes));
    }
    let total = bytes.len() as u64;
    let case = Case::new("wide.csv", bytes);
    let seen: Mutex<Vec<Progress>> = Mutex::default();
    let never = AtomicBool::new(false);
    let note = |progress| seen.lock().expect("not poisoned").push(progress);
    let control = Control {
        cancel: &never,
        progress: &note,
    };
    let imported = case.import_under(&control).expect("imported");
    assert_eq!(imported.rows, 600_000);
    let seen = seen.into_inner().expect("not poisoned");
    let first = seen.first().expect("progress");
    assert_eq!((first.stage, first.done), ("converting", 0));
    let converting: Vec<&Progress> = seen
        .iter()
        .filter(|progress| progress.stage == "converting")
        .collect();
    assert!(
        converting
            .iter()
            .all(|progress| progress.total == Some(total))
    );
    let last = converting.last().expect("progress");
    assert!(last.done > total / 2 && last.done <= total, "{last:?}");
}

#[test]
fn cancelling_leaves_nothing() {
    let case = large();
    for stage in ["checking", "reading", "profiling"] {
        let cancel = AtomicBool::new(false);
        let begun: Mutex<Option<Instant>> = Mutex::default();
        let stop = |progress: Progress| {
            if progress.stage == stage {
                begun
                    .lock()
                    .expect("not poisoned")
                    .get_or_insert_with(Instant::now);
                cancel.store(true, Ordering::SeqCst);
            }
        };
        let control = Control {
            cancel: &cancel,
            progress: &stop,
        };
        let error = case.import_under(&control).expect_err("cancelled");
        assert!(matches!(error, DataError::Cancelled), "{stage}: {error:?}");
        let begun = begun
            .into_inner()
            .expect("not poisoned")
            .expect("the stage came");
        assert!(
            begun.elapsed().as_secs_f64() < 1.0,
            "{stage}: {:?}",
            begun.elapsed()
        );
        assert_eq!(case.left_behind(), Vec::<String>::new());
    }
}

#[test]
fn the_yardstick_writes_the_same_rows() {
    let case = Case::sample("wine.csv");
    let out = case.folder.path().join("bare.parquet");
    bare_copy(&case.request.path, &out).expect("copied");
    let imported = case.imported();
    let rows = |parquet| crate::read_rows(parquet, &imported.columns, 0, 500).expect("rows");
    assert_eq!(rows(&out), rows(&imported.parquet));
}
