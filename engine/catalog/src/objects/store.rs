//! How content gets its name: written elsewhere, fsynced, renamed, the folder fsynced. Before the rename it is not there.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use contract::Digest;
use tempfile::NamedTempFile;

use super::hash::{check_digest, digest_of_file};
use super::{TEMPORARY, failure};
use crate::CatalogError;

/// The first digits of a digest are the folder, so that no folder grows without bound.
const FOLDER_DIGITS: usize = 2;

pub(super) struct StoredObject {
    pub(super) digest: Digest,
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
}

/// Where an object belongs. The digest was checked.
pub(super) fn place(folder: &Path, digest: &Digest) -> PathBuf {
    let (shelf, name) = digest.as_str().split_at(FOLDER_DIGITS);
    folder.join(shelf).join(name)
}

/// Moves a file to its place: by name where it lies on the same file system, else by a copy whose content is checked.
pub(super) fn move_in(file: &Path, folder: &Path, digest: &Digest) -> Result<(), CatalogError> {
    let failed = |source| failure("store", file, source);
    sync_file(file).map_err(failed)?;
    let place = make_shelf(folder, digest)?;
    match fs::rename(file, &place) {
        Ok(()) => sync_shelf(&place),
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let mut copy = new_file(folder)?;
            let mut source = File::open(file).map_err(failed)?;
            io::copy(&mut source, &mut copy).map_err(failed)?;
            copy.as_file().sync_all().map_err(failed)?;
            if digest_of_file(copy.path())? != *digest {
                return Err(CatalogError::FileChanged { path: file.into() });
            }
            keep(copy, &place)?;
            fs::remove_file(file).map_err(|source| failure("remove", file, source))
        }
        Err(error) => Err(failed(error)),
    }
}

/// Writes bytes to their place.
pub(super) fn write_in(bytes: &[u8], folder: &Path, digest: &Digest) -> Result<(), CatalogError> {
    let place = make_shelf(folder, digest)?;
    let mut file = new_file(folder)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.as_file().sync_all());
    written.map_err(|source| failure("write to", folder, source))?;
    keep(file, &place)
}

/// All objects, in the order of their digests. What has another kind of name is none of ours.
pub(super) fn list(folder: &Path) -> Result<Vec<StoredObject>, CatalogError> {
    let mut objects = Vec::new();
    for shelf in entries(folder)? {
        let shelf_name = shelf.file_name().to_string_lossy().into_owned();
        if shelf_name.len() != FOLDER_DIGITS || !shelf.path().is_dir() {
            continue;
        }
        for entry in entries(&shelf.path())? {
            let name = entry.file_name().to_string_lossy().into_owned();
            let digest = Digest::new(format!("{shelf_name}{name}"));
            if check_digest(&digest).is_ok() {
                let path = entry.path();
                let data = entry.metadata();
                let bytes = data.map_err(|source| failure("read", &path, source))?.len();
                objects.push(StoredObject {
                    digest,
                    path,
                    bytes,
                });
            }
        }
    }
    objects.sort_by(|one, other| one.digest.cmp(&other.digest));
    Ok(objects)
}

fn entries(folder: &Path) -> Result<Vec<fs::DirEntry>, CatalogError> {
    fs::read_dir(folder)
        .and_then(Iterator::collect)
        .map_err(|source| failure("read", folder, source))
}

fn make_shelf(folder: &Path, digest: &Digest) -> Result<PathBuf, CatalogError> {
    let place = place(folder, digest);
    if let Some(shelf) = place.parent().filter(|shelf| !shelf.is_dir()) {
        match fs::create_dir(shelf) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(failure("write to", folder, error));
            }
            _ => sync_folder(folder)?,
        }
    }
    Ok(place)
}

fn new_file(folder: &Path) -> Result<NamedTempFile, CatalogError> {
    tempfile::Builder::new()
        .prefix(TEMPORARY)
        .tempfile_in(folder)
        .map_err(|source| failure("write to", folder, source))
}

fn keep(file: NamedTempFile, place: &Path) -> Result<(), CatalogError> {
    let kept = file.persist(place);
    kept.map_err(|refused| failure("write", place, refused.error))?;
    sync_shelf(place)
}

fn sync_shelf(place: &Path) -> Result<(), CatalogError> {
    place.parent().map_or(Ok(()), sync_folder)
}

/// Windows syncs only files that were opened for writing; elsewhere a file that cannot be opened so can still be synced.
fn sync_file(path: &Path) -> io::Result<()> {
    File::options()
        .write(true)
        .open(path)
        .or_else(|_| File::open(path))
        .and_then(|file| file.sync_all())
}

/// Makes created and renamed names durable. Windows does this by itself and cannot open a folder.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), CatalogError> {
    if cfg!(windows) || folder.as_os_str().is_empty() {
        return Ok(());
    }
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|source| failure("write to", folder, source))
}
