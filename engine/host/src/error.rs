//! What can go wrong with a project as a whole, and how any room's error becomes a refusal.

use std::error::Error;
use std::path::PathBuf;

use contract::Refusal;

#[derive(Debug, thiserror::Error)]
pub enum HostError {
    #[error("there is no Millrace project in {}", path.display())]
    NotAProject { path: PathBuf },
    #[error("{} exists already", path.display())]
    AlreadyExists { path: PathBuf },
    #[error("the project is in use by another Millrace: {}", path.display())]
    InUse { path: PathBuf },
    #[error("the project was written by a newer Millrace (format {found}, this one knows {known})")]
    FromTheFuture { found: u32, known: u32 },
    #[error("could not {what} {}", path.display())]
    Files {
        what: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("project.toml cannot be read: {reason}")]
    Settings { reason: String },
    #[error("the journal cannot be used")]
    Journal(#[from] journal::JournalError),
    #[error("the catalog cannot be used")]
    Catalog(#[from] catalog::CatalogError),
    #[error("no more threads can be started")]
    Threads(#[source] std::io::Error),
    #[error("the other Millrace does not answer: {reason}")]
    Unreachable { reason: String },
}

impl HostError {
    /// What the reader can do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::NotAProject { .. } => {
                Some("choose a folder that ends in .millrace, or make one with `millctl new DIR`")
            }
            Self::AlreadyExists { .. } => {
                Some("choose another name, or open the project that is there")
            }
            Self::InUse { .. } => Some("use the window that has it open, or close it"),
            Self::FromTheFuture { .. } => {
                Some("open it with the newer Millrace; nothing was changed")
            }
            Self::Files { source, .. } => match source.kind() {
                std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
                    Some(
                        "the folder is read-only: copy the project to a place where you may write, and open the copy",
                    )
                }
                std::io::ErrorKind::StorageFull => {
                    Some("free some space on the disk and try again; nothing was lost")
                }
                _ => None,
            },
            Self::Settings { .. } => {
                Some("project.toml is a small text file: compare it with that of another project")
            }
            Self::Journal(error) => error.hint(),
            Self::Catalog(error) => error.hint(),
            Self::Threads(_) => Some("close other programs and try again"),
            Self::Unreachable { .. } => {
                Some("wait a moment, or close the window that has the project open")
            }
        }
    }

    pub fn refusal(&self) -> Refusal {
        Refusal {
            error: sentence(self),
            hint: self.hint().map(str::to_owned),
        }
    }
}

/// An error and its causes as one sentence, each said once.
pub(crate) fn sentence(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let part = next.to_string();
        if !text.contains(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        cause = next.source();
    }
    text
}

/// Any room's error as a refusal.
pub(crate) fn refuse(error: &dyn Error, hint: Option<&str>) -> Refusal {
    Refusal {
        error: sentence(error),
        hint: hint.map(str::to_owned),
    }
}
