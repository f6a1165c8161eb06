//! The tree as the laws see it: where it starts, its rooms, its files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Floors whose folders are rooms.
pub(crate) const FLOORS: [&str; 3] = ["app", "engine", "tests"];

/// A text file and its path from the top, with `/` between the parts.
pub(crate) struct TextFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

pub(crate) fn top() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .and_then(Path::parent)
        .expect("tests/tidy lies two folders under the top")
        .to_owned()
}

pub(crate) fn read(path: &str) -> String {
    let full = top().join(path);
    fs::read_to_string(&full).unwrap_or_else(|error| panic!("{path} cannot be read: {error}"))
}

/// The rooms that are crates, such as `engine/data`.
pub(crate) fn crates() -> BTreeSet<String> {
    folders()
        .into_iter()
        .filter(|room| top().join(room).join("Cargo.toml").is_file())
        .collect()
}

/// Every folder on a floor, crate or not, such as `tests/fixtures`.
pub(crate) fn folders() -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for floor in FLOORS {
        for entry in entries(&top().join(floor)) {
            if entry.is_dir() {
                rooms.insert(relative(&entry));
            }
        }
    }
    rooms
}

/// Every Rust file of the tree, sorted by path.
pub(crate) fn rust_files() -> Vec<TextFile> {
    let files: Vec<TextFile> = FLOORS
        .iter()
        .flat_map(|floor| files_under(floor, "rs"))
        .collect();
    assert!(
        files.len() > 20,
        "only {} Rust files were found",
        files.len()
    );
    files
}

/// Files with an extension under a folder, sorted by path.
pub(crate) fn files_under(folder: &str, extension: &str) -> Vec<TextFile> {
    let mut paths = Vec::new();
    collect(&top().join(folder), extension, &mut paths);
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let path = relative(path);
            TextFile {
                text: read(&path),
                path,
            }
        })
        .collect()
}

/// The names at the top of the tree.
pub(crate) fn top_names() -> Vec<String> {
    entries(&top())
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect()
}

fn collect(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for path in entries(folder) {
        if path.is_dir() {
            collect(&path, extension, found);
        } else if path.extension().is_some_and(|ending| ending == extension) {
            found.push(path);
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listing = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{} cannot be listed: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = listing
        .map(|entry| entry.expect("a folder's entry").path())
        .collect();
    paths.sort();
    paths
}

fn relative(path: &Path) -> String {
    let inside = path.strip_prefix(top()).expect("a path inside the tree");
    let parts: Vec<_> = inside
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    parts.join("/")
}
