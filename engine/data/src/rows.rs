//! Reading versions: pages of rows for the eye, frames of columns for learning.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use contract::{ColumnSpec, ColumnType, Frame, FrameColumn, RowsPage, Values};
use duckdb::Connection;
use duckdb::arrow::array::{Array, Float64Array, StringArray};
use duckdb::arrow::datatypes::DataType;
use duckdb::arrow::record_batch::RecordBatch;

use crate::names::ROW_NUMBER;
use crate::{DataError, engine, types};

/// Rows `first_row..first_row + count` as text, in the order of the file, of these columns. Only the row groups that hold them are read.
///
/// # Errors
/// When the Parquet file cannot be read, or has no column of a name.
pub fn read_rows(
    parquet: &Path,
    columns: &[ColumnSpec],
    first_row: u64,
    count: u32,
) -> Result<RowsPage, DataError> {
    let connection = engine::reader()?;
    let names = columns.iter().map(|spec| &*spec.name);
    let version = Version::open_for(&connection, parquet, names)?;
    let mut parts = Vec::with_capacity(columns.len());
    let mut may_be_infinite = Vec::with_capacity(columns.len());
    for spec in columns {
        let held = version.type_of(&spec.name)?;
        parts.push(types::shown(
            &engine::name(&spec.name),
            held,
            spec.column_type,
        ));
        may_be_infinite.push(types::may_be_infinite(held, spec.column_type));
    }
    let end = first_row.saturating_add(u64::from(count));
    let page = format!("WHERE {ROW_NUMBER} >= {first_row} AND {ROW_NUMBER} < {end}");
    let values = version.select(&parts, &page)?;
    let rows = values.first().map_or(0, Values::len);
    let cell = |(values, may_be_infinite): (&Values, &bool), row: usize| match values {
        Values::Text(texts) => texts
            .get(row)
            .cloned()
            .flatten()
            .filter(|text| !may_be_infinite || !matches!(&**text, "inf" | "-inf" | "nan")),
        Values::Number(_) => None,
    };
    let row = |row: usize| {
        let columns = values.iter().zip(&may_be_infinite);
        columns.map(|column| cell(column, row)).collect()
    };
    Ok(RowsPage {
        first_row,
        columns: 0..columns.len(),
        rows: (0..rows).map(row).collect(),
    })
}

/// Columns in the types that are asked for: text as labels, all else as numbers (booleans 0 and 1, times in seconds since 1970).
/// What does not fit its type, and what is infinite, is missing.
///
/// # Errors
/// When the Parquet file cannot be read, or has no column of a name.
pub fn read_frame(parquet: &Path, columns: &[(Arc<str>, ColumnType)]) -> Result<Frame, DataError> {
    let connection = engine::reader()?;
    let names = columns.iter().map(|(name, _)| &**name);
    let version = Version::open_for(&connection, parquet, names)?;
    let mut values = version.columns(columns, "")?;
    for values in &mut values {
        if let Values::Number(numbers) = values {
            for number in numbers.iter_mut().filter(|number| number.is_infinite()) {
                *number = f64::NAN;
            }
        }
    }
    let columns: Vec<FrameColumn> = columns
        .iter()
        .zip(values)
        .map(|((name, _), values)| FrameColumn {
            name: name.clone(),
            values,
        })
        .collect();
    let rows = match columns.first() {
        Some(column) => column.values.len(),
        None => version.rows()? as usize,
    };
    Ok(Frame { rows, columns })
}

/// Hands every value of a text column to `visit`, without holding them all.
pub(crate) fn for_each_text(
    parquet: &Path,
    name: &str,
    mut visit: impl FnMut(&str),
) -> Result<(), DataError> {
    let connection = engine::reader()?;
    let version = Version::open_for(&connection, parquet, [name].into_iter())?;
    let label = types::label(
        &engine::name(name),
        version.type_of(name)?,
        ColumnType::Text,
    );
    let sql = format!("SELECT {label} FROM {}", version.source);
    let mut each = || {
        let mut statement = connection.prepare(&sql)?;
        for batch in statement.stream_arrow([])? {
            let batch = batch?;
            let texts: &StringArray = array(&batch, 0)?;
            texts.iter().flatten().for_each(&mut visit);
        }
        duckdb::Result::Ok(())
    };
    each().map_err(|error| engine::failed(parquet, error))
}

/// One of our Parquet files, with the types that it holds.
pub(crate) struct Version<'c> {
    connection: &'c Connection,
    path: &'c Path,
    /// In SQL.
    pub(crate) source: String,
    /// The same, with the number of each row.
    pub(crate) numbered: String,
    columns: HashMap<String, ColumnType>,
}

impl<'c> Version<'c> {
    pub(crate) fn open(connection: &'c Connection, path: &'c Path) -> Result<Self, DataError> {
        Self::described(connection, path, "*")
    }

