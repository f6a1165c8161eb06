//! Any table that RFC 4180 can hold reads back as it was written.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::Case;
use crate::read_rows;

#[derive(Clone, Debug)]
enum Cells {
    Texts(Vec<String>),
    Integers(Vec<i64>),
    Floats(Vec<f64>),
}

impl Cells {
    fn written(&self, row: usize) -> String {
        match self {
            Self::Texts(texts) => texts[row].clone(),
            Self::Integers(numbers) => numbers[row].to_string(),
            Self::Floats(numbers) => format!("{:?}", numbers[row]),
        }
    }

    /// Whether what was read is the same value.
    fn is(&self, row: usize, read: Option<&str>) -> bool {
        match self {
            Self::Texts(texts) if texts[row].is_empty() => read.is_none(),
            Self::Texts(texts) => read == Some(texts[row].as_str()),
            Self::Integers(numbers) => {
                read.and_then(|text| text.parse().ok()) == Some(numbers[row])
            }
            Self::Floats(numbers) => read.and_then(|text| text.parse().ok()) == Some(numbers[row]),
        }
    }
}

/// Letters that CSV makes trouble of, more often than others.
fn text() -> impl Strategy<Value = String> {
    let letter = prop_oneof![
        3 => prop::char::range('a', 'e'),
        1 => prop::sample::select(vec![',', ';', '"', '\'', '\n', '\r', ' ', '\t', '|', 'ü', '漢', '🦀', '0', '.']),
    ];
    prop::collection::vec(letter, 0..8).prop_map(|letters| letters.into_iter().collect())
}

fn table() -> impl Strategy<Value = Vec<Cells>> {
    (1..5_usize, 1..12_usize).prop_flat_map(|(columns, rows)| {
        let column = prop_oneof![
            prop::collection::vec(text(), rows).prop_map(Cells::Texts),
            prop::collection::vec(any::<i64>(), rows).prop_map(Cells::Integers),
            prop::collection::vec(prop::num::f64::NORMAL | prop::num::f64::ZERO, rows)
                .prop_map(Cells::Floats),
        ];
        // The last column holds numbers, so that the header can be told from the rows.
        let last = prop::collection::vec(any::<i64>(), rows).prop_map(Cells::Integers);
        (prop::collection::vec(column, columns), last).prop_map(|(mut columns, last)| {
            columns.push(last);
            columns
        })
    })
}

fn written(columns: &[Cells]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let header: Vec<String> = (0..columns.len())
        .map(|column| format!("column {column}"))
        .collect();
    let mut text = header.join(",") + "\r\n";
    let rows = match &columns[0] {
        Cells::Texts(texts) => texts.len(),
        Cells::Integers(numbers) => numbers.len(),
        Cells::Floats(numbers) => numbers.len(),
    };
    for row in 0..rows {
        let cells: Vec<String> = columns
            .iter()
            .map(|column| match column {
                Cells::Texts(_) => quoted(&column.written(row)),
                _ => column.written(row),
            })
            .collect();
        text += &(cells.join(",") + "\r\n");
    }
    text
}

fn reads_back(columns: &[Cells]) -> Result<(), TestCaseError> {
    let case = Case::new("table.csv", written(columns));
    let imported = case
        .import()
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(imported.rejected_rows, 0);
    let page = read_rows(&imported.parquet, &imported.columns, 0, 1000)
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    for (row, cells) in page.rows.iter().enumerate() {
        prop_assert_eq!(cells.len(), columns.len());
        for (cell, column) in cells.iter().zip(columns) {
            prop_assert!(
                column.is(row, cell.as_deref()),
                "{row}: {cell:?} of {column:?}"
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_table_reads_back(columns in table()) {
        reads_back(&columns)?;
    }
}
