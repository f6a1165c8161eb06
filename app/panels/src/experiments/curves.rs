//! The view model of the charts: which curves of the selected runs stand in which chart, smoothed if asked.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use contract::{Curves, Run, RunId, Snapshot};

use super::result::Split;
use super::smoothing::smoothed;

/// A series of this name says how many seconds had passed at each step.
pub(crate) const SECONDS_KEY: &str = "time/seconds";

/// What the charts' horizontal axis counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Axis {
    #[default]
    Epochs,
    Seconds,
}

/// How the curves are to be drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct CurveSettings {
    /// Weight of the past, 0 to 0.99.
    pub smoothing: f64,
    pub axis: Axis,
    /// Only one run is shown: its curves are told apart by their split, all of them are shown.
    pub is_alone: bool,
    /// The training split's curves too, where several runs are compared.
    pub with_train: bool,
}

/// One chart: a metric, with a line for every run and split that has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChartData {
    pub metric: Arc<str>,
    pub lines: Vec<LineData>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LineData {
    pub run: u64,
    /// `None` for what is not measured on rows, such as the learning rate.
    pub split: Option<Split>,
    /// `run 12`, `run 12 train`, or the split of a run that is alone.
    pub name: Arc<str>,
    /// As measured, `[x, value]`.
    pub raw: Arc<[[f64; 2]]>,
    /// What is drawn in full; the same as `raw` without smoothing.
    pub shown: Arc<[[f64; 2]]>,
}

impl LineData {
    pub(crate) fn is_smoothed(&self) -> bool {
        !Arc::ptr_eq(&self.raw, &self.shown)
    }

    /// The training split explains; the others are what a person looks for.
    pub(crate) fn is_quiet(&self) -> bool {
        self.split == Some(Split::Train)
    }
}

fn line_name(run: u64, split: Option<Split>, settings: CurveSettings) -> Arc<str> {
    match split {
        Some(split) if settings.is_alone => split.word().into(),
        Some(Split::Train) => format!("run {run} train").into(),
        _ => format!("run {run}").into(),
    }
}

/// The charts of the selected runs, kept between frames; only runs that changed are computed again.
#[derive(Debug, Default)]
pub(crate) struct Charts {
    answered: Option<(u64, u64, CurveSettings)>,
    charts: Vec<ChartData>,
    kept: HashMap<RunId, KeptRun>,
    /// Some run's seconds are spread evenly over its epochs, because it has no clock of its own.
    pub seconds_are_spread: bool,
    /// Grows with every change, so that a drawing can be kept.
    pub generation: u64,
}

/// The lines of one run, by metric, and what they were made from.
#[derive(Debug)]
struct KeptRun {
    curves: Arc<Curves>,
    settings: CurveSettings,
    seconds: f64,
    has_clock: bool,
    lines: Vec<(Arc<str>, LineData)>,
}

impl Charts {
    /// Brings the charts up to date. `selection_generation` says whether `runs` are the same as last time.
    pub(crate) fn refresh(
        &mut self,
        snapshot: &Snapshot,
        runs: &[Arc<Run>],
        selection_generation: u64,
        settings: CurveSettings,
    ) {
        let question = (snapshot.revision, selection_generation, settings);
        if self.answered == Some(question) {
            return;
        }
        let mut changed = self
            .answered
            .is_none_or(|answered| (answered.1, answered.2) != (question.1, question.2));
        self.answered = Some(question);
        for run in runs {
            let Some(curves) = snapshot.curves.get(&run.id) else {
                continue;
            };
            let is_kept = self
                .kept
                .get(&run.id)
                .is_some_and(|kept| kept.is_for(curves, settings, run.seconds));
            if !is_kept {
                let kept = KeptRun::new(run, curves, settings);
                self.kept.insert(run.id.clone(), kept);
                changed = true;
            }
        }
        if changed {
            self.assemble(runs);
        }
    }

    pub(crate) fn charts(&self) -> &[ChartData] {
        &self.charts
    }

    fn assemble(&mut self, runs: &[Arc<Run>]) {
        let mut kept_before = std::mem::take(&mut self.kept);
        let mut by_metric: BTreeMap<Arc<str>, Vec<LineData>> = BTreeMap::new();
        self.seconds_are_spread = false;
        // What was computed for runs that are no longer selected would only take memory.
        for run in runs {
            let Some(kept) = kept_before.remove(&run.id) else {
                continue;
            };
            for (metric, line) in &kept.lines {
                match by_metric.get_mut(metric) {
                    Some(lines) => lines.push(line.clone()),
                    None => drop(by_metric.insert(metric.clone(), vec![line.clone()])),
                }
            }
            self.seconds_are_spread |= kept.settings.axis == Axis::Seconds && !kept.has_clock;
            self.kept.insert(run.id.clone(), kept);
        }
        self.charts = by_metric
            .into_iter()
            .map(|(metric, lines)| ChartData { metric, lines })
            .collect();
        self.charts.sort_by_key(|chart| rank(&chart.metric));
        self.generation += 1;
    }
}

impl KeptRun {
    fn new(run: &Run, curves: &Arc<Curves>, settings: CurveSettings) -> Self {
        let clock = curves
            .series
            .iter()
            .find(|series| &*series.key == SECONDS_KEY)
            .map(|clock| &*clock.points);
        let mut lines = Vec::with_capacity(curves.series.len());
        for series in &curves.series {
            if &*series.key == SECONDS_KEY || series.points.is_empty() {
                continue;
            }
            let (split, metric) = match Split::of_key(&series.key) {
                Some((split, metric)) => (Some(split), metric.into()),
                None => (None, series.key.clone()),
            };
            let is_hidden =
                split == Some(Split::Train) && !settings.with_train && !settings.is_alone;
            if is_hidden {
                continue;
            }
            let raw = match settings.axis {
                Axis::Epochs => series.points.clone(),
                Axis::Seconds => in_seconds(&series.points, clock, run.seconds),
            };
            let shown = if settings.smoothing > 0.0 {
                smoothed(&raw, settings.smoothing).into()
            } else {
                raw.clone()
            };
            let line = LineData {
                run: run.number,
                split,
                name: line_name(run.number, split, settings),
                raw,
                shown,
            };
            lines.push((metric, line));
        }
        Self {
            curves: curves.clone(),
            settings,
            seconds: run.seconds,
            has_clock: clock.is_some(),
            lines,
        }
    }

    fn is_for(&self, curves: &Arc<Curves>, settings: CurveSettings, seconds: f64) -> bool {
        Arc::ptr_eq(&self.curves, curves)
            && self.settings == settings
            && (settings.axis == Axis::Epochs || self.seconds == seconds)
    }
}

/// Puts seconds in the place of steps: from the run's clock, or else spread evenly over the steps of the run.
fn in_seconds(source: &[[f64; 2]], clock: Option<&[[f64; 2]]>, seconds: f64) -> Arc<[[f64; 2]]> {
    let last_step = source.last().map_or(1.0, |point| point[0]).max(1.0);
    source
        .iter()
        .map(|&[step, value]| {
            let at = clock.and_then(|clock| {
                let found = clock
                    .binary_search_by(|point| point[0].total_cmp(&step))
                    .ok()?;
                Some(clock.get(found)?[1])
            });
            [at.unwrap_or(seconds * (step / last_step)), value]
        })
        .collect()
}

/// The order of the charts: the loss, then what a person looks at first, then by name, the schedule last.
fn rank(metric: &str) -> u8 {
    match metric {
        "loss" => 0,
        "accuracy" | "rmse" => 1,
        "learning_rate" => 3,
        _ => 2,
    }
}
