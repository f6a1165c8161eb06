//! A project with many finished runs and their curves: what the window is measured over.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::journal::{Draft, Journal};
use catalog::Catalog;
use contract::{
    Answer, Ask, Command, DataVersion, Fact, MetricPoint, Metrics, ModelPackage, Recipe, Refusal,
    RunId, RunReport, SplitRows, Timestamp,
};

use crate::catalog_thread::catch_up;
use crate::clock;
use crate::connection::Connection;
use crate::error::HostError;
use crate::project::{Layout, create_project};

/// Runs that are written at once: large enough that the disk's sync is not what this takes.
const BATCH: usize = 100;
const LOSS: &str = "validation/loss";

/// What is in such a project.
#[derive(Clone, Debug)]
pub struct Crowd {
    /// Imported as the dataset that every run learned from.
    pub csv: PathBuf,
    pub target: String,
    pub runs: u64,
    /// Of the one curve that every run has.
    pub points: u64,
}

/// Makes a project at `path`, which does not exist yet: its data are imported, its runs are written as a training writes them.
///
/// # Errors
/// When the folder cannot be written, or the file cannot be imported.
pub fn crowded_project(path: &Path, crowd: &Crowd) -> Result<(), Refusal> {
    create_project(path).map_err(|error| error.refusal())?;
    let version = import(path, crowd)?;
    let recipe = Recipe::propose(&version, &crowd.target)?;
    let layout = Layout {
        root: path.to_owned(),
    };
    write_runs(&layout, &recipe, crowd).map_err(|error| error.refusal())
}

fn import(project: &Path, crowd: &Crowd) -> Result<Arc<DataVersion>, Refusal> {
    let connection = Connection::for_work(project, "bench").map_err(|error| error.refusal())?;
    let command = Command::ImportFiles {
        paths: vec![crowd.csv.clone()],
        name: None,
        options: Default::default(),
        roles: Default::default(),
    };
    let answer = connection.ask(Ask::Command(command), &mut |_| {});
    connection.close();
    match answer? {
        Answer::DataVersions(mut versions) if !versions.is_empty() => Ok(versions.remove(0)),
        _ => Err(Refusal::new("the import made no data version")),
    }
}

/// Facts into the journal, points into the catalog, as the engine would have left them.
fn write_runs(layout: &Layout, recipe: &Recipe, crowd: &Crowd) -> Result<(), HostError> {
    let (mut journal, _repairs) = Journal::open(&layout.journal())?;
    let runs: Vec<RunId> = (0..crowd.runs)
        .map(|_| RunId::from_random(clock::random_bits()))
        .collect();
    let at = clock::now();
    for batch in runs.chunks(BATCH) {
        let facts = batch.iter().flat_map(|run| life(run, recipe, crowd.points));
        let drafts: Vec<Draft> = facts
            .map(|fact| Draft {
                at,
                actor: "bench".into(),
                fact,
            })
            .collect();
        journal.append(&drafts)?;
    }
    let mut catalog = Catalog::open(&layout.catalog())?;
    catch_up(&mut catalog, &layout.journal())?;
    for (number, run) in (1_u64..).zip(&runs) {
        catalog.append_points(run, &curve(number, crowd.points, at))?;
    }
    catalog.checkpoint()?;
    Ok(())
}

fn life(run: &RunId, recipe: &Recipe, epochs: u64) -> [Fact; 2] {
    let metrics: Metrics = [
        (Arc::from(LOSS), 0.1),
        (Arc::from("test/accuracy"), 0.9),
        (Arc::from("test/log_loss"), 0.3),
    ]
    .into();
    let report = RunReport {
        baseline: metrics.clone(),
        metrics,
        rows: SplitRows::default(),
        epochs_run: u32::try_from(epochs).unwrap_or(u32::MAX),
        best_epoch: 1,
        classes: Vec::new(),
        confusion: Vec::new(),
        predicted_vs_actual: Vec::new(),
        importance: Vec::new(),
        parameters: 1,
        samples_per_second: 1.0,
    };
    [
        Fact::RunStarted {
            run: run.clone(),
            recipe: Box::new(recipe.clone()),
            device: "CPU (flex)".into(),
        },
        Fact::RunFinished {
            run: run.clone(),
            stopped: false,
            seconds: 60.0,
            report: Box::new(report),
            package: ModelPackage::default(),
            series: None,
        },
    ]
}

/// A loss that falls and trembles, another one for every run.
fn curve(number: u64, points: u64, at: Timestamp) -> Vec<MetricPoint> {
    let key: Arc<str> = LOSS.into();
    let value = |step: f64| (-step / 160.0).exp() + (step * 0.7 + number as f64).sin() * 0.02;
    (1..=points)
        .map(|step| MetricPoint {
            key: key.clone(),
            step,
            value: value(step as f64) + number as f64 * 1e-4,
            at,
        })
        .collect()
}
