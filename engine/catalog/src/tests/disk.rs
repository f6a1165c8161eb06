//! A small disk of its own for a test, where the system lends one.

use std::path::Path;
use std::process::Command;

/// Mounted for as long as it lives.
pub(super) struct SmallDisk {
    pub(super) folder: tempfile::TempDir,
}

impl SmallDisk {
    /// `None` where mounting is refused, as it is to people who are not root.
    pub(super) fn mount(bytes: u64) -> Option<Self> {
        let folder = super::folder();
        run(
            "mount",
            &["-t", "tmpfs", "-o", &format!("size={bytes}"), "millrace"],
            folder.path(),
        )
        .then_some(Self { folder })
    }

    pub(super) fn make_read_only(&self) -> bool {
        run("mount", &["-o", "remount,ro"], self.folder.path())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        run("umount", &["-l"], self.folder.path());
    }
}

fn run(program: &str, arguments: &[&str], path: &Path) -> bool {
    let output = Command::new(program).args(arguments).arg(path).output();
    output.is_ok_and(|output| output.status.success())
}
