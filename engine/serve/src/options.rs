//! The server's settings: port, key, and the limits that keep a bad client from harming the others.

use std::time::Duration;

/// About 40 000 rows of thirteen numbers; larger work belongs to batch prediction, not to a request.
pub const LARGEST_BODY_BYTES: usize = 8 << 20;
/// Rows a request may ask for: at a microsecond a row this keeps a worker busy for some 10 ms.
pub const MOST_ROWS: usize = 10_000;
/// Prediction requests that are worked on at the same time; the next is told to come again.
pub const MOST_CONCURRENT: usize = 256;
/// Open connections; the next waits in the system's queue.
pub const MOST_CONNECTIONS: usize = 1_024;
/// How long a client may take to send a body. A connection that asked for nothing for this long is closed, at the latest after twice the time.
pub const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Wrong keys that a peer may send before it must wait: a person who mistypes, or a few programs that were left with an old key.
pub const FREE_WRONG_KEYS: u32 = 10;

/// A head larger than this is answered with 431 (curl and browsers stay under 8 KB).
pub(crate) const LARGEST_HEAD_BYTES: usize = 32 << 10;
/// What may wait for the sink, in rows.
pub(crate) const MOST_WAITING_ROWS: usize = 65_536;
/// And in values, for models of many columns: 24 bytes each.
pub(crate) const MOST_WAITING_CELLS: usize = 4 << 20;

/// How the server is started.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// 0 takes a free one.
    pub port: u16,
    /// `None` makes a random key of 256 bits.
    pub key: Option<String>,
    pub largest_body_bytes: usize,
    pub most_rows: usize,
    pub most_concurrent: usize,
    pub most_connections: usize,
    pub read_timeout: Duration,
    pub free_wrong_keys: u32,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            port: 0,
            key: None,
            largest_body_bytes: LARGEST_BODY_BYTES,
            most_rows: MOST_ROWS,
            most_concurrent: MOST_CONCURRENT,
            most_connections: MOST_CONNECTIONS,
            read_timeout: READ_TIMEOUT,
            free_wrong_keys: FREE_WRONG_KEYS,
        }
    }
}
