//! What `millctl` says to those who use it wrongly: exit codes, one sentence, one next step.

use std::process::Command;

use crate::program::{Project, field, fixture, millctl, program, text, word};

#[test]
fn wrong_usage_exits_with_two() {
    for arguments in [
        &[][..],
        &["sing"],
        &["new"],
        &["data", "add"],
        &["train", "--data", "iris"],
        &[
            "train", "--data", "iris", "--target", "species", "--epochs", "0",
        ],
        &[
            "train", "--data", "iris", "--target", "species", "--device", "abacus",
        ],
        &[
            "train", "--data", "iris", "--target", "species", "--model", "oracle",
        ],
        &["models", "alias", "iris", "champion", "first"],
        &["serve"],
        &["serve", "iris", "--port", "99999"],
        &["drift", "iris", "--window", "0"],
        &["lineage", "iris@1", "--format", "song"],
        &["--frobnicate", "doctor"],
    ] {
        let ended = millctl(arguments);
        assert_eq!(
            ended.status.code(),
            Some(2),
            "{arguments:?}: {}",
            ended.stderr
        );
        assert!(
            ended.stdout.is_empty(),
            "{arguments:?} leaves stdout to answers"
        );
        assert!(!ended.stderr.is_empty(), "{arguments:?} is explained");
    }
    for arguments in [["--version"], ["--help"]] {
        let ended = millctl(&arguments);
        assert_eq!(ended.status.code(), Some(0));
        assert!(!ended.stdout.is_empty());
    }
}

#[test]
fn a_failure_is_a_sentence_and_a_next_step() {
    let nowhere = millctl(&["data", "list"]).refused();
    assert!(
        nowhere
            .hint
            .expect("what to do")
            .contains("MILLRACE_PROJECT")
    );

    let project = Project::new();
    let again = millctl(&["new", text(&project.dir)]).refused();
    assert!(again.error.contains("story.millrace"), "{again:?}");
    let place = project.beside("empty");
    std::fs::create_dir(&place).expect("a folder");
    let none = millctl(&["-p", text(&place), "data", "list"]).refused();
    assert!(none.error.contains("no Millrace project"), "{none:?}");
    assert!(none.hint.expect("what to do").contains("millctl new"));

    project.ok(&["data", "add", text(&fixture("iris.csv"))]);
    let column = project.refused(&["train", "--data", "iris", "--target", "colour"]);
    assert!(column.error.contains("colour"), "{column:?}");
    assert!(
        column
            .hint
            .expect("the columns there are")
            .contains("species")
    );
    for (arguments, named) in [
        (&["data", "show", "tulip"][..], "tulip"),
        (&["data", "show", "iris@9"], "9"),
        (&["data", "show", "iris@first"], "first"),
        (
            &["data", "add", "/nowhere/at/all.csv"],
            "/nowhere/at/all.csv",
        ),
        (
            &[
                "data",
                "add",
                text(&fixture("iris.csv")),
                "--role",
                "species=king",
            ],
            "species=king",
        ),
        (
            &["train", "--data", "tulip", "--target", "species"],
            "tulip",
        ),
        (
            &[
                "train", "--data", "iris", "--target", "species", "--set", "wings=2",
            ],
            "wings",
        ),
        (
            &[
                "train",
                "--data",
                "iris",
                "--target",
                "species",
                "--set",
                "dropout=2",
            ],
            "dropout",
        ),
        (&["runs", "show", "run-zzzzzzzz"], "run-zzzzzzzz"),
        (&["runs", "metrics", "run-zzzzzzzz"], "run-zzzzzzzz"),
        (&["runs", "resume", "run-zzzzzzzz"], "run-zzzzzzzz"),
        (
            &["models", "register", "run-zzzzzzzz", "--name", "iris"],
            "run-zzzzzzzz",
        ),
        (&["models", "show", "tulip"], "tulip"),
        (&["models", "export", "tulip", text(&place)], "tulip"),
        (&["models", "alias", "tulip", "champion", "1"], "tulip"),
        (&["serve", "tulip"], "tulip"),
        (&["drift", "tulip"], "tulip"),
        (&["lineage", "tulip@1"], "tulip@1"),
        (&["backup", "/nowhere/at/all.tar"], "/nowhere/at"),
    ] {
        let refused = project.refused(arguments);
        assert!(
            refused.error.contains(named),
            "{arguments:?} names {named}: {refused:?}"
        );
    }
    project.ok(&["audit", "verify"]);
}

#[test]
fn people_and_scripts_are_both_answered() {
    let project = Project::new();
    let iris = fixture("iris.csv");
    project.ok(&["data", "add", text(&iris)]);
    let mut command = Command::new(program("millctl"));
    command
        .args(["data", "show", "iris"])
        .env("MILLRACE_PROJECT", &project.dir);
    let output = command.output().expect("millctl runs");
    assert!(output.status.success(), "the variable names the project");
    let table = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        table.contains("150 rows") && table.contains("sepal_length_cm"),
        "{table}"
    );
    assert!(
        serde_json::from_str::<serde_json::Value>(&table).is_err(),
        "people get a table"
    );
    let json = command.arg("--json").output().expect("millctl runs");
    let shown: serde_json::Value = serde_json::from_slice(&json.stdout).expect("scripts get JSON");
    assert_eq!(word(&shown, "dataset"), "iris");
    assert_eq!(field(&shown, "rows"), 150);
}
