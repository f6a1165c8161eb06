//! `cargo bench [-- [PART…] [--profile NAME]]`: every figure of the engine and of the window, as ratios.

use std::process::ExitCode;

fn main() -> ExitCode {
    millrace_speed::run(std::env::args().skip(1))
}
