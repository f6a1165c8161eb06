//! Rings, percentiles and ids by themselves.

use std::collections::HashSet;

use crate::figures::{Recent, percentile_millis};
use crate::ids::{Ids, scramble};

#[test]
fn the_last_minute_rolls_on() {
    let mut recent = Recent::new();
    for (second, requests) in [(0, 3), (1, 1), (59, 2)] {
        for _ in 0..requests {
            recent.record(second, 10);
        }
    }
    let seconds = recent.per_second();
    assert_eq!((seconds[0], seconds[1], seconds[59]), (3, 1, 2));
    recent.advance(60);
    let seconds = recent.per_second();
    assert_eq!((seconds[0], seconds[58], seconds[59]), (1, 2, 0));
    recent.advance(1_000);
    assert_eq!(recent.per_second(), vec![0; 60]);
    recent.record(1_000, 10);
    assert_eq!(recent.per_second()[59], 1);
}

#[test]
fn percentiles_are_of_the_nearest_rank() {
    let micros: Vec<u32> = (1..=1_000).map(|place| place * 1_000).collect();
    assert_eq!(percentile_millis(&micros, 50), 500.0);
    assert_eq!(percentile_millis(&micros, 99), 990.0);
    assert_eq!(percentile_millis(&[7_000], 99), 7.0);
    assert_eq!(percentile_millis(&[], 50), 0.0);
}

#[test]
fn ids_do_not_repeat() {
    let ids = Ids::new(u64::MAX - 5);
    let seen: HashSet<String> = (0..10_000).map(|_| ids.next().to_string()).collect();
    assert_eq!(seen.len(), 10_000);
    // The scrambling loses nothing where the count wraps around either.
    let scrambled: HashSet<u64> = (0..100_000_u64)
        .map(|count| scramble(count.wrapping_sub(50_000)))
        .collect();
    assert_eq!(scrambled.len(), 100_000);
}
