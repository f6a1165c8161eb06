//! What would happen to files that hang over the window: decided before they are let go, and said.

use std::path::{Path, PathBuf};

use contract::Snapshot;
use look::format::file_name;

use crate::dialogs::DATA_EXTENSIONS;

/// What a drop would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    OpenProject(PathBuf),
    /// Import into the open project.
    Import(Vec<PathBuf>),
    /// Make a project of this path, then import.
    CreateAndImport(PathBuf, Vec<PathBuf>),
    Refuse(String),
}

/// The plan for these paths; `projects` is where new projects are made.
pub(crate) fn plan(paths: &[PathBuf], snapshot: &Snapshot, projects: &Path) -> Plan {
    if let Some(project) = paths.iter().find(|path| is_project(path)) {
        return Plan::OpenProject(project.clone());
    }
    let (taken, refused): (Vec<&PathBuf>, Vec<&PathBuf>) =
        paths.iter().partition(|path| is_data(path));
    if taken.is_empty() {
        return Plan::Refuse(match refused.as_slice() {
            [] => "Nothing to import".to_owned(),
            [one] => format!("{} cannot be read as data", file_name(one)),
            several => format!("{} files cannot be read as data", several.len()),
        });
    }
    let taken: Vec<PathBuf> = taken.into_iter().cloned().collect();
    if snapshot.project.is_some() {
        return Plan::Import(taken);
    }
    let first = taken
        .first()
        .map_or_else(|| "Untitled".to_owned(), |path| stem(path));
    Plan::CreateAndImport(projects.join(format!("{first}.millrace")), taken)
}

/// The plan as a sentence, and a second line under it.
pub(crate) fn sentence(plan: &Plan, snapshot: &Snapshot) -> (String, String) {
    match plan {
        Plan::OpenProject(path) => (
            format!("Open the project “{}”", stem(path)),
            path.display().to_string(),
        ),
        Plan::Refuse(why) => (
            why.clone(),
            "Millrace reads CSV, TSV, JSON, JSON lines, Parquet and Excel".to_owned(),
        ),
        Plan::Import(paths) => (import_sentence(paths, snapshot), String::new()),
        Plan::CreateAndImport(path, paths) => (
            format!("Make a project “{}” and import {}", stem(path), said(paths)),
            path.display().to_string(),
        ),
    }
}

fn import_sentence(paths: &[PathBuf], snapshot: &Snapshot) -> String {
    if let [path] = paths {
        let known = stem(path);
        let dataset = snapshot
            .datasets
            .iter()
            .find(|dataset| dataset.name.as_str() == known);
        return match dataset {
            Some(dataset) => format!(
                "Import as version {} of {known}",
                dataset.versions.len() + 1
            ),
            None => format!("Import {} as a new dataset", file_name(path)),
        };
    }
    format!("Import {}", said(paths))
}

fn said(paths: &[PathBuf]) -> String {
    match paths {
        [path] => file_name(path),
        several => format!("{} files", several.len()),
    }
}

pub(crate) fn is_project(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("millrace"))
        || path.join("project.toml").is_file()
}

/// A folder is data when somebody drops it; the engine says what of it cannot be read.
fn is_data(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension {
        Some(extension) => {
            let extension = extension.to_ascii_lowercase();
            DATA_EXTENSIONS.contains(&extension.as_str()) || path.is_dir()
        }
        None => true,
    }
}

pub(crate) fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(
        || file_name(path),
        |stem| stem.to_string_lossy().into_owned(),
    )
}
