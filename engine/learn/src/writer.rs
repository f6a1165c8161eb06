//! The thread that writes checkpoints, so that training does not wait for the disk.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;
use std::time::Instant;

use crate::LearnError;
use crate::checkpoint::Checkpoint;

/// A checkpoint waits at most until the one before it is written; what is trained meanwhile goes into the next.
const WAITING: usize = 1;

/// A checkpoint that is on the disk for good.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Written {
    pub(crate) epoch: u32,
    /// How long the thread was at it.
    pub(crate) seconds: f64,
}

/// Takes one checkpoint at a time. Dropped, it waits until that one is written.
pub(crate) struct Writer {
    /// Absent at the end, which ends the thread.
    checkpoints: Option<SyncSender<Checkpoint>>,
    written: Receiver<Result<Written, LearnError>>,
    thread: Option<JoinHandle<()>>,
    is_busy: bool,
}

impl Writer {
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(folder: PathBuf) -> Result<Self, LearnError> {
        let (checkpoints, waiting) = sync_channel::<Checkpoint>(WAITING);
        let (sender, written) = sync_channel(WAITING);
        let thread = std::thread::Builder::new()
            .name("checkpoints".into())
            .spawn(move || {
                for checkpoint in waiting {
                    let started = Instant::now();
                    let result = checkpoint.save(&folder).map(|()| Written {
                        epoch: checkpoint.progress.epoch,
                        seconds: started.elapsed().as_secs_f64(),
                    });
                    if sender.send(result).is_err() {
                        return;
                    }
                }
            })
            .map_err(LearnError::NoThread)?;
        Ok(Self {
            checkpoints: Some(checkpoints),
            written,
            thread: Some(thread),
            is_busy: false,
        })
    }

    /// Whether the last checkpoint is still being written; another has to wait until it is.
    pub(crate) fn is_busy(&self) -> bool {
        self.is_busy
    }

    /// Hands a checkpoint over and goes on at once, unless another is still being written.
    pub(crate) fn write(&mut self, checkpoint: Checkpoint) -> Result<(), LearnError> {
        let checkpoints = self.checkpoints.as_ref().ok_or_else(gone)?;
        checkpoints.send(checkpoint).map_err(|_| gone())?;
        self.is_busy = true;
        Ok(())
    }

    /// What was written since it was last asked.
    ///
    /// # Errors
    /// When a checkpoint could not be written.
    pub(crate) fn collect(&mut self) -> Result<Option<Written>, LearnError> {
        match self.written.try_recv() {
            Ok(result) => {
                self.is_busy = false;
                result.map(Some)
            }
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(gone()),
        }
    }

    /// Waits for what is being written.
    ///
    /// # Errors
    /// When it could not be written.
    pub(crate) fn wait(&mut self) -> Result<Option<Written>, LearnError> {
        if !self.is_busy {
            return Ok(None);
        }
        self.is_busy = false;
        self.written.recv().map_err(|_| gone())?.map(Some)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.checkpoints = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes checkpoints failed");
        }
    }
}

fn gone() -> LearnError {
    LearnError::Panicked("the thread that writes checkpoints failed".into())
}
