//! How the values of a column become at most 256 bins, one of them for what is missing.

mod numeric;

use std::collections::HashMap;

use crate::error::TreesError;
use crate::random::{self, stream};
use crate::table::{MISSING_CATEGORY, Values};

/// Value bins of a column; one more is for what is missing, and together they fill a byte.
pub const MAX_BINS: usize = 255;

/// How columns are binned. Names and defaults as in LightGBM.
#[derive(Clone, Debug, PartialEq)]
pub struct BinSettings {
    /// 2 to [`MAX_BINS`].
    pub max_bins: usize,
    pub min_rows_in_bin: usize,
    /// Bins of numbers are found on a sample of this many rows.
    pub sample_rows: usize,
}

impl Default for BinSettings {
    fn default() -> Self {
        Self {
            max_bins: MAX_BINS,
            min_rows_in_bin: 3,
            sample_rows: 200_000,
        }
    }
}

impl BinSettings {
    pub(crate) fn check(&self) -> Result<(), TreesError> {
        if !(2..=MAX_BINS).contains(&self.max_bins) {
            return Err(TreesError::Setting {
                name: "max_bins",
                value: self.max_bins.to_string(),
                allowed: "from 2 to 255",
            });
        }
        if self.sample_rows == 0 {
            return Err(TreesError::Setting {
                name: "sample_rows",
                value: self.sample_rows.to_string(),
                allowed: "at least 1",
            });
        }
        Ok(())
    }
}

/// The bins of one column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ColumnBins {
    /// Bin `b` holds numbers above `thresholds[b - 1]` and up to `thresholds[b]`; the last value bin has no end.
    Numeric {
        thresholds: Vec<f32>,
        has_missing: bool,
    },
    /// Bin `b` holds the category `codes[b]`, the most frequent first; rarer ones share the bin after them.
    Categories {
        codes: Vec<u32>,
        has_other: bool,
        has_missing: bool,
    },
}

impl ColumnBins {
    pub(crate) fn find(values: Values<'_>, settings: &BinSettings, key: u64) -> Self {
        match values {
            Values::Single(values) => numeric_bins(values.iter().copied(), settings, key),
            Values::Double(values) => {
                numeric_bins(values.iter().map(|value| *value as f32), settings, key)
            }
            Values::Categories(codes) => category_bins(codes, settings),
        }
    }

    /// Bins that hold a value (or the rarer categories), without the one for what is missing.
    pub(crate) fn value_bins(&self) -> usize {
        match self {
            Self::Numeric { thresholds, .. } => thresholds.len() + 1,
            Self::Categories {
                codes, has_other, ..
            } => codes.len() + usize::from(*has_other),
        }
    }

    pub(crate) fn has_missing(&self) -> bool {
        match self {
            Self::Numeric { has_missing, .. } | Self::Categories { has_missing, .. } => {
                *has_missing
            }
        }
    }

    /// All bins; the last is for what is missing where something is.
    pub(crate) fn bins(&self) -> usize {
        self.value_bins() + usize::from(self.has_missing())
    }

    /// The bins of rows `from..from + cells.len() / width`, written to every `width`-th cell from `lane`.
    pub(crate) fn write(&self, values: Values<'_>, from: usize, target: Lane<'_>) {
        let rows = target.cells.len() / target.width;
        let places = target.cells[target.lane..].iter_mut().step_by(target.width);
        match (self, values) {
            (Self::Numeric { thresholds, .. }, Values::Single(values)) => {
                let ladder = Ladder::new(thresholds);
                for (place, value) in places.zip(&values[from..from + rows]) {
                    *place = ladder.bin(*value);
                }
            }
            (Self::Numeric { thresholds, .. }, Values::Double(values)) => {
                let ladder = Ladder::new(thresholds);
                for (place, value) in places.zip(&values[from..from + rows]) {
                    *place = ladder.bin(*value as f32);
                }
            }
            (Self::Categories { codes, .. }, Values::Categories(values)) => {
                let bin_of = CodeBins::new(codes, self.value_bins());
                for (place, code) in places.zip(&values[from..from + rows]) {
                    *place = bin_of.bin(*code);
                }
            }
            _ => {}
        }
    }
}

