//! Histograms: for each bin of each slot the exact sum of gradients, hessians and rows, built from packed words.

use rayon::prelude::*;

use crate::blocks::{BinnedTable, Block};
use crate::quantise::{PackedSlopes, Packing};

/// Bits of the count inside a mass; `blocks::MAX_ROWS` fits.
const COUNT_BITS: u32 = 26;

/// Rows of a leaf that one task sums, where there are fewer blocks than threads.
const TASK_ROWS: usize = 65_536;

/// Sums over rows: of integer gradients, and of integer hessians and rows together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) gradient: i64,
    /// The hessian above, the count in the lower [`COUNT_BITS`] bits.
    mass: u64,
}

impl Sums {
    pub(crate) fn new(gradient: i64, hessian: u64, count: u64) -> Self {
        Self {
            gradient,
            mass: (hessian << COUNT_BITS) | count,
        }
    }

    pub(crate) fn hessian(self) -> u64 {
        self.mass >> COUNT_BITS
    }

    pub(crate) fn count(self) -> usize {
        (self.mass & ((1 << COUNT_BITS) - 1)) as usize
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            gradient: self.gradient.wrapping_add(other.gradient),
            mass: self.mass.wrapping_add(other.mass),
        }
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self {
            gradient: self.gradient.wrapping_sub(other.gradient),
            mass: self.mass.wrapping_sub(other.mass),
        }
    }
}

/// The bins of one block's slots, one slot after the other, each in `bins()` places.
pub(crate) type Part = Vec<Sums>;

/// One part for each block of the table.
pub(crate) type Histogram = Vec<Part>;

/// The rows of a leaf.
#[derive(Clone, Copy)]
pub(crate) enum Rows<'a> {
    /// All rows from the first up to this one.
    All(usize),
    Some(&'a [u32]),
}

impl<'a> Rows<'a> {
    pub(crate) fn len(self) -> usize {
        match self {
            Self::All(rows) => rows,
            Self::Some(rows) => rows.len(),
        }
    }
}

/// The histogram of one block over the rows of a leaf.
pub(crate) fn build_part(
    table: &BinnedTable,
    block: &Block,
    rows: Rows<'_>,
    slopes: &PackedSlopes,
) -> Part {
    let tasks = rows.len().div_ceil(TASK_ROWS);
    if tasks < 2 || table.blocks.len() >= 2 * rayon::current_num_threads() {
        return sum_task(table, block, rows, slopes, 0..rows.len());
    }
    (0..tasks)
        .into_par_iter()
        .map(|task| {
            let to = ((task + 1) * TASK_ROWS).min(rows.len());
            sum_task(table, block, rows, slopes, task * TASK_ROWS..to)
        })
        .reduce_with(|mut sum, part| {
            add(&mut sum, &part);
            sum
        })
        .unwrap_or_default()
}

fn add(sum: &mut [Sums], part: &[Sums]) {
    for (sum, one) in sum.iter_mut().zip(part) {
        *sum = sum.plus(*one);
    }
}

/// Turns the parent's part into that of the other child.
pub(crate) fn subtract(parent: &mut [Sums], child: &[Sums]) {
    for (sum, one) in parent.iter_mut().zip(child) {
        *sum = sum.minus(*one);
    }
}

/// Calls the kernel that was compiled for the block's width.
macro_rules! with_width {
    ($width:expr, $kernel:ident($($argument:expr),*)) => {
        match $width {
            1 => $kernel::<1>($($argument),*),
            2 => $kernel::<2>($($argument),*),
            3 => $kernel::<3>($($argument),*),
            4 => $kernel::<4>($($argument),*),
            5 => $kernel::<5>($($argument),*),
            6 => $kernel::<6>($($argument),*),
            7 => $kernel::<7>($($argument),*),
            8 => $kernel::<8>($($argument),*),
            9 => $kernel::<9>($($argument),*),
            10 => $kernel::<10>($($argument),*),
            11 => $kernel::<11>($($argument),*),
            12 => $kernel::<12>($($argument),*),
            13 => $kernel::<13>($($argument),*),
            14 => $kernel::<14>($($argument),*),
            15 => $kernel::<15>($($argument),*),
            _ => $kernel::<16>($($argument),*),
        }
    };
}

