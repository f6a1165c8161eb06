//! What can go wrong in a run, as sentences with a next step.

use std::path::PathBuf;

use thiserror::Error;

#[derive(Debug, Error)]
pub enum LearnError {
    #[error("the data has no column “{0}”")]
    NoColumn(String),
    #[error("two features have the name “{0}”")]
    SameName(String),
    #[error("the recipe has no feature to learn from")]
    NoFeatures,
    #[error("every feature has only one value in the training rows")]
    NothingToLearn,
    #[error("the data has no rows")]
    NoRows,
    #[error("every value of the target “{0}” is missing")]
    TargetMissing(String),
    #[error("the target “{target}” has only the class “{class}”")]
    OneClass { target: String, class: String },
    #[error("the target “{target}” has {classes} classes, more than {limit}")]
    TooManyClasses {
        target: String,
        classes: usize,
        limit: usize,
    },
    #[error("the target “{0}” holds text, which a regression cannot predict")]
    TextTarget(String),
    #[error("the feature “{name}” is {expected} in the recipe and not in the data")]
    WrongType {
        name: String,
        expected: &'static str,
    },
    #[error("{what} is {value}, which cannot be")]
    Setting { what: &'static str, value: String },
    #[error("the loss is not a finite number in epoch {epoch}, batch {batch}")]
    LossNotFinite { epoch: u32, batch: usize },
    #[error("the run needs about {needed_bytes} bytes of memory, more than can be given")]
    TooLarge { needed_bytes: u128 },
    #[error("there is no GPU, not even a software one")]
    NoGpu,
    #[error("the device {device} cannot be used: {text}")]
    DeviceUnusable { device: String, text: String },
    #[error("the device {device} ran out of memory: {text}")]
    OutOfMemory { device: String, text: String },
    #[error("the device {device} was lost: {text}")]
    DeviceLost { device: String, text: String },
    #[error("training failed unexpectedly: {0}")]
    Panicked(String),
    #[error("the system gives no thread for checkpoints")]
    NoThread(#[source] std::io::Error),
    #[error("the checkpoint belongs to another recipe or other data: {}", path.display())]
    ForeignCheckpoint { path: PathBuf },
    #[error("cannot write {}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot read {}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the {what} cannot be written down")]
    Encode {
        what: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl LearnError {
    /// What the reader can do.
    pub fn hint(&self) -> Option<&str> {
        Some(match self {
            Self::NoColumn(_) => "choose the target and the features anew from the data's columns",
            Self::SameName(_) => "rename one of the columns",
            Self::NoFeatures => "give at least one column the role feature",
            Self::NothingToLearn => "add features that differ from row to row, or more rows",
            Self::NoRows => "import a file that has rows below its header",
            Self::TargetMissing(_) => {
                "choose another target, or fill in its values and import again"
            }
            Self::OneClass { .. } => {
                "a model needs at least two classes to tell apart; choose another target or add rows of another class"
            }
            Self::TooManyClasses { .. } => {
                "group the rare classes, or treat the target as a number (regression)"
            }
            Self::TextTarget(_) => "train a classification, or choose a target that is a number",
            Self::WrongType { .. } => {
                "start a new run, so that the recipe is made from the data's present types"
            }
            Self::Setting { .. } => "change this setting of the recipe",
            Self::LossNotFinite { .. } => {
                "lower the learning rate (a tenth is a good try), and look for extreme values in the data's profile"
            }
            Self::TooLarge { .. } => {
                "make the layers or the batches smaller, or train on fewer rows or features"
            }
            Self::NoGpu => "train on the CPU, or install a Vulkan, Metal or DirectX 12 driver",
            Self::DeviceUnusable { .. } => "train on the CPU, or update the graphics driver",
            Self::OutOfMemory { .. } => {
                "close other programs and resume the run, or resume it on the CPU (`millctl runs resume RUN --device cpu`); else make its batches or layers smaller"
            }
            Self::DeviceLost { .. } => {
                "resume the run: it goes on from its last checkpoint, if it must be on the CPU (`millctl runs resume RUN --device cpu`)"
            }
            Self::NoThread(_) => "close other programs, then resume the run",
            Self::Panicked(_) => "resume the run: it goes on from its last checkpoint",
            Self::ForeignCheckpoint { .. } => "start a new run instead of resuming this one",
            Self::Write { .. } => {
                "free some space or check the folder's permissions, then resume the run: its last checkpoint is kept"
            }
            Self::Read { .. } => "check the disk and the file's permissions",
            Self::Encode { .. } => return None,
        })
    }
}