/// One column inside row-major cells.
pub(crate) struct Lane<'a> {
    pub(crate) cells: &'a mut [u8],
    pub(crate) width: usize,
    pub(crate) lane: usize,
}

/// A search over 256 padded thresholds in eight steps without branches.
struct Ladder {
    ends: [f32; 256],
    missing: u8,
}

impl Ladder {
    fn new(thresholds: &[f32]) -> Self {
        let mut ends = [f32::INFINITY; 256];
        ends[..thresholds.len()].copy_from_slice(thresholds);
        let missing = (thresholds.len() + 1) as u8;
        Self { ends, missing }
    }

    fn bin(&self, value: f32) -> u8 {
        let mut bin = 0_usize;
        for step in [128, 64, 32, 16, 8, 4, 2, 1] {
            let is_above = self.ends[(bin + step - 1) & 255] < value;
            bin += step * usize::from(is_above);
        }
        if value.is_nan() {
            self.missing
        } else {
            bin as u8
        }
    }
}

/// From codes to bins: a table for small codes, a map for the others.
struct CodeBins {
    small: Vec<u8>,
    large: HashMap<u32, u8>,
    other: u8,
    missing: u8,
}

/// Codes below this are looked up in a table of as many bytes.
const SMALL_CODES: u32 = 1 << 16;

impl CodeBins {
    fn new(codes: &[u32], value_bins: usize) -> Self {
        let other = codes.len().min(255) as u8;
        let is_small = |code: &&u32| **code < SMALL_CODES;
        let size = codes
            .iter()
            .filter(is_small)
            .max()
            .map_or(0, |most| *most as usize + 1);
        let mut small = vec![other; size];
        let mut large = HashMap::new();
        for (bin, code) in codes.iter().enumerate() {
            if *code < SMALL_CODES {
                small[*code as usize] = bin as u8;
            } else {
                large.insert(*code, bin as u8);
            }
        }
        let missing = value_bins.min(255) as u8;
        Self {
            small,
            large,
            other,
            missing,
        }
    }

    fn bin(&self, code: u32) -> u8 {
        if code == MISSING_CATEGORY {
            return self.missing;
        }
        match self.small.get(code as usize) {
            Some(bin) => *bin,
            None if self.large.is_empty() => self.other,
            None => self.large.get(&code).copied().unwrap_or(self.other),
        }
    }
}

fn numeric_bins(
    values: impl ExactSizeIterator<Item = f32>,
    settings: &BinSettings,
    key: u64,
) -> ColumnBins {
    let share = settings.sample_rows as f64 / values.len() as f64;
    let mut sample = Vec::with_capacity(values.len().min(settings.sample_rows * 2));
    let mut has_missing = false;
    for (row, value) in values.enumerate() {
        if value.is_nan() {
            has_missing = true;
        } else if share >= 1.0 || random::unit(random::bits(key, row as u64)) < share {
            sample.push(value);
        }
    }
    let limits = numeric::Limits {
        max_bins: settings.max_bins,
        min_rows_in_bin: settings.min_rows_in_bin,
    };
    let thresholds = numeric::thresholds(sample, limits);
    ColumnBins::Numeric {
        thresholds,
        has_missing,
    }
}

/// The most frequent categories have a bin each; of equal counts the lower code comes first.
fn category_bins(codes: &[u32], settings: &BinSettings) -> ColumnBins {
    let mut counts: HashMap<u32, usize> = HashMap::new();
    for code in codes {
        *counts.entry(*code).or_default() += 1;
    }
    let has_missing = counts.remove(&MISSING_CATEGORY).is_some();
    let mut ordered: Vec<(u32, usize)> = counts.into_iter().collect();
    ordered.sort_unstable_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
    let has_other = ordered.len() > settings.max_bins;
    let own = if has_other {
        settings.max_bins - 1
    } else {
        ordered.len()
    };
    let codes = ordered[..own].iter().map(|(code, _)| *code).collect();
    ColumnBins::Categories {
        codes,
        has_other,
        has_missing,
    }
}

/// The key under which rows are sampled; one for all columns, as LightGBM samples rows and not cells.
pub(crate) fn sample_key(seed: u64) -> u64 {
    random::key(seed, stream::BIN_SAMPLE, 0)
}

#[cfg(test)]
pub(crate) use numeric::between;
