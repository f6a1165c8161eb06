//! The training loop: epochs of mini-batches, validation, early stopping, checkpoints.

use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::tensor::{Device, Tensor, TensorData};
use contract::SECONDS_KEY;

use crate::batch::{Cut, Gather, order};
use crate::checkpoint::{Checkpoint, Progress, Vectors};
use crate::device::{Chosen, failure};
use crate::evaluate::{Part, evaluate};
use crate::net::{self, Folded, Predictor};
use crate::optimise::{AdamW, Moments, learning_rate};
use crate::plan::Plan;
use crate::prepare::Target;
use crate::writer::Writer;
use crate::{Control, Job, LearnError, Observer};

/// Losses are read back from the device after so many batches: often enough to notice a NaN and to obey soon, seldom enough not to
/// make a GPU wait.
const READ_EVERY: usize = 64;

/// A person sees no more steps of a progress bar than ten a second.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Weight of the newest batch in the running statistics of a norm.
const MOMENTUM: f64 = 0.1;

/// A checkpoint is taken after every epoch, unless copying it off the device would take more than this share of the training's time,
/// or the thread that writes it would be busy more than that share of its own: epochs of two milliseconds do not keep a disk busy with
/// syncing. What a kill can cost is then at most fifty copies or five writes.
const COPY_SHARE: f64 = 0.02;
const WRITE_SHARE: f64 = 0.2;

/// Where the loop works, and on what.
pub(crate) struct Loop<'a> {
    pub(crate) job: &'a Job,
    pub(crate) control: &'a Control,
    pub(crate) observer: &'a mut dyn Observer,
    pub(crate) chosen: &'a Chosen,
    pub(crate) device: Device,
    pub(crate) plan: &'a Plan,
    pub(crate) target: &'a Target,
    pub(crate) training: &'a Part,
    pub(crate) validation: &'a Part,
    /// Of the recipe and the data.
    pub(crate) identity: u64,
    pub(crate) clock: Clock,
}

/// Time since a start, without the time that was spent parked.
pub(crate) struct Clock {
    started: Instant,
    parked: Duration,
    /// When progress was last told; epochs may be far shorter than anybody can read.
    shown: Option<Instant>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
            parked: Duration::ZERO,
            shown: None,
        }
    }

    /// Whether progress is due again.
    fn shows(&mut self) -> bool {
        let is_due = self
            .shown
            .is_none_or(|shown| shown.elapsed() >= PROGRESS_EVERY);
        if is_due {
            self.shown = Some(Instant::now());
        }
        is_due
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.started
            .elapsed()
            .saturating_sub(self.parked)
            .as_secs_f64()
    }
}

/// When the next checkpoint may be taken.
#[derive(Default)]
struct Pace {
    /// Seconds on the run's clock.
    last: f64,
    copy_seconds: f64,
    write_seconds: f64,
}

impl Pace {
    fn is_due(&self, now: f64) -> bool {
        let since = now - self.last;
        self.copy_seconds <= since * COPY_SHARE && self.write_seconds <= since * WRITE_SHARE
    }
}

/// The weights that a fit ends with, in memory.
pub(crate) struct Fitted {
    pub(crate) parameters: Vec<f32>,
    /// Running means and variances, corrected for their start at zero.
    pub(crate) statistics: Vec<f32>,
    pub(crate) progress: Progress,
    pub(crate) stopped: bool,
}

/// What changes while training.
struct State {
    parameters: Tensor<1>,
    moments: Moments,
    /// Running means and variances of every norm, not corrected; absent without batch norm.
    statistics: Option<Tensor<1>>,
    best: Weights,
    progress: Progress,
}

/// One state of the network, in memory.
#[derive(Clone, Default)]
struct Weights {
    parameters: Vec<f32>,
    /// Corrected.
    statistics: Vec<f32>,
}

