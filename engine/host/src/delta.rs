//! What changed between two snapshots, small enough to send many times a second: items whose `Arc` moved, and the new points of a curve.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::path::PathBuf;
use std::sync::Arc;

use contract::{
    Curves, Dataset, DeviceInfo, DriftReport, EndpointView, FactRecord, JournalHead, JournalView,
    LineageGraph, Model, ModelName, Notice, PointsView, RejectsView, RequestLine, RowsView, Run,
    RunId, Series, ServerAddress, Snapshot, TaskView, TriedPrediction, Verified,
};
use serde::{Deserialize, Serialize};

/// Points that one delta carries (4 MB): a project of many curves comes in several, and the first is there at once.
const MOST_POINTS: usize = 1 << 18;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Change<T> {
    Same,
    Now(T),
}

/// A list as pieces of the list before and new items.
type ListChange<T> = Change<Vec<Piece<T>>>;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Piece<T> {
    Old { from: usize, count: usize },
    New(Arc<T>),
}

#[derive(Debug, Serialize, Deserialize)]
struct MapChange<K, V> {
    put: Vec<(K, V)>,
    gone: Vec<K>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SeriesChange {
    key: Arc<str>,
    /// Points at the beginning that are those of the series of this key before.
    kept: usize,
    more: Points,
}

/// Points as they lie in memory: the two programs run on one machine.
#[derive(Debug, Serialize, Deserialize)]
struct Points(#[serde(with = "serde_bytes")] Vec<u8>);

/// Everything of a snapshot but its project, which both sides know.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Delta {
    revision: u64,
    memory_bytes: u64,
    datasets: ListChange<Dataset>,
    watched_folders: Change<Vec<PathBuf>>,
    runs: ListChange<Run>,
    curves: MapChange<RunId, Vec<SeriesChange>>,
    models: ListChange<Model>,
    server: Change<Option<ServerAddress>>,
    endpoints: ListChange<EndpointView>,
    requests: ListChange<RequestLine>,
    drift: MapChange<ModelName, Arc<DriftReport>>,
    tasks: ListChange<TaskView>,
    notices: ListChange<Notice>,
    head: Change<Option<JournalHead>>,
    verified: Change<Option<Verified>>,
    page: Change<Arc<[FactRecord]>>,
    rows: Change<Option<Arc<RowsView>>>,
    rejects: Change<Option<Arc<RejectsView>>>,
    points: Change<Option<Arc<PointsView>>>,
    lineage: Change<Option<Arc<LineageGraph>>>,
    tried: Change<Option<Arc<TriedPrediction>>>,
    devices: Change<Vec<DeviceInfo>>,
}

/// One step from what the other side has to the newest.
pub(crate) struct Step {
    pub delta: Delta,
    /// What the other side has after it.
    pub sent: Snapshot,
    /// False while curves are still to come.
    pub is_whole: bool,
}

/// The delta does not fit what it is put on.
#[derive(Debug, thiserror::Error)]
#[error("a change does not fit what was there before: {what}")]
pub(crate) struct Misfit {
    what: &'static str,
}

/// What takes `sent` towards `newest`. The curves of newer runs go first.
pub(crate) fn step(sent: &Snapshot, newest: &Snapshot) -> Step {
    let (curves, known) = step_curves(sent, newest);
    let is_whole = known.len() == newest.curves.len()
        && known
            .iter()
            .all(|(run, known)| Arc::ptr_eq(known, &newest.curves[run]));
    let (before, now) = (&sent.journal, &newest.journal);
    let delta = Delta {
        revision: newest.revision,
        memory_bytes: newest.memory_bytes,
        datasets: list(&sent.datasets, &newest.datasets),
        watched_folders: value(&sent.watched_folders, &newest.watched_folders),
        runs: list(&sent.runs, &newest.runs),
        curves,
        models: list(&sent.models, &newest.models),
        server: value(&sent.server, &newest.server),
        endpoints: list(&sent.endpoints, &newest.endpoints),
        requests: list(&sent.requests, &newest.requests),
        drift: map(&sent.drift, &newest.drift),
        tasks: list(&sent.tasks, &newest.tasks),
        notices: list(&sent.notices, &newest.notices),
        head: value(&before.head, &now.head),
        verified: value(&before.verified, &now.verified),
        page: match Arc::ptr_eq(&before.page, &now.page) {
            true => Change::Same,
            false => Change::Now(now.page.clone()),
        },
        rows: view(&sent.rows, &newest.rows),
        rejects: view(&sent.rejects, &newest.rejects),
        points: view(&sent.points, &newest.points),
        lineage: view(&sent.lineage, &newest.lineage),
        tried: view(&sent.tried, &newest.tried),
        devices: value(&sent.devices, &newest.devices),
    };
    let sent = Snapshot {
        curves: known,
        ..newest.clone()
    };
    Step {
        delta,
        sent,
        is_whole,
    }
}

impl Delta {
    /// The snapshot after this change; what did not change is shared with the one before.
    pub(crate) fn put_on(self, before: &Snapshot) -> Result<Snapshot, Misfit> {
        Ok(Snapshot {
            revision: self.revision,
            project: before.project.clone(),
            datasets: put_list(&before.datasets, self.datasets, "datasets")?,
            watched_folders: put(&before.watched_folders, self.watched_folders),
            runs: put_list(&before.runs, self.runs, "runs")?,
            curves: put_curves(&before.curves, self.curves)?,
            models: put_list(&before.models, self.models, "models")?,
            server: put(&before.server, self.server),
            endpoints: put_list(&before.endpoints, self.endpoints, "endpoints")?,
            requests: put_list(&before.requests, self.requests, "requests")?,
            drift: put_map(&before.drift, self.drift),
            tasks: put_list(&before.tasks, self.tasks, "tasks")?,
            notices: put_list(&before.notices, self.notices, "notices")?,
            journal: JournalView {
                head: put(&before.journal.head, self.head),
                verified: put(&before.journal.verified, self.verified),
                page: put(&before.journal.page, self.page),
            },
            rows: put(&before.rows, self.rows),
            rejects: put(&before.rejects, self.rejects),
            points: put(&before.points, self.points),
            lineage: put(&before.lineage, self.lineage),
            tried: put(&before.tried, self.tried),
            devices: put(&before.devices, self.devices),
            memory_bytes: self.memory_bytes,
        })
    }
}

fn value<T: PartialEq + Clone>(before: &T, now: &T) -> Change<T> {
    match before == now {
        true => Change::Same,
        false => Change::Now(now.clone()),
    }
}

fn view<T>(before: &Option<Arc<T>>, now: &Option<Arc<T>>) -> Change<Option<Arc<T>>> {
    match (before, now) {
        (None, None) => Change::Same,
        (Some(before), Some(now)) if Arc::ptr_eq(before, now) => Change::Same,
        _ => Change::Now(now.clone()),
    }
}

fn put<T: Clone>(before: &T, change: Change<T>) -> T {
    match change {
        Change::Same => before.clone(),
        Change::Now(now) => now,
    }
}

fn list<T>(before: &[Arc<T>], now: &[Arc<T>]) -> ListChange<T> {
    let is_same = |(before, now): &(&Arc<T>, &Arc<T>)| Arc::ptr_eq(before, now);
    let head = before.iter().zip(now).take_while(is_same).count();
    if head == before.len() && head == now.len() {
        return Change::Same;
    }
    let (old, new) = (&before[head..], &now[head..]);
    let tail = old.iter().rev().zip(new.iter().rev());
    let tail = tail.take_while(is_same).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    let places: HashMap<*const T, usize> = old
        .iter()
        .enumerate()
        .map(|(place, item)| (Arc::as_ptr(item), head + place))
        .collect();
    let mut pieces = vec![Piece::Old {
        from: 0,
        count: head,
    }];
    for item in new {
        match (places.get(&Arc::as_ptr(item)), pieces.last_mut()) {
            (Some(place), Some(Piece::Old { from, count })) if *from + *count == *place => {
                *count += 1;
            }
            (Some(place), _) => pieces.push(Piece::Old {
                from: *place,
                count: 1,
            }),
            (None, _) => pieces.push(Piece::New(item.clone())),
        }
    }
    pieces.push(Piece::Old {
        from: before.len() - tail,
        count: tail,
    });
    pieces.retain(|piece| !matches!(piece, Piece::Old { count: 0, .. }));
    Change::Now(pieces)
}

fn put_list<T>(
    before: &[Arc<T>],
    change: ListChange<T>,
    what: &'static str,
) -> Result<Vec<Arc<T>>, Misfit> {
    let pieces = match change {
        Change::Same => return Ok(before.to_vec()),
        Change::Now(pieces) => pieces,
    };
    let mut now = Vec::with_capacity(before.len() + 1);
    for piece in pieces {
        match piece {
            Piece::New(item) => now.push(item),
            Piece::Old { from, count } => {
                let end = from.checked_add(count).ok_or(Misfit { what })?;
                now.extend_from_slice(before.get(from..end).ok_or(Misfit { what })?);
            }
        }
    }
    Ok(now)
}

fn map<K: Hash + Eq + Clone, T>(
    before: &HashMap<K, Arc<T>>,
    now: &HashMap<K, Arc<T>>,
) -> MapChange<K, Arc<T>> {
    let is_news = |(key, item): &(&K, &Arc<T>)| {
        !before
            .get(key)
            .is_some_and(|before| Arc::ptr_eq(before, item))
    };
    let news = now.iter().filter(is_news);
    MapChange {
        put: news
            .map(|(key, item)| (key.clone(), item.clone()))
            .collect(),
        gone: gone(before, now),
    }
}

fn gone<K: Hash + Eq + Clone, T>(before: &HashMap<K, T>, now: &HashMap<K, T>) -> Vec<K> {
    let gone = before.keys().filter(|key| !now.contains_key(key));
    gone.cloned().collect()
}

fn put_map<K: Hash + Eq + Clone, V: Clone>(
    before: &HashMap<K, V>,
    change: MapChange<K, V>,
) -> HashMap<K, V> {
    let mut now = before.clone();
    now.retain(|key, _| !change.gone.contains(key));
    now.extend(change.put);
    now
}

/// The changes of curves as far as one delta carries them, and the curves that the other side has then.
fn step_curves(
    sent: &Snapshot,
    newest: &Snapshot,
) -> (
    MapChange<RunId, Vec<SeriesChange>>,
    HashMap<RunId, Arc<Curves>>,
) {
    let gone = gone(&sent.curves, &newest.curves);
    let mut known = sent.curves.clone();
    known.retain(|run, _| newest.curves.contains_key(run));
    let mut changed: HashSet<&RunId> = newest
        .curves
        .iter()
        .filter(|(run, now)| !known.get(run).is_some_and(|old| Arc::ptr_eq(old, now)))
        .map(|(run, _)| run)
        .collect();
    let newest_first = newest.runs.iter().rev().map(|run| &run.id);
    let mut order: Vec<&RunId> = newest_first.filter(|run| changed.remove(run)).collect();
    // Curves whose run is not known yet.
    order.extend(changed);
    let (mut put, mut points) = (Vec::new(), 0);
    for run in order {
        if points >= MOST_POINTS {
            break;
        }
        let now = &newest.curves[run];
        let change = series_changes(known.get(run), now);
        points += change.iter().map(|series| series.more.len()).sum::<usize>();
        put.push((run.clone(), change));
        known.insert(run.clone(), now.clone());
    }
    (MapChange { put, gone }, known)
}

fn series_changes(before: Option<&Arc<Curves>>, now: &Curves) -> Vec<SeriesChange> {
    let change = |series: &Series| {
        let kept = before
            .and_then(|before| series_of(before, &series.key))
            .map_or(0, |before| same_points(&before.points, &series.points));
        SeriesChange {
            key: series.key.clone(),
            kept,
            more: Points::new(&series.points[kept..]),
        }
    };
    now.series.iter().map(change).collect()
}

fn put_curves(
    before: &HashMap<RunId, Arc<Curves>>,
    change: MapChange<RunId, Vec<SeriesChange>>,
) -> Result<HashMap<RunId, Arc<Curves>>, Misfit> {
    let mut now = before.clone();
    for run in &change.gone {
        now.remove(run);
    }
    for (run, series) in change.put {
        let old = before.get(&run);
        let series = series
            .into_iter()
            .map(|series| put_series(old, series))
            .collect::<Result<_, _>>()?;
        now.insert(run, Arc::new(Curves { series }));
    }
    Ok(now)
}

fn put_series(before: Option<&Arc<Curves>>, change: SeriesChange) -> Result<Series, Misfit> {
    let misfit = || Misfit { what: "curves" };
    let old = before
        .and_then(|before| series_of(before, &change.key))
        .map(|series| &series.points);
    let points = match old {
        Some(old) if change.kept == old.len() && change.more.0.is_empty() => old.clone(),
        _ => {
            let kept = old.map_or(&[] as &[_], |old| old);
            let kept = kept.get(..change.kept).ok_or_else(misfit)?;
            let mut points = vec![[0.0; 2]; kept.len() + change.more.len()];
            let (head, tail) = points.split_at_mut(kept.len());
            head.copy_from_slice(kept);
            change.more.copy_to(tail).ok_or_else(misfit)?;
            points.into()
        }
    };
    Ok(Series {
        key: change.key,
        points,
    })
}

fn series_of<'a>(curves: &'a Curves, key: &str) -> Option<&'a Series> {
    curves.series.iter().find(|series| &*series.key == key)
}

/// How many points at the beginning are the same, bit for bit: a gap (NaN) is the same as itself.
fn same_points(before: &[[f64; 2]], now: &[[f64; 2]]) -> usize {
    let count = before.len().min(now.len());
    // Nearly always a series has only grown, and comparing memory is quick.
    let (old, new): (&[u8], &[u8]) = (
        bytemuck::cast_slice(&before[..count]),
        bytemuck::cast_slice(&now[..count]),
    );
    if old == new {
        return count;
    }
    let is_same = |(before, now): &(&[f64; 2], &[f64; 2])| {
        before[0].to_bits() == now[0].to_bits() && before[1].to_bits() == now[1].to_bits()
    };
    before.iter().zip(now).take_while(is_same).count()
}

impl Points {
    const BYTES: usize = size_of::<[f64; 2]>();

    fn new(points: &[[f64; 2]]) -> Self {
        Self(bytemuck::cast_slice(points).to_vec())
    }

    fn len(&self) -> usize {
        self.0.len() / Self::BYTES
    }

    fn copy_to(&self, points: &mut [[f64; 2]]) -> Option<()> {
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(points);
        (bytes.len() == self.0.len()).then(|| bytes.copy_from_slice(&self.0))
    }
}
