//! The real program beside an empty eframe window: how soon its first frame stands, how often it draws when nothing changes, what it holds.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use anyhow::Context;
use host::bench::{Bound, Measure, median};
use serde_json::{Value, json};

const STARTS: usize = 10;
/// A program that takes longer does not start.
const LONGEST_START: Duration = Duration::from_secs(60);
/// Nothing was drawn for so long: what the start brought has ended.
const SETTLED: Duration = Duration::from_secs(3);
const LONGEST_SETTLING: Duration = Duration::from_secs(60);
const IDLE: Duration = Duration::from_secs(10);
/// Lines that wait to be read.
const QUEUE: usize = 4_096;

/// Both programs say these.
const STANDS: &str = "the first frame stands";
const DRAWN: &str = "a frame was drawn";

/// Starts both in turns, with nothing in their settings.
pub(crate) fn starts(millrace: &Path, empty: &Path, folder: &Path) -> anyhow::Result<Vec<Value>> {
    let (mut own, mut bare) = (Vec::new(), Vec::new());
    // Once each before it counts, so that both are read from memory.
    for round in 0..=STARTS {
        let seconds = Program::start(millrace, None, folder)?.first_frame()?;
        let bare_seconds = Program::start(empty, None, folder)?.first_frame()?;
        if round > 0 {
            own.push(seconds * 1e3);
            bare.push(bare_seconds * 1e3);
        }
    }
    let measure = Measure::new(
        "start to the first frame",
        (median(own), "ms"),
        ("an empty eframe window", median(bare)),
        Bound::AtMost(1.3, "at most 1.3"),
    );
    Ok(vec![json!(measure)])
}

/// Frames in ten seconds and memory, once the project stands.
pub(crate) fn idleness(
    millrace: &Path,
    empty: &Path,
    (project, folder): (&Path, &Path),
) -> anyhow::Result<Vec<Value>> {
    let own = Program::start(millrace, Some(project), folder)?.idle()?;
    let bare = Program::start(empty, None, folder)?.idle()?;
    let frames = Measure::new(
        "frames in 10 idle seconds",
        (f64::from(own.frames), "frames"),
        ("the 2 of the bound", 2.0),
        Bound::AtMost(1.0, "at most 1"),
    );
    let mut measures = vec![json!(frames)];
    if let (Some(held), Some(bare_held)) = (own.megabytes, bare.megabytes) {
        let row = |yardstick, bound| {
            let name = "resident memory of an idle project";
            json!(Measure::new(name, (held, "MB"), yardstick, bound))
        };
        measures.push(row(
            ("the 300 MB of the bound", 300.0),
            Bound::AtMost(1.0, "at most 1"),
        ));
        measures.push(row(("an empty eframe window", bare_held), Bound::Reported));
    }
    Ok(measures)
}

/// A program that was started, and what it says. It ends with this.
struct Program {
    child: Child,
    started: Instant,
    lines: Receiver<(Instant, String)>,
}

struct Idle {
    frames: u32,
    /// Told by Linux only.
    megabytes: Option<f64>,
}

impl Program {
    /// With folders of its own, so that nothing of the person's settings counts or changes.
    fn start(program: &Path, argument: Option<&Path>, folder: &Path) -> anyhow::Result<Self> {
        let started = Instant::now();
        let mut child = Command::new(program)
            .args(
                argument
                    .map(Path::as_os_str)
                    .into_iter()
                    .map(OsStr::to_owned),
            )
            .env("RUST_LOG", "millrace_workbench=trace")
            .env("HOME", folder)
            .env("XDG_CONFIG_HOME", folder.join("config"))
            .env("XDG_DATA_HOME", folder.join("data"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} does not start", program.display()))?;
        let said = child.stderr.take().context("no words of the program")?;
        let (sender, lines) = sync_channel(QUEUE);
        std::thread::Builder::new()
            .name("words".to_owned())
            .spawn(move || {
                for line in BufReader::new(said).lines().map_while(Result::ok) {
                    if sender.send((Instant::now(), line)).is_err() {
                        return;
                    }
                }
            })?;
        Ok(Self {
            child,
            started,
            lines,
        })
    }

    /// Seconds from the start to the first frame on the screen.
    fn first_frame(&self) -> anyhow::Result<f64> {
        let mut last = String::new();
        while self.started.elapsed() < LONGEST_START {
            match self.lines.recv_timeout(LONGEST_START) {
                Ok((at, line)) if line.contains(STANDS) => {
                    return Ok(at.duration_since(self.started).as_secs_f64());
                }
                Ok((_, line)) => last = line,
                Err(_) => break,
            }
        }
        anyhow::bail!("the program showed nothing; its last words were “{last}”")
    }

    fn idle(&self) -> anyhow::Result<Idle> {
        self.first_frame()?;
        let begin = Instant::now();
        while self.frames_within(SETTLED)? > 0 {
            anyhow::ensure!(
                begin.elapsed() < LONGEST_SETTLING,
                "the program never came to rest"
            );
        }
        Ok(Idle {
            frames: self.frames_within(IDLE)?,
            megabytes: resident_megabytes(self.child.id()),
        })
    }

    fn frames_within(&self, time: Duration) -> anyhow::Result<u32> {
        let end = Instant::now() + time;
        let mut frames = 0;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok((_, line)) => frames += u32::from(line.contains(DRAWN)),
                Err(RecvTimeoutError::Timeout) => return Ok(frames),
                Err(RecvTimeoutError::Disconnected) => anyhow::bail!("the program has ended"),
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

fn resident_megabytes(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1_024.0 / 1e6)
}
