//! Ticks are round, inside the view, and no more than fit.

use proptest::prelude::*;

use crate::ticks::decimals;
use crate::{Range, Scale, ticks};

fn check(min: f64, max: f64, scale: Scale, expected: &[f64]) {
    let values: Vec<f64> = ticks(Range::new(min, max), scale, 6)
        .iter()
        .map(|tick| tick.value)
        .collect();
    assert_eq!(values, expected, "{min} to {max}");
}

#[test]
fn linear_ticks_are_round() {
    check(0.0, 1.0, Scale::Linear, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
    check(
        0.0,
        100.0,
        Scale::Linear,
        &[0.0, 20.0, 40.0, 60.0, 80.0, 100.0],
    );
    check(
        0.13,
        0.41,
        Scale::Linear,
        &[0.15, 0.2, 0.25, 0.3, 0.35, 0.4],
    );
    check(-3.0, 3.0, Scale::Linear, &[-2.0, 0.0, 2.0]);
    check(1.0, 45.0, Scale::Linear, &[10.0, 20.0, 30.0, 40.0]);
    check(
        1e6,
        1.000_01e6,
        Scale::Linear,
        &[
            1_000_000.0,
            1_000_002.0,
            1_000_004.0,
            1_000_006.0,
            1_000_008.0,
            1_000_010.0,
        ],
    );
}

#[test]
fn ticks_are_written_with_the_decimals_of_their_step() {
    assert_eq!([0.05, 0.2, 1.0, 20.0].map(decimals), [2, 1, 0, 0]);
}

#[test]
fn logarithmic_ticks_are_powers_of_ten() {
    check(
        -3.0,
        2.0,
        Scale::Log10,
        &[1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0],
    );
    check(
        -30.0,
        30.0,
        Scale::Log10,
        &[1e-30, 1e-19, 1e-8, 1e3, 1e14, 1e25],
    );
}

#[test]
fn less_than_two_decades_get_values_between() {
    let found = ticks(Range::new(0.3, 0.8), Scale::Log10, 6);
    assert!(found.len() >= 2, "{found:?}");
    for tick in found {
        assert!((tick.place - tick.value.log10()).abs() < 1e-12);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_tick_is_inside_and_they_rise(min in -1e9..1e9f64, span in 1e-6..1e9f64, most in 1usize..20) {
        let range = Range::new(min, min + span);
        let found = ticks(range, Scale::Linear, most);
        prop_assert!(found.len() <= most);
        for tick in &found {
            prop_assert!(range.expanded(1e-6).contains(tick.place));
        }
        for pair in found.windows(2) {
            prop_assert!(pair[0].place < pair[1].place);
        }
    }
}
