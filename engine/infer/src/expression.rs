//! Element-wise preparation of one column, as a small program that runs over a block of rows.
//!
//! The arithmetic is ONNX's: doubles as doubles; floats are rounded after every operation (computing in double first does not change
//! that result, as a double has more than twice a float's digits).

use crate::kernel::BLOCK_ROWS;

/// An expression of one column's value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    Input(usize),
    Constant(f64),
    Unary(Unary, Box<Expression>),
    Binary(Binary, Box<Expression>, Box<Expression>),
    /// Condition, then, else.
    Choose(Box<Expression>, Box<Expression>, Box<Expression>),
}

/// Truth is 1 and 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Absolute,
    Negate,
    Not,
    IsNan,
    IsNonZero,
    RoundToSingle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Smallest,
    Largest,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

/// An expression in postfix order, with constants folded into the operation that uses them.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Load(usize),
    /// With a constant for values that are missing or beyond a bound: how most columns begin.
    LoadWithin {
        input: usize,
        bound: f64,
        otherwise: f64,
    },
    Push(f64),
    Unary(Unary),
    Binary(Binary),
    /// With the constant on the right.
    BinaryWith(Binary, f64),
    Choose,
    /// With a constant where the condition does not hold.
    ChooseOr(f64),
}

/// Values that a program keeps at a time.
const DEEPEST_STACK: usize = 4;

/// Working memory of [`Program::run`].
pub(crate) struct Stack([[f64; BLOCK_ROWS]; DEEPEST_STACK]);

impl Stack {
    pub(crate) const fn new() -> Self {
        Self([[0.0; BLOCK_ROWS]; DEEPEST_STACK])
    }
}

impl Program {
    /// `None` if the expression needs more working memory than there is.
    pub(crate) fn compile(expression: &Expression) -> Option<Self> {
        let mut steps = Vec::new();
        let depth = emit(expression, &mut steps);
        (depth <= DEEPEST_STACK).then_some(Self { steps })
    }

    /// Runs over `rows` values of the inputs; `load` copies an input's values. The result lies in the returned slice.
    pub(crate) fn run<'s>(
        &self,
        stack: &'s mut Stack,
        rows: usize,
        load: impl Fn(usize, &mut [f64]),
    ) -> &'s [f64] {
        let mut top = 0;
        for step in &self.steps {
            match *step {
                Step::Load(input) => {
                    load(input, &mut stack.0[top][..rows]);
                    top += 1;
                }
                Step::LoadWithin {
                    input,
                    bound,
                    otherwise,
                } => {
                    let values = &mut stack.0[top][..rows];
                    load(input, values);
                    for value in values {
                        let is_within = value.abs() <= bound;
                        *value = if is_within { *value } else { otherwise };
                    }
                    top += 1;
                }
                Step::Push(constant) => {
                    stack.0[top][..rows].fill(constant);
                    top += 1;
                }
                Step::Unary(operation) => unary(operation, &mut stack.0[top - 1][..rows]),
                Step::BinaryWith(operation, constant) => {
                    let values = stack.0[top - 1][..rows].iter_mut();
                    binary(operation, values.map(|value| (value, constant)));
                }
                Step::Binary(operation) => {
                    let (left, right) = stack.0.split_at_mut(top - 1);
                    let right = right[0][..rows].iter().copied();
                    binary(operation, left[top - 2][..rows].iter_mut().zip(right));
                    top -= 1;
                }
                Step::ChooseOr(otherwise) => {
                    let (left, right) = stack.0.split_at_mut(top - 1);
                    let then = right[0][..rows].iter().map(|then| (*then, otherwise));
                    choose(left[top - 2][..rows].iter_mut().zip(then));
                    top -= 1;
                }
                Step::Choose => {
                    let (left, right) = stack.0.split_at_mut(top - 2);
                    let (then, otherwise) = right.split_at(1);
                    let otherwise = otherwise[0][..rows].iter().copied();
                    let branches = then[0][..rows].iter().copied().zip(otherwise);
                    choose(left[top - 3][..rows].iter_mut().zip(branches));
                    top -= 2;
                }
            }
        }
        &stack.0[0][..rows]
    }
}

