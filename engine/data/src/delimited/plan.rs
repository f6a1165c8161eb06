//! How each column of a delimited file is read, as SQL that refuses to change a value silently.
//!
//! DuckDB reads `1.5` into an integer column as 2, `007` as 7, and drops the zone of a time. So integers and times are read as text
//! and converted by an expression that fails on anything that it would change; the import then looks at the whole file and decides
//! again.

use contract::{ColumnType, DateOrder};

use super::evidence::{Evidence, MISSING_WORDS};
use super::read::Table;
use crate::{DataError, engine};

/// What the conversion says when a value is not what the sample promised.
const SURPRISE: &str = "a value has another type than the sample of its column";

/// A date that begins with its year, and one that ends with it, as the engine's regular expressions.
const ISO_DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}";
const DATE: &str = "^([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})";

/// How one column is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) column_type: ColumnType,
    /// Every value was looked at: nothing can surprise, so the plain conversion is exact and saves the guard.
    is_sure: bool,
    /// `NA` and the like occur and mean missing.
    has_missing_words: bool,
    is_padded: bool,
    has_zones: bool,
    /// Where there are dates that do not begin with their year: how they are read.
    date_order: Option<DateOrder>,
}

impl Reading {
    pub(crate) fn from_evidence(
        evidence: &Evidence,
        order: Option<DateOrder>,
        is_whole: bool,
    ) -> Self {
        Self {
            column_type: evidence.column_type(order),
            is_sure: is_whole,
            has_missing_words: evidence.missing_words > 0,
            is_padded: evidence.padded > 0,
            has_zones: evidence.zoned > 0,
            date_order: order.filter(|_| evidence.has_dates()),
        }
    }

    pub(crate) fn text() -> Self {
        Self {
            column_type: ColumnType::Text,
            is_sure: true,
            has_missing_words: false,
            is_padded: false,
            has_zones: false,
            date_order: None,
        }
    }

    /// The type that the reader itself gives the column.
    pub(crate) fn read_as(self) -> &'static str {
        if self.is_converted() {
            return "VARCHAR";
        }
        match self.column_type {
            ColumnType::Integer => "BIGINT",
            ColumnType::Float => "DOUBLE",
            ColumnType::Boolean => "BOOLEAN",
            ColumnType::Timestamp => "TIMESTAMP",
            ColumnType::Text => "VARCHAR",
        }
    }

    /// The reader converts by itself, which is faster, what it cannot get wrong; it fails where it cannot convert.
    pub(crate) fn is_converted(self) -> bool {
        let is_decorated = self.has_missing_words || self.is_padded;
        match self.column_type {
            ColumnType::Text => false,
            ColumnType::Integer => is_decorated || !self.is_sure,
            ColumnType::Timestamp => {
                is_decorated || self.has_zones || self.date_order.is_some() || !self.is_sure
            }
            ColumnType::Float | ColumnType::Boolean => is_decorated,
        }
    }

    /// The value of a column that was read as `read_as`.
    pub(crate) fn value(self, column: &str, decimal: u8) -> String {
        if !self.is_converted() {
            return column.to_owned();
        }
        let value = if self.is_padded {
            format!("trim({column})")
        } else {
            column.to_owned()
        };
        if self.is_sure {
            return self.plain(&value, decimal);
        }
        let guarded = match self.column_type {
            ColumnType::Integer => format!(
                "WHEN CAST(CAST({value} AS BIGINT) AS VARCHAR) = {value} THEN CAST({value} AS BIGINT) ELSE {}",
                surprise("BIGINT")
            ),
            ColumnType::Float if decimal == b',' => format!(
                "WHEN contains({value}, '.') THEN {} ELSE CAST(replace({value}, ',', '.') AS DOUBLE)",
                surprise("DOUBLE")
            ),
            ColumnType::Float => format!("ELSE CAST({value} AS DOUBLE)"),
            ColumnType::Boolean => format!("ELSE CAST({value} AS BOOLEAN)"),
            ColumnType::Timestamp => self.guarded_time(&value),
            ColumnType::Text => format!("ELSE {value}"),
        };
        format!(
            "CASE WHEN {} THEN NULL {guarded} END",
            self.is_missing(&value)
        )
    }

    /// Every value is known to be of the type or a word for missing, so what does not convert is missing. Without the `nullif` DuckDB
    /// would move the conversion into the reader, which fails instead.
    fn plain(self, value: &str, decimal: u8) -> String {
        let value = format!("nullif({value}, 'NA')");
        match self.column_type {
            ColumnType::Integer => format!("TRY_CAST({value} AS BIGINT)"),
            ColumnType::Float if decimal == b',' => {
                format!("TRY_CAST(replace({value}, ',', '.') AS DOUBLE)")
            }
            ColumnType::Float => format!("TRY_CAST({value} AS DOUBLE)"),
            ColumnType::Boolean => format!("TRY_CAST({value} AS BOOLEAN)"),
            ColumnType::Timestamp => {
                let iso = self.iso(&value);
                format!("make_timestamp(epoch_us(TRY_CAST({iso} AS TIMESTAMPTZ)))")
            }
            ColumnType::Text => value,
        }
    }

    /// A time of a column that was seen in part. DuckDB also takes `13/01/24` for a day of the year 13, and `epoch` for a time, so the
    /// shape is looked at first.
    fn guarded_time(self, value: &str) -> String {
        let iso = self.iso(value);
        let is_shaped = match self.date_order {
            None => format!("{value}[5] = '-' AND {value}[8] = '-'"),
            Some(_) => format!("regexp_matches({value}, '{ISO_DATE}|{DATE}')"),
        };
        // `2024-01-05 10:00:00` has no zone and is the fast case; all else may have one, and becomes UTC.
        format!(
            "WHEN length({iso}) = 19 AND {iso}[5] = '-' AND {iso}[17] = ':' THEN CAST({iso} AS TIMESTAMP) \
             WHEN {is_shaped} THEN make_timestamp(epoch_us(CAST({iso} AS TIMESTAMPTZ))) ELSE {}",
            surprise("TIMESTAMP")
        )
    }

    /// `value` with the year in front.
    fn iso(self, value: &str) -> String {
        let parts = match self.date_order {
            None => return value.to_owned(),
            Some(DateOrder::DayFirst) => r"\3-\2-\1",
            Some(DateOrder::MonthFirst) => r"\3-\1-\2",
        };
        format!("regexp_replace({value}, '{DATE}', '{parts}')")
    }

    fn is_missing(self, value: &str) -> String {
        if !(self.has_missing_words || self.is_padded) {
            return format!("{value} IS NULL");
        }
        let words: Vec<String> = MISSING_WORDS
            .iter()
            .chain(&[""])
            .map(|word| engine::text(word))
            .collect();
        format!("{value} IS NULL OR {value} IN ({})", words.join(", "))
    }
}

