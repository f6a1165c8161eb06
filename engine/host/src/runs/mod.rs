//! Runs: one pinned thread each; curves and milestones come back through the inbox, checkpoints stay on disk.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::asker::Asker;
use crate::clock;
use crate::error::{failed, guarded, refuse, sentence};
use crate::room::{Input, Room};
use crate::series;
use contract::{
    Answer, DataVersion, DeviceChoice, Digest, Fact, MetricPoint, ModelPackage, NoticeLevel,
    Recipe, Refusal, RunId, RunReport, RunState, TaskId, TaskState,
};

/// Two runs share a device well enough to compare them live; more would only slow each other down.
pub(crate) const MOST_RUNS_AT_ONCE: usize = 2;
/// Checkpoints are written every epoch; the journal hears of one at most this often.
const CHECKPOINT_FACT_EVERY: Duration = Duration::from_secs(10);

pub(crate) mod notes;
mod thread;

use thread::RunThread;

struct ActiveRun {
    control: Arc<learn::Control>,
    task: TaskId,
    asker: Asker,
    started: Instant,
    /// Seconds from before an interruption.
    seconds_before: f64,
    /// A resumed run repeats epochs after its checkpoint; their old points go when the first new one comes.
    is_resumed: bool,
    last_checkpoint_fact: Instant,
}

#[derive(Default)]
pub(crate) struct Runs {
    active: HashMap<RunId, ActiveRun>,
}

/// What a run's thread says.
pub(crate) enum RunEvent {
    Epoch {
        run: RunId,
        points: Vec<MetricPoint>,
    },
    Checkpoint {
        run: RunId,
        epoch: u32,
    },
    Ended {
        run: RunId,
        result: Result<Box<EndedRun>, Refusal>,
    },
    Sealed {
        run: RunId,
        ended: Box<EndedRun>,
        series: Option<Digest>,
    },
}

pub(crate) struct EndedRun {
    report: RunReport,
    stopped: bool,
    package: ModelPackage,
}

impl Room {
    pub(crate) fn start_run(&mut self, recipe: Recipe, asker: &Asker) {
        if let Err(refusal) = self.try_start_run(recipe, asker) {
            self.conclude(asker, Err(refusal));
        }
    }

    fn try_start_run(&mut self, recipe: Recipe, asker: &Asker) -> Result<(), Refusal> {
        self.check_room_for_run()?;
        let version = self
            .state
            .data_version(&recipe.data.dataset, Some(recipe.data.version))?
            .clone();
        check_columns(&recipe, &version)?;
        let device = device_name(recipe.device)?;
        let run = RunId::from_random(clock::random_bits());
        let fact = Fact::RunStarted {
            run: run.clone(),
            recipe: Box::new(recipe.clone()),
            device,
        };
        self.commit(&asker.actor, vec![fact])?;
        self.launch(&run, recipe, (&version, false), asker)
    }

    fn check_room_for_run(&self) -> Result<(), Refusal> {
        if self.runs.active.len() >= MOST_RUNS_AT_ONCE {
            let error = format!("{MOST_RUNS_AT_ONCE} runs are going already");
            return Err(Refusal::with_hint(
                error,
                "wait for one of them to end, or stop it",
            ));
        }
        Ok(())
    }

