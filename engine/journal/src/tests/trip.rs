//! What goes in comes out: any fact, any grouping, from any number on.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use contract::{
    DataVersionRef, DatasetName, Digest, Fact, ModelPackage, RunId, RunReport, SplitRows, Timestamp,
};
use expect_test::expect;
use proptest::prelude::*;

use super::{drafts, folder, read, read_all, segment, written, written_in_three_segments};
use crate::{Draft, Journal, JournalError, read_after, verify};

fn any_fact() -> impl Strategy<Value = Fact> {
    let number = any::<f64>().prop_filter("JSON has no word for it", |value| value.is_finite());
    prop_oneof![
        any::<String>().prop_map(|note| Fact::ProjectRepaired { note }),
        (any::<String>(), any::<String>()).prop_map(|(path, error)| Fact::DataImportFailed {
            path: PathBuf::from(path),
            error
        }),
        (any::<String>(), any::<u32>(), any::<String>()).prop_map(|(dataset, version, path)| {
            Fact::DataVersionRecognised {
                version: DataVersionRef {
                    dataset: DatasetName::new(dataset),
                    version,
                },
                path: PathBuf::from(path),
            }
        }),
        (any::<u64>(), number.clone(), any::<String>()).prop_map(|(bits, seconds, error)| {
            Fact::RunFailed {
                run: RunId::from_random(bits),
                seconds,
                error,
            }
        }),
        (
            any::<u64>(),
            any::<bool>(),
            number.clone(),
            prop::collection::vec((any::<String>(), number), 0..5)
        )
            .prop_map(|(bits, stopped, seconds, metrics)| {
                let metrics: BTreeMap<Arc<str>, f64> = metrics
                    .into_iter()
                    .map(|(key, value)| (key.into(), value))
                    .collect();
                Fact::RunFinished {
                    run: RunId::from_random(bits),
                    stopped,
                    seconds,
                    report: Box::new(report(metrics)),
                    package: ModelPackage::default(),
                    series: stopped.then(|| Digest::new("ab".repeat(32))),
                }
            }),
    ]
}

fn report(metrics: BTreeMap<Arc<str>, f64>) -> RunReport {
    RunReport {
        baseline: metrics.clone(),
        metrics,
        rows: SplitRows::default(),
        epochs_run: 3,
        best_epoch: 2,
        classes: vec!["a".into()],
        confusion: vec![vec![u64::MAX]],
        predicted_vs_actual: vec![(0.1, -0.0)],
        importance: Vec::new(),
        parameters: 7,
        samples_per_second: 1e300,
    }
}

