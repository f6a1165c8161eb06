//! Facts go in once, in order, and come back as they were.

use std::time::Instant;

use contract::{Fact, FactRecord, JournalHead};
use expect_test::expect;
use proptest::prelude::*;

use super::{
    at, chain, data_added, data_ref, digest, folder, main_road, new_catalog, new_catalog_in, notes,
    open, registered, run_finished, run_id, run_started,
};
use crate::{Catalog, CatalogError};

fn head_of(records: &[FactRecord]) -> Option<JournalHead> {
    records.last().map(|record| JournalHead {
        seq: record.seq,
        hash: record.hash.clone(),
    })
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let seconds = any::<f64>().prop_filter("JSON has no word for it", |value| value.is_finite());
    prop_oneof![
        any::<String>().prop_map(|note| Fact::ProjectRepaired { note }),
        (any::<String>(), any::<String>()).prop_map(|(path, error)| Fact::DataImportFailed {
            path: path.into(),
            error
        }),
        (any::<String>(), seconds, any::<String>()).prop_map(|(run, seconds, error)| {
            Fact::RunFailed {
                run: run_id(&run),
                seconds,
                error,
            }
        }),
        any::<String>().prop_map(|path| Fact::FolderWatched { path: path.into() }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn facts_come_back_as_they_were_applied(
        facts in prop::collection::vec((any_fact(), any::<String>(), any::<i64>()), 1..24),
        group in 1_usize..9,
    ) {
        let mut records = chain(facts.iter().map(|(fact, _, _)| fact.clone()));
        for (record, (_, actor, millis)) in records.iter_mut().zip(&facts) {
            record.actor = actor.as_str().into();
            record.at = at(*millis);
        }
        let (_dir, path, mut catalog) = new_catalog();
        for group in records.chunks(group) {
            catalog.apply(group).expect("applied");
        }
        prop_assert_eq!(&catalog.facts(1, u32::MAX).expect("readable"), &records);
        drop(catalog);
        let catalog = open(&path);
        prop_assert_eq!(&catalog.facts(1, u32::MAX).expect("readable"), &records);
        prop_assert_eq!(catalog.applied().expect("readable"), head_of(&records));
    }
}

#[test]
fn every_kind_of_fact_comes_back() {
    let records = main_road();
    let (_dir, _path, mut catalog) = new_catalog();
    catalog.apply(&records).expect("applied");
    assert_eq!(catalog.facts(1, 100).expect("readable"), records);
    assert_eq!(catalog.facts(4, 3).expect("readable"), records[3..6]);
    assert_eq!(catalog.facts(99, 3).expect("readable"), []);
    assert_eq!(catalog.facts(1, 0).expect("readable"), []);
}

#[test]
fn a_new_catalog_holds_no_fact() {
    let (_dir, _path, mut catalog) = new_catalog();
    assert_eq!(catalog.applied().expect("readable"), None);
    catalog.apply(&[]).expect("nothing to do");
    assert_eq!(catalog.applied().expect("readable"), None);
}

#[test]
fn facts_that_are_there_are_skipped() {
    let records = main_road();
    let (_dir, _path, mut catalog) = new_catalog();
    catalog.apply(&records[..6]).expect("applied");
    catalog.apply(&records[..4]).expect("all known");
    catalog.apply(&records).expect("half of them known");
    assert_eq!(catalog.facts(1, 100).expect("readable"), records);
    assert_eq!(catalog.applied().expect("readable"), head_of(&records));
}

#[test]
fn a_gap_or_another_journal_is_refused_and_nothing_is_applied() {
    let records = notes(9);
    let mut other = notes(9);
    other[4].hash = digest("another journal");
    let (_dir, _path, mut catalog) = new_catalog();
    let mut refusal = |facts: &[FactRecord]| {
        let before = catalog.applied().expect("readable");
        let error = catalog.apply(facts).expect_err("refused");
        assert_eq!(catalog.applied().expect("readable"), before);
        assert!(error.hint().is_some() && error.can_be_rebuilt());
        error.to_string()
    };
    let mut with_a_hole = records.clone();
    with_a_hole.remove(3);
    let mut said = vec![refusal(&records[1..]), refusal(&with_a_hole)];

    catalog.apply(&records[..5]).expect("applied");
    let mut refusal = |facts: &[FactRecord]| catalog.apply(facts).expect_err("refused").to_string();
    said.push(refusal(&records[6..]));
    said.push(refusal(&other));
    let mut foreign = records[5..].to_vec();
    foreign[0].prev = digest("another journal");
    said.push(refusal(&foreign));
    expect![[r#"
        [
            "fact 2 cannot be applied to a catalog that ends at fact 0",
            "fact 5 cannot be applied to a catalog that ends at fact 3",
            "fact 7 cannot be applied to a catalog that ends at fact 5",
            "the catalog holds another fact 5 than the journal",
            "the catalog holds another fact 5 than the journal",
        ]
    "#]]
    .assert_debug_eq(&said);
}

#[test]
fn a_backup_is_whole_and_separate() {
    let records = main_road();
    let (dir, _path, mut catalog) = new_catalog();
    catalog.apply(&records[..12]).expect("applied");
    let copy = dir.path().join("Ann's backup.duckdb");
    catalog.backup(&copy).expect("written");
    catalog.apply(&records).expect("applied");

    let error = catalog.backup(&copy).expect_err("exists");
    assert!(matches!(error, CatalogError::FileExists { .. }));
    let second = dir.path().join("second.duckdb");
    catalog.backup(&second).expect("written");
    let missing = dir.path().join("missing").join("backup.duckdb");
    catalog.backup(&missing).expect_err("no such folder");
    catalog
        .backup(&dir.path().join("third.duckdb"))
        .expect("a failure blocks nothing");

    assert_eq!(open(&copy).facts(1, 100).expect("readable"), records[..12]);
    assert_eq!(open(&second).facts(1, 100).expect("readable"), records);
    assert_eq!(
        open(&second).lineage("quality").expect("readable"),
        catalog.lineage("quality").expect("readable")
    );
    let parts = std::fs::read_dir(dir.path()).expect("readable");
    assert!(
        parts
            .map(|entry| entry.expect("readable").file_name())
            .all(|name| !name.to_string_lossy().ends_with(".part"))
    );
}

#[test]
fn the_engine_and_the_file_format_are_pinned() {
    let (_dir, _path, catalog) = new_catalog();
    let facts = catalog.run("read", |connection| {
        let ask = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, String>(0));
        Ok((
            ask("SELECT version()")?,
            ask("SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'millrace'")?,
            ask("SELECT current_setting('autoload_known_extensions')::VARCHAR")?,
            ask("SELECT current_setting('autoinstall_known_extensions')::VARCHAR")?,
            ask("SELECT current_setting('memory_limit')")?,
        ))
    });
    expect![[r#"
        (
            "v2.0.0",
            "v1.5.0+",
            "false",
            "false",
            "1.0 GiB",
        )
    "#]]
    .assert_debug_eq(&facts.expect("readable"));
}

#[test]
fn a_catalog_moves_between_threads() {
    fn is_send<T: Send>() {}
    is_send::<Catalog>();
    is_send::<CatalogError>();
    let dir = folder();
    let path = dir.path().join("catalog.duckdb");
    let mut catalog = open(&path);
    let thread = std::thread::Builder::new().name("catalog".into());
    let worker = thread.spawn(move || catalog.apply(&notes(3)).map(|()| catalog));
    let catalog = worker.expect("a thread").join().expect("no panic");
    assert_eq!(
        catalog
            .expect("applied")
            .facts(1, 9)
            .expect("readable")
            .len(),
        3
    );
}

/// A rebuild after a loss: 200 runs of 50 checkpoints, as the host replays them.
#[test]
fn ten_thousand_facts_are_replayed_in_seconds() {
    let runs = (0..200).flat_map(|number| {
        let name = number.to_string();
        let saved = Fact::CheckpointSaved {
            run: run_id(&name),
            epoch: 1,
        };
        let started = run_started(&name, data_ref("wine", 1));
        [started].into_iter().chain(vec![saved; 50]).chain([
            run_finished(&name),
            registered("quality", number + 1, &name),
        ])
    });
    let records = chain([data_added("wine", 1, &["first"])].into_iter().chain(runs));
    let (_dir, path, mut catalog) = new_catalog_in(folder());
    let started = Instant::now();
    for group in records.chunks(1_000) {
        catalog.apply(group).expect("applied");
    }
    let replayed = started.elapsed();
    drop(catalog);
    let started = Instant::now();
    let mut catalog = open(&path);
    assert_eq!(catalog.applied().expect("readable"), head_of(&records));
    let opened = started.elapsed();

    let mut next = chain(records.iter().map(|record| record.fact.clone()).chain([
        run_started("last", data_ref("wine", 1)),
        run_finished("last"),
    ]));
    let started = Instant::now();
    catalog
        .apply(&next.split_off(records.len()))
        .expect("applied");
    let applied = started.elapsed();
    let started = Instant::now();
    let graph = catalog.lineage("wine@1").expect("readable").expect("there");
    eprintln!(
        "{} facts replayed in {replayed:.2?}, opened in {opened:.2?}, two more in {applied:.2?}, lineage of {} nodes in {:.2?}",
        records.len(),
        graph.nodes.len(),
        started.elapsed()
    );
    assert_eq!(graph.nodes.len(), 2 + 201 + 200);
    assert!(replayed.as_secs() < 30 && opened.as_secs() < 3);
}
