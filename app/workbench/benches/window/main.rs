//! The window's figures: frames under load, start, idleness and memory, each beside an empty eframe window in the same run.
//!
//! `window EMPTY [start|idle|frames]…` measures, with the program of the bench target `empty`, and prints one JSON document; `cargo bench`
//! runs it.
#![expect(
    clippy::disallowed_methods,
    reason = "a measurement waits, and looks at files and programs"
)]

mod clock;
mod frames;
mod load;
mod probe;
mod programs;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use host::bench::{Crowd, crowded_project};
use serde_json::{Value, json};

const START: &str = "start";
const IDLE: &str = "idle";
const FRAMES: &str = "frames";
const PARTS: [&str; 3] = [START, IDLE, FRAMES];

const RUNS: u64 = 1_000;
const POINTS: u64 = 1_000;
/// A project as it is after an afternoon.
const FEW_RUNS: u64 = 12;
const FEW_POINTS: u64 = 100;

fn main() -> ExitCode {
    // `cargo bench` adds a word of its own.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let measured = match words.as_slice() {
        [frames::ROLE, folder] => return frames::run(Path::new(folder)),
        [empty, parts @ ..] => measure(Path::new(empty), parts),
        [] => Err(anyhow::anyhow!(
            "the program of the bench target `empty` is to be named; `cargo bench` does that"
        )),
    };
    match measured {
        Ok(measures) => {
            println!("{}", json!({ "measures": measures }));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(empty: &Path, parts: &[&str]) -> anyhow::Result<Vec<Value>> {
    let scratch = tempfile::tempdir().context("no folder to measure in")?;
    let millrace = Path::new(env!("CARGO_BIN_EXE_millrace"));
    let mut measures = Vec::new();
    for part in if parts.is_empty() { &PARTS } else { parts } {
        let folder = scratch.path().join(part);
        std::fs::create_dir(&folder)?;
        measures.extend(match *part {
            START => programs::starts(millrace, empty, &folder)?,
            IDLE => {
                let project = folder.join("few.millrace");
                make_project(&project, FEW_RUNS, FEW_POINTS)?;
                programs::idleness(millrace, empty, (&project, &folder))?
            }
            FRAMES => {
                make_project(&frames::project(&folder), RUNS, POINTS)?;
                frames::measure(&folder)?
            }
            other => anyhow::bail!("{other} is not a part; {} are", PARTS.join(", ")),
        });
    }
    Ok(measures)
}

fn make_project(path: &Path, runs: u64, points: u64) -> anyhow::Result<()> {
    let crowd = Crowd {
        csv: sample("wine.csv"),
        target: "cultivar".to_owned(),
        runs,
        points,
    };
    crowded_project(path, &crowd).map_err(told)
}

/// A sample of the program, by its name.
fn sample(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../assets/samples")
        .join(name)
}

fn told(refusal: contract::Refusal) -> anyhow::Error {
    anyhow::anyhow!(refusal.error)
}
