//! Decimation: what of a long curve can be seen, one pixel column at a time.

use crate::Range;

/// Of every pixel column the first, lowest, highest and last point (M4: Jugel et al., VLDB 2014, section 4), in the order
/// of the input, with one point on either side of the view so that lines leave it where they should.
/// A point that is not finite is a gap: one NaN point stands in its place.
///
/// `points`: `[n, 2]`, x not decreasing. At most `4 * columns` points, a gap for each gap of the input, and two neighbours.
pub fn decimate(points: &[[f64; 2]], x: Range, columns: usize) -> Vec<[f64; 2]> {
    let columns = columns.max(1);
    let mut kept = Kept::default();
    let mut left_of_view: Option<[f64; 2]> = None;
    for &point in points {
        if !(point[0].is_finite() && point[1].is_finite()) {
            left_of_view = None;
            kept.gap();
            continue;
        }
        if point[0] < x.min {
            left_of_view = Some(point);
            continue;
        }
        if let Some(neighbour) = left_of_view.take() {
            kept.alone(neighbour);
        }
        if point[0] > x.max {
            // One neighbour to the right of the view; what follows it cannot be seen.
            kept.right_neighbour(point);
            continue;
        }
        let column = ((x.share(point[0]) * columns as f64) as usize).min(columns - 1);
        kept.add(column, point);
    }
    kept.flush();
    kept.points
}

const GAP: [f64; 2] = [f64::NAN, f64::NAN];

#[derive(Default)]
struct Kept {
    points: Vec<[f64; 2]>,
    column: Option<Column>,
    is_past_view: bool,
}

/// The four points of a column, each with its place in the column's order.
#[derive(Clone, Copy)]
struct Column {
    index: usize,
    count: usize,
    first: [f64; 2],
    low: (usize, [f64; 2]),
    high: (usize, [f64; 2]),
    last: [f64; 2],
}

impl Kept {
    fn add(&mut self, index: usize, point: [f64; 2]) {
        self.is_past_view = false;
        if let Some(column) = self.column.as_mut().filter(|column| column.index == index) {
            let place = column.count;
            if point[1] < column.low.1[1] {
                column.low = (place, point);
            }
            if point[1] > column.high.1[1] {
                column.high = (place, point);
            }
            column.last = point;
            column.count += 1;
            return;
        }
        self.flush();
        self.column = Some(Column {
            index,
            count: 1,
            first: point,
            low: (0, point),
            high: (0, point),
            last: point,
        });
    }

    fn alone(&mut self, point: [f64; 2]) {
        self.flush();
        self.points.push(point);
        self.is_past_view = false;
    }

    fn right_neighbour(&mut self, point: [f64; 2]) {
        self.flush();
        if !self.is_past_view {
            self.points.push(point);
            self.is_past_view = true;
        }
    }

    fn gap(&mut self) {
        self.flush();
        self.is_past_view = false;
        if self.points.last().is_some_and(|last| !last[0].is_nan()) {
            self.points.push(GAP);
        }
    }

    fn flush(&mut self) {
        let Some(column) = self.column.take() else {
            return;
        };
        let end = column.count - 1;
        let mut inner = [column.low, column.high];
        if inner[0].0 > inner[1].0 {
            inner.swap(0, 1);
        }
        self.points.push(column.first);
        let mut newest = 0;
        for (place, point) in inner {
            if place > newest && place < end {
                self.points.push(point);
                newest = place;
            }
        }
        if end > 0 {
            self.points.push(column.last);
        }
    }
}
