//! The view model of a finished run's evaluation: metrics by split beside the baseline, importance, and the fit of a regression.

use std::collections::BTreeSet;
use std::sync::Arc;

use contract::{LearningTask, Metrics, RunReport};

use super::result::{Split, lower_is_better};

/// One metric: its value on every split, and the baseline's on the test split.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MetricRow {
    pub metric: Arc<str>,
    pub train: Option<f64>,
    pub validation: Option<f64>,
    pub test: Option<f64>,
    pub baseline: Option<f64>,
    pub is_main: bool,
    /// Whether the test value is better than the baseline's; `None` when one of them is missing or they are equal.
    pub beats_baseline: Option<bool>,
}

/// The main metric first, the others by name.
pub(crate) fn metric_rows(
    metrics: &Metrics,
    baseline: &Metrics,
    task: LearningTask,
) -> Vec<MetricRow> {
    let names: BTreeSet<&str> = metrics
        .keys()
        .filter_map(|key| Some(Split::of_key(key)?.1))
        .collect();
    let mut rows: Vec<MetricRow> = names
        .into_iter()
        .map(|metric| {
            let at = |split: Split| {
                let key = format!("{}/{metric}", split.word());
                metrics.get(key.as_str()).copied()
            };
            let test = at(Split::Test);
            let baseline = super::result::baseline_value(baseline, Split::Test, metric);
            MetricRow {
                metric: metric.into(),
                train: at(Split::Train),
                validation: at(Split::Validation),
                test,
                baseline,
                is_main: metric == task.main_metric(),
                beats_baseline: beats(metric, test, baseline),
            }
        })
        .collect();
    if let Some(loss) = loss_twice(&rows) {
        rows.remove(loss);
    }
    rows.sort_by_key(|row| !row.is_main);
    rows
}

/// The place of the loss, where the log loss beside it says the same: it is one figure under two names.
fn loss_twice(rows: &[MetricRow]) -> Option<usize> {
    let place = |name: &str| rows.iter().position(|row| &*row.metric == name);
    let (loss, log_loss) = (place("loss")?, place("log_loss")?);
    let splits = |row: &MetricRow| [row.train, row.validation, row.test];
    let pairs = splits(rows.get(loss)?)
        .into_iter()
        .zip(splits(rows.get(log_loss)?));
    let is_same = |(one, other): (Option<f64>, Option<f64>)| match (one, other) {
        (None, _) => true,
        (Some(one), Some(other)) => (one - other).abs() <= 1e-6 + 1e-4 * other.abs(),
        (Some(_), None) => false,
    };
    pairs.into_iter().all(is_same).then_some(loss)
}

fn beats(metric: &str, value: Option<f64>, baseline: Option<f64>) -> Option<bool> {
    let (value, baseline) = (value?, baseline?);
    let rises = value.partial_cmp(&baseline)?;
    rises
        .is_ne()
        .then_some(rises.is_gt() != lower_is_better(metric))
}

/// One bar of the permutation importance; lengths are shares of the widest bar with its error.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ImportanceBar {
    pub feature: Arc<str>,
    pub mean: f64,
    pub std: f64,
    /// Where the bar ends, from -1 to 1.
    pub end: f64,
    /// Where the error begins and ends.
    pub error: [f64; 2],
    pub verdict: Verdict,
}

/// What an importance says, told apart by its error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Helps,
    /// The error reaches zero: this feature may do nothing.
    Unsure,
    /// Shuffling it made the answers better.
    Hurts,
}

/// What the bars reach, from the furthest left, which is zero or below, to the furthest right.
pub(crate) fn reach(bars: &[ImportanceBar]) -> [f64; 2] {
    let ends = bars
        .iter()
        .flat_map(|bar| [bar.end, bar.error[0], bar.error[1]])
        .filter(|end| end.is_finite());
    let (low, high) = ends.fold((0.0_f64, 0.0_f64), |(low, high), end| {
        (low.min(end), high.max(end))
    });
    if high > low { [low, high] } else { [0.0, 1.0] }
}

pub(crate) fn importance_bars(report: &RunReport) -> Vec<ImportanceBar> {
    let widest = report
        .importance
        .iter()
        .map(|importance| importance.mean.abs() + importance.std)
        .filter(|width| width.is_finite())
        .fold(0.0, f64::max);
    if widest <= 0.0 {
        return report.importance.iter().map(|i| bar(i, 1.0)).collect();
    }
    report.importance.iter().map(|i| bar(i, widest)).collect()
}

fn bar(importance: &contract::Importance, widest: f64) -> ImportanceBar {
    let contract::Importance { feature, mean, std } = importance;
    ImportanceBar {
        feature: feature.clone(),
        mean: *mean,
        std: *std,
        end: mean / widest,
        error: [(mean - std) / widest, (mean + std) / widest],
        verdict: match (mean - std, mean + std) {
            (low, _) if low > 0.0 => Verdict::Helps,
            (_, high) if high < 0.0 => Verdict::Hurts,
            _ => Verdict::Unsure,
        },
    }
}

/// A regression's answers beside the truth, with the square that holds both.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FitData {
    /// `[actual, predicted]`
    pub points: Arc<[[f64; 2]]>,
    /// The same bounds on both axes, so that a perfect answer lies on the diagonal.
    pub bounds: [f64; 2],
}

impl FitData {
    /// `None` without a finite pair.
    pub(crate) fn of(report: &RunReport) -> Option<Self> {
        let points: Arc<[[f64; 2]]> = report
            .predicted_vs_actual
            .iter()
            .filter(|(actual, predicted)| actual.is_finite() && predicted.is_finite())
            .map(|&(actual, predicted)| [actual, predicted])
            .collect();
        let lowest = points.iter().flatten().copied().reduce(f64::min)?;
        let highest = points.iter().flatten().copied().reduce(f64::max)?;
        let margin = if highest > lowest {
            (highest - lowest) * 0.04
        } else {
            (highest.abs() * 0.05).max(0.5)
        };
        Some(Self {
            points,
            bounds: [lowest - margin, highest + margin],
        })
    }
}
