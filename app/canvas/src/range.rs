//! Ranges of an axis, its scale, and the arithmetic of zooming and panning.

/// From `min` to `max`; `min < max` and both finite once it went through [`Range::new`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub min: f64,
    pub max: f64,
}

/// How values become places on an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scale {
    #[default]
    Linear,
    /// Powers of ten stand at equal distances; what is not positive is a gap.
    Log10,
}

impl Scale {
    /// Where `value` stands on the axis: itself, or its decimal logarithm. NaN where it has no place.
    pub fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log10 if value > 0.0 => value.log10(),
            Self::Log10 => f64::NAN,
        }
    }

    /// The value that stands at `place`.
    pub fn value(self, place: f64) -> f64 {
        match self {
            Self::Linear => place,
            Self::Log10 => 10f64.powf(place),
        }
    }
}

impl Range {
    /// Puts the ends in order and keeps them apart, so that nothing is ever divided by zero.
    pub fn new(min: f64, max: f64) -> Self {
        let (min, max) = match (min.is_finite(), max.is_finite()) {
            (true, true) => (min.min(max), min.max(max)),
            (true, false) => (min, min),
            (false, true) => (max, max),
            (false, false) => (0.0, 0.0),
        };
        let smallest = (min.abs().max(max.abs()) * 1e-9).max(1e-12);
        if max - min < smallest {
            let half = (min.abs() * 0.05).max(0.5);
            return Self {
                min: min - half,
                max: max + half,
            };
        }
        Self { min, max }
    }

    /// The range of the finite values, or `None` when there is none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut range: Option<Self> = None;
        for value in values.into_iter().filter(|value| value.is_finite()) {
            let known = range.get_or_insert(Self {
                min: value,
                max: value,
            });
            known.min = known.min.min(value);
            known.max = known.max.max(value);
        }
        range
    }

    pub fn span(&self) -> f64 {
        self.max - self.min
    }

    pub fn contains(&self, value: f64) -> bool {
        (self.min..=self.max).contains(&value)
    }

    pub fn contains_range(&self, other: &Self) -> bool {
        self.min <= other.min && other.max <= self.max
    }

    /// 0 at `min`, 1 at `max`.
    pub fn share(&self, value: f64) -> f64 {
        (value - self.min) / self.span()
    }

    pub fn at_share(&self, share: f64) -> f64 {
        self.min + share * self.span()
    }

    /// `share` of the span more on either side.
    pub fn expanded(&self, share: f64) -> Self {
        let more = self.span() * share;
        Self {
            min: self.min - more,
            max: self.max + more,
        }
    }

    pub fn shifted(&self, by: f64) -> Self {
        Self {
            min: self.min + by,
            max: self.max + by,
        }
    }

    /// `factor` above 1 comes closer; the value at `fixed` stays where it is.
    pub fn zoomed(&self, factor: f64, fixed: f64) -> Self {
        Self::new(
            fixed - (fixed - self.min) / factor,
            fixed + (self.max - fixed) / factor,
        )
    }

    /// The smallest range that holds both.
    pub fn union(&self, other: &Self) -> Self {
        Self {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }
}
