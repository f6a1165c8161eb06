//! Disks that are full or read-only: mounted for a test, and gone after it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::program::{Project, text};

/// A view of a project that cannot be written, also not by root: a read-only mount, or, for others, permissions.
pub(crate) struct ReadOnly {
    pub(crate) dir: PathBuf,
    is_mounted: bool,
}

impl ReadOnly {
    pub(crate) fn new(project: &Project) -> Self {
        if !is_root() {
            shell("chmod", &["-R", "a-w", text(&project.dir)]);
            return Self {
                dir: project.dir.clone(),
                is_mounted: false,
            };
        }
        let dir = project.beside("view");
        fs::create_dir(&dir).expect("a folder");
        shell("mount", &["--bind", text(&project.dir), text(&dir)]);
        shell("mount", &["-o", "remount,bind,ro", text(&dir)]);
        Self {
            dir,
            is_mounted: true,
        }
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        match self.is_mounted {
            true => shell("umount", &[text(&self.dir)]),
            false => shell("chmod", &["-R", "u+w", text(&self.dir)]),
        }
    }
}

/// A disk of a few megabytes: a tmpfs, which only root may mount; others are told so.
pub(crate) struct SmallDisk {
    pub(crate) dir: PathBuf,
    _home: tempfile::TempDir,
}

impl SmallDisk {
    pub(crate) fn new(megabytes: u32) -> Self {
        assert!(
            is_root(),
            "a small disk has to be mounted, which needs root: run this test as root, for example in a container"
        );
        let home = tempfile::tempdir().expect("a temporary folder");
        let dir = home.path().join("disk");
        fs::create_dir(&dir).expect("a folder");
        shell(
            "mount",
            &[
                "-t",
                "tmpfs",
                "-o",
                &format!("size={megabytes}m"),
                "millrace-small-disk",
                text(&dir),
            ],
        );
        Self { dir, _home: home }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a killed program may need a moment to let go.
        shell("umount", &["-l", text(&self.dir)]);
    }
}

fn is_root() -> bool {
    let output = Command::new("id")
        .arg("-u")
        .output()
        .expect("id is a program of every Unix");
    output.stdout.starts_with(b"0\n")
}

fn shell(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program} does not start: {error}"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // A failed clean-up must not hide why a test failed.
    assert!(
        output.status.success() || std::thread::panicking(),
        "{program} {arguments:?}: {said}"
    );
}

/// Or else the test of a full disk would prove nothing.
#[test]
fn the_small_disk_is_as_small_as_it_says() {
    let disk = SmallDisk::new(2);
    let full = fs::write(disk.dir.join("large"), vec![0_u8; 3 << 20]);
    assert_eq!(
        full.map_err(|error| error.kind()),
        Err(std::io::ErrorKind::StorageFull)
    );
}
