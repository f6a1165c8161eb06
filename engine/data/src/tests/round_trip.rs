//! Any table that RFC 4180 can hold reads back as it was written.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use contract::{ColumnRole, ColumnSpec, ColumnType, ReaderOptions};

use super::Case;
use crate::delimited::dialect::Dialect;
use crate::delimited::splitter::Splitter;
use crate::{DataError, read_rows};

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

/// Text that may be anything but well-formed.
fn junk() -> impl Strategy<Value = String> {
    let letter = prop::sample::select(vec![
        'a', 'b', '1', '2', '.', ',', ',', '"', '"', '\n', '\n', '\r', ' ', 'ü',
    ]);
    prop::collection::vec(letter, 1..80).prop_map(|letters| {
        // Header and rows say that there are three columns.
        let body: String = letters.into_iter().collect();
        format!("one,two,three\n{}{body}", "x,y,z\n".repeat(40))
    })
}

/// What the splitter makes of a file: the rows, and how many records are none.
fn split(text: &str) -> (Vec<Vec<Option<String>>>, u64) {
    let dialect = Dialect::canonical(["one", "two", "three"].map(str::to_owned).to_vec());
    let mut splitter = Splitter::new(text.as_bytes(), &dialect);
    let (mut rows, mut rejected) = (Vec::new(), 0);
    splitter.next_record().expect("the header");
    while let Some(record) = splitter.next_record().expect("text is readable") {
        if record.raw.is_empty() {
            continue;
        }
        if record.fault().is_some() {
            rejected += 1;
            continue;
        }
        rows.push(record.cells().collect());
    }
    (rows, rejected)
}

/// Whatever stands in a file, DuckDB and the splitter see the same rows, and every other record is kept as a reject.
fn is_read_to_the_letter(text: &str) -> Result<(), TestCaseError> {
    let (rows, rejected) = split(text);
    let spec = |name: &str| ColumnSpec {
        name: name.into(),
        column_type: ColumnType::Text,
        role: ColumnRole::Feature,
    };
    let options = ReaderOptions {
        delimiter: Some(','),
        quote: Some('"'),
        has_header: Some(true),
        ..ReaderOptions::default()
    };
    let case = Case::new("junk.csv", text)
        .options(options)
        .with(|request| {
            request.previous = Some(["one", "two", "three"].map(spec).to_vec());
        });
    let imported = match case.import() {
        Ok(imported) => imported,
        Err(error @ (DataError::EveryRowRejected { .. } | DataError::HeaderOnly { .. })) => {
            prop_assert!(rows.is_empty(), "{error}");
            return Ok(());
        }
        Err(error) => return Err(TestCaseError::fail(format!("{error}: {error:?}"))),
    };
    let page = read_rows(&imported.parquet, &imported.columns, 0, 1000)
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    let read: Vec<Vec<Option<String>>> = page
        .rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|cell| cell.as_deref().map(str::to_owned))
                .collect()
        })
        .collect();
    prop_assert_eq!(read, rows);
    prop_assert_eq!(imported.rejected_rows, rejected);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn junk_is_read_to_the_letter(text in junk()) {
        is_read_to_the_letter(&text)?;
    }

    #[test]
    fn any_table_reads_back(columns in table()) {
        reads_back(&columns)?;
    }
}
