//! Two-sample statistics: how far a current sample has moved from its reference.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::kolmogorov;

/// Two-sample Kolmogorov-Smirnov of two sorted samples: the largest distance of their distribution functions, and its asymptotic
/// p-value (`scipy.stats.ks_2samp(method="asymp")`). An empty sample has no distance and proves nothing: `(0, 1)`.
pub(crate) fn kolmogorov_smirnov(reference: &[f64], current: &[f64]) -> (f64, f64) {
    let (m, n) = (reference.len() as f64, current.len() as f64);
    if reference.is_empty() || current.is_empty() {
        return (0.0, 1.0);
    }
    let mut largest: f64 = 0.0;
    walk(reference, current, |below_reference, below_current, _| {
        let distance = below_reference as f64 / m - below_current as f64 / n;
        largest = largest.max(distance.abs());
    });
    let effective = (m * n / (m + n)).round_ties_even();
    (largest, kolmogorov::exceedance(effective as u64, largest))
}

/// First Wasserstein distance of two sorted samples: the area between their distribution functions
/// (`scipy.stats.wasserstein_distance`).
pub(crate) fn wasserstein(reference: &[f64], current: &[f64]) -> f64 {
    let (m, n) = (reference.len() as f64, current.len() as f64);
    if reference.is_empty() || current.is_empty() {
        return 0.0;
    }
    let mut area = 0.0;
    walk(
        reference,
        current,
        |below_reference, below_current, width| {
            let distance = (below_reference as f64 / m - below_current as f64 / n).abs();
            // The width may overflow; nothing times infinity must stay nothing.
            if distance > 0.0 {
                area += distance * width;
            }
        },
    );
    area
}

/// Visits every distinct value of two sorted samples: how many of each are not above it, and how far the next value is.
fn walk(reference: &[f64], current: &[f64], mut visit: impl FnMut(usize, usize, f64)) {
    let (mut i, mut j) = (0, 0);
    while let Some(here) = smaller(reference.get(i), current.get(j)) {
        while reference.get(i).is_some_and(|&x| x <= here) {
            i += 1;
        }
        while current.get(j).is_some_and(|&x| x <= here) {
            j += 1;
        }
        let next = smaller(reference.get(i), current.get(j)).unwrap_or(here);
        visit(i, j, next - here);
    }
}

fn smaller(a: Option<&f64>, b: Option<&f64>) -> Option<f64> {
    match (a, b) {
        (Some(&a), Some(&b)) => Some(a.min(b)),
        (a, b) => a.or(b).copied(),
    }
}

/// Sample standard deviation (n - 1); 0 for fewer than two values.
pub(crate) fn standard_deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (squares / (n - 1.0)).sqrt()
}

/// Pearson's chi-square on the 2 x k table of counts, without correction, and its p-value
/// (`scipy.stats.chi2_contingency(correction=False)`). Categories that nobody has are left out.
pub(crate) fn chi_square(reference: &[u64], current: &[u64]) -> (f64, f64) {
    let (m, n) = (total(reference), total(current));
    if m == 0.0 || n == 0.0 {
        return (0.0, 1.0);
    }
    let mut statistic = 0.0;
    let mut categories = 0_u32;
    for (&a, &b) in reference.iter().zip(current) {
        let (a, b) = (a as f64, b as f64);
        if a + b == 0.0 {
            continue;
        }
        categories += 1;
        let expected_a = (a + b) * m / (m + n);
        let expected_b = (a + b) * n / (m + n);
        statistic += (a - expected_a).powi(2) / expected_a + (b - expected_b).powi(2) / expected_b;
    }
    let freedom = f64::from(categories) - 1.0;
    let p_value = ChiSquared::new(freedom).map_or(1.0, |distribution| distribution.sf(statistic));
    (statistic, p_value)
}

/// Jensen-Shannon distance, base 2, of two lists of counts (`scipy.spatial.distance.jensenshannon(base=2)`): 0 to 1.
pub(crate) fn jensen_shannon(reference: &[u64], current: &[u64]) -> f64 {
    let (m, n) = (total(reference), total(current));
    if m == 0.0 || n == 0.0 {
        return 0.0;
    }
    let towards_middle = |p: f64, middle: f64| {
        if p > 0.0 {
            p * (p / middle).log2()
        } else {
            0.0
        }
    };
    let divergence: f64 = reference
        .iter()
        .zip(current)
        .map(|(&a, &b)| {
            let (p, q) = (a as f64 / m, b as f64 / n);
            let middle = (p + q) / 2.0;
            towards_middle(p, middle) + towards_middle(q, middle)
        })
        .sum();
    (divergence / 2.0).max(0.0).sqrt().min(1.0)
}

fn total(counts: &[u64]) -> f64 {
    counts.iter().sum::<u64>() as f64
}
