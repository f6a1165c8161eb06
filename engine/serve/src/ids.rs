//! Request ids: readable, in no visible order, and never given twice by one server.

use std::sync::atomic::{AtomicU64, Ordering};

use contract::RequestId;

/// A request id has 40 bits.
const MASK: u64 = (1 << 40) - 1;

pub(crate) struct Ids(AtomicU64);

impl Ids {
    /// Counts from a random place, so that two servers hardly ever meet.
    pub(crate) fn new(random: u64) -> Self {
        Self(AtomicU64::new(random & MASK))
    }

    pub(crate) fn next(&self) -> RequestId {
        RequestId::from_random(scramble(self.0.fetch_add(1, Ordering::Relaxed)))
    }
}

/// A bijection of 40 bits: odd factors and shifts lose nothing, so a count without repeats stays one.
pub(crate) fn scramble(count: u64) -> u64 {
    let mut bits = count & MASK;
    for factor in [0x9e_3779_b97f, 0x2b_f58d_476d] {
        bits = bits.wrapping_mul(factor) & MASK;
        bits ^= bits >> 20;
    }
    bits
}
