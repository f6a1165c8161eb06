//! Letting the programs measure, one after another, and reading what they found.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::arguments::{Arguments, WINDOW};
use crate::build::Programs;

/// One line of the table: a figure beside its yardstick, as `millctl bench --json` writes it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Measure {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: String,
    pub(crate) yardstick: String,
    pub(crate) yardstick_value: f64,
    pub(crate) ratio: f64,
    pub(crate) bound: String,
    pub(crate) holds: bool,
}

#[derive(Deserialize)]
struct Report {
    measures: Vec<Measure>,
}

/// # Errors
/// When a part cannot be measured, which its program has told then.
pub(crate) fn measure(arguments: &Arguments, programs: &Programs) -> Result<Vec<Measure>, String> {
    let mut measures = Vec::new();
    for part in &arguments.engine {
        let mut command = Command::new(&programs.millctl);
        command.args(["--json", "bench", part]);
        measures.extend(run(part, &mut command)?);
    }
    if arguments.has_window {
        let mut command = on_a_screen(&programs.window, has_screen());
        command.arg(&programs.empty);
        measures.extend(run(WINDOW, &mut command)?);
    }
    Ok(measures)
}

/// On the screen that is there, or else on one that nobody sees and that stays when a window goes.
pub(crate) fn on_a_screen(program: &Path, has_screen: bool) -> Command {
    if has_screen {
        return Command::new(program);
    }
    let mut command = Command::new("xvfb-run");
    let screen = "-screen 0 1600x1000x24 -noreset";
    command.args(["--auto-servernum", "--server-args", screen]);
    command.arg(program);
    command
}

fn has_screen() -> bool {
    let is_named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    // Elsewhere every session has one.
    cfg!(not(target_os = "linux")) || is_named("DISPLAY") || is_named("WAYLAND_DISPLAY")
}

/// Runs one program; what it says of its progress goes where Cargo's own goes.
pub(crate) fn run(part: &str, command: &mut Command) -> Result<Vec<Measure>, String> {
    eprintln!("Measuring {part}");
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{part} could not be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("{part} could not be measured"));
    }
    let report: Report = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{part} told something else than measures: {error}"))?;
    Ok(report.measures)
}
