//! The registry: models, their versions and the aliases that point at them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Metrics, ModelName, ModelPackage, ModelVersionRef, RunId, Signature, Timestamp};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    pub name: ModelName,
    pub versions: Vec<Arc<ModelVersion>>,
    /// `champion` -> 3.
    pub aliases: BTreeMap<Arc<str>, u32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelVersion {
    pub id: ModelVersionRef,
    pub run: RunId,
    pub created: Timestamp,
    pub package: ModelPackage,
    /// How large each file of the package is; what was registered before this was noted has none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub file_bytes: BTreeMap<Arc<str>, u64>,
    pub signature: Arc<Signature>,
    pub metrics: Metrics,
    /// The largest difference between the trainer's own predictions and the ONNX's on held-out rows
    /// (probabilities, or values in units of the target's standard deviation).
    pub onnx_max_abs_diff: f64,
    /// Rows that the difference was measured on.
    pub onnx_compared_rows: u64,
}

/// How a person names a version: `wine`, `wine@2`, `wine@champion`. Without a version the alias `champion` is meant, or else the newest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelSelector {
    pub model: ModelName,
    pub version: VersionSelector,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionSelector {
    ChampionOrNewest,
    Number(u32),
    Alias(Arc<str>),
}

impl ModelSelector {
    /// Reads `NAME`, `NAME@3` or `NAME@alias`. `None` if the name or what follows `@` is empty.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, version) = match text.rsplit_once('@') {
            None => (text, VersionSelector::ChampionOrNewest),
            Some((_, "")) => return None,
            Some((name, version)) => match version.trim_start_matches('v').parse() {
                Ok(number) => (name, VersionSelector::Number(number)),
                Err(_) => (name, VersionSelector::Alias(version.into())),
            },
        };
        (!name.is_empty()).then(|| Self {
            model: ModelName::new(name),
            version,
        })
    }
}

impl Model {
    /// The version that a selector means, if it exists.
    pub fn select(&self, selector: &VersionSelector) -> Option<&Arc<ModelVersion>> {
        let number = match selector {
            VersionSelector::Number(number) => *number,
            VersionSelector::Alias(alias) => *self.aliases.get(alias)?,
            VersionSelector::ChampionOrNewest => match self.aliases.get("champion") {
                Some(number) => *number,
                None => return self.versions.last(),
            },
        };
        self.versions
            .iter()
            .find(|version| version.id.version == number)
    }
}
