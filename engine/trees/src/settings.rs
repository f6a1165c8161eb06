//! What a person chooses for boosted trees, with LightGBM's defaults.

use crate::bins::BinSettings;
use crate::error::TreesError;
use crate::objective::Objective;
use crate::table::{ColumnKind, Table};

/// Which leaf is split next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// The one that gains most, wherever it is.
    LeafWise,
    /// The one that gains most on the highest level that is not complete.
    DepthWise,
}

/// How the prediction may move when a column grows and all others stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    #[default]
    Free,
    Increasing,
    Decreasing,
}

/// Which rows a tree learns from.
#[derive(Clone, Debug, PartialEq)]
pub enum RowSampling {
    All,
    /// A new random share of the rows every so many rounds.
    Bagging {
        fraction: f64,
        every_rounds: u32,
    },
    /// Gradient-based one-side sampling (Ke et al. 2017, algorithm 2): the rows with the largest slopes and a weighted share of the others;
    /// it starts after `1 / learning_rate` rounds.
    Goss {
        top_fraction: f64,
        other_fraction: f64,
    },
}

/// Splits of categories (LightGBM's `cat_smooth`, `cat_l2`, `max_cat_threshold`, `max_cat_to_onehot`, `min_data_per_group`).
#[derive(Clone, Debug, PartialEq)]
pub struct CategorySettings {
    pub smooth: f64,
    pub l2: f64,
    pub max_in_set: usize,
    /// Columns of up to this many categories split one category from the others.
    pub one_against_others: usize,
    pub min_rows_in_group: usize,
}

impl Default for CategorySettings {
    fn default() -> Self {
        Self {
            smooth: 10.0,
            l2: 10.0,
            max_in_set: 32,
            one_against_others: 4,
            min_rows_in_group: 100,
        }
    }
}

/// What a split must fulfil and how a leaf gets its value.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeSettings {
    pub growth: Growth,
    /// At least 2.
    pub max_leaves: usize,
    /// Splits from the root to a leaf; `None` is no limit.
    pub max_depth: Option<usize>,
    pub min_rows_in_leaf: usize,
    pub min_hessian_in_leaf: f64,
    pub min_gain: f64,
    pub l1: f64,
    pub l2: f64,
    pub categories: CategorySettings,
    /// One for each column, or empty.
    pub directions: Vec<Direction>,
}

impl Default for TreeSettings {
    fn default() -> Self {
        Self {
            growth: Growth::LeafWise,
            max_leaves: 31,
            max_depth: None,
            min_rows_in_leaf: 20,
            min_hessian_in_leaf: 1e-3,
            min_gain: 0.0,
            l1: 0.0,
            l2: 0.0,
            categories: CategorySettings::default(),
            directions: Vec::new(),
        }
    }
}

/// Everything that decides a booster, besides the data.
#[derive(Clone, Debug, PartialEq)]
pub struct BoostSettings {
    pub objective: Objective,
    pub rounds: usize,
    pub learning_rate: f64,
    pub tree: TreeSettings,
    pub bins: BinSettings,
    pub rows: RowSampling,
    /// The share of columns that a tree may use, in (0, 1].
    pub column_fraction: f64,
    /// One factor for each class, or empty.
    pub class_weights: Vec<f64>,
    /// Start from the best constant instead of zero.
    pub boost_from_average: bool,
    /// Stop after this many rounds without a better loss on the hold-out rows.
    pub patience_rounds: Option<usize>,
    pub seed: u64,
}

impl BoostSettings {
    pub fn new(objective: Objective) -> Self {
        Self {
            objective,
            rounds: 100,
            learning_rate: 0.1,
            tree: TreeSettings::default(),
            bins: BinSettings::default(),
            rows: RowSampling::All,
            column_fraction: 1.0,
            class_weights: Vec::new(),
            boost_from_average: true,
            patience_rounds: None,
            seed: 0,
        }
    }

