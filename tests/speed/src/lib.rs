//! `cargo bench`: builds the programs as the tests build them, lets `millctl bench` and the bench of the window measure, and prints one table.
//!
//! Cargo keeps the profile `bench` in a folder of its own, where DuckDB, burn and wgpu would be compiled once more. So what Cargo runs is
//! this small crate alone, which links nothing of ours and has the rest built with a profile that is there already.
//!
//! Invariants
//! 1. Nothing but this crate is compiled for `cargo bench` itself — `tests::no_other_crate_is_benched_by_cargo`.
//! 2. What the tests have compiled is not compiled again: profile and features are theirs —
//!    `tests::programs_are_built_as_the_tests_build_them`.
//! 3. A part that cannot be measured fails the whole, and a bound that does not hold is said — `tests::a_failing_part_is_an_error`,
//!    `tests::the_table_says_what_holds`.

mod arguments;
mod build;
mod measure;
mod table;

use std::io::Write;
use std::process::ExitCode;

use arguments::Arguments;

/// Measures what the words of the command line ask for. Fails only when something could not be measured.
pub fn run(words: impl Iterator<Item = String>) -> ExitCode {
    match table_of(words) {
        Ok(table) => {
            // A reader that has gone wants no more output.
            let _gone = std::io::stdout().write_all(table.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn table_of(words: impl Iterator<Item = String>) -> Result<String, String> {
    let arguments = Arguments::read(words)?;
    let programs = build::build(&arguments.profile)?;
    let measures = measure::measure(&arguments, &programs)?;
    Ok(table::table(&measures))
}

#[cfg(test)]
mod tests;
