//! How values become bins.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::support::{category, single};
use crate::bins::{ColumnBins, between};
use crate::blocks::BinnedTable;
use crate::*;

fn check(table: &Table<'_>, settings: &BinSettings, expected: Expect) {
    let binned = BinnedTable::new(table, settings, 0).unwrap();
    expected.assert_eq(&format!("{:?}", binned.columns[0]));
}

fn each_value() -> BinSettings {
    BinSettings {
        min_rows_in_bin: 1,
        ..BinSettings::default()
    }
}

#[test]
fn distinct_values_that_fit_get_a_bin_each() {
    check(
        &single(&[1.0, 2.0, 4.0, 2.0]),
        &each_value(),
        expect!["Numeric { thresholds: [1.5, 3.0], has_missing: false }"],
    );
}

#[test]
fn zero_has_a_bin_of_its_own() {
    check(
        &single(&[-3.0, -1.0, 0.0, -0.0, 2.0, f32::NAN]),
        &each_value(),
        expect!["Numeric { thresholds: [-2.0, -1e-35, 1e-35], has_missing: true }"],
    );
}

#[test]
fn infinite_numbers_are_the_ends_of_the_order() {
    check(
        &single(&[f32::NEG_INFINITY, 1.0, 5.0, f32::INFINITY]),
        &each_value(),
        expect!["Numeric { thresholds: [-1.7014117e38, 3.0, 1.7014117e38], has_missing: false }"],
    );
}

#[test]
fn categories_stand_by_count_and_the_rare_share_a_bin() {
    check(
        &category(&[7, 9, 9, 9, 7, 3, 4, MISSING_CATEGORY]),
        &BinSettings {
            max_bins: 3,
            ..BinSettings::default()
        },
        expect!["Categories { codes: [9, 7], has_other: true, has_missing: true }"],
    );
}

#[test]
fn many_values_share_bins_of_about_equal_count() {
    let values: Vec<f32> = (0..10_000).map(|value| (value as f32).sqrt()).collect();
    let table = single(&values);
    let binned = BinnedTable::new(
        &table,
        &BinSettings {
            max_bins: 16,
            ..BinSettings::default()
        },
        0,
    )
    .unwrap();
    let mut counts = [0; 17];
    for cell in &binned.blocks[0].cells {
        counts[usize::from(*cell)] += 1;
    }
    let filled: Vec<i32> = counts.into_iter().filter(|count| *count > 0).collect();
    assert_eq!(filled.len(), 16);
    assert!(
        filled.iter().all(|count| (1..=700).contains(count)),
        "{filled:?}"
    );
}

proptest! {
    #[test]
    fn a_threshold_parts_what_its_bins_part(
        bits in proptest::collection::vec(any::<u32>(), 2..200),
        max_bins in 2_usize..40,
    ) {
        let values: Vec<f32> = bits.into_iter().map(f32::from_bits).collect();
        let table = single(&values);
        let settings = BinSettings { max_bins, min_rows_in_bin: 1, sample_rows: 1000 };
        let binned = BinnedTable::new(&table, &settings, 0).unwrap();
        let ColumnBins::Numeric { thresholds, .. } = &binned.columns[0] else { panic!("numbers") };
        prop_assert!(thresholds.is_sorted_by(|one, next| one < next));
        prop_assert!(thresholds.len() < max_bins.max(3));
        let cells: Vec<u8> = match binned.blocks.first() {
            Some(block) => block.cells.clone(),
            None => vec![0; values.len()],
        };
        for (cell, value) in cells.iter().zip(&values) {
            for (end, threshold) in thresholds.iter().enumerate() {
                let is_left = usize::from(*cell) <= end;
                prop_assert_eq!(is_left, value <= threshold, "{} at {}", value, threshold);
            }
        }
    }

    #[test]
    fn a_threshold_lies_between_its_neighbours(one in any::<f32>(), other in any::<f32>()) {
        prop_assume!(one < other);
        let threshold = between(one, other);
        prop_assert!(one <= threshold && threshold < other);
    }
}
