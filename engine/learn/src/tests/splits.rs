//! Splits: whole, disjoint, seeded, stratified.

use contract::{LearningTask, SplitSpec, Values};
use proptest::prelude::*;

use super::support::{frame, recipe, text};
use crate::{LearnError, Split, split};

fn split_of(
    task: LearningTask,
    target: &Values,
    shares: (f64, f64),
    seed: u64,
) -> Result<Split, LearnError> {
    let frame = frame(vec![("target", target.clone())]);
    let mut recipe = recipe(&frame, "target", task);
    recipe.split = SplitSpec {
        validation_share: shares.0,
        test_share: shares.1,
    };
    recipe.seed = seed;
    split(&recipe, target)
}

fn classes(counts: &[usize]) -> Values {
    let names: Vec<String> = counts
        .iter()
        .enumerate()
        .flat_map(|(class, count)| vec![format!("class {class}"); *count])
        .collect();
    text(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn every_row_is_in_one_part_and_every_class_trains(
        counts in prop::collection::vec(1usize..40, 1..6),
        validation in 0.0f64..0.45,
        test in 0.0f64..0.45,
        seed in any::<u64>(),
    ) {
        let target = classes(&counts);
        let split = split_of(LearningTask::MultiClassClassification, &target, (validation, test), seed).expect("a split");
        let mut all: Vec<usize> = [&split.train, &split.validation, &split.test].into_iter().flatten().copied().collect();
        all.sort_unstable();
        prop_assert_eq!(all, (0..target.len()).collect::<Vec<_>>());

        let mut start = 0;
        for count in counts {
            let of_class = |rows: &[usize]| rows.iter().filter(|row| (start..start + count).contains(*row)).count();
            prop_assert!(of_class(&split.train) >= 1);
            for (rows, share) in [(&split.validation, validation), (&split.test, test)] {
                let exact = count as f64 * share;
                prop_assert!((of_class(rows) as f64) < exact + 1.0, "a class gives at most one row more than its share");
            }
            start += count;
        }
    }
}

#[test]
fn the_parts_have_the_sizes_that_were_asked_for() {
    let split = split_of(
        LearningTask::MultiClassClassification,
        &classes(&[50, 50, 50]),
        (0.15, 0.15),
        1,
    )
    .expect("a split");
    assert_eq!(
        (split.train.len(), split.validation.len(), split.test.len()),
        (104, 23, 23)
    );
    let numbers = Values::Number((0..200).map(f64::from).collect());
    let split = split_of(LearningTask::Regression, &numbers, (0.1, 0.25), 1).expect("a split");
    assert_eq!(
        (split.train.len(), split.validation.len(), split.test.len()),
        (130, 20, 50)
    );
}

#[test]
fn a_seed_decides_the_split() {
    let target = classes(&[30, 30]);
    let of_seed = |seed| {
        split_of(
            LearningTask::BinaryClassification,
            &target,
            (0.2, 0.2),
            seed,
        )
        .expect("a split")
    };
    assert_eq!(of_seed(1), of_seed(1));
    assert_ne!(of_seed(1), of_seed(2));
}

#[test]
fn a_class_with_one_row_is_in_training() {
    let split = split_of(
        LearningTask::BinaryClassification,
        &classes(&[20, 1]),
        (0.3, 0.3),
        3,
    )
    .expect("a split");
    assert!(split.train.contains(&20));
}

#[test]
fn rows_without_a_target_are_counted_and_in_no_part() {
    let target = Values::Number(vec![1.0, f64::NAN, 3.0, f64::INFINITY, 5.0, 6.0]);
    let split = split_of(LearningTask::Regression, &target, (0.0, 0.25), 1).expect("a split");
    assert_eq!(split.missing_target, 2);
    assert_eq!(split.train.len() + split.test.len(), 4);

    let target = text(&["a", "", "b", "a"]);
    let split =
        split_of(LearningTask::BinaryClassification, &target, (0.0, 0.0), 1).expect("a split");
    assert_eq!((split.missing_target, split.train), (1, vec![0, 2, 3]));
}
