//! A series that never grows past a limit: where it would, neighbouring points give way to their smallest and largest, so that a chart
//! of it has the same outline.

/// Takes points in the order of steps.
pub(crate) struct Thinned {
    /// At first every point; later the two extremes of every bucket.
    points: Vec<[f64; 2]>,
    most: usize,
    /// Points that a bucket stands for; 1 while nothing was thinned.
    width: usize,
    open: Option<Bucket>,
    ends: Option<([f64; 2], [f64; 2])>,
}

#[derive(Clone, Copy)]
struct Bucket {
    low: [f64; 2],
    high: [f64; 2],
    count: usize,
}

impl Bucket {
    fn of(point: [f64; 2]) -> Self {
        Self {
            low: point,
            high: point,
            count: 1,
        }
    }

    /// A gap (NaN) gives way to any value.
    fn add(&mut self, point: [f64; 2]) {
        if point[1] < self.low[1] || self.low[1].is_nan() {
            self.low = point;
        }
        if point[1] > self.high[1] || self.high[1].is_nan() {
            self.high = point;
        }
        self.count += 1;
    }

    fn extremes(self) -> [[f64; 2]; 2] {
        if self.low[0] <= self.high[0] {
            [self.low, self.high]
        } else {
            [self.high, self.low]
        }
    }
}

impl Thinned {
    /// At most about `most` points are kept; fewer than 8 would be no curve.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            points: Vec::new(),
            most: most.max(8) / 4 * 4,
            width: 1,
            open: None,
            ends: None,
        }
    }

    pub(crate) fn push(&mut self, point: [f64; 2]) {
        self.ends = Some((self.ends.map_or(point, |(first, _)| first), point));
        if self.width == 1 {
            if self.points.len() < self.most {
                return self.points.push(point);
            }
            // Two neighbours are the extremes of a bucket of two.
            self.width = 2;
            self.halve();
        }
        let bucket = match &mut self.open {
            Some(bucket) => {
                bucket.add(point);
                *bucket
            }
            None => *self.open.insert(Bucket::of(point)),
        };
        if bucket.count >= self.width {
            self.open = None;
            if self.points.len() >= self.most {
                self.halve_with(bucket);
            } else {
                self.points.extend(bucket.extremes());
            }
        }
    }

    /// The points in the order of steps, the first and the last of all among them.
    pub(crate) fn points(self) -> Vec<[f64; 2]> {
        let Some((first, last)) = self.ends else {
            return Vec::new();
        };
        let mut points = self.points;
        if self.width > 1 {
            points.extend(self.open.into_iter().flat_map(Bucket::extremes));
            if points.first().is_none_or(|point| point[0] > first[0]) {
                points.insert(0, first);
            }
            if points.last().is_none_or(|point| point[0] < last[0]) {
                points.push(last);
            }
            points.dedup_by(|next, kept| next[0] == kept[0]);
        }
        points.shrink_to_fit();
        points
    }

    /// Every two buckets become one.
    fn halve(&mut self) {
        let merged = self.points.chunks(4).flat_map(|four| {
            let mut bucket = Bucket::of(four[0]);
            four[1..].iter().for_each(|point| bucket.add(*point));
            bucket.extremes()
        });
        self.points = merged.collect();
        self.width *= 2;
    }

    /// The bucket that found no room is half of one of the new width.
    fn halve_with(&mut self, bucket: Bucket) {
        self.halve();
        self.open = Some(bucket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(count: usize) -> impl Iterator<Item = [f64; 2]> {
        (1..=count).map(|step| [step as f64, (step as f64 / 50.0).sin()])
    }

    fn thinned(points: impl Iterator<Item = [f64; 2]>, most: usize) -> Vec<[f64; 2]> {
        let mut thinned = Thinned::new(most);
        points.for_each(|point| thinned.push(point));
        thinned.points()
    }

    #[test]
    fn a_short_series_stays_as_it_is() {
        for count in [0, 1, 99, 100] {
            let given: Vec<_> = wave(count).collect();
            assert_eq!(thinned(wave(count), 100), given);
        }
    }

    #[test]
    fn a_long_series_keeps_its_ends_its_order_and_its_outline() {
        for count in [101, 150, 1_000, 12_345, 100_000] {
            let kept = thinned(wave(count), 100);
            assert!((50..=104).contains(&kept.len()), "{count}: {}", kept.len());
            assert_eq!((kept[0][0], kept[kept.len() - 1][0]), (1.0, count as f64));
            assert!(kept.windows(2).all(|pair| pair[0][0] < pair[1][0]));
            assert!(kept.iter().all(|point| point[1] == (point[0] / 50.0).sin()));
        }
        let mut spiked: Vec<_> = wave(50_000).collect();
        spiked[31_337][1] = 9.0;
        spiked[777][1] = -9.0;
        spiked[20_000][1] = f64::NAN;
        let kept = thinned(spiked.into_iter(), 100);
        assert!(kept.contains(&[31_338.0, 9.0]) && kept.contains(&[778.0, -9.0]));
        // Evenly: no part of the curve is thinned more than another.
        let early = kept.iter().filter(|point| point[0] <= 25_000.0).count();
        assert!(
            early * 3 > kept.len() && early * 3 < kept.len() * 2,
            "{early}"
        );
    }
}
