//! Types follow from every value of a column, and no value is changed to fit one.

use std::fmt::Write;

use contract::{ColumnRole, ColumnSpec, ColumnType, Values};
use expect_test::expect;

use super::{Case, check, profile_of};
use crate::{read_frame, read_rows};

#[test]
fn the_narrowest_type_that_holds_every_value() {
    check(
        "a.csv",
        "int,float,bool,day,time,text\n1,1.5,true,2024-02-29,2024-01-05T10:00:00,x\n-2,2,FALSE,1900-01-01,2038-01-19 03:14:08,2\n",
        expect![[r#"
            int integer feature, float float feature, bool boolean feature, day timestamp time, time timestamp time, text text feature
            1 | 1.5 | true | 2024-02-29 00:00:00 | 2024-01-05 10:00:00 | x
            -2 | 2.0 | false | 1900-01-01 00:00:00 | 2038-01-19 03:14:08 | 2
        "#]],
    );
}

#[test]
fn ids_with_leading_zeros_and_of_twenty_digits_stay_text() {
    check(
        "a.csv",
        "zip,account,phone\n01234,12345678901234567890,+4917012345678\n99999,12345678901234567891,+4917012345679\n",
        expect![[r#"
            zip text feature, account text feature, phone text feature
            01234 | 12345678901234567890 | +4917012345678
            99999 | 12345678901234567891 | +4917012345679
        "#]],
    );
}

#[test]
fn words_for_missing_are_missing_among_numbers_only() {
    let words = crate::MISSING_WORDS;
    let mut text =
        String::from("number,flag,time,country\n1,true,2024-01-05,DE\n2,false,2024-01-06,NA\n");
    for word in words {
        let _ = writeln!(text, "{word},{word},{word},?");
    }
    text += ",,,\n";
    let imported = Case::new("a.csv", text).imported();
    let missing = |name: &str| profile_of(&imported, name).missing;
    let types: Vec<ColumnType> = imported
        .columns
        .iter()
        .map(|spec| spec.column_type)
        .collect();
    assert_eq!(
        types,
        [
            ColumnType::Integer,
            ColumnType::Boolean,
            ColumnType::Timestamp,
            ColumnType::Text
        ]
    );
    let all = words.len() as u64 + 1;
    assert_eq!(
        [missing("number"), missing("flag"), missing("time")],
        [all; 3]
    );
    assert_eq!(missing("country"), 1, "only the empty field");
}

#[test]
fn infinite_and_too_large_numbers_are_missing_and_told() {
    let case = Case::new("a.csv", "x,y\n1.5,1\n1e400,2\n-inf,3\nNaN,4\n2.5,5\n");
    expect![[r#"
        x float feature, y integer target
        1.5 | 1
        · | 2
        · | 3
        · | 4
        2.5 | 5
    "#]]
    .assert_eq(&case.show());
    let imported = case.imported();
    let profile = profile_of(&imported, "x");
    assert_eq!((profile.missing, profile.max), (3, Some(2.5)));
    expect!["[MostlyMissing { share: 0.6 }, Infinite { count: 2 }]"]
        .assert_eq(&format!("{:?}", profile.warnings));
}

#[test]
fn times_with_a_zone_become_utc() {
    check(
        "a.csv",
        "t\n2024-01-05T10:00:00Z\n2024-01-05T10:00:00+02:00\n2024-01-05 10:00-05:30\n2024-01-05 10:00:00.250\n",
        expect![[r#"
            t timestamp time
            2024-01-05 10:00:00
            2024-01-05 08:00:00
            2024-01-05 15:30:00
            2024-01-05 10:00:00.25
        "#]],
    );
}

#[test]
fn dates_whose_order_nobody_knows_stay_text() {
    check(
        "a.csv",
        "d\n03/04/2024\n04/03/2024\n",
        expect![[r#"
        d text feature
        03/04/2024
        04/03/2024
    "#]],
    );
}

#[test]
fn spaces_around_numbers_do_not_matter() {
    check(
        "a.csv",
        "a, b ,c\n 1 , 1.5, true\n2 ,2.5 ,false \n",
        expect![[r#"
            a integer feature, b float feature, c boolean feature
            1 | 1.5 | true
            2 | 2.5 | false
        "#]],
    );
}

/// A file whose first megabytes promise integers, and whose last row is `late`.
fn with_late(late: &str) -> Case {
    let mut text = String::from("n,id\n");
    for number in 0..700_000 {
        let _ = writeln!(text, "{},{number}", number % 1000);
    }
    assert!(text.len() > 5 << 20, "longer than the sample");
    let _ = writeln!(text, "{late},0");
    Case::new("a.csv", text)
}

#[test]
fn a_late_surprise_widens_the_column() {
    for (late, column_type, shown) in [
        ("1.5", ColumnType::Float, "1.5"),
        ("007", ColumnType::Text, "007"),
        (
            "99999999999999999999",
            ColumnType::Text,
            "99999999999999999999",
        ),
        ("abc", ColumnType::Text, "abc"),
        ("2024-01-05", ColumnType::Text, "2024-01-05"),
    ] {
        let imported = with_late(late).imported();
        assert_eq!(
            (imported.rows, imported.rejected_rows),
            (700_001, 0),
            "{late}"
        );
        assert_eq!(imported.columns[0].column_type, column_type, "{late}");
        let last = read_rows(&imported.parquet, &imported.columns, 700_000, 1).expect("rows");
        assert_eq!(last.rows[0][0].as_deref(), Some(shown));
    }
}

#[test]
fn a_late_word_for_missing_is_missing() {
    let imported = with_late("NA").imported();
    assert_eq!(imported.columns[0].column_type, ColumnType::Integer);
    assert_eq!(profile_of(&imported, "n").missing, 1);
}

#[test]
fn a_column_that_begins_late_is_typed_by_what_comes() {
    let mut text = String::from("late,n\n");
    for number in 0..700_000 {
        let _ = writeln!(text, ",{number}");
    }
    text += "1.5,1\n2,2\n";
    let imported = Case::new("a.csv", text).imported();
    assert_eq!(imported.columns[0].column_type, ColumnType::Float);
    assert_eq!(profile_of(&imported, "late").max, Some(2.0));
}

#[test]
fn mixed_types_are_text_with_a_warning() {
    let mut text = String::from("x,y\n");
    for number in 0..30 {
        let _ = writeln!(text, "{},1", number % 10);
    }
    text += "unknown,1\n";
    let imported = Case::new("a.csv", text).imported();
    assert_eq!(imported.columns[0].column_type, ColumnType::Text);
    expect![[r#"[MixedTypes { example: "unknown" }]"#]]
        .assert_eq(&format!("{:?}", profile_of(&imported, "x").warnings));
}

/// Every type read as every other, through rows and frames.
#[test]
fn an_edited_type_casts_on_the_fly() {
    let case = Case::new(
        "a.csv",
        "int,float,bool,time,text\n0,1.5,true,2024-01-05,2\n1,2,false,1970-01-01 00:01:00,1.5\n7,1e20,,,x\n,,,,05.01.2024\n",
    );
    let imported = case.imported();
    let mut text = String::new();
    for column_type in ColumnType::ALL {
        let columns: Vec<ColumnSpec> = imported
            .columns
            .iter()
            .map(|spec| ColumnSpec {
                name: spec.name.clone(),
                column_type,
                role: ColumnRole::Feature,
            })
            .collect();
        let _ = writeln!(text, "as {}", column_type.word());
        for row in read_rows(&imported.parquet, &columns, 0, 9)
            .expect("rows")
            .rows
        {
            let cells: Vec<&str> = row
                .iter()
                .map(|cell| cell.as_deref().unwrap_or("·"))
                .collect();
            let _ = writeln!(text, "  {}", cells.join(" | "));
        }
    }
    expect![[r#"
        as integer
          0 | · | 1 | 1704412800 | 2
          1 | 2 | 0 | 60 | ·
          7 | · | · | · | ·
          · | · | · | · | ·
        as float
          0.0 | 1.5 | 1.0 | 1704412800.0 | 2.0
          1.0 | 2.0 | 0.0 | 60.0 | 1.5
          7.0 | 1e+20 | · | · | ·
          · | · | · | · | ·
        as boolean
          false | · | true | · | ·
          true | · | false | · | ·
          · | · | · | · | ·
          · | · | · | · | ·
        as text
          0 | 1.5 | true | 2024-01-05 00:00:00 | 2
          1 | 2.0 | false | 1970-01-01 00:01:00 | 1.5
          7 | 1e+20 | · | · | x
          · | · | · | · | 05.01.2024
        as timestamp
          1970-01-01 00:00:00 | 1970-01-01 00:00:01.5 | · | 2024-01-05 00:00:00 | ·
          1970-01-01 00:00:01 | 1970-01-01 00:00:02 | · | 1970-01-01 00:01:00 | ·
          1970-01-01 00:00:07 | · | · | · | ·
          · | · | · | · | 2024-01-05 00:00:00
    "#]]
    .assert_eq(&text);
}

#[test]
fn frames_hold_numbers_and_labels() {
    let case = Case::new(
        "a.csv",
        "flag,class,time,x\ntrue,3,1970-01-02,inf\nfalse,4,,1.5\n",
    );
    let imported = case.imported();
    let frame = read_frame(
        &imported.parquet,
        &[
            ("flag".into(), ColumnType::Boolean),
            ("flag".into(), ColumnType::Text),
            ("class".into(), ColumnType::Text),
            ("class".into(), ColumnType::Integer),
            ("time".into(), ColumnType::Timestamp),
            ("x".into(), ColumnType::Float),
        ],
    )
    .expect("a frame");
    assert_eq!(frame.rows, 2);
    let values: Vec<&Values> = frame.columns.iter().map(|column| &column.values).collect();
    let label = |text: &str| Some(text.into());
    assert_eq!(values[0], &Values::Number(vec![1.0, 0.0]));
    assert_eq!(
        values[1],
        &Values::Text(vec![label("true"), label("false")])
    );
    assert_eq!(values[2], &Values::Text(vec![label("3"), label("4")]));
    assert_eq!(values[3], &Values::Number(vec![3.0, 4.0]));
    let Values::Number(times) = values[4] else {
        panic!("times are numbers")
    };
    assert!(times[0] == 86_400.0 && times[1].is_nan());
    let Values::Number(numbers) = values[5] else {
        panic!("floats are numbers")
    };
    assert!(numbers[0].is_nan() && numbers[1] == 1.5);
}
