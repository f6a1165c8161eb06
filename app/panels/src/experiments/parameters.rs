//! The parameters of runs as names and values, and which of them differ between runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use contract::{DeviceChoice, FeatureSpec, Recipe, Run};

/// One thing that was chosen before a run started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub name: &'static str,
    pub value: String,
}

/// Everything that a person chose for a run, in the order of the training dialog.
pub(crate) fn parameters(recipe: &Recipe) -> Vec<Parameter> {
    let model = &recipe.model;
    let training = &recipe.training;
    let pairs = [
        ("data", recipe.data.to_string()),
        ("target", recipe.target.to_string()),
        ("task", recipe.task.word().into()),
        ("features", recipe.features.len().to_string()),
        ("hidden layers", hidden_layers(&model.hidden)),
        ("dropout", model.dropout.to_string()),
        ("batch norm", yes_or_no(model.batch_norm).into()),
        ("epochs", look::format::count(u64::from(training.epochs))),
        (
            "batch size",
            look::format::count(training.batch_size as u64),
        ),
        ("learning rate", training.learning_rate.to_string()),
        ("weight decay", training.weight_decay.to_string()),
        ("patience", training.patience.to_string()),
        ("class weights", yes_or_no(training.class_weights).into()),
        (
            "validation share",
            recipe.split.validation_share.to_string(),
        ),
        ("test share", recipe.split.test_share.to_string()),
        ("seed", recipe.seed.to_string()),
        ("device", device_word(recipe.device).into()),
        ("experiment", recipe.experiment.to_string()),
    ];
    pairs
        .into_iter()
        .map(|(name, value)| Parameter { name, value })
        .collect()
}

/// The number behind a name that a person may write in a filter, such as `learning_rate` or `accuracy`.
/// A metric without its split means the most trusted split that has it.
pub(crate) fn number_of(run: &Run, name: &str) -> Option<f64> {
    let recipe = &run.recipe;
    let training = &recipe.training;
    let number = match name {
        "run" | "number" => run.number as f64,
        "epochs" => f64::from(training.epochs),
        "batch_size" => training.batch_size as f64,
        "learning_rate" | "lr" => training.learning_rate,
        "weight_decay" => training.weight_decay,
        "patience" => f64::from(training.patience),
        "dropout" => recipe.model.dropout,
        "layers" => recipe.model.hidden.len() as f64,
        "features" => recipe.features.len() as f64,
        "seed" => recipe.seed as f64,
        "seconds" => run.seconds,
        "parameters" => run.report.as_deref()?.parameters as f64,
        "samples_per_second" => run.report.as_deref()?.samples_per_second,
        key if key.contains('/') => *run.metrics.get(key)?,
        metric => super::result::Split::ALL
            .into_iter()
            .find_map(|split| {
                run.metrics
                    .get(format!("{}/{metric}", split.word()).as_str())
            })
            .copied()?,
    };
    Some(number)
}

/// A table of the parameters that differ: one row a parameter, one cell a run, in the order of the runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Differences {
    pub rows: Vec<DifferenceRow>,
    /// Parameters that all runs share.
    pub same: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DifferenceRow {
    pub name: &'static str,
    pub cells: Vec<String>,
    /// The most frequent cell, so that the odd ones out can be lit.
    pub usual: String,
}

impl Differences {
    /// Compares runs; fewer than two differ in nothing. With `only` off, every parameter is a row.
    pub(crate) fn between(runs: &[Arc<Run>], only: bool) -> Self {
        let shared = shared_features(runs);
        let columns: Vec<Vec<Parameter>> = runs
            .iter()
            .map(|run| {
                let mut parameters = parameters(&run.recipe);
                if let Some(features) = parameters
                    .iter_mut()
                    .find(|parameter| parameter.name == "features")
                {
                    features.value = features_cell(&run.recipe.features, &shared);
                }
                parameters
            })
            .collect();
        let Some(first) = columns.first() else {
            return Self::default();
        };
        let mut table = Self::default();
        for (index, parameter) in first.iter().enumerate() {
            let differs = columns
                .iter()
                .any(|column| column[index].value != parameter.value);
            table.same += usize::from(!differs);
            if differs || !only {
                let cells: Vec<String> = columns
                    .iter()
                    .map(|column| column[index].value.clone())
                    .collect();
                table.rows.push(DifferenceRow {
                    name: parameter.name,
                    usual: most_frequent(&cells),
                    cells,
                });
            }
        }
        table
    }
}

/// `64, 64` or “none, linear”.
pub(crate) fn hidden_layers(hidden: &[usize]) -> String {
    if hidden.is_empty() {
        return "none, linear".into();
    }
    let widths: Vec<String> = hidden.iter().map(usize::to_string).collect();
    widths.join(", ")
}

fn yes_or_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

pub(crate) fn device_word(device: DeviceChoice) -> &'static str {
    match device {
        DeviceChoice::Auto => "automatic",
        DeviceChoice::Gpu => "GPU",
        DeviceChoice::Cpu => "CPU",
    }
}

/// Where a run trained, without the name of the program's own routines for the CPU, which are the only ones.
pub(crate) fn device_name(device: &str) -> &str {
    device.strip_suffix(" (flex)").unwrap_or(device)
}

fn shared_features(runs: &[Arc<Run>]) -> BTreeSet<Arc<str>> {
    let mut counts: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for run in runs {
        for feature in &run.recipe.features {
            *counts.entry(feature.name.clone()).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .filter(|(_, count)| *count == runs.len())
        .map(|(name, _)| name)
        .collect()
}

/// How many names of their own a cell spells out before it only counts them.
const SPELLED_OUT: usize = 3;

/// What a run has beside the features that all runs have: `11 shared` or `11 shared + alcohol, ash`.
fn features_cell(features: &[FeatureSpec], shared: &BTreeSet<Arc<str>>) -> String {
    let own: Vec<&str> = features
        .iter()
        .map(|feature| &*feature.name)
        .filter(|name| !shared.contains(*name))
        .collect();
    if own.is_empty() {
        return format!("{} shared", shared.len());
    }
    if shared.is_empty() {
        return format!("{}, none shared", own.len());
    }
    let mut text = format!(
        "{} shared + {}",
        shared.len(),
        own[..own.len().min(SPELLED_OUT)].join(", ")
    );
    if own.len() > SPELLED_OUT {
        text.push_str(&format!(" and {} more", own.len() - SPELLED_OUT));
    }
    text
}

fn most_frequent(cells: &[String]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for cell in cells {
        *counts.entry(cell).or_default() += 1;
    }
    // Of equally frequent ones the first run's stands as usual.
    let most = counts.values().copied().max().unwrap_or(0);
    cells
        .iter()
        .find(|cell| counts.get(cell.as_str()) == Some(&most))
        .cloned()
        .unwrap_or_default()
}
