//! The board: the newest snapshot, a bell that rings when it changes, and a seat for each window of another process.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use contract::{Notice, NoticeLevel, Snapshot};

use crate::views::Views;

/// Windows of other processes that may look on at the same time: each costs two threads.
const MOST_SEATS: usize = 16;
/// Refusals that a window may have open.
const MOST_NOTICES: usize = 50;

/// What the engine room shows to others. Nobody polls: who watches sleeps until the bell rings.
pub(crate) struct Board {
    pub newest: Arc<ArcSwap<Snapshot>>,
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    rings: u64,
    is_over: bool,
    /// The engine room ended by a panic: nobody can say what it had taken up.
    is_broken: bool,
    next_seat: u64,
    seats: HashMap<u64, Arc<Seat>>,
}

/// Why somebody who watches was woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rung {
    /// Something may have changed; the number is for the next wait.
    Again(u64),
    /// The engine room has ended; the newest snapshot is its last.
    Over,
}

impl Board {
    pub(crate) fn new(newest: Arc<ArcSwap<Snapshot>>) -> Self {
        Self {
            newest,
            state: Mutex::default(),
            bell: Condvar::new(),
        }
    }

    pub(crate) fn ring(&self) {
        self.lock().rings += 1;
        self.bell.notify_all();
    }

    /// Nothing comes after this.
    pub(crate) fn close(&self, is_broken: bool) {
        let mut state = self.lock();
        state.is_over = true;
        state.is_broken = is_broken;
        drop(state);
        self.bell.notify_all();
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.lock().is_broken
    }

    pub(crate) fn is_over(&self) -> bool {
        self.lock().is_over
    }

    /// Sleeps until the bell has rung since `heard`.
    pub(crate) fn wait(&self, heard: u64) -> Rung {
        let state = self
            .bell
            .wait_while(self.lock(), |state| state.rings == heard && !state.is_over)
            .unwrap_or_else(PoisonError::into_inner);
        if state.is_over {
            Rung::Over
        } else {
            Rung::Again(state.rings)
        }
    }

    /// Sleeps this long, unless the engine room ends or the window leaves.
    pub(crate) fn rest(&self, pause: Duration, seat: &Seat) {
        let rested = self.bell.wait_timeout_while(self.lock(), pause, |state| {
            !state.is_over && !seat.has_left()
        });
        // Only the time matters, and it has passed even over a poisoned lock.
        drop(rested);
    }

    /// A seat for a window of another process; `None` when all are taken or the engine room has ended.
    pub(crate) fn take_seat(self: &Arc<Self>) -> Option<TakenSeat> {
        let mut state = self.lock();
        if state.is_over || state.seats.len() >= MOST_SEATS {
            return None;
        }
        state.next_seat += 1;
        let number = state.next_seat;
        let seat = Arc::new(Seat::new(&self.newest.load()));
        state.seats.insert(number, seat.clone());
        Some(TakenSeat {
            board: self.clone(),
            number,
            seat,
        })
    }

    pub(crate) fn seat(&self, number: u64) -> Option<Arc<Seat>> {
        self.lock().seats.get(&number).cloned()
    }

    pub(crate) fn seats(&self) -> Vec<Arc<Seat>> {
        self.lock().seats.values().cloned().collect()
    }

    /// Whoever still looks on gets this long to be told that it is over.
    pub(crate) fn wait_until_empty(&self, limit: Duration) {
        let emptied = self
            .bell
            .wait_timeout_while(self.lock(), limit, |state| !state.seats.is_empty());
        if emptied.is_ok_and(|(_, waited)| waited.timed_out()) {
            tracing::debug!("a window did not take the last snapshot in time");
        }
    }

    fn leave(&self, number: u64) {
        self.lock().seats.remove(&number);
        self.bell.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Given back when it is dropped.
pub(crate) struct TakenSeat {
    board: Arc<Board>,
    pub number: u64,
    pub seat: Arc<Seat>,
}

impl Drop for TakenSeat {
    fn drop(&mut self) {
        self.board.leave(self.number);
    }
}

/// What is one window's own: what it asked to see, and what it was refused. Two windows on one project do not fight over a page.
#[derive(Default)]
pub(crate) struct Seat {
    own: Mutex<Own>,
    /// Commands of this window that the engine room has taken up.
    obeyed: AtomicU64,
    has_left: AtomicBool,
}

#[derive(Default)]
struct Own {
    views: Views,
    notices: Vec<Arc<Notice>>,
    /// Notices for everybody that this window has dismissed.
    dismissed: Vec<u64>,
}

impl Seat {
    /// Good news from before a window came is no news to it.
    fn new(newest: &Snapshot) -> Self {
        let is_news =
            |notice: &Notice| matches!(notice.level, NoticeLevel::Warning | NoticeLevel::Error);
        let old = newest.notices.iter().filter(|notice| !is_news(notice));
        let seat = Self::default();
        seat.lock().dismissed = old.map(|notice| notice.id).collect();
        seat
    }

    pub(crate) fn show(&self, put: impl FnOnce(&mut Views)) {
        put(&mut self.lock().views);
    }

    pub(crate) fn tell(&self, notice: Arc<Notice>) {
        let notices = &mut self.lock().notices;
        notices.push(notice);
        if notices.len() > MOST_NOTICES {
            notices.remove(0);
        }
    }

    pub(crate) fn dismiss(&self, notice: u64) {
        let own = &mut *self.lock();
        let before = own.notices.len();
        own.notices.retain(|told| told.id != notice);
        if own.notices.len() == before && !own.dismissed.contains(&notice) {
            own.dismissed.push(notice);
        }
    }

    pub(crate) fn count_obeyed(&self) {
        self.obeyed.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn obeyed(&self) -> u64 {
        self.obeyed.load(Ordering::Acquire)
    }

    pub(crate) fn leave(&self) {
        self.has_left.store(true, Ordering::Release);
    }

    pub(crate) fn has_left(&self) -> bool {
        self.has_left.load(Ordering::Acquire)
    }

    /// The snapshot as it looks from this seat.
    pub(crate) fn look(&self, newest: &Snapshot) -> Snapshot {
        let own = &mut *self.lock();
        own.dismissed
            .retain(|id| newest.notices.iter().any(|notice| notice.id == *id));
        let mut seen = newest.clone();
        seen.notices
            .retain(|notice| !own.dismissed.contains(&notice.id));
        seen.notices.extend(own.notices.iter().cloned());
        seen.notices.sort_by_key(|notice| notice.id);
        own.views.put_into(&mut seen);
        seen
    }

    fn lock(&self) -> MutexGuard<'_, Own> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
