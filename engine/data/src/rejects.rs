//! Rejected rows read back: pages of a file of any size, and all of it for a person to take away.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::{RejectedRow, RejectsPage};
use memchr::{memchr, memchr_iter};

use crate::files::BLOCK_BYTES;
use crate::{Control, DataError};

/// One line in so many is remembered by its place: a page skips fewer lines than it takes a moment to read.
const STEP: u64 = 256;
/// Of a longer line the beginning is read. A page of 40 rows may come from 40 records of megabytes each.
const LONGEST_LINE_BYTES: u64 = 16 << 10;
/// Cancelling is looked at once in so many rows.
const CHECK_EVERY: u64 = 1024;

/// A file of rejects. It is looked through only as far as somebody has scrolled, and never twice.
pub struct RejectsFile {
    path: PathBuf,
    /// Where every [`STEP`]th line begins.
    marks: Vec<u64>,
    has_all_marks: bool,
}

impl RejectsFile {
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            marks: vec![0],
            has_all_marks: false,
        }
    }

    /// Rows `first..first + count`; fewer at the end.
    ///
    /// # Errors
    /// When the file cannot be read, or holds something else.
    pub fn page(&mut self, first: u64, count: u32) -> Result<RejectsPage, DataError> {
        let unreadable = DataError::reading(&self.path);
        let mut rows = Vec::new();
        let file = File::open(&self.path).map_err(unreadable)?;
        if let Some(mark) = self.mark_of(&file, first)? {
            let mut lines = Lines::at(&file, mark).map_err(DataError::reading(&self.path))?;
            for _ in 0..first % STEP {
                lines.skip().map_err(DataError::reading(&self.path))?;
            }
            while (rows.len() as u64) < u64::from(count) {
                let row = lines.next_row().map_err(DataError::reading(&self.path))?;
                match row {
                    None => break,
                    Some(Ok(row)) => rows.push(row),
                    Some(Err(source)) => {
                        return Err(DataError::DamagedRejects {
                            path: self.path.clone(),
                            number: first + rows.len() as u64 + 1,
                            source,
                        });
                    }
                }
            }
        }
        Ok(RejectsPage { first, rows })
    }

    /// Where the last remembered line up to `row` begins; `None` beyond the end.
    fn mark_of(&mut self, file: &File, row: u64) -> Result<Option<u64>, DataError> {
        let wanted = usize::try_from(row / STEP).unwrap_or(usize::MAX);
        if self.marks.len() <= wanted && !self.has_all_marks {
            self.look_on(file, wanted)
                .map_err(DataError::reading(&self.path))?;
        }
        Ok(self.marks.get(wanted).copied())
    }

    fn look_on(&mut self, mut file: &File, wanted: usize) -> io::Result<()> {
        let mut place = self.marks.last().copied().unwrap_or(0);
        file.seek(SeekFrom::Start(place))?;
        let mut block = vec![0; BLOCK_BYTES];
        let mut lines = 0;
        while self.marks.len() <= wanted {
            let length = file.read(&mut block)?;
            if length == 0 {
                self.has_all_marks = true;
                break;
            }
            for end in memchr_iter(b'\n', &block[..length]) {
                lines += 1;
                if lines == STEP {
                    lines = 0;
                    self.marks.push(place + end as u64 + 1);
                }
            }
            place += length as u64;
        }
        Ok(())
    }
}

/// Lines of one file, one after the other.
struct Lines<'f> {
    reader: BufReader<&'f File>,
    line: Vec<u8>,
}

impl<'f> Lines<'f> {
    fn at(mut file: &'f File, place: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(place))?;
        Ok(Self {
            reader: BufReader::with_capacity(BLOCK_BYTES, file),
            line: Vec::new(),
        })
    }

    /// Goes behind the next line end without keeping anything.
    fn skip(&mut self) -> io::Result<()> {
        loop {
            let block = self.reader.fill_buf()?;
            let (length, is_end) = match memchr(b'\n', block) {
                Some(end) => (end + 1, true),
                None => (block.len(), block.is_empty()),
            };
            self.reader.consume(length);
            if is_end {
                return Ok(());
            }
        }
    }

    /// Reads on to the end of the line, or until `most` bytes of it are here. True at the end.
    fn read_on(&mut self, most: u64) -> io::Result<bool> {
        let left = most.saturating_sub(self.line.len() as u64);
        let mut some = (&mut self.reader).take(left);
        some.read_until(b'\n', &mut self.line)?;
        // Where the file itself ends, there was less than there was room for.
        Ok(self.line.ends_with(b"\n") || (self.line.len() as u64) < most)
    }

    /// `None` at the end of the file.
    fn next_row(&mut self) -> io::Result<Option<serde_json::Result<RejectedRow>>> {
        self.line.clear();
        if self.read_on(LONGEST_LINE_BYTES)? {
            let is_end = self.line.is_empty();
            return Ok((!is_end).then(|| serde_json::from_slice(&self.line)));
        }
        if let Some(row) = beginning_of(&self.line) {
            self.skip()?;
            return Ok(Some(Ok(row)));
        }
        // Something else than the text is very long: then all of it has to be here.
        self.read_on(u64::MAX)?;
        Ok(Some(serde_json::from_slice(&self.line).map(cut)))
    }

