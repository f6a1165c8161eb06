//! The booster: one round after the other, with the caller in between.

mod data;

use rayon::prelude::*;

use crate::blocks::BinnedTable;
use crate::error::TreesError;
use crate::grow::{self, Ground, Grown};
use crate::model::{Aggregation, Model, model_columns};
use crate::objective::TASK_ROWS;
use crate::predict::add_tree;
use crate::quantise::{PackedSlopes, Slopes};
use crate::random::{self, stream};
use crate::sample::{self, Moment};
use crate::settings::{BoostSettings, TreeSettings};
use crate::table::{Labelled, Table};
use data::Prepared;
pub(crate) use data::{check_targets, check_teaching, check_weights};

/// What a booster needs to go on as if it had never stopped; plain data to be saved.
#[derive(Clone, Debug, PartialEq)]
pub struct BoosterState {
    pub settings: BoostSettings,
    /// All trees so far, without the cut at the best round.
    pub model: Model,
    pub rounds_done: usize,
    /// The loss on the hold-out rows after each round, where there are any.
    pub holdout_losses: Vec<f64>,
}

/// Why there are no more rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    AllRounds,
    /// The loss on the hold-out rows has not improved for the patience.
    Patience,
    /// No leaf can be split any more under the settings.
    NothingToSplit,
    /// The caller said so.
    Cancelled,
}

/// What a round did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoundReport {
    /// From 1.
    pub round: usize,
    /// Leaves of the round's trees together.
    pub leaves: usize,
    pub holdout_loss: Option<f64>,
    /// Set when this was the last round.
    pub ending: Option<Ending>,
}

/// What the caller of [`Booster::train`] wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Continue,
    Cancel,
}

/// Boosting under way. Borrows the data; everything that must survive is in [`Booster::state`].
pub struct Booster<'a> {
    settings: BoostSettings,
    /// The tree's settings with one direction for each slot.
    tree_settings: TreeSettings,
    training: Prepared<'a>,
    holdout: Option<Prepared<'a>>,
    binned: BinnedTable,
    model: Model,
    rounds_done: usize,
    holdout_losses: Vec<f64>,
    ending: Option<Ending>,
    /// The memory of packed slopes, kept from tree to tree.
    words: Vec<u64>,
}

impl<'a> Booster<'a> {
    /// Bins the table and starts from the best constant.
    ///
    /// Errors: settings out of their ranges; targets or weights that do not fit the objective or the rows; only one class; too many rows;
    /// hold-out rows with other columns.
    pub fn new(
        settings: BoostSettings,
        training: Labelled<'a>,
        holdout: Option<Labelled<'a>>,
    ) -> Result<Self, TreesError> {
        settings.check(training.table)?;
        let training = Prepared::new(training, &settings, true)?;
        let holdout = holdout
            .map(|holdout| Prepared::new(holdout, &settings, false))
            .transpose()?;
        let binned = BinnedTable::new(training.table, &settings.bins, settings.seed)?;
        let outputs = settings.objective.outputs();
        let base_scores = if settings.boost_from_average {
            settings.objective.constants(training.goal())
        } else {
            vec![0.0; outputs]
        };
        let model = Model {
            columns: model_columns(training.table),
            outputs,
            leaf_outputs: 1,
            base_scores,
            trees: Vec::new(),
            aggregation: Aggregation::Sum,
            link: settings.objective.link(),
        };
        if let Some(holdout) = &holdout {
            model.check_table(holdout.table)?;
        }
        let mut booster = Self {
            tree_settings: by_slot(&settings.tree, &binned),
            settings,
            training,
            holdout,
            binned,
            model,
            rounds_done: 0,
            holdout_losses: Vec::new(),
            ending: None,
            words: Vec::new(),
        };
        booster.start_scores();
        Ok(booster)
    }

    /// Goes on from a saved state with the same data, bit for bit as if it had never stopped.
    ///
    /// Errors: as [`Self::new`]; a state of other columns or of a malformed model.
    pub fn resume(
        state: BoosterState,
        training: Labelled<'a>,
        holdout: Option<Labelled<'a>>,
    ) -> Result<Self, TreesError> {
        let mut booster = Self::new(state.settings, training, holdout)?;
        let foreign = |reason| Err(TreesError::ForeignState { reason });
        state.model.check()?;
        let model = &state.model;
        if (model.outputs, model.leaf_outputs) != (booster.model.outputs, 1) {
            return foreign("the outputs differ");
        }
        if model.columns != booster.model.columns {
            return foreign("the columns differ");
        }
        if state.model.base_scores != booster.model.base_scores {
            return foreign("the targets or weights differ");
        }
        if state.model.trees.len() != state.rounds_done * booster.model.outputs {
            return foreign("the trees do not fit the rounds");
        }
        let losses = if booster.holdout.is_some() {
            state.rounds_done
        } else {
            0
        };
        if state.holdout_losses.len() != losses {
            return foreign("hold-out rows came or went");
        }
        booster.model = state.model;
        booster.rounds_done = state.rounds_done;
        booster.holdout_losses = state.holdout_losses;
        for at in 0..booster.model.trees.len() {
            booster.replay(at);
        }
        booster.ending = booster.ending_now(true);
        Ok(booster)
    }

