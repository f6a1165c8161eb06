//! The binned table: bytes in blocks of up to 16 columns, row after row inside a block.
//!
//! A row's bytes of one block lie in one cache line, and a block's histograms (16 columns of 256 sums of 8 bytes) fit the first cache.

use rayon::prelude::*;

use crate::bins::{self, BinSettings, ColumnBins, Lane};
use crate::error::TreesError;
use crate::table::Table;

/// Columns in a block, at most.
pub(crate) const BLOCK_COLUMNS: usize = 16;

/// Rows that one task bins.
const TASK_ROWS: usize = 8192;

/// More rows than this do not fit the counts inside a histogram (26 bits; see `histogram`).
pub const MAX_ROWS: usize = (1 << 26) - 1;

/// Bytes of up to [`BLOCK_COLUMNS`] slots: `cells[row * width + lane]`.
pub(crate) struct Block {
    pub(crate) first_slot: usize,
    pub(crate) width: usize,
    pub(crate) cells: Vec<u8>,
}

/// A table as bins. A *slot* is a column with at least two bins; the others teach nothing and have none.
pub(crate) struct BinnedTable {
    pub(crate) rows: usize,
    pub(crate) columns: Vec<ColumnBins>,
    /// The table's column of each slot.
    pub(crate) slots: Vec<usize>,
    pub(crate) blocks: Vec<Block>,
}

impl BinnedTable {
    pub(crate) fn new(
        table: &Table<'_>,
        settings: &BinSettings,
        seed: u64,
    ) -> Result<Self, TreesError> {
        settings.check()?;
        if table.rows() > MAX_ROWS {
            return Err(TreesError::TooManyRows {
                rows: table.rows(),
                most: MAX_ROWS,
            });
        }
        let key = bins::sample_key(seed);
        let columns: Vec<ColumnBins> = table
            .columns()
            .par_iter()
            .map(|column| ColumnBins::find(column.values, settings, key))
            .collect();
        let slots: Vec<usize> = (0..columns.len())
            .filter(|&column| columns[column].bins() > 1)
            .collect();
        let mut binned = Self {
            rows: table.rows(),
            columns,
            slots,
            blocks: Vec::new(),
        };
        binned.blocks = binned
            .block_ranges()
            .into_iter()
            .map(|(first_slot, width)| binned.fill(table, first_slot, width))
            .collect();
        Ok(binned)
    }

    /// The bins of a slot's column.
    pub(crate) fn slot_bins(&self, slot: usize) -> &ColumnBins {
        &self.columns[self.slots[slot]]
    }

    /// The block of a slot and its place in it.
    pub(crate) fn lane(&self, slot: usize) -> (&Block, usize) {
        let at = self
            .blocks
            .partition_point(|block| block.first_slot <= slot)
            - 1;
        let block = &self.blocks[at];
        (block, slot - block.first_slot)
    }

    /// Blocks of almost equal width, as (first slot, width).
    fn block_ranges(&self) -> Vec<(usize, usize)> {
        let slots = self.slots.len();
        let blocks = slots.div_ceil(BLOCK_COLUMNS);
        (0..blocks)
            .map(|block| {
                let first = slots * block / blocks;
                (first, slots * (block + 1) / blocks - first)
            })
            .collect()
    }

    fn fill(&self, table: &Table<'_>, first_slot: usize, width: usize) -> Block {
        let mut cells = vec![0; self.rows * width];
        cells
            .par_chunks_mut(TASK_ROWS * width)
            .enumerate()
            .for_each(|(task, cells)| {
                for lane in 0..width {
                    let column = self.slots[first_slot + lane];
                    let target = Lane { cells, width, lane };
                    self.columns[column].write(
                        table.columns()[column].values,
                        task * TASK_ROWS,
                        target,
                    );
                }
            });
        Block {
            first_slot,
            width,
            cells,
        }
    }
}
