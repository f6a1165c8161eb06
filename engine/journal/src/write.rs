//! The writer: makes and opens a journal, mends its torn tail, and appends groups of facts with one write and one fsync.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::{Fact, FactRecord, JournalHead, Timestamp};

use crate::JournalError;
use crate::line::{Link, write_line};
use crate::mark::{Mark, Marked, read_mark};
use crate::segment::{GROUP_BYTES, SEGMENT_BYTES, Segment, Walk, list_segments, sync_folder, walk};

/// A fact that is not in the journal yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub at: Timestamp,
    /// Who did it: a person, `millctl`, a trigger.
    pub actor: Arc<str>,
    pub fact: Fact,
}

impl Draft {
    /// What a fact was before it was written.
    pub(crate) fn of(record: &FactRecord) -> Self {
        Self {
            at: record.at,
            actor: record.actor.clone(),
            fact: record.fact.clone(),
        }
    }
}

/// What was mended when the journal was opened, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepairNote {
    pub sentence: String,
}

/// The only writer of a journal folder; [`crate::ProjectLock`] keeps a second one out.
#[derive(Debug)]
pub struct Journal {
    dir: PathBuf,
    link: Link,
    mark: Mark,
    /// `None` until the first fact is appended.
    pub(crate) tail: Option<Tail>,
    is_stopped: bool,
}

/// The newest segment, open for appending.
#[derive(Debug)]
pub(crate) struct Tail {
    segment: Segment,
    /// Bytes that were acknowledged; nothing stands after them.
    length: u64,
    pub(crate) file: Box<dyn TailFile>,
}

/// What an append needs of a file; the fault tests have one that fails.
pub(crate) trait TailFile: std::fmt::Debug + Send {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    fn cut(&mut self, length: u64) -> io::Result<()>;
    fn sync(&mut self) -> io::Result<()>;
}

impl TailFile for File {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.seek(SeekFrom::Start(offset))?;
        self.write_all(bytes)
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

impl Journal {
    /// Makes a journal in an empty or missing folder.
    ///
    /// # Errors
    /// When the folder holds anything, or cannot be written.
    pub fn create(dir: &Path) -> Result<Self, JournalError> {
        let failed = |source| JournalError::Write {
            source,
            path: dir.to_path_buf(),
        };
        fs::create_dir_all(dir).map_err(failed)?;
        if fs::read_dir(dir).map_err(failed)?.next().is_some() {
            return Err(JournalError::NotEmpty { path: dir.into() });
        }
        let link = Link::before_the_first();
        let mut mark = Mark::open(dir)?;
        mark.set(&link).and_then(|()| mark.sync()).map_err(failed)?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync_folder(parent)?;
        }
        Ok(Self {
            dir: dir.to_path_buf(),
            link,
            mark,
            tail: None,
            is_stopped: false,
        })
    }

    /// Opens a journal after checking every line of it. A half-written tail is moved aside and named in the notes.
    ///
    /// # Errors
    /// When the chain is broken before its tail, acknowledged facts are missing, or the folder cannot be written.
    pub fn open(dir: &Path) -> Result<(Self, Vec<RepairNote>), JournalError> {
        let marked = read_mark(dir)?;
        let segments = list_segments(dir)?;
        let marked_seq = match &marked {
            Marked::Missing if segments.is_empty() => {
                return Err(JournalError::NotAJournal { path: dir.into() });
            }
            Marked::At(link) => link.seq,
            Marked::Missing | Marked::Damaged => 0,
        };
        let walk = walk(&segments, marked_seq)?;
        check_against_mark(&walk, &marked)?;

        let mut notes = Vec::new();
        let mut tail = match segments.into_iter().last() {
            Some(segment) => Some(Tail::open(segment, walk.last_segment_bytes)?),
            None => None,
        };
        if let Some(tail) = &mut tail {
            notes.extend(tail.move_torn_bytes_aside(dir)?);
            tail.sync()?; // what was read is trusted, so it must be on the disk
        }
        let mut mark = Mark::open(dir)?;
        let is_behind = marked != Marked::At(walk.link.clone());
        if is_behind {
            let rewritten = mark.set(&walk.link).and_then(|()| mark.sync());
            rewritten.map_err(|source| JournalError::Write {
                source,
                path: dir.to_path_buf(),
            })?;
        }
        if !matches!(marked, Marked::At(_)) {
            notes.push(RepairNote {
                sentence: format!(
                    "The mark of the newest fact was missing or damaged and was made anew at fact {}; facts after it that were removed before could not be noticed",
                    walk.link.seq
                ),
            });
        }
        let journal = Self {
            dir: dir.to_path_buf(),
            link: walk.link,
            mark,
            tail,
            is_stopped: false,
        };
        Ok((journal, notes))
    }

