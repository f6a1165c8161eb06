//! The window's own few files (settings, keymap, recent projects, layouts): read before the first frame, written on a thread of their own.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the one door to the disk of this floor: small reads before the first frame, writes on a named thread"
)]

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Where the window's files lie.
#[derive(Clone, Debug)]
pub struct Folders {
    /// `settings.toml` and `keymap.toml`.
    pub config: PathBuf,
    /// `recent.toml` and `layouts/`.
    pub data: PathBuf,
    /// Where new projects are made unless a person says otherwise.
    pub projects: PathBuf,
}

impl Folders {
    /// The folders that the operating system says; the working folder where it says none.
    pub fn of_the_system() -> Self {
        let or_here = |folder: Option<PathBuf>| folder.unwrap_or_else(|| PathBuf::from("."));
        Self {
            config: or_here(dirs::config_dir()).join("millrace"),
            data: or_here(dirs::data_dir()).join("millrace"),
            projects: or_here(dirs::home_dir()).join("Millrace"),
        }
    }

    pub(crate) fn settings(&self) -> PathBuf {
        self.config.join("settings.toml")
    }

    pub(crate) fn keymap(&self) -> PathBuf {
        self.config.join("keymap.toml")
    }

    pub(crate) fn recent(&self) -> PathBuf {
        self.data.join("recent.toml")
    }

    pub(crate) fn layout(&self, project: &str) -> PathBuf {
        let safe = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        let name: String = project.chars().filter(|letter| safe(*letter)).collect();
        self.data.join("layouts").join(format!("{name}.json"))
    }
}

/// The text of a small file, or `None` when there is none.
pub(crate) fn read(path: &Path) -> Option<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "could not read");
            None
        }
    }
}

/// Whether something lies there.
pub(crate) fn exists(path: &Path) -> bool {
    path.exists()
}

pub(crate) fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// The path as the system has it, without links and dots; as it is where the system does not say.
pub(crate) fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// The font files of the system and of the person, a bounded number of them.
pub(crate) fn font_files() -> Vec<PathBuf> {
    const MOST: usize = 8_000;
    const DEEPEST: usize = 5;
    let fixed = [
        "/usr/share/fonts",
        "/usr/local/share/fonts",
        "/run/current-system/sw/share/X11/fonts",
        "/System/Library/Fonts",
        "/Library/Fonts",
        "C:\\Windows\\Fonts",
    ];
    let mut folders: Vec<(PathBuf, usize)> = fixed
        .into_iter()
        .map(|path| (PathBuf::from(path), 0))
        .collect();
    folders.extend(dirs::font_dir().map(|folder| (folder, 0)));
    folders.extend(dirs::home_dir().map(|home| (home.join(".fonts"), 0)));
    let mut files = Vec::new();
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if depth < DEEPEST {
                    folders.push((path, depth + 1));
                }
            } else if is_font(&path) && files.len() < MOST {
                files.push(path);
            }
        }
    }
    files
}

fn is_font(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        ["ttf", "otf", "ttc", "otc"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// A whole file, for somebody on a thread of their own.
pub(crate) fn bytes(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

/// A file to write.
struct Write {
    path: PathBuf,
    text: String,
}

/// Writes that wait; a person cannot change settings faster than this.
const QUEUE: usize = 64;
/// A disk that has not answered after this long will not answer.
const LONGEST_GOODBYE: Duration = Duration::from_secs(2);

/// Writes files in the order in which they were given, each whole or not at all.
pub(crate) struct Disk {
    writes: Option<SyncSender<Write>>,
    done: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Disk {
    /// # Errors
    /// When no thread can be made.
    pub(crate) fn new() -> std::io::Result<Self> {
        let (writes, waiting) = sync_channel::<Write>(QUEUE);
        let (done_sender, done) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("disk".into())
            .spawn(move || {
                for write in waiting {
                    if let Err(error) = write_whole(&write.path, &write.text) {
                        tracing::warn!(path = %write.path.display(), %error, "could not write");
                    }
                }
                // Nobody may be listening any more.
                let _ = done_sender.try_send(());
            })?;
        Ok(Self {
            writes: Some(writes),
            done,
            thread: Some(thread),
        })
    }

    pub(crate) fn write(&self, path: PathBuf, text: String) {
        let write = Write { path, text };
        if let Some(Err(error)) = self.writes.as_ref().map(|writes| writes.try_send(write)) {
            tracing::warn!(%error, "the disk does not keep up; a file of the window was not written");
        }
    }
}

impl Drop for Disk {
    /// Waits for what is still to be written; the window is gone by then.
    fn drop(&mut self) {
        self.writes = None;
        if self.done.recv_timeout(LONGEST_GOODBYE).is_ok()
            && let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::warn!("the disk thread panicked");
        }
    }
}

/// Writes beside the file and renames, so that a crash leaves the old or the new text and nothing between.
pub(crate) fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("writing");
    std::fs::write(&beside, text)?;
    std::fs::rename(&beside, path)
}

/// Writes bytes for somebody who waits on a thread of their own.
pub(crate) fn write_bytes(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, bytes)
}
