//! Excel and OpenDocument workbooks, through calamine: one sheet is one table.

use std::borrow::Cow;
use std::path::Path;

use calamine::{Data, Range, Reader, Sheets};
use contract::{FileFormat, ReaderOptions};
use csv::ByteRecord;

use crate::canonical::CanonicalWriter;
use crate::delimited::dialect;
use crate::delimited::rejects::{Reject, RejectWriter};
use crate::loaded::{Job, Loaded};
use crate::{DataError, files};

type Workbook = Sheets<std::io::BufReader<std::fs::File>>;

/// Reads one sheet of a workbook into a Parquet file.
pub(crate) fn load(job: &Job<'_>) -> Result<Loaded, DataError> {
    let (digest, _) = files::hash_file(job.source, job.control)?;
    let sheet = Sheet::open(job.source, job.options)?;
    let header: Vec<String> = if sheet.has_header {
        sheet
            .rows()
            .next()
            .unwrap_or_default()
            .iter()
            .map(|cell| text(cell).into_owned())
            .collect()
    } else {
        vec![String::new(); sheet.range.width()]
    };
    let mut writer = CanonicalWriter::create(job.scratch, header)?;
    let total = sheet.range.height() as u64;
    for (done, row) in sheet.rows().skip(usize::from(sheet.has_header)).enumerate() {
        if done % 1024 == 0 {
            job.control.check()?;
            job.control.rows("reading", done as u64, total);
        }
        // Rows that only had their looks changed are not data.
        if row.iter().any(|cell| !matches!(cell, Data::Empty)) {
            writer.write(row.iter().map(|cell| text(cell).into_owned()))?;
        }
    }
    let mut rejects = RejectWriter::new(job.rejects());
    sheet.reject_what_is_above(&mut rejects)?;
    let options = sheet.options();
    drop(sheet);
    writer.load(rejects, digest, options, job)
}

/// The options in force for a workbook.
pub(crate) fn detect(path: &Path, options: &ReaderOptions) -> Result<ReaderOptions, DataError> {
    Ok(Sheet::open(path, options)?.options())
}

struct Sheet {
    name: String,
    range: Range<Data>,
    has_header: bool,
    /// Rows above the table: titles of one cell.
    above: usize,
}

impl Sheet {
    /// The sheet that was asked for, or else the first with data.
    fn open(path: &Path, options: &ReaderOptions) -> Result<Self, DataError> {
        let mut workbook = open_workbook(path)?;
        let sheets = workbook.sheet_names();
        let wanted = match &options.sheet {
            None => sheets,
            Some(sheet) if sheets.contains(sheet) => vec![sheet.clone()],
            Some(sheet) => {
                return Err(DataError::UnknownSheet {
                    path: path.to_owned(),
                    sheet: sheet.clone(),
                    sheets,
                });
            }
        };
        for name in wanted {
            let range = workbook
                .worksheet_range(&name)
                .map_err(|error| damaged(path, error))?;
            if range.used_cells().next().is_some() {
                return Ok(Self::new(name, range, options));
            }
        }
        Err(DataError::EmptyWorkbook {
            path: path.to_owned(),
        })
    }

    fn new(name: String, range: Range<Data>, options: &ReaderOptions) -> Self {
        /// Rows that a header is told from data by.
        const JUDGED_ROWS: usize = 200;
        let filled = |row: &&[Data]| {
            row.iter()
                .filter(|cell| !matches!(cell, Data::Empty))
                .count()
        };
        let width = range.width();
        let above = match range
            .rows()
            .take(JUDGED_ROWS)
            .position(|row| filled(&row) > 1)
        {
            Some(above) if width > 1 => above,
            _ => 0,
        };
        let judged: Vec<ByteRecord> = range
            .rows()
            .skip(above)
            .take(JUDGED_ROWS)
            .map(|row| {
                row.iter()
                    .map(|cell| text(cell).into_owned())
                    .collect::<Vec<_>>()
                    .into()
            })
            .collect();
        let has_header = options
            .has_header
            .unwrap_or_else(|| dialect::has_header(&judged, b'.'));
        Self {
            name,
            range,
            has_header,
            above,
        }
    }

    fn rows(&self) -> impl Iterator<Item = &[Data]> {
        self.range.rows().skip(self.above)
    }

    fn reject_what_is_above(&self, rejects: &mut RejectWriter) -> Result<(), DataError> {
        let first_line = self.range.start().map_or(1, |(row, _)| u64::from(row) + 1);
        for (line, row) in (first_line..).zip(self.range.rows().take(self.above)) {
            let cells: Vec<_> = row
                .iter()
                .map(text)
                .filter(|cell| !cell.is_empty())
                .collect();
            if !cells.is_empty() {
                rejects.add(&Reject {
                    line,
                    column: None,
                    error: "Above the table".to_owned(),
                    text: &cells.join(" "),
                })?;
            }
        }
        Ok(())
    }

    fn options(&self) -> ReaderOptions {
        ReaderOptions {
            format: Some(FileFormat::Excel),
            has_header: Some(self.has_header),
            sheet: Some(self.name.clone()),
            ..ReaderOptions::default()
        }
    }
}

fn open_workbook(path: &Path) -> Result<Workbook, DataError> {
    let head = files::head(path, 8)?;
    let opened = if head.starts_with(b"\xd0\xcf\x11\xe0") {
        // An `.xlsx` behind a password is a compound file too; only the reader of `.xlsx` says so.
        match calamine::open_workbook::<calamine::Xlsx<_>, _>(path) {
            Err(calamine::XlsxError::Password) => Err(calamine::XlsxError::Password.into()),
            _ => calamine::open_workbook::<calamine::Xls<_>, _>(path)
                .map(Sheets::Xls)
                .map_err(calamine::Error::from),
        }
    } else {
        calamine::open_workbook_auto(path)
    };
    opened.map_err(|error| damaged(path, error))
}

fn damaged(path: &Path, error: calamine::Error) -> DataError {
    use calamine::{Error, OdsError, XlsError, XlsbError, XlsxError};
    let path = path.to_owned();
    match error {
        Error::Xlsx(XlsxError::Password)
        | Error::Xlsb(XlsbError::Password)
        | Error::Xls(XlsError::Password)
        | Error::Ods(OdsError::Password) => DataError::PasswordProtected { path },
        error => DataError::DamagedWorkbook {
            path,
            source: Box::new(error),
        },
    }
}

/// A cell as a field of text. What a formula could not work out is missing.
fn text(cell: &Data) -> Cow<'_, str> {
    /// Above it a float does not hold every whole number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match cell {
        Data::Empty | Data::Error(_) => "".into(),
        Data::String(text) => text.as_str().into(),
        Data::Int(number) => number.to_string().into(),
        Data::Float(number) if number.fract() == 0.0 && number.abs() < EXACT => {
            format!("{number:.0}").into()
        }
        // In full, with an exponent where it would be long.
        Data::Float(number) => format!("{number:?}").into(),
        Data::Bool(truth) => if *truth { "true" } else { "false" }.into(),
        Data::DateTime(time) if time.is_datetime() => {
            let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{milli:03}")
                .into()
        }
        // A duration is a number of days.
        Data::DateTime(duration) => duration.as_f64().to_string().into(),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.as_str().into(),
    }
}
