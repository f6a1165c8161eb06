//! The view model of a confusion matrix: counts, shares of each actual class, and the worst mix-ups.

use std::sync::Arc;

use contract::RunReport;

/// More classes than this cannot be told apart as cells; the most frequent ones are shown.
pub(crate) const MOST_CLASSES: usize = 24;
/// How many mix-ups are listed beside the matrix.
const LISTED_MIX_UPS: usize = 5;

/// Square, in the order of the report's classes, less those that do not fit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ConfusionData {
    pub classes: Vec<Arc<str>>,
    /// `[actual][predicted]`
    pub cells: Vec<Vec<ConfusionCell>>,
    /// Classes that are not shown.
    pub hidden: usize,
    /// Most frequent first, over all classes.
    pub mix_ups: Vec<MixUp>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct ConfusionCell {
    pub count: u64,
    /// Of the rows of the actual class: on the diagonal this is the class's recall.
    pub share_of_actual: f64,
    /// Of the rows that were predicted as this class: on the diagonal this is the class's precision.
    pub share_of_predicted: f64,
    /// Rows of the actual class.
    pub actual_total: u64,
    /// Rows that were predicted as this class.
    pub predicted_total: u64,
}

/// One actual class taken for another.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MixUp {
    pub actual: Arc<str>,
    pub predicted: Arc<str>,
    pub count: u64,
}

impl ConfusionData {
    /// `None` when the report has no matrix, or one that does not fit its classes.
    pub(crate) fn of(report: &RunReport) -> Option<Self> {
        let size = report.classes.len();
        let is_square =
            report.confusion.len() == size && report.confusion.iter().all(|row| row.len() == size);
        if size == 0 || !is_square {
            return None;
        }
        let actual_totals: Vec<u64> = report
            .confusion
            .iter()
            .map(|row| row.iter().sum())
            .collect();
        let predicted_totals: Vec<u64> = (0..size)
            .map(|predicted| report.confusion.iter().map(|row| row[predicted]).sum())
            .collect();
        let shown = most_frequent(&actual_totals);
        let cells = shown
            .iter()
            .map(|&actual| {
                shown
                    .iter()
                    .map(|&predicted| {
                        let count = report.confusion[actual][predicted];
                        ConfusionCell {
                            count,
                            share_of_actual: share(count, actual_totals[actual]),
                            share_of_predicted: share(count, predicted_totals[predicted]),
                            actual_total: actual_totals[actual],
                            predicted_total: predicted_totals[predicted],
                        }
                    })
                    .collect()
            })
            .collect();
        Some(Self {
            classes: shown
                .iter()
                .map(|&class| report.classes[class].clone())
                .collect(),
            cells,
            hidden: size - shown.len(),
            mix_ups: mix_ups(report),
        })
    }
}

/// The classes to show, in their own order.
fn most_frequent(totals: &[u64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..totals.len()).collect();
    order.sort_by_key(|&class| std::cmp::Reverse(totals[class]));
    order.truncate(MOST_CLASSES);
    order.sort_unstable();
    order
}

fn mix_ups(report: &RunReport) -> Vec<MixUp> {
    let mut found: Vec<(u64, usize, usize)> = Vec::new();
    for (actual, row) in report.confusion.iter().enumerate() {
        for (predicted, &count) in row.iter().enumerate() {
            if count > 0 && actual != predicted {
                found.push((count, actual, predicted));
            }
        }
    }
    found.sort_by_key(|&(count, actual, predicted)| (std::cmp::Reverse(count), actual, predicted));
    found
        .into_iter()
        .take(LISTED_MIX_UPS)
        .map(|(count, actual, predicted)| MixUp {
            actual: report.classes[actual].clone(),
            predicted: report.classes[predicted].clone(),
            count,
        })
        .collect()
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}
