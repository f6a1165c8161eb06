//! Failures: what a device's panic or error means, in a sentence with a next step.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Chosen, Opened};
use crate::LearnError;

/// Drivers tell long stories; so much of one is shown.
const MOST_WORDS: usize = 300;

/// Runs work on a device. A panic on the way, the backend's or any other, comes back as an error, and an error is called by its cause:
/// what reads a lost device may only see that something could not be read.
pub(crate) fn guarded<T>(
    chosen: &Chosen,
    opened: Option<&Opened>,
    work: impl FnOnce() -> Result<T, LearnError>,
) -> Result<T, LearnError> {
    // What was complained of before is of a run that is over.
    let before = opened.map_or(0, Opened::complaints);
    let result = catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(failure(chosen, words(panic.as_ref()))));
    let Some(opened) = opened else { return result };
    let result = match result {
        // What the driver complained of may be missing from what was computed.
        Ok(value) => match opened.complaint_since(before) {
            Some(text) => {
                drop(value);
                Err(failure(chosen, text))
            }
            None => Ok(value),
        },
        Err(error) => Err(explain(chosen, (opened, before), error)),
    };
    // Whoever comes next finds the memory free; that of a lost device is gone anyway.
    let cleaned = catch_unwind(AssertUnwindSafe(|| opened.device.memory_cleanup()));
    if cleaned.is_err() {
        tracing::debug!(device = %chosen.info.name, "the device's memory was not given back");
    }
    result
}

fn explain(chosen: &Chosen, (opened, before): (&Opened, u64), error: LearnError) -> LearnError {
    let is_of_the_device = matches!(
        error,
        LearnError::OutOfMemory { .. }
            | LearnError::DeviceLost { .. }
            | LearnError::DeviceUnusable { .. }
            | LearnError::Panicked(_)
            | LearnError::LossNotFinite { .. }
    );
    if !is_of_the_device {
        return error;
    }
    let complaint = opened
        .complaint_since(before)
        .map(|text| failure(chosen, text));
    match opened.check() {
        Ok(()) => match complaint {
            Some(cause) if !matches!(error, LearnError::LossNotFinite { .. }) => cause,
            _ => error,
        },
        Err(text) => {
            opened.forget();
            match complaint {
                Some(cause @ LearnError::OutOfMemory { .. }) => cause,
                _ => LearnError::DeviceLost {
                    device: chosen.info.name.clone(),
                    text: brief(&text),
                },
            }
        }
    }
}

/// What a device's failure means, from its own words.
pub(crate) fn failure(chosen: &Chosen, text: String) -> LearnError {
    let text = brief(&text);
    if chosen.is_cpu() {
        return LearnError::Panicked(text);
    }
    let device = chosen.info.name.clone();
    let lower = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if says(&[
        "out of memory",
        "outofmemory",
        "out of device memory",
        "not enough memory",
        "can't allocate buffer",
        "greater than the maximum buffer size",
    ]) {
        return LearnError::OutOfMemory { device, text };
    }
    if says(&["lost", "poisoned", "destroyed"]) {
        return LearnError::DeviceLost { device, text };
    }
    if says(&["adapter", "request a wgpu device"]) {
        return LearnError::DeviceUnusable { device, text };
    }
    LearnError::Panicked(text)
}

/// What a panic says.
pub(crate) fn words(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap_or_else(|| "a panic without a message".into())
}

/// Backtraces are for who mends the program; the log has them.
fn is_trace(line: &str) -> bool {
    let lower = line.to_lowercase();
    lower.starts_with("backtrace")
        || lower.starts_with("asked at")
        || lower.contains("no backtrace available")
        || lower.starts_with("0: ")
}

/// The innermost cause that a text tells of, without its backtrace, on one line.
fn brief(text: &str) -> String {
    let lines = text
        .lines()
        .map(str::trim)
        .take_while(|line| !is_trace(line))
        .filter(|line| !line.is_empty());
    let mut brief = String::new();
    for line in lines {
        if line == "Caused by:" {
            brief.clear();
            continue;
        }
        if !brief.is_empty() {
            brief.push_str(if brief.ends_with(':') { " " } else { "; " });
        }
        brief.push_str(line);
    }
    if let Some((end, _)) = brief.char_indices().nth(MOST_WORDS) {
        brief.truncate(end);
        brief.push('…');
    }
    brief.trim_end_matches('.').to_owned()
}
