//! The inner loops: dense layers over blocks of rows, in safe SIMD chosen at run time.
//!
//! Activations of a block lie feature after feature, `[features, BLOCK_ROWS]`, so that a vector holds one feature of several rows and a
//! weight is one scalar for all of them. Every output sums its inputs in the same order with fused multiply-adds, whether rows come
//! alone or in blocks; so a row's result is the same either way, to the bit.

use std::ops::Deref;

use pulp::{Simd, WithSimd};

/// Rows of a full block: three vectors of sixteen floats, which with eight outputs fill the 32 registers of AVX-512.
pub(crate) const BLOCK_ROWS: usize = 48;
/// Outputs whose weights lie side by side.
const GROUP: usize = 8;
/// Outputs of a single row are padded to the widest vector.
const LANES: usize = 16;
/// Vectors of outputs that a single row accumulates at once, to hide the latency of the multiply-add.
const ROW_VECTORS: usize = 8;

/// `relu?(input x weights + bias)`, with the weights in the two orders that the loops want.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    has_relu: bool,
    /// `[output groups][inputs][GROUP]`, zero-padded.
    by_group: Aligned,
    /// `[inputs][outputs padded to LANES]`.
    by_input: Aligned,
    /// Padded to whichever is longer.
    bias: Aligned,
}

/// Floats that begin where a line of the processor's cache does, so that no vector of them lies in two lines.
#[derive(Debug)]
struct Aligned {
    floats: Vec<f32>,
    /// Floats before the line begins.
    skipped: usize,
}

impl Aligned {
    const LINE_BYTES: usize = 64;

    fn new(values: &[f32]) -> Self {
        let mut floats = vec![0.0; values.len() + Self::LINE_BYTES / size_of::<f32>()];
        // An address that cannot be aligned, which no system has, costs speed alone.
        let skipped = floats.as_ptr().align_offset(Self::LINE_BYTES);
        let skipped = skipped.min(floats.len() - values.len());
        floats[skipped..skipped + values.len()].copy_from_slice(values);
        floats.truncate(skipped + values.len());
        Self { floats, skipped }
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.floats[self.skipped..]
    }
}

impl Clone for Aligned {
    fn clone(&self) -> Self {
        Self::new(self)
    }
}

impl Layer {
    /// `weights` has the shape `[inputs, outputs]`.
    pub(crate) fn new(inputs: usize, weights: &[f32], bias: &[f32], has_relu: bool) -> Self {
        let outputs = bias.len();
        let groups = outputs.div_ceil(GROUP);
        let padded = outputs.next_multiple_of(LANES);
        let mut by_group = vec![0.0; groups * inputs * GROUP];
        let mut by_input = vec![0.0; inputs * padded];
        for (input, row) in weights.chunks_exact(outputs.max(1)).enumerate() {
            by_input[input * padded..][..outputs].copy_from_slice(row);
            for (output, &weight) in row.iter().enumerate() {
                let (group, within) = (output / GROUP, output % GROUP);
                by_group[(group * inputs + input) * GROUP + within] = weight;
            }
        }
        let mut padded_bias = bias.to_vec();
        padded_bias.resize(padded, 0.0);
        Self {
            inputs,
            outputs,
            has_relu,
            by_group: Aligned::new(&by_group),
            by_input: Aligned::new(&by_input),
            bias: Aligned::new(&padded_bias),
        }
    }

    /// Floats that a buffer needs for this layer's inputs or outputs, whichever are more, in a block or for one row.
    pub(crate) fn widest(&self) -> usize {
        self.inputs.max(self.outputs.next_multiple_of(LANES))
    }
}

/// What a processor can do, best first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Instructions {
    #[cfg(target_arch = "x86_64")]
    Avx512(pulp::x86::V4),
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
    /// NEON where there is, else plain code.
    Portable(pulp::Arch),
}

impl Instructions {
    /// All that this processor has, best first. (The `Arch` of pulp would leave out AVX2 unless a feature is switched on that
    /// rebuilds half of burn.)
    pub(crate) fn available() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let vectors = [
            pulp::x86::V4::try_new().map(Self::Avx512),
            pulp::x86::V3::try_new().map(Self::Avx2),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let vectors = [None; 0];
        #[cfg(target_arch = "x86_64")]
        let portable = pulp::Arch::Scalar;
        #[cfg(not(target_arch = "x86_64"))]
        let portable = pulp::Arch::new();
        let all = vectors.into_iter().chain([Some(Self::Portable(portable))]);
        all.flatten()
    }

    pub(crate) fn best() -> Self {
        let mut available = Self::available();
        available
            .next()
            .unwrap_or_else(|| Self::Portable(pulp::Arch::new()))
    }

    /// Runs layers over a block of `rows` rows: `first` holds their inputs, `[features, BLOCK_ROWS]`. Says whether the result lies in
    /// `second`.
    pub(crate) fn run_block(
        self,
        layers: &[Layer],
        rows: usize,
        first: &mut [f32],
        second: &mut [f32],
    ) -> bool {
        self.dispatch(Block {
            layers,
            rows,
            first,
            second,
        });
        layers.len() % 2 == 1
    }

    /// Runs layers over one row, whose inputs are the first floats of `first`. Says whether the result lies in `second`.
    pub(crate) fn run_row(self, layers: &[Layer], first: &mut [f32], second: &mut [f32]) -> bool {
        self.dispatch(Row {
            layers,
            first,
            second,
        });
        layers.len() % 2 == 1
    }

