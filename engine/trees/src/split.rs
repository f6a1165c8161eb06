//! The best split of a leaf from its histogram.
//!
//! The gain of a leaf with gradient G and hessian H is T(G)² / (H + l2), where T moves G towards zero by l1; a split gains what both
//! children have above their parent (Chen and Guestrin, “XGBoost”, 2016, equation 7, and LightGBM's `feature_histogram.hpp`).

mod categories;
mod numeric;

use crate::bins::ColumnBins;
use crate::histogram::Sums;
use crate::settings::{Direction, TreeSettings};

/// The values that a leaf may take under monotone constraints.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Bounds {
    pub(crate) const FREE: Self = Self {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
    };

    pub(crate) fn clamp(self, value: f64) -> f64 {
        value.max(self.low).min(self.high)
    }
}

/// Which bins go left.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Chosen {
    /// Value bins up to this one.
    UpTo(u8),
    /// Exactly these value bins.
    Among(Vec<u8>),
}

/// A split that may be made.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) slot: usize,
    pub(crate) gain: f64,
    pub(crate) chosen: Chosen,
    pub(crate) missing_left: bool,
    pub(crate) left: Sums,
    /// What both children are regularised with; more than the setting where categories were sorted.
    pub(crate) l2: f64,
}

impl Choice {
    /// The better one; of equals the one on the lower slot, so that threads and blocks decide nothing.
    pub(crate) fn better(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => {
                let takes_other =
                    other.gain > one.gain || (other.gain == one.gain && other.slot < one.slot);
                Some(if takes_other { other } else { one })
            }
            (one, other) => one.or(other),
        }
    }
}

/// A leaf that looks for its split.
#[derive(Clone, Copy)]
pub(crate) struct Search<'a> {
    pub(crate) settings: &'a TreeSettings,
    pub(crate) gradient_unit: f64,
    pub(crate) hessian_unit: f64,
    pub(crate) total: Sums,
    pub(crate) bounds: Bounds,
}

/// Gradient and hessian of a side in their own units.
#[derive(Clone, Copy)]
struct Side {
    gradient: f64,
    hessian: f64,
}

impl Search<'_> {
    /// The best split on one slot that gains more than the least gain.
    pub(crate) fn best(&self, slot: usize, bins: &ColumnBins, sums: &[Sums]) -> Option<Choice> {
        let found = match bins {
            ColumnBins::Numeric { .. } => self.numeric(bins, sums, self.direction(slot)),
            ColumnBins::Categories { .. } => self.categories(bins, sums),
        };
        found.map(|choice| Choice { slot, ..choice })
    }

    /// The grower's settings have one direction for each slot, in the order of slots.
    fn direction(&self, slot: usize) -> Direction {
        self.settings
            .directions
            .get(slot)
            .copied()
            .unwrap_or_default()
    }

    fn side(&self, sums: Sums) -> Side {
        Side {
            gradient: sums.gradient as f64 * self.gradient_unit,
            hessian: sums.hessian() as f64 * self.hessian_unit,
        }
    }

    fn is_too_small(&self, sums: Sums) -> bool {
        sums.count() < self.settings.min_rows_in_leaf
            || (sums.hessian() as f64) * self.hessian_unit < self.settings.min_hessian_in_leaf
    }

    /// What a split must exceed.
    fn gain_to_beat(&self) -> f64 {
        let side = self.side(self.total);
        self.leaf_gain(side, self.settings.l2) + self.settings.min_gain
    }

    fn leaf_gain(&self, side: Side, l2: f64) -> f64 {
        let gradient = towards_zero(side.gradient, self.settings.l1);
        let weight = side.hessian + l2;
        if weight > 0.0 {
            gradient * gradient / weight
        } else {
            0.0
        }
    }

    /// The gain of a split, or `None` where it breaks a monotone constraint.
    fn split_gain(&self, left: Side, right: Side, l2: f64, direction: Direction) -> Option<f64> {
        if self.bounds == Bounds::FREE && direction == Direction::Free {
            return Some(self.leaf_gain(left, l2) + self.leaf_gain(right, l2));
        }
        let left_value = self.value(left, l2);
        let right_value = self.value(right, l2);
        let is_broken = match direction {
            Direction::Free => false,
            Direction::Increasing => left_value > right_value,
            Direction::Decreasing => left_value < right_value,
        };
        (!is_broken).then(|| {
            self.gain_of_value(left, left_value, l2) + self.gain_of_value(right, right_value, l2)
        })
    }

    fn value(&self, side: Side, l2: f64) -> f64 {
        self.bounds.clamp(leaf_value(
            side.gradient,
            side.hessian,
            self.settings.l1,
            l2,
        ))
    }

    /// The gain of a leaf whose value is not the free optimum.
    fn gain_of_value(&self, side: Side, value: f64, l2: f64) -> f64 {
        let gradient = towards_zero(side.gradient, self.settings.l1);
        -(2.0 * gradient * value + (side.hessian + l2) * value * value)
    }

    /// The bounds of both children: on a constrained column neither may cross the middle of their values.
    pub(crate) fn child_bounds(&self, choice: &Choice) -> (Bounds, Bounds) {
        let direction = match choice.chosen {
            Chosen::UpTo(_) => self.direction(choice.slot),
            Chosen::Among(_) => Direction::Free,
        };
        if direction == Direction::Free {
            return (self.bounds, self.bounds);
        }
        let left = self.value(self.side(choice.left), choice.l2);
        let right = self.value(self.side(self.total.minus(choice.left)), choice.l2);
        let middle = (left + right) / 2.0;
        let below = Bounds {
            high: middle,
            ..self.bounds
        };
        let above = Bounds {
            low: middle,
            ..self.bounds
        };
        match direction {
            Direction::Increasing => (below, above),
            _ => (above, below),
        }
    }
}

/// The value of a leaf that lowers the loss most: −T(G) / (H + l2).
pub(crate) fn leaf_value(gradient: f64, hessian: f64, l1: f64, l2: f64) -> f64 {
    let weight = hessian + l2;
    if weight > 0.0 {
        -towards_zero(gradient, l1) / weight
    } else {
        0.0
    }
}

fn towards_zero(gradient: f64, l1: f64) -> f64 {
    if l1 == 0.0 {
        gradient
    } else {
        gradient.signum() * (gradient.abs() - l1).max(0.0)
    }
}
