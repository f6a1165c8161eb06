//! Figures from SciPy 1.17, bounds for any data, and what a person reads in a report.

use std::sync::Arc;

use contract::{
    Cell, ColumnType, DriftReport, DriftStatistics, DriftVerdict, Frame, FrameColumn, InputSpec,
    LearningTask, ModelName, ModelVersionRef, Predicted, PredictedOutput, Prediction, Reference,
    RequestId, Signature, SketchShape, Timestamp, Values,
};
use proptest::prelude::*;

use crate::statistics::{
    chi_square, jensen_shannon, kolmogorov_smirnov, standard_deviation, wasserstein,
};
use crate::{FEWEST_PREDICTIONS, drift, kolmogorov, reference, sketch_labels, sketch_numbers};

/// The generator of the Python below, to the bit: sums of twelve uniforms.
///
/// ```python
/// def lcg(n, seed):
///     x = seed
///     for _ in range(n):
///         x = (x * 6364136223846793005 + 1442695040888963407) % (1 << 64)
///         yield (x >> 11) / (1 << 53)
/// def normal(n, seed, mean, sd):  # rows of twelve, summed from left to right
///     return [(sum(row) - 6.0) * sd + mean for row in batched(lcg(12 * n, seed), 12)]
/// ```
fn normal(count: usize, seed: u64, mean: f64, sd: f64) -> Vec<f64> {
    let mut state = seed;
    let mut uniform = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..count)
        .map(|_| (0..12).fold(0.0, |sum, _| sum + uniform()))
        .map(|sum| (sum - 6.0) * sd + mean)
        .collect()
}

fn close(actual: f64, expected: f64) {
    let tolerance = 1e-9 * expected.abs().max(1e-6);
    assert!(
        (actual - expected).abs() <= tolerance,
        "{actual:e} is not {expected:e}"
    );
}

/// Drift of one numeric column, as `(psi, ks, p, wasserstein)`.
fn numeric(reference_values: &[f64], current: &[f64]) -> (f64, f64, f64, f64) {
    let report = report_of(reference_values, current);
    let column = &report.columns[0];
    match column.statistics {
        DriftStatistics::Numeric {
            ks,
            ks_p_value,
            wasserstein,
        } => (column.psi, ks, ks_p_value, wasserstein),
        DriftStatistics::Categorical { .. } => panic!("{column:?}"),
    }
}

fn version() -> ModelVersionRef {
    ModelVersionRef {
        model: ModelName::new("wine"),
        version: 2,
    }
}

fn signature(inputs: &[(&str, ColumnType)], classes: &[&str]) -> Signature {
    Signature {
        task: if classes.is_empty() {
            LearningTask::Regression
        } else {
            LearningTask::MultiClassClassification
        },
        target: "quality".into(),
        inputs: inputs
            .iter()
            .map(|(name, column_type)| InputSpec {
                name: (*name).into(),
                column_type: *column_type,
                categories: Vec::new(),
                example: None,
                range: None,
            })
            .collect(),
        classes: classes.iter().map(|label| Arc::from(*label)).collect(),
    }
}

fn prediction(inputs: Vec<Cell>, output: PredictedOutput) -> Prediction {
    Prediction {
        request: RequestId::new("req-00000000"),
        row: 0,
        at: Timestamp::default(),
        model: version(),
        inputs,
        output,
    }
}

fn report_of(reference_values: &[f64], current: &[f64]) -> DriftReport {
    let signature = signature(&[("alcohol", ColumnType::Float)], &[]);
    let reference = Reference {
        rows: reference_values.len() as u64,
        features: vec![sketch_numbers("alcohol", reference_values)],
        prediction: sketch_numbers("quality", reference_values),
    };
    let window: Vec<Prediction> = current
        .iter()
        .map(|&value| prediction(vec![Cell::Number(value)], PredictedOutput::Value(value)))
        .collect();
    drift(
        &reference,
        &signature,
        &version(),
        &window,
        Timestamp::default(),
    )
}

