//! `millctl bench`: every figure as a ratio to a yardstick that was measured in the same run.

use contract::{Answer, Ask, Command, DeviceChoice, ModelName, Query, Recipe, Refusal};
use host::Connection;
use host::bench::{self, Measure};
use serde_json::json;

use crate::arguments::BenchPart;
use crate::commands::unexpected;
use crate::output;

/// Fails only when something could not be measured; a bound that does not hold is said, not hidden.
pub(crate) fn bench(parts: &[BenchPart], megabytes: u64, as_json: bool) -> Result<(), Refusal> {
    let failed = |error: std::io::Error| Refusal::new(format!("no folder to measure in: {error}"));
    let folder = std::env::current_dir().map_err(failed)?;
    let mut measures = Vec::new();
    for part in parts {
        measures.extend(match part {
            BenchPart::Journal => bench::journal(&folder)?,
            BenchPart::Import => bench::import(&folder, megabytes)?,
            BenchPart::Train => bench::train(&folder, DeviceChoice::Auto)?,
            BenchPart::Infer => with_model(&folder, bench::infer)?,
            BenchPart::Serve => with_model(&folder, |onnx, signature| {
                let bytes = std::fs::read(onnx).map_err(|error| Refusal::new(error.to_string()))?;
                bench::serve(&bytes, signature)
            })?,
        });
    }
    if as_json {
        output::json(&json!({ "measures": measures }));
        return Ok(());
    }
    let row = |measure: &Measure| {
        vec![
            measure.name.clone(),
            format!("{:.1} {}", measure.value, measure.unit),
            measure.yardstick.clone(),
            format!("{:.1}", measure.yardstick_value),
            format!("{:.3}", measure.ratio),
            measure.bound.to_owned(),
            (if measure.holds {
                "holds"
            } else {
                "does not hold"
            })
            .to_owned(),
        ]
    };
    let header = [
        "what",
        "measured",
        "yardstick",
        "its figure",
        "ratio",
        "bound",
        "",
    ];
    output::table(&header, &measures.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

/// The wine sample, 13 numbers to 3 classes, trained for a moment at 128-128: the model of the published figures.
fn with_model<T>(
    folder: &std::path::Path,
    measure: impl FnOnce(&std::path::Path, &contract::Signature) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let failed = |error: std::io::Error| Refusal::new(format!("no project to measure in: {error}"));
    let scratch = tempfile::tempdir_in(folder).map_err(failed)?;
    let csv = scratch.path().join("wine.csv");
    std::fs::write(&csv, include_str!("../../../assets/samples/wine.csv")).map_err(failed)?;
    let project = scratch.path().join("bench.millrace");
    host::create_project(&project).map_err(|error| error.refusal())?;
    let connection =
        Connection::for_work(&project, "millctl bench").map_err(|error| error.refusal())?;
    let ask = |ask: Ask| connection.ask(ask, &mut output::progress);
    let import = Command::ImportFiles {
        paths: vec![csv],
        name: None,
        options: Default::default(),
        roles: Default::default(),
    };
    let Answer::DataVersions(versions) = ask(Ask::Command(import))? else {
        return Err(unexpected());
    };
    let version = versions.first().ok_or_else(unexpected)?;
    let mut recipe = Recipe::propose(version, "cultivar")?;
    recipe.model.hidden = vec![128, 128];
    recipe.training.epochs = 5;
    recipe.device = DeviceChoice::Cpu;
    let Answer::Runs(runs) = ask(Ask::Command(Command::StartRun {
        recipe: Box::new(recipe),
    }))?
    else {
        return Err(unexpected());
    };
    let run = runs.first().ok_or_else(unexpected)?.id.clone();
    let register = Command::RegisterRun {
        run,
        name: ModelName::new("bench"),
    };
    let Answer::ModelVersion(version) = ask(Ask::Command(register))? else {
        return Err(unexpected());
    };
    let digest = version
        .package
        .files
        .get("model.onnx")
        .ok_or_else(unexpected)?
        .clone();
    let Answer::Path(onnx) = ask(Ask::Query(Query::ObjectPath { digest }))? else {
        return Err(unexpected());
    };
    let result = measure(&onnx, &version.signature);
    connection.close();
    result
}
