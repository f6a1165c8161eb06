//! `millctl train`: a recipe from defaults and `--set`, then the run to its end.

use contract::{Answer, Command, Recipe, Refusal};

use crate::arguments::TrainArguments;
use crate::commands::{Desk, unexpected};
use crate::show;

pub(crate) fn train(desk: &Desk, arguments: &TrainArguments) -> Result<(), Refusal> {
    let version = desk.data_version(&arguments.data)?;
    let mut recipe = Recipe::propose(&version, &arguments.target)?;
    recipe.device = arguments.device.into();
    if let Some(epochs) = arguments.epochs {
        recipe.training.epochs = epochs;
    }
    if let Some(seed) = arguments.seed {
        recipe.seed = seed;
    }
    if let Some(experiment) = &arguments.experiment {
        recipe.experiment = experiment.as_str().into();
    }
    for setting in &arguments.set {
        let (key, value) = setting.split_once('=').ok_or_else(|| {
            Refusal::with_hint(
                format!("“{setting}” sets nothing"),
                "write KEY=VALUE, for example learning_rate=0.01",
            )
        })?;
        set(&mut recipe, key.trim(), value.trim())?;
    }
    match desk.command(Command::StartRun {
        recipe: Box::new(recipe),
    })? {
        Answer::Runs(runs) => runs.iter().for_each(|run| show::trained(run, desk.json)),
        _ => return Err(unexpected()),
    }
    Ok(())
}

const KEYS: &str = "learning_rate, batch_size, weight_decay, patience, class_weights, hidden, dropout, batch_norm, validation_share, test_share";

pub(crate) fn set(recipe: &mut Recipe, key: &str, value: &str) -> Result<(), Refusal> {
    match key {
        "epochs" => recipe.training.epochs = number(key, value, 1.0..=1e6)? as u32,
        "learning_rate" => recipe.training.learning_rate = number(key, value, 1e-9..=10.0)?,
        "batch_size" => recipe.training.batch_size = number(key, value, 1.0..=1e6)? as usize,
        "weight_decay" => recipe.training.weight_decay = number(key, value, 0.0..=10.0)?,
        "patience" => recipe.training.patience = number(key, value, 0.0..=1e6)? as u32,
        "class_weights" => recipe.training.class_weights = switch(key, value)?,
        "dropout" => recipe.model.dropout = number(key, value, 0.0..=0.95)?,
        "batch_norm" => recipe.model.batch_norm = switch(key, value)?,
        "validation_share" => recipe.split.validation_share = number(key, value, 0.0..=0.8)?,
        "test_share" => recipe.split.test_share = number(key, value, 0.0..=0.8)?,
        "hidden" => {
            let sizes = value.split(',').filter(|part| !part.trim().is_empty());
            let sizes = sizes
                .map(|part| number(key, part.trim(), 1.0..=65_536.0).map(|size| size as usize));
            recipe.model.hidden = sizes.collect::<Result<_, _>>()?;
        }
        _ => {
            return Err(Refusal::with_hint(
                format!("there is no setting “{key}”"),
                format!("the settings are {KEYS}"),
            ));
        }
    }
    if recipe.split.validation_share + recipe.split.test_share > 0.9 {
        return Err(Refusal::with_hint(
            "too little is left to train on",
            "validation_share and test_share together are at most 0.9",
        ));
    }
    Ok(())
}

fn number(key: &str, value: &str, range: std::ops::RangeInclusive<f64>) -> Result<f64, Refusal> {
    let parsed = value
        .parse::<f64>()
        .ok()
        .filter(|number| range.contains(number));
    parsed.ok_or_else(|| {
        Refusal::with_hint(
            format!("{key} cannot be “{value}”"),
            format!("give a number from {} to {}", range.start(), range.end()),
        )
    })
}

fn switch(key: &str, value: &str) -> Result<bool, Refusal> {
    match value {
        "true" | "on" | "yes" | "1" => Ok(true),
        "false" | "off" | "no" | "0" => Ok(false),
        _ => Err(Refusal::with_hint(
            format!("{key} cannot be “{value}”"),
            "write true or false",
        )),
    }
}
