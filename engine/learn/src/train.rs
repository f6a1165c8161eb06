//! One run from its job to its package.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use burn::tensor::Device;
use contract::{DeviceChoice, Metrics, Predicted, Recipe, RunReport, SplitRows, Values};

use crate::device::{Chosen, choose, failure};
use crate::evaluate::{Evaluated, Model, Part, baseline, evaluate, importance};
use crate::fit::{Clock, Fitted, Loop};
use crate::metrics::{confusion, predicted_classes, prefixed};
use crate::net::{Folded, Predictor};
use crate::package::{self, Contents};
use crate::plan::{Plan, check_settings};
use crate::prepare::{Preparation, Target, feature_columns};
use crate::random::{fingerprint, fingerprint_values};
use crate::split::{Split, split};
use crate::{Control, Job, LearnError, Observer, Outcome};

/// Rows of a report's picture of predicted against actual values.
const PICTURED_ROWS: usize = 2_000;

/// Trains, evaluates and packs. Blocks the calling thread, which should be the run's own: a GPU's work is ordered by thread.
/// A panic of the device's backend comes back as an error; whatever the run has written stays.
///
/// # Errors
/// When the data or the recipe cannot be learned from, the loss stops being a number, the device fails, or a file cannot be written.
pub fn train(
    job: &Job,
    control: &Control,
    observer: &mut dyn Observer,
) -> Result<Outcome, LearnError> {
    let clock = Clock::start();
    check_settings(&job.recipe)?;
    let chosen = choose(job.recipe.device)?;
    chosen.run(|device| {
        observer.stage("preparing");
        let prepared = Prepared::new(job)?;
        tracing::info!(run = %job.run, device = %chosen.info.name, rows = job.frame.rows, "training");
        prepared.run(job, (&chosen, device), (control, observer), clock)
    })
}

/// The data as the network sees it.
struct Prepared<'a> {
    /// The features' raw columns, in the recipe's order.
    values: Vec<&'a Values>,
    preparation: Preparation,
    target: Target,
    plan: Plan,
    training: Part,
    validation: Part,
    test: Part,
    /// Rows that no part has.
    without_target: usize,
}

impl<'a> Prepared<'a> {
    fn new(job: &'a Job) -> Result<Self, LearnError> {
        let (recipe, frame) = (&job.recipe, &job.frame);
        let column = frame
            .column(&recipe.target)
            .ok_or_else(|| LearnError::NoColumn(recipe.target.to_string()))?;
        let Split {
            train,
            validation,
            test,
            missing_target,
        } = split(recipe, column)?;
        if missing_target > 0 {
            tracing::warn!(run = %job.run, rows = missing_target, "rows without a target are left out");
        }
        let target = Target::learn(recipe, frame, &train)?;
        let values = feature_columns(recipe, frame)?;
        let preparation = Preparation::learn(recipe, &values, &train)?;
        let plan = Plan::new(recipe, &preparation, target.outputs(), train.len())?;
        let part = |rows: Vec<usize>| -> Result<Part, LearnError> {
            Ok(Part {
                encoded: preparation.encode(&values, &rows)?,
                actual: target.of(&rows),
                rows,
            })
        };
        Ok(Self {
            training: part(train)?,
            validation: part(validation)?,
            test: part(test)?,
            without_target: missing_target,
            plan,
            preparation,
            values,
            target,
        })
    }

    fn run(
        &self,
        job: &Job,
        (chosen, device): (&Chosen, &Device),
        (control, observer): (&Control, &mut dyn Observer),
        clock: Clock,
    ) -> Result<Outcome, LearnError> {
        observer.stage("training");
        let mut training = Loop {
            job,
            control,
            observer: &mut *observer,
            chosen,
            device: device.clone(),
            plan: &self.plan,
            target: &self.target,
            training: &self.training,
            validation: &self.validation,
            identity: self.identity(job)?,
            clock,
        };
        let fitted = training.run()?;
        let clock = training.clock;
        let before = fitted.progress.seconds - clock.seconds();

        observer.stage("evaluating");
        let folded = Folded::new(&self.plan, &fitted.parameters, &fitted.statistics);
        let predictor = Predictor::new(&folded, device, job.recipe.task.is_classification());
        let judged = Judged {
            training: self.judge(chosen, &predictor, &self.training)?,
            validation: self.judge(chosen, &predictor, &self.validation)?,
            test: self.judge(chosen, &predictor, &self.test)?,
        };
        let mut report = self.report(&fitted, &judged)?;
        let (held_out, _) = self.held_out(&judged)?;
        let model = Model {
            preparation: &self.preparation,
            target: &self.target,
            folded: &folded,
            features: job
                .recipe
                .features
                .iter()
                .map(|feature| feature.name.clone())
                .collect(),
            seed: job.recipe.seed,
        };
        report.importance = importance(&predictor, &model, held_out, control)
            .map_err(|text| failure(chosen, text))?;

        observer.stage("packing");
        let files = self.pack(job, &fitted, &folded, (&report, &judged))?;
        Ok(Outcome {
            report,
            stopped: fitted.stopped,
            files,
            training_rows: self.training.rows.clone(),
            reference_predictions: judged
                .validation
                .or(judged.training)
                .map_or(Predicted::Values(Vec::new()), |judged| judged.predicted),
            seconds: before + clock.seconds(),
        })
    }

