//! How a delimited file is written is found out, shown, and can be overruled.

use contract::ReaderOptions;
use expect_test::expect;

use super::{Case, check, check_options};

#[test]
fn a_comma_is_the_usual_delimiter() {
    check_options(
        "a.csv",
        "a,b\n1,2\n",
        expect![[r#"Csv delimiter ',' quote '"' header true "utf-8" decimal '.'"#]],
    );
}

#[test]
fn semicolons_come_with_decimal_commas() {
    let text = "name;price\nAda;1,5\nBob;-2,25\nCid;1000\n";
    check_options(
        "a.csv",
        text,
        expect![[r#"Csv delimiter ';' quote '"' header true "utf-8" decimal ','"#]],
    );
    check(
        "a.csv",
        text,
        expect![[r#"
        name text feature, price float feature
        Ada | 1.5
        Bob | -2.25
        Cid | 1000.0
    "#]],
    );
}

#[test]
fn semicolons_and_commas_without_a_header() {
    check(
        "a.csv",
        "1,5;2,5\n3,5;4,5\n",
        expect![[r#"
        column_1 float feature, column_2 float feature
        1.5 | 2.5
        3.5 | 4.5
    "#]],
    );
}

#[test]
fn tabs_and_pipes_delimit_too() {
    check_options(
        "a.tsv",
        "a\tb\n1\tx y\n",
        expect![[r#"Csv delimiter '\t' quote '"' header true "utf-8" decimal '.'"#]],
    );
    check_options(
        "a.txt",
        "a|b\n1|x, y\n",
        expect![[r#"Csv delimiter '|' quote '"' header true "utf-8" decimal '.'"#]],
    );
}

#[test]
fn single_quotes_wrap_fields() {
    check_options(
        "a.csv",
        "a,b\n'x, y',1\n'z',2\n",
        expect![[r#"Csv delimiter ',' quote '\'' header true "utf-8" decimal '.'"#]],
    );
}

#[test]
fn an_apostrophe_is_no_quote() {
    check(
        "a.csv",
        "name,age\nO'Hara,1\nD'Arcy,2\n",
        expect![[r#"
        name text feature, age integer feature
        O\'Hara | 1
        D\'Arcy | 2
    "#]],
    );
}

#[test]
fn excel_announces_its_delimiter() {
    check(
        "a.csv",
        "sep=;\r\na;b\r\n1;2\r\n",
        expect![[r#"
        a integer feature, b integer feature
        1 | 2
    "#]],
    );
}

#[test]
fn a_title_above_the_table_is_kept_apart() {
    check(
        "a.csv",
        "Sales of 2024\n\nname,price,count\nx,1.5,1\ny,2.5,2\nz,3.5,3\nw,4.5,4\nv,5.5,5\n",
        expect![[r#"
            name text feature, price float feature, count integer feature
            x | 1.5 | 1
            y | 2.5 | 2
            z | 3.5 | 3
            w | 4.5 | 4
            v | 5.5 | 5
            1 rejected
            {"line":1,"column":null,"error":"Above the table","text":"Sales of 2024"}
        "#]],
    );
}

#[test]
fn a_file_of_numbers_has_no_header() {
    check(
        "a.csv",
        "1,2.5\n3,4.5\n",
        expect![[r#"
        column_1 integer feature, column_2 float feature
        1 | 2.5
        3 | 4.5
    "#]],
    );
}

#[test]
fn a_file_of_text_has_a_header_unless_it_repeats() {
    check(
        "a.csv",
        "name,city\nAda,Rome\nBob,Oslo\n",
        expect![[r#"
        name text feature, city text feature
        Ada | Rome
        Bob | Oslo
    "#]],
    );
    check(
        "a.csv",
        "Ada,Rome\nBob,Oslo\nAda,Oslo\n",
        expect![[r#"
        column_1 text feature, column_2 text feature
        Ada | Rome
        Bob | Oslo
        Ada | Oslo
    "#]],
    );
}

#[test]
fn names_are_made_unique_and_never_empty() {
    check(
        "a.csv",
        "price, price ,,PRICE,price_2,file_row_number\n1,2,3,4,5,6\n",
        expect![[r#"
            price integer feature, price_2 integer feature, column_3 integer feature, PRICE_3 integer feature, price_2_2 integer feature, file_row_number_2 integer feature
            1 | 2 | 3 | 4 | 5 | 6
        "#]],
    );
}

#[test]
fn rows_that_end_with_a_delimiter_have_an_unnamed_column() {
    check(
        "a.csv",
        "a,b\n1,2,\n3,4,\n",
        expect![[r#"
        a integer feature, b integer feature, column_3 text feature
        1 | 2 | ·
        3 | 4 | ·
    "#]],
    );
}

#[test]
fn quotes_hold_delimiters_line_ends_and_quotes() {
    check(
        "a.csv",
        "a,b\n1,\"x, \"\"y\"\"\nsecond line\"\n2,plain\n",
        expect![[r#"
            a integer feature, b text feature
            1 | x, \"y\"\nsecond line
            2 | plain
        "#]],
    );
}

#[test]
fn line_ends_of_every_kind_and_mixed() {
    let unix = Case::new("a.csv", "a,b\n1,x\n2,\"y\nz\"\n").show();
    for text in [
        "a,b\r\n1,x\r\n2,\"y\nz\"\r\n",
        "a,b\r1,x\r2,\"y\nz\"\r",
        "a,b\r\n1,x\n2,\"y\nz\"\r",
        "\n\na,b\n1,x\n\n2,\"y\nz\"",
        "\u{feff}a,b\n1,x\n2,\"y\nz\"\n",
        "\u{feff}\"a\",b\n1,x\n2,\"y\nz\"\n",
    ] {
        assert_eq!(Case::new("a.csv", text).show(), unix, "{text:?}");
    }
}

#[test]
fn latin_1_is_recognised() {
    let text = b"stadt,gr\xf6\xdfe\nM\xfcnchen,1\nK\xf6ln,2\nD\xfcsseldorf,3\nSaarbr\xfccken,4\n";
    check_options(
        "a.csv",
        text,
        expect![[r#"Csv delimiter ',' quote '"' header true "windows-1252" decimal '.'"#]],
    );
    check(
        "a.csv",
        text,
        expect![[r#"
        stadt text feature, größe integer feature
        München | 1
        Köln | 2
        Düsseldorf | 3
        Saarbrücken | 4
    "#]],
    );
}

#[test]
fn utf_16_is_recognised_with_and_without_a_mark() {
    let text = "name,größe\nZoë,1\nÅsa,2\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let utf_8 = Case::new("a.csv", text).show();
    for (bytes, label) in [
        ([b"\xff\xfe".as_slice(), &little].concat(), "utf-16le"),
        ([b"\xfe\xff".as_slice(), &big].concat(), "utf-16be"),
        (little.clone(), "utf-16le"),
        (big.clone(), "utf-16be"),
    ] {
        let case = Case::new("a.csv", bytes);
        assert_eq!(
            case.imported().source.options.encoding.as_deref(),
            Some(label)
        );
        assert_eq!(case.show(), utf_8);
    }
}

#[test]
fn a_late_letter_changes_the_encoding_of_the_whole_file() {
    let mut text = b"word,number\n".to_vec();
    for number in 0..600_000 {
        text.extend(format!("plain,{number}\n").bytes());
    }
    assert!(text.len() > 6 << 20, "longer than the sample");
    text.extend(b"Z\xfcrich,1\nGen\xe8ve,2\nNeuch\xe2tel,3\n");
    let imported = Case::new("a.csv", text).imported();
    assert_eq!(
        imported.source.options.encoding.as_deref(),
        Some("windows-1252")
    );
    assert_eq!((imported.rows, imported.rejected_rows), (600_003, 0));
    let last = crate::read_rows(&imported.parquet, &imported.columns, 600_000, 1).expect("rows");
    assert_eq!(last.rows[0][0].as_deref(), Some("Zürich"));
}

#[test]
fn what_a_person_chooses_is_kept() {
    let text = "1;2,5\n3;4,5\n";
    let chosen = ReaderOptions {
        delimiter: Some(','),
        has_header: Some(true),
        encoding: Some("windows-1252".into()),
        quote: Some('\0'),
        ..ReaderOptions::default()
    };
    let case = Case::new("a.csv", text).options(chosen.clone());
    let options = case.imported().source.options.clone();
    assert_eq!(options.delimiter, chosen.delimiter);
    assert_eq!(options.has_header, chosen.has_header);
    assert_eq!(options.encoding, chosen.encoding);
    assert_eq!(options.quote, chosen.quote);
    expect![[r#"
        1;2 text feature, 5 integer feature
        3;4 | 5
    "#]]
    .assert_eq(&case.show());
}

#[test]
fn detecting_is_what_importing_then_does() {
    for (name, text) in [
        ("a.csv", "a;b\n1,5;x\n"),
        ("a.tsv", "1\t2\n3\t4\n"),
        ("a.csv", "day,n\n13.01.2024,1\n"),
        ("a.json", "[{\"a\": 1}]"),
        ("a.jsonl", "{\"a\": 1}\n"),
    ] {
        let case = Case::new(name, text);
        let detected =
            crate::detect(&case.request.path, &ReaderOptions::default()).expect("detected");
        assert_eq!(detected, case.imported().source.options);
    }
}
