//! Files that were cut, deleted, changed or locked, and disks that fill up.

use std::fs;
use std::path::{Path, PathBuf};

use contract::{FactRecord, MetricPoint};

use super::child::{OtherProcess, given_path, tell};
use super::disk::SmallDisk;
use super::objects::{read, write};
use super::{at, chain, main_road, new_catalog, notes, open, quick_folder, run_id};
use crate::{Catalog, CatalogError};

fn log_of(path: &Path) -> PathBuf {
    path.with_extension("duckdb.wal")
}

/// The files of a catalog with 20 facts in the file and 20 more in the write-ahead log, as a killed process leaves them.
fn killed(facts: &[FactRecord]) -> (Vec<u8>, Vec<u8>) {
    let (_dir, path, mut catalog) = new_catalog();
    catalog.apply(&facts[..20]).expect("applied");
    catalog.checkpoint().expect("written to the file");
    for fact in &facts[20..] {
        catalog.apply(std::slice::from_ref(fact)).expect("applied");
    }
    // Reading the files here drops DuckDB's lock, which this test can bear and no program may.
    (read(&path), read(&log_of(&path)))
}

fn facts_of_40() -> Vec<FactRecord> {
    let facts = main_road().into_iter().chain(notes(25));
    chain(facts.map(|record| record.fact))
}

/// Opens what is left, applies what the journal has beyond it, and is whole again.
fn is_mended(path: &Path, facts: &[FactRecord]) -> u64 {
    let mut catalog = open(path);
    let applied = catalog
        .applied()
        .expect("readable")
        .map_or(0, |head| head.seq);
    assert_eq!(
        catalog.facts(1, 100).expect("readable"),
        facts[..applied as usize]
    );
    catalog.apply(&facts[applied as usize..]).expect("applied");
    assert_eq!(catalog.facts(1, 100).expect("readable"), facts);
    let graph = catalog.lineage("endpoint:quality").expect("readable");
    assert_eq!(graph.expect("there").nodes.len(), 6);
    applied
}

#[test]
fn a_lost_write_ahead_log_is_noticed_and_replayed() {
    let facts = facts_of_40();
    let (file, log) = killed(&facts);
    let dir = quick_folder();
    let path = dir.path().join("catalog.duckdb");

    write(&path, &file);
    write(&log_of(&path), &log);
    assert_eq!(is_mended(&path, &facts), 40, "with its log it is whole");

    fs::remove_file(&path).expect("removed");
    write(&path, &file);
    assert_eq!(
        is_mended(&path, &facts),
        20,
        "without its log it lacks the rest"
    );
}

#[test]
fn a_cut_write_ahead_log_is_noticed_and_replayed() {
    let facts = facts_of_40();
    let (file, log) = killed(&facts);
    let mut seen = std::collections::BTreeSet::new();
    for length in (0..log.len()).step_by(log.len() / 25) {
        let dir = quick_folder();
        let path = dir.path().join("catalog.duckdb");
        write(&path, &file);
        write(&log_of(&path), &log[..length]);
        match Catalog::open(&path) {
            Ok(catalog) => {
                drop(catalog);
                seen.insert(is_mended(&path, &facts));
            }
            Err(error) => assert!(error.can_be_rebuilt(), "{error}"),
        }
    }
    assert!(seen.len() > 5 && seen.iter().all(|facts| *facts < 40));
}

#[test]
fn flipped_bytes_are_an_error_or_harmless() {
    let facts = facts_of_40();
    let (_dir, path, mut catalog) = new_catalog();
    catalog.apply(&facts).expect("applied");
    drop(catalog);
    let whole = read(&path);
    let headers = (0..3 * 4096).step_by(509);
    let blocks = (3 * 4096..whole.len()).step_by(whole.len() / 40);
    let (mut refused, mut harmless) = (0, 0);
    for offset in headers.chain(blocks) {
        let mut damaged = whole.clone();
        damaged[offset] ^= 0x40;
        let dir = quick_folder();
        let path = dir.path().join("catalog.duckdb");
        write(&path, damaged);
        let found = Catalog::open(&path).and_then(|catalog| {
            let found = (catalog.facts(1, 100)?, catalog.applied()?);
            catalog.lineage("wine")?;
            Ok(found)
        });
        match found {
            Ok((found, _)) => {
                assert_eq!(found, facts, "a wrong answer after byte {offset}");
                harmless += 1;
            }
            Err(error) => {
                assert!(error.can_be_rebuilt(), "{error:?}");
                assert!(error.hint().is_some());
                refused += 1;
            }
        }
    }
    eprintln!("{refused} flipped bytes were refused, {harmless} were in unused places");
    assert!(refused > 30);
}

