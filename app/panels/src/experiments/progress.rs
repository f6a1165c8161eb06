//! How far an active run has come: from its task where there is one, else from its curves.

use contract::{Run, RunState, Snapshot};
use look::{Tone, format};

/// The colour and the shape of a state.
pub(crate) fn state_tone(state: RunState) -> Tone {
    match state {
        RunState::Running => Tone::Accent,
        RunState::Paused | RunState::Stopped => Tone::Neutral,
        RunState::Finished => Tone::Done,
        RunState::Interrupted => Tone::Warn,
        RunState::Failed => Tone::Fail,
    }
}

/// What stands under the bar of an active run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RunProgress {
    /// 0 to 1.
    pub share: f32,
    /// `Epoch 45 of 100  ·  3.2 epochs/s  ·  about 17 s left`.
    pub text: String,
}

impl RunProgress {
    /// `None` for a run that is not active.
    pub(crate) fn of(run: &Run, snapshot: &Snapshot) -> Option<Self> {
        if !run.state.is_active() {
            return None;
        }
        let epochs = u64::from(run.recipe.training.epochs).max(1);
        let task = snapshot
            .tasks
            .iter()
            .find(|task| task.run.as_ref() == Some(&run.id));
        let done = task.map_or_else(|| epochs_measured(run, snapshot), |task| task.done);
        let rate = done as f64 / run.seconds;
        let mut parts = vec![format!(
            "Epoch {} of {}",
            format::count(done),
            format::count(epochs)
        )];
        if done > 0 && run.seconds > 0.0 {
            parts.push(format!("{} epochs/s", crate::tasks::rate_number(rate)));
        }
        let left = task
            .and_then(|task| task.seconds_left)
            .or_else(|| (rate > 0.0).then(|| epochs.saturating_sub(done) as f64 / rate));
        match (run.state, left.filter(|left| left.is_finite())) {
            (RunState::Paused, _) => parts.push("paused".into()),
            // Early stopping may end it sooner, so this is the longest it can take.
            (_, Some(left)) if done > 0 => parts.push(format::time_left(left)),
            _ => {}
        }
        Some(Self {
            share: (done as f64 / epochs as f64).clamp(0.0, 1.0) as f32,
            text: parts.join("  ·  "),
        })
    }
}

/// The last step of any of the run's curves.
fn epochs_measured(run: &Run, snapshot: &Snapshot) -> u64 {
    snapshot
        .curves
        .get(&run.id)
        .into_iter()
        .flat_map(|curves| &curves.series)
        .filter_map(|series| series.points.last())
        .map(|point| point[0] as u64)
        .max()
        .unwrap_or(0)
}
