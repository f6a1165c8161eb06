//! `points.jsonl` in a run's working folder: its metric points, written before the checkpoint that they belong to. The catalog takes
//! points in batches and may miss the newest when the program is killed; a resumed run has them from here.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use contract::MetricPoint;

const NAME: &str = "points.jsonl";

pub(super) struct Writer {
    /// Absent when the folder does not take it; then only the catalog has the points.
    file: Option<File>,
}

impl Writer {
    pub(super) fn open(folder: &Path) -> Self {
        let opened = OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join(NAME));
        let file = opened
            .map_err(|error| tracing::warn!("the points of a run are not noted: {error}"))
            .ok();
        Self { file }
    }

    pub(super) fn write(&mut self, points: &[MetricPoint]) {
        let (Some(file), Ok(mut line)) = (&mut self.file, serde_json::to_vec(points)) else {
            return;
        };
        line.push(b'\n');
        if let Err(error) = file.write_all(&line) {
            tracing::warn!("the points of a run are noted no longer: {error}");
            self.file = None;
        }
    }
}

/// What was noted after this step, each point once, in order. A line that the kill cut off is left out.
pub(crate) fn read_after(folder: &Path, step: u64) -> Vec<MetricPoint> {
    let text = std::fs::read_to_string(folder.join(NAME)).unwrap_or_default();
    let lines = text.lines();
    let noted = lines.filter_map(|line| serde_json::from_str::<Vec<MetricPoint>>(line).ok());
    let mut points: Vec<MetricPoint> = noted.flatten().filter(|point| point.step > step).collect();
    // A run that was resumed before has said some epochs twice; the last time counts.
    points.reverse();
    points.sort_by(|left, right| (left.step, &left.key).cmp(&(right.step, &right.key)));
    points.dedup_by(|later, kept| later.step == kept.step && later.key == kept.key);
    points
}

#[cfg(test)]
mod tests {
    use contract::Timestamp;

    use super::*;

    fn point(step: u64, value: f64) -> MetricPoint {
        MetricPoint {
            key: "train/loss".into(),
            step,
            value,
            at: Timestamp::default(),
        }
    }

    #[test]
    fn noted_points_come_back_once_and_torn_lines_do_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer = Writer::open(folder.path());
        for step in 1..=4 {
            writer.write(&[point(step, 1.0)]);
        }
        let mut again = Writer::open(folder.path());
        again.write(&[point(4, 2.0)]);
        let path = folder.path().join(NAME);
        let mut text = std::fs::read_to_string(&path).expect("notes");
        text.push_str("[{\"key\":\"train/lo");
        std::fs::write(&path, text).expect("a torn line");
        assert_eq!(read_after(folder.path(), 2), [point(3, 1.0), point(4, 2.0)]);
    }
}
