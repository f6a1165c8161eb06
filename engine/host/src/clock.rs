//! The one place that asks what time it is.

use contract::Timestamp;

/// Now, in UTC. Durations are measured with `Instant`; this is for people.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock that everybody else is sent to"
)]
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp {
        unix_millis: i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
    }
}

/// 64 random bits for a new id.
pub(crate) fn random_bits() -> u64 {
    getrandom::u64().unwrap_or_else(|_| now().unix_millis.unsigned_abs().rotate_left(20))
}
