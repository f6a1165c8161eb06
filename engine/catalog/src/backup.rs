//! A backup of the catalog. A copy of the open file would lack what is still in the write-ahead log.

use std::fs::{self, File};
use std::path::Path;

use duckdb::Connection;

use crate::connection::{DATABASE, STORAGE_VERSION, quoted_path};
use crate::objects::sync_folder;
use crate::{Catalog, CatalogError};

impl Catalog {
    /// Writes a whole and separate copy of the catalog to a new file.
    ///
    /// # Errors
    /// When the file exists or the disk refuses; no half copy is left under that name.
    pub fn backup(&self, to: &Path) -> Result<(), CatalogError> {
        if to.exists() {
            return Err(CatalogError::FileExists { path: to.into() });
        }
        let mut name = to.as_os_str().to_owned();
        name.push(".part");
        let part = Path::new(&name);
        let file = quoted_path(part)?;
        let remove_part = || match fs::remove_file(part) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, path = %part.display(), "a half-written copy is left");
            }
            _ => {}
        };
        remove_part();
        let copied = self.run("copy", |connection| copy(connection, &file));
        let kept = copied.and_then(|()| {
            let synced = File::open(part).and_then(|file| file.sync_all());
            let renamed = synced.and_then(|()| fs::rename(part, to));
            renamed.map_err(|source| CatalogError::File {
                doing: "write",
                source,
                path: to.to_path_buf(),
            })
        });
        match kept {
            Ok(()) => to.parent().map_or(Ok(()), sync_folder),
            Err(error) => {
                remove_part();
                Err(error)
            }
        }
    }
}

fn copy(connection: &Connection, file: &str) -> Result<(), CatalogError> {
    connection.execute_batch(&format!(
        "ATTACH {file} AS copy (STORAGE_VERSION '{STORAGE_VERSION}')"
    ))?;
    let copied = connection.execute_batch(&format!("COPY FROM DATABASE {DATABASE} TO copy"));
    // Also after a failure, or the next backup could not attach its own. Detaching checkpoints the copy.
    let detached = connection.execute_batch("DETACH copy");
    Ok(copied.and(detached)?)
}
