//! `millctl`: the same engine without a window. One JSON document on stdout with `--json`; everything else goes to stderr.
//!
//! Invariants
//! 1. The documents of the README are what is printed — `tests/journeys` `a_dropped_file_becomes_a_served_watched_model`.
//! 2. A failure prints `error:` and a next step, and exits with 1; wrong usage exits with 2 — `tests::settings_are_checked`.
//! 3. A short errand hangs nobody on to itself — `tests/journeys` `a_crowd_of_short_commands_disturbs_nobody`.

mod arguments;
mod bench;
mod commands;
mod datasets;
mod doctor;
mod output;
mod serving;
mod show;
mod training;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;

/// The program did what was asked.
const DONE: u8 = 0;
/// It could not; stderr says why.
const FAILED: u8 = 1;

/// Reads the command line, does it, and says how it went. Wrong usage ends the process with 2.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    // That a server is not where it was is for everybody to know.
    let level = match arguments.verbose {
        true => "info",
        false => "error,millrace_host::serving=warn",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("MILLRACE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match commands::run(&arguments) {
        Ok(()) if output::was_lost() => ExitCode::from(FAILED),
        Ok(()) => ExitCode::from(DONE),
        Err(refusal) => {
            output::refusal(&refusal);
            ExitCode::from(FAILED)
        }
    }
}
