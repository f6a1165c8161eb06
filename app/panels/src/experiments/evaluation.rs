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
    rows.sort_by_key(|row| !row.is_main);
    rows
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
    /// The error reaches zero: this feature may do nothing.
    pub is_uncertain: bool,
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
        is_uncertain: mean - std <= 0.0,
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
