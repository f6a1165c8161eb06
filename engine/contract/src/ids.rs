//! Ids are types: short, readable, cheap to clone, and never mixed up.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($name:ident, $prefix:literal, $what:literal) => {
        #[doc = concat!("Names ", $what, "; looks like `", $prefix, "-7k2m9qx4`.")]
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Makes an id from 40 random bits, written as eight letters and digits that cannot be misread.
            #[inline]
            pub fn from_random(bits: u64) -> Self {
                Self(crockford(concat!($prefix, "-"), bits).into())
            }

            /// Wraps text that came from a person or a file; whether it exists is for the catalog to say.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

id!(RunId, "run", "one training run");
id!(TaskId, "task", "a long piece of work with progress");
id!(RequestId, "req", "one answered prediction request");
id!(ProjectId, "project", "a project folder");

/// A dataset's name; names are unique in a project, so the name is the id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DatasetName(pub Arc<str>);

/// A registered model's name; unique in a project.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelName(pub Arc<str>);

macro_rules! name {
    ($name:ident) => {
        impl $name {
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

name!(DatasetName);
name!(ModelName);

/// One immutable version of a dataset, written `wine@2`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DataVersionRef {
    pub dataset: DatasetName,
    /// Counts from 1.
    pub version: u32,
}

impl fmt::Display for DataVersionRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.dataset, self.version)
    }
}

/// One registered version of a model, written `wine-quality@3`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModelVersionRef {
    pub model: ModelName,
    /// Counts from 1.
    pub version: u32,
}

impl fmt::Display for ModelVersionRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.model, self.version)
    }
}

/// BLAKE3 of some content: 64 lower-case hexadecimal digits. It is also the content's name in the object store.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(pub Arc<str>);

impl Digest {
    pub fn new(hexadecimal: impl Into<Arc<str>>) -> Self {
        Self(hexadecimal.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first ten digits, for people.
    pub fn short(&self) -> &str {
        self.0.get(..10).unwrap_or(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A moment in UTC, in milliseconds since 1970. Order comes from sequence numbers, never from this.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp {
    pub unix_millis: i64,
}

/// Eight digits of Crockford's base 32, without i, l, o and u, after a prefix.
#[inline]
fn crockford(prefix: &str, bits: u64) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut text = String::with_capacity(prefix.len() + 8);
    text.push_str(prefix);
    text.extend((0..8).map(|place| char::from(DIGITS[(bits >> (place * 5)) as usize & 31])));
    text
}
