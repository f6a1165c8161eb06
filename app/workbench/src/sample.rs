//! The sample project: the wine data of the UCI repository, so that the whole road can be walked in five minutes, offline.

use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;

use crate::arrival::{Arrival, Problem, arrive};
use crate::disk;
use crate::engine::{Wake, on_thread};

const WINE: &[u8] = include_bytes!("../../../assets/samples/wine.csv");

/// Where the sample project lies.
pub(crate) fn project_path(projects: &Path) -> PathBuf {
    projects.join("Wine sample.millrace")
}

/// Writes the sample's file beside the projects, on a thread of its own; its path arrives.
pub(crate) fn write(
    projects: &Path,
    wake: Wake,
    arrivals: SyncSender<Arrival>,
) -> Result<(), String> {
    let path = projects.join("samples").join("wine.csv");
    on_thread("sample", move || {
        let written = disk::write_bytes(&path, WINE);
        let result = written.map(|()| path.clone()).map_err(|error| Problem {
            what: "The sample could not be written".to_owned(),
            why: format!("{error}: {}", path.display()),
            hint: Some("Make a project elsewhere and drop a file of your own on it".to_owned()),
        });
        arrive(&arrivals, Arrival::SampleWritten(result));
        wake();
    })
}
