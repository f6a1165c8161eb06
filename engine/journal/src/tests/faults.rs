//! Disks that fill up, disks that fail, and folders that cannot be written.

use std::fs;
use std::io;

use super::disk::SmallDisk;
use super::{drafts, folder, long_draft, mark, read, read_all, segment, written};
use crate::write::TailFile;
use crate::{Journal, JournalError, verify};

/// Writes as far as there is room; every other duty does as it is told.
#[derive(Debug)]
struct Faulty {
    file: fs::File,
    room: u64,
    fails_to_sync: bool,
    fails_to_cut: bool,
}

impl TailFile for Faulty {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let fitting = (self.room.saturating_sub(offset) as usize).min(bytes.len());
        TailFile::write_at(&mut self.file, offset, &bytes[..fitting])?;
        match fitting == bytes.len() {
            true => Ok(()),
            false => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        match self.fails_to_cut {
            true => Err(io::Error::other("the disk is gone")),
            false => self.file.cut(length),
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        match self.fails_to_sync {
            true => Err(io::Error::other("the disk is gone")),
            false => self.file.sync(),
        }
    }
}

/// A journal of three facts whose disk has room for `room` bytes more.
fn on_a_faulty_disk(dir: &std::path::Path, room: u64) -> (Journal, Faulty) {
    written(dir, 3);
    let (journal, _) = Journal::open(dir).expect("opened");
    let path = segment(dir, 1);
    let faulty = Faulty {
        room: read(&path).len() as u64 + room,
        file: fs::File::options().write(true).open(path).expect("opened"),
        fails_to_sync: false,
        fails_to_cut: false,
    };
    (journal, faulty)
}

fn replace(journal: &mut Journal, faulty: Faulty) {
    journal.tail.as_mut().expect("facts").file = Box::new(faulty);
}

#[test]
fn a_short_write_at_every_length_is_taken_back() {
    for room in (0..400).step_by(7) {
        let dir = folder();
        let (mut journal, faulty) = on_a_faulty_disk(dir.path(), room);
        replace(&mut journal, faulty);
        let before = (read(&segment(dir.path(), 1)), journal.head());
        let error = journal.append(&drafts(3)).expect_err("no room");
        assert!(matches!(error, JournalError::Write { .. }));
        assert!(
            error
                .hint()
                .is_some_and(|hint| hint.contains("free some space"))
        );
        assert_eq!((read(&segment(dir.path(), 1)), journal.head()), before);
        verify(dir.path()).expect("whole");
        replace(
            &mut journal,
            Faulty {
                room: u64::MAX,
                file: fs::File::options()
                    .write(true)
                    .open(segment(dir.path(), 1))
                    .expect("opened"),
                fails_to_sync: false,
                fails_to_cut: false,
            },
        );
        assert_eq!(journal.append(&drafts(1)).expect("room again")[0].seq, 4);
        assert_eq!(verify(dir.path()).expect("whole").facts, 4);
    }
}

#[test]
fn a_failed_sync_stops_the_journal() {
    let dir = folder();
    let (mut journal, mut faulty) = on_a_faulty_disk(dir.path(), u64::MAX / 2);
    faulty.fails_to_sync = true;
    replace(&mut journal, faulty);
    let before = (journal.head(), read(&mark(dir.path())));
    let error = journal.append(&drafts(1)).expect_err("no confirmation");
    assert!(matches!(error, JournalError::Sync { .. }));
    assert!(error.hint().is_some());
    assert_eq!((journal.head(), read(&mark(dir.path()))), before);

    let error = journal.append(&drafts(1)).expect_err("stopped");
    assert!(matches!(error, JournalError::Stopped));
    drop(journal);
    let (mut journal, _) = Journal::open(dir.path()).expect("opened anew");
    assert_eq!(journal.append(&drafts(1)).expect("a new disk")[0].seq, 4);
    verify(dir.path()).expect("whole");
}

#[test]
fn a_half_written_group_that_cannot_be_taken_back_stops_the_journal() {
    let dir = folder();
    let (mut journal, mut faulty) = on_a_faulty_disk(dir.path(), 50);
    faulty.fails_to_cut = true;
    replace(&mut journal, faulty);
    journal.append(&drafts(1)).expect_err("no room");
    let error = journal.append(&drafts(1)).expect_err("stopped");
    assert!(matches!(error, JournalError::Stopped));
    drop(journal);
    let (journal, notes) = Journal::open(dir.path()).expect("mended");
    assert_eq!((journal.head().expect("facts").seq, notes.len()), (3, 1));
}

#[test]
fn a_full_disk_loses_nothing_and_appends_resume() {
    let Some(disk) = SmallDisk::mount(4 << 20) else {
        return; // the faulty disk above stands in for it
    };
    let dir = disk.folder.path().join("journal");
    let ballast = disk.folder.path().join("ballast");
    super::write(&ballast, vec![1; 2 << 20]);
    let mut journal = Journal::create(&dir).expect("created");
    let mut acknowledged = Vec::new();
    let error = loop {
        match journal.append(&[long_draft(10_000), long_draft(9_000)]) {
            Ok(records) => acknowledged.extend(records),
            Err(error) => break error,
        }
    };
    assert!(acknowledged.len() > 100);
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("free some space"))
    );
    journal
        .append(&[long_draft(100_000)])
        .expect_err("still full");
    assert_eq!(read_all(&dir), acknowledged);
    verify(&dir).expect("whole on the full disk");

    fs::remove_file(ballast).expect("removed");
    acknowledged.extend(journal.append(&drafts(5)).expect("room again"));
    drop(journal);
    let (journal, notes) = Journal::open(&dir).expect("opened");
    assert_eq!(notes, []);
    assert_eq!(read_all(&dir), acknowledged);
    assert_eq!(
        journal.head().map(|head| head.hash),
        acknowledged.last().map(|last| last.hash.clone())
    );
}

