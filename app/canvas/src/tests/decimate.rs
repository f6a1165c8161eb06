//! Decimation keeps what can be seen.

use proptest::prelude::*;

use crate::{Range, decimate};

fn is_gap(point: &[f64; 2]) -> bool {
    point[1].is_nan()
}

/// Curves of ascending x with a gap here and there.
fn curves() -> impl Strategy<Value = Vec<[f64; 2]>> {
    prop::collection::vec((0.0..2.0f64, -1e6..1e6f64, 0..12u8), 0..600).prop_map(|steps| {
        let mut x = 0.0;
        steps
            .into_iter()
            .map(|(step, y, gap)| {
                x += step;
                [x, if gap == 0 { f64::NAN } else { y }]
            })
            .collect()
    })
}

/// The column of a point, or `None` outside of the view.
fn column(x: Range, columns: usize, point: &[f64; 2]) -> Option<usize> {
    x.contains(point[0])
        .then(|| ((x.share(point[0]) * columns as f64) as usize).min(columns - 1))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn extremes_of_every_column_are_kept(points in curves(), columns in 1usize..80, from in 0.0..300.0f64, span in 1.0..500.0f64) {
        let x = Range::new(from, from + span);
        let kept = decimate(&points, x, columns);
        for wanted in 0..columns {
            let of = |points: &[[f64; 2]]| {
                Range::of(points.iter().filter(|point| column(x, columns, point) == Some(wanted)).map(|point| point[1]))
            };
            prop_assert_eq!(of(&points), of(&kept), "column {}", wanted);
        }
    }

    #[test]
    fn what_is_kept_stands_in_the_input_in_the_same_order(points in curves(), columns in 1usize..80, from in 0.0..300.0f64, span in 1.0..500.0f64) {
        let kept = decimate(&points, Range::new(from, from + span), columns);
        let mut rest = points.iter();
        for point in kept.iter().filter(|point| !is_gap(point)) {
            prop_assert!(rest.any(|original| original == point), "{:?} is not there or out of order", point);
        }
    }

    #[test]
    fn gaps_stay_and_nothing_is_joined_over_them(points in curves(), columns in 1usize..80) {
        let whole = Range::of(points.iter().map(|point| point[0])).map_or(Range::new(0.0, 1.0), |range| Range::new(range.min, range.max));
        let kept = decimate(&points, whole, columns);
        let pieces = |points: &[[f64; 2]]| points.split(is_gap).filter(|piece| !piece.is_empty()).count();
        prop_assert_eq!(pieces(&points), pieces(&kept));
    }

    #[test]
    fn no_more_is_kept_than_can_be_seen(points in curves(), columns in 1usize..80) {
        let whole = Range::of(points.iter().map(|point| point[0])).map_or(Range::new(0.0, 1.0), |range| Range::new(range.min, range.max));
        let kept = decimate(&points, whole, columns);
        // A gap inside a column starts the column anew.
        let gaps = points.iter().filter(|point| is_gap(point)).count();
        prop_assert!(kept.len() <= 4 * (columns + gaps) + gaps + 2);
    }
}

#[test]
fn a_line_that_crosses_the_view_keeps_its_neighbours() {
    let points: Vec<[f64; 2]> = (0..10).map(|x| [f64::from(x), f64::from(x * x)]).collect();
    let kept = decimate(&points, Range::new(3.5, 5.5), 100);
    assert_eq!(kept, [[3.0, 9.0], [4.0, 16.0], [5.0, 25.0], [6.0, 36.0]]);
}

#[test]
fn a_spike_survives_a_million_points() {
    let mut points: Vec<[f64; 2]> = (0..1_000_000).map(|x| [f64::from(x), 0.0]).collect();
    points[654_321][1] = 7.0;
    let kept = decimate(&points, Range::new(0.0, 999_999.0), 800);
    assert!(kept.len() <= 3_200);
    assert!(kept.contains(&[654_321.0, 7.0]));
}

#[test]
fn nothing_gives_nothing() {
    assert!(decimate(&[], Range::new(0.0, 1.0), 10).is_empty());
    assert!(decimate(&[[0.5, f64::NAN]], Range::new(0.0, 1.0), 10).is_empty());
    assert!(decimate(&[[0.5, f64::INFINITY]], Range::new(0.0, 1.0), 10).is_empty());
    assert_eq!(
        decimate(&[[0.5, 1.0]], Range::new(0.0, 1.0), 0),
        [[0.5, 1.0]]
    );
}
