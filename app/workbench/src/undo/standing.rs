//! How one thing of a project stands: where an alias points, what an endpoint serves, whether a folder is watched, what its columns are.

use std::path::PathBuf;
use std::sync::Arc;

use contract::{
    ColumnSpec, Command, DataVersionRef, ModelName, ModelSelector, ModelVersionRef, Snapshot,
    VersionSelector,
};

/// One thing and its state. The same command leads from any state to this one, so going back is going to the state before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Standing {
    /// Without a version there is no such alias.
    Alias {
        model: ModelName,
        alias: Arc<str>,
        version: Option<u32>,
    },
    /// Without a version the model is not served.
    Served {
        model: ModelName,
        version: Option<u32>,
    },
    Watched {
        path: PathBuf,
        is_watched: bool,
    },
    Columns {
        version: DataVersionRef,
        columns: Vec<ColumnSpec>,
    },
}

impl Standing {
    /// What a command leaves behind; `None` when it is none that can be taken back.
    pub(crate) fn after(command: &Command, snapshot: &Snapshot) -> Option<Self> {
        match command {
            Command::SetAlias { version, alias } => Some(Self::Alias {
                model: version.model.clone(),
                alias: alias.clone(),
                version: Some(version.version),
            }),
            Command::RemoveAlias { model, alias } => Some(Self::Alias {
                model: model.clone(),
                alias: alias.clone(),
                version: None,
            }),
            Command::StartEndpoint { selector, .. } => {
                let mut models = snapshot.models.iter();
                let model = models.find(|model| model.name == selector.model)?;
                let version = model.select(&selector.version)?;
                Some(Self::Served {
                    model: model.name.clone(),
                    version: Some(version.id.version),
                })
            }
            Command::StopEndpoint { model } => Some(Self::Served {
                model: model.clone(),
                version: None,
            }),
            Command::WatchFolder { path } => Some(Self::Watched {
                path: path.clone(),
                is_watched: true,
            }),
            Command::ForgetFolder { path } => Some(Self::Watched {
                path: path.clone(),
                is_watched: false,
            }),
            Command::EditColumns { version, columns } => Some(Self::Columns {
                version: version.clone(),
                columns: columns.clone(),
            }),
            _ => None,
        }
    }

    /// The same thing as it stands now; `None` when the project does not know it.
    pub(crate) fn now(&self, snapshot: &Snapshot) -> Option<Self> {
        match self {
            Self::Alias { model, alias, .. } => {
                let mut models = snapshot.models.iter();
                let found = models.find(|known| known.name == *model)?;
                Some(Self::Alias {
                    model: model.clone(),
                    alias: alias.clone(),
                    version: found.aliases.get(alias).copied(),
                })
            }
            Self::Served { model, .. } => {
                let mut endpoints = snapshot.endpoints.iter();
                let found = endpoints.find(|view| view.endpoint.name == *model);
                Some(Self::Served {
                    model: model.clone(),
                    version: found.map(|view| view.endpoint.version.version),
                })
            }
            Self::Watched { path, .. } => Some(Self::Watched {
                path: path.clone(),
                is_watched: snapshot.watched_folders.contains(path),
            }),
            Self::Columns { version, .. } => {
                let mut datasets = snapshot.datasets.iter();
                let dataset = datasets.find(|dataset| dataset.name == version.dataset)?;
                let mut versions = dataset.versions.iter();
                let found = versions.find(|known| known.id == *version)?;
                Some(Self::Columns {
                    version: version.clone(),
                    columns: found.columns.clone(),
                })
            }
        }
    }

    pub(crate) fn holds(&self, snapshot: &Snapshot) -> bool {
        self.now(snapshot).as_ref() == Some(self)
    }

    pub(crate) fn is_of_the_same_thing(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Alias { model, alias, .. },
                Self::Alias {
                    model: other_model,
                    alias: other_alias,
                    ..
                },
            ) => (model, alias) == (other_model, other_alias),
            (Self::Served { model, .. }, Self::Served { model: other, .. }) => model == other,
            (Self::Watched { path, .. }, Self::Watched { path: other, .. }) => path == other,
            (Self::Columns { version, .. }, Self::Columns { version: other, .. }) => {
                version == other
            }
            _ => false,
        }
    }

    /// The command that leads here from wherever the thing stands. `port` is where a server is to listen that has to be started.
    pub(crate) fn command(&self, port: u16) -> Command {
        match self.clone() {
            Self::Alias {
                model,
                alias,
                version: Some(version),
            } => Command::SetAlias {
                version: ModelVersionRef { model, version },
                alias,
            },
            Self::Alias { model, alias, .. } => Command::RemoveAlias { model, alias },
            Self::Served {
                model,
                version: Some(version),
            } => Command::StartEndpoint {
                selector: ModelSelector {
                    model,
                    version: VersionSelector::Number(version),
                },
                port,
            },
            Self::Served { model, .. } => Command::StopEndpoint { model },
            Self::Watched {
                path,
                is_watched: true,
            } => Command::WatchFolder { path },
            Self::Watched { path, .. } => Command::ForgetFolder { path },
            Self::Columns { version, columns } => Command::EditColumns { version, columns },
        }
    }

    /// The version that an alias points at or an endpoint serves.
    pub(crate) fn version(&self) -> Option<u32> {
        match self {
            Self::Alias { version, .. } | Self::Served { version, .. } => *version,
            Self::Watched { .. } | Self::Columns { .. } => None,
        }
    }

    /// As a person reads it, such as “champion points at wine@2”.
    pub(crate) fn said(&self) -> String {
        match self {
            Self::Alias {
                model,
                alias,
                version: Some(version),
            } => format!("“{alias}” points at {model}@{version}"),
            Self::Alias { model, alias, .. } => format!("{model} has no alias “{alias}”"),
            Self::Served {
                model,
                version: Some(version),
            } => format!("{model}@{version} is served"),
            Self::Served { model, .. } => format!("{model} is not served"),
            Self::Watched { path, is_watched } => {
                let word = if *is_watched {
                    "watched"
                } else {
                    "not watched"
                };
                format!("{} is {word}", path.display())
            }
            Self::Columns { version, .. } => format!("{version} has other types and roles"),
        }
    }
}
