//! Every statistic beside SciPy 1.17.

use super::{close, normal, numeric};
use crate::kolmogorov;
use crate::statistics::{chi_square, jensen_shannon};

/// ```python
/// r, c = np.array(normal(m, 1, 0, 1)), np.array(normal(n, 2, mean, sd))
/// edges = [sorted(r)[-(-m * k // bins) - 1] for k in range(1, bins)]  # bins = min(max(n // 10, 3), 10)
/// a, b = (np.maximum(np.bincount(np.searchsorted(edges, x), minlength=bins) / len(x), 1e-4) for x in (r, c))
/// psi = np.sum((b - a) * np.log(b / a))
/// ks = scipy.stats.ks_2samp(r, c, method="asymp")
/// w = scipy.stats.wasserstein_distance(r, c) / np.std(r, ddof=1)
/// ```
#[test]
fn statistics_equal_scipy() {
    for (m, n, mean, sd, expected) in [
        (
            500,
            200,
            0.0,
            1.0,
            (
                0.06772206592699397,
                0.068,
                0.5013694139585808,
                0.1066947863435317,
            ),
        ),
        (
            500,
            200,
            0.3,
            1.0,
            (
                0.152404393904152,
                0.16,
                0.001151625688692165,
                0.31198684785930836,
            ),
        ),
        (
            1000,
            40,
            1.0,
            2.0,
            (
                0.6564693899630452,
                0.468,
                3.75849572360877e-08,
                1.6183184032934754,
            ),
        ),
        (
            300,
            3000,
            0.05,
            1.0,
            (
                0.02002913491723657,
                0.043333333333333335,
                0.667988065380193,
                0.07407010658299099,
            ),
        ),
    ] {
        let actual = numeric(&normal(m, 1, 0.0, 1.0), &normal(n, 2, mean, sd));
        close(actual.0, expected.0);
        close(actual.1, expected.1);
        close(actual.2, expected.2);
        close(actual.3, expected.3);
    }
}

/// ```python
/// x = scipy.stats.chi2_contingency([a, b], correction=False)
/// js = scipy.spatial.distance.jensenshannon(a / a.sum(), b / b.sum(), base=2)
/// ```
#[test]
fn statistics_of_counts_equal_scipy() {
    for (reference, current, expected) in [
        (
            &[50, 30, 20][..],
            &[10, 5, 15][..],
            (
                10.626984126984128,
                0.004924699292945702,
                0.27192829254986817,
            ),
        ),
        (
            &[100, 0, 3],
            &[80, 10, 7],
            (
                13.654511282376362,
                0.001083828454072963,
                0.25030090405602906,
            ),
        ),
        (&[40, 40], &[20, 20], (0.0, 1.0, 0.0)),
        (&[5], &[9], (0.0, 1.0, 0.0)),
    ] {
        let (statistic, p_value) = chi_square(reference, current);
        close(statistic, expected.0);
        close(p_value, expected.1);
        close(jensen_shannon(reference, current), expected.2);
    }
}

/// `scipy.stats.kstwo.sf(d, n)`, which is what `ks_2samp(method="asymp")` asks at `n = round(m * n / (m + n))`.
#[test]
fn p_values_equal_scipy() {
    for (n, d, expected) in [
        (3, 0.4, 0.5946666666666665),
        (30, 0.05, 0.9999927796416472),
        (30, 0.15, 0.46487280400905384),
        (30, 0.25, 0.038724156701105295),
        (30, 0.45, 4.60170836663682e-06),
        (30, 0.7, 2.9314301190865507e-15),
        (50, 0.985, 1.2752430004281557e-91),
        (100, 0.002, 1.0),
        (140, 0.02, 0.9999999774822331),
        (140, 0.09, 0.1946946629845738),
        (140, 0.2, 2.1981563302200222e-05),
        (141, 0.05, 0.854845693009663),
        (141, 0.12, 0.03160060527758468),
        (500, 0.01, 0.9999999991073389),
        (500, 0.04, 0.3902508696049749),
        (500, 0.09, 0.0005653758236787942),
        (2000, 0.003, 1.0),
        (2000, 0.03, 0.05354694793932557),
        (2000, 0.06, 1.0604306943365804e-06),
    ] {
        close(kolmogorov::exceedance(n, d), expected);
    }
}
