//! How long predictions take, measured when MILLRACE_TEST_SPEED is set.

use std::time::{Duration, Instant};

use super::wide;
use crate::Predictor;

/// The fastest of many runs, in microseconds: what the machine can do when nobody disturbs it.
fn micros(predictor: &Predictor, rows: usize) -> f64 {
    let frame = wide().frame_of(rows);
    let mut fastest = Duration::MAX;
    for _ in 0..(200_000 / (rows + 20)).max(50) {
        let started = Instant::now();
        let predicted = predictor.predict(&frame).expect("predictions");
        fastest = fastest.min(started.elapsed());
        drop(predicted);
    }
    fastest.as_secs_f64() * 1e6
}

#[test]
fn kernels_are_faster_than_tract() {
    if std::env::var_os("MILLRACE_TEST_SPEED").is_none() {
        return;
    }
    let own = wide().load();
    let tract = wide().load_general();
    for rows in [1, 3, 4, 8, 16, 48, 100, 1_000, 10_000] {
        let (own, tract) = (micros(&own, rows), micros(&tract, rows));
        eprintln!("{rows:>6} rows: {own:>9.1} us on kernels, {tract:>9.1} us on tract");
        assert!(own < tract, "{rows} rows");
    }
}
