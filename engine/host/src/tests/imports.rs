//! Imports of several files, of files that were here before, and from the inbox of a program without a window.

use super::*;
use crate::Opened;

fn import_command(path: &Path, name: Option<&str>) -> Command {
    Command::ImportFiles {
        paths: vec![path.to_owned()],
        name: name.map(DatasetName::new),
        options: ReaderOptions::default(),
        roles: Default::default(),
    }
}

#[test]
fn a_bad_file_in_a_folder_costs_nobody_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_path, engine) = new_engine(folder.path());
    let mixed = folder.path().join("mixed");
    std::fs::create_dir(&mixed).expect("a folder");
    std::fs::write(mixed.join("broken.parquet"), "no Parquet").expect("a file");
    for name in ["one.csv", "two.csv"] {
        std::fs::write(mixed.join(name), format!("a,b\n1,{name}\n")).expect("a file");
    }
    let answer = command(&engine, import_command(&mixed, None));
    let Ok(Answer::PartlyImported { versions, refusals }) = answer else {
        panic!("{answer:?}")
    };
    let ids: Vec<String> = versions.iter().map(|made| made.id.to_string()).collect();
    assert_eq!(ids, ["one@1", "two@1"]);
    assert_eq!(refusals.len(), 1);
    assert!(refusals[0].error.contains("broken.parquet"), "{refusals:?}");

    let bad = folder.path().join("bad");
    std::fs::create_dir(&bad).expect("a folder");
    for name in ["broken.parquet", "worse.parquet"] {
        std::fs::write(bad.join(name), "no Parquet").expect("a file");
    }
    let refusal = command(&engine, import_command(&bad, None)).expect_err("nothing can be read");
    assert!(
        refusal.error.starts_with("none of 2 files was imported"),
        "{refusal:?}"
    );
    engine.close();
}

#[test]
fn content_of_an_older_version_is_not_taken_for_the_newest() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_path, engine) = new_engine(folder.path());
    let (first, second) = (folder.path().join("first.csv"), folder.path().join("b.csv"));
    std::fs::write(&first, "a,b\n1,2\n").expect("a file");
    std::fs::write(&second, "a,b\n3,4\n").expect("a file");
    for (path, number) in [(&first, 1), (&second, 2), (&first, 1)] {
        let answer = command(&engine, import_command(path, Some("x")));
        let Ok(Answer::DataVersions(versions)) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(versions[0].id.version, number);
    }
    let told = |path: &Path| {
        let count = engine.snapshot().notices.len();
        let again = import_command(path, Some("x"));
        engine.submit(again).expect("not busy");
        let snapshot = wait_for(&engine, "the window is told", |snapshot| {
            snapshot.notices.len() > count
        });
        let notice = snapshot.notices[count].clone();
        let hint = notice.hint.clone().unwrap_or_default();
        [
            notice.title.clone(),
            notice.detail.clone().unwrap_or_default(),
            hint,
        ]
    };
    assert_eq!(
        told(&first),
        [
            "first.csv is already here as x@1",
            "no version was made: x@2 stays the newest",
            "choose x@1 where you want this content"
        ]
    );
    assert_eq!(
        told(&second),
        ["b.csv is already here as x@2", "no version was made", ""]
    );
    engine.close();
}

#[test]
fn a_program_that_serves_watches_the_inbox_and_a_window_finds_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    engine.close();
    let serving = Connection::for_serving(&path, "millctl serve").expect("the project");
    std::fs::copy(iris(), path.join("inbox/iris.csv")).expect("a copy");
    let Connection::Own(engine) = &serving else {
        panic!("nobody else holds it")
    };
    let snapshot = wait_for(engine, "the inbox was noticed", |snapshot| {
        !snapshot.datasets.is_empty()
    });
    assert_eq!(snapshot.datasets[0].name.as_str(), "iris");
    assert!(snapshot.devices.is_empty(), "nobody looks on yet");
    let window = Opened::open(&path, Arc::new(|| {})).expect("the holder lets it in");
    wait_for(engine, "what a window needs is looked for", |snapshot| {
        !snapshot.devices.is_empty()
    });
    drop(window);
    serving.close_now();
}
