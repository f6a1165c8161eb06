//! What this room promises, read as specifications.

mod bad_input;
mod dates;
mod dialects;
mod figures;
mod formats;
mod imports;
mod parts;
mod points;
mod rejects;
mod round_trip;
mod rows;
mod types;
mod warnings;

use std::fs;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use contract::{ColumnProfile, ReaderOptions};
use expect_test::Expect;
use tempfile::TempDir;

use crate::{Control, DataError, ImportRequest, Imported, import, read_rows};

/// A file in a folder of its own, about to be imported.
struct Case {
    folder: Arc<TempDir>,
    request: ImportRequest,
}

/// What came of it, as long as its folder is wanted.
struct Kept {
    imported: Imported,
    _folder: Arc<TempDir>,
}

impl Deref for Kept {
    type Target = Imported;

    fn deref(&self) -> &Imported {
        &self.imported
    }
}

impl Case {
    fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        fs::write(&path, content).expect("the source is written");
        Self {
            request: ImportRequest {
                path,
                ..ImportRequest::default()
            },
            folder: Arc::new(folder),
        }
    }

    /// A sample data set that the program brings along.
    fn sample(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../../assets/samples")
            .join(name);
        Self::new(name, fs::read(path).expect("a sample"))
    }

    fn fixture(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("src/tests/fixtures")
            .join(name);
        Self::new(name, fs::read(path).expect("a fixture"))
    }

    fn with(mut self, change: impl FnOnce(&mut ImportRequest)) -> Self {
        change(&mut self.request);
        self
    }

    fn options(self, options: ReaderOptions) -> Self {
        self.with(|request| request.options = options)
    }

    fn import(&self) -> Result<Imported, DataError> {
        self.import_under(&Control::unattended())
    }

    fn import_under(&self, control: &Control<'_>) -> Result<Imported, DataError> {
        import(&self.request, self.folder.path(), control)
    }

    fn imported(&self) -> Kept {
        Kept {
            imported: self.import().expect("the import works"),
            _folder: self.folder.clone(),
        }
    }

    /// Names of what lies in the folder, the source left out.
    fn left_behind(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.folder.path())
            .expect("the folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .filter(|name| !self.request.path.ends_with(name))
            .collect();
        names.sort();
        names
    }

    /// Columns, rows and rejects of the import, as text.
    fn show(&self) -> String {
        match self.import() {
            Ok(imported) => shown(&imported),
            Err(error) => told(&error),
        }
    }
}

fn shown(imported: &Imported) -> String {
    let mut text = String::new();
    for (index, spec) in imported.columns.iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        text += &format!(
            "{comma}{} {} {}",
            spec.name,
            spec.column_type.word(),
            spec.role.word()
        );
    }
    text += "\n";
    let page = read_rows(&imported.parquet, &imported.columns, 0, 50).expect("rows");
    for row in page.rows {
        let cells: Vec<&str> = row
            .iter()
            .map(|cell| cell.as_deref().unwrap_or("·"))
            .collect();
        text += &format!("{}\n", cells.join(" | ").escape_debug());
    }
    assert_eq!(imported.rejected_rows > 0, imported.rejects.is_some());
    if let Some(rejects) = &imported.rejects {
        text += &format!("{} rejected\n", imported.rejected_rows);
        text += &fs::read_to_string(rejects).expect("rejects");
    }
    text
}

fn told(error: &DataError) -> String {
    let sentence = error.to_string();
    // The path is different every time; what stands before it is what a person reads first.
    let sentence = sentence.split(": /").next().unwrap_or(&sentence);
    format!("error: {sentence}\nhint: {}\n", error.hint().unwrap_or("-"))
}

fn check(name: &str, content: impl AsRef<[u8]>, expect: Expect) {
    expect.assert_eq(&Case::new(name, content).show());
}

fn check_options(name: &str, content: impl AsRef<[u8]>, expect: Expect) {
    let options = Case::new(name, content).imported().source.options.clone();
    expect.assert_eq(&format!(
        "{:?} delimiter {:?} quote {:?} header {:?} {:?} decimal {:?}",
        options.format.expect("a format"),
        options.delimiter.expect("a delimiter"),
        options.quote.expect("a quote"),
        options.has_header.expect("a header or none"),
        options.encoding.expect("an encoding"),
        options.decimal_separator.expect("a decimal separator"),
    ));
}

/// The profile of one column.
fn profile_of<'i>(imported: &'i Imported, name: &str) -> &'i ColumnProfile {
    imported
        .profile
        .iter()
        .find(|profile| &*profile.name == name)
        .expect("the column")
}