impl Loop<'_> {
    /// Trains until the last epoch, until the validation loss has not improved for `patience` epochs, or until stopped.
    pub(crate) fn run(&mut self) -> Result<Fitted, LearnError> {
        let mut state = self.start()?;
        let training = &self.job.recipe.training;
        let (epochs, patience) = (training.epochs, training.patience);
        let before = (state.progress.seconds, state.progress.loop_seconds);
        let begun = self.clock.seconds();
        let mut writer = Writer::start(self.job.folder.clone())?;
        let mut pace = Pace {
            last: begun,
            ..Pace::default()
        };
        let mut stopped = false;
        while state.progress.epoch < epochs
            && (patience == 0 || state.progress.worse_epochs < patience)
        {
            let (next, loss) = self.epoch(state)?;
            state = next;
            let Some(loss) = loss else {
                stopped = true;
                break;
            };
            state.progress.seconds = before.0 + self.clock.seconds();
            let current = self.judge(&mut state, loss)?;
            let now = self.clock.seconds();
            state.progress.seconds = before.0 + now;
            state.progress.loop_seconds = before.1 + now - begun;
            if let Some(written) = writer.collect()? {
                pace.write_seconds = written.seconds;
                self.observer.checkpoint(written.epoch);
            }
            if !writer.is_busy() && pace.is_due(now) {
                writer.write(self.checkpoint(&state, current)?)?;
                pace.last = now;
                pace.copy_seconds = self.clock.seconds() - now;
            }
        }
        let now = self.clock.seconds();
        state.progress.seconds = before.0 + now;
        state.progress.loop_seconds = before.1 + now - begun;
        if let Some(written) = writer.wait()? {
            self.observer.checkpoint(written.epoch);
        }
        if state.best.parameters.is_empty() {
            state.best = self.read(&state)?;
        }
        Ok(Fitted {
            parameters: state.best.parameters,
            statistics: state.best.statistics,
            progress: state.progress,
            stopped,
        })
    }

    /// A fresh state, or the checkpoint's.
    fn start(&self) -> Result<State, LearnError> {
        let statistics = self.plan.statistics();
        let checkpoint = if self.job.resume {
            Checkpoint::load(&self.job.folder)?
        } else {
            None
        };
        let (vectors, progress) = match checkpoint {
            Some(found)
                if found.progress.identity != self.identity
                    || !found.vectors.fit(self.plan.length, statistics) =>
            {
                return Err(LearnError::ForeignCheckpoint {
                    path: self.job.folder.join(crate::checkpoint::CHECKPOINT),
                });
            }
            Some(found) => (found.vectors, found.progress),
            None => {
                let vectors = Vectors {
                    parameters: self.plan.initial(self.job.recipe.seed),
                    first_moment: vec![0.0; self.plan.length],
                    second_moment: vec![0.0; self.plan.length],
                    statistics: vec![0.0; statistics],
                    ..Vectors::default()
                };
                let progress = Progress {
                    identity: self.identity,
                    ..Progress::default()
                };
                (vectors, progress)
            }
        };
        Ok(State {
            parameters: self.upload(vectors.parameters),
            moments: Moments {
                first: self.upload(vectors.first_moment),
                second: self.upload(vectors.second_moment),
            },
            statistics: (statistics > 0).then(|| self.upload(vectors.statistics)),
            best: Weights {
                parameters: vectors.best_parameters,
                statistics: vectors.best_statistics,
            },
            progress,
        })
    }

    /// One pass over the training rows. Gives the mean loss, or `None` if the run was stopped on the way. The state is handed through by
    /// value, so that its vectors have one owner and are updated where they are.
    fn epoch(&mut self, mut state: State) -> Result<(State, Option<f64>), LearnError> {
        let recipe = &self.job.recipe;
        let rows = self.training.encoded.rows;
        let cut = Cut::new(rows, recipe.training.batch_size);
        let epoch = state.progress.epoch + 1;
        let steps = cut.batches as u64 * u64::from(recipe.training.epochs);
        let optimiser = AdamW {
            weight_decay: recipe.training.weight_decay,
            is_on_cpu: self.chosen.is_cpu(),
        };
        let gather = Gather {
            plan: self.plan,
            target: self.target,
            training: self.training,
            seed: recipe.seed,
            device: self.device.clone(),
        };
        let order = order(rows, recipe.seed, epoch);
        let mut losses = Losses::new(epoch, cut);
        for number in 0..cut.batches {
            let (stop, parked) = self.control.gate();
            self.clock.parked += parked;
            if stop {
                return Ok((state, None));
            }
            let batch = gather.batch(&order[cut.range(number)], epoch, number);
            let step = net::step(
                self.plan,
                &state.parameters,
                batch,
                recipe.task.is_classification(),
            );
            let rate = learning_rate(recipe.training.learning_rate, state.progress.step, steps);
            state.progress.step += 1;
            (state.parameters, state.moments) = optimiser
                .step(
                    state.parameters,
                    step.gradient,
                    state.moments,
                    (state.progress.step, rate),
                )
                .map_err(|text| failure(self.chosen, text))?;
            state.statistics = state
                .statistics
                .zip(step.statistics)
                .map(|(running, newest)| {
                    running.mul_scalar(1.0 - MOMENTUM) + newest.mul_scalar(MOMENTUM)
                });
            losses.push(step.loss);
            if losses.waiting() == READ_EVERY || number + 1 == cut.batches {
                losses.read().map_err(|error| self.explain(error))?;
            }
            if self.clock.shows() {
                let share = (number + 1) as f64 / cut.batches as f64;
                self.observer.progress(epoch, recipe.training.epochs, share);
            }
        }
        state.progress.epoch = epoch;
        state.progress.samples += rows as u64;
        Ok((state, Some(losses.mean())))
    }

    /// Validates, remembers the best weights, and tells the observer. Gives the present parameters, for a checkpoint.
    fn judge(&mut self, state: &mut State, train_loss: f64) -> Result<Weights, LearnError> {
        let training = &self.job.recipe.training;
        let epoch = state.progress.epoch;
        let current = self.read(state)?;
        let mut points: Vec<(Arc<str>, f64)> = vec![("train/loss".into(), train_loss)];
        if self.validation.encoded.rows > 0 {
            let folded = Folded::new(self.plan, &current.parameters, &current.statistics);
            let predictor = Predictor::new(
                &folded,
                &self.device,
                self.job.recipe.task.is_classification(),
            );
            let judged = evaluate(&predictor, self.target, self.validation)
                .map_err(|text| failure(self.chosen, text))?;
            if !judged.loss.is_finite() {
                let batch = Cut::new(self.training.encoded.rows, training.batch_size).batches;
                return Err(LearnError::LossNotFinite { epoch, batch });
            }
            points.push(("validation/loss".into(), judged.loss));
            points.extend(
                judged
                    .named
                    .iter()
                    .map(|(name, value)| (format!("validation/{name}").into(), *value)),
            );
            if state
                .progress
                .best_loss
                .is_none_or(|best| judged.loss < best)
            {
                state.progress.best_loss = Some(judged.loss);
                state.progress.worse_epochs = 0;
                state.progress.best_epoch = epoch;
                state.best = current.clone();
            } else {
                state.progress.worse_epochs += 1;
            }
        } else {
            state.progress.best_epoch = epoch;
            state.best = current.clone();
        }
        let steps = state.progress.step / u64::from(epoch) * u64::from(training.epochs);
        let rate = learning_rate(training.learning_rate, state.progress.step - 1, steps);
        points.push(("learning_rate".into(), rate));
        points.push((SECONDS_KEY.into(), state.progress.seconds));
        self.observer.epoch(epoch, &points);
        Ok(current)
    }

    /// A copy of the present state, which `current` is a part of, to be written while training goes on.
    fn checkpoint(&self, state: &State, current: Weights) -> Result<Checkpoint, LearnError> {
        let statistics = match &state.statistics {
            Some(statistics) => self.download(statistics)?,
            None => Vec::new(),
        };
        Ok(Checkpoint {
            progress: state.progress.clone(),
            vectors: Vectors {
                parameters: current.parameters,
                first_moment: self.download(&state.moments.first)?,
                second_moment: self.download(&state.moments.second)?,
                statistics,
                best_parameters: state.best.parameters.clone(),
                best_statistics: state.best.statistics.clone(),
            },
        })
    }

    /// The network as it is now. The running statistics started at zero, and are divided by what a constant would have grown to
    /// since (as Adam corrects its moments), so that they are right from the first epoch on.
    fn read(&self, state: &State) -> Result<Weights, LearnError> {
        let mut statistics = match &state.statistics {
            Some(statistics) => self.download(statistics)?,
            None => Vec::new(),
        };
        let grown = 1.0 - (1.0 - MOMENTUM).powf(state.progress.step as f64);
        if grown > 0.0 {
            for value in &mut statistics {
                *value = (f64::from(*value) / grown) as f32;
            }
        }
        Ok(Weights {
            parameters: self.download(&state.parameters)?,
            statistics,
        })
    }

    fn upload(&self, values: Vec<f32>) -> Tensor<1> {
        let length = values.len();
        Tensor::from_data(TensorData::new(values, [length]), &self.device)
    }

    fn download(&self, tensor: &Tensor<1>) -> Result<Vec<f32>, LearnError> {
        tensor
            .try_to_vec_as::<f32>()
            .map_err(|error| failure(self.chosen, error.to_string()))
    }

    fn explain(&self, problem: LossProblem) -> LearnError {
        match problem {
            LossProblem::NotFinite { epoch, batch } => LearnError::LossNotFinite { epoch, batch },
            LossProblem::Unreadable(text) => failure(self.chosen, text),
        }
    }
}

