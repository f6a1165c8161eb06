//! The points of a chart: two columns of the rows that are here, coloured by the classes of the target.

use std::sync::Arc;

use canvas::Range;
use contract::{ColumnRole, DataVersion, RowsView};

use super::chart::is_drawable;

/// As many colours as can be told apart; with more classes nothing is coloured.
const MOST_CLASSES: usize = 8;

pub(super) struct Points {
    rows: Arc<RowsView>,
    axes: (Arc<str>, Arc<str>),
    pub points: Arc<[[f64; 2]]>,
    pub classes: Option<Arc<[u16]>>,
    pub class_names: Vec<Arc<str>>,
    /// Everything, with a little room around.
    pub ranges: (Range, Range),
    /// Rows without a number in one of the two columns.
    pub skipped: u64,
}

impl Points {
    pub(super) fn of(
        version: &DataVersion,
        rows: &Arc<RowsView>,
        axes: &(Arc<str>, Arc<str>),
    ) -> Self {
        let place = |name: &str| {
            version
                .columns
                .iter()
                .position(|column| &*column.name == name)
        };
        let (x, y) = (place(&axes.0), place(&axes.1));
        let target = version.columns.iter().position(|column| {
            column.role == ColumnRole::Target && !is_drawable(column.column_type)
        });
        let mut points = Vec::with_capacity(rows.page.rows.len());
        let mut classes = Vec::new();
        let mut class_names: Vec<Arc<str>> = Vec::new();
        let mut skipped = 0;
        for row in &rows.page.rows {
            let (Some(x), Some(y)) = (number(row, x), number(row, y)) else {
                skipped += 1;
                continue;
            };
            points.push([x, y]);
            let class = target.and_then(|target| row.get(target)?.clone());
            if let Some(class) = class {
                classes.push(place_of(&mut class_names, class));
            }
        }
        let is_coloured =
            classes.len() == points.len() && (2..=MOST_CLASSES).contains(&class_names.len());
        if !is_coloured {
            class_names.clear();
        }
        let range = |axis: usize| {
            let all = Range::of(points.iter().map(|point: &[f64; 2]| point[axis]));
            let all = all.unwrap_or(Range { min: 0.0, max: 1.0 });
            Range::new(all.min, all.max).expanded(0.04)
        };
        Self {
            rows: Arc::clone(rows),
            axes: axes.clone(),
            ranges: (range(0), range(1)),
            classes: is_coloured.then(|| classes.into()),
            points: points.into(),
            class_names,
            skipped,
        }
    }

    pub(super) fn is_of(&self, rows: &Arc<RowsView>, axes: &(Arc<str>, Arc<str>)) -> bool {
        Arc::ptr_eq(&self.rows, rows) && self.axes == *axes
    }

    pub(super) fn class_of(&self, point: usize) -> Option<&Arc<str>> {
        let class = *self.classes.as_ref()?.get(point)?;
        self.class_names.get(usize::from(class))
    }
}

pub(super) fn numeric_columns(version: &DataVersion) -> impl Iterator<Item = &Arc<str>> {
    version
        .columns
        .iter()
        .filter(|column| is_drawable(column.column_type))
        .map(|column| &column.name)
}

/// The two features to look at first: those that an id or the target would not spoil.
pub(super) fn first_two(version: &DataVersion) -> Option<(Arc<str>, Arc<str>)> {
    let features = version
        .columns
        .iter()
        .filter(|column| is_drawable(column.column_type) && column.role == ColumnRole::Feature)
        .map(|column| column.name.clone());
    let others = numeric_columns(version).cloned();
    let mut found: Vec<Arc<str>> = Vec::new();
    for name in features.chain(others) {
        if !found.contains(&name) {
            found.push(name);
        }
        if let [x, y] = found.as_slice() {
            return Some((x.clone(), y.clone()));
        }
    }
    None
}

fn number(row: &[Option<Arc<str>>], column: Option<usize>) -> Option<f64> {
    let value: f64 = row.get(column?)?.as_ref()?.parse().ok()?;
    value.is_finite().then_some(value)
}

fn place_of(names: &mut Vec<Arc<str>>, name: Arc<str>) -> u16 {
    let place = names.iter().position(|known| *known == name);
    let place = place.unwrap_or_else(|| {
        names.push(name);
        names.len() - 1
    });
    u16::try_from(place).unwrap_or(u16::MAX)
}
