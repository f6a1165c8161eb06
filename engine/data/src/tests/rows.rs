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
