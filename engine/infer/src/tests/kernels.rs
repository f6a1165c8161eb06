//! The kernels against plain loops, and expressions against plain arithmetic.

use proptest::prelude::*;

use crate::expression::{Binary, Expression, Program, Stack, Unary};
use crate::kernel::{BLOCK_ROWS, Instructions, Layer};

/// A layer of some shape with weights that no sum can confuse.
fn layer(inputs: usize, outputs: usize, has_relu: bool) -> (Layer, Vec<f32>, Vec<f32>) {
    let weights: Vec<f32> = (0..inputs * outputs)
        .map(|place| ((place * 37 % 101) as f32 - 50.0) / 64.0)
        .collect();
    let bias: Vec<f32> = (0..outputs)
        .map(|place| ((place * 13 % 29) as f32 - 14.0) / 8.0)
        .collect();
    let layer = Layer::new(inputs, &weights, &bias, has_relu);
    (layer, weights, bias)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// With every kind of instructions that this processor has, in blocks and row by row.
    #[test]
    fn layers_equal_plain_loops(
        inputs in 1..40_usize,
        hidden in 1..40_usize,
        outputs in 1..20_usize,
        rows in 1..=BLOCK_ROWS,
        has_relu in any::<bool>(),
    ) {
        let (first, first_weights, first_bias) = layer(inputs, hidden, has_relu);
        let (second, second_weights, second_bias) = layer(hidden, outputs, false);
        let layers = [first, second];
        let value = |row: usize, input: usize| ((row * 7 + input * 3) % 17) as f32 / 4.0 - 2.0;
        let widest = layers.iter().map(Layer::widest).max().unwrap_or(0);
        for instructions in Instructions::available() {
        let mut block = vec![0.0; widest * BLOCK_ROWS];
        for input in 0..inputs {
            for row in 0..rows {
                block[input * BLOCK_ROWS + row] = value(row, input);
            }
        }
        let mut other = vec![0.0; widest * BLOCK_ROWS];
        prop_assert!(!instructions.run_block(&layers, rows, &mut block, &mut other));

        for row in 0..rows {
            let mut alone = vec![0.0; widest];
            for (input, slot) in alone.iter_mut().enumerate().take(inputs) {
                *slot = value(row, input);
            }
            prop_assert!(!instructions.run_row(&layers, &mut alone, &mut vec![0.0; widest]));

            let plain = |values: &[f32], weights: &[f32], bias: &[f32]| -> Vec<f32> {
                bias.iter()
                    .enumerate()
                    .map(|(output, &bias)| {
                        values.iter().enumerate().fold(bias, |sum, (input, value)| {
                            sum + value * weights[input * bias_len(weights, values) + output]
                        })
                    })
                    .collect()
            };
            let raw: Vec<f32> = (0..inputs).map(|input| value(row, input)).collect();
            let mut middle = plain(&raw, &first_weights, &first_bias);
            if has_relu {
                for value in &mut middle {
                    *value = value.max(0.0);
                }
            }
            for (output, expected) in plain(&middle, &second_weights, &second_bias).into_iter().enumerate() {
                let tolerance = 1e-4 * expected.abs().max(1.0);
                prop_assert!((alone[output] - expected).abs() <= tolerance);
                prop_assert_eq!(block[output * BLOCK_ROWS + row], alone[output]);
            }
        }
        }
    }
}

/// Outputs of a layer with these weights.
fn bias_len(weights: &[f32], values: &[f32]) -> usize {
    weights.len() / values.len()
}

fn input() -> Box<Expression> {
    Box::new(Expression::Input(0))
}

fn constant(value: f64) -> Box<Expression> {
    Box::new(Expression::Constant(value))
}

fn run(expression: &Expression, values: &[f64]) -> Vec<f64> {
    let program = Program::compile(expression).expect("a shallow expression");
    program
        .run(&mut Stack::new(), values.len(), |_, into| {
            into.copy_from_slice(values)
        })
        .to_vec()
}

