//! A fast run floods nobody: the catalog takes its points together, and its curves are copied rarely.

use std::sync::mpsc::sync_channel;

use catalog::Catalog;

use super::*;
use crate::catalog_thread::CatalogThread;
use crate::curves::CurveBook;
use crate::project::Layout;

fn points(step: u64) -> Vec<MetricPoint> {
    let keys = [
        "train/loss",
        "train/accuracy",
        "validation/loss",
        "validation/accuracy",
    ];
    let point = |key: &str| MetricPoint {
        key: key.into(),
        step,
        value: step as f64,
        at: Timestamp::default(),
    };
    keys.map(point).to_vec()
}

#[test]
fn nobody_waits_for_a_busy_catalog_and_the_order_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let layout = Layout {
        root: folder.path().to_owned(),
    };
    let catalog = Catalog::open(&layout.catalog()).expect("a catalog");
    let thread = CatalogThread::start(catalog, layout, Box::new(|_, _| {})).expect("a thread");
    let (go, gate) = sync_channel::<()>(1);
    thread.desk.work(move |_| gate.recv().expect("a word"));
    let run = RunId::new("run-flood");
    let started = Instant::now();
    for step in 1..=5_000 {
        thread.desk.points(run.clone(), points(step));
        if step == 4_000 {
            let again = run.clone();
            thread.desk.work(move |catalog| {
                catalog.drop_points_after(&again, 1_000).expect("a cut");
            });
        }
    }
    assert!(started.elapsed() < Duration::from_secs(5), "it never waits");
    let (tell, told) = sync_channel(1);
    thread.desk.work(move |catalog| {
        let points = catalog.points(&run, Some("train/loss")).expect("points");
        tell.send(points).expect("a listener");
    });
    go.send(()).expect("the thread");
    let steps: Vec<u64> = told
        .recv_timeout(Duration::from_secs(30))
        .expect("the points")
        .iter()
        .map(|point| point.step)
        .collect();
    let expected: Vec<u64> = (1..=1_000).chain(4_001..=5_000).collect();
    assert_eq!(steps, expected);
    thread.stop();
}

#[test]
fn points_reach_the_catalog_by_themselves() {
    let folder = tempfile::tempdir().expect("a folder");
    let layout = Layout {
        root: folder.path().to_owned(),
    };
    let catalog = Catalog::open(&layout.catalog()).expect("a catalog");
    let thread =
        CatalogThread::start(catalog, layout.clone(), Box::new(|_, _| {})).expect("a thread");
    let run = RunId::new("run-quiet");
    thread.desk.points(run.clone(), points(1));
    std::thread::sleep(Duration::from_millis(600));
    // What a crash would leave.
    let crashed = folder.path().join("crashed.duckdb");
    std::fs::copy(layout.catalog(), &crashed).expect("a copy");
    let log = folder.path().join("catalog.duckdb.wal");
    std::fs::copy(log, folder.path().join("crashed.duckdb.wal")).expect("a copy of the log");
    let catalog = Catalog::open(&crashed).expect("the crashed catalog");
    assert_eq!(catalog.points(&run, None).expect("points").len(), 4);
    thread.stop();
}

#[test]
fn curves_are_copied_rarely_and_shown_whole_at_the_end() {
    let (mut book, run) = (CurveBook::default(), RunId::new("run-flood"));
    let started = Instant::now();
    let mut copies = 0;
    for step in 1..=20_000 {
        book.add(&run, &points(step));
        copies += u32::from(book.publish_due());
    }
    let most = 2 + started.elapsed().as_millis() / 100;
    assert!(u128::from(copies) <= most, "{copies} of {most}");
    book.settle(&run);
    assert!(!book.publish_due(), "nothing is left to show");
    let curves = &book.published()[&run];
    assert_eq!(curves.series.len(), 4);
    assert!(
        curves
            .series
            .iter()
            .all(|series| series.points.len() == 20_000)
    );
    // Taken up again, it goes on from there.
    book.cut(&run, 10_000);
    book.add(&run, &points(10_001));
    book.settle(&run);
    assert_eq!(book.published()[&run].series[0].points.len(), 10_001);
}

#[test]
fn many_long_runs_open_at_once() {
    const RUNS: usize = 150;
    let folder = tempfile::tempdir().expect("a folder");
    let (path, engine) = new_engine(folder.path());
    engine.close();
    let mut catalog = Catalog::open(&path.join("catalog.duckdb")).expect("a catalog");
    let key = |point: MetricPoint| MetricPoint {
        key: format!("other/{}", point.key).into(),
        ..point
    };
    let eight = |step| {
        points(step)
            .into_iter()
            .chain(points(step).into_iter().map(key))
    };
    let all: Vec<MetricPoint> = (1..=1_000).flat_map(eight).collect();
    for run in 0..RUNS {
        let run = RunId::new(format!("run-{run}"));
        catalog.append_points(&run, &all).expect("points");
    }
    drop((all, catalog));
    let started = Instant::now();
    let engine = Engine::open(&path, Arc::new(|| {})).expect("the project");
    let opened = started.elapsed();
    let snapshot = wait_for(&engine, "all curves are there", |snapshot| {
        snapshot.curves.len() == RUNS
    });
    let loaded = started.elapsed();
    eprintln!("opened in {opened:.2?}, all curves after {loaded:.2?}");
    assert_eq!(
        snapshot.curves.values().next().expect("a run").series.len(),
        8
    );
    assert!(opened < Duration::from_secs(3) && loaded < Duration::from_secs(10));
    engine.close();
}
