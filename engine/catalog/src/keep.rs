//! Predictions are no facts, so the journal cannot give them back: they are also sealed beside the catalog, and taken over from an old one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use duckdb::Connection;

use crate::connection::{DATABASE, quoted_path};
use crate::objects::{failure, sync_folder};
use crate::{Catalog, CatalogError};

/// Files that are not sealed yet begin with this.
const TEMPORARY: &str = "tmp-";
const DIGITS: usize = 20;

/// What came along from an old catalog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenOver {
    pub predictions: u64,
    pub points: u64,
}

impl Catalog {
    /// Writes the predictions that no file of this folder has yet to a Parquet file of their own, and returns how many they are.
    ///
    /// # Errors
    /// When the disk refuses; the folder is as it was then.
    pub fn seal_predictions(&self, folder: &Path) -> Result<u64, CatalogError> {
        let next = sealed(folder)?.last().map_or(0, |file| file.last_id + 1);
        let newest: Option<u64> = self.run("read", newest_id)?;
        let Some(newest) = newest.filter(|newest| *newest >= next) else {
            return Ok(0);
        };
        fs::create_dir_all(folder).map_err(|source| failure("write to", folder, source))?;
        let part = folder.join(format!("{TEMPORARY}{next}.parquet"));
        let to = folder.join(format!("{next:0DIGITS$}-{newest:0DIGITS$}.parquet"));
        let target = quoted_path(&part)?;
        let rows = self.run("copy predictions of", |connection| {
            let rows = connection.execute(
                &format!(
                    "COPY (SELECT * FROM prediction WHERE id BETWEEN {next} AND {newest} ORDER BY id)
                     TO {target} (FORMAT parquet, COMPRESSION zstd)"
                ),
                [],
            )?;
            Ok(rows as u64)
        })?;
        let kept = File::open(&part)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&part, &to));
        kept.map_err(|source| failure("write", &to, source))?;
        sync_folder(folder)?;
        Ok(rows)
    }

    /// Adds the sealed predictions that are newer than what the catalog has, and returns how many they are: none, unless the catalog
    /// was lost.
    ///
    /// # Errors
    /// When a sealed file cannot be read, or the disk refuses; nothing is added then.
    pub fn load_predictions(&mut self, folder: &Path) -> Result<u64, CatalogError> {
        let sealed = sealed(folder)?;
        let Some(last) = sealed.last() else {
            return Ok(0);
        };
        let newest = self.run("read", newest_id)?;
        if newest.is_some_and(|newest| newest >= last.last_id) {
            return Ok(0);
        }
        let files: Vec<String> = sealed
            .iter()
            .filter(|file| newest.is_none_or(|newest| file.last_id > newest))
            .map(|file| quoted_path(&file.path))
            .collect::<Result<_, _>>()?;
        let newer = newest.map_or(String::new(), |newest| format!("WHERE id > {newest}"));
        self.next_prediction.set(None);
        self.run_whole("load predictions into", |connection| {
            let rows = connection.execute(
                &format!(
                    "INSERT INTO prediction SELECT * FROM read_parquet([{}]) {newer} ORDER BY id",
                    files.join(", ")
                ),
                [],
            )?;
            Ok(rows as u64)
        })
    }

    /// How many predictions were logged and kept.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn count_predictions(&self) -> Result<u64, CatalogError> {
        self.run("read", |connection| {
            Ok(connection.query_row("SELECT count(*) FROM prediction", [], |row| row.get(0))?)
        })
    }

    /// Puts the predictions and metric points of another catalog in the place of those that are here.
    ///
    /// # Errors
    /// When the other file cannot be read, or the disk refuses; nothing is changed then.
    pub fn take_over(&mut self, old: &Path) -> Result<TakenOver, CatalogError> {
        let file = quoted_path(old)?;
        self.next_prediction.set(None);
        self.run("open the old copy of", |connection| {
            Ok(connection.execute_batch(&format!("ATTACH {file} AS old (READ_ONLY)"))?)
        })?;
        let taken = self.run_whole("take the predictions of the old copy into", |connection| {
            let mut rows = [0; 2];
            for (rows, table) in rows.iter_mut().zip(["prediction", "metric_point"]) {
                connection.execute_batch(&format!("DELETE FROM {DATABASE}.{table}"))?;
                let insert =
                    format!("INSERT INTO {DATABASE}.{table} SELECT * FROM old.main.{table}");
                *rows = connection.execute(&insert, [])? as u64;
            }
            let [predictions, points] = rows;
            Ok(TakenOver {
                predictions,
                points,
            })
        });
        // Also after a failure, or the file could not be moved.
        let detached = self.run("close the old copy of", |connection| {
            Ok(connection.execute_batch("DETACH old")?)
        });
        match taken {
            Ok(taken) => detached.map(|()| taken),
            Err(error) => Err(error),
        }
    }
}

fn newest_id(connection: &Connection) -> Result<Option<u64>, CatalogError> {
    Ok(connection.query_row("SELECT max(id) FROM prediction", [], |row| row.get(0))?)
}

struct Sealed {
    last_id: u64,
    path: PathBuf,
}

/// The sealed files in order. What has another kind of name is none of ours.
fn sealed(folder: &Path) -> Result<Vec<Sealed>, CatalogError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failure("read", folder, source)),
    };
    let mut sealed = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(|source| failure("read", folder, source))?
            .path();
        let ids = path
            .file_name()
            .and_then(|name| name.to_str()?.strip_suffix(".parquet")?.split_once('-'))
            .filter(|(first, last)| first.len() == DIGITS && last.len() == DIGITS);
        let last_id = ids.and_then(|(first, last)| {
            first.parse::<u64>().ok()?;
            last.parse().ok()
        });
        if let Some(last_id) = last_id {
            sealed.push(Sealed { last_id, path });
        }
    }
    sealed.sort_by_key(|file| file.last_id);
    Ok(sealed)
}
