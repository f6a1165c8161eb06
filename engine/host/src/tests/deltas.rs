//! Deltas add up to the snapshot that they were made from, whatever happened in between, and stay small.

use std::sync::Arc;

use contract::*;

use crate::delta::{Delta, step};

/// Both ends of the socket: what was sent, and what the other side has put together.
struct Ends {
    sent: Snapshot,
    received: Snapshot,
    /// Of the last delta.
    bytes: usize,
}

impl Ends {
    fn new() -> Self {
        Self {
            sent: Snapshot::default(),
            received: Snapshot::default(),
            bytes: 0,
        }
    }

    /// One delta, through its bytes. True if nothing is left to send.
    fn send(&mut self, newest: &Snapshot) -> bool {
        let step = step(&self.sent, newest);
        let bytes = rmp_serde::to_vec_named(&step.delta).expect("a delta is MessagePack");
        let delta: Delta = rmp_serde::from_slice(&bytes).expect("the same delta");
        self.received = delta.put_on(&self.received).expect("it fits");
        self.sent = step.sent;
        self.bytes = bytes.len();
        step.is_whole
    }
}

/// Everything that a panel may read, with every number bit for bit.
fn told(snapshot: &Snapshot) -> String {
    let mut curves: Vec<_> = snapshot.curves.iter().collect();
    curves.sort_by_key(|(run, _)| *run);
    let curves: Vec<_> = curves
        .iter()
        .map(|(run, curves)| {
            let bits = |series: &Series| -> Vec<[u64; 2]> {
                series
                    .points
                    .iter()
                    .map(|point| point.map(f64::to_bits))
                    .collect()
            };
            let series: Vec<_> = curves
                .series
                .iter()
                .map(|series| (series.key.clone(), bits(series)))
                .collect();
            (run, series)
        })
        .collect();
    let mut drift: Vec<_> = snapshot.drift.iter().collect();
    drift.sort_by_key(|(model, _)| *model);
    let rest = Snapshot {
        curves: Default::default(),
        drift: Default::default(),
        ..snapshot.clone()
    };
    format!("{curves:?} {drift:?} {rest:?}")
}

/// Small numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

fn recipe() -> Recipe {
    Recipe {
        data: DataVersionRef {
            dataset: DatasetName::new("wine"),
            version: 1,
        },
        target: "quality".into(),
        features: Vec::new(),
        task: LearningTask::Regression,
        split: SplitSpec::default(),
        model: MlpSpec::default(),
        training: TrainingSpec::default(),
        seed: 7,
        device: DeviceChoice::Cpu,
        experiment: "wine".into(),
    }
}

fn run(number: u64) -> Run {
    Run {
        id: RunId::from_random(number),
        number,
        recipe: recipe(),
        state: RunState::Running,
        device: "CPU (flex)".into(),
        started: Timestamp::default(),
        ended: None,
        seconds: 0.5,
        // A loss that has left the numbers is sent as it is.
        metrics: [("train/loss".into(), f64::NAN), ("test/rmse".into(), 0.25)].into(),
        report: None,
        package: None,
        error: None,
    }
}

fn task(number: usize) -> TaskView {
    TaskView {
        id: TaskId::from_random(number as u64),
        title: format!("Import {number}.csv"),
        stage: "profiling".into(),
        done: number as u64,
        total: None,
        unit: "rows".into(),
        seconds: f64::INFINITY,
        seconds_left: None,
        state: TaskState::Failed("the disk is full".into()),
        can_cancel: true,
        run: None,
    }
}

fn notice(id: u64) -> Arc<Notice> {
    Arc::new(Notice {
        id,
        at: Timestamp::default(),
        level: NoticeLevel::Warning,
        title: format!("Notice {id}"),
        detail: None,
        hint: Some("look again".into()),
        refused: Some(Arc::new(Command::VerifyJournal)),
    })
}