enum LossProblem {
    NotFinite { epoch: u32, batch: usize },
    Unreadable(String),
}

/// The losses of an epoch: kept on the device, read back in bundles, weighted by the sizes of their batches.
struct Losses {
    epoch: u32,
    cut: Cut,
    unread: Vec<Tensor<1>>,
    read: usize,
    sum: f64,
    rows: usize,
}

impl Losses {
    fn new(epoch: u32, cut: Cut) -> Self {
        Self {
            epoch,
            cut,
            unread: Vec::with_capacity(READ_EVERY),
            read: 0,
            sum: 0.0,
            rows: 0,
        }
    }

    fn push(&mut self, loss: Tensor<1>) {
        self.unread.push(loss);
    }

    fn waiting(&self) -> usize {
        self.unread.len()
    }

    fn read(&mut self) -> Result<(), LossProblem> {
        let values = Tensor::cat(std::mem::take(&mut self.unread), 0)
            .try_into_vec_as::<f32>()
            .map_err(|error| LossProblem::Unreadable(error.to_string()))?;
        for value in values {
            let rows = self.cut.range(self.read).len();
            self.read += 1;
            if !value.is_finite() {
                return Err(LossProblem::NotFinite {
                    epoch: self.epoch,
                    batch: self.read,
                });
            }
            self.sum += f64::from(value) * rows as f64;
            self.rows += rows;
        }
        Ok(())
    }

    fn mean(&self) -> f64 {
        self.sum / self.rows as f64
    }
}
