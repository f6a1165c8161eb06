//! The project's own lock file: one process holds a project at a time.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::Path;

use crate::JournalError;

/// Held for as long as it lives. The system releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct ProjectLock {
    _file: File,
}

impl ProjectLock {
    /// Takes the lock, or returns `None` when another process holds it. The file then names the holder's process for people.
    ///
    /// # Errors
    /// When the file cannot be made or opened, or the file system knows no locks.
    pub fn acquire(path: &Path) -> Result<Option<Self>, JournalError> {
        let failed = |source| JournalError::Lock {
            source,
            path: path.to_path_buf(),
        };
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        // The lock holds without it, also on a full disk.
        let named = file
            .set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        if let Err(error) = named {
            tracing::warn!(%error, path = %path.display(), "the lock file does not name its process");
        }
        Ok(Some(Self { _file: file }))
    }
}
