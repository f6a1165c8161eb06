//! The `reader` thread: looks things up in files for the snapshot, so that the loop never waits for a disk.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use crate::error::HostError;

/// Look-ups that may wait; scrolling fast makes many, and only the newest matter.
const QUEUE: usize = 64;

type Work = Box<dyn FnOnce() + Send>;

pub(crate) struct ReaderThread {
    jobs: SyncSender<Option<Work>>,
    thread: JoinHandle<()>,
}

impl ReaderThread {
    pub(crate) fn start() -> Result<Self, HostError> {
        let (jobs, inbox) = sync_channel::<Option<Work>>(QUEUE);
        let thread = std::thread::Builder::new()
            .name("reader".into())
            .spawn(move || serve(&inbox))
            .map_err(HostError::Threads)?;
        Ok(Self { jobs, thread })
    }

    /// False when too many look-ups wait already.
    pub(crate) fn ask(&self, work: impl FnOnce() + Send + 'static) -> bool {
        !matches!(
            self.jobs.try_send(Some(Box::new(work))),
            Err(TrySendError::Full(_))
        )
    }

    pub(crate) fn stop(self) {
        if self.jobs.send(None).is_ok() && self.thread.join().is_err() {
            tracing::error!("the reader thread panicked while it stopped");
        }
    }
}

fn serve(inbox: &Receiver<Option<Work>>) {
    while let Ok(Some(work)) = inbox.recv() {
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err() {
            tracing::error!("a look-up panicked");
        }
    }
}
