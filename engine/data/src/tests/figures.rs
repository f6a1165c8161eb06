//! The profile's figures against those of pandas 3.1.1 and NumPy.
//!
//! Made with `s = pandas.read_csv(FILE)[COLUMN]`: `s.isna().sum()`, `s.nunique()`, `s.mean()`, `s.std()`,
//! `s.quantile([.05, .25, .5, .75, .95])`, `numpy.histogram(s, 32)[0]`, `s.value_counts()`.

use std::fmt::Write;

use contract::{ColumnProfile, ColumnRole, ColumnType, Values};

use super::{Case, profile_of};
use crate::profile::Figures;
use crate::profile::figures::QUANTILES;
use crate::{Control, profile};

fn near(one: Option<f64>, other: f64) -> bool {
    one.is_some_and(|one| (one - other).abs() <= 1e-12 * other.abs().max(1.0))
}

fn check(
    profile: &ColumnProfile,
    distinct: u64,
    [min, max, mean, std]: [f64; 4],
    quantiles: [f64; 5],
) {
    assert_eq!(profile.missing, 0);
    assert_eq!(profile.distinct, distinct);
    assert!(
        near(profile.min, min) && near(profile.max, max),
        "{profile:?}"
    );
    assert!(
        near(profile.mean, mean) && near(profile.std, std),
        "{profile:?}"
    );
    for (measured, expected) in profile
        .quantiles
        .expect("quantiles")
        .into_iter()
        .zip(quantiles)
    {
        assert!(near(Some(measured), expected), "{profile:?}");
    }
}

#[test]
fn iris() {
    let imported = Case::sample("iris.csv").imported();
    assert_eq!((imported.rows, imported.rejected_rows), (150, 0));
    let petal = profile_of(&imported, "petal_length_cm");
    check(
        petal,
        43,
        [1.0, 6.9, 3.758_000_000_000_000_5, 1.765_298_233_259_466_2],
        [1.3, 1.6, 4.35, 5.1, 6.1],
    );
    assert_eq!(
        petal.histogram,
        [
            2, 9, 26, 11, 2, 0, 0, 0, 0, 0, 1, 0, 2, 2, 2, 4, 8, 6, 12, 3, 9, 9, 10, 4, 9, 3, 5, 5,
            1, 1, 3, 1
        ]
    );
    let sepal = profile_of(&imported, "sepal_length_cm");
    check(
        sepal,
        35,
        [4.3, 7.9, 5.843_333_333_333_334, 0.828_066_127_977_863],
        [4.6, 5.1, 5.8, 6.4, 7.254_999_999_999_998],
    );
    let species = profile_of(&imported, "species");
    let classes = ["setosa", "versicolor", "virginica"].map(|name| (name.into(), 50));
    assert_eq!(species.top_values, classes);
    assert_eq!(
        (species.distinct, species.mean, species.histogram.len()),
        (3, None, 0)
    );
}

#[test]
fn wine() {
    let imported = Case::sample("wine.csv").imported();
    check(
        profile_of(&imported, "alcohol"),
        126,
        [11.03, 14.83, 13.000_617_977_528_09, 0.811_826_538_005_857_5],
        [11.6585, 12.3625, 13.05, 13.6775, 14.2215],
    );
    check(
        profile_of(&imported, "magnesium"),
        53,
        [70.0, 162.0, 99.741_573_033_707_87, 14.282_483_515_295_665],
        [80.85, 88.0, 98.0, 107.0, 124.3],
    );
    let cultivars = profile_of(&imported, "cultivar");
    let classes = [("class_1", 71), ("class_0", 59), ("class_2", 48)];
    assert_eq!(
        cultivars.top_values,
        classes.map(|(name, count)| (name.into(), count))
    );
}

#[test]
fn digits() {
    let imported = Case::sample("digits.csv").imported();
    assert_eq!((imported.rows, imported.columns.len()), (1797, 65));
    let pixel = profile_of(&imported, "p03");
    check(
        pixel,
        17,
        [0.0, 16.0, 11.835_837_506_956_038, 4.248_841_848_260_807],
        [2.0, 10.0, 13.0, 15.0, 16.0],
    );
    assert_eq!(
        pixel.histogram,
        [
            50, 0, 37, 0, 25, 0, 23, 0, 24, 0, 29, 0, 36, 0, 35, 0, 71, 0, 73, 0, 99, 0, 101, 0,
            206, 0, 198, 0, 191, 0, 219, 380
        ]
    );
    assert_eq!(pixel.top_values[0], ("16".into(), 380));
    assert_eq!(pixel.top_values.len(), 12);
    let corner = profile_of(&imported, "p00");
    assert_eq!(corner.histogram, [1797], "one value is one bin");
    assert_eq!(corner.std, Some(0.0));
}

#[test]
fn booleans_and_times() {
    let text = "flag,time\ntrue,1970-01-01 00:00:10\nfalse,1970-01-01 00:00:20\ntrue,\n";
    let imported = Case::new("a.csv", text).imported();
    let flag = profile_of(&imported, "flag");
    assert_eq!(flag.top_values, [("true".into(), 2), ("false".into(), 1)]);
    assert_eq!((flag.mean, flag.min, flag.histogram.len()), (None, None, 0));
    let time = profile_of(&imported, "time");
    assert_eq!(
        (time.missing, time.min, time.max),
        (1, Some(10.0), Some(20.0))
    );
    assert_eq!(time.histogram.iter().sum::<u64>(), 2);
}

