//! Random forests and extra trees on binned columns: trees grown side by side, each by one thread, each from its own random numbers.
//!
//! Breiman, “Random Forests” (2001); Geurts, Ernst and Wehenkel, “Extremely randomized trees” (2006). Defaults are scikit-learn's.

mod grow;
mod out_of_bag;
mod split;
mod sums;

use rayon::prelude::*;

use crate::blocks::BinnedTable;
use crate::booster::{check_targets, check_teaching, check_weights};
use crate::error::TreesError;
use crate::model::{Aggregation, Link, Model, Tree, model_columns};
use crate::objective::Objective;
use crate::random::{self, stream};
use crate::settings::within;
use crate::table::Labelled;
use crate::{BinSettings, bins::MAX_BINS};
use grow::{Bag, Plot};
pub use out_of_bag::OutOfBag;
use out_of_bag::Votes;
use sums::Lesson;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForestKind {
    /// The best cut of every column that is drawn.
    RandomForest,
    /// One random cut of every column that is drawn.
    ExtraTrees,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForestTask {
    /// Probabilities of this many classes, numbered from 0.
    Classes(usize),
    /// A number.
    Numbers,
}

/// How many columns a split looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SplitColumns {
    SquareRoot,
    /// In (0, 1].
    Fraction(f64),
}

#[derive(Clone, Debug, PartialEq)]
pub struct ForestSettings {
    pub kind: ForestKind,
    pub task: ForestTask,
    pub trees: usize,
    pub split_columns: SplitColumns,
    /// Splits from the root to a leaf; `None` is no limit.
    pub max_depth: Option<usize>,
    pub min_rows_in_leaf: usize,
    pub min_rows_to_split: usize,
    /// Each tree learns from as many rows as there are, drawn with repetition; without it from all, and no row is out of the bag.
    pub bootstrap: bool,
    /// One factor for each class, or empty.
    pub class_weights: Vec<f64>,
    pub bins: BinSettings,
    pub seed: u64,
}

impl ForestSettings {
    /// scikit-learn's defaults: the square root of the columns for classes, all for numbers; the bootstrap for random forests alone.
    pub fn new(kind: ForestKind, task: ForestTask) -> Self {
        Self {
            kind,
            task,
            trees: 100,
            split_columns: match task {
                ForestTask::Classes(_) => SplitColumns::SquareRoot,
                ForestTask::Numbers => SplitColumns::Fraction(1.0),
            },
            max_depth: None,
            min_rows_in_leaf: 1,
            min_rows_to_split: 2,
            bootstrap: kind == ForestKind::RandomForest,
            class_weights: Vec::new(),
            bins: BinSettings {
                max_bins: MAX_BINS,
                min_rows_in_bin: 1,
                ..BinSettings::default()
            },
            seed: 0,
        }
    }

    fn check(&self) -> Result<(), TreesError> {
        within("trees", self.trees as f64, self.trees > 0, "1 or above")?;
        if let SplitColumns::Fraction(share) = self.split_columns {
            within(
                "split_columns",
                share,
                share > 0.0 && share <= 1.0,
                "above 0 and up to 1",
            )?;
        }
        let depth = self.max_depth.unwrap_or(1);
        within("max_depth", depth as f64, depth >= 1, "1 or above")?;
        let rows = self.min_rows_in_leaf;
        within("min_rows_in_leaf", rows as f64, rows >= 1, "1 or above")?;
        let classes = match self.task {
            ForestTask::Classes(classes) => classes,
            ForestTask::Numbers => 0,
        };
        if !self.class_weights.is_empty() && self.class_weights.len() != classes {
            return Err(TreesError::Setting {
                name: "class_weights",
                value: format!("{} numbers", self.class_weights.len()),
                allowed: "one for each class, or empty",
            });
        }
        for weight in &self.class_weights {
            within("class_weights", *weight, *weight >= 0.0, "0 or above")?;
        }
        self.objective().check()
    }

    /// The boosting objective that asks the same of its targets.
    fn objective(&self) -> Objective {
        match self.task {
            ForestTask::Classes(classes) => Objective::Multiclass { classes },
            ForestTask::Numbers => Objective::SquaredError,
        }
    }

    fn columns_of(&self, slots: usize) -> usize {
        let drawn = match self.split_columns {
            SplitColumns::SquareRoot => (slots as f64).sqrt() as usize,
            SplitColumns::Fraction(share) => (slots as f64 * share) as usize,
        };
        drawn.max(1)
    }
}

