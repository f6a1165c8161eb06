//! Metrics against scikit-learn 1.9.1: `accuracy_score`, `balanced_accuracy_score`, `f1_score(average="macro")`,
//! `roc_auc_score(multi_class="ovr")`, `log_loss(labels=…)`, `mean_absolute_error`, `root_mean_squared_error`, `r2_score`.

use crate::metrics::{classification, main_metric, regression};

#[track_caller]
fn check(found: &[(&'static str, f64)], expected: &[(&str, f64)]) {
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    let wanted: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, wanted);
    for ((name, found), (_, expected)) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() < 1e-12,
            "{name}: {found} is not {expected}"
        );
    }
}

#[test]
fn two_classes_with_tied_scores() {
    let probabilities = [
        0.5, 0.5, 0.5, 0.5, 0.25, 0.75, 0.75, 0.25, 0.25, 0.75, 0.25, 0.75, 0.875, 0.125, 1.0, 0.0,
    ];
    let actual = [0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0];
    check(
        &classification(&probabilities, 2, &actual),
        &[
            ("accuracy", 0.625),
            ("balanced_accuracy", 0.625),
            ("f1_macro", 0.6190476190476191),
            ("roc_auc", 0.65625),
            ("log_loss", 0.71438456015937),
        ],
    );
}

#[test]
fn three_classes_one_against_the_rest() {
    let probabilities = [
        0.5, 0.25, 0.25, 0.25, 0.5, 0.25, 0.25, 0.25, 0.5, 0.5, 0.25, 0.25, 0.125, 0.75, 0.125,
        0.25, 0.5, 0.25, 0.0, 0.0, 1.0, 0.625, 0.25, 0.125, 0.5, 0.375, 0.125,
    ];
    let actual = [0.0, 1.0, 2.0, 2.0, 1.0, 0.0, 2.0, 1.0, 0.0];
    check(
        &classification(&probabilities, 3, &actual),
        &[
            ("accuracy", 0.6666666666666666),
            ("balanced_accuracy", 0.6666666666666666),
            ("f1_macro", 0.6793650793650793),
            ("roc_auc", 0.7870370370370369),
            ("log_loss", 0.8021282086723593),
        ],
    );
}

#[test]
fn a_class_that_is_predicted_and_never_there() {
    let probabilities = [
        0.5, 0.25, 0.25, 0.25, 0.5, 0.25, 0.25, 0.25, 0.5, 0.5, 0.375, 0.125, 0.5, 0.375, 0.125,
    ];
    let actual = [0.0, 1.0, 1.0, 0.0, 1.0];
    check(
        &classification(&probabilities, 3, &actual),
        &[
            ("accuracy", 0.6),
            ("balanced_accuracy", 0.6666666666666666),
            ("f1_macro", 0.43333333333333335),
            ("roc_auc", 0.75),
            ("log_loss", 0.8893130311622904),
        ],
    );
}

#[test]
fn classes_that_are_neither_there_nor_predicted() {
    let probabilities = [
        0.75, 0.25, 0.0, 0.0, 0.25, 0.75, 0.0, 0.0, 0.5, 0.5, 0.0, 0.0, 0.5, 0.25, 0.25, 0.0,
    ];
    let actual = [0.0, 1.0, 1.0, 0.0];
    check(
        &classification(&probabilities, 4, &actual),
        &[
            ("accuracy", 0.75),
            ("balanced_accuracy", 0.75),
            ("f1_macro", 0.7333333333333334),
            ("roc_auc", 0.9375),
            ("log_loss", 0.4904146265058631),
        ],
    );
}

#[test]
fn certain_and_wrong_costs_a_finite_loss() {
    check(
        &classification(&[0.0, 1.0, 0.0, 1.0], 2, &[0.0, 1.0]),
        &[
            ("accuracy", 0.5),
            ("balanced_accuracy", 0.5),
            ("f1_macro", 0.3333333333333333),
            ("roc_auc", 0.5),
            ("log_loss", 18.021826694558577),
        ],
    );
}

#[test]
fn one_class_has_no_area_and_says_nothing_of_it() {
    let named = classification(&[0.75, 0.25], 2, &[0.0]);
    assert!(
        named
            .iter()
            .all(|(name, value)| *name != "roc_auc" && value.is_finite())
    );
    assert_eq!(named.len(), 4);
}

#[test]
fn regression_errors() {
    check(
        &regression(&[2.5, 0.0, 2.0, 8.0, 4.5], &[3.0, -0.5, 2.0, 7.0, 4.25]),
        &[
            ("mae", 0.45),
            ("rmse", 0.5590169943749475),
            ("r2", 0.9491042345276873),
        ],
    );
    let r2 = |predicted: &[f64]| regression(predicted, &[2.0, 2.0, 2.0])[2].1;
    assert_eq!((r2(&[2.0, 2.0, 2.0]), r2(&[2.0, 2.0, 3.0])), (1.0, 0.0));
    assert_eq!(
        regression(&[1.0], &[2.0]).len(),
        2,
        "R² of one row has no meaning"
    );
}

#[test]
fn the_main_metric_grows_with_a_better_model() {
    assert_eq!(
        main_metric(&[0.75, 0.25, 0.25, 0.75], 2, &[0.0, 0.0], true),
        0.5
    );
    assert_eq!(
        main_metric(&[1.0, 3.0], 1, &[1.0, 1.0], false),
        -2.0f64.sqrt()
    );
}
