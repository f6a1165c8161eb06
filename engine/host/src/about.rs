//! What this program allows and what this machine has, for `doctor` and the settings panel.

use std::collections::BTreeMap;

/// Memory of the machine in bytes; 0 where the system does not tell.
pub fn total_memory_bytes() -> u64 {
    let mut system = sysinfo::System::new();
    system.refresh_memory();
    system.total_memory()
}

/// The limits that a person may meet, by name.
pub fn limits() -> BTreeMap<&'static str, u64> {
    BTreeMap::from([
        ("runs at once", crate::runs::MOST_RUNS_AT_ONCE as u64),
        ("imports at once", 1),
        ("commands waiting", crate::room::INBOX as u64),
        ("predictions a drift window", crate::views::LARGEST_WINDOW),
    ])
}
