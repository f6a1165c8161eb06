//! The view model of the charts: which curves of the selected runs stand in which chart, smoothed if asked.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use contract::{Curves, Run, RunId, RunReport, SECONDS_KEY, Snapshot};

use super::naming::metric_title;
use super::result::{Split, baseline_value};
use super::smoothing::smoothed;

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
    /// What the run's baseline reaches in this metric, once it is measured.
    pub baseline: Option<f64>,
    /// The point of what is drawn whose weights were kept, once the run is over.
    pub best: Option<[f64; 2]>,
}

impl ChartData {
    /// The run, if the chart is about one alone: what was zoomed into in one run says nothing of another.
    pub(crate) fn subject(&self) -> u64 {
        let mut runs = self.lines.iter().map(|line| line.run);
        let first = runs.next().unwrap_or(0);
        if runs.all(|run| run == first) {
            first
        } else {
            0
        }
    }

    /// `Accuracy`; `Accuracy, validation` where no name stands at the end of the only line.
    pub(crate) fn title(&self) -> String {
        let title = metric_title(&self.metric);
        match self.lines.as_slice() {
            [only] => match only.split {
                Some(split) => format!("{title}, {}", split.word()),
                None => title.into_owned(),
            },
            _ => title.into_owned(),
        }
    }

    /// The baseline that all runs with one share.
    pub(crate) fn baseline(&self) -> Option<f64> {
        let mut found = self.lines.iter().filter_map(|line| line.baseline);
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }
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
    report: Option<Arc<RunReport>>,
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
        let is_same_crowd = self
            .answered
            .is_some_and(|answered| (answered.1, answered.2) == (question.1, question.2));
        self.answered = Some(question);
        let mut changed = Vec::new();
        for run in runs {
            let Some(curves) = snapshot.curves.get(&run.id) else {
                continue;
            };
            let before = self.kept.get(&run.id);
            if before.is_some_and(|kept| kept.is_for(run, curves, settings)) {
                continue;
            }
            let kept = KeptRun::new(run, curves, settings);
            changed.push((
                run.id.clone(),
                before.is_some_and(|before| before.has_the_lines_of(&kept)),
            ));
            self.kept.insert(run.id.clone(), kept);
        }
        if is_same_crowd && changed.iter().all(|(_, fits)| *fits) {
            for (run, _) in &changed {
                self.replace(run);
            }
            self.generation += u64::from(!changed.is_empty());
        } else {
            self.assemble(runs);
        }
    }

    /// Puts the new lines of one run where its old ones stand: with a thousand others, nothing else may be touched at every epoch.
    fn replace(&mut self, run: &RunId) {
        let Some(kept) = self.kept.get(run) else {
            return;
        };
        for (metric, line) in &kept.lines {
            let mut charts = self.charts.iter_mut();
            let Some(chart) = charts.find(|chart| chart.metric == *metric) else {
                continue;
            };
            let is_its_own = |old: &&mut LineData| (old.run, old.split) == (line.run, line.split);
            if let Some(old) = chart.lines.iter_mut().find(is_its_own) {
                *old = line.clone();
            }
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
        let has_loss = curves
            .series
            .iter()
            .any(|series| &*series.key == "validation/loss");
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
            // Without class weights the loss of a classifier is its log loss: one curve, under one name.
            if is_hidden || (&*metric == LOG_LOSS && has_loss && loss_is_log_loss(run)) {
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
                baseline: split.and_then(|split| baseline_of(run, split, &metric)),
                best: split
                    .filter(|split| *split != Split::Train)
                    .and_then(|_| best_of(run, &series.points, &shown)),
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
            report: run.report.clone(),
            has_clock: clock.is_some(),
            lines,
        }
    }

    /// Whether both draw the same lines, if at other points.
    fn has_the_lines_of(&self, other: &Self) -> bool {
        let names = |kept: &Self| -> Vec<(Arc<str>, Option<Split>)> {
            let lines = kept.lines.iter();
            lines
                .map(|(metric, line)| (metric.clone(), line.split))
                .collect()
        };
        self.has_clock == other.has_clock && names(self) == names(other)
    }

    fn is_for(&self, run: &Run, curves: &Arc<Curves>, settings: CurveSettings) -> bool {
        let is_same_report = match (&self.report, &run.report) {
            (Some(kept), Some(now)) => Arc::ptr_eq(kept, now),
            (kept, now) => kept.is_none() && now.is_none(),
        };
        Arc::ptr_eq(&self.curves, curves)
            && is_same_report
            && self.settings == settings
            && (settings.axis == Axis::Epochs || self.seconds == run.seconds)
    }
}

const LOG_LOSS: &str = "log_loss";

fn loss_is_log_loss(run: &Run) -> bool {
    run.recipe.task.is_classification() && !run.recipe.training.class_weights
}

fn baseline_of(run: &Run, split: Split, metric: &str) -> Option<f64> {
    let metric = match metric {
        "loss" if loss_is_log_loss(run) => LOG_LOSS,
        metric => metric,
    };
    baseline_value(&run.report.as_deref()?.baseline, split, metric)
}

/// What is drawn of the epoch whose weights were kept.
fn best_of(run: &Run, steps: &[[f64; 2]], shown: &[[f64; 2]]) -> Option<[f64; 2]> {
    let best = f64::from(run.report.as_deref()?.best_epoch);
    let place = steps
        .binary_search_by(|point| point[0].total_cmp(&best))
        .ok()?;
    shown
        .get(place)
        .copied()
        .filter(|point| point[1].is_finite())
}

/// Puts seconds in the place of steps: from the run's clock, or else spread evenly over the steps of the run.
fn in_seconds(source: &[[f64; 2]], clock: Option<&[[f64; 2]]>, seconds: f64) -> Arc<[[f64; 2]]> {
    let last_step = source.last().map_or(1.0, |point| point[0]).max(1.0);
    source
        .iter()
        .map(|&[step, value]| {
            let at = clock.and_then(|clock| time_of(clock, step));
            [at.unwrap_or(seconds * (step / last_step)), value]
        })
        .collect()
}

/// What the clock shows at a step. A long series is thinned, and its clock may have kept other steps: time runs evenly in between.
pub(super) fn time_of(clock: &[[f64; 2]], step: f64) -> Option<f64> {
    let place = match clock.binary_search_by(|point| point[0].total_cmp(&step)) {
        Ok(found) => return Some(clock[found][1]),
        Err(place) => place,
    };
    let [before, after] = [*clock.get(place.checked_sub(1)?)?, *clock.get(place)?];
    let share = (step - before[0]) / (after[0] - before[0]);
    Some(before[1] + share * (after[1] - before[1]))
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
