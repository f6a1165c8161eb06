//! A large journal opens quickly, and appending costs little more than the disk's own fsync.

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use super::{drafts, folder};
use crate::{Journal, verify};

#[test]
fn a_hundred_thousand_facts_open_in_under_three_seconds() {
    let dir = folder();
    let path = dir.path().join("journal");
    let mut journal = Journal::create(&path).expect("created");
    let group = drafts(1_000);
    let started = Instant::now();
    for _ in 0..100 {
        journal.append(&group).expect("appended");
    }
    let appended = started.elapsed();
    drop(journal);
    let started = Instant::now();
    let (journal, _) = Journal::open(&path).expect("opened");
    let opened = started.elapsed();
    assert_eq!(journal.head().expect("facts").seq, 100_000);
    let verification = verify(&path).expect("whole");
    eprintln!(
        "100 000 facts, {} bytes in {} segments: appended in groups of 1 000 in {appended:.2?}, opened in {opened:.2?}",
        verification.bytes, verification.segments
    );
    assert!(opened < Duration::from_secs(3));
}

#[test]
fn an_append_costs_little_more_than_a_bare_fsync() {
    const ROUNDS: u32 = 200;
    let dir = folder();
    let mut journal = Journal::create(&dir.path().join("journal")).expect("created");
    let mut file = File::create(dir.path().join("bare")).expect("created");
    let group = drafts(1);
    let (mut bare, mut ours) = (Duration::ZERO, Duration::ZERO);
    // Turn by turn, so that a disk that changes its pace does so for both.
    for _ in 0..ROUNDS {
        let started = Instant::now();
        file.write_all(&[b'x'; 250]).expect("written");
        file.sync_data().expect("stored");
        bare += started.elapsed();
        let started = Instant::now();
        journal.append(&group).expect("appended");
        ours += started.elapsed();
    }
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    eprintln!(
        "one fact a group: {:.2?} each, bare fsync {:.2?}, ratio {ratio:.2}",
        ours / ROUNDS,
        bare / ROUNDS
    );
    assert!(
        ratio < 2.0,
        "the target is 1.2; a shared machine is given some room"
    );
}