/// A forest under way. Tree `t` depends on the settings, the data and `t` alone.
pub struct Forest<'a> {
    settings: ForestSettings,
    data: Labelled<'a>,
    binned: BinnedTable,
    lesson: Lesson,
    votes: Votes,
    model: Model,
}

impl<'a> Forest<'a> {
    /// Errors: settings out of their ranges; targets or weights that do not fit; only one class; too many rows.
    pub fn new(settings: ForestSettings, data: Labelled<'a>) -> Result<Self, TreesError> {
        settings.check()?;
        check_targets(data, &settings.objective())?;
        check_weights(data)?;
        check_teaching(data.targets, &settings.objective())?;
        let lesson = Lesson::new(data, settings.task, &settings.class_weights);
        if lesson.has_no_weight() {
            return Err(TreesError::WeightsAllZero);
        }
        let outputs = lesson.outputs();
        let model = Model {
            columns: model_columns(data.table),
            outputs,
            leaf_outputs: outputs,
            base_scores: lesson.base_scores(),
            trees: Vec::new(),
            aggregation: Aggregation::Mean,
            link: Link::Identity,
        };
        Ok(Self {
            binned: BinnedTable::new(data.table, &settings.bins, settings.seed)?,
            votes: Votes::new(data.table.rows(), outputs),
            settings,
            data,
            lesson,
            model,
        })
    }

    /// Goes on with trees that were grown before from the same settings and data.
    ///
    /// Errors: as [`Self::new`]; trees of another table.
    pub fn resume(
        settings: ForestSettings,
        data: Labelled<'a>,
        model: Model,
    ) -> Result<Self, TreesError> {
        let mut forest = Self::new(settings, data)?;
        model.check()?;
        if model.columns != forest.model.columns || model.base_scores != forest.model.base_scores {
            return Err(TreesError::ForeignState {
                reason: "the columns or the targets differ",
            });
        }
        for (at, tree) in model.trees.into_iter().enumerate() {
            let bag = forest.bag(at);
            let votes = forest.vote(&tree, &bag);
            forest.take(tree, votes);
        }
        Ok(forest)
    }

    pub fn trees_done(&self) -> usize {
        self.model.trees.len()
    }

    pub fn is_done(&self) -> bool {
        self.trees_done() >= self.settings.trees
    }

    /// Grows up to `count` more trees in parallel. Between calls the caller shows progress, saves [`Self::model`] or stops.
    pub fn grow(&mut self, count: usize) {
        let from = self.trees_done();
        let to = (from + count).min(self.settings.trees);
        let grown: Vec<(Tree, Vec<u32>)> = (from..to)
            .into_par_iter()
            .with_max_len(1)
            .map(|at| {
                let bag = self.bag(at);
                let tree = grow::grow(self.plot(at), &bag);
                let votes = self.vote(&tree, &bag);
                (tree, votes)
            })
            .collect();
        for (tree, votes) in grown {
            self.take(tree, votes);
        }
    }

    /// The model so far.
    pub fn model(&self) -> &Model {
        &self.model
    }

    pub fn into_model(self) -> Model {
        self.model
    }

    /// What the trees say of rows that they did not learn from; nothing without bootstrap or before the first tree.
    pub fn out_of_bag(&self) -> Option<OutOfBag> {
        self.settings
            .bootstrap
            .then(|| {
                self.votes
                    .evaluate(self.settings.task, self.data.targets, &self.model)
            })
            .flatten()
    }

    fn bag(&self, at: usize) -> Bag {
        let key = random::key(self.settings.seed, stream::BOOTSTRAP, at as u64);
        Bag::new(&self.lesson, self.settings.bootstrap.then_some(key))
    }

    fn plot(&self, at: usize) -> Plot<'_> {
        Plot {
            settings: &self.settings,
            table: &self.binned,
            lesson: &self.lesson,
            key: random::key(self.settings.seed, stream::FOREST_SPLITS, at as u64),
            columns: self.settings.columns_of(self.binned.slots.len()),
        }
    }

    fn vote(&self, tree: &Tree, bag: &Bag) -> Vec<u32> {
        if !self.settings.bootstrap {
            return Vec::new();
        }
        out_of_bag::leaves(tree, self.data.table, bag)
    }

    fn take(&mut self, tree: Tree, votes: Vec<u32>) {
        self.votes.add(&tree, &votes);
        self.model.trees.push(tree);
    }
}
