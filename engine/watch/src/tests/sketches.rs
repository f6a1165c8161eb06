//! What sketches keep of a column.

use contract::{ColumnType, Frame, FrameColumn, Predicted, Reference, SketchShape, Values};

use super::signature;
use crate::{reference, sketch_labels, sketch_numbers};

#[test]
fn sketches_keep_what_drift_needs() {
    let sketch = sketch_numbers("alcohol", &[3.0, f64::NAN, 1.0, f64::INFINITY, 2.0]);
    assert_eq!(sketch.missing, 2);
    let SketchShape::Numeric { sorted_sample } = &sketch.shape else {
        panic!("{sketch:?}")
    };
    assert_eq!(sorted_sample, &[1.0, 2.0, 3.0]);

    let many: Vec<f64> = (0..100_000).rev().map(f64::from).collect();
    let SketchShape::Numeric { sorted_sample } = sketch_numbers("id", &many).shape else {
        panic!("numbers make a numeric sketch")
    };
    assert_eq!(sorted_sample.len(), crate::LARGEST_SAMPLE);
    assert_eq!((sorted_sample[0], sorted_sample[4_095]), (0.0, 99_999.0));
    assert!((sorted_sample[2_048] - 50_000.0).abs() < 30.0);

    let labels = [Some("red"), None, Some("white"), Some("red"), Some("blue")];
    let sketch = sketch_labels("colour", labels.into_iter());
    assert_eq!(sketch.missing, 1);
    assert_eq!(
        sketch.shape,
        SketchShape::Categorical {
            counts: vec![("red".into(), 2), ("blue".into(), 1), ("white".into(), 1)]
        }
    );
}

#[test]
fn a_reference_covers_every_kind_of_column() {
    let signature = signature(
        &[
            ("alcohol", ColumnType::Float),
            ("organic", ColumnType::Boolean),
            ("colour", ColumnType::Text),
        ],
        &["bad", "good"],
    );
    let column = |name: &str, values| FrameColumn {
        name: name.into(),
        values,
    };
    let frame = Frame {
        rows: 4,
        columns: vec![
            column(
                "colour",
                Values::Text(vec![
                    Some("red".into()),
                    None,
                    Some("red".into()),
                    Some("white".into()),
                ]),
            ),
            column("alcohol", Values::Number(vec![9.0, 10.0, f64::NAN, 12.0])),
            column("organic", Values::Number(vec![1.0, 0.0, 1.0, f64::NAN])),
        ],
    };
    let predicted = Predicted::Classes {
        probabilities: vec![0.4, 0.6, 0.5, 0.5],
        class_count: 2,
    };
    let reference = reference(&signature, &frame, &[0, 2, 3], &predicted);
    let expected = Reference {
        rows: 3,
        features: vec![
            sketch_numbers("alcohol", &[9.0, f64::NAN, 12.0]),
            sketch_labels("organic", [Some("true"), Some("true"), None].into_iter()),
            sketch_labels(
                "colour",
                [Some("red"), Some("red"), Some("white")].into_iter(),
            ),
        ],
        // A tie goes to the first class.
        prediction: sketch_labels("quality", [Some("good"), Some("bad")].into_iter()),
    };
    assert_eq!(reference, expected);
}
