//! Temporary.
use std::time::Instant;
use contract::{DeviceChoice, LearningTask, MlpSpec, SplitSpec};
use burn::tensor::Device;
use super::support::{recipe, run_once};
use crate::bare_loop;
use crate::batch::{Cut, Gather, order};
use crate::evaluate::{Part, evaluate};
use crate::net::{Folded, Predictor, step};
use crate::optimise::{AdamW, Moments};
use crate::plan::Plan;
use crate::prepare::{Preparation, Target, feature_columns};

#[test]
fn probe() {
    if std::env::var_os("MILLRACE_PROBE").is_none() { return; }
    for (rows, features, hidden, classes, batch) in [(60_000usize, 30usize, vec![64usize, 64], 10u64, 512usize), (20_000, 30, vec![64, 64], 2, 64)] {
        let data = super::speed::random_frame(rows, features, classes);
        let mut recipe = recipe(&data, "y", LearningTask::MultiClassClassification);
        recipe.model = MlpSpec { hidden: hidden.clone(), dropout: 0.0, batch_norm: false };
        recipe.training.epochs = 6;
        recipe.training.batch_size = batch;
        recipe.training.patience = 0;
        for share in [0.0, 0.05, 0.15, 0.3] {
            recipe.split = SplitSpec { validation_share: share, test_share: 0.3 - share };
            let run = run_once(data.clone(), recipe.clone()).expect("a run").report.samples_per_second;
            let bare = bare_loop(rows * 7 / 10, features, &hidden, classes as usize, batch, 6, DeviceChoice::Cpu).expect("x");
            eprintln!("share {share}: {run:.0} bare {bare:.0} ratio {:.3}", bare / run);
        }
        let all: Vec<usize> = (0..rows * 7 / 10).collect();
        let validation: Vec<usize> = (0..rows * 3 / 20).collect();
        let target = Target::learn(&recipe, &data, &all).expect("t");
        let values = feature_columns(&recipe, &data).expect("c");
        let preparation = Preparation::learn(&recipe, &values, &all).expect("p");
        let plan = Plan::new(&recipe, &preparation, target.outputs(), all.len()).expect("plan");
        let part = |rows: Vec<usize>| Part { encoded: preparation.encode(&values, &rows).expect("e"), actual: target.of(&rows), rows };
        let (training, validation) = (part(all.clone()), part(validation));
        let device = Device::flex();
        let parameters = plan.initial(1);
        let up = |values: Vec<f32>| { let n = values.len(); burn::tensor::Tensor::<1>::from_data(burn::tensor::TensorData::new(values, [n]), &device) };
        for _ in 0..2 {
            let (mut t_order, mut t_gather, mut t_step, mut t_adam, mut t_drop) = (0.0, 0.0, 0.0, 0.0, 0.0);
            let mut theta = up(parameters.clone());
            let mut moments = Moments { first: up(vec![0.0; plan.length]), second: up(vec![0.0; plan.length]) };
            let gather = Gather { plan: &plan, target: &target, training: &training, seed: 1, device: device.clone() };
            let t = Instant::now();
            let order = order(all.len(), 1, 1);
            t_order += t.elapsed().as_secs_f64();
            let cut = Cut::new(all.len(), batch);
            for number in 0..cut.batches {
                let t = Instant::now();
                let b = gather.batch(&order[cut.range(number)], 1, number);
                t_gather += t.elapsed().as_secs_f64();
                let t = Instant::now();
                let s = step(&plan, &theta, b, true);
                t_step += t.elapsed().as_secs_f64();
                let t = Instant::now();
                (theta, moments) = AdamW { weight_decay: 1e-3 }.step(theta, s.gradient, moments, (number as u64 + 1, 1e-3));
                t_adam += t.elapsed().as_secs_f64();
                let t = Instant::now();
                drop(s.loss);
                t_drop += t.elapsed().as_secs_f64();
            }
            let t = Instant::now();
            let folded = Folded::new(&plan, &parameters, &[]);
            let predictor = Predictor::new(&folded, &device, true);
            let t_fold = t.elapsed().as_secs_f64();
            let t = Instant::now();
            let outputs = predictor.predict(&validation.encoded).expect("o");
            let t_predict = t.elapsed().as_secs_f64();
            let t = Instant::now();
            let named = crate::metrics::classification(&outputs, classes as usize, &validation.actual);
            let t_metrics = t.elapsed().as_secs_f64();
            let t = Instant::now();
            let _ = evaluate(&predictor, &target, &validation).expect("v");
            let t_eval = t.elapsed().as_secs_f64();
            eprintln!("batches {} ms: order {:.2} gather {:.2} step {:.2} adam {:.2} drop {:.2} | fold {:.2} predict {:.2} metrics {:.2} eval {:.2} {}", cut.batches, t_order*1e3, t_gather*1e3, t_step*1e3, t_adam*1e3, t_drop*1e3, t_fold*1e3, t_predict*1e3, t_metrics*1e3, t_eval*1e3, named.len());
        }
    }
}
