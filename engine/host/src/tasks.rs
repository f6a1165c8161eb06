//! Long work as people see it: done, total, rate, time left, cancel.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use contract::{RunId, TaskId, TaskState, TaskView};

use crate::asker::Asker;
use crate::clock;

/// Ended tasks that the tray still shows.
const MOST_ENDED: usize = 50;

/// What a worker says of its progress: the newest value wins.
#[derive(Clone, Default)]
pub(crate) struct Meter {
    now: Arc<Mutex<Reading>>,
    cancel: Arc<AtomicBool>,
}

#[derive(Clone, Default)]
struct Reading {
    stage: String,
    done: u64,
    total: Option<u64>,
    unit: &'static str,
}

impl Meter {
    pub(crate) fn set(&self, stage: &str, done: u64, total: Option<u64>, unit: &'static str) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        // Within a stage the number never runs backwards.
        let done = if now.stage == stage && now.unit == unit {
            done.max(now.done)
        } else {
            done
        };
        *now = Reading {
            stage: stage.to_owned(),
            done,
            total,
            unit,
        };
    }

    /// Set once, by the person who cancels; read by the worker.
    pub(crate) fn cancel_flag(&self) -> &AtomicBool {
        &self.cancel
    }

    fn read(&self) -> Reading {
        self.now
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

struct Task {
    view: TaskView,
    meter: Meter,
    asker: Asker,
    started: Instant,
    stage_started: Instant,
}

#[derive(Default)]
pub(crate) struct Tasks {
    running: Vec<Task>,
    ended: Vec<Arc<TaskView>>,
}

impl Tasks {
    pub(crate) fn start(
        &mut self,
        title: String,
        run: Option<RunId>,
        asker: &Asker,
    ) -> (TaskId, Meter) {
        let id = TaskId::from_random(clock::random_bits());
        let meter = Meter::default();
        let view = TaskView {
            id: id.clone(),
            title,
            stage: "waiting".into(),
            done: 0,
            total: None,
            unit: String::new(),
            seconds: 0.0,
            seconds_left: None,
            state: TaskState::Running,
            can_cancel: true,
            run,
        };
        let now = Instant::now();
        self.running.push(Task {
            view,
            meter: meter.clone(),
            asker: asker.clone(),
            started: now,
            stage_started: now,
        });
        (id, meter)
    }

    /// Reads every meter and tells those who wait. True if anything moved.
    pub(crate) fn refresh(&mut self) -> bool {
        let mut moved = false;
        for task in &mut self.running {
            let reading = task.meter.read();
            let view = &mut task.view;
            if reading.stage != view.stage && !reading.stage.is_empty() {
                view.stage.clone_from(&reading.stage);
                task.stage_started = Instant::now();
                moved = true;
            }
            moved |= view.done != reading.done || view.total != reading.total;
            view.done = reading.done;
            view.total = reading.total;
            reading.unit.clone_into(&mut view.unit);
            view.seconds = task.started.elapsed().as_secs_f64();
            view.seconds_left = seconds_left(&reading, task.stage_started.elapsed().as_secs_f64());
            task.asker.progress(view);
        }
        moved
    }

    pub(crate) fn cancel(&mut self, id: &TaskId) -> Option<Option<RunId>> {
        let task = self.running.iter_mut().find(|task| task.view.id == *id)?;
        task.meter.cancel.store(true, Ordering::Release);
        "stopping".clone_into(&mut task.view.stage);
        Some(task.view.run.clone())
    }

    pub(crate) fn cancel_all(&mut self) {
        for task in &self.running {
            task.meter.cancel.store(true, Ordering::Release);
        }
    }

    pub(crate) fn end(&mut self, id: &TaskId, state: TaskState) {
        let Some(place) = self.running.iter().position(|task| task.view.id == *id) else {
            return;
        };
        let Task {
            mut view, started, ..
        } = self.running.remove(place);
        view.seconds = started.elapsed().as_secs_f64();
        if state == TaskState::Finished {
            view.done = view.total.unwrap_or(view.done);
        }
        view.seconds_left = None;
        view.state = state;
        view.can_cancel = false;
        self.ended.insert(0, Arc::new(view));
        self.ended.truncate(MOST_ENDED);
    }

    pub(crate) fn any_running(&self) -> bool {
        !self.running.is_empty()
    }

    pub(crate) fn views(&self) -> Vec<Arc<TaskView>> {
        let running = self.running.iter().map(|task| Arc::new(task.view.clone()));
        running.chain(self.ended.iter().cloned()).collect()
    }
}

fn seconds_left(reading: &Reading, stage_seconds: f64) -> Option<f64> {
    let total = reading.total?;
    if reading.done == 0 || stage_seconds < 0.5 {
        return None;
    }
    let left = total.saturating_sub(reading.done) as f64;
    Some(left * stage_seconds / reading.done as f64)
}