    fn launch(
        &mut self,
        run: &RunId,
        recipe: Recipe,
        (version, resume): (&DataVersion, bool),
        asker: &Asker,
    ) -> Result<(), Refusal> {
        let stored = self.state.run(run)?;
        let (number, seconds_before) = (stored.number, if resume { stored.seconds } else { 0.0 });
        let title = format!("Train run {number} on {}", recipe.data);
        let (task, meter) = self.tasks.start(title, Some(run.clone()), asker);
        let control = Arc::new(learn::Control::default());
        let thread = RunThread {
            run: run.clone(),
            recipe,
            object: version.object.clone(),
            objects: self.objects.clone(),
            folder: self.layout.runs().join(run.as_str()),
            resume,
            control: control.clone(),
            meter,
            inbox: self.inbox.clone(),
        };
        let spawned = std::thread::Builder::new()
            .name(format!("run-{number}"))
            .spawn(move || thread.work());
        if let Err(error) = spawned {
            self.tasks.end(&task, TaskState::Failed(error.to_string()));
            let error = format!("no thread for the run: {error}");
            self.commit(
                &asker.actor,
                vec![Fact::RunFailed {
                    run: run.clone(),
                    seconds: 0.0,
                    error: error.clone(),
                }],
            )?;
            return Err(Refusal::new(error));
        }
        let now = Instant::now();
        let active = ActiveRun {
            control,
            task,
            asker: asker.clone(),
            started: now,
            seconds_before,
            is_resumed: resume,
            last_checkpoint_fact: now,
        };
        self.runs.active.insert(run.clone(), active);
        self.dirty = true;
        Ok(())
    }

    pub(crate) fn pause_run(&mut self, id: &RunId, asker: &Asker) {
        let answer = self
            .state
            .run(id)
            .map(|run| run.id.clone())
            .and_then(|run| {
                let Some(active) = self.runs.active.get(&run) else {
                    return Err(Refusal::new(format!("{run} does not run")));
                };
                active.control.pause();
                self.commit(&asker.actor, vec![Fact::RunPaused { run }])?;
                Ok(Answer::Done)
            });
        self.conclude(asker, answer);
    }

    pub(crate) fn stop_run(&mut self, id: &RunId, asker: &Asker) {
        let answer = self
            .state
            .run(id)
            .map(|run| run.id.clone())
            .and_then(|run| match self.runs.active.get(&run) {
                Some(active) => {
                    active.control.resume();
                    active.control.stop();
                    Ok(Answer::Done)
                }
                None => Err(Refusal::new(format!("{run} does not run"))),
            });
        self.conclude(asker, answer);
    }

    /// A paused run goes on; an interrupted one starts again from its last checkpoint, on another device if asked.
    pub(crate) fn resume_run(&mut self, id: &RunId, device: Option<DeviceChoice>, asker: &Asker) {
        if let Err(refusal) = self.try_resume_run(id, device, asker) {
            self.conclude(asker, Err(refusal));
        }
    }

    fn try_resume_run(
        &mut self,
        id: &RunId,
        device: Option<DeviceChoice>,
        asker: &Asker,
    ) -> Result<(), Refusal> {
        let stored = self.state.run(id)?.clone();
        let run = stored.id.clone();
        if let Some(active) = self.runs.active.get(&run) {
            active.control.resume();
            if stored.state == RunState::Paused {
                let fact = Fact::RunResumed {
                    run,
                    from_epoch: 0,
                    device: None,
                };
                self.commit(&asker.actor, vec![fact])?;
            }
            asker.answer(Ok(Answer::Done));
            return Ok(());
        }
        if !matches!(stored.state, RunState::Interrupted | RunState::Failed) {
            let error = format!("run {} is {}", stored.number, stored.state.word());
            return Err(Refusal::with_hint(
                error,
                "only a paused, interrupted or failed run can be resumed; start a new one instead",
            ));
        }
        self.check_room_for_run()?;
        let data = &stored.recipe.data;
        let version = self
            .state
            .data_version(&data.dataset, Some(data.version))?
            .clone();
        let mut recipe = stored.recipe.clone();
        recipe.device = device.unwrap_or(recipe.device);
        let device = device_name(recipe.device)?;
        let from_epoch = self.restore_points(&run);
        self.commit(
            &asker.actor,
            vec![Fact::RunResumed {
                run: run.clone(),
                from_epoch,
                device: Some(device),
            }],
        )?;
        self.launch(&run, recipe, (&version, true), asker)
    }

