//! The arrays for ONNX, evaluated as ONNX does.

use proptest::prelude::*;

use super::support::{Data, fit, small};
use crate::*;

/// A value as ONNX gets it: `f32`, NaN where missing.
fn inputs(data: &Data, row: usize) -> Vec<f32> {
    let code = |code: u32| {
        if code == MISSING_CATEGORY {
            f32::NAN
        } else {
            code as f32
        }
    };
    vec![
        data.singles[0][row],
        data.singles[1][row],
        data.doubles[0][row] as f32,
        code(data.codes[0][row]),
        code(data.codes[1][row]),
    ]
}

/// The node of a leaf that a row reaches.
fn reached(nodes: &EnsembleNodes, tree: i64, inputs: &[f32]) -> i64 {
    let mut id = 0;
    loop {
        let place = (0..nodes.node_ids.len())
            .find(|at| nodes.tree_ids[*at] == tree && nodes.node_ids[*at] == id)
            .unwrap();
        let value = inputs[nodes.feature_ids[place] as usize];
        let is_true = match nodes.modes[place] {
            NodeMode::Leaf => return id,
            _ if value.is_nan() => nodes.missing_value_tracks_true[place],
            NodeMode::AtMost => value <= nodes.values[place],
            NodeMode::Member => nodes.sets[nodes.values[place] as usize].contains(&(value as u32)),
        };
        id = if is_true {
            nodes.true_node_ids[place]
        } else {
            nodes.false_node_ids[place]
        };
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]
    #[test]
    fn the_export_branches_as_the_model_does(seed in any::<u64>()) {
        let mut data = Data::mixed(300, seed);
        data.singles[0][3] = f32::INFINITY;
        data.singles[0][7] = f32::NEG_INFINITY;
        data.doubles[0][4] = 1e300;
        let table = data.table();
        let model = fit(small(Objective::SquaredError), &table, &data.targets);
        let ensemble = model.ensemble();
        let leaves = model.leaves(&table).unwrap();
        let scores = model.raw_scores(&table).unwrap();
        for row in 0..300 {
            let mut score = f64::from(ensemble.base_values[0]);
            for (tree, one) in model.trees.iter().enumerate() {
                let id = reached(&ensemble.nodes, tree as i64, &inputs(&data, row));
                let leaf = i64::from(leaves[row * model.trees.len() + tree]);
                prop_assert_eq!(id, one.nodes.len() as i64 + leaf);
                let targets = &ensemble.targets;
                let place = (0..targets.node_ids.len()).find(|at| targets.tree_ids[*at] == tree as i64 && targets.node_ids[*at] == id).unwrap();
                score += f64::from(targets.weights[place]);
            }
            prop_assert!((score - scores[row]).abs() < 1e-5);
        }
    }
}
