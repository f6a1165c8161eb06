//! Gives every line of a delimited file the same end, because the reader knows one kind a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::dialect::Dialect;
use crate::files::{self, BLOCK_BYTES};
use crate::{Control, DataError};

/// Writes `from` to `to` with `\n` at the end of every record; line ends inside quotes stay as they are.
pub(crate) fn unify(
    from: &Path,
    to: &Path,
    dialect: &Dialect,
    control: &Control<'_>,
) -> Result<(), DataError> {
    let target = File::create(to).map_err(DataError::writing(to))?;
    let mut target = BufWriter::with_capacity(BLOCK_BYTES, target);
    let mut writer = Unifier::new(dialect);
    let mut unified = Vec::with_capacity(BLOCK_BYTES);
    files::read_blocks(from, control, |block| {
        unified.clear();
        for byte in block {
            writer.push(*byte, &mut unified);
        }
        target.write_all(&unified).map_err(DataError::writing(to))
    })?;
    target.flush().map_err(DataError::writing(to))
}

struct Unifier {
    delimiter: u8,
    quote: Option<u8>,
    in_quotes: bool,
    /// Only spaces so far in this field: a quote opens it.
    at_field_start: bool,
    /// A quote inside quotes: the next byte says whether it closes them.
    after_quote: bool,
    after_return: bool,
}

impl Unifier {
    fn new(dialect: &Dialect) -> Self {
        Self {
            delimiter: dialect.delimiter,
            quote: dialect.quote,
            in_quotes: false,
            at_field_start: true,
            after_quote: false,
            after_return: false,
        }
    }

    fn push(&mut self, byte: u8, out: &mut Vec<u8>) {
        let is_quote = self.quote == Some(byte);
        if self.after_quote {
            self.after_quote = false;
            self.in_quotes = is_quote;
            if is_quote {
                return out.push(byte);
            }
        }
        if self.in_quotes {
            self.after_quote = is_quote;
            return out.push(byte);
        }
        let is_second_half = byte == b'\n' && std::mem::take(&mut self.after_return);
        if is_second_half {
            return;
        }
        self.after_return = byte == b'\r';
        if is_quote && self.at_field_start {
            self.in_quotes = true;
        }
        let ends_line = matches!(byte, b'\n' | b'\r');
        self.at_field_start =
            ends_line || byte == self.delimiter || (self.at_field_start && byte == b' ');
        out.push(if ends_line { b'\n' } else { byte });
    }
}
