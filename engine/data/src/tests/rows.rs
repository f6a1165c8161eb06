//! Pages of rows come in the order of the file, fast enough for scrolling.

use std::fmt::Write;
use std::time::Instant;

use contract::{ColumnType, Values};

use super::Case;
use crate::{DataError, read_frame, read_rows};

#[test]
fn pages_follow_the_file() {
    let mut text = String::from("n,word\n");
    for number in 0..400_000 {
        let _ = writeln!(text, "{number},w{}", number % 13);
    }
    let imported = Case::new("a.csv", text).imported();
    let number = |first: u64| {
        let page = read_rows(&imported.parquet, &imported.columns, first, 3).expect("rows");
        assert_eq!(page.first_row, first);
        let cells = page
            .rows
            .iter()
            .map(|row| row[0].clone().expect("a number"));
        cells
            .map(|cell| cell.parse::<u64>().expect("a number"))
            .collect::<Vec<_>>()
    };
    // The first and the last of a row group of 122 880 rows among them.
    for first in [0, 1, 122_878, 122_880, 245_759, 399_000] {
        assert_eq!(number(first), [first, first + 1, first + 2]);
    }
    assert_eq!(number(399_999), [399_999]);
    assert_eq!(number(400_000), Vec::<u64>::new());
    let begun = Instant::now();
    number(300_000);
    assert!(begun.elapsed().as_millis() < 100, "{:?}", begun.elapsed());

    let frame =
        read_frame(&imported.parquet, &[("n".into(), ColumnType::Integer)]).expect("a frame");
    let Some(Values::Number(numbers)) = frame.column("n") else {
        panic!("a column of numbers")
    };
    assert!(
        numbers
            .iter()
            .enumerate()
            .all(|(row, number)| *number == row as f64)
    );
}

#[test]
fn a_column_that_is_not_there() {
    let imported = Case::new("a.csv", "a,b\n1,2\n").imported();
    let error = read_frame(&imported.parquet, &[("c".into(), ColumnType::Text)]).expect_err("no c");
    assert!(matches!(error, DataError::UnknownColumns { .. }), "{error}");
}

#[test]
fn a_frame_without_columns_knows_its_rows() {
    let imported = Case::new("a.csv", "a,b\n1,2\n3,4\n").imported();
    assert_eq!(read_frame(&imported.parquet, &[]).expect("a frame").rows, 2);
}

#[test]
fn a_few_of_ten_thousand_columns_come_at_once() {
    let names: Vec<String> = (0..10_000).map(|column| format!("c{column}")).collect();
    let mut text = names.join(",") + "\n";
    for row in 0..60 {
        let values: Vec<String> = (0..10_000)
            .map(|column| format!("{}", row * column))
            .collect();
        text += &(values.join(",") + "\n");
    }
    let imported = Case::new("wide.csv", text).imported();
    let page = |columns: std::ops::Range<usize>| {
        let begun = Instant::now();
        let page = read_rows(&imported.parquet, &imported.columns[columns], 10, 40).expect("rows");
        (page, begun.elapsed())
    };
    let (many, slow) = page(4_500..5_500);
    assert_eq!((many.rows.len(), many.rows[0].len()), (40, 1_000));
    let (window, first) = page(5_000..5_041);
    assert_eq!(window.columns, 0..41);
    assert_eq!(
        window.rows[39][40].as_deref(),
        Some("246960"),
        "row 49 of column 5040"
    );
    assert!(
        window
            .rows
            .iter()
            .zip(&many.rows)
            .all(|(some, many)| *some == many[500..541])
    );
    let (_, again) = page(9_900..9_941);
    assert!(
        again < slow / 2,
        "41 columns {again:?}, at first {first:?}, a thousand {slow:?}"
    );
}
