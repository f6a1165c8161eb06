//! The metric series of every run in memory, ready to draw; the catalog has them on disk.

use std::collections::HashMap;
use std::sync::Arc;

use contract::{Curves, MetricPoint, Metrics, RunId, Series};

#[derive(Default)]
pub(crate) struct CurveBook {
    books: HashMap<RunId, Book>,
    published: HashMap<RunId, Arc<Curves>>,
}

#[derive(Default)]
struct Book {
    /// In the order of first appearance.
    series: Vec<(Arc<str>, Vec<[f64; 2]>)>,
}

impl CurveBook {
    pub(crate) fn add(&mut self, run: &RunId, points: &[MetricPoint]) {
        let book = self.books.entry(run.clone()).or_default();
        for point in points {
            let value = [point.step as f64, point.value];
            match book.series.iter_mut().find(|(key, _)| *key == point.key) {
                Some((_, points)) => points.push(value),
                None => book.series.push((point.key.clone(), vec![value])),
            }
        }
        self.refresh(run);
    }

    /// Takes many points at once, as they come from the catalog.
    pub(crate) fn load(&mut self, points: Vec<(RunId, MetricPoint)>) {
        let mut start = 0;
        while start < points.len() {
            let run = points[start].0.clone();
            let count = points[start..]
                .iter()
                .take_while(|(id, _)| *id == run)
                .count();
            let batch: Vec<MetricPoint> = points[start..start + count]
                .iter()
                .map(|(_, point)| point.clone())
                .collect();
            self.add(&run, &batch);
            start += count;
        }
    }

    /// Forgets what came after this step: a resumed run says it again.
    pub(crate) fn cut(&mut self, run: &RunId, step: u64) {
        if let Some(book) = self.books.get_mut(run) {
            for (_, points) in &mut book.series {
                points.retain(|point| point[0] <= step as f64);
            }
            self.refresh(run);
        }
    }

    /// The newest epoch that a run has told of; 0 before the first.
    pub(crate) fn last_step(&self, run: &RunId) -> u32 {
        let series = self
            .books
            .get(run)
            .into_iter()
            .flat_map(|book| &book.series);
        series
            .filter_map(|(_, points)| points.last())
            .map(|point| point[0] as u32)
            .max()
            .unwrap_or(0)
    }

    /// The last value of every series of a run.
    pub(crate) fn last_values(&self, run: &RunId) -> Metrics {
        let series = self
            .books
            .get(run)
            .into_iter()
            .flat_map(|book| &book.series);
        let last = series.filter_map(|(key, points)| Some((key.clone(), points.last()?[1])));
        last.collect()
    }

    fn refresh(&mut self, run: &RunId) {
        if let Some(book) = self.books.get(run) {
            let series = book.series.iter().map(|(key, points)| Series {
                key: key.clone(),
                points: points.clone().into(),
            });
            self.published.insert(
                run.clone(),
                Arc::new(Curves {
                    series: series.collect(),
                }),
            );
        }
    }

    pub(crate) fn published(&self) -> HashMap<RunId, Arc<Curves>> {
        self.published.clone()
    }
}
