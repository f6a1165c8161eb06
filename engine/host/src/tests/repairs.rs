//! The journal's mark and the journal disagree: a repair ends in a project that opens, or says what to do.

use super::*;
use crate::{HostError, Repaired};

/// A project of some facts, with the bytes of its journal.
fn project(folder: &Path) -> (PathBuf, Vec<u8>) {
    let (path, engine) = new_engine(folder);
    import(&engine, &iris()).expect("iris");
    for name in ["one", "two", "three"] {
        let watched = folder.join(name);
        std::fs::create_dir_all(&watched).expect("a folder");
        command(&engine, Command::WatchFolder { path: watched }).expect("a fact");
    }
    engine.close();
    let journal = std::fs::read(segment(&path)).expect("the journal");
    (path, journal)
}

fn segment(path: &Path) -> PathBuf {
    path.join("journal/000001.jsonl")
}

fn mark(path: &Path) -> PathBuf {
    path.join("journal/000000.mark")
}

/// The journal without its last two facts, and half a fact if that is asked for.
fn cut(journal: &[u8], half: usize) -> Vec<u8> {
    let lines: Vec<&[u8]> = journal.split_inclusive(|byte| *byte == b'\n').collect();
    let (kept, lost) = lines.split_at(lines.len() - 2);
    [&kept.concat(), &lost[0][..half]].concat()
}

fn refused(path: &Path) -> HostError {
    let opened = Engine::open(path, Arc::new(|| {}));
    opened.err().expect("it does not open")
}

fn opens(path: &Path) {
    let engine = Engine::open(path, Arc::new(|| {})).expect("it opens");
    command(&engine, Command::VerifyJournal).expect("every fact and every object");
    engine.close();
}

fn says(repaired: &Repaired, words: &str) -> bool {
    repaired.notes.iter().any(|note| note.contains(words))
}

#[test]
fn a_journal_that_lost_its_end_gets_it_back_from_the_catalog() {
    for half in [0, 40] {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, journal) = project(folder.path());
        std::fs::write(segment(&path), cut(&journal, half)).expect("a cut");
        let hint = refused(&path).refusal().hint.expect("a next step");
        assert!(hint.contains("`millctl repair`"), "{hint}");
        let repaired = crate::repair(&path).expect("a repaired project");
        assert!(says(&repaired, "had lost its last 2 facts"), "{repaired:?}");
        let mended = std::fs::read(segment(&path)).expect("the journal");
        assert!(mended.starts_with(&journal), "every fact is as it was");
        opens(&path);
    }
}

#[test]
fn a_journal_that_lost_its_end_and_its_mark_gets_both_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, journal) = project(folder.path());
    std::fs::write(segment(&path), cut(&journal, 0)).expect("a cut");
    std::fs::remove_file(mark(&path)).expect("a mark to lose");
    let repaired = crate::repair(&path).expect("a repaired project");
    assert!(says(&repaired, "The mark of the newest fact was missing"));
    assert!(says(&repaired, "had lost its last 2 facts"), "{repaired:?}");
    let mended = std::fs::read(segment(&path)).expect("the journal");
    assert!(mended.starts_with(&journal), "every fact is as it was");
    opens(&path);
}

#[test]
fn facts_that_nobody_knows_are_named_until_somebody_gives_them_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, journal) = project(folder.path());
    let kept = cut(&journal, 0);
    std::fs::write(segment(&path), &kept).expect("a cut");
    std::fs::remove_file(path.join("catalog.duckdb")).expect("a catalog to lose");
    let refusal = crate::repair(&path).expect_err("nobody knows").refusal();
    assert!(refusal.error.contains("was acknowledged"), "{refusal:?}");
    let hint = refusal.hint.expect("a next step");
    assert!(hint.contains("delete journal/000000.mark"), "{hint}");
    assert!(!path.join("catalog.duckdb").exists(), "nothing was made");
    assert_eq!(std::fs::read(segment(&path)).expect("the journal"), kept);
    std::fs::remove_file(mark(&path)).expect("given up");
    let repaired = crate::repair(&path).expect("a repaired project");
    assert!(says(&repaired, "The mark of the newest fact was missing"));
    opens(&path);
}

#[test]
fn a_mark_that_is_behind_is_moved_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, journal) = project(folder.path());
    let text = String::from_utf8(journal).expect("JSON lines");
    let first = text.lines().next().expect("a fact");
    let (_, hash) = first.rsplit_once("\"hash\":\"").expect("a hash");
    let hash = hash.trim_end_matches("\"}");
    std::fs::write(mark(&path), format!("{:020} {hash}\n", 1)).expect("an older mark");
    let repaired = crate::repair(&path).expect("a repaired project");
    assert!(!says(&repaired, "mark"), "{repaired:?}");
    opens(&path);
}

#[test]
fn a_mark_of_another_journal_is_never_overruled() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, journal) = project(folder.path());
    let facts = journal.split_inclusive(|byte| *byte == b'\n').count();
    let foreign = format!("{facts:020} {}\n", "ab".repeat(32));
    std::fs::write(mark(&path), foreign).expect("a foreign mark");
    let before = std::fs::read(path.join("catalog.duckdb")).expect("the catalog");
    for error in [
        refused(&path),
        crate::repair(&path).expect_err("which is right?"),
    ] {
        let refusal = error.refusal();
        assert!(
            refusal
                .error
                .contains("is not the one that was acknowledged"),
            "{refusal:?}"
        );
        let hint = refusal.hint.expect("a next step");
        assert!(hint.contains("delete journal/000000.mark"), "{hint}");
    }
    let after = std::fs::read(path.join("catalog.duckdb")).expect("the catalog");
    assert!(before == after, "nothing was touched");
    std::fs::remove_file(mark(&path)).expect("the journal is believed");
    let repaired = crate::repair(&path).expect("a repaired project");
    assert!(says(&repaired, "The mark of the newest fact was missing"));
    opens(&path);
}
