//! What a thread has done (processor time) and how long that took (the clock on the wall).

use std::time::Instant;

/// A moment of the thread that asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    at: Instant,
    /// Seconds that the processor has worked for this thread; `None` where the system does not say.
    worked: Option<f64>,
}

/// What lies between two moments, in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    pub(crate) wall: f64,
    /// The wall's where the system does not say.
    pub(crate) worked: f64,
}

impl Moment {
    pub(crate) fn now() -> Self {
        Self {
            worked: worked(),
            at: Instant::now(),
        }
    }

    /// From this moment to a later one of the same thread.
    pub(crate) fn until(&self, later: &Self) -> Spent {
        let wall = later.at.duration_since(self.at).as_secs_f64();
        let worked = self.worked.zip(later.worked);
        Spent {
            wall,
            worked: worked.map_or(wall, |(from, to)| (to - from).max(0.0)),
        }
    }
}

/// The middle and the 99th percentile, by nearest rank.
pub(crate) fn quantiles(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let rank = (values.len() as f64 * share).ceil() as usize;
        values
            .get(rank.saturating_sub(1))
            .copied()
            .unwrap_or(f64::NAN)
    };
    (at(0.5), at(0.99))
}

#[cfg(unix)]
fn worked() -> Option<f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Some(time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
}

#[cfg(not(unix))]
fn worked() -> Option<f64> {
    None
}
