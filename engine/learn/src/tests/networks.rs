//! The network: its gradient is the slope of its loss, its folded form computes the same, its optimiser is AdamW.

use burn::tensor::{Device, Tensor, TensorData};
use contract::{LearningTask, MlpSpec, Recipe};

use super::support::{mixed_for, recipe};
use crate::batch::{Cut, Gather};
use crate::evaluate::{Part, evaluate};
use crate::net::{Folded, Predictor, step};
use crate::optimise::{AdamW, Moments, learning_rate};
use crate::plan::Plan;
use crate::prepare::{Preparation, Target, feature_columns};

struct Setup {
    recipe: Recipe,
    plan: Plan,
    target: Target,
    part: Part,
    device: Device,
}

fn setup(task: LearningTask, model: MlpSpec) -> Setup {
    let name = if task.is_classification() {
        "class"
    } else {
        "price"
    };
    let data = mixed_for(name, 24, 5);
    let mut recipe = recipe(&data, name, task);
    recipe.model = model;
    let rows: Vec<usize> = (0..24).collect();
    let target = Target::learn(&recipe, &data, &rows).expect("a target");
    let values = feature_columns(&recipe, &data).expect("columns");
    let preparation = Preparation::learn(&recipe, &values, &rows).expect("a preparation");
    Setup {
        plan: Plan::new(&recipe, &preparation, target.outputs(), 24).expect("a plan"),
        part: Part {
            encoded: preparation.encode(&values, &rows).expect("encoded rows"),
            actual: target.of(&rows),
            rows,
        },
        recipe,
        target,
        device: Device::flex(),
    }
}

impl Setup {
    fn step(&self, parameters: &[f32]) -> crate::net::Step {
        let gather = Gather {
            plan: &self.plan,
            target: &self.target,
            training: &self.part,
            seed: 1,
            device: self.device.clone(),
        };
        let parameters = vector(parameters, &self.device);
        let batch = gather.batch(&self.part.rows, 1, 0);
        step(
            &self.plan,
            &parameters,
            batch,
            self.recipe.task.is_classification(),
        )
    }

    fn loss(&self, parameters: &[f32]) -> f64 {
        f64::from(read(self.step(parameters).loss)[0])
    }
}

fn vector(values: &[f32], device: &Device) -> Tensor<1> {
    Tensor::from_data(TensorData::new(values.to_vec(), [values.len()]), device)
}

fn read(tensor: Tensor<1>) -> Vec<f32> {
    tensor.try_into_vec_as::<f32>().expect("values")
}

fn models() -> [MlpSpec; 3] {
    let model = |hidden: &[usize], dropout, batch_norm| MlpSpec {
        hidden: hidden.to_vec(),
        dropout,
        batch_norm,
    };
    [
        model(&[6, 5], 0.25, true),
        model(&[6, 5], 0.0, false),
        model(&[], 0.0, true),
    ]
}

#[test]
fn the_gradient_is_the_slope_of_the_loss() {
    for task in [
        LearningTask::MultiClassClassification,
        LearningTask::Regression,
    ] {
        for model in models() {
            let setup = setup(task, model);
            let parameters = setup.plan.initial(3);
            let gradient = read(setup.step(&parameters).gradient);
            assert_eq!(gradient.len(), setup.plan.length);
            let mut checked = 0;
            for slot in &setup.plan.slots {
                for place in slot.range.clone().step_by(3) {
                    let at = |shift: f32| {
                        let mut moved = parameters.clone();
                        moved[place] += shift;
                        setup.loss(&moved)
                    };
                    let slope = (at(2e-3) - at(-2e-3)) / 4e-3;
                    let found = f64::from(gradient[place]);
                    // A ReLU may bend within the step; what is wrong is wrong by more.
                    if (slope - found).abs() < 2e-3 + 0.05 * slope.abs() {
                        checked += 1;
                    }
                }
            }
            let places: usize = setup
                .plan
                .slots
                .iter()
                .map(|slot| slot.range.len().div_ceil(3))
                .sum();
            assert!(
                checked * 20 >= places * 19,
                "{checked} of {places} slopes agree for {task:?}"
            );
        }
    }
}

