//! Files on disk: finding them, hashing them, and noticing that one changed while it was read.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use contract::Digest;

use crate::{Control, DataError};

/// Folders in folders that are looked into; deeper ones are more likely a loop of links than data.
const DEEPEST: usize = 8;
/// Files of one folder; more would be a whole disk dropped by mistake.
const MOST_FILES: usize = 10_000;
/// A block that is read, hashed and checked while it is in the cache.
pub(crate) const BLOCK_BYTES: usize = 1 << 20;
/// Cancelling and progress are looked at once in so many bytes.
pub(crate) const REPORT_EVERY_BYTES: u64 = 16 << 20;
/// Two writes within one tick of the kernel's clock have the same time.
const CLOCK_TICK: Duration = Duration::from_millis(20);

/// The endings of what can be imported, in lower case.
const ENDINGS: [&str; 13] = [
    "csv", "tsv", "tab", "txt", "json", "jsonl", "ndjson", "parquet", "xlsx", "xlsm", "xlsb",
    "xls", "ods",
];

/// A file, or all importable data files of a folder: recursive, sorted, hidden ones left out.
///
/// # Errors
/// When there is nothing at `path`, it cannot be read, or the folder holds no data files.
pub fn find_files(path: &Path) -> Result<Vec<PathBuf>, DataError> {
    let about = fs::metadata(path).map_err(DataError::reading(path))?;
    if !about.is_dir() {
        check_is_file(path)?;
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    collect(path, DEEPEST, &mut files).map_err(DataError::reading(path))?;
    if files.is_empty() {
        return Err(DataError::NoDataFiles {
            path: path.to_owned(),
        });
    }
    if files.len() > MOST_FILES {
        return Err(DataError::TooManyFiles {
            path: path.to_owned(),
            limit: MOST_FILES,
        });
    }
    files.sort();
    Ok(files)
}

/// BLAKE3 of the file's bytes, and how many there are.
///
/// # Errors
/// When the file cannot be read, or the work was cancelled.
pub fn hash_file(path: &Path, control: &Control<'_>) -> Result<(Digest, u64), DataError> {
    let mut hasher = blake3::Hasher::new();
    let bytes = read_blocks(path, control, |block| {
        hasher.update(block);
        Ok(())
    })?;
    Ok((digest(&hasher), bytes))
}

pub(crate) fn digest(hasher: &blake3::Hasher) -> Digest {
    Digest::new(hasher.finalize().to_hex().as_str())
}

/// Opening a pipe waits for a writer that may never come, and a device may never end.
fn check_is_file(path: &Path) -> Result<(), DataError> {
    let about = fs::metadata(path).map_err(DataError::reading(path))?;
    if about.is_file() {
        return Ok(());
    }
    Err(DataError::NotAFile {
        path: path.to_owned(),
    })
}

/// Hands every block of a file to `visit`, as the stage “checking”.
pub(crate) fn read_blocks(
    path: &Path,
    control: &Control<'_>,
    mut visit: impl FnMut(&[u8]) -> Result<(), DataError>,
) -> Result<u64, DataError> {
    check_is_file(path)?;
    let mut file = File::open(path).map_err(DataError::reading(path))?;
    let total = file.metadata().map_or(0, |about| about.len());
    let mut block = vec![0; BLOCK_BYTES];
    let (mut done, mut reported) = (0_u64, None);
    loop {
        let length = match file.read(&mut block) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(DataError::reading(path)(error)),
        };
        visit(block.get(..length).unwrap_or_default())?;
        done += length as u64;
        if reported.is_none_or(|last| done - last >= REPORT_EVERY_BYTES) {
            control.check()?;
            control.bytes("checking", done, total);
            reported = Some(done);
        }
    }
    control.check()?;
    Ok(done)
}

/// The first bytes of a file, at most `most`.
pub(crate) fn head(path: &Path, most: usize) -> Result<Vec<u8>, DataError> {
    let file = File::open(path).map_err(DataError::reading(path))?;
    let mut bytes = Vec::new();
    file.take(most as u64)
        .read_to_end(&mut bytes)
        .map_err(DataError::reading(path))?;
    Ok(bytes)
}

/// What a file looked like at one moment, to notice that it changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    /// The file was written so lately that its next write may carry the same time.
    is_fresh: bool,
}

impl Stamp {
    /// `now` is something that was just made on the same kind of disk: its time is the kernel's own “now”.
    pub(crate) fn of(path: &Path, now: &Path) -> Result<Self, DataError> {
        let about = fs::metadata(path).map_err(DataError::reading(path))?;
        if !about.is_file() {
            return Err(DataError::NotATable {
                path: path.to_owned(),
                what: if about.is_dir() {
                    "a folder"
                } else {
                    "a device or a pipe"
                },
                hint: "Choose a file",
            });
        }
        let modified = about.modified().ok();
        let now = fs::metadata(now).and_then(|about| about.modified()).ok();
        Ok(Self {
            bytes: about.len(),
            modified,
            is_fresh: is_fresh(modified, now),
        })
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Compares the file with its stamp and, where the clock cannot tell, with its digest.
    pub(crate) fn verify(
        &self,
        path: &Path,
        digest: &Digest,
        control: &Control<'_>,
    ) -> Result<(), DataError> {
        let quietly = Control {
            cancel: control.cancel,
            progress: &|_| {},
        };
        let is_same =
            self.is_current(path) && (!self.is_fresh || hash_file(path, &quietly)?.0 == *digest);
        if is_same {
            return Ok(());
        }
        Err(DataError::Changed {
            path: path.to_owned(),
        })
    }

    /// What went wrong, which may be that the file changed.
    pub(crate) fn explain(&self, path: &Path, error: DataError) -> DataError {
        if matches!(error, DataError::Cancelled) || self.is_current(path) {
            return error;
        }
        DataError::Changed {
            path: path.to_owned(),
        }
    }

    fn is_current(&self, path: &Path) -> bool {
        let is_same =
            |about: Metadata| about.len() == self.bytes && about.modified().ok() == self.modified;
        fs::metadata(path).is_ok_and(is_same)
    }
}

/// Disks that count whole seconds (or two) cannot tell two writes apart; the others cannot within a tick.
fn is_fresh(modified: Option<SystemTime>, now: Option<SystemTime>) -> bool {
    let (Some(modified), Some(now)) = (modified, now) else {
        return true;
    };
    let is_coarse = modified
        .duration_since(SystemTime::UNIX_EPOCH)
        .is_ok_and(|since| since.subsec_nanos() == 0);
    let age = now.duration_since(modified).unwrap_or_default();
    is_coarse || age <= CLOCK_TICK
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        // A link that leads nowhere is no reason to refuse its folder.
        let Ok(about) = fs::metadata(&path) else {
            continue;
        };
        if is_hidden {
            continue;
        }
        if about.is_dir() && depth > 1 {
            collect(&path, depth - 1, files)?;
        } else if about.is_file() && is_importable(&path) {
            files.push(path);
        }
        if files.len() > MOST_FILES {
            break;
        }
    }
    Ok(())
}

fn is_importable(path: &Path) -> bool {
    path.extension()
        .and_then(OsStr::to_str)
        .is_some_and(|ending| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
}
