//! JSON, JSON lines, Parquet and Excel come out as the same kind of table.

use expect_test::expect;

use super::{Case, check};

#[test]
fn an_array_of_objects() {
    check(
        "a.json",
        r#"[{"a": 1, "b": "x, \"y\"", "c": {"d": 1.5, "e": [1, 2]}},
            {"a": 2, "b": null, "new": true},
            {"b": "007", "when": "2024-01-05T10:00:00Z"}]"#,
        expect![[r#"
            a integer feature, b text feature, c.d float feature, c.e text feature, new boolean feature, when timestamp time
            1 | x, \"y\" | 1.5 | [1,2] | · | ·
            2 | · | · | · | true | ·
            · | 007 | · | · | · | 2024-01-05 10:00:00
        "#]],
    );
}

#[test]
fn json_lines_with_damaged_ones() {
    check(
        "a.jsonl",
        "{\"a\": 1, \"b\": \"x\"}\n\n{\"a\": 2,\n[1]\n{\"a\": 1e999}\n{\"a\": 9007199254740993, \"b\": \"z\"}\n",
        expect![[r#"
            a integer feature, b text feature
            1 | x
            9007199254740993 | z
            3 rejected
            {"line":3,"column":null,"error":"EOF while parsing a value at letter 8","text":"{\"a\": 2,"}
            {"line":4,"column":null,"error":"Invalid type: sequence, expected an object","text":"[1]"}
            {"line":5,"column":null,"error":"Number out of range at letter 11","text":"{\"a\": 1e999}"}
        "#]],
    );
}

#[test]
fn json_is_known_by_its_content() {
    check(
        "export.txt",
        "  [ {\"a\": 1} ]",
        expect![[r#"
        a integer feature
        1
    "#]],
    );
    check(
        "export.txt",
        "{\"a\": 1}\n{\"a\": 2}\n",
        expect![[r#"
        a integer feature
        1
        2
    "#]],
    );
    check(
        "brackets.txt",
        "[x],y\n[z],1\n",
        expect![[r#"
        [x] text feature, y integer feature
        [z] | 1
    "#]],
    );
}

#[test]
fn every_type_of_parquet() {
    expect![[r#"
        tiny integer feature, single float feature, money float feature, day timestamp time, stamp timestamp time, zoned timestamp time, flag boolean feature, word text feature, huge text feature, list text feature, struct text feature, small integer feature
        1 | 1.5 | 12.5 | 2024-01-05 00:00:00 | 2024-01-05 10:00:00 | 2024-01-05 08:00:00 | true | x | 18446744073709551615 | [1, 2] | {\'a\': 1} | 5
        · | · | · | 1900-01-01 00:00:00 | · | · | false | · | 1 | · | · | 6
    "#]].assert_eq(&Case::fixture("types.parquet").show());
}

#[test]
fn parquet_that_was_written_here_reads_back() {
    let first = Case::sample("wine.csv");
    let imported = first.imported();
    let again = Case::new(
        "again.parquet",
        std::fs::read(&imported.parquet).expect("bytes"),
    );
    assert_eq!(again.show(), first.show());
    assert_eq!(again.imported().profile, imported.profile);
}

#[test]
fn the_first_sheet_with_data() {
    let case = Case::fixture("book.xlsx");
    expect![[r#"
        name text feature, age integer feature, height float feature, joined timestamp time, member boolean feature, code text feature
        Ada | 36 | 1.65 | 1943-01-01 00:00:00 | true | 007
        Bob | · | 1.8 | 2024-02-29 13:30:00 | false | 012
        Zoë | 41 | · | 1999-12-31 00:00:00 | true | 900
    "#]].assert_eq(&case.show());
    assert_eq!(
        case.imported().source.options.sheet.as_deref(),
        Some("Data")
    );
}

#[test]
fn a_chosen_sheet() {
    let case = Case::fixture("book.xlsx").with(|request| {
        request.options.sheet = Some("Other".into());
    });
    expect![[r#"
        a integer feature, b integer feature
        1 | 2
    "#]]
    .assert_eq(&case.show());
}
