//! The thread of one run: reads the data, trains, and stores the model package.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use catalog::Objects;
use contract::{
    ColumnType, Digest, Frame, MetricPoint, ModelPackage, Recipe, Refusal, RunId, Signature,
};
use learn::{Job, Observer, Outcome};

use super::{EndedRun, RunEvent};
use crate::clock;
use crate::error::refuse;
use crate::room::Input;
use crate::tasks::Meter;

/// All that the thread of one run needs.
pub(super) struct RunThread {
    pub(super) run: RunId,
    pub(super) recipe: Recipe,
    pub(super) object: Digest,
    pub(super) objects: Arc<Objects>,
    pub(super) folder: PathBuf,
    pub(super) resume: bool,
    pub(super) control: Arc<learn::Control>,
    pub(super) meter: Meter,
    pub(super) inbox: SyncSender<Input>,
}

impl RunThread {
    pub(super) fn work(self) {
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.train()));
        let result = outcome.unwrap_or_else(|panic| {
            let what = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or(panic.downcast_ref::<&str>().copied());
            Err(Refusal::with_hint(
                format!(
                    "the run stopped because of a fault in the program: {}",
                    what.unwrap_or("no message")
                ),
                "resume it from its last checkpoint; the rest of the program goes on",
            ))
        });
        let _closing = self.inbox.send(Input::Run(RunEvent::Ended {
            run: self.run.clone(),
            result: result.map(Box::new),
        }));
    }

    fn train(&self) -> Result<EndedRun, Refusal> {
        #[cfg(test)]
        self.break_while("reading");
        self.meter.set("reading the data", 0, None, "rows");
        let parquet = self
            .objects
            .path(&self.object)
            .map_err(|error| refuse(&error, error.hint()))?;
        let frame = self.read(&parquet)?;
        std::fs::create_dir_all(&self.folder)
            .map_err(|error| Refusal::new(format!("no folder for checkpoints: {error}")))?;
        let job = Job {
            run: self.run.clone(),
            recipe: self.recipe.clone(),
            frame,
            folder: self.folder.clone(),
            resume: self.resume,
        };
        let mut reporter = Reporter {
            thread: self,
            notes: super::notes::Writer::open(&self.folder),
        };
        let outcome = learn::train(&job, &self.control, &mut reporter)
            .map_err(|error| refuse(&error, error.hint()))?;
        self.meter.set("storing the model", 0, None, "files");
        let package = self.store(&job.frame, &outcome)?;
        let mut report = outcome.report;
        // What has no value on these rows is left out: a fact holds numbers only.
        report.metrics.retain(|_, value| value.is_finite());
        report.baseline.retain(|_, value| value.is_finite());
        Ok(EndedRun {
            report,
            stopped: outcome.stopped,
            package,
        })
    }

    fn read(&self, parquet: &Path) -> Result<Frame, Refusal> {
        let target_type = if self.recipe.task.is_classification() {
            ColumnType::Text
        } else {
            ColumnType::Float
        };
        let mut columns = vec![(self.recipe.target.clone(), target_type)];
        columns.extend(
            self.recipe
                .features
                .iter()
                .map(|feature| (feature.name.clone(), feature.column_type)),
        );
        data::read_frame(parquet, &columns).map_err(|error| refuse(&error, error.hint()))
    }

    /// A fault in the program, where a test asks for one by the name of its experiment; resumed, the run meets it no more.
    #[cfg(test)]
    fn break_while(&self, doing: &str) {
        let is_asked = *self.recipe.experiment == *format!("broken while {doing}");
        assert!(
            self.resume || !is_asked,
            "an index is 3 and the length is 2"
        );
    }

    /// Every file of the package becomes an object, and so does the reference that drift is measured against.
    fn store(&self, frame: &Frame, outcome: &Outcome) -> Result<ModelPackage, Refusal> {
        let mut files = BTreeMap::new();
        for (name, path) in &outcome.files {
            let digest = self
                .objects
                .put_file(path)
                .map_err(|error| refuse(&error, error.hint()))?;
            files.insert(name.clone(), digest);
        }
        let signature = files
            .get("signature.json")
            .ok_or_else(|| Refusal::new("the model package has no signature"))?;
        let bytes = self
            .objects
            .read(signature)
            .map_err(|error| refuse(&error, error.hint()))?;
        let signature: Signature = serde_json::from_slice(&bytes)
            .map_err(|error| Refusal::new(format!("the signature is unreadable: {error}")))?;
        let reference = watch::reference(
            &signature,
            frame,
            &outcome.training_rows,
            &outcome.reference_predictions,
        );
        let bytes = serde_json::to_vec(&reference)
            .map_err(|error| Refusal::new(format!("the drift reference: {error}")))?;
        let digest = self
            .objects
            .put_bytes(&bytes)
            .map_err(|error| refuse(&error, error.hint()))?;
        files.insert("reference.json".into(), digest);
        Ok(ModelPackage { files })
    }
}

struct Reporter<'a> {
    thread: &'a RunThread,
    notes: super::notes::Writer,
}

impl Observer for Reporter<'_> {
    fn epoch(&mut self, epoch: u32, points: &[(Arc<str>, f64)]) {
        let at = clock::now();
        let point = |(key, value): &(Arc<str>, f64)| MetricPoint {
            key: key.clone(),
            step: u64::from(epoch),
            value: *value,
            at,
        };
        let points: Vec<MetricPoint> = points.iter().map(point).collect();
        self.notes.write(&points);
        let _closing = self.thread.inbox.send(Input::Run(RunEvent::Epoch {
            run: self.thread.run.clone(),
            points,
        }));
        #[cfg(test)]
        if epoch == 4 {
            self.thread.break_while("training");
        }
    }

    fn progress(&mut self, epoch: u32, epochs: u32, share_of_epoch: f64) {
        let ended = u64::from(if share_of_epoch >= 1.0 {
            epoch
        } else {
            epoch.saturating_sub(1)
        });
        self.thread
            .meter
            .set("training", ended, Some(u64::from(epochs)), "epochs");
        if self
            .thread
            .meter
            .cancel_flag()
            .load(std::sync::atomic::Ordering::Acquire)
        {
            self.thread.control.stop();
        }
    }

    fn checkpoint(&mut self, epoch: u32) {
        let _closing = self.thread.inbox.send(Input::Run(RunEvent::Checkpoint {
            run: self.thread.run.clone(),
            epoch,
        }));
    }

    fn stage(&mut self, stage: &'static str) {
        self.thread.meter.set(stage, 0, None, "");
    }
}