fn fact(seq: u64) -> FactRecord {
    FactRecord {
        seq,
        at: Timestamp::default(),
        actor: "person".into(),
        prev: Digest::new("0"),
        fact: Fact::RunFailed {
            run: RunId::from_random(seq),
            seconds: 1.5,
            error: "the loss is NaN".into(),
        },
        hash: Digest::new("1"),
    }
}

fn request(number: u64) -> Arc<RequestLine> {
    Arc::new(RequestLine {
        id: RequestId::from_random(number),
        at: Timestamp::default(),
        method: "POST".into(),
        path: "/predict/wine".into(),
        status: 200,
        rows: 1,
        micros: number,
        model: None,
        error: None,
    })
}

fn rows(first_row: u64) -> Arc<RowsView> {
    Arc::new(RowsView {
        version: recipe().data,
        page: match first_row % 2 {
            0 => Ok(RowsPage {
                first_row,
                rows: vec![vec![Some("7.5".into()), None]],
                ..RowsPage::default()
            }),
            _ => Err(Refusal::new("the object is gone")),
        },
    })
}

/// Adds a point to a curve of a run, cuts it, makes it anew, or takes it away.
fn change_curve(snapshot: &mut Snapshot, dice: &mut Dice) {
    let run = RunId::from_random(dice.roll(6) as u64);
    let before = snapshot.curves.get(&run).cloned().unwrap_or_default();
    let mut series = before.series.clone();
    match dice.roll(12) {
        0 => return drop(snapshot.curves.remove(&run)),
        1 => drop(series.pop()),
        2 => series.insert(
            0,
            Series {
                key: format!("train/{}", dice.roll(99)).into(),
                points: vec![[1.0, f64::NAN]].into(),
            },
        ),
        _ if series.is_empty() => series.push(Series {
            key: "train/loss".into(),
            points: vec![[1.0, 0.5]].into(),
        }),
        3 => {
            let kept = series[0].points.len() / 2;
            series[0].points = series[0].points[..kept].into();
        }
        4 => {
            let mut points = series[0].points.to_vec();
            if let Some(point) = points.last_mut() {
                point[1] = -point[1];
            }
            series[0].points = points.into();
        }
        _ => {
            let place = dice.roll(series.len());
            let mut points = series[place].points.to_vec();
            let value = [f64::NAN, f64::NEG_INFINITY, 0.125][dice.roll(3)];
            points.push([points.len() as f64 + 1.0, value]);
            series[place].points = points.into();
        }
    }
    snapshot.curves.insert(run, Arc::new(Curves { series }));
}

fn change_list<T>(list: &mut Vec<Arc<T>>, dice: &mut Dice, make: impl Fn(u64) -> T) {
    let place = dice.roll(list.len() + 1);
    match dice.roll(6) {
        0 if place < list.len() => drop(list.remove(place)),
        1 if place < list.len() => list.swap(place, 0),
        2 if place < list.len() => list[place] = Arc::new(make(dice.roll(1_000) as u64)),
        3 => list.insert(place, Arc::new(make(dice.roll(1_000) as u64))),
        _ => list.push(Arc::new(make(dice.roll(1_000) as u64))),
    }
    if list.len() > 30 {
        list.drain(..15);
    }
}

