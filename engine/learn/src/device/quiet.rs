//! What graphics drivers say aloud while they are asked for their adapters, although nothing is wrong.

/// What Mesa's layer that orders adapters says where there is no desktop, through Wayland's library.
#[cfg(target_os = "linux")]
const NO_DESKTOP: &str = "XDG_RUNTIME_DIR is invalid or not set in the environment";

/// Works with the standard error caught where there is no desktop, and says afterwards what was said, without the complaint about that:
/// a script that looks for `error:` shall find errors.
#[cfg(target_os = "linux")]
pub(super) fn without_complaints<T>(work: impl FnOnce() -> T) -> T {
    use std::io::{Read, Write};

    let is_desktop = std::env::var_os("XDG_RUNTIME_DIR").is_some_and(|folder| !folder.is_empty());
    if is_desktop {
        return work();
    }
    let Ok(mut caught) = gag::BufferRedirect::stderr() else {
        return work();
    };
    let result = work();
    let mut said = Vec::new();
    let read = caught.read_to_end(&mut said);
    drop(caught);
    let mut kept = Vec::with_capacity(said.len());
    for line in said.split_inclusive(|byte| *byte == b'\n') {
        if String::from_utf8_lossy(line).contains(NO_DESKTOP) {
            tracing::debug!("the graphics drivers miss a desktop: {NO_DESKTOP}");
        } else {
            kept.extend_from_slice(line);
        }
    }
    // Where the standard error is closed, nobody would have read it either.
    let _closed = std::io::stderr().write_all(&kept);
    if let Err(error) = read {
        tracing::debug!("what the graphics drivers said is lost: {error}");
    }
    result
}

#[cfg(not(target_os = "linux"))]
pub(super) fn without_complaints<T>(work: impl FnOnce() -> T) -> T {
    work()
}