/// Puts an expression into postfix order; gives how many values it keeps at a time.
fn emit(expression: &Expression, steps: &mut Vec<Step>) -> usize {
    use Expression as E;
    match expression {
        E::Input(input) => {
            steps.push(Step::Load(*input));
            1
        }
        E::Constant(constant) => {
            steps.push(Step::Push(*constant));
            1
        }
        E::Unary(operation, value) => {
            let depth = emit(value, steps);
            steps.push(Step::Unary(*operation));
            depth
        }
        E::Binary(operation, left, right) => match (&**left, &**right) {
            (_, E::Constant(constant)) => {
                let depth = emit(left, steps);
                steps.push(Step::BinaryWith(*operation, *constant));
                depth
            }
            (E::Constant(constant), _) if operation.is_commutative() => {
                let depth = emit(right, steps);
                steps.push(Step::BinaryWith(*operation, *constant));
                depth
            }
            _ => {
                let depth = emit(left, steps).max(1 + emit(right, steps));
                steps.push(Step::Binary(*operation));
                depth
            }
        },
        E::Choose(condition, then, otherwise) => {
            if let Some(step) = load_within(condition, then, otherwise) {
                steps.push(step);
                return 1;
            }
            let depth = emit(condition, steps).max(1 + emit(then, steps));
            if let E::Constant(constant) = &**otherwise {
                steps.push(Step::ChooseOr(*constant));
                return depth;
            }
            let depth = depth.max(2 + emit(otherwise, steps));
            steps.push(Step::Choose);
            depth
        }
    }
}

/// `Choose(|input| <= bound, input, constant)` as one step.
fn load_within(condition: &Expression, then: &Expression, otherwise: &Expression) -> Option<Step> {
    use Expression as E;
    let E::Binary(Binary::LessOrEqual, magnitude, bound) = condition else {
        return None;
    };
    match (&**magnitude, &**bound, then, otherwise) {
        (
            E::Unary(Unary::Absolute, tested),
            E::Constant(bound),
            E::Input(input),
            E::Constant(otherwise),
        ) if **tested == *then => Some(Step::LoadWithin {
            input: *input,
            bound: *bound,
            otherwise: *otherwise,
        }),
        _ => None,
    }
}

impl Binary {
    fn is_commutative(self) -> bool {
        matches!(self, Self::Add | Self::Multiply | Self::Equal)
    }
}

fn truth(value: bool) -> f64 {
    f64::from(u8::from(value))
}

fn unary(operation: Unary, values: &mut [f64]) {
    let values = values.iter_mut();
    match operation {
        Unary::Absolute => values.for_each(|value| *value = value.abs()),
        Unary::Negate => values.for_each(|value| *value = -*value),
        Unary::Not => values.for_each(|value| *value = truth(*value == 0.0)),
        Unary::IsNan => values.for_each(|value| *value = truth(value.is_nan())),
        Unary::IsNonZero => values.for_each(|value| *value = truth(*value != 0.0)),
        Unary::RoundToSingle => values.for_each(|value| *value = f64::from(*value as f32)),
    }
}

#[inline(always)]
fn binary<'v>(operation: Binary, values: impl Iterator<Item = (&'v mut f64, f64)>) {
    match operation {
        Binary::Add => values.for_each(|(a, b)| *a += b),
        Binary::Subtract => values.for_each(|(a, b)| *a -= b),
        Binary::Multiply => values.for_each(|(a, b)| *a *= b),
        Binary::Divide => values.for_each(|(a, b)| *a /= b),
        Binary::Smallest => values.for_each(|(a, b)| *a = a.min(b)),
        Binary::Largest => values.for_each(|(a, b)| *a = a.max(b)),
        Binary::Less => values.for_each(|(a, b)| *a = truth(*a < b)),
        Binary::LessOrEqual => values.for_each(|(a, b)| *a = truth(*a <= b)),
        Binary::Greater => values.for_each(|(a, b)| *a = truth(*a > b)),
        Binary::GreaterOrEqual => values.for_each(|(a, b)| *a = truth(*a >= b)),
        Binary::Equal => values.for_each(|(a, b)| *a = truth(*a == b)),
    }
}

fn choose<'v>(values: impl Iterator<Item = (&'v mut f64, (f64, f64))>) {
    for (condition, (then, otherwise)) in values {
        *condition = if *condition != 0.0 { then } else { otherwise };
    }
}
