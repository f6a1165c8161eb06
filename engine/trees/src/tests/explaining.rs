//! SHAP values against their definition.

use proptest::prelude::*;

use super::support::{Data, fit, small};
use crate::*;

/// The expected value of a tree when only the columns in `known` are known (Lundberg et al. 2018, algorithm 1).
fn expectation(tree: &Tree, child: Child, goes_left: &dyn Fn(&Node) -> bool, known: usize) -> f64 {
    let node = match child {
        Child::Leaf(leaf) => return tree.leaf_values[leaf as usize],
        Child::Node(node) => &tree.nodes[node as usize],
    };
    let of = |child| expectation(tree, child, goes_left, known);
    if known >> node.column & 1 == 1 {
        return of(if goes_left(node) {
            node.left
        } else {
            node.right
        });
    }
    let (left, right) = (tree.child_cover(node.left), tree.child_cover(node.right));
    (of(node.left) * left + of(node.right) * right) / node.cover
}

fn goes_left(data: &Data, row: usize, tree: &Tree, node: &Node) -> bool {
    let among = |code: u32| match node.test {
        Test::Among { from, to } => tree.categories[from as usize..to as usize].contains(&code),
        Test::AtMost(_) => false,
    };
    let at_most = |value: f32| match node.test {
        Test::AtMost(threshold) => {
            if value.is_nan() {
                node.missing_left
            } else {
                value <= threshold
            }
        }
        Test::Among { .. } => false,
    };
    match node.column {
        column @ 0..2 => at_most(data.singles[column as usize][row]),
        2 => at_most(data.doubles[0][row] as f32),
        column => match data.codes[column as usize - 3][row] {
            MISSING_CATEGORY => node.missing_left,
            code => among(code),
        },
    }
}

/// Shapley values by all subsets of five columns.
fn by_definition(data: &Data, row: usize, tree: &Tree) -> Vec<f64> {
    let factorial = |count: usize| (1..=count).product::<usize>() as f64;
    let root = if tree.nodes.is_empty() {
        Child::Leaf(0)
    } else {
        Child::Node(0)
    };
    let side = |node: &Node| goes_left(data, row, tree, node);
    let value = |known: usize| expectation(tree, root, &side, known);
    (0..5)
        .map(|column| {
            (0..32_usize)
                .filter(|known| known >> column & 1 == 0)
                .map(|known| {
                    let size = known.count_ones() as usize;
                    let weight = factorial(size) * factorial(4 - size) / factorial(5);
                    weight * (value(known | 1 << column) - value(known))
                })
                .sum()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]
    #[test]
    fn shap_equals_the_definition(seed in any::<u64>(), leaves in 2_usize..40) {
        let data = Data::mixed(300, seed);
        let mut settings = small(Objective::SquaredError);
        settings.rounds = 3;
        settings.tree.max_leaves = leaves;
        let table = data.table();
        let model = fit(settings, &table, &data.targets);
        let contributions = model.contributions(&table).unwrap();
        for row in 0..20 {
            let mut expected = [0.0; 5];
            for tree in &model.trees {
                for (sum, value) in expected.iter_mut().zip(by_definition(&data, row, tree)) {
                    *sum += value;
                }
            }
            for (column, value) in expected.iter().enumerate() {
                let found = contributions[row * 6 + column];
                prop_assert!((found - value).abs() < 1e-12, "{} {}", found, value);
            }
        }
    }

    #[test]
    fn shap_sums_to_the_score(seed in any::<u64>()) {
        let data = Data::mixed(300, seed);
        let table = data.table();
        let classes = data.classes(3);
        let boosted = fit(small(Objective::Multiclass { classes: 3 }), &table, &classes);
        let labelled = Labelled { table: &table, targets: &classes, weights: None };
        let mut settings = ForestSettings::new(ForestKind::RandomForest, ForestTask::Classes(3));
        settings.trees = 5;
        let mut forest = Forest::new(settings, labelled).unwrap();
        forest.grow(5);
        for model in [boosted, forest.into_model()] {
            let scores = model.raw_scores(&table).unwrap();
            let contributions = model.contributions(&table).unwrap();
            for (score, row) in scores.iter().zip(contributions.chunks(6)) {
                prop_assert!((score - row.iter().sum::<f64>()).abs() < 1e-10);
            }
        }
    }
}
