//! Whole stories against the real `millctl`, real HTTP, real disks and peers from the field; one test binary, which links nothing of ours.
//!
//! Invariants
//! 1. Everything that is documented of `millctl` is what a script gets — `road::a_dropped_file_becomes_a_served_watched_model`,
//!    `words::wrong_usage_exits_with_two`, `words::a_failure_is_a_sentence_and_a_next_step`.
//! 2. Bad input is refused in a sentence and harms nothing — `bad_input::every_bad_file_is_answered_and_nothing_is_lost`.
//! 3. What was acknowledged survives a kill at any moment — `kills::two_hundred_kills_lose_nothing`.
//! 4. A full, read-only or damaged disk is told, and loses nothing — `faults::a_full_disk_loses_nothing`,
//!    `faults::a_flipped_bit_is_found_and_named`, `faults::a_damaged_catalog_catches_up_with_the_journal`.
//! 5. Peers agree — `peers::onnx_runtime_predicts_what_is_served`, `peers::scikit_learn_measures_the_same`,
//!    `peers::scipy_finds_the_same_drift`, `peers::tritons_client_is_answered`, `peers::mlflows_formats_are_scored`.
//! 6. The package installs and starts — `package::the_package_installs_and_starts`.
//! 7. A server loses no answered prediction, and outlives whoever holds the project — `serving::a_signal_loses_no_answered_prediction`,
//!    `serving::predictions_of_a_killed_server_are_there_after_the_next_start`,
//!    `serving::a_server_outlives_the_program_that_held_the_project`.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod dialects;
#[cfg(test)]
mod disks;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod kills;
#[cfg(test)]
mod package;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod program;
#[cfg(test)]
mod road;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod server;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod words;
