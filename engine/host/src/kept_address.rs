//! Where a project was served last, and the key: kept beside the project for its owner alone, so that clients and snippets stay good.
//!
//! It is no fact: neither the journal nor a backup has it.

use std::path::Path;

use contract::ServerAddress;
use serde::{Deserialize, Serialize};

use crate::socket::write_private;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptAddress {
    pub port: u16,
    pub key: String,
}

impl KeptAddress {
    /// `None` if the project was never served, or the file cannot be read: then it is served at a new address.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }

    /// A failure costs the next server its address, nothing else.
    pub(crate) fn write(path: &Path, address: &ServerAddress) {
        let Some(port) = port_of(address) else { return };
        let kept = Self {
            port,
            key: address.key.clone(),
        };
        if Self::read(path).as_ref() == Some(&kept) {
            return;
        }
        let written = serde_json::to_vec(&kept)
            .map_err(std::io::Error::other)
            .and_then(|bytes| write_private(path, &bytes));
        if let Err(error) = written {
            tracing::warn!("the address of the server could not be kept: {error}");
        }
    }
}

pub(crate) fn port_of(address: &ServerAddress) -> Option<u16> {
    address.url.rsplit(':').next()?.parse().ok()
}
