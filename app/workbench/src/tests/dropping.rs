//! What a drop would do, said before it is done.

use std::path::{Path, PathBuf};

use contract::Snapshot;
use panels::states;

use crate::dropping::{Plan, plan, sentence};

fn check(paths: &[&str], snapshot: &Snapshot, expected: &str) {
    let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
    let plan = plan(&paths, snapshot, Path::new("/home/me/Millrace"));
    assert_eq!(sentence(&plan, snapshot).0, expected);
}

#[test]
fn a_known_name_becomes_a_version_and_an_unknown_one_a_dataset() {
    let road = states::road();
    let dataset = road.datasets.first().expect("a dataset");
    let known = format!("/data/{}.csv", dataset.name);
    let next = dataset.versions.len() + 1;
    check(
        &[&known],
        &road,
        &format!("Import as version {next} of {}", dataset.name),
    );
    check(
        &["/data/houses.parquet"],
        &road,
        "Import houses.parquet as a new dataset",
    );
    check(&["/data/a.csv", "/data/b.json"], &road, "Import 2 files");
    check(&["/data/folder"], &road, "Import folder as a new dataset");
}

#[test]
fn without_a_project_one_is_made() {
    let none = Snapshot::default();
    check(
        &["/data/iris.csv"],
        &none,
        "Make a project “iris” and import iris.csv",
    );
    let paths = [PathBuf::from("/data/iris.csv")];
    assert_eq!(
        plan(&paths, &none, Path::new("/home/me/Millrace")),
        Plan::CreateAndImport("/home/me/Millrace/iris.millrace".into(), paths.to_vec())
    );
}

#[test]
fn a_project_is_opened_whatever_hangs_beside_it() {
    let none = Snapshot::default();
    check(
        &["/data/iris.csv", "/x/Wine.millrace"],
        &none,
        "Open the project “Wine”",
    );
}

#[test]
fn what_cannot_be_read_is_refused_with_a_reason() {
    let road = states::road();
    check(&["/data/cat.png"], &road, "cat.png cannot be read as data");
    check(
        &["/data/cat.png", "/data/dog.exe"],
        &road,
        "2 files cannot be read as data",
    );
    // What can be read is taken, the rest left.
    check(
        &["/data/cat.png", "/data/houses.CSV"],
        &road,
        "Import houses.CSV as a new dataset",
    );
}
