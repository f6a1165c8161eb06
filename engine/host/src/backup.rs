//! A backup: one tar file that unpacks to the project as it was, catalog and unfinished runs included, while the project goes on.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, sync_channel};

use catalog::{Catalog, CatalogError, Objects};
use contract::{Answer, Fact, JournalHead, TaskState};

use crate::asker::Asker;
use crate::catalog_thread::catch_up;
use crate::error::{HostError, failed, guarded};
use crate::project::{Layout, sync};
use crate::room::{Input, Room};
use crate::tasks::Meter;

/// What is under way in the destination's folder begins with this, and so does the note of it in the project.
const PREFIX: &str = ".millrace-backup-";

impl Room {
    /// The catalog is copied by its thread, the rest beside everything else.
    pub(crate) fn write_backup(&mut self, path: PathBuf, asker: &Asker) {
        let staging = match Staging::new(&self.layout, &path) {
            Ok(staging) => staging,
            Err(error) => return self.conclude(asker, Err(error.refusal())),
        };
        let title = format!("Back up to {}", path.display());
        let (task, meter) = self.tasks.start(title, None, asker);
        meter.set("copying the catalog", 0, None, "bytes");
        let (copied, catalog) = sync_channel(1);
        let (desk, copy) = (self.catalog.desk.clone(), staging.catalog());
        // A backup has the predictions that were answered before it was asked for.
        self.serving.after_log(move || {
            desk.work(move |catalog| {
                let _closing = copied.send(catalog.backup(&copy));
            });
        });
        let backup = Backup {
            layout: self.layout.clone(),
            objects: self.objects.clone(),
            staging,
            catalog,
            to: path.clone(),
            meter,
        };
        let (inbox, asking, ending) = (self.inbox.clone(), asker.clone(), task.clone());
        let work = move || {
            let answer = guarded("the backup", || {
                backup.write().map_err(|error| error.refusal())
            });
            // Whoever has the answer may end the program at once, and nothing of the staging is to be left then.
            drop(backup);
            let found = move |room: &mut Room| {
                let answer = answer.and_then(|head| {
                    let facts = head.map_or(0, |head| head.seq);
                    let fact = Fact::BackupWritten {
                        path: path.clone(),
                        facts,
                    };
                    room.commit(&asking.actor, vec![fact])?;
                    Ok(Answer::Path(path))
                });
                let state = answer.as_ref().map_or_else(failed, |_| TaskState::Finished);
                room.tasks.end(&ending, state);
                room.conclude(&asking, answer);
            };
            let _closing = inbox.send(Input::Found(Box::new(found)));
        };
        let spawned = std::thread::Builder::new()
            .name("backup".into())
            .spawn(work);
        if let Err(error) = spawned {
            let refusal = HostError::Threads(error).refusal();
            self.tasks.end(&task, failed(&refusal));
            self.conclude(asker, Err(refusal));
        }
        self.dirty = true;
    }
}

/// Removes what backups left that were killed, where the notes in the project say that it is.
pub(crate) fn clean_up(layout: &Layout) {
    let Ok(entries) = fs::read_dir(&layout.root) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if !name.to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let staged = fs::read_to_string(entry.path()).map(PathBuf::from);
        // Only a folder of the note's own name is one that a backup made.
        if let Ok(staged) = staged
            && staged.file_name() == Some(&*name)
            && let Err(error) = fs::remove_dir_all(&staged)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %staged.display(), "half a backup is left");
            continue;
        }
        if let Err(error) = fs::remove_file(entry.path()) {
            tracing::warn!(%error, path = %entry.path().display(), "the note of a backup is left");
        }
    }
}

/// A folder beside the destination, which goes whatever happens; a note in the project names it for the case that the program is killed.
struct Staging {
    folder: tempfile::TempDir,
    note: PathBuf,
}

impl Staging {
    fn new(layout: &Layout, to: &Path) -> Result<Self, HostError> {
        let beside = folder_of(to);
        let inside = fs::canonicalize(beside).map_err(files("write in", beside))?;
        if inside.starts_with(&layout.root) {
            return Err(HostError::BackupInside {
                path: to.to_owned(),
            });
        }
        if to.is_dir() {
            return Err(HostError::AlreadyExists {
                path: to.to_owned(),
            });
        }
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(&inside)
            .map_err(files("write in", beside))?;
        let name = folder.path().file_name().unwrap_or_default();
        let note = layout.root.join(name);
        let text = folder.path().as_os_str().as_encoded_bytes();
        fs::write(&note, text).map_err(files("write", &note))?;
        Ok(Self { folder, note })
    }

