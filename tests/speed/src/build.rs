//! Building the programs that measure, and finding where Cargo has put them.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::Deserialize;

/// All members at once, as the tests are built: one set of features, so that nothing is compiled for the benches alone.
pub(crate) const BUILD: [&str; 3] = ["build", "--workspace", "--bins"];
/// The bench targets of the window.
const BENCHES: [&str; 4] = ["--bench", "window", "--bench", "empty"];

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Programs {
    pub(crate) millctl: PathBuf,
    pub(crate) window: PathBuf,
    pub(crate) empty: PathBuf,
}

/// A line of Cargo's report, as far as it is read.
#[derive(Deserialize)]
struct Line {
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// # Errors
/// When Cargo cannot be started or something does not compile, which Cargo has told then.
pub(crate) fn build(profile: &str) -> Result<Programs, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(BUILD)
        .args(BENCHES)
        .args(["--profile", profile])
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("Cargo could not be started: {error}"))?;
    if !output.status.success() {
        return Err("the programs could not be built".to_owned());
    }
    programs_in(&String::from_utf8_lossy(&output.stdout))
}

/// Finds the programs in Cargo's report, one JSON document a line.
pub(crate) fn programs_in(report: &str) -> Result<Programs, String> {
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    for line in report.lines() {
        // Other kinds of lines have other fields, and no program.
        if let Ok(Line {
            target: Some(target),
            executable: Some(path),
        }) = serde_json::from_str(line)
        {
            found.push((target.name, path));
        }
    }
    let path = |name: &str| {
        let program = found.iter().find(|(found, _)| found == name);
        program
            .map(|(_, path)| path.clone())
            .ok_or_else(|| format!("Cargo built no {name}"))
    };
    Ok(Programs {
        millctl: path("millctl")?,
        window: path("window")?,
        empty: path("empty")?,
    })
}
