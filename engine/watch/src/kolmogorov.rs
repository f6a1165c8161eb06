//! The distribution of the two-sided Kolmogorov-Smirnov statistic at a finite sample size.
//!
//! The choice of methods is that of Simard and L'Ecuyer, “Computing the Two-Sided Kolmogorov-Smirnov Distribution”, Journal of
//! Statistical Software 39(11), 2011, as SciPy's `kstwo` makes it; where that uses Pomeranz's recursion (small samples) the Durbin matrix is
//! used, which is exact as well.

use std::f64::consts::PI;

use statrs::function::factorial::ln_binomial;

/// Up to this sample size everything is computed exactly.
const EXACT_SIZE: u64 = 140;
/// Rescaling step of the matrix powers.
const LARGE: f64 = 1e140;

/// The probability that the statistic of `n` observations exceeds `d` by chance.
pub(crate) fn exceedance(n: u64, d: f64) -> f64 {
    if n == 0 || d.is_nan() || d <= 0.0 {
        return 1.0;
    }
    if d >= 1.0 {
        return 0.0;
    }
    let size = n as f64;
    let scaled = size * d * d;
    let probability = if size * d <= 0.5 {
        1.0
    } else if d >= 0.5 {
        2.0 * one_sided_exceedance(n, d)
    } else if n <= EXACT_SIZE {
        if scaled <= 4.0 {
            1.0 - durbin(n, d)
        } else {
            2.0 * one_sided_exceedance(n, d)
        }
    } else if scaled >= 370.0 {
        0.0
    } else if scaled >= 2.2 {
        2.0 * one_sided_exceedance(n, d)
    } else if n <= 100_000 && size * d.powf(1.5) <= 1.4 {
        1.0 - durbin(n, d)
    } else {
        1.0 - pelz_good(size, d)
    };
    probability.clamp(0.0, 1.0)
}

/// The one-sided probability, exactly (Birnbaum and Tingey 1951): a sum of positive terms, taken in logarithms.
fn one_sided_exceedance(n: u64, d: f64) -> f64 {
    let size = n as f64;
    let last = (size * (1.0 - d)).floor() as u64;
    let sum: f64 = (0..=last.min(n))
        .map(|j| {
            let share = j as f64 / size;
            let rest = 1.0 - d - share;
            if rest <= 0.0 {
                return 0.0;
            }
            let log = ln_binomial(n, j)
                + (j as f64 - 1.0) * (d + share).ln()
                + (size - j as f64) * rest.ln();
            log.exp()
        })
        .sum();
    d * sum
}

/// The distribution function, exactly: Durbin's matrix in the form of Marsaglia, Tsang and Wang, “Evaluating Kolmogorov's
/// Distribution”, Journal of Statistical Software 8(18), 2003.
fn durbin(n: u64, d: f64) -> f64 {
    let scaled = n as f64 * d;
    let k = scaled.ceil() as usize;
    let (mut power, mut exponent) = matrix_power(&durbin_matrix(k, k as f64 - scaled), n, k - 1);
    for i in 1..=n {
        power *= i as f64 / n as f64;
        if power < 1.0 / LARGE {
            power *= LARGE;
            exponent -= 1;
        }
    }
    power * LARGE.powi(exponent)
}

fn durbin_matrix(k: usize, h: f64) -> SquareMatrix {
    let size = 2 * k - 1;
    let mut matrix = SquareMatrix::zeros(size);
    let mut inverse_factorials = vec![1.0; size + 1];
    for i in 1..=size {
        inverse_factorials[i] = inverse_factorials[i - 1] / i as f64;
    }
    for row in 0..size {
        for column in 0..size.min(row + 2) {
            matrix.cells[row * size + column] = inverse_factorials[row + 1 - column];
        }
    }
    for i in 0..size {
        let corner = (1.0 - h.powi(i as i32 + 1)) * inverse_factorials[i + 1];
        matrix.cells[i * size] = corner;
        matrix.cells[(size - 1) * size + (size - 1 - i)] = corner;
    }
    let both = (2.0 * h - 1.0).max(0.0).powi(size as i32) - 2.0 * h.powi(size as i32);
    matrix.cells[(size - 1) * size] = (1.0 + both) * inverse_factorials[size];
    matrix
}

