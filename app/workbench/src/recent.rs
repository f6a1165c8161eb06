//! Recent projects, newest first.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// More than this do not fit on the welcome screen.
const MOST: usize = 10;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Recent {
    #[serde(default)]
    pub(crate) projects: Vec<RecentProject>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RecentProject {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    /// When it was last opened or closed, in milliseconds since 1970.
    pub(crate) opened: i64,
}

impl Recent {
    /// What the file says; a file that cannot be read is as good as none.
    pub(crate) fn read(text: Option<&str>) -> Self {
        text.and_then(|text| toml::from_str(text).ok())
            .unwrap_or_default()
    }

    pub(crate) fn written(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }

    pub(crate) fn opened(&mut self, path: &Path, name: &str, now: i64) {
        self.forget(path);
        self.projects.insert(
            0,
            RecentProject {
                path: path.to_owned(),
                name: name.to_owned(),
                opened: now,
            },
        );
        self.projects.truncate(MOST);
    }

    /// It was in use until now.
    pub(crate) fn touch(&mut self, path: &Path, now: i64) {
        let known = self.projects.iter_mut();
        for project in known.filter(|project| project.path == path) {
            project.opened = now;
        }
    }

    pub(crate) fn forget(&mut self, path: &Path) {
        self.projects.retain(|project| project.path != path);
    }
}
