//! Values of one type read as another: the SQL behind every edited column.
//!
//! What does not fit becomes missing; it is never rounded or cut to fit.

use contract::ColumnType;

/// The type of a column of our own Parquet files, from DuckDB's name for it.
pub(crate) fn from_sql(sql_type: &str) -> ColumnType {
    match sql_type {
        "BIGINT" => ColumnType::Integer,
        "DOUBLE" => ColumnType::Float,
        "BOOLEAN" => ColumnType::Boolean,
        "TIMESTAMP" => ColumnType::Timestamp,
        _ => ColumnType::Text,
    }
}

/// `column` as `to`, in that type's own SQL type.
pub(crate) fn value(column: &str, from: ColumnType, to: ColumnType) -> String {
    match (from, to) {
        (from, to) if from == to => column.to_owned(),
        (_, ColumnType::Text) => format!("CAST({column} AS VARCHAR)"),
        (ColumnType::Text, to) => from_text(column, to),
        (from, ColumnType::Float) => match from {
            ColumnType::Timestamp => format!("epoch({column})"),
            _ => format!("CAST({column} AS DOUBLE)"),
        },
        (ColumnType::Float, ColumnType::Integer) => {
            format!("CASE WHEN {column} = trunc({column}) THEN TRY_CAST({column} AS BIGINT) END")
        }
        (ColumnType::Timestamp, ColumnType::Integer) => {
            format!("CASE WHEN isfinite({column}) THEN epoch_us({column}) // 1000000 END")
        }
        (_, ColumnType::Integer) => format!("CAST({column} AS BIGINT)"),
        (ColumnType::Timestamp, ColumnType::Boolean) => "CAST(NULL AS BOOLEAN)".to_owned(),
        (_, ColumnType::Boolean) => format!("CASE {column} WHEN 0 THEN false WHEN 1 THEN true END"),
        (ColumnType::Boolean, ColumnType::Timestamp) => "CAST(NULL AS TIMESTAMP)".to_owned(),
        // Seconds since 1970, within the years 1 to 9999.
        (_, ColumnType::Timestamp) => format!(
            "CASE WHEN {column} BETWEEN -62135596800 AND 253402300799 \
             THEN make_timestamp(CAST({column} * 1000000 AS BIGINT)) END"
        ),
    }
}

fn from_text(column: &str, to: ColumnType) -> String {
    let trimmed = format!("trim({column})");
    match to {
        ColumnType::Text => column.to_owned(),
        ColumnType::Float => format!("TRY_CAST({trimmed} AS DOUBLE)"),
        ColumnType::Boolean => format!("TRY_CAST({trimmed} AS BOOLEAN)"),
        // A cast would round `1.5`.
        ColumnType::Integer => format!(
            "CASE WHEN regexp_full_match({trimmed}, '[+-]?[0-9]+') THEN TRY_CAST({trimmed} AS BIGINT) \
             WHEN TRY_CAST({trimmed} AS DOUBLE) = trunc(TRY_CAST({trimmed} AS DOUBLE)) \
             THEN TRY_CAST(TRY_CAST({trimmed} AS DOUBLE) AS BIGINT) END"
        ),
        // Here a person said that these are times. `03/04/2024` stays missing: nobody can say which is the month.
        ColumnType::Timestamp => format!(
            "coalesce(make_timestamp(epoch_us(TRY_CAST({trimmed} AS TIMESTAMPTZ))), \
             try_strptime({trimmed}, ['%d.%m.%Y %H:%M:%S', '%d.%m.%Y %H:%M', '%d.%m.%Y', \
             '%Y/%m/%d %H:%M:%S', '%Y/%m/%d %H:%M', '%Y/%m/%d', '%Y%m%d']))"
        ),
    }
}

/// `column`, read as `to`, as a DOUBLE: integers and floats as they are, booleans as 0 and 1, times as seconds since 1970.
pub(crate) fn number(column: &str, from: ColumnType, to: ColumnType) -> String {
    let value = value(column, from, to);
    match to {
        ColumnType::Float => value,
        ColumnType::Timestamp => format!("epoch({value})"),
        ColumnType::Integer | ColumnType::Boolean => format!("CAST({value} AS DOUBLE)"),
        ColumnType::Text => format!("TRY_CAST({value} AS DOUBLE)"),
    }
}

/// `column`, read as `to`, as a person reads it. Infinite and undefined numbers are missing.
pub(crate) fn label(column: &str, from: ColumnType, to: ColumnType) -> String {
    let shown = shown(column, from, to);
    if !may_be_infinite(from, to) {
        return shown;
    }
    let number = match to {
        ColumnType::Text => column.to_owned(),
        _ => value(column, from, to),
    };
    format!("CASE WHEN isfinite({number}) THEN {shown} END")
}

/// The same, but for numbers that are not finite: they read `inf`, `-inf` and `nan`. Of a thousand columns at once this takes DuckDB a
/// third of the time.
pub(crate) fn shown(column: &str, from: ColumnType, to: ColumnType) -> String {
    let value = value(column, from, to);
    match to {
        ColumnType::Text => value,
        _ => format!("CAST({value} AS VARCHAR)"),
    }
}

/// Whether `shown` may read `inf`.
pub(crate) fn may_be_infinite(from: ColumnType, to: ColumnType) -> bool {
    to == ColumnType::Float || (to == ColumnType::Text && from == ColumnType::Float)
}
