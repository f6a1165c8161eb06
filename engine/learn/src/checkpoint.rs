//! Checkpoints: all that a run needs to go on as if it had never been interrupted, in one file that is whole or not there.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, View};
use serde::{Deserialize, Serialize};

use crate::LearnError;
use crate::random::{fingerprint, fingerprint_values};

/// The file's name in a run's folder.
pub const CHECKPOINT: &str = "checkpoint.safetensors";

const PROGRESS: &str = "progress";
const FINGERPRINT: &str = "fingerprint";

/// The state of a run between two epochs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Checkpoint {
    pub(crate) progress: Progress,
    pub(crate) vectors: Vectors,
}

/// The part of the state that is vectors.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Vectors {
    pub(crate) parameters: Vec<f32>,
    pub(crate) first_moment: Vec<f32>,
    pub(crate) second_moment: Vec<f32>,
    /// Running, not corrected.
    pub(crate) statistics: Vec<f32>,
    pub(crate) best_parameters: Vec<f32>,
    /// Corrected.
    pub(crate) best_statistics: Vec<f32>,
}

impl Vectors {
    /// Whether these are the vectors of a network of this size.
    pub(crate) fn fit(&self, parameters: usize, statistics: usize) -> bool {
        let of = |vector: &Vec<f32>, length| vector.len() == length;
        of(&self.parameters, parameters)
            && of(&self.first_moment, parameters)
            && of(&self.second_moment, parameters)
            && of(&self.statistics, statistics)
            && of(&self.best_parameters, parameters)
            && of(&self.best_statistics, statistics)
    }

    fn named(&self) -> [(&'static str, &Vec<f32>); 6] {
        [
            ("parameters", &self.parameters),
            ("first_moment", &self.first_moment),
            ("second_moment", &self.second_moment),
            ("statistics", &self.statistics),
            ("best_parameters", &self.best_parameters),
            ("best_statistics", &self.best_statistics),
        ]
    }
}

/// The part of the state that is not vectors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// Of the recipe and the data; a checkpoint goes on with no other.
    pub(crate) identity: u64,
    pub(crate) epoch: u32,
    pub(crate) step: u64,
    pub(crate) best_epoch: u32,
    pub(crate) best_loss: Option<f64>,
    /// Epochs since the best one.
    pub(crate) worse_epochs: u32,
    /// Rows that training steps have seen, and in what time.
    pub(crate) samples: u64,
    pub(crate) loop_seconds: f64,
    pub(crate) seconds: f64,
}

impl Checkpoint {
    /// Replaces the folder's checkpoint; once this returns, it outlives a power cut.
    pub(crate) fn save(&self, folder: &Path) -> Result<(), LearnError> {
        let encode = |source: Box<dyn std::error::Error + Send + Sync>| LearnError::Encode {
            what: "checkpoint",
            source,
        };
        let progress =
            serde_json::to_string(&self.progress).map_err(|error| encode(error.into()))?;
        let metadata = HashMap::from([
            (
                FINGERPRINT.to_string(),
                self.fingerprint(&progress).to_string(),
            ),
            (PROGRESS.to_string(), progress),
        ]);
        let views = self
            .vectors
            .named()
            .map(|(name, values)| (name, Floats::vector(values)));
        let bytes =
            safetensors::serialize(views, Some(metadata)).map_err(|error| encode(error.into()))?;
        write_whole(&folder.join(CHECKPOINT), &bytes)
    }

    /// The folder's checkpoint. `None` if there is none, or if it is damaged: the run then begins anew, which costs time and
    /// nothing else, as the same recipe gives the same numbers.
    pub(crate) fn load(folder: &Path) -> Result<Option<Self>, LearnError> {
        let path = folder.join(CHECKPOINT);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(LearnError::Read { path, source }),
        };
        let parsed = Self::parse(&bytes);
        if parsed.is_none() {
            tracing::warn!(path = %path.display(), "the checkpoint is damaged; the run begins anew");
        }
        Ok(parsed)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let tensors = SafeTensors::deserialize(bytes).ok()?;
        let (_, metadata) = SafeTensors::read_metadata(bytes).ok()?;
        let metadata = metadata.metadata().as_ref()?;
        let progress = metadata.get(PROGRESS)?;
        let vector = |name: &str| -> Option<Vec<f32>> {
            let view = tensors.tensor(name).ok()?;
            let (words, rest) = view.data().as_chunks::<4>();
            (view.dtype() == Dtype::F32 && rest.is_empty())
                .then(|| words.iter().map(|word| f32::from_le_bytes(*word)).collect())
        };
        let checkpoint = Self {
            progress: serde_json::from_str(progress).ok()?,
            vectors: Vectors {
                parameters: vector("parameters")?,
                first_moment: vector("first_moment")?,
                second_moment: vector("second_moment")?,
                statistics: vector("statistics")?,
                best_parameters: vector("best_parameters")?,
                best_statistics: vector("best_statistics")?,
            },
        };
        let expected: u64 = metadata.get(FINGERPRINT)?.parse().ok()?;
        (checkpoint.fingerprint(progress) == expected).then_some(checkpoint)
    }

    /// Of every byte, so that a flipped bit is noticed.
    fn fingerprint(&self, progress: &str) -> u64 {
        self.vectors
            .named()
            .iter()
            .fold(fingerprint(0, progress.as_bytes()), |hash, (_, values)| {
                fingerprint_values(hash, values)
            })
    }
}

/// Single-precision values with a shape, as safetensors wants to see them.
pub(crate) struct Floats<'a> {
    shape: Vec<usize>,
    values: &'a [f32],
}

impl<'a> Floats<'a> {
    pub(crate) fn vector(values: &'a [f32]) -> Self {
        Self {
            shape: vec![values.len()],
            values,
        }
    }

    pub(crate) fn matrix(values: &'a [f32], rows: usize, columns: usize) -> Self {
        Self {
            shape: vec![rows, columns],
            values,
        }
    }
}

impl View for Floats<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let mut bytes = Vec::with_capacity(self.data_len());
        for value in self.values {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        bytes.into()
    }

    fn data_len(&self) -> usize {
        size_of_val(self.values)
    }
}

/// Writes a file whole or not at all: a temporary file beside it, synced, then renamed over it.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), LearnError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        sync_folder(folder)
    };
    write().map_err(|source| LearnError::Write {
        path: path.to_path_buf(),
        source,
    })
}

/// Makes a rename last. Only Unix opens folders as files; elsewhere the file system's own journal has to do.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
