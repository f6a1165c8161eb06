//! Random numbers that depend on a seed and a place, never on the order or the thread in which they are drawn.

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014), a bijection that scatters every bit.
fn scatter(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A key for one purpose (`stream`) at one moment (`round`).
pub(crate) fn key(seed: u64, stream: u64, round: u64) -> u64 {
    let first = scatter(seed.wrapping_add(STEP));
    let second = scatter(first ^ stream.wrapping_mul(STEP));
    scatter(second ^ round.wrapping_add(STEP))
}

/// 64 random bits for one place under a key.
pub(crate) fn bits(key: u64, place: u64) -> u64 {
    scatter(key.wrapping_add(place.wrapping_mul(STEP)))
}

/// A number in [0, 1) from the upper bits.
pub(crate) fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// A sequence of draws under one key.
pub(crate) struct Dice {
    key: u64,
    drawn: u64,
}

impl Dice {
    pub(crate) fn new(key: u64) -> Self {
        Self { key, drawn: 0 }
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.drawn += 1;
        bits(self.key, self.drawn)
    }

    pub(crate) fn unit(&mut self) -> f64 {
        unit(self.bits())
    }

    /// A number below `limit`, which is above zero (multiply-shift, Lemire 2019, without the rejection: the bias is below 2^-32).
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.bits()) * limit as u128) >> 64) as usize
    }
}

/// The purposes for which random numbers are drawn; each is its own stream.
pub(crate) mod stream {
    pub(crate) const BIN_SAMPLE: u64 = 1;
    pub(crate) const ROUNDING: u64 = 2;
    pub(crate) const BAG: u64 = 3;
    pub(crate) const COLUMNS: u64 = 4;
    pub(crate) const BOOTSTRAP: u64 = 5;
    pub(crate) const FOREST_SPLITS: u64 = 6;
}
