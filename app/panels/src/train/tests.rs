//! What the training dialog proposes, understands and complains about.

use contract::{ColumnRole, DeviceChoice, LearningTask};
use expect_test::{Expect, expect};

use super::data::{
    Draft, Field, device_caption, feature_rows, parse_hidden, task_choices, task_reason,
};
use crate::states;

fn messages(draft: &Draft, version: &contract::DataVersion) -> String {
    let snapshot = states::empty();
    draft
        .messages(version, &snapshot.devices)
        .iter()
        .map(|message| {
            let kind = if message.is_error { "error" } else { "note" };
            format!("{:?} {kind}: {}\n", message.field, message.text)
        })
        .collect()
}

fn check(change: impl FnOnce(&mut Draft), expected: Expect) {
    let wine = states::wine();
    let mut draft = Draft::new(&wine);
    change(&mut draft);
    expected.assert_eq(&messages(&draft, &wine));
}

#[test]
fn the_defaults_can_be_trained_at_once() {
    let wine = states::wine();
    let draft = Draft::new(&wine);
    assert!(
        draft
            .messages(&wine, &[])
            .iter()
            .all(|message| !message.is_error)
    );
    let recipe = draft.recipe(&wine).expect("a recipe");
    let proposed = contract::Recipe::propose(&wine, &recipe.target).expect("a proposal");
    assert_eq!(recipe, proposed);
}

#[test]
fn a_recipe_survives_being_edited() {
    let wine = states::wine();
    let mut recipe = states::recipe(&wine, 12);
    recipe.training.class_weights = true;
    recipe.device = DeviceChoice::Cpu;
    recipe.seed = u64::MAX;
    recipe.features.remove(2);
    let draft = Draft::of_recipe(&recipe);
    assert_eq!(draft.recipe(&wine), Some(recipe));
}

