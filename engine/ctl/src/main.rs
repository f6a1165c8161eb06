//! `millctl`: the same engine without a window. One JSON document on stdout with `--json`; everything else goes to stderr.

mod arguments;
mod bench;
mod commands;
mod doctor;
mod output;
mod serving;
mod show;
mod training;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;

/// The program did what was asked.
const DONE: u8 = 0;
/// It could not; stderr says why.
const FAILED: u8 = 1;
// clap itself exits with 2 on wrong usage.

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let level = if arguments.verbose { "info" } else { "error" };
    let filter = tracing_subscriber::EnvFilter::try_from_env("MILLRACE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match commands::run(&arguments) {
        Ok(()) => ExitCode::from(DONE),
        Err(refusal) => {
            output::refusal(&refusal);
            ExitCode::from(FAILED)
        }
    }
}
