//! What can go wrong with the catalog and its objects, in sentences, each with what to do next where there is something to do.

use std::io;
use std::path::PathBuf;

use contract::Digest;

/// Why the catalog or an object could not be opened, written, read or believed.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    #[error("could not open the catalog {}", path.display())]
    Open {
        #[source]
        source: duckdb::Error,
        path: PathBuf,
    },
    #[error("the path of the catalog is not UTF-8: {}", path.display())]
    PathNotUtf8 { path: PathBuf },
    #[error(
        "the catalog was written by a newer Millrace: its format is {found}, this version knows {known}"
    )]
    NewerFormat { found: u32, known: u32 },
    #[error(
        "step {number} of the catalog's format is not the one that this version of Millrace knows"
    )]
    ForeignFormat { number: u32 },
    #[error("fact {offered} cannot be applied to a catalog that ends at fact {applied}")]
    Gap { applied: u64, offered: u64 },
    #[error("the catalog holds another fact {seq} than the journal")]
    Diverged { seq: u64 },
    #[error("could not {doing} the catalog")]
    Database {
        doing: &'static str,
        #[source]
        source: duckdb::Error,
    },
    #[error("the catalog holds {what} that cannot be read")]
    Unreadable {
        what: &'static str,
        #[source]
        source: serde_json::Error,
    },
    #[error("“{of}” is the beginning of more than one digest, such as {first} and {second}")]
    Ambiguous {
        of: String,
        first: Digest,
        second: Digest,
    },
    #[error("“{text}” is not a digest")]
    NotADigest { text: String },
    #[error("object {} is missing", digest.short())]
    ObjectMissing { digest: Digest },
    #[error("object {} is damaged: its content does not match its name", digest.short())]
    ObjectDamaged { digest: Digest, path: PathBuf },
    #[error("{} changed while it was stored", path.display())]
    FileChanged { path: PathBuf },
    #[error("there is already a file {}", path.display())]
    FileExists { path: PathBuf },
    #[error("could not {doing} {}", path.display())]
    File {
        doing: &'static str,
        #[source]
        source: io::Error,
        path: PathBuf,
    },
    #[error("the check was cancelled")]
    Cancelled,
}

/// What DuckDB says when it is its surroundings that fail and not the file, each with what to do.
const SURROUNDINGS: [(&str, &str); 6] = [
    ("No space left", FREE_SPACE),
    ("Permission denied", MAKE_WRITABLE),
    ("Read-only file system", MAKE_WRITABLE),
    (
        "Could not set lock",
        "close the other program that has this project open",
    ),
    (
        "No such file or directory",
        "check that the project folder still exists",
    ),
    (
        "Out of Memory",
        "close other programs or other work, and try again",
    ),
];
const FREE_SPACE: &str = "free some space on this disk and try again: nothing was lost";
const MAKE_WRITABLE: &str =
    "make the project folder writable, or copy it to a place where you can write";
const REBUILD: &str = "the journal has every fact: `millctl repair` builds the catalog anew";
const RESTORE: &str = "restore it from a backup of the project folder";

/// What DuckDB says when a file is not what it should be.
const DAMAGE: [&str; 7] = [
    "Corrupt",
    "orrupted",
    "not a valid DuckDB database",
    "Could not read enough bytes",
    "Serialization Error",
    "Failure while replaying WAL",
    "Is a directory",
];

impl CatalogError {
    /// What the reader can do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Open { source, .. } | Self::Database { source, .. } => {
                let said = source.to_string();
                let known = SURROUNDINGS.iter().find(|(words, _)| said.contains(words));
                known
                    .map(|(_, hint)| *hint)
                    .or(self.can_be_rebuilt().then_some(REBUILD))
            }
            Self::PathNotUtf8 { .. } => Some("move the project to a folder with a plain name"),
            Self::NewerFormat { .. } => {
                Some("open the project with the version of Millrace that wrote it, or a newer one")
            }
            Self::ForeignFormat { .. }
            | Self::Gap { .. }
            | Self::Diverged { .. }
            | Self::Unreadable { .. } => Some(REBUILD),
            Self::Ambiguous { .. } => Some("give more digits"),
            Self::NotADigest { .. } => Some("a digest is 64 digits, 0 to 9 and a to f"),
            Self::ObjectMissing { .. } | Self::ObjectDamaged { .. } => Some(RESTORE),
            Self::FileChanged { .. } => Some("wait until the file is written, then try again"),
            Self::FileExists { .. } => Some("choose another name, or remove the file first"),
            Self::File { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Some(FREE_SPACE),
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    Some(MAKE_WRITABLE)
                }
                io::ErrorKind::NotFound => Some("check that it still exists"),
                _ => None,
            },
            Self::Cancelled => None,
        }
    }

    /// Whether moving the catalog's file aside and applying the journal anew is the answer.
    /// A full disk, missing rights, another program's lock or a newer format are not answered by that.
    pub fn can_be_rebuilt(&self) -> bool {
        match self {
            Self::Open { source, .. } => !blames_surroundings(&source.to_string()),
            Self::Database { source, .. } => {
                let said = source.to_string();
                !blames_surroundings(&said) && DAMAGE.iter().any(|words| said.contains(words))
            }
            Self::ForeignFormat { .. }
            | Self::Gap { .. }
            | Self::Diverged { .. }
            | Self::Unreadable { .. } => true,
            _ => false,
        }
    }

    /// Whether DuckDB refuses everything until the file is opened anew, as it does when the disk fails under it.
    pub(crate) fn invalidates_the_connection(&self) -> bool {
        match self {
            Self::Database { source, .. } => {
                let said = source.to_string();
                said.contains("FATAL") || said.contains("has been invalidated")
            }
            _ => false,
        }
    }
}

fn blames_surroundings(said: &str) -> bool {
    SURROUNDINGS.iter().any(|(words, _)| said.contains(words))
}

impl From<duckdb::Error> for CatalogError {
    /// [`crate::Catalog`]'s `run` fills in what was being done.
    fn from(source: duckdb::Error) -> Self {
        Self::Database {
            doing: "work with",
            source,
        }
    }
}

impl From<duckdb::arrow::error::ArrowError> for CatalogError {
    fn from(source: duckdb::arrow::error::ArrowError) -> Self {
        duckdb::Error::ToSqlConversionFailure(Box::new(source)).into()
    }
}
