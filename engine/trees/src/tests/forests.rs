//! Random forests and extra trees.

use super::support::{Data, with_threads};
use crate::*;

const KINDS: [ForestKind; 2] = [ForestKind::RandomForest, ForestKind::ExtraTrees];
const TASKS: [ForestTask; 3] = [
    ForestTask::Numbers,
    ForestTask::Classes(2),
    ForestTask::Classes(4),
];

fn settings(kind: ForestKind, task: ForestTask) -> ForestSettings {
    let mut settings = ForestSettings::new(kind, task);
    settings.trees = 12;
    settings.bootstrap = true;
    settings
}

fn targets(data: &Data, task: ForestTask) -> Vec<f64> {
    match task {
        ForestTask::Numbers => data.targets.clone(),
        ForestTask::Classes(classes) => data.classes(classes),
    }
}

#[test]
fn threads_do_not_change_a_forest() {
    let data = Data::mixed(600, 1);
    let table = data.table();
    for (kind, task) in KINDS
        .into_iter()
        .flat_map(|kind| TASKS.map(|task| (kind, task)))
    {
        let targets = targets(&data, task);
        let grown = [1, 2, 5].map(|threads| {
            with_threads(threads, || {
                let labelled = Labelled {
                    table: &table,
                    targets: &targets,
                    weights: None,
                };
                let mut forest = Forest::new(settings(kind, task), labelled).unwrap();
                while !forest.is_done() {
                    forest.grow(threads);
                }
                let score = forest.out_of_bag().unwrap().score;
                (forest.into_model(), score.to_bits())
            })
        });
        assert!(grown[0] == grown[1] && grown[0] == grown[2]);
    }
}

#[test]
fn a_resumed_forest_ends_like_an_uninterrupted_one() {
    let data = Data::mixed(300, 2);
    let table = data.table();
    let targets = data.classes(3);
    let labelled = Labelled {
        table: &table,
        targets: &targets,
        weights: None,
    };
    let settings = settings(ForestKind::RandomForest, ForestTask::Classes(3));
    let mut whole = Forest::new(settings.clone(), labelled).unwrap();
    whole.grow(12);
    let mut first = Forest::new(settings.clone(), labelled).unwrap();
    first.grow(5);
    let mut second = Forest::resume(settings, labelled, first.into_model()).unwrap();
    assert_eq!(second.trees_done(), 5);
    second.grow(12);
    assert_eq!(whole.model(), second.model());
    let bits = |forest: &Forest<'_>| {
        forest
            .out_of_bag()
            .unwrap()
            .predictions
            .iter()
            .map(|one| one.to_bits())
            .collect::<Vec<u64>>()
    };
    assert_eq!(bits(&whole), bits(&second));
}

#[test]
fn out_of_bag_rows_were_not_learned() {
    let data = Data::mixed(400, 3);
    let table = data.table();
    let noise: Vec<f64> = (0..400)
        .map(|row| (random::bits(5, row) % 2) as f64)
        .collect();
    let labelled = Labelled {
        table: &table,
        targets: &noise,
        weights: None,
    };
    let mut settings = settings(ForestKind::RandomForest, ForestTask::Classes(2));
    settings.trees = 60;
    let mut forest = Forest::new(settings, labelled).unwrap();
    assert!(forest.out_of_bag().is_none());
    forest.grow(60);
    let outside = forest.out_of_bag().unwrap().score;
    let predictions = forest.model().predictions(&table).unwrap();
    let right = predictions
        .chunks(2)
        .zip(&noise)
        .filter(|(shares, class)| (shares[1] > 0.5) == (**class == 1.0));
    let inside = right.count() as f64 / 400.0;
    assert!(
        inside > 0.95 && (outside - 0.5).abs() < 0.1,
        "{inside} {outside}"
    );
}

#[test]
fn forests_predict_rows_that_they_have_not_seen() {
    let (data, other) = (Data::mixed(3000, 4), Data::mixed(1000, 5));
    let (table, other_table) = (data.table(), other.table());
    for kind in KINDS {
        let labelled = Labelled {
            table: &table,
            targets: &data.targets,
            weights: None,
        };
        let mut forest = Forest::new(settings(kind, ForestTask::Numbers), labelled).unwrap();
        forest.grow(12);
        let predictions = forest.model().predictions(&other_table).unwrap();
        let mean = other.targets.iter().sum::<f64>() / 1000.0;
        let squares =
            |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>();
        let error = squares(
            &mut predictions
                .iter()
                .zip(&other.targets)
                .map(|(one, other)| one - other),
        );
        let spread = squares(&mut other.targets.iter().map(|target| target - mean));
        assert!(error < 0.15 * spread, "{kind:?} {}", error / spread);
        let outside = forest.out_of_bag().unwrap().score;
        assert!((outside - (1.0 - error / spread)).abs() < 0.08, "{outside}");
    }
}

#[test]
fn shares_of_classes_sum_to_one() {
    let data = Data::mixed(300, 6);
    let table = data.table();
    let targets = data.classes(4);
    let labelled = Labelled {
        table: &table,
        targets: &targets,
        weights: None,
    };
    for kind in KINDS {
        let mut forest = Forest::new(settings(kind, ForestTask::Classes(4)), labelled).unwrap();
        forest.grow(12);
        for row in forest.model().predictions(&table).unwrap().chunks(4) {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
}
