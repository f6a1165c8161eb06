//! File dialogs: asked for on the UI thread (some systems insist), waited for on a thread of their own.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::task::{Context, Poll, Wake as TaskWake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use rfd::{AsyncFileDialog, FileHandle};

use crate::arrival::{Arrival, Purpose, arrive};
use crate::engine::{Wake, on_thread};

/// What can be imported, for the filter of the dialog and for the words of a drop.
pub(crate) const DATA_EXTENSIONS: [&str; 13] = [
    "csv", "tsv", "txt", "json", "jsonl", "ndjson", "parquet", "pq", "xlsx", "xls", "xlsb", "ods",
    "gz",
];

/// A person needs longer than this to close a dialog, so there was none; the first question to the desktop takes
/// several hundred milliseconds by itself where nothing answers.
const NO_DIALOG: Duration = Duration::from_millis(1_000);

type Pick = std::pin::Pin<Box<dyn Future<Output = Vec<PathBuf>> + Send>>;

/// Shows the dialog; what was picked arrives.
pub(crate) fn pick(
    purpose: Purpose,
    folder: &Path,
    wake: Wake,
    arrivals: SyncSender<Arrival>,
) -> Result<(), String> {
    let dialog = AsyncFileDialog::new().set_directory(folder);
    let pick: Pick = match &purpose {
        Purpose::NewProject => {
            let dialog = dialog
                .set_title("New project")
                .set_file_name("Untitled.millrace");
            one(dialog.save_file())
        }
        Purpose::OpenProject => one(dialog.set_title("Open a project").pick_folder()),
        Purpose::WatchFolder => one(dialog.set_title("Watch a folder").pick_folder()),
        Purpose::WriteBackup => {
            let dialog = dialog
                .set_title("Write a backup")
                .set_file_name("backup.tar");
            one(dialog.save_file())
        }
        Purpose::ExportRejects(version) => {
            let dialog = dialog
                .set_title("Export the rejected rows")
                .set_file_name(rejects_name(version))
                .add_filter("CSV", &["csv"])
                .add_filter("JSON lines", &["jsonl"]);
            one(dialog.save_file())
        }
        Purpose::ImportFiles => {
            let dialog = dialog
                .set_title("Import files")
                .add_filter("Data", &DATA_EXTENSIONS)
                .add_filter("All files", &["*"]);
            many(dialog.pick_files())
        }
    };
    on_thread("file-dialog", move || {
        let asked = Instant::now();
        let paths = wait_for(pick);
        let arrival = if paths.is_empty() && asked.elapsed() < NO_DIALOG {
            Arrival::NoDialog(purpose)
        } else {
            Arrival::Picked(purpose, paths)
        };
        arrive(&arrivals, arrival);
        wake();
    })
}

/// What a file of rejected rows is called at first.
pub(crate) fn rejects_name(version: &contract::DataVersionRef) -> String {
    format!("{}-v{}-rejected.csv", version.dataset, version.version)
}

/// Says something in a dialog of the desktop, when the window itself no longer can.
pub(crate) fn tell(title: &str, said: String) {
    if cfg!(test) {
        return;
    }
    let dialog = rfd::AsyncMessageDialog::new()
        .set_level(rfd::MessageLevel::Error)
        .set_title(title)
        .set_description(said)
        .show();
    let shown = on_thread("message-dialog", move || {
        wait_for(dialog);
    });
    if let Err(why) = shown {
        tracing::error!(%why, "no dialog either");
    }
}

fn one(pick: impl Future<Output = Option<FileHandle>> + Send + 'static) -> Pick {
    Box::pin(async move {
        let picked = pick.await;
        picked.iter().map(|file| file.path().to_owned()).collect()
    })
}

fn many(pick: impl Future<Output = Option<Vec<FileHandle>>> + Send + 'static) -> Pick {
    Box::pin(async move {
        let picked = pick.await.unwrap_or_default();
        picked.iter().map(|file| file.path().to_owned()).collect()
    })
}

struct Unpark(Thread);

impl TaskWake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future on this thread.
fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}
