//! The head of a text file, decoded: what its dialect and its types are first judged by.

use std::path::Path;

use contract::ReaderOptions;
use encoding_rs::{Encoding, UTF_8};

use super::records::LONGEST_RECORD_BYTES;
use crate::DataError;
use crate::encoding::{self, Utf8Check};
use crate::files;

/// Read in a few hundredths of a second, and large enough that a type rarely has to be judged twice.
const SAMPLE_BYTES: usize = 4 << 20;

/// The first records of a file.
pub(crate) struct Sample {
    pub(crate) text: String,
    /// It is all that the file has.
    pub(crate) is_whole: bool,
    /// As far as the head tells.
    pub(crate) encoding: &'static Encoding,
}

impl Sample {
    /// # Errors
    /// When the file is empty, cannot be read, or its first line has no end.
    pub(crate) fn of(path: &Path, options: &ReaderOptions) -> Result<Self, DataError> {
        let mut most = SAMPLE_BYTES;
        loop {
            let head = files::head(path, most)?;
            let is_whole = head.len() < most;
            let chosen = options
                .encoding
                .as_deref()
                .map(encoding::named)
                .transpose()?;
            let encoding = chosen.unwrap_or_else(|| of_head(&head, is_whole));
            let mut text = encoding::decode_head(&head, encoding);
            if text.trim().is_empty() && is_whole {
                return Err(DataError::Empty {
                    path: path.to_owned(),
                });
            }
            if is_whole {
                return Ok(Self {
                    text,
                    is_whole,
                    encoding,
                });
            }
            if let Some(end) = text.rfind(['\n', '\r']) {
                text.truncate(end + 1);
                return Ok(Self {
                    text,
                    is_whole,
                    encoding,
                });
            }
            // Twice for UTF-16, whose letters have two bytes.
            let enough = 2 * LONGEST_RECORD_BYTES as usize;
            if most > enough {
                return Err(DataError::LongLine {
                    path: path.to_owned(),
                    line: 1,
                    limit_bytes: LONGEST_RECORD_BYTES,
                });
            }
            most = enough + 1;
        }
    }
}

fn of_head(head: &[u8], is_whole: bool) -> &'static Encoding {
    if let Some(encoding) = encoding::marked(head) {
        return encoding;
    }
    let mut check = Utf8Check::default();
    check.feed(head);
    // The end of the head may cut a letter in two, which is no fault of the file.
    let cut = if is_whole { 0 } else { 4 };
    let sure = head.get(..head.len().saturating_sub(cut)).unwrap_or(head);
    if std::str::from_utf8(sure).is_ok() {
        return UTF_8;
    }
    check.verdict()
}