    fn dispatch<Work: WithSimd<Output = ()>>(self, work: Work) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(simd) => Simd::vectorize(simd, work),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(simd) => Simd::vectorize(simd, work),
            Self::Portable(arch) => arch.dispatch(work),
        }
    }
}

struct Block<'a> {
    layers: &'a [Layer],
    rows: usize,
    first: &'a mut [f32],
    second: &'a mut [f32],
}

impl WithSimd for Block<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            layers,
            rows,
            mut first,
            mut second,
        } = self;
        let vectors = rows.div_ceil(S::F32_LANES).max(1);
        // Narrow vectors take several turns over a block of the same layout.
        let is_wide = S::F32_LANES == LANES;
        for layer in layers {
            if is_wide {
                match vectors {
                    1 => layer_block::<S, GROUP, 1>(simd, layer, (first, second), 0),
                    2 => layer_block::<S, GROUP, 2>(simd, layer, (first, second), 0),
                    _ => layer_block::<S, GROUP, 3>(simd, layer, (first, second), 0),
                }
            } else {
                for vector in (0..vectors).step_by(3) {
                    // Half a group at a time: twelve sums fill the sixteen registers of AVX2.
                    layer_block::<S, { GROUP / 2 }, 3>(simd, layer, (first, second), vector);
                }
            }
            (first, second) = (second, first);
        }
    }
}

/// One layer over `VECTORS` vectors of rows, from vector `from` of the block on, `OUTPUTS` outputs at a time.
#[inline(always)]
fn layer_block<S: Simd, const OUTPUTS: usize, const VECTORS: usize>(
    simd: S,
    layer: &Layer,
    (input, output): (&[f32], &mut [f32]),
    from: usize,
) {
    let start = from * S::F32_LANES;
    let width = VECTORS * S::F32_LANES;
    let zero = simd.splat_f32s(0.0);
    let groups = layer
        .by_group
        .chunks_exact((layer.inputs * GROUP).max(1))
        .zip(layer.bias.chunks_exact(GROUP));
    for ((weights, bias), out) in groups.zip(output.chunks_exact_mut(GROUP * BLOCK_ROWS)) {
        for part in (0..GROUP).step_by(OUTPUTS) {
            let mut sums = [[simd.splat_f32s(0.0); VECTORS]; OUTPUTS];
            for (sum, &bias) in sums.iter_mut().zip(&bias[part..part + OUTPUTS]) {
                *sum = [simd.splat_f32s(bias); VECTORS];
            }
            let rows = input.chunks_exact(BLOCK_ROWS);
            for (weights, values) in weights.as_chunks::<GROUP>().0.iter().zip(rows) {
                let (values, _) = S::as_simd_f32s(&values[start..start + width]);
                let values: &[S::f32s; VECTORS] = match values.first_chunk() {
                    Some(values) => values,
                    None => return,
                };
                for (sum, &weight) in sums.iter_mut().zip(&weights[part..part + OUTPUTS]) {
                    let weight = simd.splat_f32s(weight);
                    for (sum, &value) in sum.iter_mut().zip(values) {
                        *sum = simd.mul_add_e_f32s(weight, value, *sum);
                    }
                }
            }
            for (sum, out) in sums.iter().zip(out.chunks_exact_mut(BLOCK_ROWS).skip(part)) {
                let (out, _) = S::as_mut_simd_f32s(&mut out[start..start + width]);
                for (out, &sum) in out.iter_mut().zip(sum) {
                    *out = if layer.has_relu {
                        simd.max_f32s(sum, zero)
                    } else {
                        sum
                    };
                }
            }
        }
    }
}

struct Row<'a> {
    layers: &'a [Layer],
    first: &'a mut [f32],
    second: &'a mut [f32],
}

impl WithSimd for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            layers,
            mut first,
            mut second,
        } = self;
        for layer in layers {
            let padded = layer.outputs.next_multiple_of(LANES);
            let step = ROW_VECTORS * S::F32_LANES;
            let mut from = 0;
            while padded - from >= step {
                row_outputs::<S, ROW_VECTORS>(simd, layer, (first, second), from);
                from += step;
            }
            while from < padded {
                // Vectors are never wider than the padding.
                row_outputs::<S, 1>(simd, layer, (first, second), from);
                from += S::F32_LANES;
            }
            (first, second) = (second, first);
        }
    }
}

/// `VECTORS` vectors of outputs of one row, from output `from` on.
#[inline(always)]
fn row_outputs<S: Simd, const VECTORS: usize>(
    simd: S,
    layer: &Layer,
    (input, output): (&[f32], &mut [f32]),
    from: usize,
) {
    let padded = layer.outputs.next_multiple_of(LANES);
    let width = VECTORS * S::F32_LANES;
    let zero = simd.splat_f32s(0.0);
    let mut sums = [simd.splat_f32s(0.0); VECTORS];
    let (bias, _) = S::as_simd_f32s(&layer.bias[from..from + width]);
    sums.copy_from_slice(&bias[..VECTORS]);
    for (&value, weights) in input.iter().zip(layer.by_input.chunks_exact(padded)) {
        let value = simd.splat_f32s(value);
        let (weights, _) = S::as_simd_f32s(&weights[from..from + width]);
        for (sum, &weight) in sums.iter_mut().zip(weights) {
            *sum = simd.mul_add_e_f32s(weight, value, *sum);
        }
    }
    let (output, _) = S::as_mut_simd_f32s(&mut output[from..from + width]);
    for (out, &sum) in output.iter_mut().zip(&sums) {
        *out = if layer.has_relu {
            simd.max_f32s(sum, zero)
        } else {
            sum
        };
    }
}
