//! One process at a time, whatever happens to it; and no kill costs an acknowledged fact.

use std::time::Duration;

use super::child::{OtherProcess, given_path, tell};
use super::{drafts, folder, read, read_all};
use crate::{Journal, ProjectLock, verify};

#[test]
fn another_process_is_kept_out() {
    let dir = folder();
    let path = dir.path().join("lock");
    let mut other = OtherProcess::start("tests::lock::holds_the_lock", &path);
    let process = other.hear().expect("it holds the lock");
    assert!(ProjectLock::acquire(&path).expect("lockable").is_none());
    assert_eq!(read(&path), format!("{process}\n").into_bytes());
    // Reading the file, as a backup would, does not loosen the lock.
    assert!(ProjectLock::acquire(&path).expect("lockable").is_none());

    other.kill();
    let held = ProjectLock::acquire(&path).expect("lockable");
    assert!(held.is_some(), "a killed process holds nothing");
    assert!(ProjectLock::acquire(&path).expect("lockable").is_none());
    drop(held);
    assert!(ProjectLock::acquire(&path).expect("lockable").is_some());
}

#[test]
#[ignore = "the other process of the test above"]
fn holds_the_lock() {
    let _lock = ProjectLock::acquire(&given_path())
        .expect("lockable")
        .expect("free");
    tell(&std::process::id().to_string());
    std::thread::sleep(Duration::from_secs(60));
}

#[test]
fn killed_at_any_moment_it_keeps_every_acknowledged_fact() {
    let dir = folder();
    let path = dir.path().join("journal");
    drop(Journal::create(&path).expect("created"));
    let mut acknowledged = 0;
    for round in 0..12 {
        let mut other = OtherProcess::start("tests::lock::appends_without_end", &path);
        for _ in 0..round * 5 + 1 {
            acknowledged = other.hear().expect("it appends").parse().expect("a number");
        }
        other.kill();
        while let Some(last) = other.hear() {
            acknowledged = last.parse().unwrap_or(acknowledged);
        }
        let (journal, _) = Journal::open(&path).expect("opens after a kill");
        let head = journal.head().map_or(0, |head| head.seq);
        assert!(head >= acknowledged, "{head} of {acknowledged}");
        assert_eq!(read_all(&path).len() as u64, head);
        verify(&path).expect("whole");
    }
}

#[test]
#[ignore = "the other process of the test above"]
fn appends_without_end() {
    let (mut journal, _) = Journal::open(&given_path()).expect("opened");
    loop {
        let records = journal.append(&drafts(7)).expect("appended");
        tell(&records[6].seq.to_string());
    }
}
