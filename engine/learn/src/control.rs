//! The switch of a run: pause, resume and stop, from any thread.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Wish {
    #[default]
    Run,
    Pause,
    Stop,
}

/// Shared by `Arc` between the run's thread and whoever steers it. The run obeys within one batch.
#[derive(Debug, Default)]
pub struct Control {
    wish: Mutex<Wish>,
    changed: Condvar,
}

impl Control {
    /// Parks the run before its next batch. A stopped run stays stopped.
    pub fn pause(&self) {
        self.wish_for(Wish::Pause);
    }

    /// Lets a paused run go on.
    pub fn resume(&self) {
        self.wish_for(Wish::Run);
    }

    /// Ends the run before its next batch; its best weights are evaluated and packed.
    pub fn stop(&self) {
        self.wish_for(Wish::Stop);
    }

    pub fn is_paused(&self) -> bool {
        *self.lock() == Wish::Pause
    }

    pub fn is_stopped(&self) -> bool {
        *self.lock() == Wish::Stop
    }

    /// Waits while paused. Says whether the run shall stop, and how long it was parked.
    pub(crate) fn gate(&self) -> (bool, Duration) {
        let mut wish = self.lock();
        if *wish != Wish::Pause {
            return (*wish == Wish::Stop, Duration::ZERO);
        }
        let parked = Instant::now();
        while *wish == Wish::Pause {
            wish = self
                .changed
                .wait(wish)
                .unwrap_or_else(PoisonError::into_inner);
        }
        (*wish == Wish::Stop, parked.elapsed())
    }

    fn wish_for(&self, wish: Wish) {
        let mut current = self.lock();
        if *current != Wish::Stop {
            *current = wish;
        }
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Wish> {
        self.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