    /// Appends a group of facts: all of them or none, with one write and one fsync. The records are as they stand in the journal.
    ///
    /// # Errors
    /// When a fact would not read back, or the disk fails. A failed write is taken back, and the next append may succeed; after a
    /// failed fsync the journal takes nothing until it is opened anew, because what reached the disk is unknown.
    pub fn append(&mut self, drafts: &[Draft]) -> Result<Vec<FactRecord>, JournalError> {
        if self.is_stopped {
            return Err(JournalError::Stopped);
        }
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        let mut link = self.link.clone();
        let mut bytes = Vec::new();
        let mut records = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let record = write_line(&mut bytes, &link, draft)?;
            link = Link {
                seq: record.seq,
                hash: record.hash.0.clone(),
            };
            records.push(record);
        }
        self.add(&bytes, link)?;
        Ok(records)
    }

    /// Appends a fact that was lost, exactly as it was. False, with nothing appended, if it does not follow the newest one or would not
    /// get the hash that it had.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn restore(&mut self, record: &FactRecord) -> Result<bool, JournalError> {
        if self.is_stopped {
            return Err(JournalError::Stopped);
        }
        let mut bytes = Vec::new();
        let written = write_line(&mut bytes, &self.link, &Draft::of(record))?;
        if written.hash != record.hash {
            return Ok(false);
        }
        let link = Link {
            seq: written.seq,
            hash: written.hash.0,
        };
        self.add(&bytes, link)?;
        Ok(true)
    }

    /// Adds lines, the last of which is `newest`.
    fn add(&mut self, bytes: &[u8], newest: Link) -> Result<(), JournalError> {
        if bytes.len() > GROUP_BYTES {
            return Err(JournalError::GroupTooLarge { bytes: bytes.len() });
        }
        self.write_group(bytes)?;
        self.link = newest;
        // A mark that stays behind is a weaker watchman, not a lost fact.
        if let Err(error) = self.mark.set(&self.link) {
            tracing::warn!(%error, "the mark of the newest fact could not be moved");
        }
        Ok(())
    }

    /// The newest acknowledged fact.
    pub fn head(&self) -> Option<JournalHead> {
        self.link.head()
    }

    fn write_group(&mut self, bytes: &[u8]) -> Result<(), JournalError> {
        let tail = match self.tail.take() {
            Some(tail) if tail.length < SEGMENT_BYTES => self.tail.insert(tail),
            full => {
                let number = full.as_ref().map_or(1, |tail| tail.segment.number + 1);
                self.tail = full; // stays when the next one cannot be made
                self.tail.insert(Tail::create(&self.dir, number)?)
            }
        };
        let path = &tail.segment.path;
        if let Err(source) = tail.file.write_at(tail.length, bytes) {
            if let Err(error) = tail.file.cut(tail.length) {
                tracing::error!(%error, path = %path.display(), "a half-written group could not be taken back");
                self.is_stopped = true;
            }
            let path = path.clone();
            return Err(JournalError::Write { source, path });
        }
        if let Err(source) = tail.file.sync() {
            self.is_stopped = true;
            // Best effort: the caller was told that these facts are not stored.
            if let Err(error) = tail.file.cut(tail.length) {
                tracing::error!(%error, path = %path.display(), "an unconfirmed group could not be taken back");
            }
            let path = path.clone();
            return Err(JournalError::Sync { source, path });
        }
        tail.length += bytes.len() as u64;
        Ok(())
    }
}

