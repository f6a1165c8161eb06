//! How much memory this process holds.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Asking the system is not free; the status bar does not need it more often.
const FRESH_FOR: Duration = Duration::from_secs(2);

static LAST: Mutex<Option<(Instant, u64)>> = Mutex::new(None);

/// Resident memory in bytes, at most two seconds old; 0 where the system does not tell.
pub(crate) fn resident_bytes() -> u64 {
    let mut last = LAST
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((at, bytes)) = *last
        && at.elapsed() < FRESH_FOR
    {
        return bytes;
    }
    let bytes = read();
    *last = Some((Instant::now(), bytes));
    bytes
}

fn read() -> u64 {
    use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};
    let Ok(own) = sysinfo::get_current_pid() else {
        return 0;
    };
    let mut system = System::new();
    system.refresh_processes_specifics(
        ProcessesToUpdate::Some(&[own]),
        false,
        ProcessRefreshKind::nothing().with_memory(),
    );
    system.process(own).map_or(0, sysinfo::Process::memory)
}
