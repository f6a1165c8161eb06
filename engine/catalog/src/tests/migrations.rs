//! Formats of the catalog: every old one is brought up to date, wholly or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use duckdb::Connection;
use expect_test::expect;

use super::tables::rows;
use super::{main_road, open, quick_folder};
use crate::connection::connect;
use crate::facts::append_facts;
use crate::migrate::{MIGRATIONS, Migration};
use crate::{Catalog, CatalogError};

/// A catalog as the first format had it: facts and typed tables, no lineage, no series.
fn of_the_first_format(path: &Path) -> Connection {
    let connection = connect(path, &MIGRATIONS[..1]).expect("made");
    append_facts(&connection, &main_road()).expect("stored");
    connection
}

fn is_up_to_date(path: &Path) {
    let catalog = open(path);
    let expected = {
        let (_dir, _path, mut fresh) = super::new_catalog();
        fresh.apply(&main_road()).expect("applied");
        fresh
    };
    assert_eq!(catalog.facts(1, 100).expect("readable"), main_road());
    for of in ["wine", "quality", "run-three", "endpoint:quality"] {
        assert_eq!(
            catalog.lineage(of).expect("readable"),
            expected.lineage(of).expect("readable")
        );
    }
    for table in [
        "run",
        "run_file",
        "data_column",
        "model_version",
        "endpoint",
        "migration",
    ] {
        let sql = format!("SELECT * FROM {table} ORDER BY ALL");
        assert_eq!(rows(&catalog, &sql), rows(&expected, &sql));
    }
}

/// What a killed process would leave: DuckDB is still open, so its files are copied as they stand. Reading them here drops
/// DuckDB's lock, which this test can bear and no program may.
fn killed_now(path: &Path, name: &str) -> PathBuf {
    let copy = path.with_file_name(name);
    fs::copy(path, &copy).expect("copied");
    let log = path.with_extension("duckdb.wal");
    if log.exists() {
        fs::copy(log, copy.with_extension("duckdb.wal")).expect("copied");
    }
    copy
}

#[test]
fn a_published_step_never_changes() {
    let steps: Vec<String> = MIGRATIONS
        .iter()
        .map(|step| format!("{} {}", step.name, &step.checksum()[..16]))
        .collect();
    expect![[r#"
        [
            "facts b971fcbfe4b9620d",
            "lineage 922b7ecaea233b72",
            "series 032d89018ba192df",
        ]
    "#]]
    .assert_debug_eq(&steps);
}

#[test]
fn every_older_format_is_brought_up_to_date() {
    for known in 1..MIGRATIONS.len() {
        let dir = quick_folder();
        let path = dir.path().join("catalog.duckdb");
        let connection = connect(&path, &MIGRATIONS[..known]).expect("made");
        append_facts(&connection, &main_road()).expect("stored");
        // Rows of typed tables are made anew, not added to.
        connection
            .execute_batch("INSERT INTO run_file VALUES ('run-one', 'model.onnx', 'old')")
            .expect("added");
        drop(connection);
        is_up_to_date(&path);
    }
}

#[test]
fn a_migration_killed_before_its_end_leaves_the_old_format() {
    let dir = quick_folder();
    let path = dir.path().join("catalog.duckdb");
    let connection = of_the_first_format(&path);
    connection.execute_batch("BEGIN").expect("begun");
    let mut copies = Vec::new();
    for (step, name) in MIGRATIONS[1..]
        .iter()
        .zip(["first.duckdb", "second.duckdb"])
    {
        connection.execute_batch(step.sql).expect("done");
        copies.push(killed_now(&path, name));
    }
    connection.execute_batch("ROLLBACK").expect("rolled back");
    for copy in copies {
        let old = connect(&copy, &MIGRATIONS[..1]).expect("still the first format");
        drop(old);
        is_up_to_date(&copy);
    }
}

#[test]
fn a_migration_killed_after_its_end_leaves_the_new_format() {
    let dir = quick_folder();
    let path = dir.path().join("catalog.duckdb");
    drop(of_the_first_format(&path));
    let catalog = open(&path);
    let copy = killed_now(&path, "killed.duckdb");
    assert!(
        matches!(
            connect(&copy, &MIGRATIONS[..1]),
            Err(CatalogError::NewerFormat { found: 3, known: 1 })
        ),
        "nothing of it is in the write-ahead log alone"
    );
    is_up_to_date(&copy);
    drop(catalog);
}

#[test]
fn a_step_that_fails_changes_nothing() {
    let dir = quick_folder();
    let path = dir.path().join("catalog.duckdb");
    drop(of_the_first_format(&path));
    let mut steps = MIGRATIONS.to_vec();
    steps.push(Migration {
        name: "bad",
        sql: "CREATE TABLE good (number INTEGER); DROP TABLE nowhere;",
    });
    connect(&path, &steps).expect_err("no such table");
    let old = connect(&path, &MIGRATIONS[..1]).expect("still the first format");
    let tables: i64 = old
        .query_row(
            "SELECT count(*) FROM duckdb_tables() WHERE table_name IN ('good', 'lineage_node')",
            [],
            |row| row.get(0),
        )
        .expect("readable");
    assert_eq!(tables, 0);
    drop(old);
    is_up_to_date(&path);
}

#[test]
fn a_newer_or_foreign_format_is_refused_with_a_sentence() {
    let dir = quick_folder();
    let path = dir.path().join("catalog.duckdb");
    let mut steps = MIGRATIONS.to_vec();
    steps.push(Migration {
        name: "future",
        sql: "CREATE TABLE future (number INTEGER)",
    });
    drop(connect(&path, &steps).expect("made"));
    let error = Catalog::open(&path).err().expect("newer");
    expect!["the catalog was written by a newer Millrace: its format is 4, this version knows 3"]
        .assert_eq(&error.to_string());
    assert!(error.hint().is_some() && !error.can_be_rebuilt());

    let path = dir.path().join("foreign.duckdb");
    drop(connect(&path, &MIGRATIONS[..1]).expect("made"));
    let other = Connection::open(&path).expect("opened");
    other
        .execute_batch("UPDATE migration SET checksum = 'another'")
        .expect("changed");
    drop(other);
    let error = Catalog::open(&path).err().expect("foreign");
    expect!["step 1 of the catalog's format is not the one that this version of Millrace knows"]
        .assert_eq(&error.to_string());
    assert!(error.can_be_rebuilt());
}
