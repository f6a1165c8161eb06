//! Which format a file has, by its first bytes and then by its name; what is no table is refused by its first bytes.

use std::path::Path;

use contract::FileFormat;

use crate::DataError;

/// Enough for every signature below and for the first names in a ZIP archive.
pub(crate) const HEAD_BYTES: usize = 4096;

/// The format, from the head of the file and its name.
pub(crate) fn of(path: &Path, head: &[u8]) -> Result<FileFormat, DataError> {
    refuse_foreign(path, head)?;
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .map(str::to_ascii_lowercase)
        .unwrap_or_default();
    if head.starts_with(b"PAR1") {
        return Ok(FileFormat::Parquet);
    }
    if head.starts_with(COMPOUND_FILE) {
        return Ok(FileFormat::Excel);
    }
    if head.starts_with(b"PK\x03\x04") {
        return zipped(path, &ending, head);
    }
    Ok(match ending.as_str() {
        "csv" | "tsv" | "tab" => FileFormat::Csv,
        "jsonl" | "ndjson" => FileFormat::JsonLines,
        "json" => json(head).unwrap_or(FileFormat::Json),
        "parquet" | "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => {
            return Err(DataError::Mislabelled {
                path: path.to_owned(),
            });
        }
        _ => json(head).unwrap_or(FileFormat::Csv),
    })
}

/// Refuses what is known to be something else, whatever a person says that it is.
pub(crate) fn refuse_foreign(path: &Path, head: &[u8]) -> Result<(), DataError> {
    match foreign(head) {
        None => Ok(()),
        Some((what, hint)) => Err(DataError::NotATable {
            path: path.to_owned(),
            what,
            hint,
        }),
    }
}

/// The old binary Office container: `.xls`, and `.xlsx` behind a password.
const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// `(offset, signature, what it is, what to do)`.
const FOREIGN: [(usize, &[u8], &str, &str); 32] = [
    (0, b"\x89PNG\r\n\x1a\n", "a PNG image", IMAGE),
    (0, b"\xff\xd8\xff", "a JPEG image", IMAGE),
    (0, b"GIF8", "a GIF image", IMAGE),
    (8, b"WEBP", "a WebP image", IMAGE),
    (0, b"II*\0", "a TIFF image", IMAGE),
    (0, b"MM\0*", "a TIFF image", IMAGE),
    (0, b"%PDF-", "a PDF document", TABLE),
    (0, b"\x1f\x8b", "a gzip archive", UNPACK),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive", UNPACK),
    (0, b"BZh91AY&SY", "a bzip2 archive", UNPACK),
    (0, b"\xfd7zXZ\0", "an xz archive", UNPACK),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    (0, b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (257, b"ustar", "a tar archive", UNPACK),
    (0, b"\x80\x02", "a Python pickle", PICKLE),
    (0, b"\x80\x03", "a Python pickle", PICKLE),
    (0, b"\x80\x04", "a Python pickle", PICKLE),
    (0, b"\x80\x05", "a Python pickle", PICKLE),
    (0, b"\x93NUMPY", "a NumPy array", CONVERT),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file", CONVERT),
    (0, b"ARROW1", "an Arrow file", CONVERT),
    (0, b"FEA1", "a Feather file", CONVERT),
    (0, b"ORC", "an ORC file", CONVERT),
    (0, b"Obj\x01", "an Avro file", CONVERT),
    (0, b"SQLite format 3\0", "a SQLite database", CONVERT),
    (8, b"DUCK", "a DuckDB database", CONVERT),
    (0, b"\x7fELF", "a program", TABLE),
    (4, b"ftyp", "a video", TABLE),
    (8, b"WAVE", "a sound", TABLE),
    (0, b"<!DOCTYPE", "a web page", TABLE),
    (0, b"<html", "a web page", TABLE),
    (0, b"<?xml", "an XML document", TABLE),
];
const IMAGE: &str = "Images are not tables: choose a CSV, JSON, Parquet or Excel file";
const TABLE: &str = "Choose a CSV, JSON, Parquet or Excel file";
const UNPACK: &str = "Unpack it first";
const PICKLE: &str = "A pickle can run code when it is opened, so it is refused; save it with df.to_parquet(…) or df.to_csv(…)";
const CONVERT: &str = "Save it as Parquet or CSV first";

fn foreign(head: &[u8]) -> Option<(&'static str, &'static str)> {
    FOREIGN
        .iter()
        .find(|(offset, signature, ..)| {
            head.get(*offset..)
                .is_some_and(|rest| rest.starts_with(signature))
        })
        // "ORC," may open a CSV; the binary file goes on with bytes that no text has.
        .filter(|(_, signature, ..)| *signature != b"ORC" || head.contains(&0))
        .map(|(_, _, what, hint)| (*what, *hint))
}

fn zipped(path: &Path, ending: &str, head: &[u8]) -> Result<FileFormat, DataError> {
    let holds = |name: &[u8]| memchr::memmem::find(head, name).is_some();
    let is_workbook = matches!(ending, "xlsx" | "xlsm" | "xlsb" | "ods")
        || holds(b"xl/")
        || holds(b"opendocument.spreadsheet");
    if is_workbook {
        return Ok(FileFormat::Excel);
    }
    let (what, hint) = if holds(b"data.pkl") {
        ("a PyTorch file", PICKLE)
    } else if holds(b".npy") {
        ("a NumPy archive", CONVERT)
    } else {
        ("a ZIP archive", UNPACK)
    };
    Err(DataError::NotATable {
        path: path.to_owned(),
        what,
        hint,
    })
}

/// An opening bracket and what may follow it in JSON; `[1] first,second` is not JSON, and neither is `{curly},b`.
fn json(head: &[u8]) -> Option<FileFormat> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut visible = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    match (visible.next()?, visible.next()) {
        (b'[', Some(b'{' | b']') | None) => Some(FileFormat::Json),
        (b'{', Some(b'"' | b'}') | None) => Some(FileFormat::JsonLines),
        _ => None,
    }
}
