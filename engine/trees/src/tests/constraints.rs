//! Monotone constraints.

use proptest::prelude::*;

use super::support::{Data, fit, small};
use crate::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]
    #[test]
    fn predictions_keep_to_their_directions(seed in any::<u64>(), objective in 0_usize..7) {
        let objective = super::support::objectives()[objective].clone();
        let data = Data::mixed(400, seed);
        let targets = data.targets_for(&objective);
        let mut settings = small(objective);
        settings.rounds = 15;
        settings.tree.max_leaves = 16;
        settings.tree.directions = vec![Direction::Increasing, Direction::Free, Direction::Decreasing, Direction::Free, Direction::Free];
        let model = fit(settings, &data.table(), &targets);
        let steps = 60_usize;
        for row in 0..8 {
            let repeated = |value: f32| vec![value; steps];
            let along = |low: f32| (0..steps).map(|step| low + step as f32 * 0.1).collect::<Vec<f32>>();
            let mut path = Data {
                singles: vec![along(-3.0), repeated(data.singles[1][row])],
                doubles: vec![vec![data.doubles[0][row]; steps]],
                codes: vec![vec![data.codes[0][row]; steps], vec![data.codes[1][row]; steps]],
                targets: Vec::new(),
            };
            let scores = model.raw_scores(&path.table()).unwrap();
            for output in 0..model.outputs {
                let one: Vec<f64> = scores.iter().skip(output).step_by(model.outputs).copied().collect();
                prop_assert!(one.is_sorted_by(|low, high| low <= &(high + 1e-12)));
            }
            path.singles[0] = repeated(data.singles[0][row]);
            path.doubles[0] = (0..steps).map(|step| -1.0 + step as f64 * 0.04).collect();
            let scores = model.raw_scores(&path.table()).unwrap();
            for output in 0..model.outputs {
                let one: Vec<f64> = scores.iter().skip(output).step_by(model.outputs).copied().collect();
                prop_assert!(one.is_sorted_by(|high, low| high + 1e-12 >= *low));
            }
        }
    }
}
