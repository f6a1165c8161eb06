//! What a dataset may be called.

use contract::*;

use super::{command, import, new_engine};

#[test]
fn a_dataset_s_name_can_be_written_and_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, engine) = new_engine(folder.path());
    let file = folder.path().join("a@1 \n b.csv");
    std::fs::write(&file, "a,b\n1,2\n3,4\n").expect("a file");
    let named = |name: &str| {
        command(
            &engine,
            Command::ImportFiles {
                paths: vec![file.clone()],
                name: Some(DatasetName::new(name)),
                options: ReaderOptions::default(),
                roles: Default::default(),
            },
        )
    };
    let long = "x".repeat(5000);
    for name in ["", "..", "a@1", "a\nb", " a", long.as_str()] {
        let refusal = named(name).expect_err("no name");
        assert!(
            refusal.error.contains("cannot be a dataset's name"),
            "{refusal:?}"
        );
    }
    let version = import(&engine, &file).expect("a version");
    assert_eq!(version.id.to_string(), "a_1___b@1");
    engine.close();
}

#[test]
fn known_bytes_are_recognised_unless_something_new_is_asked_of_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, engine) = new_engine(folder.path());
    let file = folder.path().join("t.csv");
    std::fs::write(&file, "a,y\n1,2\n3,4\n").expect("a file");
    let add = |name: Option<&str>, role: Option<(&str, ColumnRole)>| {
        let answer = command(
            &engine,
            Command::ImportFiles {
                paths: vec![file.clone()],
                name: name.map(DatasetName::new),
                options: ReaderOptions::default(),
                roles: role
                    .into_iter()
                    .map(|(column, role)| (column.into(), role))
                    .collect(),
            },
        )?;
        match answer {
            Answer::DataVersions(versions) => Ok(versions[0].clone()),
            other => panic!("{other:?}"),
        }
    };
    let id = |version: Result<std::sync::Arc<DataVersion>, Refusal>| {
        version.expect("a version").id.to_string()
    };
    assert_eq!(id(add(None, None)), "t@1");
    assert_eq!(id(add(None, None)), "t@1");
    assert_eq!(id(add(Some("renamed"), None)), "renamed@1");
    assert_eq!(id(add(Some("renamed"), None)), "renamed@1");
    let edited = add(None, Some(("y", ColumnRole::Ignore))).expect("a version");
    assert_eq!(edited.id.to_string(), "t@2");
    assert_eq!(edited.columns[1].role, ColumnRole::Ignore);
    let refusal = add(None, Some(("nosuch", ColumnRole::Id))).expect_err("no column");
    assert!(refusal.error.contains("nosuch"), "{refusal:?}");
    engine.close();
}
