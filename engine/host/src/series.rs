//! Metric series on disk: what a killed program had only noted, what a lost catalog gets back from sealed files, what a window draws.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use catalog::{Catalog, CatalogError, Objects};
use contract::{Curves, Digest, MetricPoint, RunId, SECONDS_KEY, Series};

use crate::asker::Asker;
use crate::error::{guarded, refuse, sentence};
use crate::project::Layout;
use crate::room::{Input, Room};
use crate::runs::notes::{self, Noted};
use crate::state::State;
use crate::thinned::Thinned;

/// Points of ended runs that a window keeps in memory (128 MB): full curves for a thousand runs of a thousand epochs.
const MOST_POINTS: usize = 8_000_000;
/// More points than a chart is wide are not seen.
const MOST_POINTS_OF_SERIES: usize = 2_000;
const FEWEST_POINTS_OF_SERIES: usize = 256;
/// What a run measures, for dividing the points among the runs.
const SERIES_OF_RUN: usize = 8;

impl Room {
    /// Reads the curves of all runs beside the loop. Runs whose points the catalog has lost get them back from their sealed series.
    pub(crate) fn load_curves(&mut self) {
        let share = MOST_POINTS / SERIES_OF_RUN / self.state.runs.len().max(1);
        let most = share.clamp(FEWEST_POINTS_OF_SERIES, MOST_POINTS_OF_SERIES);
        let sealed = self.state.series.clone();
        let (objects, inbox) = (self.objects.clone(), self.inbox.clone());
        let is_closing = self.is_closing.clone();
        self.catalog.desk.work(move |catalog| {
            let mut reading = Reading::new(most);
            let read = catalog.each_points(&mut |batch| {
                reading.take(batch);
                !is_closing.load(std::sync::atomic::Ordering::Acquire)
            });
            if let Err(error) = read {
                tracing::error!("the curves could not be read: {}", sentence(&error));
            }
            let known: HashSet<RunId> = reading.books.keys().cloned().collect();
            let loaded = reading.curves();
            let found = move |room: &mut Room| room.curves.take_loaded(loaded);
            let _closing = inbox.send(Input::Found(Box::new(found)));
            for (run, digest) in sealed {
                if known.contains(&run) || is_closing.load(std::sync::atomic::Ordering::Acquire) {
                    continue;
                }
                let mut reading = Reading::new(most);
                match load_sealed(catalog, &objects, (&run, &digest)) {
                    Ok(points) => {
                        points.iter().for_each(|point| reading.add(&run, point));
                        let loaded = reading.curves();
                        let found = move |room: &mut Room| room.curves.take_loaded(loaded);
                        let _closing = inbox.send(Input::Found(Box::new(found)));
                    }
                    Err(error) => tracing::error!(
                        "the curves of {run} could not be restored: {}",
                        sentence(&error)
                    ),
                }
            }
        });
    }

    /// The points of a run, from its sealed series where the catalog has lost them.
    pub(crate) fn answer_metrics(&mut self, run: &RunId, key: Option<Arc<str>>, asker: &Asker) {
        let run = match self.state.run(run) {
            Ok(run) => run.id.clone(),
            Err(refusal) => return asker.answer(Err(refusal)),
        };
        let series = self.state.series.get(&run).cloned();
        let (inbox, asker) = (self.inbox.clone(), asker.clone());
        let objects = self.objects.clone();
        self.catalog.desk.work(move |catalog| {
            let answer = guarded("the look at the metrics", || {
                let points = catalog.points(&run, key.as_deref()).and_then(|points| {
                    match (points.is_empty(), &series) {
                        // Of another key, there may be some.
                        (true, Some(digest)) if catalog.points(&run, None)?.is_empty() => {
                            load_sealed(catalog, &objects, (&run, digest))?;
                            catalog.points(&run, key.as_deref())
                        }
                        _ => Ok(points),
                    }
                });
                points
                    .map(contract::Answer::Metrics)
                    .map_err(|error| refuse(&error, error.hint()))
            });
            let found = move |_: &mut Room| asker.answer(answer);
            let _closing = inbox.send(Input::Found(Box::new(found)));
        });
    }
}

