//! Bad input is a sentence with a hint; odd input is learned from.

use expect_test::{Expect, expect};

use super::support::{Data, category, fit, single, small};
use crate::*;

fn check(error: TreesError, expected: Expect) {
    assert!(error.hint().is_some());
    expected.assert_eq(&error.to_string());
}

fn refused(objective: Objective, targets: &[f64], weights: Option<&[f64]>) -> TreesError {
    let values = [1.0, 2.0, 3.0];
    let table = single(&values);
    let data = Labelled {
        table: &table,
        targets,
        weights,
    };
    Booster::new(BoostSettings::new(objective), data, None)
        .err()
        .unwrap()
}

#[test]
fn targets_that_do_not_fit_are_told() {
    check(
        refused(Objective::Binary, &[0.0, 1.0, 2.0], None),
        expect!["the target of row 2 is 2, which is no class from 0 to 1"],
    );
    check(
        refused(Objective::Binary, &[1.0, 1.0, 1.0], None),
        expect!["every row has the class 1"],
    );
    check(
        refused(Objective::SquaredError, &[0.0, f64::INFINITY, 2.0], None),
        expect!["the target of row 1 is inf"],
    );
    check(
        refused(Objective::SquaredError, &[0.0], None),
        expect!["there are 1 targets for 3 rows"],
    );
    check(
        refused(Objective::Poisson, &[0.0, -1.0, 2.0], None),
        expect!["the target of row 1 is -1, and a Poisson count is never negative"],
    );
    check(
        refused(Objective::Poisson, &[0.0, 0.0, 0.0], None),
        expect!["every target is zero"],
    );
}

#[test]
fn weights_that_do_not_fit_are_told() {
    let targets = [0.0, 1.0, 0.5];
    check(
        refused(
            Objective::SquaredError,
            &targets,
            Some(&[1.0, f64::NAN, 1.0]),
        ),
        expect!["the weight of row 1 is NaN"],
    );
    check(
        refused(Objective::SquaredError, &targets, Some(&[0.0; 3])),
        expect!["every weight is zero"],
    );
}

#[test]
fn tables_and_settings_that_cannot_be_are_told() {
    check(
        Table::new(Vec::new()).unwrap_err(),
        expect!["the table has no columns"],
    );
    check(
        Table::new(vec![Column {
            name: "x".into(),
            values: Values::Single(&[]),
        }])
        .unwrap_err(),
        expect!["the table has no rows"],
    );
    check(
        refused(Objective::Quantile { level: 1.0 }, &[0.0, 1.0, 2.0], None),
        expect!["level is 1, and must be between 0 and 1"],
    );
    let codes = [0, 1, 2];
    let table = category(&codes);
    let mut settings = BoostSettings::new(Objective::SquaredError);
    settings.tree.directions = vec![Direction::Increasing];
    let data = Labelled {
        table: &table,
        targets: &[0.0, 1.0, 2.0],
        weights: None,
    };
    check(
        Booster::new(settings, data, None).err().unwrap(),
        expect!["the column “c” holds categories, which have no order to constrain"],
    );
}

#[test]
fn a_model_refuses_other_columns_and_damage() {
    let data = Data::mixed(200, 1);
    let mut model = fit(small(Objective::SquaredError), &data.table(), &data.targets);
    check(
        model.predictions(&single(&[1.0])).unwrap_err(),
        expect!["the table has 1 columns where 5 are expected"],
    );
    model.trees[0].nodes[0].left = Child::Node(0);
    check(
        model.predictions(&data.table()).unwrap_err(),
        expect![
            "tree 0 of the model is malformed: a child does not exist or stands before its parent"
        ],
    );
}

#[test]
fn a_state_of_other_data_is_refused() {
    let data = Data::mixed(200, 1);
    let other = Data::mixed(200, 2);
    let (table, other_table) = (data.table(), other.table());
    let training = Labelled {
        table: &table,
        targets: &data.targets,
        weights: None,
    };
    let mut booster = Booster::new(small(Objective::SquaredError), training, None).unwrap();
    booster.round();
    let foreign = Labelled {
        table: &other_table,
        targets: &other.targets,
        weights: None,
    };
    check(
        Booster::resume(booster.state(), foreign, None)
            .err()
            .unwrap(),
        expect!["the saved state does not fit this training: the targets or weights differ"],
    );
}

#[test]
fn columns_that_teach_nothing_do_no_harm() {
    let rows = 200;
    let empty = vec![f32::NAN; rows];
    let constant = vec![3.0_f64; rows];
    let unknown = vec![MISSING_CATEGORY; rows];
    let useful: Vec<f32> = (0..rows).map(|row| row as f32).collect();
    let values = [
        Values::Single(&empty),
        Values::Double(&constant),
        Values::Categories(&unknown),
        Values::Single(&useful),
    ];
    let targets: Vec<f64> = useful.iter().map(|value| f64::from(*value)).collect();
    for count in [3, 4] {
        let columns = values[..count].iter().map(|values| Column {
            name: "x".into(),
            values: *values,
        });
        let table = Table::new(columns.collect()).unwrap();
        let data = Labelled {
            table: &table,
            targets: &targets,
            weights: None,
        };
        let mut booster = Booster::new(small(Objective::SquaredError), data, None).unwrap();
        let ending = booster.train(|_, _| Next::Continue);
        let nothing = count == 3;
        assert_eq!(
            ending,
            if nothing {
                Ending::NothingToSplit
            } else {
                Ending::AllRounds
            }
        );
        let model = booster.into_model();
        assert_eq!(model.trees.len(), if nothing { 0 } else { 8 });
        assert_eq!(
            model.contributions(&table).unwrap().len(),
            rows * (count + 1)
        );
        let mut settings = ForestSettings::new(ForestKind::ExtraTrees, ForestTask::Numbers);
        settings.trees = 3;
        let mut forest = Forest::new(settings, data).unwrap();
        forest.grow(3);
        assert_eq!(forest.model().predictions(&table).unwrap().len(), rows);
    }
}

