//! Digests of bytes and files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use contract::Digest;

use super::failure;
use crate::CatalogError;

/// Read at once: enough to keep the disk busy, little enough that a cancel is felt at once.
const STEP_BYTES: usize = 1024 * 1024;

pub(super) fn digest_of_bytes(bytes: &[u8]) -> Digest {
    Digest::new(blake3::hash(bytes).to_hex().as_str())
}

pub(super) fn digest_of_file(path: &Path) -> Result<Digest, CatalogError> {
    File::open(path)
        .and_then(|file| hash_in_steps(file, |_| true))
        .map_err(|source| failure("read", path, source))
}

/// Hashes what a reader gives. `step` hears how many bytes each reading gave; the hash of the bytes so far comes back when it
/// returns false.
pub(super) fn hash_in_steps(
    mut reader: impl Read,
    mut step: impl FnMut(u64) -> bool,
) -> io::Result<Digest> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; STEP_BYTES];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                hasher.update(&buffer[..count]);
                if !step(count as u64) {
                    break;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Digest::new(hasher.finalize().to_hex().as_str()))
}

/// A digest becomes a path: nothing else may.
pub(super) fn check_digest(digest: &Digest) -> Result<(), CatalogError> {
    let text = digest.as_str();
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() == blake3::OUT_LEN * 2 && text.bytes().all(is_digit) {
        return Ok(());
    }
    Err(CatalogError::NotADigest {
        text: text.to_owned(),
    })
}