    fn catalog(&self) -> PathBuf {
        self.folder.path().join("catalog.duckdb")
    }
    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }
    fn runs(&self) -> PathBuf {
        self.folder.path().join("runs")
    }
    fn tar(&self) -> PathBuf {
        self.folder.path().join("backup.tar")
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(self.folder.path())
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "half a backup is left until the project is opened again");
            return;
        }
        if let Err(error) = fs::remove_file(&self.note) {
            tracing::warn!(%error, "the note of a backup is left");
        }
    }
}

struct Backup {
    layout: Layout,
    objects: Arc<Objects>,
    staging: Staging,
    catalog: Receiver<Result<(), CatalogError>>,
    to: PathBuf,
    meter: Meter,
}

impl Backup {
    /// Takes things in the order in which each needs only what comes after it: the catalog follows the journal, a run's folder goes once
    /// the journal has its end, and an object is there before a fact names it.
    fn write(&self) -> Result<Option<JournalHead>, HostError> {
        let stopped = |_| HostError::Cancelled { what: "backup" };
        self.catalog.recv().map_err(stopped)??;
        self.copy_runs()?;
        let head = journal::copy(&self.layout.journal(), &self.staging.journal())?;
        self.catch_up()?;
        let parts = self.parts()?;
        self.check_cancel()?;
        self.write_tar(&parts)?;
        self.meter.set("checking the backup", 0, None, "bytes");
        check(&self.staging, &parts, &head)?;
        let folder = folder_of(&self.to);
        fs::rename(self.staging.tar(), &self.to).map_err(files("create", &self.to))?;
        sync(folder)?;
        Ok(head)
    }

    /// The copy of the catalog was made before that of the journal; together they agree.
    fn catch_up(&self) -> Result<(), HostError> {
        let mut catalog = Catalog::open(&self.staging.catalog())?;
        catch_up(&mut catalog, &self.staging.journal())?;
        catalog.checkpoint()?;
        Ok(())
    }

    /// Checkpoints first: the points that belong to one are noted before it is written.
    fn copy_runs(&self) -> Result<(), HostError> {
        for folder in list(&self.layout.runs())? {
            let mut names: Vec<_> = list(&folder)?;
            names.sort();
            let to = self
                .staging
                .runs()
                .join(folder.file_name().unwrap_or_default());
            fs::create_dir_all(&to).map_err(files("write in", &to))?;
            for from in names {
                self.check_cancel()?;
                let name = from.file_name().unwrap_or_default();
                if name.to_string_lossy().starts_with('.') {
                    continue;
                }
                let target = to.join(name);
                match copy_whole_lines(&from, &target) {
                    // The run has ended meanwhile, and the journal will say so.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    copied => copied.map_err(files("read", &from))?,
                }
            }
        }
        Ok(())
    }

    /// Every file of the backup: its name there, where it lies, and its size.
    fn parts(&self) -> Result<Parts, HostError> {
        let mut parts = Parts::new();
        let mut add = |name: PathBuf, from: PathBuf| {
            let bytes = fs::metadata(&from).map_err(files("read", &from))?.len();
            parts.insert(name, (from, bytes));
            Ok::<_, HostError>(())
        };
        add("project.toml".into(), self.layout.settings())?;
        add("catalog.duckdb".into(), self.staging.catalog())?;
        for (name, folder) in [
            ("journal", self.staging.journal()),
            ("predictions", self.layout.predictions()),
        ] {
            for from in list(&folder)? {
                let file = from.file_name().unwrap_or_default();
                if !file.to_string_lossy().starts_with("tmp-") {
                    add(Path::new(name).join(file), from.clone())?;
                }
            }
        }
        for folder in list(&self.staging.runs())? {
            let run = Path::new("runs").join(folder.file_name().unwrap_or_default());
            for from in list(&folder)? {
                add(run.join(from.file_name().unwrap_or_default()), from.clone())?;
            }
        }
        for (digest, from, bytes) in self.objects.list()? {
            let (shelf, name) = digest.as_str().split_at(2);
            parts.insert(Path::new("objects").join(shelf).join(name), (from, bytes));
        }
        Ok(parts)
    }