    /// Errors: a setting out of its range, or one that does not fit the table.
    pub(crate) fn check(&self, table: &Table<'_>) -> Result<(), TreesError> {
        self.objective.check()?;
        self.tree.check(table)?;
        self.check_rows()?;
        within(
            "learning_rate",
            self.learning_rate,
            self.learning_rate > 0.0,
            "above 0",
        )?;
        let fraction = self.column_fraction;
        within(
            "column_fraction",
            fraction,
            is_share(fraction),
            "above 0 and up to 1",
        )?;
        let classes = self.objective.classes();
        let expected = classes.unwrap_or_default();
        if !self.class_weights.is_empty() && self.class_weights.len() != expected {
            return Err(TreesError::Setting {
                name: "class_weights",
                value: format!("{} numbers", self.class_weights.len()),
                allowed: "one for each class, or empty",
            });
        }
        for weight in &self.class_weights {
            within("class_weights", *weight, *weight >= 0.0, "0 or above")?;
        }
        Ok(())
    }

    fn check_rows(&self) -> Result<(), TreesError> {
        match self.rows {
            RowSampling::All => Ok(()),
            RowSampling::Bagging {
                fraction,
                every_rounds,
            } => {
                within(
                    "fraction",
                    fraction,
                    is_share(fraction),
                    "above 0 and up to 1",
                )?;
                within(
                    "every_rounds",
                    f64::from(every_rounds),
                    every_rounds > 0,
                    "1 or above",
                )
            }
            RowSampling::Goss {
                top_fraction,
                other_fraction,
            } => {
                within(
                    "top_fraction",
                    top_fraction,
                    is_share(top_fraction),
                    "above 0 and up to 1",
                )?;
                within(
                    "other_fraction",
                    other_fraction,
                    is_share(other_fraction),
                    "above 0 and up to 1",
                )?;
                let both = top_fraction + other_fraction;
                within(
                    "top_fraction + other_fraction",
                    both,
                    both <= 1.0,
                    "up to 1",
                )
            }
        }
    }
}

impl TreeSettings {
    fn check(&self, table: &Table<'_>) -> Result<(), TreesError> {
        within(
            "max_leaves",
            self.max_leaves as f64,
            self.max_leaves >= 2,
            "2 or above",
        )?;
        let depth = self.max_depth.unwrap_or(1);
        within("max_depth", depth as f64, depth >= 1, "1 or above")?;
        let rows = self.min_rows_in_leaf;
        within("min_rows_in_leaf", rows as f64, rows >= 1, "1 or above")?;
        for (name, value) in [
            ("min_hessian_in_leaf", self.min_hessian_in_leaf),
            ("min_gain", self.min_gain),
            ("l1", self.l1),
            ("l2", self.l2),
            ("smooth", self.categories.smooth),
            ("categories.l2", self.categories.l2),
        ] {
            within(name, value, value >= 0.0, "0 or above")?;
        }
        if self.directions.is_empty() {
            return Ok(());
        }
        if self.directions.len() != table.columns().len() {
            return Err(TreesError::Setting {
                name: "directions",
                value: format!("{} directions", self.directions.len()),
                allowed: "one for each column, or empty",
            });
        }
        let odd = table
            .columns()
            .iter()
            .zip(&self.directions)
            .find(|(column, direction)| {
                column.values.kind() == ColumnKind::Categories && **direction != Direction::Free
            });
        match odd {
            Some((column, _)) => Err(TreesError::ConstraintOnCategories {
                column: column.name.clone(),
            }),
            None => Ok(()),
        }
    }
}

fn is_share(value: f64) -> bool {
    value > 0.0 && value <= 1.0
}

/// NaN and infinity fulfil no condition here.
pub(crate) fn within(
    name: &'static str,
    value: f64,
    fulfilled: bool,
    allowed: &'static str,
) -> Result<(), TreesError> {
    if fulfilled && value.is_finite() {
        return Ok(());
    }
    Err(TreesError::Setting {
        name,
        value: value.to_string(),
        allowed,
    })
}