#[test]
fn imputation_and_scaling_are_exact() {
    let present = Expression::Binary(
        Binary::LessOrEqual,
        Box::new(Expression::Unary(Unary::Absolute, input())),
        constant(f64::MAX),
    );
    let imputed = Expression::Choose(Box::new(present), input(), constant(3.5));
    let centred = Expression::Binary(Binary::Subtract, Box::new(imputed), constant(0.1));
    let scaled = Expression::Binary(Binary::Divide, Box::new(centred), constant(0.3));
    let single = Expression::Unary(Unary::RoundToSingle, Box::new(scaled));
    let values = [1.0, f64::NAN, f64::INFINITY, -7.25, 1e300];
    let expected =
        [1.0, 3.5, 3.5, -7.25, 1e300].map(|value: f64| f64::from(((value - 0.1) / 0.3) as f32));
    assert_eq!(run(&single, &values), expected);
}

#[test]
fn every_operation_does_what_it_says() {
    let check = |operation, expected: [f64; 3]| {
        let expression = Expression::Binary(operation, input(), constant(2.0));
        assert_eq!(
            run(&expression, &[1.0, 2.0, 8.0]),
            expected,
            "{operation:?}"
        );
        // With an expression instead of a constant on the right.
        let two = Expression::Binary(
            Binary::Add,
            Box::new(Expression::Constant(0.5)),
            constant(1.5),
        );
        let expression = Expression::Binary(operation, input(), Box::new(two));
        assert_eq!(
            run(&expression, &[1.0, 2.0, 8.0]),
            expected,
            "{operation:?}"
        );
    };
    check(Binary::Add, [3.0, 4.0, 10.0]);
    check(Binary::Subtract, [-1.0, 0.0, 6.0]);
    check(Binary::Multiply, [2.0, 4.0, 16.0]);
    check(Binary::Divide, [0.5, 1.0, 4.0]);
    check(Binary::Smallest, [1.0, 2.0, 2.0]);
    check(Binary::Largest, [2.0, 2.0, 8.0]);
    check(Binary::Less, [1.0, 0.0, 0.0]);
    check(Binary::LessOrEqual, [1.0, 1.0, 0.0]);
    check(Binary::Greater, [0.0, 0.0, 1.0]);
    check(Binary::GreaterOrEqual, [0.0, 1.0, 1.0]);
    check(Binary::Equal, [0.0, 1.0, 0.0]);

    let check = |operation, expected: [f64; 3]| {
        let expression = Expression::Unary(operation, input());
        assert_eq!(
            run(&expression, &[-1.5, 0.0, 0.1]),
            expected,
            "{operation:?}"
        );
    };
    check(Unary::Absolute, [1.5, 0.0, 0.1]);
    check(Unary::Negate, [1.5, 0.0, -0.1]);
    check(Unary::Not, [0.0, 1.0, 0.0]);
    check(Unary::IsNan, [0.0, 0.0, 0.0]);
    check(Unary::IsNonZero, [1.0, 0.0, 1.0]);
    check(Unary::RoundToSingle, [-1.5, 0.0, f64::from(0.1_f32)]);
}

#[test]
fn a_constant_on_the_left_keeps_its_place() {
    let expression = Expression::Binary(Binary::Subtract, constant(10.0), input());
    assert_eq!(run(&expression, &[1.0, 4.0]), [9.0, 6.0]);
    let branches = Expression::Choose(
        Box::new(Expression::Unary(Unary::IsNan, input())),
        constant(-1.0),
        input(),
    );
    assert_eq!(run(&branches, &[f64::NAN, 4.0]), [-1.0, 4.0]);
}

/// The one step for imputation is taken only where it says the same.
#[test]
fn choices_that_look_like_imputation_are_kept() {
    let choose = |condition, then| Expression::Choose(Box::new(condition), then, constant(5.0));
    let magnitude = || Box::new(Expression::Unary(Unary::Absolute, input()));
    let negated = Box::new(Expression::Unary(Unary::Negate, input()));
    let values = [1.0, -2.0, 8.0];
    let less = Expression::Binary(Binary::Less, magnitude(), constant(2.0));
    assert_eq!(run(&choose(less, input()), &values), [1.0, 5.0, 5.0]);
    let within = || Expression::Binary(Binary::LessOrEqual, magnitude(), constant(2.0));
    assert_eq!(run(&choose(within(), negated), &values), [-1.0, 2.0, 5.0]);
    assert_eq!(run(&choose(within(), input()), &values), [1.0, -2.0, 5.0]);
}
