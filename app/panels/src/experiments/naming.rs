//! What things are called on the screen: metrics by the field's words, and the model that a run would be registered as.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use contract::{DatasetName, Model, ModelVersionRef, Run, RunId, Snapshot};

use super::result::Split;
use crate::registry::LONGEST_NAME;

/// A metric's key as a title: `F1, macro` for `f1_macro`.
pub(crate) fn metric_title(metric: &str) -> Cow<'_, str> {
    Cow::Borrowed(match metric {
        "accuracy" => "Accuracy",
        "balanced_accuracy" => "Balanced accuracy",
        "f1_macro" => "F1, macro",
        "roc_auc" => "ROC AUC",
        "log_loss" => "Log loss",
        "loss" => "Loss",
        "mae" => "MAE",
        "rmse" => "RMSE",
        "r2" => "R²",
        "learning_rate" => "Learning rate",
        other => return Cow::Owned(in_words(other)),
    })
}

/// The same inside a sentence: `accuracy`, but `RMSE`.
pub(crate) fn metric_word(metric: &str) -> Cow<'_, str> {
    match metric {
        "accuracy" => Cow::Borrowed("accuracy"),
        "balanced_accuracy" => Cow::Borrowed("balanced accuracy"),
        "log_loss" => Cow::Borrowed("log loss"),
        "loss" => Cow::Borrowed("loss"),
        other => metric_title(other),
    }
}

/// The whole key, split and all, as the title of a column: `F1, macro, test`.
pub(crate) fn metric_key_title(key: &str) -> Cow<'_, str> {
    match Split::of_key(key) {
        Some((split, metric)) => Cow::Owned(format!("{}, {}", metric_title(metric), split.word())),
        None => metric_title(key),
    }
}

fn in_words(key: &str) -> String {
    look::format::capitalised(&key.replace('_', " "))
}

/// The name that is proposed for the model of a run: of the model that its data and target are known by,
/// or else `dataset-target`, so that a model is not called as its data is.
pub fn proposed_name(snapshot: &Snapshot, run: &Run) -> String {
    let (dataset, target) = (&run.recipe.data.dataset, &run.recipe.target);
    let known = known_model(snapshot, dataset, target);
    match known {
        Some(model) => model.name.to_string(),
        None => plain(&format!("{dataset}-{target}")),
    }
}

/// The newest version that was made of a run.
pub(crate) fn registered_as(snapshot: &Snapshot, run: &Run) -> Option<ModelVersionRef> {
    snapshot
        .models
        .iter()
        .flat_map(|model| model.versions.iter())
        .filter(|version| version.run == run.id)
        .max_by_key(|version| version.created)
        .map(|version| version.id.clone())
}

/// The model whose newest version learned the same target of the same data, or that has the name of the data.
fn known_model<'a>(
    snapshot: &'a Snapshot,
    dataset: &DatasetName,
    target: &str,
) -> Option<&'a Arc<Model>> {
    let is_of_the_target = |model: &&Arc<Model>| {
        let newest = model.versions.last();
        newest.is_none_or(|version| &*version.signature.target == target)
    };
    let mut models = snapshot.models.iter().rev().filter(is_of_the_target);
    // Gone through once, and only where there is something to look up: a panel asks in every frame.
    models.clone().next()?;
    let learned: HashSet<&RunId> = snapshot
        .runs
        .iter()
        .filter(|run| run.recipe.data.dataset == *dataset)
        .map(|run| &run.id)
        .collect();
    let is_of_the_data = |model: &&Arc<Model>| {
        let newest = model.versions.last();
        newest.is_some_and(|version| learned.contains(&version.run))
    };
    models
        .clone()
        .find(is_of_the_data)
        .or_else(|| models.find(|model| model.name.as_str() == plain(dataset.as_str())))
}

/// Signs that cannot stand in an address give way, as does what is longer than a model's name may be.
fn plain(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let plain: String = name
        .trim_start_matches('.')
        .chars()
        .take(LONGEST_NAME)
        .map(|letter| if is_plain(letter) { letter } else { '-' })
        .collect();
    match plain.trim_matches('-') {
        "" => "model".to_owned(),
        _ => plain,
    }
}
