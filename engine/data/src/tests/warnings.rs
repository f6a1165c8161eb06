//! Each warning comes when it should, and not when it should not.

use std::fmt::Write;

use contract::{ColumnRole, ColumnWarning, Values};

use super::{Case, profile_of};
use crate::profile::association::{Column, associate};

/// `value` writes the fields of row 0 to 199.
fn table(header: &str, value: impl Fn(u32) -> String) -> Case {
    let mut text = format!("{header}\n");
    for row in 0..200 {
        let _ = writeln!(text, "{}", value(row));
    }
    Case::new("a.csv", text)
}

fn warnings(case: &Case, name: &str) -> Vec<ColumnWarning> {
    profile_of(&case.imported(), name).warnings.clone()
}

#[test]
fn the_samples_have_only_true_ones() {
    for sample in ["iris.csv", "wine.csv"] {
        let imported = Case::sample(sample).imported();
        for profile in &imported.profile {
            assert_eq!(profile.warnings, [], "{sample}: {}", profile.name);
        }
    }
    let digits = Case::sample("digits.csv");
    assert_eq!(warnings(&digits, "p00"), [ColumnWarning::Constant]);
    assert_eq!(warnings(&digits, "p03"), []);
}

#[test]
fn missing_values() {
    let case = table("none,few,some", |row| {
        format!(",{},{row}.5", if row < 40 { "1.5" } else { "" })
    });
    assert_eq!(warnings(&case, "none"), [ColumnWarning::AllMissing]);
    assert_eq!(
        warnings(&case, "few"),
        [ColumnWarning::MostlyMissing { share: 0.8 }]
    );
    assert_eq!(warnings(&case, "some"), []);
}

#[test]
fn ids_and_many_categories() {
    let case = table("token,number,city,x", |row| {
        format!("t{row},{},c{},{row}.25", row * 7, row % 150)
    });
    let id_like = [ColumnWarning::IdLike {
        distinct_share: 1.0,
    }];
    assert_eq!(warnings(&case, "token"), id_like);
    assert_eq!(warnings(&case, "number"), id_like);
    assert_eq!(
        warnings(&case, "city"),
        [ColumnWarning::HighCardinality { distinct: 150 }]
    );
    assert_eq!(
        warnings(&case, "x"),
        [],
        "measurements differ from row to row"
    );
}

#[test]
fn what_gives_the_target_away() {
    let case = table("copy,code,honest,noise,target", |row| {
        let class = row % 3;
        format!(
            "class {class},{class},{},{},{}",
            (row % 3) * 2 + row % 5,
            row * 37 % 101,
            ["a", "b", "c"][class as usize]
        )
    });
    let leaks = |name| {
        matches!(
            warnings(&case, name).as_slice(),
            [ColumnWarning::Leaking { .. }]
        )
    };
    assert!(leaks("copy") && leaks("code"));
    assert_eq!(warnings(&case, "honest"), []);
    assert_eq!(warnings(&case, "noise"), []);
    let ignored = case.with(|request| {
        request.roles.insert("copy".into(), ColumnRole::Ignore);
    });
    assert_eq!(warnings(&ignored, "copy"), [], "only features can leak");
}

#[test]
fn a_leak_that_alternates_is_seen_in_a_long_table_too() {
    let rows: String = (0..40_000)
        .map(|row| format!("{},{}\n", row % 2 + 7, ["a", "b"][row % 2]))
        .collect();
    let imported = Case::new("t.csv", format!("x,target\n{rows}")).imported();
    let found = &profile_of(&imported, "x").warnings;
    assert!(
        found
            .iter()
            .any(|warning| matches!(warning, ColumnWarning::Leaking { .. })),
        "{found:?}"
    );
}

#[test]
fn a_target_of_unequal_classes() {
    let shares = |yes: u32| {
        table("x,target", move |row| {
            format!("{row}.5,{}", if row < yes { "yes" } else { "no" })
        })
    };
    assert_eq!(
        warnings(&shares(180), "target"),
        [ColumnWarning::Imbalanced { largest_share: 0.9 }]
    );
    assert_eq!(warnings(&shares(120), "target"), []);
}

/// Figures of SciPy 1.17 and NumPy on the same values:
/// `abs(numpy.corrcoef(x, y)[0, 1])`; epsilon squared from `scipy.stats.f_oneway` as `(F - 1) / (F + (n - k) / (k - 1))`;
/// Cramér's V as `scipy.stats.contingency.association` with Bergsma's correction applied by its formula.
#[test]
fn associations_are_those_of_the_textbook() {
    let rows = 120_u32;
    let numbers = |value: &dyn Fn(u32) -> f64| Values::Number((0..rows).map(value).collect());
    let texts = |value: &dyn Fn(u32) -> u32| {
        Values::Text(
            (0..rows)
                .map(|row| Some(value(row).to_string().into()))
                .collect(),
        )
    };
    let x = Column::of(&numbers(&|row| f64::from(row * 37 % 101)), false);
    let y = Column::of(
        &numbers(&|row| f64::from(row * 37 % 101 + row * 11 % 53)),
        false,
    );
    let three = Column::of(&texts(&|row| row * 37 % 101 / 34), true);
    let four = Column::of(&texts(&|row| (row * 37 % 101 / 25).min(3)), true);
    let unique = Column::of(&texts(&|row| row), true);
    let near = |one: Option<f64>, other: f64| {
        assert!(
            one.is_some_and(|one| (one - other).abs() < 1e-9),
            "{one:?} is not {other}"
        );
    };
    near(associate(&x, &y), 0.882_911_583_429_797_4);
    near(associate(&x, &three), 0.942_273_539_236_484_8);
    near(associate(&three, &x), 0.942_273_539_236_484_8);
    near(associate(&three, &four), 0.823_190_759_660_795_5);
    assert_eq!(
        associate(&unique, &four),
        None,
        "a value of its own in every row says nothing"
    );
    assert_eq!(associate(&x, &Column::of(&numbers(&|_| 1.0), false)), None);
}
