//! What can go wrong with a journal, in sentences, each with what to do next where there is something to do.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a journal could not be made, opened, read, written or believed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("there is already something in the journal folder {}", path.display())]
    NotEmpty { path: PathBuf },
    #[error("there is no journal in {}", path.display())]
    NotAJournal { path: PathBuf },
    #[error("journal segment {segment:06}, line {line}: {flaw}")]
    Broken { segment: u32, line: u64, flaw: Flaw },
    #[error("journal segment {segment:06} is missing")]
    SegmentMissing { segment: u32 },
    #[error("journal segment {segment:06} is larger than any that Millrace writes: {bytes} bytes")]
    SegmentTooLarge { segment: u32, bytes: u64 },
    #[error("the journal ends at fact {found}, but fact {marked} was acknowledged")]
    FactsMissing { marked: u64, found: u64 },
    #[error("fact {seq} of the journal is not the one that was acknowledged")]
    MarkDisagrees { seq: u64 },
    #[error(
        "the mark of the newest fact is {}, so removed facts could not be noticed",
        if *is_missing { "missing" } else { "damaged" }
    )]
    MarkUnusable { is_missing: bool },
    #[error(
        "journal segment {segment:06}, line {line} holds a fact that this version of Millrace does not know"
    )]
    UnknownFact {
        segment: u32,
        line: u64,
        #[source]
        source: serde_json::Error,
    },
    #[error("a fact would not read back as it was written")]
    Unwritable {
        #[source]
        source: serde_json::Error,
    },
    #[error("{bytes} bytes are more than the journal takes at once")]
    GroupTooLarge { bytes: usize },
    #[error("could not write to the journal")]
    Write {
        #[source]
        source: io::Error,
        path: PathBuf,
    },
    #[error("the disk did not confirm that the facts were stored")]
    Sync {
        #[source]
        source: io::Error,
        path: PathBuf,
    },
    #[error("the journal takes no facts since the disk failed")]
    Stopped,
    #[error("could not read the journal at {}", path.display())]
    Read {
        #[source]
        source: io::Error,
        path: PathBuf,
    },
    #[error("could not take the project's lock file {}", path.display())]
    Lock {
        #[source]
        source: io::Error,
        path: PathBuf,
    },
}

/// What is wrong with one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The file ends before the line does.
    Torn,
    NotAFact,
    HashDiffers,
    WrongNumber {
        found: u64,
        due: u64,
    },
    /// `prev` is not the hash of the line before.
    ChainDiffers,
}

impl fmt::Display for Flaw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Torn => formatter.write_str("the line ends in the middle"),
            Self::NotAFact => formatter.write_str("the line is not a fact"),
            Self::HashDiffers => formatter.write_str("the line does not match its hash"),
            Self::WrongNumber { found, due } => {
                write!(formatter, "fact {found} stands where fact {due} is due")
            }
            Self::ChainDiffers => {
                formatter.write_str("the line does not continue the one before it")
            }
        }
    }
}

impl JournalError {
    /// What the reader can do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::NotEmpty { .. } => Some("choose a folder that is empty or does not exist yet"),
            Self::NotAJournal { .. } => Some("check that this is the folder of a Millrace project"),
            Self::Broken { .. } => Some(
                "the journal was changed from outside: `millctl repair` restores what the catalog knows; else restore the journal folder from a backup",
            ),
            Self::SegmentMissing { .. } | Self::SegmentTooLarge { .. } => Some(
                "the journal was changed from outside: restore the journal folder from a backup",
            ),
            Self::FactsMissing { .. } => Some(
                "`millctl repair` restores them if the catalog knows them; else restore the journal folder from a backup, or, to go on without them, delete journal/000000.mark: the loss is then noted when the project opens",
            ),
            Self::MarkDisagrees { .. } => Some(
                "the journal or its mark was replaced: restore the journal folder from a backup; to go on with the journal as it is, delete journal/000000.mark: that is then noted when the project opens",
            ),
            Self::MarkUnusable { .. } => {
                Some("open the project anew: the mark is made anew and the journal says so")
            }
            Self::UnknownFact { .. } => {
                Some("open the project with the version of Millrace that wrote it, or a newer one")
            }
            Self::Unwritable { .. } => Some(
                "a number in it is not finite or a path is not UTF-8: leave it out of the fact",
            ),
            Self::GroupTooLarge { .. } => Some("append fewer facts at once"),
            Self::Sync { .. } | Self::Stopped => {
                Some("check the disk, then close the project and open it again")
            }
            Self::Write { source, .. } | Self::Read { source, .. } | Self::Lock { source, .. } => {
                io_hint(source.kind())
            }
        }
    }
}

fn io_hint(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Some("free some space on this disk and try again: nothing was lost")
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Some("make the project folder writable, or copy it to a place where you can write")
        }
        io::ErrorKind::NotFound => Some("check that the project folder still exists"),
        _ => None,
    }
}
