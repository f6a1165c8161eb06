//! What the window promises, tested.
#![expect(clippy::disallowed_methods, reason = "tests wait, and look at files")]

mod actions;
mod columns;
mod dropping;
mod fallback;
mod filling;
mod frames;
mod fuzzy;
mod guests;
mod layout;
mod path_dialog;
mod pictures;
mod reading_order;
mod road;
mod settings;
mod undo;
mod window;

use std::sync::Arc;

use contract::Snapshot;
use egui_kittest::Harness;

use crate::app::{App, Options};
use crate::disk::Folders;
use crate::engine::Link;

/// A window of its own, with files of its own that go when it goes.
struct TestWindow {
    harness: Harness<'static, App>,
    folder: tempfile::TempDir,
}

fn folders(folder: &tempfile::TempDir) -> Folders {
    Folders {
        config: folder.path().join("config"),
        data: folder.path().join("data"),
        projects: folder.path().join("projects"),
    }
}

impl TestWindow {
    /// The real window, without a project.
    fn new() -> Self {
        Self::with(|builder| builder)
    }

    fn with(
        configure: impl FnOnce(egui_kittest::HarnessBuilder<App>) -> egui_kittest::HarnessBuilder<App>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let options = Options {
            folders: folders(&folder),
            start: None,
            began: std::time::Instant::now(),
        };
        let builder = Harness::builder().with_size([1320.0, 860.0]);
        let harness =
            configure(builder).build_eframe(|cc| App::new(cc, options).expect("a window"));
        Self { harness, folder }
    }

    /// The real window over a picture of a project that stays.
    fn over(snapshot: Snapshot) -> Self {
        let mut window = Self::new();
        window.show(snapshot);
        window
    }

    /// The same, with the drawings of the graphics card on software Vulkan.
    fn drawn_over(snapshot: Snapshot) -> Self {
        let mut window = Self::with(egui_kittest::HarnessBuilder::wgpu);
        window.show(snapshot);
        window
    }

    fn show(&mut self, snapshot: Snapshot) {
        let link = Link::Still {
            snapshot: Arc::new(snapshot),
            asked: std::cell::RefCell::default(),
        };
        let path = self.folder.path().join("still.millrace");
        self.harness.state_mut().opened(path, link);
        self.harness.run();
    }

    /// What was asked of the engine.
    fn asked(&self) -> Vec<contract::Command> {
        match self.harness.state().project_link() {
            Some(Link::Still { asked, .. }) => asked.borrow().clone(),
            _ => Vec::new(),
        }
    }
}
