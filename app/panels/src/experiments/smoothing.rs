//! Smoothing of a curve: an exponential moving average that is not drawn towards zero at its start.

/// Smooths the values of `points` (`[x, value]`) with `weight` between 0 (untouched) and 1 (never moves).
///
/// The average starts at zero, which would pull the first values down; dividing by `1 - weight^n` takes that bias out
/// (Kingma and Ba 2015, section 3; the same curve as TensorBoard's). A gap (NaN) stays a gap and does not count as a value.
pub(crate) fn smoothed(points: &[[f64; 2]], weight: f64) -> Vec<[f64; 2]> {
    let weight = weight.clamp(0.0, 0.999);
    let mut average = 0.0;
    let mut bias = 1.0;
    points
        .iter()
        .map(|&[x, value]| {
            if !value.is_finite() {
                return [x, value];
            }
            average = average * weight + (1.0 - weight) * value;
            bias *= weight;
            [x, average / (1.0 - bias)]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(points: &[[f64; 2]]) -> Vec<f64> {
        points.iter().map(|point| point[1]).collect()
    }

    fn curve(values: &[f64]) -> Vec<[f64; 2]> {
        values
            .iter()
            .enumerate()
            .map(|(step, &value)| [step as f64 + 1.0, value])
            .collect()
    }

    #[test]
    fn a_weight_of_zero_changes_nothing() {
        let raw = curve(&[3.0, 1.0, 2.0]);
        assert_eq!(smoothed(&raw, 0.0), raw);
    }

    #[test]
    fn a_constant_stays_constant_from_the_first_point_on() {
        for value in values(&smoothed(&curve(&[5.0; 40]), 0.9)) {
            assert!((value - 5.0).abs() < 1e-12, "{value}");
        }
    }

    #[test]
    fn the_first_values_are_weighted_means() {
        // By hand, weight 0.5: 1; (0.5 * 1 + 1 * 3) / 1.5; (0.25 * 1 + 0.5 * 3 + 1 * 2) / 1.75.
        let found = values(&smoothed(&curve(&[1.0, 3.0, 2.0]), 0.5));
        for (found, expected) in found.iter().zip([1.0, 3.5 / 1.5, 3.75 / 1.75]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn a_gap_stays_a_gap_and_is_not_counted() {
        let found = values(&smoothed(&curve(&[1.0, f64::NAN, 3.0]), 0.5));
        assert!(found[1].is_nan());
        assert!((found[2] - 3.5 / 1.5).abs() < 1e-12);
    }

    #[test]
    fn a_smoothed_curve_stays_inside_its_values() {
        let raw: Vec<f64> = (0..200).map(|step| ((step * 37) % 11) as f64).collect();
        for value in values(&smoothed(&curve(&raw), 0.97)) {
            assert!((0.0..=10.0).contains(&value), "{value}");
        }
    }
}