/// ```python
/// r, c = np.array(normal(m, 1, 0, 1)), np.array(normal(n, 2, mean, sd))
/// edges = [sorted(r)[-(-m * k // bins) - 1] for k in range(1, bins)]  # bins = min(max(n // 10, 3), 10)
/// a, b = (np.maximum(np.bincount(np.searchsorted(edges, x), minlength=bins) / len(x), 1e-4) for x in (r, c))
/// psi = np.sum((b - a) * np.log(b / a))
/// ks = scipy.stats.ks_2samp(r, c, method="asymp")
/// w = scipy.stats.wasserstein_distance(r, c) / np.std(r, ddof=1)
/// x = scipy.stats.chi2_contingency([a, b], correction=False)
/// js = scipy.spatial.distance.jensenshannon(a / a.sum(), b / b.sum(), base=2)
/// ```
#[test]
fn statistics_equal_scipy() {
    for (m, n, mean, sd, expected) in [
        (
            500,
            200,
            0.0,
            1.0,
            (
                0.06772206592699397,
                0.068,
                0.5013694139585808,
                0.1066947863435317,
            ),
        ),
        (
            500,
            200,
            0.3,
            1.0,
            (
                0.152404393904152,
                0.16,
                0.001151625688692165,
                0.31198684785930836,
            ),
        ),
        (
            1000,
            40,
            1.0,
            2.0,
            (
                0.6564693899630452,
                0.468,
                3.75849572360877e-08,
                1.6183184032934754,
            ),
        ),
        (
            300,
            3000,
            0.05,
            1.0,
            (
                0.02002913491723657,
                0.043333333333333335,
                0.667988065380193,
                0.07407010658299099,
            ),
        ),
    ] {
        let actual = numeric(&normal(m, 1, 0.0, 1.0), &normal(n, 2, mean, sd));
        close(actual.0, expected.0);
        close(actual.1, expected.1);
        close(actual.2, expected.2);
        close(actual.3, expected.3);
    }
    for (reference, current, expected) in [
        (
            &[50, 30, 20][..],
            &[10, 5, 15][..],
            (
                10.626984126984128,
                0.004924699292945702,
                0.27192829254986817,
            ),
        ),
        (
            &[100, 0, 3],
            &[80, 10, 7],
            (
                13.654511282376362,
                0.001083828454072963,
                0.25030090405602906,
            ),
        ),
        (&[40, 40], &[20, 20], (0.0, 1.0, 0.0)),
        (&[5], &[9], (0.0, 1.0, 0.0)),
    ] {
        let (statistic, p_value) = chi_square(reference, current);
        close(statistic, expected.0);
        close(p_value, expected.1);
        close(jensen_shannon(reference, current), expected.2);
    }
}

/// `scipy.stats.kstwo.sf(d, n)`, which is what `ks_2samp(method="asymp")` asks at `n = round(m * n / (m + n))`.
#[test]
fn p_values_equal_scipy() {
    for (n, d, expected) in [
        (3, 0.4, 0.5946666666666665),
        (30, 0.05, 0.9999927796416472),
        (30, 0.15, 0.46487280400905384),
        (30, 0.25, 0.038724156701105295),
        (30, 0.45, 4.60170836663682e-06),
        (30, 0.7, 2.9314301190865507e-15),
        (50, 0.985, 1.2752430004281557e-91),
        (100, 0.002, 1.0),
        (140, 0.02, 0.9999999774822331),
        (140, 0.09, 0.1946946629845738),
        (140, 0.2, 2.1981563302200222e-05),
        (141, 0.05, 0.854845693009663),
        (141, 0.12, 0.03160060527758468),
        (500, 0.01, 0.9999999991073389),
        (500, 0.04, 0.3902508696049749),
        (500, 0.09, 0.0005653758236787942),
        (2000, 0.003, 1.0),
        (2000, 0.03, 0.05354694793932557),
        (2000, 0.06, 1.0604306943365804e-06),
    ] {
        close(kolmogorov::exceedance(n, d), expected);
    }
}

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

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -100.0..100.0,
        2 => (-3..3).prop_map(f64::from),
        1 => Just(0.0),
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::MAX), Just(f64::MIN), Just(5e-324)],
    ]
}

