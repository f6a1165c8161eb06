//! What a report says of moved and unmoved columns.

use contract::{
    Cell, ColumnType, DriftStatistics, DriftVerdict, PredictedOutput, Prediction, Reference,
    Timestamp,
};

use super::{close, normal, prediction, report_of, signature, version};
use crate::{FEWEST_PREDICTIONS, drift, sketch_labels, sketch_numbers};

#[test]
fn too_few_predictions_say_so() {
    let values = normal(FEWEST_PREDICTIONS - 1, 3, 0.0, 1.0);
    let report = report_of(&values, &values);
    assert_eq!(report.not_enough.as_deref(), Some("29 of 30 predictions"));
    assert_eq!((report.window, report.columns.len()), (29, 0));

    let values = normal(FEWEST_PREDICTIONS, 3, 0.0, 1.0);
    let report = report_of(&values, &values);
    assert_eq!(report.not_enough, None);
    let places: Vec<(&str, bool)> = report
        .columns
        .iter()
        .map(|column| (&*column.name, column.is_prediction))
        .collect();
    assert_eq!(places, [("alcohol", false), ("quality", true)]);
}

#[test]
fn predictions_of_other_versions_are_left_out() {
    let reference_values = normal(200, 3, 0.0, 1.0);
    let mut window: Vec<Prediction> = normal(50, 4, 0.0, 1.0)
        .into_iter()
        .map(|value| prediction(vec![Cell::Number(value)], PredictedOutput::Value(value)))
        .collect();
    for stale in &mut window[..30] {
        stale.model.version = 1;
    }
    let reference = Reference {
        rows: 200,
        features: vec![sketch_numbers("alcohol", &reference_values)],
        prediction: sketch_numbers("quality", &reference_values),
    };
    let signature = signature(&[("alcohol", ColumnType::Float)], &[]);
    let report = drift(
        &reference,
        &signature,
        &version(),
        &window,
        Timestamp::default(),
    );
    assert_eq!(report.not_enough.as_deref(), Some("20 of 30 predictions"));
}

/// One false alarm in a thousand is allowed; here are a thousand windows.
#[test]
fn unchanged_data_is_stable() {
    let reference_values = normal(1_000, 5, 0.0, 1.0);
    let alarms: Vec<(usize, u64)> = [30, 50, 100, 300, 1_000]
        .into_iter()
        .flat_map(|window| (0..200).map(move |seed| (window, seed)))
        .filter(|&(window, seed)| {
            let report = report_of(&reference_values, &normal(window, 100 + seed, 0.0, 1.0));
            report.columns[0].verdict != DriftVerdict::Stable
        })
        .collect();
    assert!(alarms.len() <= 3, "{alarms:?}");
}

#[test]
fn real_moves_are_called_drift() {
    let reference_values = normal(1_000, 5, 0.0, 1.0);
    for window in [30, 100, 1_000] {
        for seed in 0..20 {
            let moved = normal(window, 500 + seed, 1.5, 1.0);
            let report = report_of(&reference_values, &moved);
            assert_eq!(report.columns[0].verdict, DriftVerdict::Drifted);
        }
    }
}

#[test]
fn a_column_that_goes_missing_drifts() {
    let signature = signature(&[("alcohol", ColumnType::Float)], &[]);
    let values = normal(10_000, 5, 10.0, 1.0);
    let reference = Reference {
        rows: 10_000,
        features: vec![sketch_numbers("alcohol", &values)],
        prediction: sketch_numbers("quality", &values),
    };
    let window: Vec<Prediction> = normal(40, 6, 10.0, 1.0)
        .into_iter()
        .enumerate()
        .map(|(row, value)| {
            let input = if row % 2 == 0 {
                Cell::Missing
            } else {
                Cell::Number(value)
            };
            prediction(vec![input], PredictedOutput::Value(value))
        })
        .collect();
    let report = drift(
        &reference,
        &signature,
        &version(),
        &window,
        Timestamp::default(),
    );
    let column = &report.columns[0];
    assert_eq!(column.verdict, DriftVerdict::Drifted);
    assert_eq!(
        (column.reference_missing_share, column.current_missing_share),
        (0.0, 0.5)
    );
    assert_eq!(&*column.bins.last().expect("bins").label, "(missing)");
    assert_eq!(report.columns[1].verdict, DriftVerdict::Stable);
}

