//! What can be said on the command line, and what cannot.

use clap::{CommandFactory, Parser};
use contract::{
    ColumnRole, ColumnSpec, ColumnType, DataVersion, DataVersionRef, DatasetName, Digest, Recipe,
};

use crate::arguments::Arguments;
use crate::{commands, training};

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
fn a_selector_names_a_version_or_an_alias() {
    assert!(commands::selector("wine@champion").is_ok());
    let refusal = commands::selector("wine@").expect_err("nothing after the sign");
    assert!(refusal.hint.is_some());
}