/// 120 000 rows go the way of the large tables; the same values in memory are measured exactly.
#[test]
fn large_tables_are_measured_as_small_ones() {
    let rows = 120_000_u64;
    let mut text = String::from("id,n,x,word,rare,flag,time,odd\n");
    for row in 0..rows {
        let mixed = row.wrapping_mul(2_654_435_761) % 1_000_003;
        let missing = if row % 10 == 0 {
            String::new()
        } else {
            format!("{}.5", mixed % 5000)
        };
        let odd = if row == 60_001 {
            "none of it".to_owned()
        } else {
            (mixed % 999).to_string()
        };
        let _ = writeln!(
            text,
            "{row},{},{missing},w{},r{mixed},{},2024-01-{:02},{odd}",
            mixed % 7,
            mixed % 50,
            mixed % 2 == 0,
            1 + mixed % 28,
        );
    }
    let imported = Case::new("a.csv", text).imported();
    let types = crate::profile::types(&imported.columns);
    let frame = crate::read_frame(&imported.parquet, &types).expect("a frame");
    for (column, profile) in frame.columns.iter().zip(&imported.profile) {
        let exact = Figures::of(&column.values, profile.column_type);
        let name = &*profile.name;
        assert_eq!(profile.missing, exact.missing, "{name}");
        assert_eq!((profile.min, profile.max), (exact.min, exact.max), "{name}");
        assert_eq!(profile.histogram, exact.histogram, "{name}");
        if name != "rare" {
            assert_eq!(profile.top_values, exact.top_values, "{name}");
        }
        if exact.distinct <= 10_000 {
            assert_eq!(profile.distinct, exact.distinct, "{name}");
        } else {
            let ratio = profile.distinct as f64 / exact.distinct as f64;
            assert!((0.9..1.1).contains(&ratio), "{name}: {ratio}");
        }
        for (measured, expected) in [(profile.mean, exact.mean), (profile.std, exact.std)] {
            assert_eq!(measured.is_some(), expected.is_some());
            if let (Some(measured), Some(expected)) = (measured, expected) {
                let difference = (measured / expected - 1.0).abs();
                assert!(difference < 1e-9, "{name}: {measured} {expected}");
            }
        }
        if let (Some(quantiles), Values::Number(numbers)) = (profile.quantiles, &column.values) {
            near_in_rank(quantiles, numbers, name);
        }
    }
    assert_eq!(imported.columns[7].column_type, ColumnType::Text);
    let warnings = &profile_of(&imported, "odd").warnings;
    assert!(
        format!("{warnings:?}").contains("none of it"),
        "{warnings:?}"
    );
}

/// A sample's quantiles are those of ranks within a percent.
fn near_in_rank(quantiles: [f64; 5], numbers: &[f64], name: &str) {
    let present = numbers.iter().filter(|number| number.is_finite()).count() as f64;
    let share = |is_counted: &dyn Fn(f64) -> bool| {
        numbers.iter().filter(|number| is_counted(**number)).count() as f64 / present
    };
    for (quantile, wanted) in quantiles.into_iter().zip(QUANTILES) {
        let (below, to) = (
            share(&|number| number < quantile),
            share(&|number| number <= quantile),
        );
        assert!(
            below - 0.01 <= wanted && wanted <= to + 0.01,
            "{name}: {below} {wanted} {to}"
        );
    }
}

#[test]
fn an_edited_type_is_measured_anew() {
    let imported = Case::sample("wine.csv").imported();
    let mut columns = imported.columns.clone();
    columns[0].column_type = ColumnType::Integer;
    columns[1].role = ColumnRole::Ignore;
    let profile = profile(&imported.parquet, &columns, &Control::unattended()).expect("a profile");
    assert_eq!(profile[0].column_type, ColumnType::Integer);
    assert!(
        profile[0].missing > 150,
        "12.37 is no integer and is not made one"
    );
    assert_eq!(profile[1..], imported.profile[1..]);
}

#[test]
fn integers_of_more_digits_than_a_float_has_are_told_apart() {
    let rows: String = (0..60)
        .map(|index| format!("{},{}\n", 9_007_199_254_740_993_i64 + index, index % 2))
        .collect();
    let imported = Case::new("ids.csv", format!("id,y\n{rows}")).imported();
    let id = profile_of(&imported, "id");
    assert_eq!(id.distinct, 60);
    assert_eq!(
        id.warnings,
        [contract::ColumnWarning::IdLike {
            distinct_share: 1.0
        }]
    );
}

#[test]
fn numbers_of_any_size_have_figures() {
    let imported = Case::new("big.csv", "x\n1.7e308\n-1.7e308\n1.6e308\n2\n").imported();
    let profile = profile_of(&imported, "x");
    assert_eq!((profile.min, profile.max), (Some(-1.7e308), Some(1.7e308)));
    assert_eq!(profile.quantiles.expect("quantiles")[2], 0.8e308);
    let text = serde_json::to_string(profile).expect("text");
    let read: ColumnProfile = serde_json::from_str(&text).expect("what was written");
    assert_eq!(read, *profile);
}
