//! Figures of an endpoint: counts and latencies since it was first served, the last minute, the last thousand latencies.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use contract::EndpointFigures;

const SECONDS: usize = 60;
const LATENCIES: usize = 1_000;
/// Upper ends in seconds: a prediction takes tens of microseconds, a large batch tens of milliseconds.
pub(crate) const BUCKETS: [f64; 15] = [
    25e-6,
    50e-6,
    100e-6,
    250e-6,
    500e-6,
    1e-3,
    2.5e-3,
    5e-3,
    10e-3,
    25e-3,
    50e-3,
    0.1,
    0.5,
    2.5,
    f64::INFINITY,
];

/// Counts of one model name; they outlive the versions that answer under it. One lock for all, because every request counts in each.
pub(crate) struct Counters {
    since: Instant,
    tally: Mutex<Tally>,
}

struct Tally {
    totals: Totals,
    recent: Recent,
}

/// Counts that only grow.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) requests: u64,
    pub(crate) errors: u64,
    pub(crate) predictions: u64,
    /// Of all requests together.
    pub(crate) seconds: f64,
    /// Requests by their latency, up to each of [`BUCKETS`] and over the one before.
    pub(crate) by_latency: [u64; BUCKETS.len()],
}

impl Counters {
    pub(crate) fn new() -> Self {
        Self {
            since: Instant::now(),
            tally: Mutex::new(Tally {
                totals: Totals::default(),
                recent: Recent::new(),
            }),
        }
    }

    /// Counts a request from its start to its end.
    pub(crate) fn count(&self, rows: u64, (started, ended): (Instant, Instant), is_error: bool) {
        let took = ended.saturating_duration_since(started);
        let seconds = took.as_secs_f64();
        let bucket = BUCKETS.iter().position(|end| seconds <= *end);
        let micros = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        let mut tally = self.lock();
        let totals = &mut tally.totals;
        totals.requests += 1;
        totals.errors += u64::from(is_error);
        totals.predictions += rows;
        totals.seconds += seconds;
        totals.by_latency[bucket.unwrap_or(BUCKETS.len() - 1)] += 1;
        let second = ended.saturating_duration_since(self.since).as_secs();
        tally.recent.record(second, micros);
    }

    pub(crate) fn totals(&self) -> Totals {
        self.lock().totals
    }

    pub(crate) fn figures(&self) -> EndpointFigures {
        let mut tally = self.lock();
        tally.recent.advance(self.since.elapsed().as_secs());
        let totals = tally.totals;
        let per_second = tally.recent.per_second();
        let mut micros = tally.recent.micros.clone();
        drop(tally);
        micros.sort_unstable();
        EndpointFigures {
            requests: totals.requests,
            errors: totals.errors,
            predictions: totals.predictions,
            per_second,
            p50_millis: percentile_millis(&micros, 50),
            p99_millis: percentile_millis(&micros, 99),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nearest rank; 0 before the first request.
pub(crate) fn percentile_millis(sorted_micros: &[u32], percent: usize) -> f64 {
    let rank = (sorted_micros.len() * percent).div_ceil(100);
    sorted_micros
        .get(rank.saturating_sub(1))
        .map_or(0.0, |&micros| f64::from(micros) / 1e3)
}

/// Two rings: requests by second, latencies by request.
pub(crate) struct Recent {
    by_second: [u32; SECONDS],
    /// The second that the ring stands at.
    second: u64,
    micros: Vec<u32>,
    next: usize,
}

impl Recent {
    pub(crate) fn new() -> Self {
        Self {
            by_second: [0; SECONDS],
            second: 0,
            micros: Vec::new(),
            next: 0,
        }
    }

    pub(crate) fn record(&mut self, second: u64, micros: u32) {
        self.advance(second);
        let place = self.second as usize % SECONDS;
        self.by_second[place] = self.by_second[place].saturating_add(1);
        if self.micros.len() < LATENCIES {
            self.micros.push(micros);
        } else {
            self.micros[self.next] = micros;
            self.next = (self.next + 1) % LATENCIES;
        }
    }

    /// Empties the seconds that passed without a request.
    pub(crate) fn advance(&mut self, second: u64) {
        for passed in (self.second + 1..=second).rev().take(SECONDS) {
            self.by_second[passed as usize % SECONDS] = 0;
        }
        self.second = self.second.max(second);
    }

    /// Oldest first; the last is the second that runs.
    pub(crate) fn per_second(&self) -> Vec<u32> {
        (1..=SECONDS)
            .map(|step| self.by_second[(self.second as usize + step) % SECONDS])
            .collect()
    }
}
