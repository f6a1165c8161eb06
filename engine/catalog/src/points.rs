//! Metric points: appended in batches while a run goes on, sealed as Parquet when it ends, loaded back after a rebuild.

use std::path::Path;
use std::sync::Arc;

use contract::{MetricPoint, RunId, Timestamp};
use duckdb::arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array, StringArray, UInt64Array};
use duckdb::arrow::datatypes::{Float64Type, Int64Type, UInt64Type};
use duckdb::arrow::record_batch::RecordBatch;
use duckdb::{Connection, Params, params};

use crate::connection::{appender, quoted, quoted_path};
use crate::{Catalog, CatalogError};

/// Takes a batch of points; false ends the reading.
pub type TakePoints<'a> = &'a mut dyn FnMut(&[PointOfRun]) -> bool;
/// A point and whose it is.
pub type PointOfRun = (RunId, MetricPoint);

/// Names of metrics that are looked for among the last ones, so that equal names share their memory.
const MOST_SHARED_KEYS: usize = 32;

impl Catalog {
    /// Adds points of a run, all or none.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn append_points(
        &mut self,
        run: &RunId,
        points: &[MetricPoint],
    ) -> Result<(), CatalogError> {
        self.run_whole("add metrics to", |connection| {
            append(connection, run, points)
        })
    }

    /// Puts these points in the place of all points of a run between their first and their last step, all or none: what a killed
    /// program had noted and not yet added.
    ///
    /// # Errors
    /// When the disk refuses; the points are as they were then.
    pub fn replace_points(
        &mut self,
        run: &RunId,
        points: &[MetricPoint],
    ) -> Result<(), CatalogError> {
        let steps = || points.iter().map(|point| point.step);
        let (Some(first), Some(last)) = (steps().min(), steps().max()) else {
            return Ok(());
        };
        self.run_whole("replace metrics in", |connection| {
            // Added again, so that a series stays in the order of its steps.
            let later = read_points(
                connection,
                "SELECT run, key, step, value, unix_millis FROM metric_point
                 WHERE run = ? AND step > ? ORDER BY rowid",
                params![run.as_str(), last],
            )?;
            let later: Vec<MetricPoint> = later.into_iter().map(|(_, point)| point).collect();
            connection.execute(
                "DELETE FROM metric_point WHERE run = ? AND step >= ?",
                params![run.as_str(), first],
            )?;
            append(connection, run, points)?;
            append(connection, run, &later)
        })
    }

    /// The points of a run, of one key or of all, ordered by key and step.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn points(&self, run: &RunId, key: Option<&str>) -> Result<Vec<MetricPoint>, CatalogError> {
        let points = self.run("read", |connection| {
            read_points(
                connection,
                "SELECT run, key, step, value, unix_millis FROM metric_point
                 WHERE run = ?1 AND (?2 IS NULL OR key = ?2) ORDER BY key, step, rowid",
                params![run.as_str(), key],
            )
        })?;
        Ok(points.into_iter().map(|(_, point)| point).collect())
    }

    /// Goes through the points of all runs in the order they were added, a batch at a time, until `take` returns false.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn each_points(&self, take: TakePoints<'_>) -> Result<(), CatalogError> {
        self.run("read", |connection| {
            visit_points(
                connection,
                "SELECT run, key, step, value, unix_millis FROM metric_point",
                [],
                take,
            )
        })
    }

    /// The last value of every metric of these runs.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn last_points(&self, runs: &[RunId]) -> Result<Vec<(RunId, MetricPoint)>, CatalogError> {
        if runs.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<String> = runs.iter().map(|run| quoted(run.as_str())).collect();
        self.run("read", |connection| {
            read_points(
                connection,
                &format!(
                    "SELECT run, key, max(step), arg_max(value, step), max(unix_millis) FROM metric_point
                     WHERE run IN ({}) GROUP BY run, key ORDER BY run, key",
                    names.join(", ")
                ),
                [],
            )
        })
    }

    /// Forgets the points after a step: a resumed run gives those epochs again.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn drop_points_after(&mut self, run: &RunId, step: u64) -> Result<(), CatalogError> {
        self.run("remove metrics from", |connection| {
            connection
                .prepare_cached("DELETE FROM metric_point WHERE run = ? AND step > ?")?
                .execute(params![run.as_str(), step])?;
            Ok(())
        })
    }

    /// Writes the points of a run to a Parquet file `{key, step, value, unix_millis}` and returns how many they are.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn seal_points(&self, run: &RunId, to: &Path) -> Result<u64, CatalogError> {
        let (run, to) = (quoted(run.as_str()), quoted_path(to)?);
        self.run("write metrics of", |connection| {
            let rows = connection.execute(
                &format!(
                    "COPY (SELECT key, step, value, unix_millis FROM metric_point
                           WHERE run = {run} ORDER BY key, step, rowid)
                     TO {to} (FORMAT parquet, COMPRESSION zstd)"
                ),
                [],
            )?;
            Ok(rows as u64)
        })
    }

    /// Replaces the points of a run by those of a sealed file and returns how many they are.
    ///
    /// # Errors
    /// When the file is not a sealed series, or the disk refuses; the points are as they were then.
    pub fn load_points(&mut self, run: &RunId, parquet: &Path) -> Result<u64, CatalogError> {
        let file = quoted_path(parquet)?;
        self.run_whole("load metrics into", |connection| {
            connection.execute("DELETE FROM metric_point WHERE run = ?", [run.as_str()])?;
            let rows = connection.execute(
                &format!(
                    "INSERT INTO metric_point
                     SELECT ?, key, step, value, unix_millis FROM read_parquet({file})"
                ),
                [run.as_str()],
            )?;
            Ok(rows as u64)
        })
    }
}