    /// The whole row, however long.
    fn next_whole_row(&mut self) -> io::Result<Option<serde_json::Result<RejectedRow>>> {
        self.line.clear();
        self.read_on(u64::MAX)?;
        let is_end = self.line.is_empty();
        Ok((!is_end).then(|| serde_json::from_slice(&self.line)))
    }
}

/// A row from the beginning of its line: the text, which comes last, ends where the beginning does.
fn beginning_of(line: &[u8]) -> Option<RejectedRow> {
    let mut end = 0;
    while let Some(byte) = line.get(end) {
        let length = match byte {
            b'\\' if line.get(end + 1) == Some(&b'u') => 6,
            b'\\' => 2,
            0xf0.. => 4,
            0xe0.. => 3,
            0xc0.. => 2,
            _ => 1,
        };
        if end + length > line.len() {
            break;
        }
        end += length;
    }
    let mut whole = line.get(..end)?.to_vec();
    whole.extend(b"\"}");
    let row: RejectedRow = serde_json::from_slice(&whole).ok()?;
    Some(RejectedRow {
        is_cut: true,
        ..row
    })
}

/// The same row with texts no longer than a page can carry.
fn cut(row: RejectedRow) -> RejectedRow {
    let short = |text: Arc<str>| {
        let end = text.floor_char_boundary(LONGEST_LINE_BYTES as usize);
        match text.get(..end) {
            Some(beginning) if end < text.len() => beginning.into(),
            _ => text,
        }
    };
    let length = row.text.len();
    let text = short(row.text);
    RejectedRow {
        line: row.line,
        column: row.column.map(short),
        error: short(row.error),
        is_cut: text.len() < length,
        text,
    }
}

/// Writes all rejected rows to `to`: as the JSON lines they are if it is called `.jsonl`, `.ndjson` or `.json`, else as CSV.
/// What stood there is replaced only when all is written.
///
/// # Errors
/// When one of the files cannot be read or written, or the work was cancelled; then nothing is left of it.
pub fn export_rejects(rejects: &Path, to: &Path, control: &Control<'_>) -> Result<(), DataError> {
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let source = File::open(rejects).map_err(DataError::reading(rejects))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".rejects-");
    // It is for a person to take away, as any file that a program saves; temporary ones are private by default.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let target = builder
        .tempfile_in(folder)
        .map_err(DataError::writing(to))?;
    let mut writer = BufWriter::with_capacity(BLOCK_BYTES, target);
    let extension = to.extension().map(|word| word.to_string_lossy());
    match extension.map(|word| word.to_lowercase()).as_deref() {
        Some("jsonl" | "ndjson" | "json") => copy(&source, rejects, (&mut writer, to), control)?,
        _ => write_csv(&source, rejects, (&mut writer, to), control)?,
    }
    let target = writer
        .into_inner()
        .map_err(|error| DataError::writing(to)(error.into_error()))?;
    target
        .as_file()
        .sync_all()
        .map_err(DataError::writing(to))?;
    target
        .persist(to)
        .map_err(|refused| DataError::writing(to)(refused.error))?;
    Ok(())
}

type Target<'w> = (&'w mut dyn Write, &'w Path);

fn copy(
    source: &File,
    rejects: &Path,
    (writer, to): Target<'_>,
    control: &Control<'_>,
) -> Result<(), DataError> {
    let total = source.metadata().map_or(0, |about| about.len());
    let mut reader = BufReader::with_capacity(BLOCK_BYTES, source);
    let mut done = 0;
    loop {
        let block = reader.fill_buf().map_err(DataError::reading(rejects))?;
        let length = block.len();
        if length == 0 {
            return Ok(());
        }
        writer.write_all(block).map_err(DataError::writing(to))?;
        reader.consume(length);
        done += length as u64;
        control.check()?;
        control.bytes("writing", done, total);
    }
}

fn write_csv(
    source: &File,
    rejects: &Path,
    (writer, to): Target<'_>,
    control: &Control<'_>,
) -> Result<(), DataError> {
    let total = source.metadata().map_or(0, |about| about.len());
    let unwritable = |error: csv::Error| DataError::writing(to)(io::Error::other(error));
    let mut lines = Lines::at(source, 0).map_err(DataError::reading(rejects))?;
    let mut table = csv::Writer::from_writer(writer);
    table
        .write_record(["line", "column", "error", "text"])
        .map_err(unwritable)?;
    let (mut number, mut done) = (0, 0);
    while let Some(row) = lines
        .next_whole_row()
        .map_err(DataError::reading(rejects))?
    {
        number += 1;
        let row = row.map_err(|source| DataError::DamagedRejects {
            path: rejects.to_owned(),
            number,
            source,
        })?;
        let column = row.column.as_deref().unwrap_or_default();
        table
            .write_record([&row.line.to_string(), column, &row.error, &row.text])
            .map_err(unwritable)?;
        done += lines.line.len() as u64;
        if number % CHECK_EVERY == 0 {
            control.check()?;
            control.bytes("writing", done, total);
        }
    }
    table.flush().map_err(DataError::writing(to))
}