fn any_draft() -> impl Strategy<Value = Draft> {
    (any::<i64>(), any::<String>(), any_fact()).prop_map(|(unix_millis, actor, fact)| Draft {
        at: Timestamp { unix_millis },
        actor: actor.into(),
        fact,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn what_is_appended_reads_back(
        groups in prop::collection::vec(prop::collection::vec(any_draft(), 0..4), 1..6),
        reopened_after in 0_usize..6,
    ) {
        let dir = folder();
        let mut journal = Journal::create(dir.path()).expect("created");
        let mut acknowledged = Vec::new();
        for (index, group) in groups.iter().enumerate() {
            if index == reopened_after {
                drop(journal);
                let (opened, notes) = Journal::open(dir.path()).expect("opened");
                prop_assert!(notes.is_empty());
                journal = opened;
            }
            acknowledged.extend(journal.append(group).expect("appended"));
        }
        let offered: Vec<&Draft> = groups.iter().flatten().collect();
        prop_assert_eq!(acknowledged.len(), offered.len());
        for (record, draft) in acknowledged.iter().zip(offered) {
            prop_assert_eq!(&record.fact, &draft.fact);
            prop_assert_eq!(&record.actor, &draft.actor);
            prop_assert_eq!(record.at, draft.at);
        }
        prop_assert_eq!(&read_all(dir.path()), &acknowledged);
        let verification = verify(dir.path()).expect("whole");
        prop_assert_eq!(verification.facts, acknowledged.len() as u64);
        prop_assert_eq!(verification.head, journal.head());
    }
}

#[test]
fn a_line_is_as_documented() {
    let dir = folder();
    written(dir.path(), 2);
    let text = String::from_utf8(read(&segment(dir.path(), 1))).expect("JSON is text");
    expect![[r#"
        {"seq":1,"at":1790000000000,"actor":"ann","prev":"0000000000000000000000000000000000000000000000000000000000000000","fact":{"type":"run_interrupted","run":"run-00000000"},"hash":"1cae0da28814accc1846f6849a8910f9cc204794857c3c5c2ff3bd4fe9f4e30b"}
        {"seq":2,"at":1790000000001,"actor":"millctl","prev":"1cae0da28814accc1846f6849a8910f9cc204794857c3c5c2ff3bd4fe9f4e30b","fact":{"type":"checkpoint_saved","run":"run-10000000","epoch":1},"hash":"52dfc1883791d49596c9b6e6337c3acbd27186256543cbebcb4992ab3db67fa8"}
    "#]]
    .assert_eq(&text);
    let first = text.lines().next().expect("a line");
    let (body, hash) = first.split_once(",\"hash\":\"").expect("a hash");
    assert_eq!(
        format!("{}\"}}", blake3::hash(format!("{body}}}").as_bytes())),
        hash
    );
}

#[test]
fn numbers_count_from_one_and_each_fact_names_the_one_before() {
    let dir = folder();
    let records = written(dir.path(), 30);
    assert_eq!(records[0].prev.as_str(), "0".repeat(64));
    for (pair, number) in records.windows(2).zip(1..) {
        assert_eq!((pair[0].seq, pair[1].seq), (number, number + 1));
        assert_eq!(pair[1].prev, pair[0].hash);
    }
}

#[test]
fn reading_starts_after_any_fact_of_any_segment() {
    let dir = folder();
    let records = written_in_three_segments(dir.path());
    for seq in [0, 1, 15, 16, 17, 18, 31, 32, 33, 39, 40, 41, u64::MAX] {
        let read: Vec<_> = read_after(dir.path(), seq)
            .expect("readable")
            .collect::<Result<_, _>>()
            .expect("every fact");
        let skipped = (seq as usize).min(records.len());
        assert_eq!(read, records[skipped..], "after {seq}");
    }
    let verification = verify(dir.path()).expect("whole");
    assert_eq!((verification.facts, verification.segments), (40, 3));
    let on_disk: u64 = (1..=3)
        .map(|number| read(&segment(dir.path(), number)).len() as u64)
        .sum();
    assert_eq!(verification.bytes, on_disk);
}

#[test]
fn an_empty_journal_is_a_journal() {
    let dir = folder();
    let path = dir.path().join("journal");
    assert_eq!(Journal::create(&path).expect("created").head(), None);
    assert_eq!(verify(&path).expect("whole").facts, 0);
    assert_eq!(read_all(&path), []);
    let (mut journal, notes) = Journal::open(&path).expect("opened");
    assert_eq!(notes, []);
    assert_eq!(journal.append(&[]).expect("nothing to do"), []);
    assert_eq!(journal.append(&drafts(1)).expect("appended")[0].seq, 1);
}

#[test]
fn a_folder_with_something_in_it_is_not_taken() {
    let dir = folder();
    written(dir.path(), 1);
    let error = Journal::create(dir.path()).expect_err("not empty");
    assert!(matches!(error, JournalError::NotEmpty { .. }));
    assert!(error.hint().is_some());
}

#[test]
fn a_folder_without_a_journal_is_not_opened() {
    let dir = folder();
    let error = Journal::open(dir.path()).expect_err("nothing there");
    assert!(matches!(error, JournalError::NotAJournal { .. }));
    let error = Journal::open(&dir.path().join("missing")).expect_err("nothing there");
    expect!["check that the project folder still exists"]
        .assert_eq(error.hint().expect("a next step"));
}

#[test]
fn a_fact_that_json_cannot_hold_is_refused_before_anything_is_written() {
    let dir = folder();
    let mut journal = Journal::create(dir.path()).expect("created");
    let mut group = drafts(2);
    group[1].fact = Fact::RunFailed {
        run: RunId::from_random(1),
        seconds: f64::NAN,
        error: String::new(),
    };
    let error = journal.append(&group).expect_err("NaN");
    assert!(matches!(error, JournalError::Unwritable { .. }));
    assert!(error.hint().is_some());
    assert_eq!(read_all(dir.path()), []);
    assert_eq!(journal.append(&drafts(1)).expect("appended")[0].seq, 1);
}
