//! Data for tests: columns of all kinds with a target that depends on them.

use crate::random::Dice;
use crate::*;

/// Owned columns; [`Data::table`] lends them.
pub(super) struct Data {
    pub(super) singles: Vec<Vec<f32>>,
    pub(super) doubles: Vec<Vec<f64>>,
    pub(super) codes: Vec<Vec<u32>>,
    pub(super) targets: Vec<f64>,
}

impl Data {
    /// Two columns of `f32` (one with missing values), one of `f64`, two of categories (one with missing values); a number to learn.
    pub(super) fn mixed(rows: usize, seed: u64) -> Self {
        let mut dice = Dice::new(random::key(seed, 99, 0));
        let mut data = Self {
            singles: vec![Vec::new(); 2],
            doubles: vec![Vec::new()],
            codes: vec![Vec::new(); 2],
            targets: Vec::new(),
        };
        for _ in 0..rows {
            let first = dice.unit() as f32 * 4.0 - 2.0;
            let second = (dice.unit() * 10.0).floor() as f32;
            let third = dice.unit() - 0.5;
            let code = dice.below(12) as u32;
            let other = dice.below(3) as u32;
            let signal = f64::from(first).sin()
                + third * f64::from(second) * 0.3
                + if code.is_multiple_of(3) { 1.0 } else { 0.0 }
                + if other == 1 { 0.5 } else { 0.0 };
            data.targets.push(signal + 0.2 * (dice.unit() - 0.5));
            data.singles[0].push(first);
            data.singles[1].push(if dice.below(10) == 0 {
                f32::NAN
            } else {
                second
            });
            data.doubles[0].push(third);
            data.codes[0].push(if dice.below(12) == 0 {
                MISSING_CATEGORY
            } else {
                code
            });
            data.codes[1].push(other);
        }
        data
    }

    pub(super) fn table(&self) -> Table<'_> {
        let singles = self.singles.iter().map(|values| Values::Single(values));
        let doubles = self.doubles.iter().map(|values| Values::Double(values));
        let codes = self.codes.iter().map(|values| Values::Categories(values));
        let columns = singles.chain(doubles).chain(codes).enumerate();
        let columns = columns.map(|(at, values)| Column {
            name: format!("column {at}"),
            values,
        });
        Table::new(columns.collect()).unwrap()
    }

    /// The targets turned into `count` classes of about equal size.
    pub(super) fn classes(&self, count: usize) -> Vec<f64> {
        let mut sorted = self.targets.clone();
        sorted.sort_by(f64::total_cmp);
        let class =
            |target: &f64| sorted.partition_point(|one| one < target) * count / sorted.len();
        self.targets
            .iter()
            .map(|target| class(target) as f64)
            .collect()
    }

    /// Targets that suit an objective.
    pub(super) fn targets_for(&self, objective: &Objective) -> Vec<f64> {
        match objective.classes() {
            Some(classes) => self.classes(classes),
            None if *objective == Objective::Poisson => self
                .targets
                .iter()
                .map(|target| target.max(0.0).round())
                .collect(),
            None => self.targets.clone(),
        }
    }
}

pub(super) fn objectives() -> Vec<Objective> {
    vec![
        Objective::Binary,
        Objective::Multiclass { classes: 4 },
        Objective::SquaredError,
        Objective::AbsoluteError,
        Objective::Huber { delta: 0.5 },
        Objective::Quantile { level: 0.8 },
        Objective::Poisson,
    ]
}

/// Few rounds of small trees.
pub(super) fn small(objective: Objective) -> BoostSettings {
    let mut settings = BoostSettings::new(objective);
    settings.rounds = 8;
    settings.tree.max_leaves = 8;
    settings.tree.min_rows_in_leaf = 5;
    settings.tree.categories.min_rows_in_group = 5;
    settings
}

pub(super) fn fit(settings: BoostSettings, table: &Table<'_>, targets: &[f64]) -> Model {
    let data = Labelled {
        table,
        targets,
        weights: None,
    };
    let mut booster = Booster::new(settings, data, None).unwrap();
    booster.train(|_, _| Next::Continue);
    booster.into_model()
}

pub(super) fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(work)
}

/// A table of one column.
pub(super) fn single(values: &[f32]) -> Table<'_> {
    Table::new(vec![Column {
        name: "x".into(),
        values: Values::Single(values),
    }])
    .unwrap()
}

pub(super) fn category(codes: &[u32]) -> Table<'_> {
    Table::new(vec![Column {
        name: "c".into(),
        values: Values::Categories(codes),
    }])
    .unwrap()
}