fn is_finite(report: &DriftReport) -> bool {
    report.columns.iter().all(|column| {
        let statistics = match column.statistics {
            DriftStatistics::Numeric {
                ks,
                ks_p_value,
                wasserstein,
            } => [ks, ks_p_value, wasserstein],
            DriftStatistics::Categorical {
                chi_square,
                chi_square_p_value,
                jensen_shannon,
            } => [chi_square, chi_square_p_value, jensen_shannon],
        };
        let bars = column
            .bins
            .iter()
            .flat_map(|bin| [bin.reference, bin.current]);
        let shares = [
            column.psi,
            column.reference_missing_share,
            column.current_missing_share,
        ];
        statistics
            .into_iter()
            .chain(shares)
            .chain(bars)
            .all(f64::is_finite)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bounds_hold(
        reference in proptest::collection::vec(-50.0..50.0_f64, 1..200),
        current in proptest::collection::vec(-50.0..50.0_f64, 30..100),
        counts in proptest::collection::vec((0..50_u64, 0..50_u64), 1..12),
    ) {
        let (psi, ks, p_value, distance) = numeric(&reference, &current);
        prop_assert!(psi >= 0.0 && distance >= 0.0);
        prop_assert!((0.0..=1.0).contains(&ks) && (0.0..=1.0).contains(&p_value));
        let (a, b): (Vec<u64>, Vec<u64>) = counts.into_iter().unzip();
        let (statistic, p_value) = chi_square(&a, &b);
        prop_assert!(statistic >= 0.0 && (0.0..=1.0).contains(&p_value));
        prop_assert!((0.0..=1.0).contains(&jensen_shannon(&a, &b)));
    }

    #[test]
    fn identical_samples_have_no_drift(sample in proptest::collection::vec(-50.0..50.0_f64, 30..200)) {
        prop_assert_eq!(numeric(&sample, &sample), (0.0, 0.0, 1.0, 0.0));
        let counts: Vec<u64> = sample.iter().map(|value| value.abs() as u64).collect();
        prop_assert!(chi_square(&counts, &counts).0.abs() < 1e-9);
        prop_assert!(jensen_shannon(&counts, &counts) < 1e-7);
    }

    #[test]
    fn order_does_not_matter(
        (sample, shuffled) in proptest::collection::vec(any_number(), 30..120)
            .prop_flat_map(|sample| (Just(sample.clone()), Just(sample).prop_shuffle())),
    ) {
        let reference = normal(100, 9, 0.0, 30.0);
        prop_assert_eq!(report_of(&reference, &sample), report_of(&reference, &shuffled));
        prop_assert_eq!(report_of(&sample, &reference), report_of(&shuffled, &reference));
    }

    #[test]
    fn reports_are_finite(
        reference in proptest::collection::vec(any_number(), 0..80),
        current in proptest::collection::vec(any_number(), 30..80),
    ) {
        prop_assert!(is_finite(&report_of(&reference, &current)));
    }

    #[test]
    fn two_samples_are_measured_either_way(
        mut a in proptest::collection::vec(-5..5_i32, 1..60),
        mut b in proptest::collection::vec(-5..5_i32, 1..60),
    ) {
        a.sort_unstable();
        b.sort_unstable();
        let a: Vec<f64> = a.into_iter().map(f64::from).collect();
        let b: Vec<f64> = b.into_iter().map(f64::from).collect();
        prop_assert_eq!(kolmogorov_smirnov(&a, &b), kolmogorov_smirnov(&b, &a));
        prop_assert!((wasserstein(&a, &b) - wasserstein(&b, &a)).abs() < 1e-12);
        prop_assert!(standard_deviation(&a) >= 0.0);
    }
}
