//! Dividing the rows of a leaf between its children, in order and in parallel.

use rayon::prelude::*;

/// Rows that one task divides.
const TASK_ROWS: usize = 16_384;

/// Moves the rows for which `goes_left` holds to the front, keeping the order on both sides, and returns how many they are.
/// `scratch` has the length of `rows`.
pub(crate) fn partition(
    rows: &mut [u32],
    scratch: &mut [u32],
    goes_left: impl Fn(u32) -> bool + Sync,
) -> usize {
    let lefts: Vec<usize> = rows
        .par_chunks(TASK_ROWS)
        .zip(scratch.par_chunks_mut(TASK_ROWS))
        .map(|(rows, divided)| divide(rows, divided, &goes_left))
        .collect();
    let left_rows = lefts.iter().sum();
    let (mut left_rest, mut right_rest) = rows.split_at_mut(left_rows);
    let mut moves = Vec::with_capacity(lefts.len());
    for (divided, lefts) in scratch.chunks(TASK_ROWS).zip(lefts) {
        let (left, after) = left_rest.split_at_mut(lefts);
        left_rest = after;
        let (right, after) = right_rest.split_at_mut(divided.len() - lefts);
        right_rest = after;
        moves.push((divided, left, right));
    }
    moves.into_par_iter().for_each(|(divided, left, right)| {
        let (from_left, from_right) = divided.split_at(left.len());
        left.copy_from_slice(from_left);
        for (place, row) in right.iter_mut().zip(from_right.iter().rev()) {
            *place = *row;
        }
    });
    left_rows
}

/// Left rows from the front, right rows from the back and reversed. Each row is written to both ends, without a branch: the end where it
/// does not belong is written again before it counts.
fn divide(rows: &[u32], divided: &mut [u32], goes_left: &impl Fn(u32) -> bool) -> usize {
    let mut lefts = 0;
    for (done, &row) in rows.iter().enumerate() {
        let is_left = goes_left(row);
        let back = rows.len() - 1 - (done - lefts);
        divided[lefts] = row;
        divided[back] = row;
        lefts += usize::from(is_left);
    }
    lefts
}

/// As [`partition`], on this thread alone.
pub(crate) fn divide_alone(
    rows: &mut [u32],
    scratch: &mut [u32],
    goes_left: impl Fn(u32) -> bool,
) -> usize {
    let lefts = divide(rows, scratch, &goes_left);
    rows[..lefts].copy_from_slice(&scratch[..lefts]);
    for (place, row) in rows[lefts..].iter_mut().zip(scratch[lefts..].iter().rev()) {
        *place = *row;
    }
    lefts
}