#[test]
fn the_folded_network_computes_what_training_computes() {
    for task in [
        LearningTask::MultiClassClassification,
        LearningTask::Regression,
    ] {
        for mut model in models() {
            model.dropout = 0.0;
            let setup = setup(task, model);
            let parameters = setup.plan.initial(3);
            let step = setup.step(&parameters);
            let statistics = step.statistics.map(read).unwrap_or_default();
            assert_eq!(statistics.len(), setup.plan.statistics());
            let folded = Folded::new(&setup.plan, &parameters, &statistics);
            let predictor = Predictor::new(&folded, &setup.device, task.is_classification());
            let evaluated =
                evaluate(&predictor, &setup.target, &setup.part).expect("an evaluation");
            let trained = f64::from(read(step.loss)[0]);
            assert!(
                (evaluated.loss - trained).abs() < 1e-5,
                "{} is not {trained}",
                evaluated.loss
            );
        }
    }
}

#[test]
fn adamw_follows_the_paper() {
    let device = Device::flex();
    // More than one task has, so that the pass is cut in pieces.
    let length = 70_000;
    for is_on_cpu in [false, true] {
        let optimiser = AdamW {
            weight_decay: 0.1,
            is_on_cpu,
        };
        let (mut parameter, mut first, mut second) = (0.5f64, 0.0f64, 0.0f64);
        let mut on_device = vector(&vec![0.5; length], &device);
        let mut moments = Moments {
            first: vector(&vec![0.0; length], &device),
            second: vector(&vec![0.0; length], &device),
        };
        for (step, gradient) in [0.3f64, -0.2, 0.05, 1e-6].into_iter().enumerate() {
            let time = step as i32 + 1;
            first = 0.9 * first + 0.1 * gradient;
            second = 0.999 * second + 0.001 * gradient * gradient;
            let corrected = first / (1.0 - 0.9f64.powi(time));
            let scale = (second / (1.0 - 0.999f64.powi(time))).sqrt() + 1e-8;
            parameter -= 0.01 * (corrected / scale + 0.1 * parameter);
            let gradient = vector(&vec![gradient as f32; length], &device);
            (on_device, moments) = optimiser
                .step(on_device, gradient, moments, (time as u64, 0.01))
                .expect("the CPU reads");
            for found in read(on_device.clone()) {
                let off = (f64::from(found) - parameter).abs();
                assert!(off < 1e-6, "{found} is not {parameter}");
            }
        }
    }
}

#[test]
fn the_learning_rate_rises_and_then_falls_to_nothing() {
    let rate = |step| learning_rate(0.01, step, 1_000);
    assert!(rate(0) > 0.0 && rate(0) < 0.001);
    assert_eq!(rate(50), 0.01);
    assert!((1..50).all(|step| rate(step) > rate(step - 1)));
    assert!((51..1_000).all(|step| rate(step) < rate(step - 1)));
    assert!(rate(999) < 1e-7);
    assert!(learning_rate(0.01, 0, 1) > 0.0);
}

#[test]
fn batches_are_nearly_equal_and_cover_everything() {
    for (rows, size) in [(1, 64), (64, 64), (65, 64), (1_000, 64), (129, 2)] {
        let cut = Cut::new(rows, size);
        let sizes: Vec<usize> = (0..cut.batches)
            .map(|index| cut.range(index).len())
            .collect();
        assert_eq!(sizes.iter().sum::<usize>(), rows);
        assert!(sizes.iter().all(|batch| *batch <= size));
        let (low, high) = (sizes.iter().min(), sizes.iter().max());
        assert!(
            high.zip(low).is_some_and(|(high, low)| high - low <= 1),
            "{sizes:?}"
        );
        assert_eq!(cut.range(cut.batches - 1).end, rows);
    }
}
