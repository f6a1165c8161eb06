//! `millctl`, the program.

fn main() -> std::process::ExitCode {
    millrace_ctl::run()
}