    fn pack(
        &self,
        job: &Job,
        fitted: &Fitted,
        folded: &Folded,
        (report, judged): (&RunReport, &Judged),
    ) -> Result<BTreeMap<Arc<str>, PathBuf>, LearnError> {
        let (held_out, evaluated) = self.held_out(judged)?;
        let contents = Contents {
            recipe: &job.recipe,
            values: &self.values,
            preparation: &self.preparation,
            target: &self.target,
            plan: &self.plan,
            parameters: &fitted.parameters,
            statistics: &fitted.statistics,
            folded,
            report,
            holdout: (&held_out.rows, &evaluated.predicted),
        };
        package::write(&job.folder, &contents)
    }

    /// `None` of a part without rows.
    fn judge(
        &self,
        chosen: &Chosen,
        predictor: &Predictor,
        part: &Part,
    ) -> Result<Option<Evaluated>, LearnError> {
        if part.rows.is_empty() {
            return Ok(None);
        }
        evaluate(predictor, &self.target, part)
            .map(Some)
            .map_err(|text| failure(chosen, text))
    }

    /// The rows that the report and the hold-out are about: the test split, or what there is instead when it is empty.
    fn held_out<'b>(&'b self, judged: &'b Judged) -> Result<(&'b Part, &'b Evaluated), LearnError> {
        [
            (&self.test, &judged.test),
            (&self.validation, &judged.validation),
            (&self.training, &judged.training),
        ]
        .into_iter()
        .find_map(|(part, judged)| judged.as_ref().map(|judged| (part, judged)))
        .ok_or(LearnError::NoRows)
    }

    fn report(&self, fitted: &Fitted, judged: &Judged) -> Result<RunReport, LearnError> {
        let mut metrics = Metrics::new();
        for (prefix, judged) in [
            ("train", &judged.training),
            ("validation", &judged.validation),
            ("test", &judged.test),
        ] {
            if let Some(judged) = judged {
                metrics.extend(prefixed(prefix, &judged.named));
                metrics.insert(Arc::from(format!("{prefix}/loss")), judged.loss);
            }
        }
        let (part, evaluated) = self.held_out(judged)?;
        let prefix = if judged.test.is_some() {
            "test"
        } else if judged.validation.is_some() {
            "validation"
        } else {
            "train"
        };
        let (confusion, predicted_vs_actual) = match &evaluated.predicted {
            Predicted::Classes {
                probabilities,
                class_count,
            } => {
                let predicted = predicted_classes(probabilities, *class_count);
                (
                    confusion(&predicted, &part.actual, *class_count),
                    Vec::new(),
                )
            }
            Predicted::Values(values) => (Vec::new(), picture(&part.actual, values)),
        };
        let progress = &fitted.progress;
        Ok(RunReport {
            metrics,
            baseline: prefixed(prefix, &baseline(&self.target, &part.actual)),
            rows: SplitRows {
                train: self.training.rows.len() as u64,
                validation: self.validation.rows.len() as u64,
                test: self.test.rows.len() as u64,
                without_target: self.without_target as u64,
            },
            epochs_run: progress.epoch,
            best_epoch: progress.best_epoch,
            classes: self.target.class_labels().to_vec(),
            confusion,
            predicted_vs_actual,
            importance: Vec::new(),
            parameters: self.plan.length as u64,
            samples_per_second: if progress.loop_seconds > 0.0 {
                progress.samples as f64 / progress.loop_seconds
            } else {
                0.0
            },
        })
    }

    /// Of the recipe without its device and of the encoded training rows: a checkpoint of anything else would be another run's.
    fn identity(&self, job: &Job) -> Result<u64, LearnError> {
        // A run that lost its GPU may go on without one.
        let recipe = Recipe {
            device: DeviceChoice::Auto,
            ..job.recipe.clone()
        };
        let recipe = serde_json::to_vec(&recipe).map_err(|error| LearnError::Encode {
            what: "recipe",
            source: error.into(),
        })?;
        let mut hash = fingerprint(0, &recipe);
        hash = fingerprint_values(hash, &self.training.encoded.numbers);
        for indices in &self.training.encoded.categories {
            hash = indices
                .iter()
                .fold(hash, |hash, index| fingerprint(hash, &index.to_le_bytes()));
        }
        Ok(self
            .training
            .actual
            .iter()
            .fold(hash, |hash, value| fingerprint(hash, &value.to_le_bytes())))
    }
}

struct Judged {
    training: Option<Evaluated>,
    validation: Option<Evaluated>,
    test: Option<Evaluated>,
}

/// Evenly spaced pairs of actual and predicted values.
fn picture(actual: &[f64], predicted: &[f64]) -> Vec<(f64, f64)> {
    let every = actual.len().div_ceil(PICTURED_ROWS).max(1);
    actual
        .iter()
        .copied()
        .zip(predicted.iter().copied())
        .step_by(every)
        .collect()
}
