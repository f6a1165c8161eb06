//! A project on disk: made in a temporary folder and renamed into place; opened under its own lock.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::{Fact, ProjectId, ProjectInfo};
use journal::{Draft, Journal};
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::error::HostError;

/// Grows when a newer program writes what an older one cannot read.
pub(crate) const FORMAT: u32 = 1;

/// `project.toml`
#[derive(Debug, Serialize, Deserialize)]
struct Settings {
    id: ProjectId,
    name: String,
    format: u32,
}

/// The places in a project folder.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub root: PathBuf,
}

impl Layout {
    pub(crate) fn settings(&self) -> PathBuf {
        self.root.join("project.toml")
    }
    pub(crate) fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }
    pub(crate) fn catalog(&self) -> PathBuf {
        self.root.join("catalog.duckdb")
    }
    pub(crate) fn objects(&self) -> PathBuf {
        self.root.join("objects")
    }
    pub(crate) fn inbox(&self) -> PathBuf {
        self.root.join("inbox")
    }
    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }
    /// Checkpoints of runs that have not ended; a run's folder goes when the run ends.
    pub(crate) fn runs(&self) -> PathBuf {
        self.root.join("runs")
    }
    /// Logged predictions, sealed: they are no facts, and the catalog may be lost.
    pub(crate) fn predictions(&self) -> PathBuf {
        self.root.join("predictions")
    }
    /// How to reach the process that holds the project.
    pub(crate) fn session(&self) -> PathBuf {
        self.root.join("session.json")
    }
    /// Where the project was served last. The key is in it: readable by its owner only, and in no backup.
    pub(crate) fn server(&self) -> PathBuf {
        self.root.join("server.json")
    }
}

/// Makes a project folder. It appears whole or not at all.
///
/// # Errors
/// When the folder exists and is not empty, or cannot be written.
pub fn create_project(path: &Path) -> Result<(), HostError> {
    let files = |what: &'static str, path: &Path| {
        let path = path.to_owned();
        move |source| HostError::Files { what, path, source }
    };
    if path.exists()
        && fs::read_dir(path)
            .map(|mut entries| entries.next().is_some())
            .unwrap_or(true)
    {
        return Err(HostError::AlreadyExists {
            path: path.to_owned(),
        });
    }
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(files("create", parent))?;
    let workshop = tempfile::Builder::new()
        .prefix(".millrace-new-")
        .tempdir_in(parent)
        .map_err(files("write in", parent))?;
    let layout = Layout {
        root: workshop.path().to_owned(),
    };
    for folder in [
        layout.journal(),
        layout.objects(),
        layout.inbox(),
        layout.runs(),
    ] {
        fs::create_dir_all(&folder).map_err(files("create", &folder))?;
    }
    let name = path.file_stem().map_or_else(
        || "project".into(),
        |stem| stem.to_string_lossy().into_owned(),
    );
    let settings = Settings {
        id: ProjectId::from_random(clock::random_bits()),
        name: name.clone(),
        format: FORMAT,
    };
    let text = toml::to_string_pretty(&settings).map_err(|error| HostError::Settings {
        reason: error.to_string(),
    })?;
    fs::write(layout.settings(), text).map_err(files("write", &layout.settings()))?;
    sync(&layout.settings())?;
    let mut journal = Journal::create(&layout.journal())?;
    let fact = Fact::ProjectCreated {
        project: settings.id,
        name,
        format: FORMAT,
    };
    journal.append(&[Draft {
        at: clock::now(),
        actor: "person".into(),
        fact,
    }])?;
    drop(journal);
    sync(&layout.root)?;
    if path.exists() {
        fs::remove_dir(path).map_err(files("replace", path))?;
    }
    fs::rename(&layout.root, path).map_err(files("create", path))?;
    // The folder has moved away from under the temporary name: nothing is left to clean up.
    let _moved = workshop.keep();
    sync(parent)
}

/// Finds the project at `path`: the folder itself, or the folder of a `project.toml`.
pub(crate) fn locate(path: &Path) -> Result<(Layout, Arc<ProjectInfo>), HostError> {
    let root = if path.file_name().is_some_and(|name| name == "project.toml") {
        path.parent().unwrap_or(path).to_owned()
    } else {
        path.to_owned()
    };
    let layout = Layout {
        root: fs::canonicalize(&root).unwrap_or(root),
    };
    let text = fs::read_to_string(layout.settings()).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            HostError::NotAProject {
                path: path.to_owned(),
            }
        }
        _ => HostError::Files {
            what: "read",
            path: layout.settings(),
            source,
        },
    })?;
    let settings: Settings = toml::from_str(&text).map_err(|error| HostError::Settings {
        reason: error.message().to_owned(),
    })?;
    if settings.format > FORMAT {
        return Err(HostError::FromTheFuture {
            found: settings.format,
            known: FORMAT,
        });
    }
    let info = ProjectInfo {
        id: settings.id,
        name: settings.name,
        path: layout.root.clone(),
    };
    Ok((layout, Arc::new(info)))
}

/// Makes what was written under this path durable. Windows has no directory handles to sync; renames are durable there.
pub(crate) fn sync(path: &Path) -> Result<(), HostError> {
    if cfg!(windows) && path.is_dir() {
        return Ok(());
    }
    fs::File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|source| HostError::Files {
            what: "save",
            path: path.to_owned(),
            source,
        })
}

/// Proves that the folder can be written before anything is promised.
pub(crate) fn check_writable(layout: &Layout) -> Result<(), HostError> {
    tempfile::Builder::new()
        .prefix(".millrace-writable-")
        .tempfile_in(&layout.root)
        .map(drop)
        .map_err(|source| HostError::Files {
            what: "write in",
            path: layout.root.clone(),
            source,
        })
}
