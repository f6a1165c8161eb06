//! The mark: which fact was acknowledged last, so that a removed tail is noticed.
//!
//! It is overwritten in place after every group and reaches the disk in its own time: after a power cut it may be behind the
//! journal, never ahead of it. Its name sorts before the segments, so a copy in the order of names cannot be ahead either.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use crate::JournalError;
use crate::line::Link;

pub(crate) const MARK_NAME: &str = "000000.mark";

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Marked {
    At(Link),
    Missing,
    Damaged,
}

/// The open file.
#[derive(Debug)]
pub(crate) struct Mark {
    file: File,
}

impl Mark {
    /// Opens the mark for writing, making it if it is missing.
    pub(crate) fn open(dir: &Path) -> Result<Self, JournalError> {
        let path = dir.join(MARK_NAME);
        let is_new = !path.exists();
        let opened = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        let file = opened.map_err(|source| JournalError::Write { source, path })?;
        if is_new {
            crate::segment::sync_folder(dir)?;
        }
        Ok(Self { file })
    }

    /// Always the same length, so that a rewrite is one small write in place.
    pub(crate) fn set(&mut self, link: &Link) -> io::Result<()> {
        let text = format!("{:020} {}\n", link.seq, link.hash);
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(text.as_bytes())?;
        self.file.set_len(text.len() as u64)
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

/// Reads the mark of a journal folder.
pub(crate) fn read_mark(dir: &Path) -> Result<Marked, JournalError> {
    let path = dir.join(MARK_NAME);
    match fs::read(&path) {
        Ok(bytes) => Ok(parse(&bytes).map_or(Marked::Damaged, Marked::At)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Marked::Missing),
        Err(source) => Err(JournalError::Read { source, path }),
    }
}

fn parse(bytes: &[u8]) -> Option<Link> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (number, hash) = text.strip_suffix('\n')?.split_once(' ')?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_hash = hash.len() == blake3::OUT_LEN * 2
        && hash
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (number.len() == 20 && is_digits(number) && is_hash).then_some(())?;
    Some(Link {
        seq: number.parse().ok()?,
        hash: hash.into(),
    })
}
