//! The real `millctl`, started the way a script starts it, with a limit on how long it may take.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything here should take on a slow machine; a program that hangs fails its test.
const LONGEST: Duration = Duration::from_secs(240);

/// A program of the workspace, beside this test in the target folder.
pub(crate) fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test has a path");
    let folder = test
        .parent()
        .and_then(Path::parent)
        .expect("tests lie in target/PROFILE/deps");
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "{} is not there: build it with `cargo build --workspace --bins`, as `bash packaging/dev.sh test` does",
        path.display()
    );
    path
}

/// How a program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

/// What a failed command says: exit code 1, `error: …`, and perhaps `hint: …`.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) error: String,
    pub(crate) hint: Option<String>,
}

impl Ended {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(
            self.status.code(),
            Some(0),
            "it should have succeeded; it said: {}",
            self.stderr
        );
        assert_eq!(
            self.stdout.trim_end().lines().count(),
            1,
            "one JSON document is on stdout, and nothing else: {}",
            self.stdout
        );
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is not JSON ({error}): {}", self.stdout))
    }

    #[track_caller]
    pub(crate) fn refused(&self) -> Refused {
        assert!(
            !self.stderr.contains("panicked"),
            "bad input is an error, never a panic: {}",
            self.stderr
        );
        assert_eq!(
            self.status.code(),
            Some(1),
            "it should have failed; it said: {}{}",
            self.stdout,
            self.stderr
        );
        // Graphics libraries may have said something of their own before.
        let said = |word: &str| {
            self.stderr
                .lines()
                .rev()
                .find_map(|line| line.strip_prefix(word).map(str::to_owned))
        };
        let refused = Refused {
            error: said("error: ")
                .unwrap_or_else(|| panic!("there is no `error: …` in: {}", self.stderr)),
            hint: said("hint: "),
        };
        assert!(
            refused.error.len() > 8,
            "an error is a sentence: {refused:?}"
        );
        refused
    }
}

/// Runs `millctl` to its end.
pub(crate) fn millctl(arguments: &[&str]) -> Ended {
    Running::start(&mut millctl_command(arguments)).wait()
}

fn millctl_command(arguments: &[&str]) -> Command {
    let mut command = Command::new(program("millctl"));
    command
        .args(arguments)
        .env_remove("MILLRACE_PROJECT")
        .env_remove("MILLRACE_LOG");
    command
}

/// A program that still runs. Dropped, it is killed.
pub(crate) struct Running {
    child: Child,
    started: Instant,
    lines: Receiver<String>,
    stderr: Option<thread::JoinHandle<String>>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        let stdout = child.stdout.take().expect("stdout is a pipe");
        let mut stderr = child.stderr.take().expect("stderr is a pipe");
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Nobody reads on when the test has failed already.
                let _nobody = sender.send(line);
            }
        });
        let stderr = thread::spawn(move || {
            let mut bytes = Vec::new();
            // A killed program leaves what it had said so far.
            let _cut = stderr.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });
        Self {
            child,
            started: Instant::now(),
            lines,
            stderr: Some(stderr),
        }
    }

    /// The next line on stdout.
    #[track_caller]
    pub(crate) fn line(&mut self) -> String {
        match self.lines.recv_timeout(LONGEST) {
            Ok(line) => line,
            Err(_) => {
                self.kill();
                panic!("no line came on stdout; stderr has: {}", self.said());
            }
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`: the program has no chance to tidy up.
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        self.child.wait().expect("a killed program ends");
    }

    /// SIGTERM, as a service manager sends it.
    pub(crate) fn terminate(&self) {
        let status = Command::new("kill")
            .args(["-TERM", &self.id().to_string()])
            .status()
            .expect("kill is a program of every Unix");
        assert!(status.success(), "the program still ran");
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child
            .try_wait()
            .expect("a child can be asked")
            .is_some()
    }

    #[track_caller]
    pub(crate) fn wait(mut self) -> Ended {
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child can be asked") {
                break status;
            }
            if self.started.elapsed() > LONGEST {
                self.kill();
                panic!("it took longer than {LONGEST:?}; it said: {}", self.said());
            }
            thread::sleep(Duration::from_millis(3));
        };
        let took = self.started.elapsed();
        let lines: Vec<String> = self.lines.iter().collect();
        Ended {
            status,
            stdout: lines.iter().map(|line| format!("{line}\n")).collect(),
            stderr: self.said(),
            took,
        }
    }

    fn said(&mut self) -> String {
        self.stderr
            .take()
            .map(|thread| thread.join().expect("stderr is read to its end"))
            .unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; either way no program outlives its test.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A project in a temporary folder.
pub(crate) struct Project {
    home: TempDir,
    pub(crate) dir: PathBuf,
}

impl Project {
    /// Made by `millctl new`.
    pub(crate) fn new() -> Self {
        Self::new_in(&std::env::temp_dir())
    }

    pub(crate) fn new_in(folder: &Path) -> Self {
        let home = tempfile::Builder::new()
            .prefix("millrace-journey-")
            .tempdir_in(folder)
            .expect("a temporary folder");
        let dir = home.path().join("story.millrace");
        millctl(&["new", text(&dir), "--json"]).json();
        Self { home, dir }
    }

    /// A place beside the project.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file beside the project.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.beside(name);
        std::fs::write(&path, bytes).expect("a file is written");
        path
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.start(arguments).wait()
    }

    /// The JSON of a command that succeeds.
    #[track_caller]
    pub(crate) fn ok(&self, arguments: &[&str]) -> Value {
        self.run(arguments).json()
    }

    #[track_caller]
    pub(crate) fn refused(&self, arguments: &[&str]) -> Refused {
        self.run(arguments).refused()
    }

    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let mut all = vec!["--json", "-p", text(&self.dir)];
        all.extend(arguments);
        Running::start(&mut millctl_command(&all))
    }
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("test paths are UTF-8")
}

/// A file of `tests/fixtures`.
pub(crate) fn fixture(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("journeys lie in tests")
        .join("fixtures");
    folder.join(name)
}

/// A field of a JSON object.
#[track_caller]
pub(crate) fn field<'a>(value: &'a Value, name: &str) -> &'a Value {
    value
        .get(name)
        .unwrap_or_else(|| panic!("there is no “{name}” in {value}"))
}

#[track_caller]
pub(crate) fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    let found = field(value, name);
    found
        .as_str()
        .unwrap_or_else(|| panic!("“{name}” is not a text in {value}"))
}

#[track_caller]
pub(crate) fn number(value: &Value, name: &str) -> f64 {
    let found = field(value, name);
    found
        .as_f64()
        .unwrap_or_else(|| panic!("“{name}” is not a number in {value}"))
}

#[track_caller]
pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a Vec<Value> {
    let found = field(value, name);
    found
        .as_array()
        .unwrap_or_else(|| panic!("“{name}” is not a list in {value}"))
}
