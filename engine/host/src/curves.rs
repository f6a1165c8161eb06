//! The metric series that charts draw: those of running runs by their outline, those of ended runs in full or as they were loaded; the
//! catalog has all on disk.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::{Curves, MetricPoint, RunId, Series};

use crate::thinned::Thinned;

/// More often nobody sees it.
const PUBLISH_EVERY: Duration = Duration::from_millis(100);
/// Publishing copies whole series. The pause after it is this many times as long as the copy took, so that a long run is not slowed
/// down by its own length.
const PAUSE_FOR_COPY: u32 = 20;
/// Points of a series that are shown while it grows: no chart has more columns, and with more of them every frame of a long run would
/// cost more than the one before.
const MOST_SHOWN: usize = 4_000;

type Points = Arc<[[f64; 2]]>;

#[derive(Default)]
pub(crate) struct CurveBook {
    /// Runs that grow.
    live: HashMap<RunId, Book>,
    published: HashMap<RunId, Arc<Curves>>,
    /// Runs that have grown since they were published.
    changed: HashSet<RunId>,
    next_copy: Option<Instant>,
}

#[derive(Default)]
struct Book {
    /// In the order of first appearance.
    series: Vec<(Arc<str>, Vec<[f64; 2]>)>,
}

impl CurveBook {
    pub(crate) fn add(&mut self, run: &RunId, points: &[MetricPoint]) {
        self.book(run).add(points);
        self.changed.insert(run.clone());
    }

    /// Forgets what came after this step: a resumed run says it again.
    pub(crate) fn cut(&mut self, run: &RunId, step: u64) {
        for (_, points) in &mut self.book(run).series {
            points.retain(|point| point[0] <= step as f64);
        }
        self.changed.insert(run.clone());
    }

    /// Puts these points in the place of those between their first and their last step, and of all later ones where the run went back.
    pub(crate) fn replace(&mut self, run: &RunId, points: &[MetricPoint], went_back: bool) {
        let steps = points.iter().map(|point| point.step as f64);
        let Some((first, last)) = steps.fold(None, |span, step| {
            let (first, last) = span.unwrap_or((step, step));
            Some((step.min(first), step.max(last)))
        }) else {
            return;
        };
        let book = self.book(run);
        for (_, known) in &mut book.series {
            known.retain(|point| point[0] < first || (point[0] > last && !went_back));
        }
        book.add(points);
        for (_, known) in &mut book.series {
            known.sort_by(|left, right| left[0].total_cmp(&right[0]));
        }
        self.changed.insert(run.clone());
    }

    /// The run has ended: its curves are published once more and grow no longer.
    pub(crate) fn settle(&mut self, run: &RunId) {
        if let Some(book) = self.live.remove(run) {
            self.published
                .insert(run.clone(), Arc::new(book.curves(whole)));
        }
        self.changed.remove(run);
    }

    /// Takes what was read from the disk, for runs that nothing is known of yet: what is here already is newer.
    pub(crate) fn take_loaded(&mut self, loaded: Vec<(RunId, Curves)>) {
        for (run, curves) in loaded {
            if !self.live.contains_key(&run) {
                self.published
                    .entry(run)
                    .or_insert_with(|| Arc::new(curves));
            }
        }
    }

    /// Publishes what has grown if it is time to. True if it did.
    pub(crate) fn publish_due(&mut self) -> bool {
        let now = Instant::now();
        if self.changed.is_empty() || self.next_copy.is_some_and(|next| now < next) {
            return false;
        }
        for run in std::mem::take(&mut self.changed) {
            if let Some(book) = self.live.get(&run) {
                self.published.insert(run, Arc::new(book.curves(outline)));
            }
        }
        let pause = PUBLISH_EVERY.max(now.elapsed() * PAUSE_FOR_COPY);
        self.next_copy = Some(Instant::now() + pause);
        true
    }

    pub(crate) fn published(&self) -> HashMap<RunId, Arc<Curves>> {
        self.published.clone()
    }

    /// A run that grows again begins with what is shown of it.
    fn book(&mut self, run: &RunId) -> &mut Book {
        let published = &self.published;
        self.live
            .entry(run.clone())
            .or_insert_with(|| Book::of(published.get(run)))
    }
}

impl Book {
    fn of(curves: Option<&Arc<Curves>>) -> Self {
        let series = curves.into_iter().flat_map(|curves| &curves.series);
        Self {
            series: series
                .map(|series| (series.key.clone(), series.points.to_vec()))
                .collect(),
        }
    }

    fn add(&mut self, points: &[MetricPoint]) {
        for point in points {
            let value = [point.step as f64, point.value];
            match self.series.iter_mut().find(|(key, _)| *key == point.key) {
                Some((_, points)) => points.push(value),
                None => self.series.push((point.key.clone(), vec![value])),
            }
        }
    }

    fn curves(&self, shown: fn(&[[f64; 2]]) -> Points) -> Curves {
        let series = self.series.iter().map(|(key, points)| Series {
            key: key.clone(),
            points: shown(points),
        });
        Curves {
            series: series.collect(),
        }
    }
}

fn whole(points: &[[f64; 2]]) -> Points {
    points.into()
}

/// All of a short series, the outline of a long one.
fn outline(points: &[[f64; 2]]) -> Points {
    if points.len() <= MOST_SHOWN {
        return points.into();
    }
    let mut thinned = Thinned::new(MOST_SHOWN);
    points.iter().for_each(|point| thinned.push(*point));
    thinned.points().into()
}

#[cfg(test)]
mod tests {
    use contract::Timestamp;

    use super::*;

    fn points(steps: impl IntoIterator<Item = u64>, value: f64) -> Vec<MetricPoint> {
        let point = |step| MetricPoint {
            key: "train/loss".into(),
            step,
            value,
            at: Timestamp::default(),
        };
        steps.into_iter().map(point).collect()
    }

    #[test]
    fn a_long_series_is_shown_by_its_outline_while_it_grows_and_whole_at_the_end() {
        let (mut book, run) = (CurveBook::default(), RunId::from_random(1));
        let shown = |book: &CurveBook| book.published()[&run].series[0].points.to_vec();
        let last = 25 * MOST_SHOWN as u64;
        book.add(&run, &points(1..=last, 0.0));
        assert!(book.publish_due());
        let long = shown(&book);
        assert!(long.len() <= MOST_SHOWN + 4, "{}", long.len());
        assert_eq!((long[0][0], long[long.len() - 1][0]), (1.0, last as f64));
        book.settle(&run);
        assert_eq!(shown(&book).len() as u64, last);
    }

    /// The curve after notes of the steps 2 to 4 came over one of the steps 1 to 6.
    fn replaced(went_back: bool) -> Vec<[f64; 2]> {
        let (mut book, run) = (CurveBook::default(), RunId::from_random(1));
        book.add(&run, &points(1..=6, 0.0));
        book.replace(&run, &points(2..=4, 1.0), went_back);
        book.settle(&run);
        book.published()[&run].series[0].points.to_vec()
    }

    #[test]
    fn notes_replace_what_they_cover_and_what_the_run_took_back() {
        let covered = [[1.0, 0.0], [2.0, 1.0], [3.0, 1.0], [4.0, 1.0]];
        let later = [[5.0, 0.0], [6.0, 0.0]];
        assert_eq!(replaced(false), [covered.as_slice(), &later].concat());
        assert_eq!(replaced(true), covered);
    }
}
