//! Objects are what their name says, or an error.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use contract::Digest;
use expect_test::expect;
use proptest::prelude::*;

use super::disk::SmallDisk;
use super::{digest, folder};
use crate::{CatalogError, Objects};

pub(super) fn read(path: &Path) -> Vec<u8> {
    fs::read(path).expect("the file can be read")
}

pub(super) fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::write(path, bytes).expect("the file can be written");
}

fn store() -> (tempfile::TempDir, Objects) {
    let dir = folder();
    let objects = Objects::open(&dir.path().join("objects")).expect("opened");
    (dir, objects)
}

fn place(dir: &Path, digest: &Digest) -> PathBuf {
    let (shelf, name) = digest.as_str().split_at(2);
    dir.join("objects").join(shelf).join(name)
}

/// Everything in a folder of objects that is no object.
fn leftovers(objects: &Path) -> Vec<String> {
    let entries = fs::read_dir(objects).expect("readable");
    entries
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.len() != 2)
        .collect()
}

/// Changes a file so that its time shows it, as any ordinary writer would.
fn change(path: &Path, bytes: impl AsRef<[u8]>) {
    write(path, bytes);
    let later = SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    let file = fs::File::options().write(true).open(path).expect("opened");
    file.set_modified(later).expect("changed");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn bytes_and_files_come_back(content in prop::collection::vec(any::<u8>(), 0..3000)) {
        let (dir, objects) = store();
        let digest = objects.put_bytes(&content).expect("stored");
        prop_assert_eq!(&digest.0[..], &*blake3::hash(&content).to_hex());
        prop_assert_eq!(objects.read(&digest).expect("whole"), content.clone());
        prop_assert_eq!(objects.path(&digest).expect("whole"), place(dir.path(), &digest));

        let file = dir.path().join("file");
        write(&file, &content);
        prop_assert_eq!(&objects.put_file(&file).expect("kept"), &digest);
        prop_assert!(!file.exists());
        prop_assert_eq!(read(&objects.path(&digest).expect("whole")), content);
        prop_assert_eq!(leftovers(&dir.path().join("objects")), Vec::<String>::new());
    }
}

#[test]
fn a_file_is_moved_in_from_the_same_disk_or_another() {
    let (dir, objects) = store();
    let file = dir.path().join("model.onnx");
    write(&file, vec![7; 3_000_000]);
    let digest = objects.put_file(&file).expect("stored");
    assert!(!file.exists());
    assert_eq!(
        read(&objects.path(&digest).expect("whole")),
        vec![7; 3_000_000]
    );

    let Some(disk) = SmallDisk::mount(4 << 20) else {
        return; // who is not root has no other disk
    };
    let file = disk.folder.path().join("model.onnx");
    write(&file, vec![8; 2_000_000]);
    let digest = objects.put_file(&file).expect("stored");
    assert!(!file.exists());
    assert_eq!(objects.read(&digest).expect("whole"), vec![8; 2_000_000]);
    assert_eq!(leftovers(&dir.path().join("objects")), Vec::<String>::new());
}

#[test]
fn an_object_put_again_by_its_own_path_stays() {
    let (_dir, objects) = store();
    let digest = objects.put_bytes(b"content").expect("stored");
    let path = objects.path(&digest).expect("whole");
    assert_eq!(objects.put_file(&path).expect("kept"), digest);
    assert_eq!(objects.read(&digest).expect("whole"), b"content");
}

#[test]
fn every_flipped_bit_is_found() {
    let (dir, objects) = store();
    let content = b"model weights";
    let digest = objects.put_bytes(content).expect("stored");
    let path = place(dir.path(), &digest);
    for bit in 0..content.len() * 8 {
        let mut damaged = *content;
        damaged[bit / 8] ^= 1 << (bit % 8);
        write(&path, damaged);
        let anew = Objects::open(&dir.path().join("objects")).expect("opened");
        let error = anew.path(&digest).expect_err("damaged");
        assert!(matches!(error, CatalogError::ObjectDamaged { .. }));
        assert!(error.to_string().contains(digest.short()) && error.hint().is_some());
        anew.read(&digest).expect_err("damaged");
        objects.read(&digest).expect_err("damaged");
    }
    for damaged in [&content[..5], b"", b"model weights and more"] {
        write(&path, damaged);
        objects.path(&digest).expect_err("another length");
    }
}

#[test]
fn a_change_after_a_check_is_found_by_its_time() {
    let (dir, objects) = store();
    let digest = objects.put_bytes(b"content").expect("stored");
    objects.path(&digest).expect("whole");
    objects.path(&digest).expect("still whole");
    change(&place(dir.path(), &digest), b"CONTENT");
    objects.path(&digest).expect_err("changed");
}

#[test]
fn damaged_content_is_mended_by_storing_it_again() {
    let (dir, objects) = store();
    let digest = objects.put_bytes(b"content").expect("stored");
    let path = place(dir.path(), &digest);
    change(&path, b"CONTENT");
    objects.put_bytes(b"content").expect("stored again");
    assert_eq!(objects.read(&digest).expect("whole"), b"content");

    change(&path, b"CONTENT");
    let file = dir.path().join("file");
    write(&file, b"content");
    objects.put_file(&file).expect("stored again");
    assert_eq!(objects.read(&digest).expect("whole"), b"content");
}