    fn write_tar(&self, parts: &Parts) -> Result<(), HostError> {
        let path = self.staging.tar();
        let total = parts.values().map(|(_, bytes)| bytes).sum();
        let name = self.layout.root.file_name();
        let root = Path::new(name.unwrap_or("project.millrace".as_ref()));
        let file = File::create(&path).map_err(files("create", &path))?;
        let mut tar = tar::Builder::new(io::BufWriter::new(file));
        let mut done = 0;
        for (name, (from, bytes)) in parts {
            self.check_cancel()?;
            self.meter
                .set("writing the backup", done, Some(total), "bytes");
            let source = File::open(from).map_err(files("read", from))?;
            let metadata = source.metadata().map_err(files("read", from))?;
            let mut header = tar::Header::new_gnu();
            header.set_metadata(&metadata);
            header.set_size(*bytes);
            let exactly = Exactly {
                source,
                left: *bytes,
            };
            tar.append_data(&mut header, root.join(name), exactly)
                .map_err(files("back up", from))?;
            done += bytes;
        }
        let written = tar.into_inner().and_then(|mut buffer| {
            buffer.flush()?;
            buffer.into_inner().map_err(|error| error.into_error())
        });
        let file = written.map_err(files("write", &self.to))?;
        file.sync_all().map_err(files("save", &self.to))
    }

    fn check_cancel(&self) -> Result<(), HostError> {
        match self.meter.cancel_flag().load(Ordering::Acquire) {
            true => Err(HostError::Cancelled { what: "backup" }),
            false => Ok(()),
        }
    }
}

/// By the name in the backup: where a file lies, and how many bytes of it belong there.
type Parts = BTreeMap<PathBuf, (PathBuf, u64)>;

/// Reads the staged file as a restore would: every part whole, none besides, and a journal that holds.
fn check(staging: &Staging, parts: &Parts, head: &Option<JournalHead>) -> Result<(), HostError> {
    let path = staging.tar();
    let checked = staging.folder.path().join("checked");
    fs::create_dir_all(&checked).map_err(files("write in", &checked))?;
    let read = || -> io::Result<BTreeMap<PathBuf, u64>> {
        let mut found = BTreeMap::new();
        let mut archive = tar::Archive::new(io::BufReader::new(File::open(&path)?));
        for entry in archive.entries()? {
            let mut entry = entry?;
            let name: PathBuf = entry.path()?.components().skip(1).collect();
            let bytes = match name.strip_prefix("journal") {
                Ok(file) => io::copy(&mut entry, &mut File::create(checked.join(file))?)?,
                Err(_) => io::copy(&mut entry, &mut io::sink())?,
            };
            found.insert(name, bytes);
        }
        Ok(found)
    };
    let found = read().map_err(files("read back", &path))?;
    let is_there = |(name, (_, bytes)): (&PathBuf, &(PathBuf, u64))| found.get(name) == Some(bytes);
    if found.len() != parts.len() || !parts.iter().all(is_there) {
        let missing = parts.iter().find(|part| !is_there(*part));
        let name = missing.map_or_else(PathBuf::new, |(name, _)| name.clone());
        return Err(HostError::BackupBroken { path: name });
    }
    match journal::verify(&checked)?.head == *head {
        true => Ok(()),
        false => Err(HostError::BackupBroken {
            path: "journal".into(),
        }),
    }
}

/// A reader that gives just so many bytes, and an error where the file has fewer: a tar's header has promised them.
struct Exactly {
    source: File,
    left: u64,
}

impl Read for Exactly {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let count = self.source.read(&mut buffer[..most])?;
        if count == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file became shorter while it was read",
            ));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// Copies a file; one that grows by lines only as far as its last whole line.
fn copy_whole_lines(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        return Ok(());
    }
    if from.extension().is_none_or(|kind| kind != "jsonl") {
        return fs::copy(from, to).map(drop);
    }
    let mut bytes = fs::read(from)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n');
    bytes.truncate(whole.map_or(0, |last| last + 1));
    fs::write(to, bytes)
}

/// What lies in a folder, in the order of names; nothing where there is no such folder.
fn list(folder: &Path) -> Result<Vec<PathBuf>, HostError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(files("read", folder))?,
    };
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()
        .map_err(files("read", folder))?;
    paths.sort();
    Ok(paths)
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn files(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> HostError + use<> {
    let path = path.to_owned();
    move |source| HostError::Files { what, path, source }
}
