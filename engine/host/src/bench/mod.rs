//! Measures: each beside a named yardstick in the same run, as a ratio.

mod crowd;
mod import;
mod infer;
mod journal;
mod serve;
mod train;

use std::time::Instant;

use serde::Serialize;

pub use crowd::{Crowd, crowded_project};
pub use import::{import, write_mixed};
pub use infer::infer;
pub use journal::journal;
pub use serve::serve;
pub use train::train;

/// One line of a benchmark.
#[derive(Clone, Debug, Serialize)]
pub struct Measure {
    pub name: String,
    pub value: f64,
    pub unit: &'static str,
    pub yardstick: String,
    pub yardstick_value: f64,
    /// `value / yardstick_value`.
    pub ratio: f64,
    /// What the ratio should keep to, such as "at most 1.3".
    pub bound: &'static str,
    pub holds: bool,
}

/// What a ratio should keep to, and how that is said.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    AtMost(f64, &'static str),
    AtLeast(f64, &'static str),
    /// Told, not judged.
    Reported,
}

impl Measure {
    pub fn new(
        name: &str,
        (value, unit): (f64, &'static str),
        (yardstick, yardstick_value): (&str, f64),
        bound: Bound,
    ) -> Self {
        let ratio = value / yardstick_value;
        let (bound, holds) = match bound {
            Bound::AtMost(limit, words) => (words, ratio <= limit),
            Bound::AtLeast(limit, words) => (words, ratio >= limit),
            Bound::Reported => ("reported", true),
        };
        Self {
            name: name.into(),
            value,
            unit,
            yardstick: yardstick.into(),
            yardstick_value,
            ratio,
            bound,
            holds,
        }
    }
}

/// Runs something and says how many seconds it took.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let result = work();
    (result, started.elapsed().as_secs_f64())
}

/// The middle of several measurements: one disturbance does not count.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Runs a Python peer with the interpreter that `MILLRACE_PYTHON` names and reads one JSON document from its stdout.
/// `None` if there is no such interpreter, or the peer's library is not installed there.
fn peer(script: &str, arguments: &[&std::ffi::OsStr]) -> Option<serde_json::Value> {
    let python = std::env::var_os("MILLRACE_PYTHON")?;
    let output = std::process::Command::new(python)
        .arg("-c")
        .arg(script)
        .args(arguments)
        .output()
        .ok()?;
    if !output.status.success() {
        tracing::info!(
            "a peer did not run: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        return None;
    }
    serde_json::from_slice(&output.stdout).ok()
}