#[test]
fn what_is_missing_or_no_digest_is_said_so() {
    let (dir, objects) = store();
    let missing = objects.read(&digest("nothing")).expect_err("missing");
    assert!(matches!(missing, CatalogError::ObjectMissing { .. }));
    assert!(missing.hint().is_some());
    objects.path(&digest("nothing")).expect_err("missing");
    write(&dir.path().join("secret"), b"secret");
    for text in [
        "../secret",
        "",
        "ab",
        &"A".repeat(64),
        &"é".repeat(32),
        &"../".repeat(22)[..64],
    ] {
        let error = objects.read(&Digest::new(text)).expect_err("no digest");
        assert!(matches!(error, CatalogError::NotADigest { .. }), "{text}");
        objects.path(&Digest::new(text)).expect_err("no digest");
    }
}

#[test]
fn verifying_all_names_exactly_the_broken_ones() {
    let (dir, objects) = store();
    let contents: Vec<Vec<u8>> = (0..40_u32)
        .map(|number| vec![number as u8; 1 + number as usize * 90_000])
        .collect();
    let digests: Vec<Digest> = contents
        .iter()
        .map(|content| objects.put_bytes(content).expect("stored"))
        .collect();
    write(&dir.path().join("objects").join("README"), b"not ours");
    assert_eq!(objects.verify_all(&|_, _| true).expect("checked"), []);

    // Same size, same time: only a full reading finds it.
    let path = place(dir.path(), &digests[3]);
    objects.path(&digests[3]).expect("whole");
    let time = fs::metadata(&path)
        .and_then(|data| data.modified())
        .expect("a time");
    let mut damaged = contents[3].clone();
    damaged[0] ^= 1;
    write(&path, damaged);
    let file = fs::File::options().write(true).open(&path).expect("opened");
    file.set_modified(time).expect("set back");
    write(&place(dir.path(), &digests[9]), b"cut");

    let steps = Cell::new((0, 0));
    let broken = objects
        .verify_all(&|done, total| {
            assert!(done >= steps.get().0 && done <= total);
            steps.set((done, total));
            true
        })
        .expect("checked");
    let mut expected = [digests[3].clone(), digests[9].clone()];
    expected.sort();
    assert_eq!(
        broken
            .iter()
            .map(|(digest, _)| digest.clone())
            .collect::<Vec<_>>(),
        expected
    );
    assert!(broken[0].1.contains("damaged"));
    assert!(steps.get().0 == steps.get().1 && steps.get().1 > 60_000_000);
    objects
        .path(&digests[3])
        .expect_err("no longer taken for whole");

    let asked = Cell::new(0);
    let cancelled = objects.verify_all(&|_, _| {
        asked.set(asked.get() + 1);
        asked.get() < 5
    });
    assert!(matches!(cancelled, Err(CatalogError::Cancelled)));
    assert_eq!(asked.get(), 5, "it stops at once");
}

#[test]
fn half_written_work_is_gone_at_the_next_opening() {
    let (dir, objects) = store();
    let path = dir.path().join("objects");
    let digest = objects.put_bytes(b"content").expect("stored");
    let work = objects.temporary().expect("a folder").keep();
    write(&work.join("part"), b"half");
    write(&path.join("tmp-file"), b"half");
    assert_eq!(leftovers(&path).len(), 2);
    let temporary = objects.temporary().expect("a folder");
    assert_eq!(temporary.path().parent(), Some(&*path));
    drop(temporary);

    let objects = Objects::open(&path).expect("opened");
    assert_eq!(leftovers(&path), Vec::<String>::new());
    assert_eq!(objects.read(&digest).expect("whole"), b"content");
}

#[test]
fn a_full_disk_leaves_no_half_object() {
    let Some(disk) = SmallDisk::mount(2 << 20) else {
        return; // who is not root has no small disk
    };
    let path = disk.folder.path().join("objects");
    let objects = Objects::open(&path).expect("opened");
    let kept = objects.put_bytes(&[1; 100_000]).expect("stored");
    let error = objects.put_bytes(&[2; 3_000_000]).expect_err("full");
    expect!["free some space on this disk and try again: nothing was lost"]
        .assert_eq(error.hint().expect("a next step"));
    let elsewhere = folder();
    let file = elsewhere.path().join("file");
    write(&file, vec![2; 3_000_000]);
    objects.put_file(&file).expect_err("full");
    assert!(file.exists(), "what could not be stored stays where it was");
    assert_eq!(objects.verify_all(&|_, _| true).expect("checked"), []);
    assert_eq!(leftovers(&path), Vec::<String>::new());
    objects.put_bytes(&[3; 100_000]).expect("small ones fit");
    assert_eq!(objects.read(&kept).expect("whole"), [1; 100_000]);

    assert!(disk.make_read_only());
    let objects = Objects::open(&path).expect("reading needs no writing");
    objects.read(&kept).expect("whole");
    let error = objects.put_bytes(b"new").expect_err("read-only");
    assert!(error.hint().is_some_and(|hint| hint.contains("writable")));
}

#[test]
fn threads_may_store_the_same_content_at_once() {
    let (dir, objects) = store();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for number in 0..20_u8 {
                    let digest = objects.put_bytes(&[number; 10_000]).expect("stored");
                    assert_eq!(objects.read(&digest).expect("whole"), [number; 10_000]);
                }
            });
        }
    });
    assert_eq!(leftovers(&dir.path().join("objects")), Vec::<String>::new());
    assert_eq!(objects.verify_all(&|_, _| true).expect("checked"), []);
}
