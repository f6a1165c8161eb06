//! Live figures of an endpoint: counts since it was first served, the last minute, the last thousand latencies.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use contract::EndpointFigures;

use crate::metrics::EndpointMetrics;

const SECONDS: usize = 60;
const LATENCIES: usize = 1_000;

/// Counts of one model name; they outlive the versions that answer under it.
pub(crate) struct Counters {
    requests: AtomicU64,
    errors: AtomicU64,
    predictions: AtomicU64,
    since: Instant,
    recent: Mutex<Recent>,
    metrics: EndpointMetrics,
}

impl Counters {
    pub(crate) fn new(metrics: EndpointMetrics) -> Self {
        Self {
            requests: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            predictions: AtomicU64::new(0),
            since: Instant::now(),
            recent: Mutex::new(Recent::new()),
            metrics,
        }
    }

    pub(crate) fn count(&self, rows: u64, took: Duration, is_error: bool) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.predictions.fetch_add(rows, Ordering::Relaxed);
        if is_error {
            self.errors.fetch_add(1, Ordering::Relaxed);
        }
        self.metrics.count(rows, took, is_error);
        let micros = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        self.recent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .record(self.since.elapsed().as_secs(), micros);
    }

    pub(crate) fn figures(&self) -> EndpointFigures {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.advance(self.since.elapsed().as_secs());
        let per_second = recent.per_second();
        let mut micros = recent.micros.clone();
        drop(recent);
        micros.sort_unstable();
        EndpointFigures {
            requests: self.requests.load(Ordering::Relaxed),
            errors: self.errors.load(Ordering::Relaxed),
            predictions: self.predictions.load(Ordering::Relaxed),
            per_second,
            p50_millis: percentile_millis(&micros, 50),
            p99_millis: percentile_millis(&micros, 99),
        }
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
