//! Predictions that were given: appended in batches, read back as the newest window of a model version.

use std::sync::Arc;

use contract::{Cell, ModelVersionRef, PredictedOutput, Prediction, RequestId, Timestamp};
use duckdb::arrow::array::{
    ArrayRef, Float64Array, Int64Array, StringArray, UInt32Array, UInt64Array,
};
use duckdb::arrow::record_batch::RecordBatch;
use duckdb::{Connection, Row, params};

use crate::connection::appender;
use crate::{Catalog, CatalogError};

impl Catalog {
    /// Adds predictions in the order they were given, all or none.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn append_predictions(&mut self, predictions: &[Prediction]) -> Result<(), CatalogError> {
        if predictions.is_empty() {
            return Ok(());
        }
        let known_id = self.next_prediction.get();
        let next_id = self.run_whole("add predictions to", |connection| {
            let first_id = match known_id {
                Some(id) => id,
                None => next_id(connection)?,
            };
            let mut appender = appender(connection, "prediction")?;
            appender.append_record_batch(to_batch(first_id, predictions)?)?;
            appender.flush()?;
            Ok(first_id + predictions.len() as u64)
        })?;
        self.next_prediction.set(Some(next_id));
        Ok(())
    }

    /// The newest `limit` predictions of a model version, oldest first. Numbers that JSON has no word for come back as missing inputs.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn recent_predictions(
        &self,
        model: &ModelVersionRef,
        limit: u64,
    ) -> Result<Vec<Prediction>, CatalogError> {
        self.run("read", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT request, row_in_request, unix_millis, inputs, class_index, probabilities, value
                 FROM prediction WHERE model = ? AND version = ? ORDER BY id DESC LIMIT ?",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut rows = statement.query(params![model.model.as_str(), model.version, limit])?;
            let mut predictions = Vec::new();
            while let Some(row) = rows.next()? {
                predictions.push(from_row(row, model)?);
            }
            predictions.reverse();
            Ok(predictions)
        })
    }
}

fn next_id(connection: &Connection) -> Result<u64, CatalogError> {
    let newest: Option<u64> =
        connection.query_row("SELECT max(id) FROM prediction", [], |row| row.get(0))?;
    Ok(newest.map_or(0, |id| id + 1))
}

fn unreadable(source: serde_json::Error) -> CatalogError {
    CatalogError::Unreadable {
        what: "a prediction",
        source,
    }
}

fn to_batch(first_id: u64, predictions: &[Prediction]) -> Result<RecordBatch, CatalogError> {
    let json = |list: Result<String, serde_json::Error>| list.map_err(unreadable);
    let mut inputs = Vec::with_capacity(predictions.len());
    let mut classes = Vec::with_capacity(predictions.len());
    let mut probabilities = Vec::with_capacity(predictions.len());
    let mut values = Vec::with_capacity(predictions.len());
    for prediction in predictions {
        inputs.push(json(serde_json::to_string(&prediction.inputs))?);
        let (class, list, value) = match &prediction.output {
            PredictedOutput::Class {
                index,
                probabilities,
            } => (
                Some(u32::try_from(*index).unwrap_or(u32::MAX)),
                Some(json(serde_json::to_string(probabilities))?),
                None,
            ),
            PredictedOutput::Value(value) => (None, None, Some(*value)),
        };
        classes.push(class);
        probabilities.push(list);
        values.push(value);
    }
    let texts = |text: fn(&Prediction) -> &str| {
        Arc::new(StringArray::from_iter_values(predictions.iter().map(text))) as ArrayRef
    };
    let numbers = |number: fn(&Prediction) -> u32| {
        Arc::new(UInt32Array::from_iter_values(
            predictions.iter().map(number),
        )) as ArrayRef
    };
    let ids = first_id..first_id + predictions.len() as u64;
    let millis = predictions.iter().map(|given| given.at.unix_millis);
    Ok(RecordBatch::try_from_iter_with_nullable([
        (
            "id",
            Arc::new(UInt64Array::from_iter_values(ids)) as ArrayRef,
            false,
        ),
        ("model", texts(|given| given.model.model.as_str()), false),
        ("version", numbers(|given| given.model.version), false),
        ("request", texts(|given| given.request.as_str()), false),
        ("row_in_request", numbers(|given| given.row), false),
        (
            "unix_millis",
            Arc::new(Int64Array::from_iter_values(millis)),
            false,
        ),
        ("inputs", Arc::new(StringArray::from(inputs)), false),
        ("class_index", Arc::new(UInt32Array::from(classes)), true),
        (
            "probabilities",
            Arc::new(StringArray::from(probabilities)),
            true,
        ),
        ("value", Arc::new(Float64Array::from(values)), true),
    ])?)
}

/// Reads `request, row_in_request, unix_millis, inputs, class_index, probabilities, value`.
fn from_row(row: &Row<'_>, model: &ModelVersionRef) -> Result<Prediction, CatalogError> {
    let inputs: String = row.get(3)?;
    let inputs: Vec<Cell> = serde_json::from_str(&inputs).map_err(unreadable)?;
    let class: Option<u32> = row.get(4)?;
    let output = match class {
        Some(index) => {
            let list: String = row.get(5)?;
            let list: Vec<Option<f32>> = serde_json::from_str(&list).map_err(unreadable)?;
            PredictedOutput::Class {
                index: index as usize,
                probabilities: list
                    .into_iter()
                    .map(|probability| probability.unwrap_or(f32::NAN))
                    .collect(),
            }
        }
        None => PredictedOutput::Value(row.get(6)?),
    };
    Ok(Prediction {
        request: RequestId::new(row.get::<_, String>(0)?),
        row: row.get(1)?,
        at: Timestamp {
            unix_millis: row.get(2)?,
        },
        model: model.clone(),
        inputs,
        output,
    })
}