    /// The same for a look at a few columns: to name the types of ten thousand takes many times longer than to read a page of forty.
    pub(crate) fn open_for<'n>(
        connection: &'c Connection,
        path: &'c Path,
        names: impl Iterator<Item = &'n str>,
    ) -> Result<Self, DataError> {
        let names: Vec<String> = names.map(engine::name).collect();
        if names.is_empty() {
            return Self::open(connection, path);
        }
        match Self::described(connection, path, &names.join(", ")) {
            Ok(version) => Ok(version),
            // One of them may not be there: then the others are wanted for the sentence that says so.
            Err(_) => Self::open(connection, path),
        }
    }

    fn described(
        connection: &'c Connection,
        path: &'c Path,
        columns: &str,
    ) -> Result<Self, DataError> {
        let file = engine::source(path)?;
        let source = format!("read_parquet({file}, hive_partitioning = false)");
        let describe = || {
            let sql = format!("DESCRIBE SELECT {columns} FROM {source}");
            let mut statement = connection.prepare(&sql)?;
            let columns = statement.query_map([], |row| {
                Ok((row.get(0)?, types::from_sql(&row.get::<_, String>(1)?)))
            })?;
            columns.collect::<duckdb::Result<_>>()
        };
        Ok(Self {
            columns: describe().map_err(|error| engine::failed(path, error))?,
            numbered: format!(
                "read_parquet({file}, hive_partitioning = false, file_row_number = true)"
            ),
            connection,
            path,
            source,
        })
    }

    pub(crate) fn connection(&self) -> &Connection {
        self.connection
    }

    pub(crate) fn path(&self) -> &Path {
        self.path
    }

    /// What the file holds under this name.
    pub(crate) fn type_of(&self, name: &str) -> Result<ColumnType, DataError> {
        self.columns.get(name).copied().ok_or_else(|| {
            let mut columns: Vec<String> = self.columns.keys().cloned().collect();
            columns.sort();
            DataError::UnknownColumns {
                unknown: vec![name.to_owned()],
                columns,
            }
        })
    }

    pub(crate) fn rows(&self) -> Result<u64, DataError> {
        self.connection
            .query_row(
                &format!("SELECT count(*) FROM {}", self.source),
                [],
                |row| row.get::<_, i64>(0),
            )
            .map(i64::unsigned_abs)
            .map_err(|error| engine::failed(self.path, error))
    }

    /// The values of some columns, infinite ones as they are. `condition` is empty or a `WHERE …` that may use the row's number.
    pub(crate) fn columns(
        &self,
        columns: &[(Arc<str>, ColumnType)],
        condition: &str,
    ) -> Result<Vec<Values>, DataError> {
        let mut parts = Vec::with_capacity(columns.len());
        for (name, column_type) in columns {
            let (held, name) = (self.type_of(name)?, engine::name(name));
            let is_text = *column_type == ColumnType::Text;
            parts.push(if is_text {
                types::label(&name, held, *column_type)
            } else {
                types::number(&name, held, *column_type)
            });
        }
        self.select(&parts, condition)
    }

    /// Some expressions that are DOUBLE or VARCHAR, in the order of the rows.
    fn select(&self, parts: &[String], condition: &str) -> Result<Vec<Values>, DataError> {
        /// A query holds a vector of 2 048 values of each column several times over.
        const COLUMNS_AT_ONCE: usize = 512;
        let from = if condition.is_empty() {
            &self.source
        } else {
            &self.numbered
        };
        let mut values = Vec::with_capacity(parts.len());
        for parts in parts.chunks(COLUMNS_AT_ONCE) {
            let sql = format!("SELECT {} FROM {from} {condition}", parts.join(", "));
            let some = fetch(self.connection, &sql);
            values.extend(some.map_err(|error| engine::failed(self.path, error))?);
        }
        Ok(values)
    }
}

/// Distinct texts of a column that share their memory; beyond, sharing costs more than it saves.
const SHARED_TEXTS: usize = 1 << 16;

/// Runs `sql`, whose columns are DOUBLE or VARCHAR.
pub(crate) fn fetch(connection: &Connection, sql: &str) -> duckdb::Result<Vec<Values>> {
    let mut statement = connection.prepare(sql)?;
    let batches = statement.stream_arrow([])?;
    let schema = batches.get_schema();
    let mut columns: Vec<Values> = schema
        .fields()
        .iter()
        .map(|field| match field.data_type() {
            DataType::Float64 => Values::Number(Vec::new()),
            _ => Values::Text(Vec::new()),
        })
        .collect();
    let mut shared: Vec<HashSet<Arc<str>>> = vec![HashSet::new(); columns.len()];
    for batch in batches {
        let batch = batch?;
        for (index, (values, shared)) in columns.iter_mut().zip(&mut shared).enumerate() {
            match values {
                Values::Number(numbers) => extend_numbers(numbers, &batch, index)?,
                Values::Text(column) => {
                    let texts: &StringArray = array(&batch, index)?;
                    column.extend(
                        texts
                            .iter()
                            .map(|text| text.map(|text| share(shared, text))),
                    );
                }
            }
        }
    }
    Ok(columns)
}

fn extend_numbers(numbers: &mut Vec<f64>, batch: &RecordBatch, index: usize) -> duckdb::Result<()> {
    let array: &Float64Array = array(batch, index)?;
    if array.null_count() == 0 {
        numbers.extend_from_slice(array.values());
    } else {
        numbers.extend(array.iter().map(|number| number.unwrap_or(f64::NAN)));
    }
    Ok(())
}

pub(crate) fn array<A: 'static>(batch: &RecordBatch, index: usize) -> duckdb::Result<&A> {
    batch
        .columns()
        .get(index)
        .and_then(|column| column.as_any().downcast_ref())
        .ok_or(duckdb::Error::InvalidColumnIndex(index))
}

fn share(shared: &mut HashSet<Arc<str>>, text: &str) -> Arc<str> {
    if let Some(known) = shared.get(text) {
        return known.clone();
    }
    let text: Arc<str> = text.into();
    if shared.len() < SHARED_TEXTS {
        shared.insert(text.clone());
    }
    text
}
