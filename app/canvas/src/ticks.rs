//! Ticks: round numbers along an axis, as many as there is room for.

use crate::{Range, Scale};

/// A tick, where it stands on the axis and what value it has there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tick {
    /// The place on the axis (for [`Scale::Log10`] the logarithm).
    pub place: f64,
    pub value: f64,
}

/// Round numbers inside `range` (places on the axis), at most `most` of them, ascending.
pub fn ticks(range: Range, scale: Scale, most: usize) -> Vec<Tick> {
    if most == 0 || !range.span().is_finite() {
        return Vec::new();
    }
    match scale {
        Scale::Linear => linear(range, most),
        Scale::Log10 => {
            let decades = powers(range, most);
            // Less than two decades: the powers alone say too little.
            if decades.len() >= 2 {
                decades
            } else {
                within_decade(range, most)
            }
        }
    }
}

/// The distance of the ticks of a linear axis: 1, 2 or 5 times a power of ten.
pub(crate) fn step(span: f64, most: usize) -> f64 {
    let rough = span / most.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| span / step <= most as f64)
        .unwrap_or(10.0 * power)
}

/// How a value of a linear axis is written: with the decimals of its step, so that ticks stand alike.
pub(crate) fn decimals(step: f64) -> usize {
    (-(step.log10() + 1e-9).floor()).clamp(0.0, 9.0) as usize
}

/// The whole steps inside the range, from the first to the last.
fn steps(range: &Range, step: f64) -> (f64, f64) {
    let first = (range.min / step - 1e-9).ceil();
    let last = (range.max / step + 1e-9).floor();
    (first, last)
}

/// The smallest round step with which no more than `most` ticks stand inside the range.
pub(crate) fn fitting_step(range: &Range, most: usize) -> f64 {
    let mut step = step(range.span(), most);
    // A range that begins and ends on a tick has one more than it has steps.
    loop {
        let (first, last) = steps(range, step);
        if last - first < most as f64 {
            return step;
        }
        let leading = step / 10f64.powf((step.log10() + 1e-9).floor());
        // 1, 2, 5, 10.
        step *= if (1.5..3.0).contains(&leading) {
            2.5
        } else {
            2.0
        };
    }
}

fn linear(range: Range, most: usize) -> Vec<Tick> {
    let step = fitting_step(&range, most);
    let (first, last) = steps(&range, step);
    let count = (last - first + 1.0).max(0.0) as usize;
    (0..count)
        .map(|index| {
            // Counted in whole steps, so that 0.30000000000000004 never stands there.
            let value = round_to((first + index as f64) * step, step);
            Tick {
                place: value,
                value,
            }
        })
        .collect()
}

fn powers(range: Range, most: usize) -> Vec<Tick> {
    let first = (range.min - 1e-9).ceil();
    let last = (range.max + 1e-9).floor();
    let stride = ((last - first + 1.0) / most as f64).ceil().max(1.0);
    let mut exponent = first;
    let mut found = Vec::new();
    while exponent <= last && found.len() < most {
        found.push(Tick {
            place: exponent,
            value: 10f64.powf(exponent),
        });
        exponent += stride;
    }
    found
}

/// Values of a linear axis, put at their logarithms.
fn within_decade(range: Range, most: usize) -> Vec<Tick> {
    let values = Range::new(10f64.powf(range.min), 10f64.powf(range.max));
    linear(values, most)
        .into_iter()
        .filter(|tick| tick.value > 0.0)
        .map(|tick| Tick {
            place: tick.value.log10(),
            value: tick.value,
        })
        .filter(|tick| range.contains(tick.place))
        .collect()
}

/// `value` with the decimals that `step` has and no others.
fn round_to(value: f64, step: f64) -> f64 {
    let decimals = (-step.log10().floor()).max(0.0);
    if decimals > 15.0 {
        return value;
    }
    let factor = 10f64.powf(decimals + 1.0);
    let rounded = (value * factor).round() / factor;
    if rounded == 0.0 { 0.0 } else { rounded }
}
