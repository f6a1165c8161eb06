//! What goes on while frames are measured: a training with live curves and one large import after another, in the same process.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use contract::{Answer, Ask, Command, DataVersion, DatasetName, DeviceChoice, Recipe};
use host::Connection;
use host::bench::write_mixed;

use crate::{sample, told};

/// Large enough that most of the time is spent in the import and not around it.
const CSV_BYTES: u64 = 256 << 20;
/// More epochs than a measurement sees.
const EPOCHS: u32 = 1_000_000;
const ONE_MORE_ROW: &[u8] =
    b"1000000000,30,,0.5,Lyon,segment_1,one more,2020-01-01 00:00:00,true,1\n";
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Whether both go on at this moment.
#[derive(Clone, Default)]
pub(crate) struct Load {
    is_training: Arc<AtomicBool>,
    is_importing: Arc<AtomicBool>,
}

impl Load {
    /// Starts once the window has the project open, and goes on until the process ends.
    pub(crate) fn start(project: PathBuf, folder: PathBuf) -> anyhow::Result<Self> {
        let load = Self::default();
        let importing = {
            let (load, project) = (load.clone(), project.clone());
            move || load.import(&project, &folder)
        };
        let training = {
            let load = load.clone();
            move || load.train(&project)
        };
        on_thread("load-import", importing)?;
        on_thread("load-training", training)?;
        Ok(load)
    }

    pub(crate) fn is_training(&self) -> bool {
        self.is_training.load(Ordering::Relaxed)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.is_training() && self.is_importing.load(Ordering::Relaxed)
    }

    fn train(&self, project: &Path) -> anyhow::Result<()> {
        let connection = once_open(project)?;
        let version = import(&connection, &sample("digits.csv"), None, &mut || {})?;
        let target = version.columns.last().context("no column")?.name.clone();
        let mut recipe = Recipe::propose(&version, &target).map_err(told)?;
        recipe.device = DeviceChoice::Cpu;
        recipe.training.epochs = EPOCHS;
        recipe.training.patience = 0;
        let start = Command::StartRun {
            recipe: Box::new(recipe),
        };
        let ended = connection.ask(Ask::Command(start), &mut |_| {
            self.is_training.store(true, Ordering::Relaxed);
        });
        self.is_training.store(false, Ordering::Relaxed);
        ended.map_err(told)?;
        anyhow::bail!("the training ended before the measurement")
    }

    fn import(&self, project: &Path, folder: &Path) -> anyhow::Result<()> {
        let csv = folder.join("mixed.csv");
        write_mixed(&csv, CSV_BYTES)?;
        let connection = once_open(project)?;
        loop {
            let name = DatasetName::new("mixed");
            let imported = import(&connection, &csv, Some(name), &mut || {
                self.is_importing.store(true, Ordering::Relaxed);
            });
            self.is_importing.store(false, Ordering::Relaxed);
            imported?;
            // The same bytes would be recognised.
            std::fs::OpenOptions::new()
                .append(true)
                .open(&csv)?
                .write_all(ONE_MORE_ROW)?;
        }
    }
}

fn import(
    connection: &Connection,
    csv: &Path,
    name: Option<DatasetName>,
    progress: &mut dyn FnMut(),
) -> anyhow::Result<Arc<DataVersion>> {
    let command = Command::ImportFiles {
        paths: vec![csv.to_owned()],
        name,
        options: Default::default(),
        roles: Default::default(),
    };
    let answer = connection.ask(Ask::Command(command), &mut |_| progress());
    match answer.map_err(told)? {
        Answer::DataVersions(mut versions) if !versions.is_empty() => Ok(versions.remove(0)),
        _ => anyhow::bail!("the import made no data version"),
    }
}

/// Reaches the window as `millctl` does, and never holds the project itself.
fn once_open(project: &Path) -> anyhow::Result<Connection> {
    while !project.join("session.json").exists() {
        std::thread::sleep(LOOK_AGAIN);
    }
    Connection::for_work(project, "bench").map_err(|error| told(error.refusal()))
}

/// A measurement without its load is none: a failure ends the process.
fn on_thread(
    name: &str,
    work: impl FnOnce() -> anyhow::Result<()> + Send + 'static,
) -> std::io::Result<()> {
    let work = move || {
        if let Err(error) = work() {
            eprintln!("error: {error:#}");
            std::process::exit(1);
        }
    };
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
}
