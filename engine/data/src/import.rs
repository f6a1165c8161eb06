//! Import: a file becomes a Parquet file with columns that have types, roles and a profile.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::{
    ColumnProfile, ColumnRole, ColumnSpec, ColumnType, FileFormat, ReaderOptions, SourceFile,
};

use crate::engine::{self, Engine};
use crate::files::{self, Stamp};
use crate::loaded::{Job, Loaded};
use crate::rows::Version;
use crate::{Control, DataError, delimited, excel, format, json, parquet, profile, roles, types};

/// What to import, and what is already known of it.
#[derive(Clone, Debug, Default)]
pub struct ImportRequest {
    pub path: PathBuf,
    /// What is `None` is detected.
    pub options: ReaderOptions,
    /// Roles that a person chose, by column.
    pub roles: BTreeMap<Arc<str>, ColumnRole>,
    /// The columns of the version before: roles, and types that still fit, carry over by name.
    pub previous: Option<Vec<ColumnSpec>>,
}

/// What an import made.
#[derive(Clone, Debug)]
pub struct Imported {
    pub source: SourceFile,
    pub parquet: PathBuf,
    pub rows: u64,
    pub rejected_rows: u64,
    /// JSON lines `{line, column, error, text}`, if a row was rejected.
    pub rejects: Option<PathBuf>,
    pub columns: Vec<ColumnSpec>,
    pub profile: Vec<ColumnProfile>,
}

/// Reads a file into `out_folder`, as `data.parquet` and, if rows were rejected, `rejects.jsonl`. Whatever goes wrong, nothing is left
/// there.
///
/// # Errors
/// When the file is no table, is damaged, changes while it is read, or `roles` names a column that it does not have.
pub fn import(
    request: &ImportRequest,
    out_folder: &Path,
    control: &Control<'_>,
) -> Result<Imported, DataError> {
    control.check()?;
    fs::metadata(&request.path).map_err(DataError::reading(&request.path))?;
    let scratch = tempfile::Builder::new()
        .prefix("import-")
        .tempdir_in(out_folder)
        .map_err(DataError::writing(out_folder))?;
    let stamp = Stamp::of(&request.path, scratch.path())?;
    let previous = request.previous.as_deref().unwrap_or_default();
    let engine = Engine::open(&scratch.path().join("spill"))?;
    let job = Job {
        source: &request.path,
        source_bytes: stamp.bytes(),
        options: &request.options,
        previous,
        scratch: scratch.path(),
        control,
        engine: &engine,
    };
    // A file that changes is also unlike what its first look promised; then the change is what to tell.
    let loaded = load(&job).map_err(|error| stamp.explain(&request.path, error))?;
    stamp.verify(&request.path, &loaded.digest, control)?;
    let mut columns = columns(&loaded, &job)?;
    let measured = profile::measure(&engine, &job.parquet(), &columns, control)?;
    roles::assign(&mut columns, &measured.figures, &request.roles, previous)?;
    let profile = profile::warn(&engine, &job.parquet(), (&columns, measured), control)?;
    Ok(Imported {
        source: SourceFile {
            path: std::path::absolute(&request.path).unwrap_or_else(|_| request.path.clone()),
            bytes: stamp.bytes(),
            digest: loaded.digest,
            options: loaded.options,
        },
        parquet: keep(&job.parquet(), out_folder)?,
        rows: loaded.rows,
        rejected_rows: loaded.rejected,
        rejects: loaded
            .rejects
            .map(|rejects| keep(&rejects, out_folder))
            .transpose()?,
        columns,
        profile,
    })
}

/// How `import` would read the file, from its head: every option that its format has is filled in.
///
/// # Errors
/// When the file cannot be read or is no table.
pub fn detect(path: &Path, options: &ReaderOptions) -> Result<ReaderOptions, DataError> {
    match format_of(path, options)? {
        FileFormat::Csv => delimited::detect(path, options),
        FileFormat::Excel => excel::detect(path, options),
        FileFormat::Parquet => Ok(parquet::options()),
        format @ (FileFormat::Json | FileFormat::JsonLines) => {
            delimited::encoding_of(path, options).map(|encoding| json::options(format, encoding))
        }
    }
}