    /// Points that the killed program had not yet given to the catalog come from its notes. Returns the newest epoch that was noted.
    fn restore_points(&mut self, run: &RunId) -> u32 {
        let noted = notes::read(&self.layout.runs().join(run.as_str()));
        let Some((_, last)) = noted.span() else {
            return 0;
        };
        self.curves.replace(run, &noted.points, noted.went_back);
        let again = run.clone();
        self.catalog.desk.work(move |catalog| {
            if let Err(error) = series::give_notes(catalog, &again, &noted) {
                tracing::error!("noted metric points are missing: {}", sentence(&error));
            }
        });
        u32::try_from(last).unwrap_or(u32::MAX)
    }

    pub(crate) fn take_run_event(&mut self, event: RunEvent) {
        // Epochs may come by the thousand; the loop shows them when it is time to.
        self.dirty |= !matches!(event, RunEvent::Epoch { .. });
        if let RunEvent::Ended { run, .. } = &event {
            self.curves.settle(run);
        }
        match event {
            RunEvent::Epoch { run, points } => self.take_epoch(&run, points),
            RunEvent::Checkpoint { run, epoch } => {
                let Some(active) = self.runs.active.get_mut(&run) else {
                    return;
                };
                if active.last_checkpoint_fact.elapsed() >= CHECKPOINT_FACT_EVERY {
                    active.last_checkpoint_fact = Instant::now();
                    self.commit_or_tell(vec![Fact::CheckpointSaved { run, epoch }]);
                }
            }
            RunEvent::Ended {
                run,
                result: Err(refusal),
            } => self.fail_run(&run, refusal),
            RunEvent::Ended {
                run,
                result: Ok(ended),
            } => self.seal_run(run, ended),
            RunEvent::Sealed { run, ended, series } => self.finish_run(&run, *ended, series),
        }
    }

    fn take_epoch(&mut self, run: &RunId, points: Vec<MetricPoint>) {
        let Some(active) = self.runs.active.get_mut(run) else {
            return;
        };
        if active.is_resumed {
            active.is_resumed = false;
            let kept = points
                .first()
                .map_or(0, |point| point.step.saturating_sub(1));
            self.curves.cut(run, kept);
            let again = run.clone();
            self.catalog.desk.work(move |catalog| {
                if let Err(error) = catalog.drop_points_after(&again, kept) {
                    tracing::error!("old metric points stay: {}", sentence(&error));
                }
            });
        }
        let seconds = active.seconds_before + active.started.elapsed().as_secs_f64();
        self.curves.add(run, &points);
        self.state.edit_run(run, |run| {
            run.seconds = seconds;
            let metrics = points
                .iter()
                .filter(|point| &*point.key != contract::SECONDS_KEY);
            run.metrics
                .extend(metrics.map(|point| (point.key.clone(), point.value)));
        });
        self.catalog.desk.points(run.clone(), points);
    }

    /// The series becomes an object before the run's end becomes a fact that names it.
    fn seal_run(&mut self, run: RunId, ended: Box<EndedRun>) {
        let (objects, inbox) = (self.objects.clone(), self.inbox.clone());
        self.catalog.desk.work(move |catalog| {
            // However it goes, the run has ended.
            let sealed = guarded("sealing its series", || {
                let sealed = objects.temporary().and_then(|folder| {
                    let file = folder.path().join("series.parquet");
                    catalog.seal_points(&run, &file)?;
                    objects.put_file(&file)
                });
                sealed.map_err(|error| refuse(&error, error.hint()))
            });
            let series = sealed
                .map_err(|refusal| {
                    tracing::error!("the series of {run} was not sealed: {}", refusal.error)
                })
                .ok();
            let _closing = inbox.send(Input::Run(RunEvent::Sealed { run, ended, series }));
        });
    }

