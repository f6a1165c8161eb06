//! Faults of the program itself: who waits is answered, people are told, and the rest goes on.

use std::sync::mpsc::sync_channel;

use catalog::Catalog;

use super::*;
use crate::catalog_thread::CatalogThread;
use crate::project::Layout;

#[test]
fn whoever_asked_for_what_panics_is_told_and_the_next_one_is_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    import(&engine, &iris()).expect("iris");
    let lineage = |of: &str| Ask::Query(Query::Lineage { of: of.into() });
    let other = Connection::for_errand(&path).expect("the holder answers");
    for refused in [
        engine.ask(lineage("a fault"), &mut |_| {}),
        other.ask(lineage("a fault"), &mut |_| {}),
    ] {
        let refusal = refused.expect_err("the program has a fault");
        assert!(
            refusal.error.contains("a fault in the program"),
            "{refusal:?}"
        );
        assert!(refusal.hint.is_some());
    }
    let show = Command::ShowLineage {
        of: "a fault".into(),
    };
    engine.submit(show).expect("not busy");
    let snapshot = wait_for(&engine, "the window is told", |snapshot| {
        !snapshot.notices.is_empty()
    });
    assert!(snapshot.notices[0].hint.is_some());
    let answer = engine.ask(lineage("iris"), &mut |_| {});
    assert!(matches!(answer, Ok(Answer::Lineage(_))), "{answer:?}");
    engine.close();
}

#[test]
fn what_the_catalog_did_not_take_is_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    engine.close();
    let away = folder.path().join("away.millrace");
    let layout = Layout { root: path.clone() };
    let catalog = Catalog::open(&layout.catalog()).expect("a catalog");
    let (tell, told) = sync_channel(16);
    let teller = Box::new(move |title, refusal| {
        tell.send((title, refusal)).expect("a listener");
    });
    let thread = CatalogThread::start(catalog, layout.clone(), teller).expect("a thread");
    let mut late = journal::read_after(&layout.journal(), 0)
        .expect("a journal")
        .next()
        .expect("a fact")
        .expect("whole");
    late.seq += 10;
    // Neither the fact fits, nor can the journal be asked.
    std::fs::rename(layout.journal(), &away).expect("moved away");
    for _ in 0..3 {
        thread.desk.apply(vec![late.clone()]);
        thread.desk.work(|_| {});
    }
    thread.desk.work(|_| panic!("a fault"));
    let (tell, done) = sync_channel(1);
    thread
        .desk
        .work(move |_| tell.send(()).expect("a listener"));
    done.recv().expect("the thread goes on");
    thread.stop();
    let told: Vec<(String, Refusal)> = told.try_iter().collect();
    let titles: Vec<&str> = told.iter().map(|(title, _)| title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "The catalog did not take facts",
            "The catalog did not take everything that came"
        ]
    );
    assert!(
        told.iter().all(|(_, refusal)| refusal.hint.is_some()),
        "{told:?}"
    );
}

/// Two DuckDBs on one file would destroy it.
#[cfg(target_os = "linux")]
#[test]
fn an_opening_that_fails_closes_the_catalog() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    engine.close();
    let file = std::fs::canonicalize(path.join("catalog.duckdb")).expect("the catalog");
    let is_open = || {
        let files = std::fs::read_dir("/proc/self/fd").expect("this process's files");
        let mut files = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
        files.any(|open| open == file)
    };
    // The desk has no place for its file, long after the catalog was opened.
    std::fs::create_dir(path.join("session.json")).expect("a folder in its place");
    assert!(Engine::open(&path, Arc::new(|| {})).is_err());
    assert!(!is_open(), "nobody has the catalog open");
    std::fs::remove_dir(path.join("session.json")).expect("removed");
    let again = Engine::open(&path, Arc::new(|| {})).expect("the project");
    assert!(is_open());
    again.close();
}