/// The yardstick of an import's speed: what DuckDB does by itself, with everything at its defaults.
///
/// # Errors
/// When DuckDB cannot read `path` or write `out`.
pub fn bare_copy(path: &Path, out: &Path) -> Result<(), DataError> {
    let sql = format!(
        "COPY (FROM read_csv({})) TO {} (FORMAT parquet, COMPRESSION zstd)",
        engine::source(path)?,
        engine::target(out)?
    );
    let connection =
        duckdb::Connection::open_in_memory().map_err(|error| DataError::Engine(Box::new(error)))?;
    connection
        .execute_batch(&sql)
        .map_err(|error| engine::failed(path, error))
}

fn load(job: &Job<'_>) -> Result<Loaded, DataError> {
    match format_of(job.source, job.options)? {
        FileFormat::Csv => delimited::load(job),
        FileFormat::Excel => excel::load(job),
        FileFormat::Parquet => parquet::load(job),
        format @ (FileFormat::Json | FileFormat::JsonLines) => json::load(job, format),
    }
}

fn format_of(path: &Path, options: &ReaderOptions) -> Result<FileFormat, DataError> {
    let head = files::head(path, format::HEAD_BYTES)?;
    if head.is_empty() {
        return Err(DataError::Empty {
            path: path.to_owned(),
        });
    }
    match options.format {
        Some(format) => format::refuse_foreign(path, &head).map(|()| format),
        None => format::of(path, &head),
    }
}

/// Names and types: those that were read, but the version before keeps its types where every value fits them.
fn columns(loaded: &Loaded, job: &Job<'_>) -> Result<Vec<ColumnSpec>, DataError> {
    let mut columns: Vec<ColumnSpec> = loaded
        .names
        .iter()
        .zip(&loaded.types)
        .map(|(name, column_type)| ColumnSpec {
            name: name.clone(),
            column_type: *column_type,
            role: ColumnRole::Feature,
        })
        .collect();
    let before = |spec: &ColumnSpec| {
        job.previous
            .iter()
            .find(|previous| previous.name == spec.name)
            .map(|previous| previous.column_type)
            .filter(|column_type| *column_type != spec.column_type)
    };
    let wanted: Vec<(usize, ColumnType)> = columns
        .iter()
        .enumerate()
        .filter_map(|(index, spec)| Some((index, before(spec)?)))
        .collect();
    let fits = every_value_fits(&columns, &wanted, job)?;
    for ((index, column_type), fits) in wanted.into_iter().zip(fits) {
        if let (true, Some(spec)) = (fits, columns.get_mut(index)) {
            spec.column_type = column_type;
        }
    }
    Ok(columns)
}

/// Whether no value becomes missing in the type that is wanted, `[wanted]`.
fn every_value_fits(
    columns: &[ColumnSpec],
    wanted: &[(usize, ColumnType)],
    job: &Job<'_>,
) -> Result<Vec<bool>, DataError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let parquet = job.parquet();
    let version = Version::open(job.engine.connection(), &parquet)?;
    let mut parts = Vec::with_capacity(wanted.len());
    for (index, wanted) in wanted {
        let Some(spec) = columns.get(*index) else {
            continue;
        };
        let (name, held) = (engine::name(&spec.name), version.type_of(&spec.name)?);
        parts.push(format!(
            "count_if({} IS NOT NULL AND {} IS NULL) = 0",
            types::label(&name, held, held),
            types::label(&name, held, *wanted)
        ));
    }
    let sql = format!("SELECT {} FROM {}", parts.join(", "), version.source);
    job.engine
        .watched(job.control, &parquet, None, |connection| {
            connection.query_row(&sql, [], |row| {
                (0..parts.len()).map(|index| row.get(index)).collect()
            })
        })
}

/// Moves a finished part out of the scratch folder, which is on the same disk.
fn keep(part: &Path, out_folder: &Path) -> Result<PathBuf, DataError> {
    let kept = out_folder.join(part.file_name().unwrap_or_default());
    fs::rename(part, &kept).map_err(DataError::writing(&kept))?;
    Ok(kept)
}