    /// Everything that a later [`Self::resume`] needs.
    pub fn state(&self) -> BoosterState {
        BoosterState {
            settings: self.settings.clone(),
            model: self.model.clone(),
            rounds_done: self.rounds_done,
            holdout_losses: self.holdout_losses.clone(),
        }
    }

    pub fn rounds_done(&self) -> usize {
        self.rounds_done
    }

    /// The loss on the hold-out rows after each round.
    pub fn holdout_losses(&self) -> &[f64] {
        &self.holdout_losses
    }

    /// The weighted mean loss on the training rows now.
    pub fn training_loss(&self) -> f64 {
        self.settings
            .objective
            .loss(self.training.goal(), &self.training.scores)
    }

    /// Rounds up to the best loss on the hold-out rows, or all rounds without such rows.
    pub fn best_round(&self) -> usize {
        match self.best() {
            Some((round, _)) => round,
            None => self.rounds_done,
        }
    }

    /// The model up to the best round where patience is set, else with all rounds.
    pub fn into_model(mut self) -> Model {
        if self.settings.patience_rounds.is_some() {
            let trees = self.best_round() * self.model.outputs;
            self.model.trees.truncate(trees);
        }
        self.model
    }

    /// Runs rounds until the end or until the caller cancels.
    pub fn train(&mut self, mut after_round: impl FnMut(&Self, &RoundReport) -> Next) -> Ending {
        loop {
            let report = self.round();
            if let Some(ending) = report.ending {
                after_round(self, &report);
                return ending;
            }
            if after_round(self, &report) == Next::Cancel {
                return Ending::Cancelled;
            }
        }
    }

    /// One round: a tree for each output. After the end it does nothing and says again why.
    pub fn round(&mut self) -> RoundReport {
        self.ending = self.ending.or(self.ending_now(true));
        let mut leaves = 0;
        if self.ending.is_none() {
            leaves = self.grow_round();
            let split_nothing = leaves == self.model.outputs;
            if split_nothing {
                let trees = self.rounds_done * self.model.outputs;
                self.model.trees.truncate(trees);
                self.ending = Some(Ending::NothingToSplit);
            } else {
                self.finish_round();
            }
        }
        RoundReport {
            round: self.rounds_done,
            leaves,
            holdout_loss: self.holdout_losses.last().copied(),
            ending: self.ending,
        }
    }

    fn finish_round(&mut self) {
        self.rounds_done += 1;
        let first = self.model.trees.len() - self.model.outputs;
        if let Some(holdout) = &mut self.holdout {
            for (output, scores) in holdout.scores.iter_mut().enumerate() {
                add_tree(&self.model.trees[first + output], holdout.table, scores);
            }
            let loss = self
                .settings
                .objective
                .loss(holdout.goal(), &holdout.scores);
            self.holdout_losses.push(loss);
        }
        self.ending = self.ending_now(false);
    }

    /// `at_start` is before a round, where no rounds at all may have been asked for.
    fn ending_now(&self, at_start: bool) -> Option<Ending> {
        if self.rounds_done >= self.settings.rounds && (at_start || self.rounds_done > 0) {
            return Some(Ending::AllRounds);
        }
        let patience = self.settings.patience_rounds?;
        let (best, _) = self.best()?;
        (self.rounds_done - best >= patience.max(1)).then_some(Ending::Patience)
    }

    /// The round (from 1) of the lowest loss, the first of equals.
    fn best(&self) -> Option<(usize, f64)> {
        let mut best: Option<(usize, f64)> = None;
        for (at, &loss) in self.holdout_losses.iter().enumerate() {
            if best.is_none_or(|(_, least)| loss < least) {
                best = Some((at + 1, loss));
            }
        }
        best
    }

    fn start_scores(&mut self) {
        let base = &self.model.base_scores;
        self.training.scores = starts(base, self.training.table);
        if let Some(holdout) = &mut self.holdout {
            holdout.scores = starts(base, holdout.table);
        }
    }