/// The cell `[at, at]` of the matrix to the power `n`, as a figure and an exponent of [`LARGE`].
fn matrix_power(matrix: &SquareMatrix, mut n: u64, at: usize) -> (f64, i32) {
    let middle = at * matrix.size + at;
    let mut base = matrix.clone();
    let mut base_exponent = 0;
    let mut result = SquareMatrix::identity(matrix.size);
    let mut exponent = 0;
    while n > 0 {
        if n % 2 == 1 {
            result = result.times(&base);
            exponent += base_exponent;
            exponent += result.rescale(middle);
        }
        base = base.times(&base);
        base_exponent *= 2;
        base_exponent += base.rescale(middle);
        n /= 2;
    }
    (result.cells[middle], exponent)
}

#[derive(Clone)]
struct SquareMatrix {
    size: usize,
    cells: Vec<f64>,
}

impl SquareMatrix {
    fn zeros(size: usize) -> Self {
        Self {
            size,
            cells: vec![0.0; size * size],
        }
    }

    fn identity(size: usize) -> Self {
        let mut matrix = Self::zeros(size);
        for i in 0..size {
            matrix.cells[i * size + i] = 1.0;
        }
        matrix
    }

    fn times(&self, other: &Self) -> Self {
        let size = self.size;
        let mut product = Self::zeros(size);
        for (row, into) in product.cells.chunks_exact_mut(size).enumerate() {
            for (inner, line) in other.cells.chunks_exact(size).enumerate() {
                let factor = self.cells[row * size + inner];
                if factor != 0.0 {
                    for (cell, value) in into.iter_mut().zip(line) {
                        *cell += factor * value;
                    }
                }
            }
        }
        product
    }

    /// Keeps the cells in the range of a double; says how many factors of [`LARGE`] were taken out.
    fn rescale(&mut self, middle: usize) -> i32 {
        if self.cells[middle].abs() <= LARGE {
            return 0;
        }
        for cell in &mut self.cells {
            *cell /= LARGE;
        }
        1
    }
}

/// The distribution function for large samples: Pelz and Good, “Approximating the Lower Tail-areas of the Kolmogorov-Smirnov
/// One-sample Statistic”, Journal of the Royal Statistical Society B 38, 1976; four terms in powers of `n^(-1/2)`.
fn pelz_good(n: f64, d: f64) -> f64 {
    let z = n.sqrt() * d;
    let (z2, z4) = (z * z, z.powi(4));
    let (z6, z8) = (z.powi(6), z.powi(8));
    let (pi2, pi4, pi6) = (PI.powi(2), PI.powi(4), PI.powi(6));
    let root = (2.0 * PI).sqrt();
    // Beyond this many terms the exponentials vanish.
    let terms = (16.0 * z / PI).ceil().max(1.0) as i32;

    let mut sums = [0.0; 4];
    for k in 1..=terms {
        let odd = f64::from(2 * k - 1);
        let (m2, m4, m6) = (odd.powi(2), odd.powi(4), odd.powi(6));
        let weight = (-pi2 * m2 / (8.0 * z2)).exp();
        sums[0] += weight;
        sums[1] += weight * (-z2 + pi2 * m2 / 4.0);
        sums[2] += weight
            * (6.0 * z6
                + 2.0 * z4
                + (2.0 * z4 - 5.0 * z2) * pi2 * m2 / 4.0
                + pi4 * (1.0 - 2.0 * z2) * m4 / 16.0);
        sums[3] += weight
            * (-30.0 * z6 - 90.0 * z8
                + pi2 * (135.0 * z4 - 96.0 * z6) * m2 / 4.0
                + pi4 * (-60.0 * z2 + 212.0 * z4) * m4 / 16.0
                + pi6 * (5.0 - 30.0 * z2) * m6 / 64.0);
    }
    let mut parts = [
        root * sums[0] / z,
        root * sums[1] / (6.0 * z4),
        root * sums[2] / (72.0 * z.powi(7)),
        root * sums[3] / (6480.0 * z.powi(10)),
    ];
    for k in 1..=terms {
        let k2 = f64::from(k).powi(2);
        let weight = k2 * (-pi2 * k2 / (2.0 * z2)).exp();
        parts[2] -= pi2 * root * weight / (36.0 * z.powi(3));
        parts[3] += pi2 * root * weight * (3.0 * z2 - pi2 * k2) / (216.0 * z6);
    }
    parts[0] + parts[1] / n.sqrt() + parts[2] / n + parts[3] / n.powf(1.5)
}
