//! The Debian package: built from the programs that are there, looked into, installed, started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::program::{Project, program, text};

/// The window has this long to show that it does not fall over; a slow machine draws in software.
const WATCHED: Duration = Duration::from_secs(8);

#[test]
fn the_package_installs_and_starts() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let package = build(home.path());
    contents(&package);
    control(&package);
    let root = install(&package, home.path());
    let bin = root.join("usr/bin");
    for name in ["millctl", "millrace"] {
        let output = run(Command::new(bin.join(name)).arg("--version"));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            said.starts_with(&format!("{name} {}", env!("CARGO_PKG_VERSION"))),
            "{said}"
        );
    }
    let made = home.path().join("packaged.millrace");
    run(Command::new(bin.join("millctl")).args(["new", text(&made)]));
    window(&bin.join("millrace"), &made);
    registered(&root);
}

fn build(home: &Path) -> PathBuf {
    let tool = Command::new("dpkg-deb").arg("--version").output();
    assert!(
        tool.is_ok_and(|output| output.status.success()),
        "dpkg-deb is not there: this test builds a Debian package and so needs Debian, or the package dpkg"
    );
    let binaries = program("millctl")
        .parent()
        .expect("the target folder")
        .to_owned();
    program("millrace");
    let script = top().join("packaging/deb.sh");
    let output = run(Command::new("bash")
        .arg(&script)
        .env("MILLRACE_BINARIES", &binaries)
        .env("MILLRACE_DEB_DIR", home)
        .env("MILLRACE_DEB_FAST", "1"));
    let path = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    assert!(
        path.is_file(),
        "it prints the package's path: {}",
        path.display()
    );
    path
}

fn contents(package: &Path) {
    let listing = said(Command::new("dpkg-deb").args(["--contents", text(package)]));
    let mut wanted = vec![
        "./usr/bin/millctl".to_owned(),
        "./usr/bin/millrace".to_owned(),
        "./usr/share/applications/millrace.desktop".to_owned(),
        "./usr/share/doc/millrace/Apache-2.0.txt".to_owned(),
        "./usr/share/doc/millrace/Inter-LICENSE.txt".to_owned(),
        "./usr/share/doc/millrace/JetBrainsMono-LICENSE.txt".to_owned(),
        "./usr/share/doc/millrace/MIT.txt".to_owned(),
        "./usr/share/doc/millrace/copyright".to_owned(),
        "./usr/share/icons/hicolor/scalable/apps/millrace.svg".to_owned(),
        "./usr/share/mime/packages/millrace.xml".to_owned(),
    ];
    for size in [16, 24, 32, 48, 64, 128, 256, 512] {
        wanted.push(format!(
            "./usr/share/icons/hicolor/{size}x{size}/apps/millrace.png"
        ));
    }
    for path in wanted {
        let line = listing
            .lines()
            .find(|line| line.ends_with(&format!(" {path}")));
        let line = line.unwrap_or_else(|| panic!("{path} is not in the package:\n{listing}"));
        assert!(line.contains("root/root"), "{line}");
        assert_eq!(
            path.contains("/bin/"),
            line.starts_with("-rwxr-xr-x"),
            "{line}"
        );
    }
}

fn control(package: &Path) {
    let field = |name: &str| {
        said(Command::new("dpkg-deb").args(["--field", text(package), name]))
            .trim()
            .to_owned()
    };
    assert_eq!(field("Package"), "millrace");
    assert_eq!(field("Version"), env!("CARGO_PKG_VERSION"));
    assert_eq!(
        field("Architecture"),
        said(Command::new("dpkg").arg("--print-architecture")).trim()
    );
    let depends = field("Depends");
    for library in [
        "libc6",
        "libstdc++6",
        "libvulkan1",
        "libxkbcommon0",
        "libwayland-client0",
    ] {
        assert!(
            depends.contains(library),
            "it depends on {library}: {depends}"
        );
    }
    assert!(field("Recommends").contains("mesa-vulkan-drivers"));
    assert!(field("Description").len() > 100, "it says what it is");
}