#[test]
fn what_is_no_catalog_can_be_rebuilt() {
    let dir = quick_folder();
    let path = dir.path().join("catalog.duckdb");
    for content in [&b""[..], b"hello", &[0; 9000]] {
        write(&path, content);
        let error = Catalog::open(&path).err().expect("no catalog");
        assert!(error.can_be_rebuilt(), "{error:?}");
        assert!(error.hint().is_some_and(|hint| hint.contains("repair")));
        // What the host does: moved aside, built anew.
        fs::rename(&path, dir.path().join("aside")).expect("moved");
        let mut catalog = open(&path);
        catalog.apply(&notes(3)).expect("applied");
        drop(catalog);
        fs::remove_file(&path).expect("removed");
    }
    let error = Catalog::open(&dir.path().join("none").join("catalog.duckdb"));
    let error = error.err().expect("no folder");
    assert!(
        !error.can_be_rebuilt() && error.hint().is_some(),
        "{error:?}"
    );
}

#[test]
fn another_process_keeps_the_catalog_to_itself() {
    let dir = quick_folder();
    let path = dir.path().join("catalog.duckdb");
    let mut other = OtherProcess::start("tests::faults::holds_the_catalog", &path);
    other.hear().expect("it holds the catalog");
    let error = Catalog::open(&path).err().expect("held");
    assert!(!error.can_be_rebuilt(), "{error:?}");
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("other program"))
    );
    other.kill();
    assert_eq!(open(&path).facts(1, 9).expect("readable"), notes(3));
}

#[test]
#[ignore = "the other process of the test above"]
fn holds_the_catalog() {
    let mut catalog = open(&given_path());
    catalog.apply(&notes(3)).expect("applied");
    tell("held");
    std::thread::sleep(std::time::Duration::from_secs(60));
}

#[test]
fn a_full_disk_loses_nothing_and_work_resumes() {
    let Some(disk) = SmallDisk::mount(8 << 20) else {
        return; // who is not root has no small disk
    };
    let path = disk.folder.path().join("catalog.duckdb");
    let ballast = disk.folder.path().join("ballast");
    let facts = notes(2_000);
    let mut catalog = open(&path);
    catalog.apply(&facts[..10]).expect("applied");
    write(&ballast, vec![1; 4 << 20]);
    let points = |round: u64| -> Vec<MetricPoint> {
        let point = |number: u64| MetricPoint {
            key: format!("key {}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).into(),
            step: round,
            value: number as f64,
            at: at(0),
        };
        (0..2_000).map(point).collect()
    };
    let mut rounds = 0;
    let error = loop {
        match catalog.append_points(&run_id("one"), &points(rounds)) {
            Ok(()) => rounds += 1,
            Err(error) => break error,
        }
        assert!(rounds < 1_000, "the disk never fills up");
    };
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("free some space")),
        "{error:?}"
    );
    assert!(!error.can_be_rebuilt());
    // DuckDB gives up on a file whose checkpoint failed; the next work opens it anew, on the full disk.
    let error = catalog.checkpoint().expect_err("full");
    assert!(
        error.invalidates_the_connection() && !error.can_be_rebuilt(),
        "{error:?}"
    );
    let found = catalog.points(&run_id("one"), None).expect("readable");
    assert_eq!(found.len() as u64, rounds * 2_000);
    catalog.apply(&facts[10..60]).expect_err("still full");
    assert_eq!(catalog.facts(1, 100).expect("readable"), facts[..10]);

    fs::remove_file(ballast).expect("removed");
    catalog.apply(&facts[10..60]).expect("room again");
    catalog
        .append_points(&run_id("one"), &points(rounds))
        .expect("room again");
    drop(catalog);
    let catalog = open(&path);
    assert_eq!(catalog.facts(1, 100).expect("readable"), facts[..60]);
    let found = catalog.points(&run_id("one"), None).expect("readable");
    assert_eq!(found.len() as u64, (rounds + 1) * 2_000);
}

#[test]
fn a_read_only_folder_is_a_sentence_with_a_next_step() {
    let Some(disk) = SmallDisk::mount(8 << 20) else {
        return; // who is not root cannot make a disk read-only
    };
    let path = disk.folder.path().join("catalog.duckdb");
    drop(open(&path));
    assert!(disk.make_read_only());
    let errors = [
        Catalog::open(&path).err().expect("read-only"),
        Catalog::open(&path.with_file_name("new.duckdb"))
            .err()
            .expect("read-only"),
    ];
    for error in errors {
        assert!(matches!(error, CatalogError::Open { .. }));
        assert!(
            error.hint().is_some_and(|hint| hint.contains("writable")),
            "{error:?}"
        );
        assert!(!error.can_be_rebuilt());
    }
}
