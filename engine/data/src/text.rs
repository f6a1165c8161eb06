//! A source of text, brought to UTF-8: hashed and checked in one pass, transcoded only if it has to be.

use std::path::{Path, PathBuf};
use std::thread;

use contract::Digest;
use encoding_rs::{Encoding, UTF_8};

use crate::encoding::{self, Utf8Check};
use crate::files::{self, BLOCK_BYTES};
use crate::{Control, DataError};

/// A text file that can be read as UTF-8.
pub(crate) struct TextFile {
    /// The source itself, or its transcoded copy.
    pub(crate) path: PathBuf,
    pub(crate) encoding: &'static Encoding,
    /// Of the source's own bytes.
    pub(crate) digest: Digest,
    /// The blocks that `visit` saw are those of `path`.
    pub(crate) is_visited: bool,
}

impl TextFile {
    /// Reads `source` once: hashes it, checks it for NUL bytes and UTF-8, and lets `visit` see its blocks on the way. If it turns out
    /// not to be UTF-8, a copy in UTF-8 is written into `scratch`, and what `visit` saw counts for nothing.
    pub(crate) fn open(
        source: &Path,
        label: Option<&str>,
        scratch: &Path,
        control: &Control<'_>,
        mut visit: impl FnMut(&[u8]) -> Result<(), DataError>,
    ) -> Result<Self, DataError> {
        let head = files::head(source, BLOCK_BYTES)?;
        let chosen = label.map(encoding::named).transpose()?;
        let known = chosen.or_else(|| encoding::marked(&head));
        let foreign = known.filter(|encoding| *encoding != UTF_8);
        let copy = scratch.join("source.utf8");
        let mut check = Utf8Check::default();
        let mut outcome = Ok(());
        let digest = hash_beside(source, control, || {
            if let Some(encoding) = foreign {
                return encoding::transcode(source, encoding, &copy, control);
            }
            files::read_blocks(source, control, |block| {
                check.feed(block);
                // The file may yet turn out to be in another encoding, in which case this complaint was about nothing.
                if outcome.is_ok() {
                    outcome = visit(block);
                }
                Ok(())
            })
            .map(|_| ())
        })?;
        if let Some(position) = check.nul {
            return Err(DataError::NulByte {
                path: source.to_owned(),
                position,
            });
        }
        let encoding = known.unwrap_or_else(|| check.verdict());
        if encoding != UTF_8 && foreign.is_none() {
            encoding::transcode(source, encoding, &copy, control)?;
        }
        let is_visited = encoding == UTF_8;
        if is_visited {
            outcome?;
        }
        Ok(Self {
            path: if is_visited { source.to_owned() } else { copy },
            encoding,
            digest,
            is_visited,
        })
    }

    pub(crate) fn encoding_label(&self) -> String {
        self.encoding.name().to_ascii_lowercase()
    }
}

/// Hashes the file on a thread of its own while `check` looks at it, or copies it, on this one: on two processors that takes a third off
/// the time that an import waits before it reads.
fn hash_beside(
    source: &Path,
    control: &Control<'_>,
    check: impl FnOnce() -> Result<(), DataError>,
) -> Result<Digest, DataError> {
    let quietly = Control {
        cancel: control.cancel,
        progress: &|_| {},
    };
    let hash = || files::hash_file(source, &quietly).map(|(digest, _)| digest);
    thread::scope(|scope| {
        let hashing = thread::Builder::new()
            .name("data-hash".into())
            .spawn_scoped(scope, hash);
        check()?;
        match hashing.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(digest)) => digest,
            // No thread, or one that died: it is still to be done.
            _ => hash(),
        }
    })
}