impl Tail {
    fn create(dir: &Path, number: u32) -> Result<Self, JournalError> {
        // Left over, and empty, when an earlier try got no further than this.
        let tail = Self::open(Segment::new(dir, number), 0)?;
        sync_folder(dir)?;
        Ok(tail)
    }

    fn open(segment: Segment, length: u64) -> Result<Self, JournalError> {
        let opened = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&segment.path);
        let file = opened.map_err(|source| JournalError::Write {
            source,
            path: segment.path.clone(),
        })?;
        Ok(Self {
            segment,
            length,
            file: Box::new(file),
        })
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        self.file.sync().map_err(|source| JournalError::Sync {
            source,
            path: self.segment.path.clone(),
        })
    }

    /// Bytes after the last fact that holds are kept in a file of their own: they may say what was going on.
    fn move_torn_bytes_aside(&mut self, dir: &Path) -> Result<Option<RepairNote>, JournalError> {
        let bytes = self.segment.read()?;
        let torn = bytes.get(self.length as usize..).unwrap_or_default();
        if torn.is_empty() {
            return Ok(None);
        }
        let stem = format!("{:06}.torn-{}", self.segment.number, self.length);
        let names = std::iter::once(stem.clone()).chain((2..).map(|n: u32| format!("{stem}-{n}")));
        let mut free = names.filter(|name| !dir.join(name).exists());
        let name = free.next().unwrap_or(stem);
        let path = dir.join(&name);
        let kept = File::create(&path).and_then(|mut file| {
            file.write_all(torn)?;
            file.sync_all()
        });
        kept.map_err(|source| JournalError::Write { source, path })?;
        sync_folder(dir)?;
        let cut = self.file.cut(self.length);
        cut.map_err(|source| JournalError::Write {
            source,
            path: self.segment.path.clone(),
        })?;
        Ok(Some(RepairNote {
            sentence: format!(
                "The last {} bytes of journal segment {:06} were half-written when the program ended and were moved to {name}",
                torn.len(),
                self.segment.number
            ),
        }))
    }
}

/// Tells a torn tail, which is mended, from lost or changed facts, which are not.
fn check_against_mark(walk: &Walk, marked: &Marked) -> Result<(), JournalError> {
    let trouble = walk.trouble.as_ref();
    let broken = |trouble: &crate::segment::Trouble| {
        trouble.segment.broken(trouble.line, trouble.flaw.clone())
    };
    if let Some(trouble) = trouble.filter(|trouble| !trouble.is_in_last_segment) {
        return Err(broken(trouble));
    }
    match (marked, trouble) {
        (Marked::At(mark), Some(trouble)) if mark.seq > walk.link.seq => Err(broken(trouble)),
        (Marked::At(mark), None) if mark.seq > walk.link.seq => Err(JournalError::FactsMissing {
            marked: mark.seq,
            found: walk.link.seq,
        }),
        (Marked::At(mark), _) => {
            let first = Link::before_the_first().hash;
            let found = walk.hash_at_mark.as_ref().unwrap_or(&first);
            match *found == mark.hash {
                true => Ok(()),
                false => Err(JournalError::MarkDisagrees { seq: mark.seq }),
            }
        }
        // Without a mark, facts behind the damage are the only witness that it is not a torn tail.
        (_, Some(trouble)) if trouble.is_followed_by_facts => Err(broken(trouble)),
        (_, _) => Ok(()),
    }
}