#[test]
fn without_a_target_there_is_no_recipe() {
    let mut wine = states::wine();
    for column in &mut wine.columns {
        if column.role == ColumnRole::Target {
            column.role = ColumnRole::Feature;
        }
    }
    let draft = Draft::new(&wine);
    assert_eq!(draft.recipe(&wine), None);
    expect![[r#"
        Target error: Choose the column to predict
    "#]]
    .assert_eq(&messages(&draft, &wine));
}

/// What the dialog says of an opened draft after a change.
fn said(change: impl FnOnce(&mut super::Open)) -> Vec<String> {
    let mut snapshot = states::Sample::new().dataset(vec![states::wine()]).done();
    let dataset = std::sync::Arc::make_mut(&mut snapshot.datasets[0]);
    let version = std::sync::Arc::make_mut(&mut dataset.versions[0]);
    for column in &mut version.columns {
        if column.role == ColumnRole::Target {
            column.role = ColumnRole::Feature;
        }
    }
    let version = snapshot.datasets[0].versions[0].clone();
    let mut open = super::Open::new(version.id.clone(), Draft::new(&version));
    change(&mut open);
    open.check(&version, &snapshot);
    open.said().map(|message| message.text.clone()).collect()
}

#[test]
fn what_is_wrong_is_told_after_a_touch_or_a_try() {
    assert_eq!(said(|_| {}), [""; 0], "nobody did anything yet");
    assert_eq!(
        said(super::Open::try_in_vain),
        ["Choose the column to predict"],
        "and nothing that follows from it"
    );
    assert_eq!(
        said(|open| open.draft.hidden = "64, wide".into()),
        ["“wide” is not a layer width from 1 to 65\u{202f}536"]
    );
    let both = said(|open| {
        open.draft.training.epochs = 0;
        open.try_in_vain();
    });
    assert_eq!(both.len(), 2, "{both:?}");
}

#[test]
fn a_draft_is_edited_once_it_differs_from_what_was_opened() {
    let wine = states::wine();
    let mut open = super::Open::new(wine.id.clone(), Draft::new(&wine));
    assert!(!open.is_edited());
    open.draft.seed = 7;
    assert!(open.is_edited());
    open.draft.seed = open.start.seed;
    assert!(!open.is_edited());
}

#[test]
fn what_is_wrong_is_said_in_sentences() {
    check(|_| {}, expect![[""]]);
    check(
        |draft| {
            draft.hidden = "64, wide".into();
            draft.training.epochs = 0;
            draft.training.learning_rate = 0.0;
            draft.split.validation_share = 0.6;
            draft.split.test_share = 0.4;
            draft.experiment = "  ".into();
        },
        expect![[r#"
            HiddenLayers error: “wide” is not a layer width from 1 to 65 536
            Epochs error: Train for at least one epoch
            LearningRate error: The learning rate lies above 0 and up to 1
            Split error: At least 10 % of the rows must be left to train on
            Experiment error: An experiment needs a name
        "#]],
    );
    check(
        |draft| {
            draft.features.clear();
            draft.training.batch_size = 1;
            draft.split.test_share = 0.0;
        },
        expect![[r#"
            Features error: Choose at least one feature
            BatchSize error: Batch norm needs at least two rows in a batch
            Split error: Each share lies between 1 % and 90 %
        "#]],
    );
}

#[test]
fn a_gpu_that_is_not_there_is_refused() {
    let wine = states::wine();
    let mut draft = Draft::new(&wine);
    draft.device = DeviceChoice::Gpu;
    let messages = draft.messages(&wine, &[]);
    assert!(
        messages
            .iter()
            .any(|message| message.field == Field::Device && message.is_error)
    );
    let devices = states::empty().devices;
    assert_eq!(draft.messages(&wine, &devices), []);
    expect!["NVIDIA RTX 4070 (Vulkan)"].assert_eq(&device_caption(DeviceChoice::Auto, &devices));
    expect!["AMD Ryzen 7 7840U"].assert_eq(&device_caption(DeviceChoice::Cpu, &devices));
    expect!["AMD Ryzen 7 7840U, as no GPU was found"]
        .assert_eq(&device_caption(DeviceChoice::Auto, &devices[1..]));
}

#[test]
fn layers_are_read_as_people_write_them() {
    assert_eq!(parse_hidden("64, 32"), Ok(vec![64, 32]));
    assert_eq!(parse_hidden(" 128 64 "), Ok(vec![128, 64]));
    assert_eq!(parse_hidden("256×128×64"), Ok(vec![256, 128, 64]));
    assert_eq!(parse_hidden(""), Ok(vec![]));
    assert_eq!(parse_hidden("none, linear"), Ok(vec![]));
    assert!(parse_hidden("64, 0").is_err());
    assert!(parse_hidden("64, -1").is_err());
    assert!(parse_hidden("1e9").is_err());
    assert!(parse_hidden(&"8,".repeat(17)).is_err());
}

#[test]
fn an_integer_target_may_be_classes_or_a_number() {
    let wine = states::wine();
    let integer = wine
        .columns
        .iter()
        .find(|column| column.role == ColumnRole::Target)
        .expect("a target");
    let choices = task_choices(&wine, &integer.name);
    assert!(
        choices.contains(&LearningTask::MultiClassClassification),
        "{choices:?}"
    );
    assert_eq!(
        task_choices(&wine, "alcohol"),
        [LearningTask::Regression],
        "a measured number is no class"
    );
    expect!["It is text with 3 different values, each a class"].assert_eq(&task_reason(
        &wine,
        &integer.name,
        choices[0],
    ));
}

#[test]
fn features_are_all_columns_but_the_target() {
    let wine = states::wine();
    let draft = Draft::new(&wine);
    let rows = feature_rows(&wine, draft.target.as_deref(), "");
    assert_eq!(rows.len(), wine.columns.len() - 1);
    let found = feature_rows(&wine, draft.target.as_deref(), " ALC ");
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn another_target_brings_its_own_task_and_keeps_what_was_set() {
    let wine = states::wine();
    let mut draft = Draft::new(&wine);
    draft.training.epochs = 7;
    draft.choose_target(&wine, "alcohol");
    assert_eq!(draft.task, LearningTask::Regression);
    assert_eq!(draft.training.epochs, 7);
    assert!(!draft.features.contains("alcohol"));
    assert_eq!(draft.features.len(), wine.columns.len() - 1);
}

#[test]
fn too_many_classes_are_refused_before_the_run_starts() {
    let mut wine = states::wine();
    let target = wine
        .columns
        .iter()
        .position(|column| column.role == ColumnRole::Target)
        .expect("a target");
    wine.profile[target].distinct = 1_204;
    let draft = Draft::new(&wine);
    expect![[r#"
        Target error: 1 204 classes are more than 1 000, the most that can be learned
    "#]]
    .assert_eq(&messages(&draft, &wine).replace('\u{202f}', " "));
}

#[test]
fn a_version_is_found_again_by_its_id() {
    let snapshot = states::road();
    let found = |version: &contract::DataVersion| {
        super::version_of(&snapshot, &version.id).map(|found| found.id.clone())
    };
    assert_eq!(found(&states::wine()), Some(states::wine().id));
    assert_eq!(found(&states::long_names()), None);
}
