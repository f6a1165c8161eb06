//! Cuts JSON into records without parsing it: lines of JSON lines, elements of an array.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use contract::FileFormat;

use crate::{Control, DataError};

/// A longer record would have to be held in memory whole.
const LONGEST_RECORD_BYTES: usize = 8 << 20;
/// Cancelling is looked at once in so many records.
const CHECK_EVERY: u64 = 1024;

/// Hands every record to `visit`, with its line and without the space around it. Blank lines are none.
pub(crate) fn for_each_record(
    path: &Path,
    format: FileFormat,
    control: &Control<'_>,
    mut visit: impl FnMut(u64, &[u8]) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let file = File::open(path).map_err(DataError::reading(path))?;
    let mut cutter = Cutter::new(format);
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut count = 0_u64;
    loop {
        let block = reader.fill_buf().map_err(DataError::reading(path))?;
        if block.is_empty() {
            break;
        }
        let length = block.len();
        for byte in block {
            if !cutter.push(*byte) {
                continue;
            }
            let record = cutter.record.trim_ascii();
            if !record.is_empty() {
                visit(cutter.record_line, record)?;
                count += 1;
            }
            if count.is_multiple_of(CHECK_EVERY) {
                control.check()?;
            }
            cutter.begin();
        }
        if cutter.record.len() > LONGEST_RECORD_BYTES {
            return Err(DataError::LongLine {
                path: path.to_owned(),
                line: cutter.record_line,
                limit_bytes: LONGEST_RECORD_BYTES as u64,
            });
        }
        cutter.refuse_strangers(path)?;
        reader.consume(length);
    }
    if format == FileFormat::Json {
        return cutter.expect_closed(path);
    }
    let rest = cutter.record.trim_ascii();
    if !rest.is_empty() {
        visit(cutter.record_line, rest)?;
    }
    Ok(())
}

/// Where in the array the cutter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Before,
    Inside,
    After,
    /// The file is no array: its first letter.
    Stranger(u8),
}

struct Cutter {
    format: FileFormat,
    place: Place,
    record: Vec<u8>,
    line: u64,
    record_line: u64,
    depth: u32,
    in_string: bool,
    is_escaped: bool,
}

impl Cutter {
    fn new(format: FileFormat) -> Self {
        Self {
            format,
            place: Place::Before,
            record: Vec::new(),
            line: 1,
            record_line: 1,
            depth: 0,
            in_string: false,
            is_escaped: false,
        }
    }

    fn begin(&mut self) {
        self.record.clear();
        self.record_line = self.line;
    }

    /// Takes one byte; true when `record` is whole.
    fn push(&mut self, byte: u8) -> bool {
        if byte == b'\n' {
            self.line += 1;
        }
        if self.record.is_empty() {
            // The mark of UTF-8, and space before a record.
            if byte.is_ascii_whitespace() || (self.line == 1 && b"\xef\xbb\xbf".contains(&byte)) {
                self.record_line = self.line;
                return false;
            }
        }
        if self.format == FileFormat::JsonLines {
            self.record.push(byte);
            return byte == b'\n';
        }
        self.push_in_array(byte)
    }

    fn push_in_array(&mut self, byte: u8) -> bool {
        match self.place {
            Place::Before => {
                self.place = match byte {
                    b'[' => Place::Inside,
                    stranger => Place::Stranger(stranger),
                };
                return false;
            }
            Place::Inside => {}
            Place::After | Place::Stranger(_) => return false,
        }
        if self.in_string {
            self.in_string = self.is_escaped || byte != b'"';
            self.is_escaped = byte == b'\\' && !self.is_escaped;
        } else {
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth > 0 => self.depth -= 1,
                b']' => {
                    self.place = Place::After;
                    return true;
                }
                b',' if self.depth == 0 => return true,
                _ => {}
            }
        }
        self.record.push(byte);
        false
    }

    fn refuse_strangers(&self, path: &Path) -> Result<(), DataError> {
        let Place::Stranger(first) = self.place else {
            return Ok(());
        };
        Err(DataError::JsonWithoutRecords {
            path: path.to_owned(),
            what: if first == b'{' {
                "one object"
            } else {
                "one value"
            },
        })
    }

    fn expect_closed(&self, path: &Path) -> Result<(), DataError> {
        let path = path.to_owned();
        match self.place {
            Place::After => Ok(()),
            Place::Before => Err(DataError::Empty { path }),
            Place::Inside | Place::Stranger(_) => Err(DataError::UnclosedJson { path }),
        }
    }
}
