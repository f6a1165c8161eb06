//! Seeded random streams: every draw of a run depends on its seed, its purpose and its place, and on nothing else.
//!
//! A stream is made anew for each purpose and place (`epoch`, `batch`, `layer`), so a resumed run needs no saved state,
//! and runs that train at the same time cannot disturb one another, as they would through a backend's global generator.

/// What a stream is for; two purposes never share a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Split = 1,
    Weights = 2,
    Shuffle = 3,
    Dropout = 4,
    Importance = 5,
    Sample = 6,
    Bench = 7,
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): 64 good bits a step, and any seed will do.
pub(crate) struct Stream {
    state: u64,
}

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

impl Stream {
    pub(crate) fn new(seed: u64, purpose: Purpose, place: [u64; 2]) -> Self {
        let mut state = mix(seed ^ GOLDEN_GAMMA.wrapping_mul(purpose as u64));
        for part in place {
            state =
                mix(state.wrapping_add(GOLDEN_GAMMA) ^ part.wrapping_mul(0xd134_2543_de82_ef95));
        }
        Self { state }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN_GAMMA);
        mix(self.state)
    }

    /// Uniform in `0..bound` (Lemire 2019, with rejection, so without bias).
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        debug_assert!(bound > 0, "nothing is below zero");
        loop {
            let wide = u128::from(self.next()) * u128::from(bound);
            if wide as u64 >= bound.wrapping_neg() % bound {
                return (wide >> 64) as u64;
            }
        }
    }

    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in `[-bound, bound)`.
    pub(crate) fn around_zero(&mut self, bound: f64) -> f32 {
        ((self.unit() * 2.0 - 1.0) * bound) as f32
    }

    /// Fisher and Yates.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1) as usize;
            items.swap(last, other);
        }
    }

    /// A dropout mask: 0 with probability `dropped`, else `1 / (1 - dropped)`.
    /// Four elements come from one draw, so the probability is exact to 1/65 536.
    pub(crate) fn dropout_mask(&mut self, length: usize, dropped: f64) -> Vec<f32> {
        let threshold = (dropped * 65_536.0).round() as u16;
        let kept = (1.0 / (1.0 - dropped)) as f32;
        let mut mask = vec![0.0f32; length];
        for four in mask.chunks_mut(4) {
            let mut bits = self.next();
            for element in four {
                *element = if bits as u16 >= threshold { kept } else { 0.0 };
                bits >>= 16;
            }
        }
        mask
    }
}

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A 64-bit hash of bytes, to notice that something changed; not for secrets.
pub(crate) fn fingerprint(seed: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut hash = mix(seed ^ bytes.len() as u64);
    for word in words {
        hash = mix(hash ^ u64::from_le_bytes(*word)).wrapping_add(GOLDEN_GAMMA);
    }
    rest.iter().fold(hash, |hash, byte| {
        mix(hash ^ u64::from(*byte)).wrapping_add(GOLDEN_GAMMA)
    })
}

/// The same of single-precision values, by their bits. Each step of the hash waits for the one before, so four run side by side.
pub(crate) fn fingerprint_values(seed: u64, values: &[f32]) -> u64 {
    let start = mix(seed ^ values.len() as u64);
    let step = |hash: u64, low: f32, high: f32| {
        let word = u64::from(low.to_bits()) | u64::from(high.to_bits()) << 32;
        mix(hash ^ word).wrapping_add(GOLDEN_GAMMA)
    };
    let (eights, rest) = values.as_chunks::<8>();
    let mut lanes = [0, 1, 2, 3].map(|lane: u64| start.wrapping_add(lane));
    for eight in eights {
        for (lane, pair) in lanes.iter_mut().zip(eight.as_chunks::<2>().0) {
            *lane = step(*lane, pair[0], pair[1]);
        }
    }
    let hash = lanes.into_iter().fold(start, |hash, lane| mix(hash ^ lane));
    rest.iter()
        .fold(hash, |hash, value| step(hash, *value, 0.0))
}
