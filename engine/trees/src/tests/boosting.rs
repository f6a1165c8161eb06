//! Round after round: threads, resuming, stopping, sampling.

use proptest::prelude::*;

use super::support::{Data, fit, objectives, small, with_threads};
use crate::*;

fn samplings() -> [RowSampling; 3] {
    [
        RowSampling::All,
        RowSampling::Bagging {
            fraction: 0.6,
            every_rounds: 2,
        },
        RowSampling::Goss {
            top_fraction: 0.2,
            other_fraction: 0.2,
        },
    ]
}

/// Settings with everything random switched on.
fn random_settings(objective: Objective, rows: RowSampling, seed: u64) -> BoostSettings {
    let mut settings = small(objective);
    settings.rows = rows;
    settings.learning_rate = 0.5;
    settings.column_fraction = 0.7;
    settings.seed = seed;
    settings
}

#[test]
fn threads_do_not_change_a_bit() {
    let data = Data::mixed(40_000, 11);
    let table = data.table();
    for objective in objectives() {
        for rows in samplings() {
            let targets = data.targets_for(&objective);
            let settings = random_settings(objective.clone(), rows, 3);
            let [one, two, five] = [1, 2, 5]
                .map(|threads| with_threads(threads, || fit(settings.clone(), &table, &targets)));
            assert!(one == two && one == five, "{objective:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn a_resumed_booster_ends_like_an_uninterrupted_one(
        seed in any::<u64>(),
        stop_after in 1_usize..8,
        objective in 0_usize..7,
        sampling in 0_usize..3,
        has_holdout in any::<bool>(),
    ) {
        let objective = objectives()[objective].clone();
        let data = Data::mixed(500, seed);
        let other = Data::mixed(300, seed ^ 1);
        let (table, other_table) = (data.table(), other.table());
        let (targets, other_targets) = (data.targets_for(&objective), other.targets_for(&objective));
        let training = Labelled { table: &table, targets: &targets, weights: None };
        let holdout = has_holdout.then_some(Labelled { table: &other_table, targets: &other_targets, weights: None });
        let settings = random_settings(objective, samplings()[sampling].clone(), seed);
        let mut whole = Booster::new(settings.clone(), training, holdout).unwrap();
        whole.train(|_, _| Next::Continue);
        let mut first = Booster::new(settings, training, holdout).unwrap();
        let ending = first.train(|booster, _| if booster.rounds_done() == stop_after { Next::Cancel } else { Next::Continue });
        let mut second = Booster::resume(first.state(), training, holdout).unwrap();
        if ending == Ending::Cancelled {
            second.train(|_, _| Next::Continue);
        }
        prop_assert_eq!(whole.state(), second.state());
        prop_assert_eq!(whole.training_loss().to_bits(), second.training_loss().to_bits());
    }
}

#[test]
fn scores_in_training_are_those_of_the_model() {
    let data = Data::mixed(3000, 21);
    let table = data.table();
    for rows in samplings() {
        let training = Labelled {
            table: &table,
            targets: &data.targets,
            weights: None,
        };
        let settings = random_settings(Objective::SquaredError, rows, 4);
        let mut booster = Booster::new(settings, training, None).unwrap();
        booster.train(|_, _| Next::Continue);
        let loss = booster.training_loss();
        let scores = booster.into_model().raw_scores(&table).unwrap();
        let squares = scores
            .iter()
            .zip(&data.targets)
            .map(|(score, target)| (score - target).powi(2));
        let mean = squares.sum::<f64>() / 3000.0;
        assert!((mean - loss).abs() < 1e-12 * loss.max(1.0), "{mean} {loss}");
    }
}

#[test]
fn patience_keeps_the_best_round() {
    let data = Data::mixed(300, 31);
    let other = Data::mixed(300, 32);
    let noise: Vec<f64> = data.targets.iter().rev().copied().collect();
    let (table, other_table) = (data.table(), other.table());
    let training = Labelled {
        table: &table,
        targets: &noise,
        weights: None,
    };
    let holdout = Labelled {
        table: &other_table,
        targets: &other.targets,
        weights: None,
    };
    let mut settings = small(Objective::SquaredError);
    settings.rounds = 500;
    settings.patience_rounds = Some(5);
    let mut booster = Booster::new(settings, training, Some(holdout)).unwrap();
    assert_eq!(booster.train(|_, _| Next::Continue), Ending::Patience);
    let best = booster.best_round();
    assert_eq!(booster.rounds_done(), best + 5);
    let losses = booster.holdout_losses().to_vec();
    assert!(losses.iter().all(|loss| *loss >= losses[best - 1]));
    assert_eq!(booster.into_model().trees.len(), best);
}

#[test]
fn a_round_reports_and_the_caller_can_stop() {
    let data = Data::mixed(300, 41);
    let table = data.table();
    let training = Labelled {
        table: &table,
        targets: &data.targets,
        weights: None,
    };
    let mut booster = Booster::new(small(Objective::SquaredError), training, None).unwrap();
    let mut rounds = Vec::new();
    let ending = booster.train(|_, report| {
        rounds.push(report.round);
        if report.round == 3 {
            Next::Cancel
        } else {
            Next::Continue
        }
    });
    assert_eq!((ending, rounds), (Ending::Cancelled, vec![1, 2, 3]));
    assert_eq!(booster.train(|_, _| Next::Continue), Ending::AllRounds);
    assert_eq!(booster.round().ending, Some(Ending::AllRounds));
    assert_eq!(booster.into_model().trees.len(), 8);
}

#[test]
fn weights_count_like_repeated_rows() {
    let data = Data::mixed(200, 51);
    let doubled: Vec<usize> = (0..200).chain(0..50).collect();
    let weights: Vec<f64> = (0..200)
        .map(|row| if row < 50 { 2.0 } else { 1.0 })
        .collect();
    let repeated = Data {
        singles: data
            .singles
            .iter()
            .map(|values| doubled.iter().map(|row| values[*row]).collect())
            .collect(),
        doubles: data
            .doubles
            .iter()
            .map(|values| doubled.iter().map(|row| values[*row]).collect())
            .collect(),
        codes: data
            .codes
            .iter()
            .map(|values| doubled.iter().map(|row| values[*row]).collect())
            .collect(),
        targets: doubled.iter().map(|row| data.targets[*row]).collect(),
    };
    let table = data.table();
    let mut settings = small(Objective::SquaredError);
    settings.rounds = 1;
    settings.tree.max_leaves = 2;
    settings.tree.min_rows_in_leaf = 1;
    settings.bins.min_rows_in_bin = 1;
    settings.learning_rate = 1.0;
    let training = Labelled {
        table: &table,
        targets: &data.targets,
        weights: Some(&weights),
    };
    let mut booster = Booster::new(settings.clone(), training, None).unwrap();
    booster.train(|_, _| Next::Continue);
    let weighted = booster.into_model();
    let plain = fit(settings, &repeated.table(), &repeated.targets);
    assert!((weighted.base_scores[0] - plain.base_scores[0]).abs() < 1e-12);
    assert_eq!(
        weighted.trees[0].nodes[0].column,
        plain.trees[0].nodes[0].column
    );
    for (one, other) in weighted.trees[0]
        .leaf_values
        .iter()
        .zip(&plain.trees[0].leaf_values)
    {
        assert!((one - other).abs() < 1e-6, "{one} {other}");
    }
}

#[test]
fn class_weights_move_the_start() {
    let data = Data::mixed(200, 61);
    let mut settings = small(Objective::Binary);
    settings.rounds = 0;
    settings.class_weights = vec![1.0, 3.0];
    let model = fit(settings, &data.table(), &data.classes(2));
    assert!(
        (model.base_scores[0] - 3.0_f64.ln()).abs() < 0.02,
        "{:?}",
        model.base_scores
    );
}
