//! A backup: one tar file that unpacks to the project as it was, catalog included.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use catalog::Catalog;

use crate::error::HostError;
use crate::project::{Layout, sync};
use crate::tasks::Meter;

/// Writes beside the destination and renames at the end: a backup is whole or absent.
pub(crate) fn write(
    layout: &Layout,
    catalog: &Catalog,
    to: &Path,
    meter: &Meter,
) -> Result<(), HostError> {
    let files = |what: &'static str, path: &Path| {
        let path = path.to_owned();
        move |source| HostError::Files { what, path, source }
    };
    let folder = to
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let staging = tempfile::tempdir_in(folder).map_err(files("write in", folder))?;
    meter.set("copying the catalog", 0, None, "files");
    let copy = staging.path().join("catalog.duckdb");
    catalog.backup(&copy)?;
    let file = tempfile::NamedTempFile::new_in(folder).map_err(files("write in", folder))?;
    let name = layout
        .root
        .file_name()
        .map_or_else(|| "project.millrace".into(), std::ffi::OsStr::to_os_string);
    let root = Path::new(&name);
    let mut tar = tar::Builder::new(std::io::BufWriter::new(file));
    tar.follow_symlinks(false);
    meter.set("writing the backup", 0, None, "files");
    let mut add = |from: &Path, name: &Path| {
        tar.append_path_with_name(from, root.join(name))
            .map_err(files("read", from))
    };
    add(&layout.settings(), Path::new("project.toml"))?;
    add(&copy, Path::new("catalog.duckdb"))?;
    for folder in ["journal", "objects"] {
        let from = layout.root.join(folder);
        tar.append_dir_all(root.join(folder), &from)
            .map_err(files("read", &from))?;
    }
    let mut buffer = tar.into_inner().map_err(files("write", to))?;
    buffer.flush().map_err(files("write", to))?;
    let file = buffer.into_inner().map_err(|error| HostError::Files {
        what: "write",
        path: to.to_owned(),
        source: error.into_error(),
    })?;
    file.as_file().sync_all().map_err(files("save", to))?;
    let persisted: Result<File, _> = file.persist(to);
    persisted.map_err(|error| HostError::Files {
        what: "create",
        path: to.to_owned(),
        source: error.error,
    })?;
    sync(folder)
}