fn surprise(sql_type: &str) -> String {
    format!("CAST(error({}) AS {sql_type})", engine::text(SURPRISE))
}

/// Whether DuckDB gave up because a conversion failed, and not for another reason.
pub(crate) fn is_surprise(error: &DataError) -> bool {
    let DataError::Reader { source, .. } = error else {
        return false;
    };
    let message = source.to_string();
    message.contains(SURPRISE)
        || message.contains("Conversion Error")
        || message.contains("Could not convert")
}

/// `read_csv(…)` with everything decided: DuckDB detects nothing by itself.
pub(crate) fn read_csv(
    source: &str,
    table: &Table,
    readings: &[Reading],
    in_parallel: bool,
) -> String {
    let dialect = &table.dialect;
    let columns: Vec<String> = readings
        .iter()
        .enumerate()
        .map(|(index, reading)| format!("'c{index}': '{}'", reading.read_as()))
        .collect();
    let letter = |byte: u8| engine::text(&char::from(byte).to_string());
    let quote = dialect.quote.map_or_else(|| "''".to_owned(), letter);
    format!(
        "read_csv({source}, auto_detect = false, delim = {delimiter}, quote = {quote}, escape = {quote}, \
         header = false, skip = {skip}, new_line = {line_end}, decimal_separator = {decimal}, columns = {{{columns}}}, \
         max_line_size = {MAX_LINE_BYTES}, buffer_size = {BUFFER_BYTES}, compression = 'none', \
         hive_partitioning = false, parallel = {in_parallel})",
        delimiter = letter(dialect.delimiter),
        skip = dialect.skipped.records,
        line_end = engine::text(table.line_end),
        decimal = letter(dialect.decimal),
        columns = columns.join(", "),
    )
}

/// Twice our own limit, so that the reader never drops a line that we let pass.
const MAX_LINE_BYTES: u64 = 2 * super::records::LONGEST_RECORD_BYTES;
/// A block of the parallel reader; it holds at least one line.
const BUFFER_BYTES: u64 = 2 * MAX_LINE_BYTES;
