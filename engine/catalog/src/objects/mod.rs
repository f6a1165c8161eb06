//! The object store: immutable content under the name of its BLAKE3, `ab/cdef…`, verified when it is read.

mod hash;
mod store;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use contract::Digest;

use crate::CatalogError;
use hash::{check_digest, digest_of_bytes, digest_of_file, hash_in_steps};

pub(crate) use store::sync_folder;

/// Files and folders that are not objects yet begin with this.
const TEMPORARY: &str = "tmp-";

/// A folder of objects. It may be shared between threads; one process at a time opens it.
#[derive(Debug)]
pub struct Objects {
    folder: PathBuf,
    /// Objects that were found whole, by the size and time they had then.
    verified: Mutex<HashMap<Digest, Seen>>,
}

/// A file that has both of these unchanged is taken to be unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    bytes: u64,
    modified: SystemTime,
}

impl Objects {
    /// Opens a folder of objects, making it if it is missing, and removes what a program that was killed left half-written.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(folder: &Path) -> Result<Self, CatalogError> {
        let failed = |source| failure("open", folder, source);
        if !folder.is_dir() {
            fs::create_dir_all(folder).map_err(failed)?;
            if let Some(parent) = folder.parent() {
                sync_folder(parent)?;
            }
        }
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
                remove_leftover(&entry.path());
            }
        }
        Ok(Self {
            folder: folder.to_path_buf(),
            verified: Mutex::default(),
        })
    }

    /// A folder for work in progress, on the same file system as the objects. It goes when it is dropped, or at the next opening.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn temporary(&self) -> Result<tempfile::TempDir, CatalogError> {
        tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempdir_in(&self.folder)
            .map_err(|source| failure("write to", &self.folder, source))
    }

    /// Moves a file into the store and returns its digest. Content that is there already is kept, and mended if it was damaged.
    ///
    /// # Errors
    /// When the file cannot be read or the disk refuses; the file is then where it was.
    pub fn put_file(&self, file: &Path) -> Result<Digest, CatalogError> {
        let seen = fs::metadata(file)
            .and_then(Seen::of)
            .map_err(|source| failure("read", file, source))?;
        let digest = digest_of_file(file)?;
        if let Ok(kept) = self.path(&digest) {
            let is_the_object = fs::canonicalize(&kept).ok() == fs::canonicalize(file).ok();
            if is_the_object {
                return Ok(digest);
            }
            fs::remove_file(file).map_err(|source| failure("remove", file, source))?;
            return Ok(digest);
        }
        store::move_in(file, &self.folder, &digest)?;
        // A renamed file keeps its time and is not read again; a copy has another and is.
        self.verified().insert(digest.clone(), seen);
        Ok(digest)
    }

    /// Stores some bytes and returns their digest.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn put_bytes(&self, bytes: &[u8]) -> Result<Digest, CatalogError> {
        let digest = digest_of_bytes(bytes);
        if self.path(&digest).is_err() {
            store::write_in(bytes, &self.folder, &digest)?;
        }
        Ok(digest)
    }

    /// Where an object lies, once its content was checked against its digest. A file that kept its size and time since the last
    /// check is not read again.
    ///
    /// # Errors
    /// When it is missing, damaged or unreadable.
    pub fn path(&self, digest: &Digest) -> Result<PathBuf, CatalogError> {
        let path = self.place(digest)?;
        let seen = look_at(digest, &path)?;
        if self.verified().get(digest) == Some(&seen) {
            return Ok(path);
        }
        match digest_of_file(&path)? == *digest {
            true => {
                self.verified().insert(digest.clone(), seen);
                Ok(path)
            }
            false => Err(CatalogError::ObjectDamaged {
                digest: digest.clone(),
                path,
            }),
        }
    }

    /// An object's bytes, always checked.
    ///
    /// # Errors
    /// When it is missing, damaged or unreadable.
    pub fn read(&self, digest: &Digest) -> Result<Vec<u8>, CatalogError> {
        let path = self.place(digest)?;
        look_at(digest, &path)?;
        let bytes = fs::read(&path).map_err(|source| failure("read", &path, source))?;
        match digest_of_bytes(&bytes) == *digest {
            true => Ok(bytes),
            false => Err(CatalogError::ObjectDamaged {
                digest: digest.clone(),
                path,
            }),
        }
    }

    /// How large an object is; its content is not read.
    ///
    /// # Errors
    /// When it is missing.
    pub fn size(&self, digest: &Digest) -> Result<u64, CatalogError> {
        Ok(look_at(digest, &self.place(digest)?)?.bytes)
    }

    /// True if there is an object of this name; its content is not read.
    pub fn contains(&self, digest: &Digest) -> bool {
        self.place(digest).is_ok_and(|path| path.is_file())
    }

    /// Every object with its place and size, in the order of the digests; what is being written or is none of ours is left out.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn list(&self) -> Result<Vec<(Digest, PathBuf, u64)>, CatalogError> {
        let objects = store::list(&self.folder)?.into_iter();
        Ok(objects
            .map(|object| (object.digest, object.path, object.bytes))
            .collect())
    }

    /// How many objects there are.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn count(&self) -> Result<u64, CatalogError> {
        Ok(store::list(&self.folder)?.len() as u64)
    }

    /// Reads every object again and returns those that are not what their name says, with a sentence each. `progress` is told the
    /// bytes read and the bytes there are, and stops the check by returning false.
    ///
    /// # Errors
    /// When the folder cannot be read, or the check was stopped.
    pub fn verify_all(
        &self,
        progress: &dyn Fn(u64, u64) -> bool,
    ) -> Result<Vec<(Digest, String)>, CatalogError> {
        let objects = store::list(&self.folder)?;
        let total = objects.iter().map(|object| object.bytes).sum();
        let mut done = 0;
        let mut broken = Vec::new();
        for object in objects {
            let mut was_cancelled = false;
            let opened = File::open(&object.path);
            let found = opened.and_then(|file| {
                hash_in_steps(file, |bytes| {
                    done += bytes;
                    was_cancelled = !progress(done, total);
                    !was_cancelled
                })
            });
            if was_cancelled {
                return Err(CatalogError::Cancelled);
            }
            let error = match found {
                Ok(digest) if digest == object.digest => continue,
                Ok(_) => CatalogError::ObjectDamaged {
                    digest: object.digest.clone(),
                    path: object.path,
                },
                Err(source) => failure("read", &object.path, source),
            };
            self.verified().remove(&object.digest);
            let why = match std::error::Error::source(&error) {
                Some(cause) => format!("{error}: {cause}"),
                None => error.to_string(),
            };
            broken.push((object.digest, why));
        }
        match progress(total, total) {
            true => Ok(broken),
            false => Err(CatalogError::Cancelled),
        }
    }

    fn place(&self, digest: &Digest) -> Result<PathBuf, CatalogError> {
        check_digest(digest)?;
        Ok(store::place(&self.folder, digest))
    }

    fn verified(&self) -> std::sync::MutexGuard<'_, HashMap<Digest, Seen>> {
        // The map is whole after every single operation, also when a thread died between two.
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    /// Taken before the content is read: a change during the reading shows the next time.
    fn of(data: fs::Metadata) -> io::Result<Self> {
        Ok(Self {
            bytes: data.len(),
            modified: data.modified()?,
        })
    }
}

fn look_at(digest: &Digest, path: &Path) -> Result<Seen, CatalogError> {
    let looked = fs::metadata(path).and_then(Seen::of);
    looked.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => CatalogError::ObjectMissing {
            digest: digest.clone(),
        },
        _ => failure("read", path, source),
    })
}

fn remove_leftover(path: &Path) {
    let removed = match path.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    };
    if let Err(error) = removed {
        tracing::warn!(%error, path = %path.display(), "a half-written file is left");
    }
}

pub(crate) fn failure(doing: &'static str, path: &Path, source: io::Error) -> CatalogError {
    CatalogError::File {
        doing,
        source,
        path: path.to_path_buf(),
    }
}
