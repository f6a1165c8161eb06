//! Another process: this test program, started again for one of its tests.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

pub(super) struct OtherProcess {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl OtherProcess {
    /// Runs the ignored test `name`, which finds `path` with [`given_path`].
    pub(super) fn start(name: &str, path: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args([
                "--ignored",
                "--exact",
                "--nocapture",
                "--test-threads=1",
                name,
            ])
            .env("MILLRACE_TEST_PATH", path)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, output }
    }

    /// The next line that the test wrote with [`tell`].
    pub(super) fn hear(&mut self) -> Option<String> {
        let mut line = String::new();
        while self.output.read_line(&mut line).expect("readable") > 0 {
            // The test harness writes its own words before ours on the first line.
            if let Some((_, told)) = line.rsplit_once("told:") {
                return told.strip_suffix('\n').map(str::to_owned);
            }
            line.clear();
        }
        None
    }

    pub(super) fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }
}

impl Drop for OtherProcess {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _status = self.child.wait();
    }
}

pub(super) fn given_path() -> std::path::PathBuf {
    std::env::var_os("MILLRACE_TEST_PATH")
        .expect("started by another test")
        .into()
}

/// One line to the process that started this one.
pub(super) fn tell(word: &str) {
    use std::io::Write;
    let mut output = std::io::stdout().lock();
    writeln!(output, "told:{word}").expect("somebody listens");
}