fn load_sealed(
    catalog: &mut Catalog,
    objects: &Objects,
    (run, digest): (&RunId, &Digest),
) -> Result<Vec<MetricPoint>, CatalogError> {
    catalog.load_points(run, &objects.path(digest)?)?;
    catalog.points(run, None)
}

/// Gives the catalog the points that these runs had noted in their folders, and returns how many they are.
pub(crate) fn replay_notes(
    catalog: &mut Catalog,
    layout: &Layout,
    runs: &[RunId],
) -> Result<u64, CatalogError> {
    let mut count = 0;
    for run in runs {
        let noted = notes::read(&layout.runs().join(run.as_str()));
        give_notes(catalog, run, &noted)?;
        count += noted.points.len() as u64;
    }
    Ok(count)
}

/// Gives the catalog what a run had noted. Giving it again changes nothing, so a kill in between does no harm.
pub(crate) fn give_notes(
    catalog: &mut Catalog,
    run: &RunId,
    noted: &Noted,
) -> Result<(), CatalogError> {
    if let Some((_, last)) = noted.span().filter(|_| noted.went_back) {
        catalog.drop_points_after(run, last)?;
    }
    catalog.replace_points(run, &noted.points)
}

/// Gives the catalog the points of ended runs that it has lost, and returns of how many runs.
pub(crate) fn restore_sealed(
    catalog: &mut Catalog,
    objects: &Objects,
    state: &State,
) -> Result<u64, CatalogError> {
    let runs: Vec<RunId> = state.series.keys().cloned().collect();
    let known = catalog.last_points(&runs)?;
    let known: HashSet<RunId> = known.into_iter().map(|(run, _)| run).collect();
    let mut count = 0;
    for (run, digest) in &state.series {
        if !known.contains(run) {
            load_sealed(catalog, objects, (run, digest))?;
            count += 1;
        }
    }
    Ok(count)
}

/// A run without a report shows the last values that it measured.
pub(crate) fn show_last_values(state: &mut State, catalog: &Catalog) -> Result<(), CatalogError> {
    let runs = state.runs.iter().filter(|run| run.report.is_none());
    let runs: Vec<RunId> = runs.map(|run| run.id.clone()).collect();
    for (run, point) in catalog.last_points(&runs)? {
        if &*point.key != SECONDS_KEY {
            state.edit_run(&run, |run| {
                run.metrics.insert(point.key, point.value);
            });
        }
    }
    Ok(())
}

/// Curves that are being read, thinned on the way.
struct Reading {
    most: usize,
    books: HashMap<RunId, Vec<(Arc<str>, Thinned)>>,
}

impl Reading {
    fn new(most: usize) -> Self {
        Self {
            most,
            books: HashMap::new(),
        }
    }

    /// Neighbours are mostly of the same run.
    fn take(&mut self, mut batch: &[(RunId, MetricPoint)]) {
        while let Some((run, _)) = batch.first() {
            let same = batch.iter().take_while(|(other, _)| other == run).count();
            let (head, rest) = batch.split_at(same);
            let book = self.books.entry(run.clone()).or_default();
            head.iter()
                .for_each(|(_, point)| add(book, self.most, point));
            batch = rest;
        }
    }

    fn add(&mut self, run: &RunId, point: &MetricPoint) {
        add(self.books.entry(run.clone()).or_default(), self.most, point);
    }

    /// One run after the other, so that no run is in memory twice.
    fn curves(self) -> Vec<(RunId, Curves)> {
        let curves = |(run, book): (RunId, Vec<(Arc<str>, Thinned)>)| {
            let series = book.into_iter().map(|(key, points)| Series {
                key,
                points: points.points().into(),
            });
            let series = series.collect();
            (run, Curves { series })
        };
        self.books.into_iter().map(curves).collect()
    }
}

fn add(book: &mut Vec<(Arc<str>, Thinned)>, most: usize, point: &MetricPoint) {
    let value = [point.step as f64, point.value];
    match book.iter_mut().find(|(key, _)| *key == point.key) {
        Some((_, series)) => series.push(value),
        None => {
            let mut series = Thinned::new(most);
            series.push(value);
            book.push((point.key.clone(), series));
        }
    }
}
