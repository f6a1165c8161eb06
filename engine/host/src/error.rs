//! What can go wrong with a project as a whole, and how any room's error becomes a refusal.

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use contract::{Refusal, TaskState};

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
    #[error("what was mended at the opening could not be noted: {}", refusal.error)]
    NotNoted { refusal: Refusal },
    #[error("no more threads can be started")]
    Threads(#[source] std::io::Error),
    #[error("a backup cannot lie in the project itself: {}", path.display())]
    BackupInside { path: PathBuf },
    #[error("the backup does not read back as it was written: {}", path.display())]
    BackupBroken { path: PathBuf },
    #[error("the {what} was cancelled")]
    Cancelled { what: &'static str },
    #[error("the other Millrace does not answer: {reason}")]
    Unreachable { reason: String },
    #[error("the program that has the project open lets nobody in: {}", refusal.error)]
    TurnedAway { refusal: Refusal },
    #[error(
        "the project is in use by Millrace {version} (process {pid}), and this is another version"
    )]
    OtherVersion { pid: u32, version: String },
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
            Self::NotNoted { refusal } => refusal.hint.as_deref(),
            Self::Threads(_) => Some("close other programs and try again"),
            Self::BackupInside { .. } => {
                Some("choose a folder outside of the project, best on another disk")
            }
            Self::BackupBroken { .. } => Some("check the disk and write it again"),
            Self::Cancelled { .. } => None,
            Self::Unreachable { .. } => Some(
                "wait a moment, or end the program that has the project open; nothing was lost",
            ),
            Self::TurnedAway { refusal } => refusal.hint.as_deref().or(Some(
                "close the other program and try again; nothing was lost",
            )),
            Self::OtherVersion { .. } => {
                Some("close the other one, or use the one of the same version")
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

/// The end of a task that was refused: the sentence, and its next step in parentheses.
pub(crate) fn failed(refusal: &Refusal) -> TaskState {
    TaskState::Failed(match &refusal.hint {
        Some(hint) => format!("{} ({hint})", refusal.error),
        None => refusal.error.clone(),
    })
}

/// Any room's error as a refusal.
pub(crate) fn refuse(error: &dyn Error, hint: Option<&str>) -> Refusal {
    Refusal {
        error: sentence(error),
        hint: hint.map(str::to_owned),
    }
}

/// Does work that somebody waits for: a fault of the program in it is an answer like any other.
pub(crate) fn guarded<T>(
    what: &str,
    work: impl FnOnce() -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Refusal::with_hint(
            format!("{what} stopped because of a fault in the program"),
            "try again, and report it if it happens again; nothing was lost, and everything else goes on",
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_an_answer_with_a_next_step() {
        let answer = guarded("counting", || Ok(3));
        assert_eq!(answer, Ok(3));
        let nobody = Vec::<u32>::new();
        let refusal = guarded("counting", || Ok(nobody[2])).expect_err("there is no third");
        assert!(refusal.error.starts_with("counting stopped"), "{refusal:?}");
        assert!(refusal.hint.is_some());
    }

    #[test]
    fn what_could_not_be_noted_keeps_its_next_step() {
        let refusal = Refusal::with_hint("the disk is full", "free some space");
        let error = HostError::NotNoted { refusal };
        assert_eq!(error.refusal().hint.as_deref(), Some("free some space"));
    }
}
