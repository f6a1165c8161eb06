//! The work of one import, on its own thread: hash, read, profile, store.

use std::collections::BTreeMap;
use std::sync::Arc;

use catalog::Objects;
use contract::{DataVersionRef, Digest, ReaderOptions, Refusal, TaskId};
use data::{Control, DataError, ImportRequest, Progress};

use super::{Outcome, file_name};
use crate::error::{refuse, sentence};
use crate::tasks::Meter;

pub(super) struct ImportJob {
    pub(super) task: TaskId,
    pub(super) request: ImportRequest,
    pub(super) known: BTreeMap<Digest, (DataVersionRef, ReaderOptions)>,
    pub(super) objects: Arc<Objects>,
    pub(super) meter: Meter,
}

impl ImportJob {
    pub(super) fn run(self) -> Outcome {
        let report = |progress: Progress| {
            self.meter
                .set(progress.stage, progress.done, progress.total, progress.unit)
        };
        let control = Control {
            cancel: self.meter.cancel_flag(),
            progress: &report,
        };
        match self.read(&control) {
            Ok(outcome) => outcome,
            Err(Failure::Data(DataError::Cancelled)) => Outcome::Cancelled,
            Err(Failure::Data(error)) => Outcome::Failed(Refusal {
                error: format!(
                    "{} was not imported: {}",
                    file_name(&self.request.path),
                    sentence(&error)
                ),
                hint: error.hint().map(str::to_owned),
            }),
            Err(Failure::Objects(error)) => Outcome::Failed(refuse(&error, error.hint())),
        }
    }

    fn read(&self, control: &Control<'_>) -> Result<Outcome, Failure> {
        // Asked for again with other options or roles, the same bytes are another version.
        let asks_for_nothing_new =
            self.request.options == ReaderOptions::default() && self.request.roles.is_empty();
        if asks_for_nothing_new && !self.known.is_empty() {
            let (digest, _bytes) = data::hash_file(&self.request.path, control)?;
            if let Some((id, _options)) = self.known.get(&digest) {
                return Ok(Outcome::Known(id.clone()));
            }
        }
        let folder = self.objects.temporary()?;
        let imported = data::import(&self.request, folder.path(), control)?;
        let bytes = std::fs::metadata(&imported.parquet)
            .map(|meta| meta.len())
            .unwrap_or_default();
        let object = self.objects.put_file(&imported.parquet)?;
        let rejects = imported
            .rejects
            .as_ref()
            .map(|path| self.objects.put_file(path))
            .transpose()?;
        Ok(Outcome::Read {
            imported: Box::new(imported),
            object,
            bytes,
            rejects,
        })
    }
}

enum Failure {
    Data(DataError),
    Objects(catalog::CatalogError),
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        Self::Data(error)
    }
}

impl From<catalog::CatalogError> for Failure {
    fn from(error: catalog::CatalogError) -> Self {
        Self::Objects(error)
    }
}
