//! Sums of slopes in bins.

use proptest::prelude::*;

use super::support::Data;
use crate::blocks::BinnedTable;
use crate::histogram::{Rows, Sums, build_part, subtract};
use crate::quantise::{PackedSlopes, Slopes};
use crate::*;

fn slopes(data: &Data, equal_hessians: bool) -> Slopes {
    Slopes {
        gradients: data.targets.iter().map(|target| *target as f32).collect(),
        hessians: data
            .targets
            .iter()
            .map(|target| {
                if equal_hessians {
                    1.0
                } else {
                    target.abs() as f32
                }
            })
            .collect(),
        equal_hessians,
    }
}

/// The same sums, one row after the other.
fn slow(binned: &BinnedTable, rows: &[u32], packed: &PackedSlopes) -> Vec<Sums> {
    let block = &binned.blocks[0];
    let mut sums = Vec::new();
    for lane in 0..block.width {
        let mut slot = vec![Sums::default(); binned.slot_bins(lane).bins()];
        for &row in rows {
            let bin = usize::from(block.cells[row as usize * block.width + lane]);
            let (gradient, hessian, count) = packed.packing.unpack(packed.words[row as usize]);
            slot[bin] = slot[bin].plus(Sums::new(gradient, hessian, count));
        }
        sums.extend(slot);
    }
    sums
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn subtraction_equals_the_direct_sum(seed in any::<u64>(), equal in any::<bool>(), part in 1_u32..9) {
        let data = Data::mixed(3000, seed);
        let table = data.table();
        let binned = BinnedTable::new(&table, &BinSettings::default(), 0).unwrap();
        let packed = PackedSlopes::round(&slopes(&data, equal), seed, Vec::new());
        let (small, large): (Vec<u32>, Vec<u32>) = (0..3000).partition(|row| row % 10 < part);
        let block = &binned.blocks[0];
        let build = |rows| build_part(&binned, block, rows, &packed);
        let mut whole = build(Rows::All(3000));
        let child = build(Rows::Some(&small));
        prop_assert_eq!(&child, &slow(&binned, &small, &packed));
        subtract(&mut whole, &child);
        prop_assert_eq!(whole, build(Rows::Some(&large)));
    }
}

#[test]
fn more_rows_than_a_word_holds_are_summed_exactly() {
    for equal in [true, false] {
        let rows = 140_000;
        let mut data = Data::mixed(rows, 5);
        data.targets = vec![-1.0; rows];
        let table = data.table();
        let binned = BinnedTable::new(&table, &BinSettings::default(), 0).unwrap();
        let packed = PackedSlopes::round(&slopes(&data, equal), 1, Vec::new());
        let all: Vec<u32> = (0..rows as u32).collect();
        let fast = build_part(&binned, &binned.blocks[0], Rows::All(rows), &packed);
        assert_eq!(fast, slow(&binned, &all, &packed));
    }
}

#[test]
fn rounding_has_no_bias() {
    let gradients: Vec<f32> = (0..100_000)
        .map(|row| if row == 0 { 1.0 } else { 1e-5 })
        .collect();
    let slopes = Slopes {
        hessians: gradients.clone(),
        gradients,
        equal_hessians: false,
    };
    let packed = PackedSlopes::round(&slopes, 7, Vec::new());
    let mut sum = 0;
    for word in &packed.words[1..] {
        sum += packed.packing.unpack(*word).0;
    }
    let mean = sum as f64 * packed.gradient_unit / 1e5;
    assert!((mean - 1e-5).abs() < 1.5e-6, "{mean}");
}
