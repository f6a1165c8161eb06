//! What a grown tree looks like.

use proptest::prelude::*;

use super::support::{Data, category, fit, single, small};
use crate::*;

/// Depth of every leaf, by walking from the root.
fn depths(tree: &Tree) -> Vec<usize> {
    let mut depths = vec![0; tree.leaves()];
    let mut open = Vec::new();
    if !tree.nodes.is_empty() {
        open.push((0, 0));
    }
    while let Some((node, depth)) = open.pop() {
        let node: &Node = &tree.nodes[node];
        for child in [node.left, node.right] {
            match child {
                Child::Node(child) => open.push((child as usize, depth + 1)),
                Child::Leaf(leaf) => depths[leaf as usize] = depth + 1,
            }
        }
    }
    depths
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn leaves_keep_to_their_limits(
        seed in any::<u64>(),
        leaves in 2_usize..20,
        depth in 1_usize..6,
        rows in 1_usize..60,
        depth_wise in any::<bool>(),
    ) {
        let data = Data::mixed(400, seed);
        let mut settings = small(Objective::Binary);
        settings.tree.max_leaves = leaves;
        settings.tree.max_depth = Some(depth);
        settings.tree.min_rows_in_leaf = rows;
        settings.tree.growth = if depth_wise { Growth::DepthWise } else { Growth::LeafWise };
        let table = data.table();
        let model = fit(settings, &table, &data.classes(2));
        prop_assert_eq!(model.check(), Ok(()));
        let reached = model.leaves(&table).unwrap();
        for (at, tree) in model.trees.iter().enumerate() {
            prop_assert!(tree.leaves() <= leaves);
            prop_assert!(depths(tree).into_iter().all(|found| found <= depth));
            prop_assert!(tree.leaf_covers.iter().all(|cover| *cover >= rows as f64));
            for (leaf, cover) in tree.leaf_covers.iter().enumerate() {
                let here = reached.iter().skip(at).step_by(model.trees.len()).filter(|one| **one as usize == leaf);
                prop_assert_eq!(here.count() as f64, *cover);
            }
        }
    }
}

#[test]
fn a_missing_value_finds_its_direction() {
    let values: Vec<f32> = (0..400)
        .map(|row| {
            if row % 4 == 0 {
                f32::NAN
            } else {
                (row % 7) as f32
            }
        })
        .collect();
    let targets: Vec<f64> = values
        .iter()
        .map(|value| {
            if value.is_nan() || *value > 3.5 {
                1.0
            } else {
                0.0
            }
        })
        .collect();
    let table = single(&values);
    let predictions = fit(
        BoostSettings::new(Objective::SquaredError),
        &table,
        &targets,
    )
    .predictions(&table)
    .unwrap();
    for (prediction, target) in predictions.iter().zip(&targets) {
        assert!((prediction - target).abs() < 0.01, "{prediction} {target}");
    }
}

#[test]
fn scattered_categories_are_one_split() {
    let codes: Vec<u32> = (0..4000).map(|row| row * 7 % 40).collect();
    let targets: Vec<f64> = codes
        .iter()
        .map(|code| f64::from(u8::from([3, 9, 14, 22, 31].contains(code))))
        .collect();
    let table = category(&codes);
    let mut settings = BoostSettings::new(Objective::SquaredError);
    settings.rounds = 1;
    settings.tree.max_leaves = 2;
    let model = fit(settings, &table, &targets);
    let sets = &model.trees[0].categories;
    assert_eq!(sets, &[3, 9, 14, 22, 31]);
}

#[test]
fn a_category_never_seen_goes_the_way_of_the_rest() {
    let codes: Vec<u32> = (0..900).map(|row| row % 9).collect();
    let targets: Vec<f64> = codes
        .iter()
        .map(|code| f64::from(u8::from(*code == 4)))
        .collect();
    let model = fit(
        BoostSettings::new(Objective::SquaredError),
        &category(&codes),
        &targets,
    );
    let predictions = model
        .predictions(&category(&[4, 5, 77, u32::MAX - 1]))
        .unwrap();
    assert!(
        predictions[0] > 0.9 && predictions[1..].iter().all(|one| *one < 0.1),
        "{predictions:?}"
    );
}

#[test]
fn importances_find_the_column_that_matters() {
    let data = Data::mixed(2000, 3);
    let targets: Vec<f64> = data.doubles[0].clone();
    let model = fit(small(Objective::SquaredError), &data.table(), &targets);
    for kind in [Importance::Gain, Importance::Splits] {
        let importances = model.importances(kind);
        assert!(importances[2] > 10.0 * importances[0], "{importances:?}");
    }
}