/// Adds points of a run.
fn append(
    connection: &Connection,
    run: &RunId,
    points: &[MetricPoint],
) -> Result<(), CatalogError> {
    if points.is_empty() {
        return Ok(());
    }
    let runs = std::iter::repeat_n(run.as_str(), points.len());
    let keys = points.iter().map(|point| &*point.key);
    let steps = points.iter().map(|point| point.step);
    let values = points.iter().map(|point| point.value);
    let millis = points.iter().map(|point| point.at.unix_millis);
    let batch = RecordBatch::try_from_iter([
        (
            "run",
            Arc::new(StringArray::from_iter_values(runs)) as ArrayRef,
        ),
        ("key", Arc::new(StringArray::from_iter_values(keys))),
        ("step", Arc::new(UInt64Array::from_iter_values(steps))),
        ("value", Arc::new(Float64Array::from_iter_values(values))),
        (
            "unix_millis",
            Arc::new(Int64Array::from_iter_values(millis)),
        ),
    ])?;
    let mut appender = appender(connection, "metric_point")?;
    appender.append_record_batch(batch)?;
    Ok(appender.flush()?)
}

fn read_points(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<Vec<(RunId, MetricPoint)>, CatalogError> {
    let mut points = Vec::new();
    visit_points(connection, sql, params, &mut |batch| {
        points.extend_from_slice(batch);
        true
    })?;
    Ok(points)
}

/// Reads `run, key, step, value, unix_millis`. Neighbours share their run and key.
fn visit_points(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    take: TakePoints<'_>,
) -> Result<(), CatalogError> {
    let mut statement = connection.prepare(sql)?;
    let mut keys: Vec<Arc<str>> = Vec::new();
    let mut run = RunId::new("");
    let mut points = Vec::new();
    for batch in statement.stream_arrow(params)? {
        let batch = batch?;
        let columns = PointColumns::of(&batch).ok_or(duckdb::Error::InvalidQuery)?;
        points.clear();
        points.reserve(batch.num_rows());
        for row in 0..batch.num_rows() {
            if columns.runs.value(row) != run.as_str() {
                run = RunId::new(columns.runs.value(row));
            }
            let key = columns.keys.value(row);
            // The few keys of a run take turns.
            let known = keys.iter().find(|known| &***known == key).cloned();
            let key = known.unwrap_or_else(|| {
                if keys.len() == MOST_SHARED_KEYS {
                    keys.clear();
                }
                keys.push(key.into());
                keys[keys.len() - 1].clone()
            });
            let point = MetricPoint {
                key,
                step: columns.steps.value(row),
                value: columns.values.value(row),
                at: Timestamp {
                    unix_millis: columns.millis.value(row),
                },
            };
            points.push((run.clone(), point));
        }
        if !take(&points) {
            break;
        }
    }
    Ok(())
}

struct PointColumns<'a> {
    runs: &'a StringArray,
    keys: &'a StringArray,
    steps: &'a UInt64Array,
    values: &'a Float64Array,
    millis: &'a Int64Array,
}

impl<'a> PointColumns<'a> {
    fn of(batch: &'a RecordBatch) -> Option<Self> {
        let [runs, keys, steps, values, millis] = batch.columns() else {
            return None;
        };
        Some(Self {
            runs: runs.as_string_opt()?,
            keys: keys.as_string_opt()?,
            steps: steps.as_primitive_opt::<UInt64Type>()?,
            values: values.as_primitive_opt::<Float64Type>()?,
            millis: millis.as_primitive_opt::<Int64Type>()?,
        })
    }
}