#[test]
fn leaving_a_constant_is_seen_on_either_side() {
    for moved in [-1.0, 1.0] {
        let report = report_of(&[7.0; 200], &[7.0 + moved; 50]);
        let column = &report.columns[0];
        assert_eq!(column.verdict, DriftVerdict::Drifted, "{moved}");
        let labels: Vec<&str> = column.bins.iter().map(|bin| &*bin.label).collect();
        let expected = if moved < 0.0 {
            ["< 7", "= 7"]
        } else {
            ["= 7", "> 7"]
        };
        assert_eq!(labels, expected);
        // Without a spread there is no unit: the distance stands as it is.
        assert!(matches!(
            column.statistics,
            DriftStatistics::Numeric { wasserstein, .. } if wasserstein == 1.0
        ));
    }
}

#[test]
fn categories_are_compared_by_share() {
    let signature = signature(&[("colour", ColumnType::Text)], &["bad", "good"]);
    let colours = |red: usize, white: usize| {
        std::iter::repeat_n(Some("red"), red).chain(std::iter::repeat_n(Some("white"), white))
    };
    let reference = Reference {
        rows: 100,
        features: vec![sketch_labels("colour", colours(80, 20))],
        prediction: sketch_labels(
            "quality",
            [Some("bad"), Some("good")].into_iter().cycle().take(100),
        ),
    };
    let window: Vec<Prediction> = colours(40, 50)
        .chain([Some("blue"); 10])
        .enumerate()
        .map(|(row, colour)| {
            let output = PredictedOutput::Class {
                index: row % 2,
                probabilities: vec![0.5, 0.5],
            };
            prediction(
                vec![colour.map_or(Cell::Missing, |text| Cell::Text(text.into()))],
                output,
            )
        })
        .collect();
    let report = drift(
        &reference,
        &signature,
        &version(),
        &window,
        Timestamp::default(),
    );
    let column = &report.columns[0];
    let bars: Vec<(&str, f64, f64)> = column
        .bins
        .iter()
        .map(|bin| (&*bin.label, bin.reference, bin.current))
        .collect();
    assert_eq!(
        bars,
        [("red", 0.8, 0.4), ("white", 0.2, 0.5), ("(new)", 0.0, 0.1)]
    );
    // chi2_contingency([[80, 20, 0], [40, 50, 10]], correction=False), jensenshannon([.8, .2, 0], [.4, .5, .1], base=2)
    let DriftStatistics::Categorical {
        chi_square,
        chi_square_p_value,
        jensen_shannon,
    } = column.statistics
    else {
        panic!("{column:?}")
    };
    close(chi_square, 36.19047619047619);
    close(chi_square_p_value, 1.3846434209787327e-08);
    close(jensen_shannon, 0.3833148843561719);
    assert_eq!(column.verdict, DriftVerdict::Drifted);
    let prediction = &report.columns[1];
    assert!(prediction.is_prediction);
    assert_eq!(
        (prediction.psi, prediction.verdict),
        (0.0, DriftVerdict::Stable)
    );
}

#[test]
fn many_categories_share_a_bar() {
    let names: Vec<String> = (0..500).map(|number| format!("c{number:03}")).collect();
    let signature = signature(&[("town", ColumnType::Text)], &[]);
    let reference = Reference {
        rows: 500,
        features: vec![sketch_labels(
            "town",
            names.iter().map(|name| Some(&**name)),
        )],
        prediction: sketch_numbers("quality", &[1.0, 2.0]),
    };
    let window: Vec<Prediction> = names
        .iter()
        .map(|name| {
            prediction(
                vec![Cell::Text((&**name).into())],
                PredictedOutput::Value(1.5),
            )
        })
        .collect();
    let report = drift(
        &reference,
        &signature,
        &version(),
        &window,
        Timestamp::default(),
    );
    let bins = &report.columns[0].bins;
    assert_eq!(bins.len(), 21);
    assert_eq!((&*bins[20].label, bins[20].reference), ("(other)", 0.96));
    assert_eq!(report.columns[0].verdict, DriftVerdict::Stable);
}