    fn finish_run(&mut self, run: &RunId, ended: EndedRun, series: Option<Digest>) {
        let Some(active) = self.runs.active.remove(run) else {
            return;
        };
        let seconds = active.seconds_before + active.started.elapsed().as_secs_f64();
        let fact = Fact::RunFinished {
            run: run.clone(),
            stopped: ended.stopped,
            seconds,
            report: Box::new(ended.report),
            package: ended.package,
            series,
        };
        let answer = self
            .commit(&active.asker.actor, vec![fact])
            .and_then(|_| Ok(Answer::Runs(vec![self.state.run(run)?.clone()])));
        match &answer {
            Ok(_) => {
                self.remove_run_folder(run);
                self.tasks.end(&active.task, TaskState::Finished);
                self.tell_of_run(run, &active.asker);
            }
            // A run whose end cannot be noted must not look as if it went on.
            Err(refusal) => {
                self.tasks.end(&active.task, failed(refusal));
                self.commit_or_tell(vec![Fact::RunFailed {
                    run: run.clone(),
                    seconds,
                    error: format!("its end could not be noted: {}", refusal.error),
                }]);
            }
        }
        self.conclude(&active.asker, answer);
    }

    fn tell_of_run(&mut self, run: &RunId, asker: &Asker) {
        let (false, Ok(run)) = (asker.is_waiting(), self.state.run(run)) else {
            return;
        };
        let metric = run.recipe.task.main_metric();
        let value = run.metrics.get(format!("test/{metric}").as_str()).copied();
        let title = format!("Run {} {}", run.number, run.state.word());
        let detail = value.map(|value| format!("held-out {metric} {value:.4}"));
        self.tell(NoticeLevel::Done, &title, detail, None);
    }

    fn fail_run(&mut self, run: &RunId, refusal: Refusal) {
        let Some(active) = self.runs.active.remove(run) else {
            return;
        };
        let seconds = active.seconds_before + active.started.elapsed().as_secs_f64();
        self.tasks.end(&active.task, failed(&refusal));
        let error = match &refusal.hint {
            Some(hint) => format!("{} ({hint})", refusal.error),
            None => refusal.error.clone(),
        };
        self.commit_or_tell(vec![Fact::RunFailed {
            run: run.clone(),
            seconds,
            error,
        }]);
        self.conclude(&active.asker, Err(refusal));
    }

    fn remove_run_folder(&self, run: &RunId) {
        let folder = self.layout.runs().join(run.as_str());
        if let Err(error) = std::fs::remove_dir_all(&folder)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!("the working folder of {run} stays: {error}");
        }
    }

    /// When the program ends, runs end with it; their checkpoints let them resume.
    pub(crate) fn interrupt_runs(&mut self) -> Vec<Fact> {
        let active = std::mem::take(&mut self.runs.active);
        let interrupt = |(run, active): (RunId, ActiveRun)| {
            active.control.resume();
            active.control.stop();
            active.asker.answer(Err(Refusal::with_hint(
                format!("{run} was interrupted: the program was closed"),
                format!("`millctl runs resume {run}` takes it up again"),
            )));
            Fact::RunInterrupted { run }
        };
        active.into_iter().map(interrupt).collect()
    }
}

fn device_name(choice: DeviceChoice) -> Result<String, Refusal> {
    let device = learn::choose_device(choice).map_err(|error| refuse(&error, error.hint()))?;
    Ok(format!("{} ({})", device.name, device.backend))
}

/// Says what is wrong before a thread is started for it.
fn check_columns(recipe: &Recipe, version: &DataVersion) -> Result<(), Refusal> {
    let has = |name: &str| version.columns.iter().any(|column| &*column.name == name);
    let names =
        std::iter::once(&recipe.target).chain(recipe.features.iter().map(|feature| &feature.name));
    for name in names {
        if !has(name) {
            return Err(Refusal::with_hint(
                format!("{} has no column “{name}”", version.id),
                format!("`millctl data show {}` lists its columns", version.id),
            ));
        }
    }
    if recipe.features.is_empty() {
        return Err(Refusal::with_hint(
            "there is no feature to learn from",
            "give at least one column the role feature",
        ));
    }
    Ok(())
}
