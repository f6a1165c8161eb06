//! Bad data and failing devices: a sentence and a next step each, and no panic.

use contract::{ColumnType, FeatureSpec, LearningTask, Recipe, Values};

use super::support::{Heard, frame, job, mixed_for, recipe, run_once, text};
use crate::{Control, LearnError, train};

#[track_caller]
fn refused(result: Result<crate::Outcome, LearnError>) -> LearnError {
    let error = result.expect_err("this cannot be learned");
    let sentence = error.to_string();
    assert!(
        sentence.len() > 15 && !sentence.ends_with('.'),
        "{sentence}"
    );
    assert!(
        error.hint().is_some_and(|hint| hint.len() > 10),
        "{sentence} has no hint"
    );
    error
}

#[track_caller]
fn refused_with(change: impl FnOnce(&mut Recipe)) -> LearnError {
    let data = mixed_for("class", 60, 1);
    let mut recipe = recipe(&data, "class", LearningTask::MultiClassClassification);
    change(&mut recipe);
    refused(run_once(data, recipe))
}

fn tiny(target: Values, task: LearningTask) -> Result<crate::Outcome, LearnError> {
    let rows = target.len();
    let data = frame(vec![
        (
            "x",
            Values::Number((0..rows).map(|row| row as f64).collect()),
        ),
        ("y", target),
    ]);
    let mut recipe = recipe(&data, "y", task);
    recipe.training.epochs = 2;
    run_once(data, recipe)
}

#[test]
fn targets_that_cannot_be_learned() {
    use LearningTask::{BinaryClassification, Regression};
    let error = refused(tiny(text(&["yes"; 20]), BinaryClassification));
    assert_eq!(error.to_string(), "the target “y” has only the class “yes”");
    let error = refused(tiny(text(&[""; 20]), BinaryClassification));
    assert_eq!(
        error.to_string(),
        "every value of the target “y” is missing"
    );
    let error = refused(tiny(Values::Number(vec![f64::NAN; 20]), Regression));
    assert!(matches!(error, LearnError::TargetMissing(_)));
    let error = refused(tiny(Values::Number(vec![]), Regression));
    assert!(matches!(error, LearnError::NoRows));
    let error = refused(tiny(text(&["1", "2", "3"]), Regression));
    assert!(matches!(error, LearnError::TextTarget(_)));
    let names: Vec<String> = (0..1_001).map(|class| class.to_string()).collect();
    let error = refused(tiny(
        text(&names.iter().map(String::as_str).collect::<Vec<_>>()),
        BinaryClassification,
    ));
    assert!(matches!(
        error,
        LearnError::TooManyClasses { classes: 1_001, .. }
    ));
}

#[test]
fn few_rows_and_lonely_classes_are_learned() {
    let report = tiny(
        text(&["a", "a", "a", "a", "a", "a", "b"]),
        LearningTask::BinaryClassification,
    )
    .expect("a class with one row trains")
    .report;
    assert_eq!(report.classes.len(), 2);
    assert!(tiny(text(&["a", "b"]), LearningTask::BinaryClassification).is_ok());
    assert!(tiny(Values::Number(vec![1.0, 2.0]), LearningTask::Regression).is_ok());
    let constant = tiny(Values::Number(vec![5.0; 30]), LearningTask::Regression)
        .expect("a constant is predicted");
    assert!(constant.report.metrics["test/mae"] < 1.0);
    let error = refused(tiny(Values::Number(vec![1.0]), LearningTask::Regression));
    assert!(matches!(error, LearnError::NothingToLearn));
}

#[test]
fn recipes_that_do_not_fit_the_data() {
    let error = refused_with(|recipe| recipe.target = "nowhere".into());
    assert_eq!(error.to_string(), "the data has no column “nowhere”");
    let error = refused_with(|recipe| recipe.features[0].name = "nowhere".into());
    assert!(matches!(error, LearnError::NoColumn(_)));
    let error = refused_with(|recipe| recipe.features.clear());
    assert!(matches!(error, LearnError::NoFeatures));
    let error = refused_with(|recipe| recipe.features[0].column_type = ColumnType::Text);
    assert!(matches!(error, LearnError::WrongType { .. }));
    let error = refused_with(|recipe| recipe.features.push(recipe.features[0].clone()));
    assert!(matches!(error, LearnError::SameName(_)));
    let error = refused_with(|recipe| {
        recipe.features.push(FeatureSpec {
            name: recipe.target.clone(),
            column_type: ColumnType::Text,
        });
    });
    assert!(
        matches!(error, LearnError::SameName(_)),
        "the target would give itself away"
    );
    let error = refused_with(|recipe| {
        recipe
            .features
            .retain(|feature| &*feature.name == "constant")
    });
    assert!(matches!(error, LearnError::NothingToLearn));
}

