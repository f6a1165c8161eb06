//! Each objective finds what it is named after.

use super::support::{Data, fit, objectives, small};
use crate::objective::Goal;
use crate::*;

#[test]
fn slopes_are_derivatives_of_the_loss() {
    let step = 1e-5;
    for objective in objectives() {
        let outputs = objective.outputs();
        let target = if objective.classes().is_some() {
            1.0
        } else {
            2.0
        };
        let targets = [target];
        let goal = Goal {
            targets: &targets,
            weights: None,
        };
        let scores: Vec<Vec<f64>> = (0..outputs)
            .map(|output| vec![0.3 + 0.1 * output as f64])
            .collect();
        for output in 0..outputs {
            let loss = |move_by: f64| {
                let mut moved = scores.clone();
                moved[output][0] += move_by;
                objective.loss(goal, &moved)
            };
            let halved = if objective == Objective::SquaredError {
                0.5
            } else {
                1.0
            };
            let expected = halved * (loss(step) - loss(-step)) / (2.0 * step);
            let slopes = objective.slopes(goal, &scores, &objective.normalisers(&scores), output);
            let found = f64::from(slopes.gradients[0]);
            assert!(
                (found - expected).abs() < 1e-4,
                "{objective:?} {found} {expected}"
            );
        }
    }
}

#[test]
fn every_objective_lowers_its_loss() {
    let data = Data::mixed(2000, 71);
    let table = data.table();
    for objective in objectives() {
        let targets = data.targets_for(&objective);
        let labelled = Labelled {
            table: &table,
            targets: &targets,
            weights: None,
        };
        let mut settings = small(objective.clone());
        settings.rounds = 60;
        let mut booster = Booster::new(settings, labelled, None).unwrap();
        let before = booster.training_loss();
        booster.train(|_, _| Next::Continue);
        let after = booster.training_loss();
        let least = if objective == Objective::Poisson {
            before - 0.01
        } else {
            0.7 * before
        };
        assert!(after < least, "{objective:?} {before} {after}");
    }
}

#[test]
fn a_quantile_leaves_its_share_below() {
    let data = Data::mixed(4000, 81);
    let mut settings = small(Objective::Quantile { level: 0.8 });
    settings.rounds = 100;
    let table = data.table();
    let predictions = fit(settings, &table, &data.targets)
        .predictions(&table)
        .unwrap();
    let below = predictions
        .iter()
        .zip(&data.targets)
        .filter(|(prediction, target)| target <= prediction);
    let share = below.count() as f64 / 4000.0;
    assert!((share - 0.8).abs() < 0.03, "{share}");
}

#[test]
fn probabilities_sum_to_one() {
    let data = Data::mixed(500, 91);
    let table = data.table();
    let model = fit(
        small(Objective::Multiclass { classes: 4 }),
        &table,
        &data.classes(4),
    );
    for row in model.predictions(&table).unwrap().chunks(4) {
        assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
