//! The model server: registered models behind HTTP on this machine, in the dialects that clients already speak.
//!
//! `host` hands in models through [`Predict`] and takes what happened through [`Sink`]; nothing here knows ONNX, the catalog or the journal.
//!
//! Invariants
//! 1. Every route but health answers 401 without the key, whatever the method — `tests::security::every_route_but_health_needs_the_key`.
//! 2. A request whose Host or Origin is not exactly this server is refused before anything else — `tests::security::foreign_hosts_are_refused`,
//!    `tests::security::foreign_origins_are_refused`.
//! 3. Only loopback is listened on — `tests::lifecycle::listens_on_loopback_only`.
//! 4. Replacing a model loses no request, and every answer names the version that gave it — `tests::lifecycle::a_swap_under_load_loses_nothing`.
//! 5. Every prediction that was answered reaches the sink, also through a shutdown — `tests::lifecycle::a_shutdown_drains_and_flushes`.
//! 6. A bad request is answered with a sentence that names the column, type, category or shape — `tests::refusals`.
//! 7. Bodies, rows, waiting and concurrency have limits — `tests::limits`.
//! 8. A peer with many wrong keys must wait, the right key never — `tests::security::many_wrong_keys_must_wait_and_the_right_one_never`.
//! 9. What comes after the log comes after every prediction that was answered before — `tests::lifecycle::what_follows_the_log_sees_every_answer`.

mod answer;
mod backoff;
mod columns;
mod dialect;
mod error;
mod figures;
mod guard;
mod handler;
mod ids;
mod log;
mod metrics;
mod openapi;
mod options;
mod ports;
mod record;
mod refusal;
mod routes;
mod served;
mod server;
mod shared;
pub mod yardstick;

pub use error::ServeError;
pub use options::{
    FREE_WRONG_KEYS, LARGEST_BODY_BYTES, MOST_CONCURRENT, MOST_CONNECTIONS, MOST_ROWS,
    READ_TIMEOUT, ServerOptions,
};
pub use ports::{Predict, Sink};
pub use server::{Afterwards, Server};

#[cfg(test)]
mod tests;