fn change(snapshot: &mut Snapshot, dice: &mut Dice) {
    snapshot.revision += 1;
    match dice.roll(12) {
        0 => change_list(&mut snapshot.tasks, dice, |number| task(number as usize)),
        1 => change_list(&mut snapshot.runs, dice, run),
        2 => {
            snapshot.requests.push(request(dice.roll(99) as u64));
            let surplus = snapshot.requests.len().saturating_sub(20);
            snapshot.requests.drain(..surplus);
        }
        3 => snapshot.notices.push(notice(dice.roll(99) as u64)),
        4 => snapshot.rows = (dice.roll(3) > 0).then(|| rows(dice.roll(99) as u64)),
        5 => {
            snapshot.journal.page = (1..dice.roll(5) as u64).map(fact).collect();
            snapshot.journal.head = Some(JournalHead {
                seq: dice.roll(9) as u64,
                hash: Digest::new("2"),
            });
        }
        6 => {
            snapshot.tried = Some(Arc::new(TriedPrediction {
                version: ModelVersionRef {
                    model: ModelName::new("wine"),
                    version: 1,
                },
                answer: Ok(PredictedOutput::Class {
                    index: 1,
                    probabilities: vec![0.1, 0.9],
                }),
                micros: 4,
            }));
        }
        7 => {
            snapshot.server = (dice.roll(2) > 0).then(|| ServerAddress {
                url: "http://127.0.0.1:4".into(),
                key: "k".into(),
            });
            snapshot.memory_bytes += 4_096;
        }
        8 => {
            let model = ModelName::new(["a", "b", "c"][dice.roll(3)]);
            let report = DriftReport {
                model: ModelVersionRef {
                    model: model.clone(),
                    version: 1,
                },
                at: Timestamp::default(),
                window: dice.roll(99) as u64,
                columns: Vec::new(),
                not_enough: Some("12 of 30 predictions".into()),
            };
            snapshot.drift.insert(model, Arc::new(report));
        }
        _ => change_curve(snapshot, dice),
    }
}

#[test]
fn deltas_add_up_to_the_whole_snapshot() {
    for seed in 1_u64..=40 {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let mut newest = Snapshot::default();
        let mut ends = Ends::new();
        for _ in 0..150 {
            for _ in 0..=dice.roll(4) {
                change(&mut newest, &mut dice);
            }
            assert!(ends.send(&newest), "so few points come in one delta");
            assert_eq!(told(&ends.received), told(&newest), "seed {seed}");
        }
    }
}

/// A run of so many points in one curve.
fn with_points(snapshot: &mut Snapshot, number: u64, count: usize) {
    let points: Vec<[f64; 2]> = (0..count).map(|step| [step as f64, 1.0]).collect();
    let run = run(number);
    let curves = Curves {
        series: vec![Series {
            key: "train/loss".into(),
            points: points.into(),
        }],
    };
    snapshot.curves.insert(run.id.clone(), Arc::new(curves));
    snapshot.runs.push(Arc::new(run));
}

#[test]
fn a_large_project_comes_in_parts_and_then_only_what_is_new() {
    let mut newest = Snapshot::default();
    for number in 1..=1_000 {
        with_points(&mut newest, number, 1_000);
    }
    let mut ends = Ends::new();
    assert!(!ends.send(&newest), "16 MB of points are several deltas");
    assert_eq!(
        ends.received.runs.len(),
        1_000,
        "everything else is there with the first"
    );
    let newest_run = &newest.runs[999].id;
    assert!(ends.received.curves.contains_key(newest_run));
    let mut parts = 1;
    while !ends.send(&newest) {
        parts += 1;
        assert!(parts < 10);
    }
    assert_eq!(told(&ends.received), told(&newest));

    let run = newest_run.clone();
    let mut points = newest.curves[&run].series[0].points.to_vec();
    points.push([1_000.0, 0.5]);
    let series = vec![Series {
        key: "train/loss".into(),
        points: points.into(),
    }];
    newest.curves.insert(run, Arc::new(Curves { series }));
    newest.revision += 1;
    assert!(ends.send(&newest));
    assert!(
        ends.bytes < 1_000,
        "one new point of a million costs {} bytes",
        ends.bytes
    );
    assert_eq!(told(&ends.received), told(&newest));
    let shared = &ends.received.runs[0];
    let before = shared.clone();
    newest.revision += 1;
    ends.send(&newest);
    assert!(
        Arc::ptr_eq(&ends.received.runs[0], &before),
        "what did not change is not made anew"
    );
}

#[test]
fn a_delta_that_does_not_fit_is_told() {
    let mut newest = Snapshot::default();
    with_points(&mut newest, 1, 10);
    let mut ends = Ends::new();
    ends.send(&newest);
    with_points(&mut newest, 2, 10);
    let delta = step(&ends.sent, &newest).delta;
    assert!(delta.put_on(&Snapshot::default()).is_err());
}
