//! The journal: the append-only, hash-chained, fsynced log of facts. It is the truth; everything else can be rebuilt from it.
//!
//! A journal is a folder of segments `000001.jsonl`, `000002.jsonl` …, one fact a line:
//! `{"seq":…,"at":…,"actor":…,"prev":…,"fact":…,"hash":…}`. The canonical bytes of a line are the bytes on disk with the
//! member `,"hash":"…"` taken out; `hash` is their BLAKE3, and `prev` is the hash of the line before. Nothing is
//! re-serialised to check a line, so a changed space or another way to write the same number is found as well.
//! `000000.mark` names the newest acknowledged fact: without it a removed tail could not be told from an early end.
//!
//! Invariants
//! 1. What was acknowledged reads back equal, and is what `append` returned — `tests::trip::what_is_appended_reads_back`.
//! 2. A changed byte, a removed line, a swapped line, a cut tail and a missing segment are found by `verify` —
//!    `tests::tamper::every_single_byte_edit_is_found` and its neighbours.
//! 3. A half-written tail is moved aside with a note and costs no acknowledged fact — `tests::torn::a_torn_tail_at_every_offset_is_repaired`.
//! 4. Damage before the tail is an error, never a repair — `tests::torn::damage_to_an_acknowledged_fact_is_never_repaired`.
//! 5. A failed write leaves nothing behind and later appends work — `tests::faults::a_full_disk_loses_nothing_and_appends_resume`.
//! 6. After a failed fsync nothing is appended until the journal is opened anew — `tests::faults::a_failed_sync_stops_the_journal`.
//! 7. One process holds a project at a time — `tests::lock::another_process_is_kept_out`.
//! 8. A copy of a journal that grows is whole, and its mark agrees — `tests::copy::a_copy_of_a_growing_journal_is_whole`.
//! 9. A changed or lost line is mended exactly or not at all — `tests::mend::every_changed_byte_is_mended_exactly_or_left`,
//!    `tests::mend::a_journal_that_was_cut_is_restored_exactly_or_left`.

mod copy;
mod error;
mod line;
mod lock;
mod mark;
mod mend;
mod read;
mod segment;
mod verify;
mod write;

pub use copy::copy;
pub use error::{Flaw, JournalError};
pub use lock::ProjectLock;
pub use mend::mend;
pub use read::{Facts, read_after};
pub use verify::{Verification, verify};
pub use write::{Draft, Journal, RepairNote};

#[cfg(test)]
mod tests;