#[test]
fn a_disk_that_fills_up_between_segments_is_survived() {
    let Some(disk) = SmallDisk::mount((8 << 20) + 300_000) else {
        return; // needs a disk that ends at a segment's edge
    };
    let dir = disk.folder.path().join("journal");
    let mut journal = Journal::create(&dir).expect("created");
    let mut facts = 0;
    while !segment(&dir, 2).exists() {
        match journal.append(&[long_draft(200_000)]) {
            Ok(records) => facts += records.len() as u64,
            Err(_) => break,
        }
    }
    assert!(segment(&dir, 2).exists(), "the second segment was begun");
    for _ in 0..3 {
        journal.append(&[long_draft(400_000)]).expect_err("full");
    }
    facts += journal.append(&drafts(2)).expect("small ones fit").len() as u64;
    drop(journal);
    let (_, notes) = Journal::open(&dir).expect("opened");
    assert_eq!(notes, []);
    assert_eq!(verify(&dir).expect("whole").facts, facts);
}

#[test]
fn a_read_only_folder_is_a_sentence_with_a_next_step() {
    let Some(disk) = SmallDisk::mount(4 << 20) else {
        return; // who is not root cannot make a disk read-only
    };
    let dir = disk.folder.path().join("journal");
    let records = written(&dir, 3);
    assert!(disk.make_read_only());
    for error in [
        Journal::open(&dir).expect_err("read-only"),
        Journal::create(&disk.folder.path().join("other")).expect_err("read-only"),
        crate::ProjectLock::acquire(&disk.folder.path().join("lock")).expect_err("read-only"),
    ] {
        assert!(
            error.hint().is_some_and(|hint| hint.contains("writable")),
            "{error}"
        );
    }
    assert_eq!(read_all(&dir), records, "reading needs no writing");
    assert_eq!(verify(&dir).expect("whole").facts, 3);
}