fn sum_task(
    table: &BinnedTable,
    block: &Block,
    rows: Rows<'_>,
    slopes: &PackedSlopes,
    range: std::ops::Range<usize>,
) -> Part {
    let bins: Vec<usize> = (block.first_slot..block.first_slot + block.width)
        .map(|slot| table.slot_bins(slot).bins())
        .collect();
    let mut part = vec![Sums::default(); bins.iter().sum()];
    let task = Task {
        cells: &block.cells,
        slopes,
        bins: &bins,
    };
    with_width!(block.width, sum_rows(task, rows, range, &mut part));
    part
}

#[derive(Clone, Copy)]
struct Task<'a> {
    cells: &'a [u8],
    slopes: &'a PackedSlopes,
    bins: &'a [usize],
}

/// Sums words into one narrow histogram that fits the first cache, and empties it into the wide one before it can overflow.
fn sum_rows<const WIDTH: usize>(
    task: Task<'_>,
    rows: Rows<'_>,
    range: std::ops::Range<usize>,
    part: &mut [Sums],
) {
    let (cells, _) = task.cells.as_chunks::<WIDTH>();
    let mut narrow = [[0_u64; 256]; WIDTH];
    let packing = task.slopes.packing;
    let mut from = range.start;
    while from < range.end {
        let to = (from + packing.rows_at_once).min(range.end);
        match rows {
            Rows::All(_) => add_all(&cells[from..to], &task.slopes.words[from..to], &mut narrow),
            Rows::Some(rows) => add_some(&rows[from..to], cells, &task.slopes.words, &mut narrow),
        }
        empty(&mut narrow, packing, task.bins, part);
        from = to;
    }
}

fn add_all<const WIDTH: usize>(
    cells: &[[u8; WIDTH]],
    words: &[u64],
    narrow: &mut [[u64; 256]; WIDTH],
) {
    for (cells, word) in cells.iter().zip(words) {
        for lane in 0..WIDTH {
            let sum = &mut narrow[lane][usize::from(cells[lane])];
            *sum = sum.wrapping_add(*word);
        }
    }
}

/// Rows that are copied next to each other before they are summed: the copies miss the cache many at a time, which the sums, with their
/// many instructions a row, would not.
const NEAR_ROWS: usize = 64;

fn add_some<const WIDTH: usize>(
    rows: &[u32],
    cells: &[[u8; WIDTH]],
    words: &[u64],
    narrow: &mut [[u64; 256]; WIDTH],
) {
    let mut near_cells = [[0; WIDTH]; NEAR_ROWS];
    let mut near_words = [0; NEAR_ROWS];
    for rows in rows.chunks(NEAR_ROWS) {
        for (at, &row) in rows.iter().enumerate() {
            near_cells[at] = cells[row as usize];
            near_words[at] = words[row as usize];
        }
        add_all(&near_cells[..rows.len()], &near_words[..rows.len()], narrow);
    }
}

fn empty<const WIDTH: usize>(
    narrow: &mut [[u64; 256]; WIDTH],
    packing: Packing,
    bins: &[usize],
    part: &mut [Sums],
) {
    let mut rest = part;
    for (sums, bins) in narrow.iter_mut().zip(bins) {
        let (slot, after) = rest.split_at_mut(*bins);
        for (wide, sum) in slot.iter_mut().zip(sums.iter_mut()) {
            let (gradient, hessian, count) = packing.unpack(*sum);
            *wide = wide.plus(Sums::new(gradient, hessian, count));
            *sum = 0;
        }
        rest = after;
    }
}