#[test]
fn settings_that_cannot_be() {
    let changes: [fn(&mut Recipe); 11] = [
        |recipe| recipe.training.epochs = 0,
        |recipe| recipe.training.batch_size = 0,
        |recipe| recipe.training.learning_rate = 0.0,
        |recipe| recipe.training.learning_rate = f64::NAN,
        |recipe| recipe.training.weight_decay = -1.0,
        |recipe| recipe.model.dropout = 1.0,
        |recipe| recipe.model.hidden = vec![8, 0],
        |recipe| recipe.split.test_share = 1.0,
        |recipe| recipe.split.validation_share = -0.1,
        |recipe| recipe.split.validation_share = f64::NAN,
        |recipe| (recipe.split.validation_share, recipe.split.test_share) = (0.5, 0.5),
    ];
    for change in changes {
        assert!(matches!(refused_with(change), LearnError::Setting { .. }));
    }
}

#[test]
fn what_cannot_fit_into_memory_is_refused_before_it_is_tried() {
    for hidden in [
        vec![1_000_000, 1_000_000],
        vec![usize::MAX],
        vec![1 << 40; 3],
    ] {
        let error = refused_with(|recipe| recipe.model.hidden = hidden);
        assert!(matches!(error, LearnError::TooLarge { .. }), "{error}");
    }
}

#[test]
fn ten_thousand_columns_are_learned() {
    let (rows, width) = (200, 10_000);
    let names: Vec<String> = (0..width).map(|index| format!("x{index}")).collect();
    let label: Vec<&str> = (0..rows)
        .map(|row| if row % 2 == 0 { "even" } else { "odd" })
        .collect();
    let mut columns: Vec<(&str, Values)> = names
        .iter()
        .map(|name| {
            (
                name.as_str(),
                Values::Number((0..rows).map(|row| (row % 2) as f64).collect()),
            )
        })
        .collect();
    columns.push(("y", text(&label)));
    let data = frame(columns);
    let mut recipe = recipe(&data, "y", LearningTask::BinaryClassification);
    recipe.training.epochs = 2;
    let report = run_once(data, recipe).expect("a run").report;
    assert_eq!(report.metrics["test/accuracy"], 1.0);
    assert!(!report.importance.is_empty());
}

#[test]
fn a_loss_that_is_no_number_names_its_batch() {
    let data = mixed_for("price", 300, 1);
    let mut recipe = recipe(&data, "price", LearningTask::Regression);
    recipe.training.learning_rate = 1e30;
    recipe.model.batch_norm = false;
    let error = refused(run_once(data, recipe));
    let LearnError::LossNotFinite { epoch, batch } = error else {
        panic!("{error}");
    };
    assert_eq!(epoch, 1);
    assert!(
        (2..=7).contains(&batch),
        "the first batch was fine, the epoch has 7: {batch}"
    );
}

#[test]
fn a_panic_on_the_way_becomes_an_error_and_leaves_the_checkpoint() {
    let data = mixed_for("price", 100, 1);
    let recipe = recipe(&data, "price", LearningTask::Regression);
    let folder = tempfile::tempdir().expect("a folder");
    let mut heard = Heard {
        on_epoch: Some(Box::new(|epoch| assert!(epoch != 2, "something broke"))),
        ..Heard::default()
    };
    let error = refused(train(
        &job(data, recipe, folder.path()),
        &Control::default(),
        &mut heard,
    ));
    assert!(error.to_string().contains("something broke"), "{error}");
    assert!(folder.path().join(crate::CHECKPOINT).is_file());
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let data = mixed_for("price", 100, 1);
    let recipe = recipe(&data, "price", LearningTask::Regression);
    let folder = tempfile::tempdir().expect("a folder").path().join("gone");
    let error = refused(super::support::run(&job(data, recipe, &folder)));
    assert!(matches!(error, LearnError::Write { .. }));
    assert!(error.to_string().contains("gone"), "{error}");
}
