//! Encodings of text: found out from the bytes, and turned into UTF-8 in a stream.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::files::{BLOCK_BYTES, REPORT_EVERY_BYTES};
use crate::{Control, DataError};

/// Bytes around damaged places that the detector is given; it needs a few hundred letters at most.
const SUSPICIOUS_BYTES: usize = 256 << 10;
/// Letters on either side of a byte that is not UTF-8: a word or two, for the detector to judge by.
const AROUND: usize = 64;
/// A file with so many valid letters beside each invalid byte is UTF-8 with damaged rows.
const VALID_FOR_EACH_INVALID: u64 = 20;
/// After so many invalid bytes nothing more is learned by counting.
const ENOUGH_INVALID: u64 = 10_000;

/// Whether a file's bytes are UTF-8, looked at block by block.
#[derive(Default)]
pub(crate) struct Utf8Check {
    /// The start of a letter that the end of the block cut.
    cut: Vec<u8>,
    position: u64,
    invalid: u64,
    non_ascii: u64,
    suspicious: Vec<u8>,
    /// Where the first NUL byte is.
    pub(crate) nul: Option<u64>,
}

impl Utf8Check {
    pub(crate) fn feed(&mut self, block: &[u8]) {
        if self.nul.is_none() {
            self.nul = memchr::memchr(0, block).map(|at| self.position + at as u64);
        }
        self.position += block.len() as u64;
        if self.invalid >= ENOUGH_INVALID {
            return;
        }
        self.non_ascii += count_non_ascii(block);
        let rest = self.finish_cut(block);
        self.validate(rest);
    }

    /// The letter that two blocks share is judged on its own. Returns what follows it.
    fn finish_cut<'b>(&mut self, block: &'b [u8]) -> &'b [u8] {
        let mut rest = block;
        while !self.cut.is_empty() {
            let Some((next, after)) = rest.split_first() else {
                break;
            };
            self.cut.push(*next);
            match std::str::from_utf8(&self.cut) {
                Ok(_) => self.cut.clear(),
                Err(error) if error.error_len().is_none() => {}
                Err(_) => {
                    self.cut.clear();
                    self.note(block, 0);
                    return rest;
                }
            }
            rest = after;
        }
        rest
    }

    fn validate(&mut self, block: &[u8]) {
        let mut from = 0;
        while let Err(error) = std::str::from_utf8(block.get(from..).unwrap_or_default()) {
            let at = from + error.valid_up_to();
            let Some(length) = error.error_len() else {
                self.cut
                    .extend_from_slice(block.get(at..).unwrap_or_default());
                return;
            };
            self.note(block, at);
            if self.invalid >= ENOUGH_INVALID {
                return;
            }
            from = at + length;
        }
    }

    fn note(&mut self, block: &[u8], at: usize) {
        self.invalid += 1;
        if self.suspicious.len() < SUSPICIOUS_BYTES {
            let around = at.saturating_sub(AROUND)..(at + AROUND).min(block.len());
            self.suspicious
                .extend_from_slice(block.get(around).unwrap_or_default());
        }
    }

    /// What the bytes are, when nothing else tells.
    pub(crate) fn verdict(&self) -> &'static Encoding {
        let invalid = self.invalid + u64::from(!self.cut.is_empty());
        if self.non_ascii >= invalid * VALID_FOR_EACH_INVALID {
            return UTF_8;
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        detector.feed(&self.suspicious, true);
        detector.guess(None, Utf8Detection::Deny)
    }
}

/// Most pieces of most files are ASCII, which is seen at once; the rest is summed in bytes, 128 of which cannot overflow.
fn count_non_ascii(block: &[u8]) -> u64 {
    let count = |piece: &[u8]| {
        let bits = piece.iter().map(|byte| byte >> 7);
        u64::from(bits.fold(0_u8, u8::wrapping_add))
    };
    block
        .chunks(128)
        .filter(|piece| !piece.is_ascii())
        .map(count)
        .fold(0, u64::wrapping_add)
}

/// The encoding that a person named.
pub(crate) fn named(label: &str) -> Result<&'static Encoding, DataError> {
    Encoding::for_label(label.as_bytes()).ok_or_else(|| DataError::UnknownEncoding {
        label: label.to_owned(),
    })
}

/// The encoding that the head alone gives away: a byte order mark, or the zeros of UTF-16.
pub(crate) fn marked(head: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_bom(head)
        .map(|(encoding, _)| encoding)
        .or_else(|| unmarked_utf16(head))
}

/// In UTF-16 without a mark, Latin text has a zero in every second byte.
fn unmarked_utf16(head: &[u8]) -> Option<&'static Encoding> {
    let zeros_at = |parity: usize| {
        head.iter()
            .skip(parity)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let (even, odd, pairs) = (zeros_at(0), zeros_at(1), head.len() / 2);
    if pairs > 1 && odd * 3 > pairs && even * 20 < odd {
        return Some(UTF_16LE);
    }
    if pairs > 1 && even * 3 > pairs && odd * 20 < even {
        return Some(UTF_16BE);
    }
    None
}

/// The head of a file as text. Letters that its end cuts or that are damaged show as `�`.
pub(crate) fn decode_head(head: &[u8], encoding: &'static Encoding) -> String {
    let mut text = String::with_capacity(head.len() * 2);
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut rest = head;
    loop {
        let (result, read, _) = decoder.decode_to_string(rest, &mut text, false);
        rest = rest.get(read..).unwrap_or_default();
        if result == encoding_rs::CoderResult::InputEmpty {
            return text;
        }
        text.reserve(rest.len() * 2 + 16);
    }
}

/// Writes `from` to `to` as UTF-8 without a byte order mark, as the stage “converting”. A byte that the encoding does not know is an
/// error: nothing is replaced silently.
pub(crate) fn transcode(
    from: &Path,
    encoding: &'static Encoding,
    to: &Path,
    control: &Control<'_>,
) -> Result<(), DataError> {
    let mut source = File::open(from).map_err(DataError::reading(from))?;
    let total = source.metadata().map_or(0, |about| about.len());
    let target = File::create(to).map_err(DataError::writing(to))?;
    let mut target = BufWriter::with_capacity(BLOCK_BYTES, target);
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut block = vec![0; BLOCK_BYTES];
    let mut text = vec![0; BLOCK_BYTES * 4];
    let (mut position, mut reported) = (0_u64, None);
    loop {
        control.check()?;
        if reported.is_none_or(|last| position - last >= REPORT_EVERY_BYTES) {
            control.bytes("converting", position, total);
            reported = Some(position);
        }
        let length = source.read(&mut block).map_err(DataError::reading(from))?;
        let is_last = length == 0;
        let mut rest = block.get(..length).unwrap_or_default();
        loop {
            let (result, read, written) =
                decoder.decode_to_utf8_without_replacement(rest, &mut text, is_last);
            position += read as u64;
            rest = rest.get(read..).unwrap_or_default();
            let decoded = text.get(..written).unwrap_or_default();
            if memchr::memchr(0, decoded).is_some() {
                return Err(DataError::NulByte {
                    path: from.to_owned(),
                    position,
                });
            }
            target.write_all(decoded).map_err(DataError::writing(to))?;
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => {
                    return Err(DataError::WrongEncoding {
                        path: from.to_owned(),
                        encoding: encoding.name().to_ascii_lowercase(),
                        position: position.saturating_sub(u64::from(length + after)),
                    });
                }
            }
        }
        if is_last {
            return target.flush().map_err(DataError::writing(to));
        }
    }
}
