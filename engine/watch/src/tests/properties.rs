//! What holds for any data.

use contract::{DriftReport, DriftStatistics};
use proptest::prelude::*;

use super::{normal, numeric, report_of};
use crate::statistics::{
    chi_square, jensen_shannon, kolmogorov_smirnov, standard_deviation, wasserstein,
};

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
