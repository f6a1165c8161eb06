//! What can be said on the command line, and what cannot.

use clap::{CommandFactory, Parser};
use contract::{
    ColumnRole, ColumnSpec, ColumnType, DataVersion, DataVersionRef, DatasetName, Digest, Recipe,
};

use crate::arguments::Arguments;
use crate::{commands, show, training};

fn recipe() -> Recipe {
    let column = |name: &str, column_type| ColumnSpec {
        name: name.into(),
        column_type,
        role: ColumnRole::Feature,
    };
    let version = DataVersion {
        id: DataVersionRef {
            dataset: DatasetName::new("iris"),
            version: 1,
        },
        created: contract::Timestamp::default(),
        sources: Vec::new(),
        object: Digest::new("0".repeat(64)),
        bytes: 0,
        rows: 150,
        rejected_rows: 0,
        rejects: None,
        columns: vec![
            column("width", ColumnType::Float),
            column("species", ColumnType::Text),
        ],
        profile: Vec::new(),
    };
    Recipe::propose(&version, "species").expect("a recipe")
}

#[test]
fn the_command_line_is_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn wrong_usage_is_refused_by_the_parser() {
    for words in [
        vec!["millctl"],
        vec!["millctl", "train"],
        vec![
            "millctl", "train", "--data", "iris", "--target", "species", "--model", "oracle",
        ],
        vec![
            "millctl", "train", "--data", "iris", "--target", "species", "--epochs", "0",
        ],
        vec!["millctl", "drift", "iris", "--window", "0"],
        vec!["millctl", "serve"],
        vec!["millctl", "data", "rejects"],
        vec!["millctl", "data", "rejects", "wine", "--limit", "0"],
    ] {
        let error = Arguments::try_parse_from(&words).expect_err("wrong usage");
        assert_eq!(error.exit_code(), 2, "{words:?}");
    }
}

#[test]
fn settings_are_checked() {
    let mut recipe = recipe();
    training::set(&mut recipe, "hidden", "32, 16").expect("two layers");
    assert_eq!(recipe.model.hidden, [32, 16]);
    training::set(&mut recipe, "batch_norm", "off").expect("a switch");
    assert!(!recipe.model.batch_norm);
    for (key, value) in [
        ("learning_rate", "-1"),
        ("learning_rate", "fast"),
        ("dropout", "1"),
        ("hidden", "0"),
        ("class_weights", "perhaps"),
        ("momentum", "0.9"),
        ("test_share", "0.8"),
    ] {
        let refusal = training::set(&mut recipe, key, value).expect_err("refused");
        assert!(refusal.hint.is_some(), "{key}={value}: {refusal:?}");
    }
}

#[test]
fn a_rejected_row_is_one_line_that_commands_no_terminal() {
    let row = contract::RejectedRow {
        line: 12,
        column: None,
        error: "Too few fields: 1 instead of 3".into(),
        text: format!("7,\u{1b}[2Jgone\n8{}", "x".repeat(200)).into(),
        is_cut: false,
    };
    let cells = show::reject_row(&row);
    assert_eq!(&cells[..3], ["12", "–", "Too few fields: 1 instead of 3"]);
    assert!(
        cells[3].starts_with("7,\\u{1b}[2Jgone\\n8xxx"),
        "{}",
        cells[3]
    );
    assert!(cells[3].ends_with("x…") && cells[3].chars().count() < 120);
}

#[test]
fn a_selector_names_a_version_or_an_alias() {
    assert!(commands::selector("wine@champion").is_ok());
    let refusal = commands::selector("wine@").expect_err("nothing after the sign");
    assert!(refusal.hint.is_some());
}
