//! The evaluation of a run, made once a report and kept, and the picture that belongs to it.

use std::sync::Arc;

use contract::{LearningTask, RunReport};
use egui::Ui;

use super::super::confusion::ConfusionData;
use super::super::evaluation::{FitData, ImportanceBar, MetricRow, importance_bars, metric_rows};
use super::{confusion, fit};
use crate::Ctx;

#[derive(Debug, Default)]
pub(super) struct Evaluation {
    of: Option<Arc<RunReport>>,
    made: Made,
}

#[derive(Debug, Default)]
pub(super) struct Made {
    pub metrics: Vec<MetricRow>,
    pub picture: Picture,
    pub importance: Vec<ImportanceBar>,
    /// The cell of the matrix that was clicked.
    pub cell: Option<(usize, usize)>,
}

/// What shows at a glance how good the answers are.
#[derive(Debug, Default)]
pub(super) enum Picture {
    #[default]
    Nothing,
    Confusion(ConfusionData),
    Fit(FitData),
}

impl Evaluation {
    pub(super) fn of(&mut self, report: &Arc<RunReport>, task: LearningTask) -> &mut Made {
        let is_made = self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, report));
        if !is_made {
            let picture = ConfusionData::of(report)
                .map(Picture::Confusion)
                .or_else(|| FitData::of(report).map(Picture::Fit));
            self.made = Made {
                metrics: metric_rows(&report.metrics, &report.baseline, task),
                picture: picture.unwrap_or_default(),
                importance: importance_bars(report),
                cell: None,
            };
            self.of = Some(report.clone());
        }
        &mut self.made
    }
}

pub(super) fn picture_ui(
    ctx: &Ctx<'_>,
    ui: &mut Ui,
    picture: &Picture,
    cell: &mut Option<(usize, usize)>,
) {
    match picture {
        Picture::Nothing => {}
        Picture::Confusion(data) => confusion::confusion_ui(ctx, ui, data, cell),
        Picture::Fit(data) => fit::fit_ui(ctx, ui, data),
    }
}
