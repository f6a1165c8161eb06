//! The run under the pointer: its row in the table and its curves in the charts light up together.

use canvas::Emphasis;
use egui::{Color32, Ui};
use look::Look;

use super::curves::LineData;
use super::run_color;

/// By the number of the run. The charts are drawn before the table, so what they know of it is from the frame before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hovered {
    /// Its row is under the pointer.
    pub row: Option<u64>,
    /// One of its curves is.
    pub curve: Option<u64>,
}

impl Hovered {
    /// The run whose row the table lights up.
    pub(super) fn lit_row(self) -> Option<u64> {
        self.curve
    }

    /// The pointer came to another row; the charts follow in the next frame.
    pub(super) fn now_on_row(&mut self, ui: &Ui, row: Option<u64>) {
        if std::mem::replace(&mut self.row, row) != row {
            ui.ctx().request_repaint();
        }
    }

    /// The pointer came to another curve; the other charts follow in the next frame.
    pub(super) fn now_on_curve(&mut self, ui: &Ui, curve: Option<u64>) {
        if std::mem::replace(&mut self.curve, curve) != curve {
            ui.ctx().request_repaint();
        }
    }

    /// The run whose curves are lifted out of the others.
    fn lifted(self) -> Option<u64> {
        self.row.or(self.curve)
    }

    /// The places and inks of the run's curves among those that are drawn. `first` is the place of the first of `lines`, which stand in the order of drawing.
    pub(super) fn lifted_curves(
        self,
        look: &Look,
        lines: &[&LineData],
        first: usize,
    ) -> Vec<(usize, Color32)> {
        let Some(run) = self.lifted() else {
            return Vec::new();
        };
        // Where all of the lines are the run's own, there is nothing to be told apart from.
        if lines.iter().all(|line| line.run == run) {
            return Vec::new();
        }
        let places = lines.iter().enumerate();
        places
            .filter(|(_, line)| line.run == run)
            .map(|(place, line)| (first + place, run_color(look, line.run)))
            .collect()
    }

    /// From its row a run is searched for in the charts, so the others step back; in a chart all of them are compared.
    pub(super) fn emphasis(self, curves: &[(usize, Color32)]) -> Emphasis<'_> {
        Emphasis {
            curves,
            is_alone: self.row.is_some(),
        }
    }
}
