//! Facts a second beside the bare fsync rate of the disk.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use ::journal::{Draft, Journal};
use contract::{Fact, Refusal, RunId};

use super::{Bound, Measure, timed};
use crate::clock;
use crate::error::refuse;

const SINGLE: u32 = 300;
const GROUPS: u32 = 100;
const GROUP: usize = 64;

/// Appends one by one, then in groups, in `folder` (which decides the disk).
///
/// # Errors
/// When the folder cannot be written.
pub fn journal(folder: &Path) -> Result<Vec<Measure>, Refusal> {
    let scratch = tempfile::tempdir_in(folder).map_err(|error| refuse(&error, None))?;
    let mut journal = Journal::create(&scratch.path().join("journal"))
        .map_err(|error| refuse(&error, error.hint()))?;
    let draft = || {
        let fact = Fact::CheckpointSaved {
            run: RunId::from_random(clock::random_bits()),
            epoch: 7,
        };
        Draft {
            at: clock::now(),
            actor: "bench".into(),
            fact,
        }
    };
    let line = vec![b'x'; 320];
    let mut bare = OpenOptions::new()
        .create(true)
        .append(true)
        .open(scratch.path().join("bare"))
        .map_err(|error| refuse(&error, None))?;
    let (mut bare_seconds, mut own_seconds) = (0.0, 0.0);
    // Taken in turns, so that a disk that slows down slows both.
    for _ in 0..SINGLE {
        let (written, seconds) = timed(|| bare.write_all(&line).and_then(|()| bare.sync_data()));
        written.map_err(|error| refuse(&error, None))?;
        bare_seconds += seconds;
        let (appended, seconds) = timed(|| journal.append(&[draft()]));
        appended.map_err(|error| refuse(&error, error.hint()))?;
        own_seconds += seconds;
    }
    let mut group_seconds = 0.0;
    for _ in 0..GROUPS {
        let group: Vec<Draft> = (0..GROUP).map(|_| draft()).collect();
        let (appended, seconds) = timed(|| journal.append(&group));
        appended.map_err(|error| refuse(&error, error.hint()))?;
        group_seconds += seconds;
    }
    let bare_rate = f64::from(SINGLE) / bare_seconds;
    let own_rate = f64::from(SINGLE) / own_seconds;
    let group_rate = f64::from(GROUPS) * GROUP as f64 / group_seconds;
    Ok(vec![
        Measure::new(
            "journal, one fact a commit",
            (own_rate, "facts/s"),
            ("bare write + fdatasync", bare_rate),
            Bound::AtLeast(1.0 / 1.2, "at least 0.83 (within 1.2x)"),
        ),
        Measure::new(
            "journal, 64 facts a commit",
            (group_rate, "facts/s"),
            ("bare write + fdatasync", bare_rate),
            Bound::AtLeast(1.0, "at least 1 (beyond the bare rate)"),
        ),
    ])
}
