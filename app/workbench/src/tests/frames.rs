//! How long a frame takes on the UI thread, presenting not counted, with a thousand runs of a thousand points in view.

use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::{Curves, RunState, Series};
use egui_kittest::kittest::Queryable;
use panels::{Place, states};

use super::TestWindow;

const FRAMES: usize = 200;
const RUNS: u64 = 1_000;
const POINTS: u64 = 1_000;

/// The budget of a frame. The slowest of them measure the machine that shares its cores with other work, so they are only said.
const LONGEST_MEDIAN: Duration = Duration::from_millis(4);

#[test]
fn a_thousand_runs_in_view_are_drawn_in_time() {
    let version = states::wine();
    let mut snapshot = states::Sample::new()
        .dataset(vec![version.clone()])
        .runs(RUNS, &version)
        .quiet()
        .done();
    for run in &snapshot.runs {
        assert_ne!(run.state, RunState::Running);
        snapshot
            .curves
            .insert(run.id.clone(), Arc::new(curves(run.number)));
    }
    assert_eq!(snapshot.runs.len() as u64, RUNS);
    let mut window = TestWindow::drawn_over(snapshot);
    window.harness.state_mut().go_of_test(Place::Experiments);
    window.harness.run();
    // All of them into the charts: the key that selects everything, over the table.
    window.harness.hover_at(egui::pos2(400.0, 220.0));
    window.harness.run();
    window
        .harness
        .key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    window.harness.run();
    let said = window
        .harness
        .query_all_by_label_contains("1\u{202f}000 runs");
    assert!(said.count() >= 2, "the list and the charts say how many");
    let mut frames: Vec<Duration> = (0..FRAMES)
        .map(|_| {
            let begin = Instant::now();
            window.harness.step();
            begin.elapsed()
        })
        .collect();
    frames.sort();
    let (median, p99) = (frames[FRAMES / 2], frames[FRAMES - 2]);
    println!("{RUNS} runs of {POINTS} points in view: median {median:?}, p99 {p99:?}");
    assert!(median < LONGEST_MEDIAN, "a frame takes {median:?}");
}

fn curves(number: u64) -> Curves {
    let points = |phase: f64| -> Arc<[[f64; 2]]> {
        (1..=POINTS)
            .map(|step| {
                let x = step as f64;
                [x, (x / 100.0 + phase).sin() / x.sqrt()]
            })
            .collect()
    };
    let series = |key: &str, phase: f64| Series {
        key: key.into(),
        points: points(phase + number as f64),
    };
    Curves {
        series: vec![series("train/loss", 0.0), series("validation/loss", 0.5)],
    }
}
