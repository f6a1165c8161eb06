//! The models of `fixtures/`: equal to ONNX Runtime, on both ways of running them, for any number of rows.

use contract::{FrameColumn, Predicted, Values};

use super::{Fixture, chosen, flat, matrix, mixed, regressor, sigmoid, wide};
use crate::{InferError, Predictor};

/// The largest difference from what ONNX Runtime says; values count in units of a typical one.
fn difference(fixture: &Fixture, predictor: &Predictor) -> f64 {
    let predicted = predictor.predict(&fixture.frame).expect("predictions");
    let expected: Vec<f64> = match &predicted {
        // A model with one probability says the second class's.
        Predicted::Classes { class_count: 2, .. } if fixture.outputs[0].len() == 1 => fixture
            .outputs
            .iter()
            .flat_map(|row| [1.0 - row[0], row[0]])
            .collect(),
        _ => fixture.outputs.iter().flatten().copied().collect(),
    };
    let actual = flat(&predicted);
    assert_eq!(actual.len(), expected.len());
    let typical = match predicted {
        Predicted::Values(values) => {
            values.iter().map(|value| value.abs()).sum::<f64>() / values.len() as f64
        }
        Predicted::Classes { .. } => 1.0,
    };
    actual
        .iter()
        .zip(&expected)
        .map(|(actual, expected)| (actual - expected).abs() / typical)
        .fold(0.0, f64::max)
}

#[test]
fn predictions_equal_onnx_runtime() {
    for (name, fixture, is_on_kernels) in [
        ("mixed", mixed(), true),
        ("regressor", regressor(), true),
        ("wide", wide(), true),
        ("matrix", matrix(), true),
        ("sigmoid", sigmoid(), false),
    ] {
        let predictor = fixture.load();
        assert_eq!(predictor.is_on_kernels(), is_on_kernels, "{name}");
        let difference = difference(&fixture, &predictor);
        assert!(difference < 1e-5, "{name}: {difference:e}");
    }
}

#[test]
fn both_ways_agree() {
    for (name, fixture) in [
        ("mixed", mixed()),
        ("regressor", regressor()),
        ("wide", wide()),
        ("matrix", matrix()),
    ] {
        let difference = difference(&fixture, &fixture.load_general());
        assert!(difference < 1e-5, "{name} on tract: {difference:e}");
    }
}

/// Alone, in a part of a block, in a full block: the same row gives the same bits.
#[test]
fn a_row_stands_alone() {
    for fixture in [mixed(), regressor(), wide(), matrix()] {
        let predictor = fixture.load();
        let width = if fixture.signature.classes.is_empty() {
            1
        } else {
            fixture.signature.classes.len()
        };
        let frame = fixture.frame_of(150);
        let all = flat(&predictor.predict(&frame).expect("predictions"));
        for count in [1, 2, 8, 9, 16, 17, 33, 47, 48, 49, 96, 100] {
            let places: Vec<usize> = (20..20 + count).collect();
            let some = predictor
                .predict(&chosen(&frame, &places))
                .expect("predictions");
            assert_eq!(
                flat(&some),
                all[20 * width..(20 + count) * width],
                "{count} rows"
            );
        }
    }
}

#[test]
fn probabilities_sum_to_one() {
    for fixture in [mixed(), wide(), matrix(), sigmoid()] {
        let predicted = fixture.load().predict(&fixture.frame).expect("predictions");
        let Predicted::Classes {
            probabilities,
            class_count,
        } = predicted
        else {
            panic!("a classifier gives classes")
        };
        assert_eq!(class_count, fixture.signature.classes.len());
        for row in probabilities.chunks_exact(class_count) {
            let sum: f32 = row.iter().sum();
            assert!((sum - 1.0).abs() < 1e-5, "{row:?}");
        }
    }
}

#[test]
fn no_rows_give_no_predictions() {
    for fixture in [mixed(), regressor(), sigmoid()] {
        let empty = chosen(&fixture.frame, &[]);
        let predicted = fixture.load().predict(&empty).expect("predictions");
        assert!(flat(&predicted).is_empty());
    }
}

/// Missing and unseen text, NaN and infinity all take the way that training gave them, on kernels and on tract.
#[test]
fn missing_and_unseen_values_are_predicted() {
    let fixture = mixed();
    let mut frame = chosen(&fixture.frame, &[0, 0, 0, 0]);
    for FrameColumn { name, values } in &mut frame.columns {
        match (&**name, values) {
            ("colour", Values::Text(values)) => {
                *values = vec![
                    None,
                    Some("".into()),
                    Some("ultraviolet".into()),
                    Some("red".into()),
                ];
            }
            ("age", Values::Number(values)) => {
                *values = vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
            }
            _ => {}
        }
    }
    for predictor in [fixture.load(), fixture.load_general()] {
        let predicted = flat(&predictor.predict(&frame).expect("predictions"));
        assert_eq!(
            predicted[0..3],
            predicted[3..6],
            "missing is the empty text"
        );
        assert_eq!(predicted[0..3], predicted[6..9], "unseen is the default");
        assert_ne!(predicted[0..3], predicted[9..12], "a known colour counts");
        assert!(predicted.iter().all(|p| p.is_finite()));
    }
}

#[test]
fn a_model_without_imputation_refuses_missing_values() {
    let fixture = matrix();
    let mut frame = fixture.frame.clone();
    if let Values::Number(values) = &mut frame.columns[2].values {
        values[50] = f64::NAN;
    }
    let error = fixture.load().predict(&frame).expect_err("no rule");
    assert!(
        matches!(error, InferError::MissingValue { row: 50 }),
        "{error}"
    );
}

#[test]
fn columns_are_found_by_name_and_checked() {
    let fixture = mixed();
    let predictor = fixture.load();
    let expected = flat(&predictor.predict(&fixture.frame).expect("predictions"));

    let mut shuffled = fixture.frame.clone();
    shuffled.columns.reverse();
    shuffled.columns.push(FrameColumn {
        name: "more".into(),
        values: Values::Number(vec![]),
    });
    let predicted = predictor.predict(&shuffled).expect("predictions");
    assert_eq!(flat(&predicted), expected);

    let check = |change: fn(&mut Vec<FrameColumn>), expected: &str| {
        let mut frame = fixture.frame.clone();
        change(&mut frame.columns);
        let error = predictor.predict(&frame).expect_err(expected);
        assert_eq!(error.to_string(), expected);
    };
    check(
        |columns| drop(columns.remove(2)),
        "the column “income” is missing",
    );
    check(
        |columns| columns[0].values = Values::Text(vec![None; 60]),
        "the column “age” holds text, but the model takes numbers",
    );
    check(
        |columns| columns[1].values = Values::Number(vec![0.0; 60]),
        "the column “colour” holds numbers, but the model takes text",
    );
    check(
        |columns| columns[0].values = Values::Number(vec![0.0; 59]),
        "the column “age” has 59 values where there are 60 rows",
    );
}
