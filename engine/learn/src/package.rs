//! The model package: what a run leaves for the registry, each file whole or not there.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::{Cell, Holdout, InputSpec, Predicted, Recipe, RunReport, Signature, Values};
use serde::Serialize;

use crate::LearnError;
use crate::checkpoint::{Floats, write_whole};
use crate::net::Folded;
use crate::onnx;
use crate::plan::Plan;
use crate::prepare::{Preparation, PreparedColumn, Target, TargetKind};

/// Rows of `holdout.json`, and cells, which are fewer rows of very wide data.
const HOLDOUT_ROWS: usize = 1_000;
const HOLDOUT_CELLS: usize = 1_000_000;

/// Everything that is packed.
pub(crate) struct Contents<'a> {
    pub(crate) recipe: &'a Recipe,
    /// The features' raw columns, in the recipe's order.
    pub(crate) values: &'a [&'a Values],
    pub(crate) preparation: &'a Preparation,
    pub(crate) target: &'a Target,
    pub(crate) plan: &'a Plan,
    pub(crate) parameters: &'a [f32],
    pub(crate) statistics: &'a [f32],
    pub(crate) folded: &'a Folded,
    pub(crate) report: &'a RunReport,
    /// Held-out rows of the frame, and what the trainer says of them.
    pub(crate) holdout: (&'a [usize], &'a Predicted),
}

pub(crate) fn write(
    folder: &Path,
    contents: &Contents<'_>,
) -> Result<BTreeMap<Arc<str>, PathBuf>, LearnError> {
    let signature = signature(contents);
    let recipe = json("recipe", contents.recipe)?;
    let recipe = String::from_utf8_lossy(&recipe).into_owned();
    let parts = onnx::Parts {
        recipe: contents.recipe,
        signature: &signature,
        preparation: contents.preparation,
        target: contents.target,
        folded: contents.folded,
    };
    let files = [
        ("model.onnx", onnx::encode(&parts, &recipe)),
        ("weights.safetensors", weights(contents, recipe)?),
        ("signature.json", pretty("signature", &signature)?),
        ("report.json", pretty("report", contents.report)?),
        ("holdout.json", json("hold-out", &holdout(contents))?),
    ];
    let mut written = BTreeMap::new();
    for (name, bytes) in files {
        let path = folder.join(name);
        write_whole(&path, &bytes)?;
        written.insert(name.into(), path);
    }
    Ok(written)
}

fn signature(contents: &Contents<'_>) -> Signature {
    let inputs = contents
        .recipe
        .features
        .iter()
        .zip(&contents.preparation.columns)
        .map(|(feature, column)| {
            let (categories, example, range) = match column {
                PreparedColumn::Number(column) => {
                    (Vec::new(), column.example.clone(), column.range)
                }
                PreparedColumn::Category(column) => (
                    column.seen.clone(),
                    column.example.as_ref().map(ToString::to_string),
                    None,
                ),
            };
            InputSpec {
                name: feature.name.clone(),
                column_type: feature.column_type,
                categories,
                example,
                range,
            }
        })
        .collect();
    Signature {
        task: contents.target.task(),
        target: contents.recipe.target.clone(),
        inputs,
        classes: contents.target.class_labels().to_vec(),
    }
}

/// Parameters by name, and the running statistics of each norm, for who wants to look inside or go on elsewhere.
fn weights(contents: &Contents<'_>, recipe: String) -> Result<Vec<u8>, LearnError> {
    let mut views = Vec::new();
    for slot in &contents.plan.slots {
        let values = &contents.parameters[slot.range.clone()];
        let view = if slot.rows == 0 {
            Floats::vector(values)
        } else {
            Floats::matrix(values, slot.rows, slot.columns)
        };
        views.push((slot.name.clone(), view));
    }
    if contents.plan.batch_norm {
        let mut from = 0;
        for (index, width) in contents.plan.hidden.iter().enumerate() {
            for name in ["running_mean", "running_variance"] {
                let values = &contents.statistics[from..from + width];
                views.push((format!("block.{index}.norm.{name}"), Floats::vector(values)));
                from += width;
            }
        }
    }
    let metadata = HashMap::from([("recipe".to_string(), recipe)]);
    safetensors::serialize(views, Some(metadata)).map_err(|error| LearnError::Encode {
        what: "weights",
        source: error.into(),
    })
}

fn holdout(contents: &Contents<'_>) -> Holdout {
    let (rows, predicted) = contents.holdout;
    let most = HOLDOUT_ROWS
        .min(HOLDOUT_CELLS / contents.recipe.features.len().max(1))
        .max(1);
    let rows = &rows[..rows.len().min(most)];
    let columns = contents
        .values
        .iter()
        .map(|values| match values {
            Values::Number(values) => rows.iter().map(|row| number_cell(values[*row])).collect(),
            Values::Text(values) => rows
                .iter()
                .map(|row| values[*row].clone().map_or(Cell::Missing, Cell::Text))
                .collect(),
        })
        .collect();
    let predictions = match predicted {
        Predicted::Classes {
            probabilities,
            class_count,
        } => probabilities
            .chunks_exact(*class_count)
            .take(rows.len())
            .map(|row| {
                row.iter()
                    .map(|probability| f64::from(*probability))
                    .collect()
            })
            .collect(),
        Predicted::Values(values) => values
            .iter()
            .take(rows.len())
            .map(|value| vec![*value])
            .collect(),
    };
    Holdout {
        columns,
        predictions,
        scale: match contents.target.kind {
            TargetKind::Number { deviation, .. } => deviation,
            TargetKind::Classes { .. } => 1.0,
        },
    }
}

/// JSON has no infinity, and the model takes one as missing anyway.
fn number_cell(value: f64) -> Cell {
    if value.is_finite() {
        Cell::Number(value)
    } else {
        Cell::Missing
    }
}

fn json(what: &'static str, value: &impl Serialize) -> Result<Vec<u8>, LearnError> {
    serde_json::to_vec(value).map_err(|error| LearnError::Encode {
        what,
        source: error.into(),
    })
}

/// The same, for files that people open.
fn pretty(what: &'static str, value: &impl Serialize) -> Result<Vec<u8>, LearnError> {
    serde_json::to_vec_pretty(value).map_err(|error| LearnError::Encode {
        what,
        source: error.into(),
    })
}