/// Root installs it with dpkg into a root of its own, so that dpkg's checks run; others unpack it.
fn install(package: &Path, home: &Path) -> PathBuf {
    let root = home.join("root");
    let admin = root.join("var/lib/dpkg");
    for folder in ["info", "updates", "triggers"] {
        fs::create_dir_all(admin.join(folder)).expect("a folder");
    }
    fs::write(admin.join("status"), "").expect("an empty list");
    if said(Command::new("id").arg("-u")).trim() != "0" {
        eprintln!("dpkg --install needs root: the package is unpacked instead");
        run(Command::new("dpkg-deb").args(["--extract", text(package), text(&root)]));
        return root;
    }
    let into = format!("--root={}", root.display());
    // What it depends on is on this machine, but not in that root.
    run(Command::new("dpkg").args([&into, "--force-depends", "--install", text(package)]));
    let status = said(Command::new("dpkg").args([&into, "--status", "millrace"]));
    assert!(status.contains("Status: install ok installed"), "{status}");
    let verified = run(Command::new("dpkg").args([&into, "--verify", "millrace"]));
    assert!(
        verified.stdout.is_empty(),
        "every file is as it was packed: {verified:?}"
    );
    root
}

/// The packaged window opens the project, holds it, and is still there after a while.
fn window(millrace: &Path, project: &Path) {
    let mut command = Command::new("xvfb-run");
    command.args([
        "--auto-servernum",
        "--server-args=-screen 0 1280x800x24",
        text(millrace),
        text(project),
    ]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    command
        .env("XDG_CONFIG_HOME", folder.path())
        .env("XDG_DATA_HOME", folder.path())
        .env("XDG_CACHE_HOME", folder.path())
        .env_remove("WAYLAND_DISPLAY");
    let mut running = crate::program::Running::start(&mut command);
    let session = project.join("session.json");
    let until = Instant::now() + Duration::from_secs(60);
    while !session.is_file() {
        assert!(
            !running.has_ended(),
            "the window ended at once: {}",
            running.wait().stderr
        );
        assert!(
            Instant::now() < until,
            "the window never opened the project"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    let opened = Instant::now();
    while opened.elapsed() < WATCHED {
        assert!(
            !running.has_ended(),
            "the window fell over: {}",
            running.wait().stderr
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    let listed = crate::program::millctl(&["--json", "-p", text(project), "data", "list"]).json();
    assert_eq!(listed, serde_json::json!([]), "the window answers millctl");
    end_family(running.id());
    running.wait();
}

/// xvfb-run does not pass a signal on to its window, so each program of the family is told.
fn end_family(parent: u32) {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
    for child in children.expect("Linux lists children").split_whitespace() {
        // It may have ended already, with the screen or with the window.
        let _gone = Command::new("kill").args(["-TERM", child]).output();
    }
}

/// The desktop's own tools understand what was installed.
fn registered(root: &Path) {
    let entry = fs::read_to_string(root.join("usr/share/applications/millrace.desktop"))
        .expect("the entry");
    for line in [
        "Exec=millrace %f",
        "Icon=millrace",
        "MimeType=application/x-millrace-project;",
    ] {
        assert!(
            entry.lines().any(|other| other == line),
            "the desktop entry says {line}"
        );
    }
    let mime = root.join("usr/share/mime");
    if Command::new("update-mime-database")
        .arg("-v")
        .output()
        .is_ok()
    {
        run(Command::new("update-mime-database").arg(&mime));
        let globs = fs::read_to_string(mime.join("globs2")).expect("the database");
        assert!(
            globs.contains("application/x-millrace-project:*.millrace"),
            "{globs}"
        );
    }
    let source = fs::read_to_string(mime.join("packages/millrace.xml")).expect("the MIME type");
    assert!(source.contains("<glob pattern=\"*.millrace\"/>"));
}

fn top() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let top = here.parent().and_then(Path::parent);
    top.expect("journeys lie two folders under the top")
        .to_owned()
}

#[track_caller]
fn run(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    assert!(
        output.status.success(),
        "{command:?} failed: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

#[track_caller]
fn said(command: &mut Command) -> String {
    String::from_utf8_lossy(&run(command).stdout).into_owned()
}

/// A package of two wrong programs is refused before it is built.
#[test]
fn a_missing_program_is_said() {
    let project = Project::new();
    let output = Command::new("bash")
        .arg(top().join("packaging/deb.sh"))
        .env("MILLRACE_BINARIES", &project.dir)
        .output()
        .expect("bash runs");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("has no program millrace"), "{said}");
}
