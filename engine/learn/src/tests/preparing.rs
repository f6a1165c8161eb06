//! Preparation: what training rows teach, checked against scikit-learn where it has the same step.

use contract::{Frame, LearningTask, Values};

use super::support::{frame, mixed_for, recipe, text};
use crate::prepare::{Encoded, Preparation, PreparedColumn, Target, TargetKind, feature_columns};
use crate::split::ordered_classes;

fn learn(frame: &Frame, training: &[usize]) -> Preparation {
    let recipe = recipe(frame, "target", LearningTask::Regression);
    let values = feature_columns(&recipe, frame).expect("columns");
    Preparation::learn(&recipe, &values, training).expect("a preparation")
}

fn encode(frame: &Frame, training: &[usize], rows: &[usize]) -> Encoded {
    let recipe = recipe(frame, "target", LearningTask::Regression);
    let values = feature_columns(&recipe, frame).expect("columns");
    learn(frame, training)
        .encode(&values, rows)
        .expect("encoded rows")
}

#[test]
fn numbers_are_imputed_and_standardised_as_scikit_learn_does() {
    // make_pipeline(SimpleImputer(strategy="median"), StandardScaler()) on the same column.
    let values = Values::Number(vec![1.0, 2.0, f64::NAN, 10.0, 4.0, f64::INFINITY]);
    let encoded = encode(
        &frame(vec![("x", values)]),
        &[0, 1, 2, 3, 4, 5],
        &[0, 1, 2, 3, 4, 5],
    );
    let expected = [
        -0.973_417_2,
        -0.629_858_2,
        -0.286_299_17,
        2.118_613_7,
        0.057_259_83,
        -0.286_299_17,
    ];
    assert_eq!(encoded.width, 2, "the value and its indicator");
    for (row, expected) in expected.iter().enumerate() {
        let [value, missing] = encoded.row(row) else {
            panic!("two columns");
        };
        assert!((value - expected).abs() < 1e-6, "{value} is not {expected}");
        assert_eq!(*missing, if row == 2 || row == 5 { 1.0 } else { 0.0 });
    }
}

#[test]
fn only_training_rows_teach() {
    let training: Vec<usize> = (0..150).collect();
    let mut data = mixed_for("price", 200, 1);
    let recipe = recipe(&data, "price", LearningTask::Regression);
    let learn = |data: &Frame| {
        let values = feature_columns(&recipe, data).expect("columns");
        let target = Target::learn(&recipe, data, &training).expect("a target");
        let preparation = Preparation::learn(&recipe, &values, &training).expect("a preparation");
        (preparation, target.kind)
    };
    let before = learn(&data);
    for column in &mut data.columns {
        match &mut column.values {
            Values::Number(values) => values[150..].fill(1e9),
            Values::Text(values) => values[150..].fill(Some("never seen".into())),
        }
    }
    assert_eq!(before, learn(&data));
}

#[test]
fn columns_that_tell_nothing_are_left_out() {
    let data = frame(vec![
        ("useful", Values::Number(vec![1.0, 2.0, 3.0])),
        ("constant", Values::Number(vec![0.1 + 0.2; 3])),
        ("all missing", Values::Number(vec![f64::NAN; 3])),
        (
            "constant or missing",
            Values::Number(vec![5.0, f64::NAN, 5.0]),
        ),
        ("one category", text(&["a", "a", "a"])),
        ("no category", text(&["", "", ""])),
        ("one category or missing", text(&["a", "", "a"])),
    ]);
    let encoded = encode(&data, &[0, 1, 2], &[0, 1, 2]);
    assert_eq!(
        encoded.width, 2,
        "one value, and one indicator of what was missing"
    );
    assert_eq!(encoded.row(1)[1], 1.0);
    assert_eq!(encoded.categories, vec![vec![1, 0, 1]]);
}

#[test]
fn unseen_rare_and_missing_categories_share_index_zero() {
    let data = frame(vec![("c", text(&["b", "a", "b", "", "new"]))]);
    let encoded = encode(&data, &[0, 1, 2], &[0, 1, 2, 3, 4]);
    assert_eq!(encoded.categories, vec![vec![2, 1, 2, 0, 0]]);

    let many: Vec<String> = (0..2_500)
        .map(|row| format!("id {:04}", row / 2 % 1_200))
        .collect();
    let data = frame(vec![(
        "c",
        text(&many.iter().map(String::as_str).collect::<Vec<_>>()),
    )]);
    let preparation = learn(&data, &(0..2_500).collect::<Vec<_>>());
    let PreparedColumn::Category(column) = &preparation.columns[0] else {
        panic!("a category");
    };
    assert_eq!(
        (column.seen.len(), column.vocabulary.len(), column.dimension),
        (1_200, 1_000, 50)
    );
}

#[test]
fn extreme_values_stay_finite() {
    let values = vec![1e300, -1e300, 1.0, 2.0, f64::MAX, f64::MIN];
    let encoded = encode(
        &frame(vec![("x", Values::Number(values.clone()))]),
        &[0, 1, 2, 3, 4, 5],
        &[0, 1, 2, 3, 4, 5],
    );
    assert!(encoded.numbers.iter().all(|value| value.is_finite()));
    let encoded = encode(
        &frame(vec![("x", Values::Number(values))]),
        &[2, 3],
        &[0, 1, 2, 3, 4, 5],
    );
    assert!(encoded.numbers.iter().all(|value| value.abs() <= 1e6));
    assert_eq!(&encoded.numbers[2..4], [-1.0, 1.0]);
}

#[test]
fn class_weights_are_scikit_learns_balanced_ones() {
    // compute_class_weight("balanced", …) of 6, 3 and 1 rows.
    let labels: Vec<&str> = [vec!["a"; 6], vec!["b"; 3], vec!["c"; 1]].concat();
    let data = frame(vec![("target", text(&labels))]);
    let mut recipe = recipe(&data, "target", LearningTask::MultiClassClassification);
    recipe.training.class_weights = true;
    let target = Target::learn(&recipe, &data, &(0..10).collect::<Vec<_>>()).expect("a target");
    let TargetKind::Classes {
        weights, shares, ..
    } = target.kind
    else {
        panic!("classes");
    };
    assert_eq!(weights, [10.0 / 18.0, 10.0 / 9.0, 10.0 / 3.0]);
    assert_eq!(shares, [0.6, 0.3, 0.1]);
}

#[test]
fn classes_are_ordered_by_value_if_they_are_numbers() {
    let ordered = |labels: &[&str]| {
        let labels: Vec<_> = labels.iter().map(|label| Some((*label).into())).collect();
        ordered_classes(&labels)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(ordered(&["10", "9", "-1", "9"]), ["-1", "9", "10"]);
    assert_eq!(ordered(&["10", "9", "x"]), ["10", "9", "x"]);
    assert_eq!(ordered(&["NaN", "9", "10"]), ["10", "9", "NaN"]);
}