    /// Adds a tree that was grown before to the scores.
    fn replay(&mut self, at: usize) {
        let output = at % self.model.outputs;
        let tree = &self.model.trees[at];
        add_tree(tree, self.training.table, &mut self.training.scores[output]);
        if let Some(holdout) = &mut self.holdout {
            add_tree(tree, holdout.table, &mut holdout.scores[output]);
        }
    }

    /// Grows the trees of a round and returns their leaves.
    fn grow_round(&mut self) -> usize {
        let objective = &self.settings.objective;
        let normalisers = objective.normalisers(&self.training.scores);
        let goal = self.training.goal();
        let mut slopes: Vec<Slopes> = (0..self.model.outputs)
            .map(|output| objective.slopes(goal, &self.training.scores, &normalisers, output))
            .collect();
        let moment = Moment {
            seed: self.settings.seed,
            round: self.rounds_done,
            learning_rate: self.settings.learning_rate,
        };
        let rows = sample::rows(&self.settings.rows, moment, &mut slopes);
        slopes
            .iter()
            .enumerate()
            .map(|(output, slopes)| self.grow_tree(output, slopes, rows.clone()))
            .sum()
    }

    fn grow_tree(&mut self, output: usize, slopes: &Slopes, rows: Vec<u32>) -> usize {
        let place = (self.rounds_done * self.model.outputs + output) as u64;
        let key = |purpose| random::key(self.settings.seed, purpose, place);
        let words = std::mem::take(&mut self.words);
        let packed = PackedSlopes::round(slopes, key(stream::ROUNDING), words);
        let slots = self.binned.slots.len();
        let open_slots =
            sample::open_slots(slots, self.settings.column_fraction, key(stream::COLUMNS));
        let ground = Ground {
            table: &self.binned,
            settings: &self.tree_settings,
            slopes: &packed,
            open_slots: &open_slots,
        };
        let grown = grow::grow(ground, rows);
        let values = self.leaf_values(&grown, slopes, output);
        let covers_all = grown.rows.len() == self.binned.rows;
        if covers_all {
            add_leaves(&grown, &values, &mut self.training.scores[output]);
        }
        let tree = grown.into_tree(ground, values);
        if !covers_all {
            add_tree(
                &tree,
                self.training.table,
                &mut self.training.scores[output],
            );
        }
        let leaves = tree.leaves();
        self.model.trees.push(tree);
        self.words = packed.words;
        leaves
    }

    /// The values of leaves, shrunk by the learning rate; a tree that split nothing adds nothing.
    fn leaf_values(&self, grown: &Grown, slopes: &Slopes, output: usize) -> Vec<f64> {
        if grown.nodes.is_empty() {
            return vec![0.0];
        }
        let goal = self.training.goal();
        let scores = &self.training.scores[output];
        let values = match self.settings.objective.renewal_level() {
            Some(level) => {
                let residual = |row: usize| (goal.targets[row] - scores[row], goal.weight(row));
                grow::percentile_values(grown, level, goal.weights.is_some(), residual)
            }
            None => grow::newton_values(grown, slopes, self.settings.tree.l1),
        };
        let rate = self.settings.learning_rate;
        values.into_iter().map(|value| value * rate).collect()
    }
}

fn starts(base_scores: &[f64], table: &Table<'_>) -> Vec<Vec<f64>> {
    base_scores
        .iter()
        .map(|base| vec![*base; table.rows()])
        .collect()
}

/// The settings with the directions of columns turned into those of slots.
fn by_slot(settings: &TreeSettings, binned: &BinnedTable) -> TreeSettings {
    let mut settings = settings.clone();
    if !settings.directions.is_empty() {
        let columns = std::mem::take(&mut settings.directions);
        settings.directions = binned.slots.iter().map(|column| columns[*column]).collect();
    }
    settings
}

/// Adds the values of leaves to the scores of their rows: each task owns some scores and finds its rows, which ascend in every leaf.
fn add_leaves(grown: &Grown, values: &[f64], scores: &mut [f64]) {
    scores
        .par_chunks_mut(TASK_ROWS)
        .enumerate()
        .for_each(|(task, scores)| {
            let first = task * TASK_ROWS;
            for (leaf, value) in grown.leaves.iter().zip(values) {
                let rows = grown.rows_of(leaf);
                let from = rows.partition_point(|row| (*row as usize) < first);
                let to = rows.partition_point(|row| (*row as usize) < first + scores.len());
                for row in &rows[from..to] {
                    scores[*row as usize - first] += value;
                }
            }
        });
}
