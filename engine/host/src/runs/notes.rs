//! `points.jsonl` in a run's working folder: its metric points, written before the checkpoint that they belong to. The catalog takes
//! points in batches and may miss the newest when the program is killed; a resumed run has them from here.
//!
//! One line an epoch. Epochs count up while a run goes on, so an epoch that was said before says that the run was resumed there, and
//! takes back what was noted of it and of all later ones.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use contract::MetricPoint;

const NAME: &str = "points.jsonl";

pub(super) struct Writer {
    /// Absent when the folder does not take it; then only the catalog has the points.
    file: Option<File>,
}

impl Writer {
    pub(super) fn open(folder: &Path) -> Self {
        let file = open(&folder.join(NAME))
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

/// A line that a kill cut off is ended, or it would swallow the next one.
fn open(path: &Path) -> std::io::Result<File> {
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(path)?;
    if file.seek(SeekFrom::End(0))? > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

/// What a run has noted.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Noted {
    /// Each point once, by step and key.
    pub(crate) points: Vec<MetricPoint>,
    /// The run was resumed and took epochs back: what came after the last point is no longer true.
    pub(crate) went_back: bool,
}

impl Noted {
    /// The first and the last step that were noted.
    pub(crate) fn span(&self) -> Option<(u64, u64)> {
        Some((self.points.first()?.step, self.points.last()?.step))
    }
}

/// What was noted. A line that a kill cut off is left out.
pub(crate) fn read(folder: &Path) -> Noted {
    let bytes = std::fs::read(folder.join(NAME)).unwrap_or_default();
    let lines = bytes.split(|byte| *byte == b'\n');
    let mut noted = Noted::default();
    for epoch in lines.filter_map(|line| serde_json::from_slice::<Vec<MetricPoint>>(line).ok()) {
        let Some(step) = epoch.iter().map(|point| point.step).min() else {
            continue;
        };
        let before = noted.points.len();
        let kept = noted.points.partition_point(|point| point.step < step);
        noted.points.truncate(kept);
        noted.went_back |= kept < before;
        noted.points.extend(epoch);
    }
    let order = |point: &MetricPoint| (point.step, point.key.clone());
    noted.points.sort_by_key(order);
    noted
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

    fn tear(folder: &Path) {
        let mut file = OpenOptions::new()
            .append(true)
            .open(folder.join(NAME))
            .expect("notes");
        file.write_all(b"[{\"key\":\"train/lo")
            .expect("a torn line");
    }

    #[test]
    fn a_torn_line_is_left_out_and_swallows_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer = Writer::open(folder.path());
        writer.write(&[point(1, 1.0)]);
        tear(folder.path());
        assert_eq!(read(folder.path()).points, [point(1, 1.0)]);
        let mut resumed = Writer::open(folder.path());
        resumed.write(&[point(2, 1.0)]);
        assert_eq!(
            read(folder.path()),
            Noted {
                points: vec![point(1, 1.0), point(2, 1.0)],
                went_back: false
            }
        );
    }

    #[test]
    fn a_resumed_run_takes_back_what_came_after_its_checkpoint() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer = Writer::open(folder.path());
        for step in 1..=8 {
            writer.write(&[point(step, 1.0)]);
        }
        let mut resumed = Writer::open(folder.path());
        resumed.write(&[point(6, 2.0)]);
        let noted = read(folder.path());
        let steps: Vec<u64> = noted.points.iter().map(|point| point.step).collect();
        assert_eq!(steps, [1, 2, 3, 4, 5, 6]);
        assert_eq!(noted.points.last(), Some(&point(6, 2.0)));
        assert!(noted.went_back);
        assert_eq!(noted.span(), Some((1, 6)));
    }
}
