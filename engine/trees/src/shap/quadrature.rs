//! Points and weights of Gauss–Legendre quadrature on [0, 1].

/// `count` points, exact for polynomials up to degree `2 count − 1`: roots of the Legendre polynomial by Newton's method from Chebyshev's guess
/// (Press et al., “Numerical Recipes”, 4.6).
pub(super) fn gauss_legendre(count: usize) -> Vec<(f64, f64)> {
    (0..count)
        .map(|at| {
            let guess = (at as f64 + 0.75) / (count as f64 + 0.5);
            let mut root = (std::f64::consts::PI * guess).cos();
            let mut slope = 1.0;
            for _ in 0..100 {
                let (value, derivative) = legendre(count, root);
                slope = derivative;
                let step = value / derivative;
                root -= step;
                if step.abs() < 1e-16 {
                    break;
                }
            }
            let weight = 1.0 / ((1.0 - root * root) * slope * slope);
            ((1.0 - root) / 2.0, weight)
        })
        .collect()
}

/// The Legendre polynomial and its derivative at a point inside (−1, 1), by Bonnet's recursion.
fn legendre(degree: usize, at: f64) -> (f64, f64) {
    let (mut last, mut value) = (0.0, 1.0);
    for step in 0..degree {
        let step = step as f64;
        let next = ((2.0 * step + 1.0) * at * value - step * last) / (step + 1.0);
        last = value;
        value = next;
    }
    let derivative = degree as f64 * (at * value - last) / (at * at - 1.0);
    (value, derivative)
}
