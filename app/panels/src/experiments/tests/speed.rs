//! How long a frame of the panel takes with ten thousand runs in the table and a thousand of them in the charts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::{Curves, RunId, RunState, Series, Snapshot};
use egui::{RawInput, Rect, pos2, vec2};
use look::{Look, Theme};

use crate::experiments::curves::{Charts, CurveSettings};
use crate::{Commands, Ctx, ExperimentsPanel, states};

const RUNS: u64 = 10_000;
const IN_CHARTS: u64 = 1_000;
const POINTS: usize = 1_000;

/// The release build has to stay under 4 ms; this one is not optimised and shares its processor with other tests.
const BOUND: Duration = Duration::from_millis(if cfg!(debug_assertions) { 20 } else { 4 });

fn snapshot() -> Snapshot {
    let wine = states::wine();
    let mut snapshot = states::Sample::new().dataset(vec![wine.clone()]).done();
    let samples: Vec<_> = (1..=40)
        .map(|number| states::run(number, &wine, RunState::Finished))
        .collect();
    let shape: Vec<f64> = (0..POINTS)
        .map(|step| (-(step as f64) / 160.0).exp() + (step as f64 * 0.7).sin() * 0.02)
        .collect();
    for number in 1..=RUNS {
        let mut run = samples[(number % 40) as usize].clone();
        run.number = number;
        run.id = RunId::from_random(number);
        if number <= IN_CHARTS {
            let series = ["validation/loss", "validation/accuracy"].map(|key| Series {
                key: key.into(),
                points: shape
                    .iter()
                    .zip(1_u64..)
                    .map(|(value, step)| [step as f64, value + number as f64 * 1e-4])
                    .collect(),
            });
            let curves = Curves {
                series: series.to_vec(),
            };
            snapshot.curves.insert(run.id.clone(), Arc::new(curves));
        }
        snapshot.runs.push(Arc::new(run));
    }
    snapshot
}

/// The median time of a frame: the panel's own work and the tessellation, without the graphics card.
fn frame_time(panel: &mut ExperimentsPanel, mut change: impl FnMut(&mut Snapshot)) -> Duration {
    let look = Look::new(Theme::Dark);
    let ctx = egui::Context::default();
    look.apply(&ctx);
    let mut snapshot = snapshot();
    let commands = Commands::default();
    let view = states::view();
    let size = Rect::from_min_size(pos2(0.0, 0.0), vec2(1_480.0, 980.0));
    let mut times = Vec::new();
    for frame in 0..24 {
        snapshot.revision += 1;
        change(&mut snapshot);
        let input = RawInput {
            screen_rect: Some(size),
            ..RawInput::default()
        };
        let start = Instant::now();
        let output = ctx.run_ui(input, |ui| {
            let ctx = Ctx {
                snapshot: &snapshot,
                look: &look,
                commands: &commands,
                view: &view,
            };
            panel.ui(&ctx, ui);
        });
        let work = start.elapsed();
        assert!(output.shapes.len() > 200, "the table is drawn");
        // The first frames make what the others keep.
        if frame >= 8 {
            times.push(work);
        }
    }
    times.sort();
    times[times.len() / 2]
}

#[test]
fn a_frame_in_which_nothing_changed_is_cheap() {
    let mut panel = ExperimentsPanel::default();
    let time = frame_time(&mut panel, |_| {});
    assert!(time < BOUND, "{time:?} with ten thousand runs in the table");
}

#[test]
fn a_frame_in_which_a_run_moved_on_is_cheap() {
    let mut panel = ExperimentsPanel::default();
    let time = frame_time(&mut panel, |snapshot| {
        if let Some(run) = snapshot.runs.last_mut() {
            Arc::make_mut(run).seconds += 0.1;
        }
    });
    assert!(time < BOUND, "{time:?} with ten thousand runs in the table");
}

/// What the charts cost before the canvas draws them: a thousand runs of a thousand points, one of which moves on.
#[test]
fn only_the_run_that_moved_on_is_smoothed_again() {
    let mut snapshot = snapshot();
    let runs = snapshot.runs[..IN_CHARTS as usize].to_vec();
    let settings = CurveSettings {
        smoothing: 0.9,
        ..CurveSettings::default()
    };
    let mut charts = Charts::default();
    charts.refresh(&snapshot, &runs, 1, settings);
    assert_eq!(charts.charts()[0].lines.len(), IN_CHARTS as usize);
    let mut times = Vec::new();
    for _ in 0..9 {
        snapshot.revision += 1;
        let moved = &runs[7].id;
        let curves = (*snapshot.curves[moved]).clone();
        snapshot.curves.insert(moved.clone(), Arc::new(curves));
        let start = Instant::now();
        charts.refresh(&snapshot, &runs, 1, settings);
        times.push(start.elapsed());
    }
    times.sort();
    assert!(times[4] < BOUND, "{:?} for a run of a thousand", times[4]);
}