#[test]
fn two_rows_are_enough() {
    let values = [1.0, 2.0];
    let table = single(&values);
    let targets = [0.0, 1.0];
    let model = fit(BoostSettings::new(Objective::Binary), &table, &targets);
    assert_eq!(model.predictions(&table).unwrap(), vec![0.5, 0.5]);
    let mut settings = BoostSettings::new(Objective::Binary);
    settings.tree.min_rows_in_leaf = 1;
    settings.bins.min_rows_in_bin = 1;
    let predictions = fit(settings, &table, &targets).predictions(&table).unwrap();
    assert!(
        predictions[0] < 0.01 && predictions[1] > 0.99,
        "{predictions:?}"
    );
}

#[test]
fn infinite_numbers_are_learned_from() {
    let values: Vec<f32> = (0..300)
        .map(|row| match row % 3 {
            0 => f32::NEG_INFINITY,
            1 => f32::INFINITY,
            _ => row as f32,
        })
        .collect();
    let targets: Vec<f64> = (0..300).map(|row| f64::from(row % 3)).collect();
    let table = single(&values);
    let mut settings = BoostSettings::new(Objective::SquaredError);
    settings.bins.min_rows_in_bin = 1;
    let predictions = fit(settings, &table, &targets).predictions(&table).unwrap();
    for (prediction, target) in predictions.iter().zip(&targets) {
        assert!((prediction - target).abs() < 0.01);
    }
}

#[test]
fn ten_thousand_categories_are_learned_from() {
    let codes: Vec<u32> = (0..60_000_u32)
        .map(|row| row.wrapping_mul(2_654_435_761) % 10_000)
        .collect();
    let targets: Vec<f64> = codes.iter().map(|code| f64::from(code % 2)).collect();
    let table = category(&codes);
    let mut settings = BoostSettings::new(Objective::Binary);
    settings.rounds = 3;
    settings.tree.categories.smooth = 1.0;
    settings.tree.categories.min_rows_in_group = 1;
    let data = Labelled {
        table: &table,
        targets: &targets,
        weights: None,
    };
    let mut booster = Booster::new(settings, data, None).unwrap();
    let before = booster.training_loss();
    booster.train(|_, _| Next::Continue);
    assert!(booster.training_loss() < before);
}

#[test]
fn five_thousand_columns_are_learned_from() {
    let rows = 60;
    let columns: Vec<Vec<f32>> = (0..5000_u32)
        .map(|column| {
            (0..rows)
                .map(|row| (random::bits(9, u64::from(column * 100 + row)) % 1000) as f32)
                .collect()
        })
        .collect();
    let targets: Vec<f64> = columns[4321]
        .iter()
        .map(|value| f64::from(*value))
        .collect();
    let table = Table::new(
        columns
            .iter()
            .map(|values| Column {
                name: "x".into(),
                values: Values::Single(values),
            })
            .collect(),
    );
    let mut settings = small(Objective::SquaredError);
    settings.rounds = 2;
    settings.bins.min_rows_in_bin = 1;
    let model = fit(settings, &table.unwrap(), &targets);
    assert_eq!(model.trees[0].nodes[0].column, 4321);
}

#[test]
fn a_forest_learns_from_the_one_row_that_weighs() {
    let values = [1.0, 2.0, 3.0];
    let table = single(&values);
    let data = Labelled {
        table: &table,
        targets: &[0.0, 1.0, 1.0],
        weights: Some(&[0.0, 0.0, 1.0]),
    };
    let settings = ForestSettings::new(ForestKind::RandomForest, ForestTask::Classes(2));
    let mut forest = Forest::new(settings, data).unwrap();
    forest.grow(100);
    let predictions = forest.into_model().predictions(&table).unwrap();
    assert!(
        predictions
            .chunks(2)
            .all(|shares| (shares[1] - 1.0).abs() < 1e-12)
    );
}

#[test]
fn a_state_of_other_outputs_is_refused() {
    let data = Data::mixed(200, 1);
    let table = data.table();
    let training = Labelled {
        table: &table,
        targets: &data.targets,
        weights: None,
    };
    let mut booster = Booster::new(small(Objective::SquaredError), training, None).unwrap();
    booster.round();
    let mut state = booster.state();
    state.rounds_done = 2;
    check(
        Booster::resume(state.clone(), training, None)
            .err()
            .unwrap(),
        expect!["the saved state does not fit this training: the trees do not fit the rounds"],
    );
    state.model.outputs = 2;
    check(
        Booster::resume(state, training, None).err().unwrap(),
        expect!["tree 0 of the model is malformed: the outputs do not fit each other"],
    );
}
